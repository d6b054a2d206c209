"""The text that one web site of generated faces writes into the corner of its pictures.

Newer pictures of thispersondoesnotexist.com carry "StyleGAN2 (Karras et al.)" in small black
letters at the lower right. Whoever leaves it there names the generator. It is looked for where it
stands and nowhere else; cropping removes it, and a picture without it is no better for that.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from unswarm.photos.geometry import Floats
from unswarm.photos.raster import Canvas, Pixels

SIDE = 400  # pixels of the picture that the letters are drawn for
SMALLEST = 250  # pixels; in smaller pictures the letters cannot be told
FOUND = 0.3  # correlation; the highest of 348 pictures without the text is 0.25
SLACK = 1  # pixels that resizing may have moved it
AROUND = 7  # pixels whose mean and deviation a pixel is compared with
QUIET = 0.15  # deviation of what is seen; below are traces of compression, and letters from 0.26
FLOOR = 6.0  # grey levels added to the deviation, so that flat places stay flat

# how black each pixel is, from 0 (a point) to 9
_LETTERS = """
..................................................................................
...244.2.....5.....243...3..13..2.34....423.12......................2.......7..32.
..16.23633.225.44134.24.165.271.52315...425251.44.33242233.332...44163..234.7...6.
...652.5.5.5.542245.....526.237.5..24..33266..11325.25.3.5.5.2..42245...2.527...42
....1355.334.554325.1361734323245.34...422744.34535.24.636.254..54325...43627...42
..26.255..73.534322611632..523.5424....3325.4352535.24.71714.5..34325...5172713.42
...132.13.61.2.22..132.2...211.122332...412..2.3132.11.2211231...22.13..12122.2.6.
.........43.............................41.....................................32.
..................................................................................
"""


def watermark(rgb: Pixels) -> float | None:
    """How well the lower right corner agrees with the text, -1 to 1; from `FOUND` on it is there.

    Args:
        rgb: (height, width, 3). None is returned unless it is square and large enough to read.
    """
    height, width = rgb.shape[:2]
    if height != width or height < SMALLEST:
        return None
    high, wide = _letters().shape
    seen = _local(_corner(rgb, high + SLACK, wide + SLACK))
    shifts = [(down, right) for down in range(SLACK + 1) for right in range(SLACK + 1)]
    return max(_agreement(seen[y : y + high, x : x + wide]) for y, x in shifts)


_LUMINANCE = np.array([0.299, 0.587, 0.114])


def _corner(rgb: Pixels, height: int, width: int) -> Floats:
    """The grey lower right corner of the picture as it is at `SIDE` pixels."""
    side = rgb.shape[0]
    if side == SIDE:
        found = rgb[-height:, -width:]
    else:
        box = (side * (1 - width / SIDE), side * (1 - height / SIDE), side, side)
        found = Canvas(rgb).resized(height, width, box)
    return np.asarray(found @ _LUMINANCE, np.float64)


def _local(grey: Floats) -> Floats:
    """Each pixel against its surroundings: letters count alike on bright and on dark ground."""
    mean = _blurred(grey)
    deviation = np.sqrt(np.maximum(_blurred(grey * grey) - mean * mean, 0))
    return np.asarray((grey - mean) / (deviation + FLOOR), np.float64)


def _blurred(grey: Floats) -> Floats:
    """The mean of each pixel's surroundings."""
    from scipy.ndimage import uniform_filter  # slow to load, and only photos need it

    found: Floats = uniform_filter(grey, AROUND)
    return found


def _agreement(seen: Floats) -> float:
    """Correlation with dark letters."""
    letters = _letters() - _blurred(_letters())
    a, b = seen - seen.mean(), letters - letters.mean()
    return -float((a * b).mean() / (max(a.std(), QUIET) * b.std()))


@cache
def _letters() -> Floats:
    lines = _LETTERS.replace(".", "0").split()
    found: NDArray[np.float64] = np.array([[int(mark) for mark in line] for line in lines], float)
    return found / 9
