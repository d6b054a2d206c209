"""The mean of many photos: a sharp face where a generator put all eyes on one spot, else a blur.

A mean of few photos shows a person who can be recognised, and so does a mean of one photo used many
times. It is drawn of `FEWEST` different pictures or more, each counted once, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unswarm.photos.decode import Unreadable, pixels
from unswarm.photos.raster import Canvas, Pixels

FEWEST = 8  # different pictures; a mean of fewer shows a recognisable person
SIDE = 128  # of the mean, pixels


def composite(jpegs: Sequence[bytes]) -> Pixels | None:
    """The mean of previews, pixel by pixel, each first brought to `SIDE` × `SIDE` pixels.

    Sums are of whole numbers, so that the order of the previews does not matter.

    Args:
        jpegs: what `decode.preview` gave; equal ones count once, unreadable ones not at all.

    Returns:
        (128, 128, 3), or None where fewer than `FEWEST` different ones can be read.

    Raises:
        SettingsError: Pillow is not installed.
    """
    total, count = np.zeros((SIDE, SIDE, 3), np.int64), 0
    for jpeg in set(jpegs):
        try:
            total += Canvas(pixels(jpeg)).resized(SIDE, SIDE)
        except Unreadable:
            continue
        count += 1
    if count < FEWEST:
        return None
    return ((2 * total + count) // (2 * count)).astype(np.uint8)
