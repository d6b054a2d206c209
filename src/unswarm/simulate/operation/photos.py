"""Profile photos: simple drawings, or the user's pictures; the operation's are used again.

Faces with patterns behind them, drawn flat, so that nobody is shown. A planted account's picture is
one of a pool that others use too, some of them cropped or mirrored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator

from unswarm.errors import InputError, SettingsError
from unswarm.simulate.operation.cast import Cast
from unswarm.simulate.operation.posting import Evasion
from unswarm.simulate.operation.posts import NONE
from unswarm.simulate.operation.words import Texts, either
from unswarm.simulate.worlds import Integers

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 160  # pixels
QUALITY = 85  # of the JPEG
INSTALL = "pip install 'unswarm[photos]'"

_USES = 2.2  # accounts that use a picture of the pool, on average
_OTHERS = 8  # one in so many innocent accounts has its photo in the folder
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_CUT = (0.04, 0.12)  # share of the side that is cropped away


@dataclass(frozen=True, eq=False)
class Album:
    """Which picture each account shows, one entry per account with a photo in the folder.

    Args:
        account: row of the cast.
        picture: its number; below `pool` they are the operation's.
        change: how it was altered: '', cropped, mirrored.
        pool: how many pictures the operation has.
    """

    account: Integers
    picture: Integers
    change: Texts
    pool: int


def album(seed: int, people: Cast, evasion: Evasion) -> Album:
    """Who shows what: the operation a picture of its pool each, the others their own."""
    random = np.random.default_rng([seed, 14])
    persons = people.kind == "person"
    planted = np.flatnonzero(persons & people.planted)
    others = np.flatnonzero(persons & ~people.planted)[::_OTHERS]
    pool = max(round(len(planted) / _USES), 1)
    picture = _chosen(random, people, planted, pool)
    change = _changes(random, picture, evasion.altered)
    return Album(
        account=np.append(planted, others),
        picture=np.append(picture, pool + np.arange(len(others))),
        change=np.append(change, np.full(len(others), "", object)),
        pool=pool,
    )


def _chosen(random: Generator, people: Cast, planted: Integers, pool: int) -> Integers:
    """A picture each; who reuses another one's name shows the same picture."""
    shown = np.full(len(people), NONE)
    shown[planted] = random.integers(0, pool, len(planted))
    twin = people.twin[planted]
    return np.where(twin == NONE, shown[planted], shown[twin])


def _changes(random: Generator, picture: Integers, share: float) -> Texts:
    """Repeated pictures are altered in that share of the cases."""
    first = np.zeros(len(picture), bool)
    first[np.unique(picture, return_index=True)[1]] = True
    altered = ~first & (random.random(len(picture)) < share)
    how = random.choice(("cropped", "mirrored"), len(picture)).astype(object)
    return either(altered, how, "")


def installed() -> bool:
    """Whether pictures can be drawn here."""
    return find_spec("PIL") is not None


def given(folder: Path) -> list[Path]:
    """The pictures of a folder of the user's, in order.

    Raises:
        InputError: it holds none.
        SettingsError: the extra `photos` is not installed.
    """
    if not installed():
        raise SettingsError(f"Photos need the extra 'photos'. Hint: {INSTALL}")
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES)
    if not found:
        raise InputError("it holds no pictures.", source=folder, hint="JPEG, PNG or WebP files.")
    return found


def write_photos(
    seed: int, people: Cast, shown: Album, folder: Path, pictures: Sequence[Path] = ()
) -> None:
    """One JPEG for each account of the album, under the name its profile gives.

    Args:
        pictures: the user's, for the operation's pool in turn; none: drawings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    order = np.argsort(shown.picture, kind="stable")
    image, last = None, NONE
    for row in order.tolist():
        number = int(shown.picture[row])
        if image is None or number != last:
            image, last = _picture(seed, number, shown.pool, pictures), number
        random = np.random.default_rng([seed, 16, row])
        changed = _altered(random, image, str(shown.change[row]))
        name = str(people.photo[shown.account[row]])
        changed.save(folder / name, "JPEG", quality=QUALITY)


def _picture(seed: int, number: int, pool: int, pictures: Sequence[Path]) -> Image:
    if pictures and number < pool:
        return _opened(pictures[number % len(pictures)])
    return _drawn(np.random.default_rng([seed, 15, number]))


def _opened(path: Path) -> Image:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            return image.convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise InputError(f"it is no picture: {error}.", source=path) from error


def _altered(random: Generator, image: Image, change: str) -> Image:
    from PIL import ImageOps

    if change == "mirrored":
        return ImageOps.mirror(image)
    if change != "cropped":
        return image
    width, height = image.size
    cut = random.uniform(*_CUT, 4) * np.array([width, height, width, height])
    box = (cut[0], cut[1], width - cut[2], height - cut[3])
    return image.crop(tuple(round(edge) for edge in box)).resize((width, height))


def _drawn(random: Generator) -> Image:
    """A flat face of any colour before a pattern."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (SIDE, SIDE), _colour(random))
    pen = ImageDraw.Draw(image)
    for _ in range(int(random.integers(6, 14))):
        corners = random.integers(-20, SIDE + 20, (3, 2))
        pen.polygon([tuple(corner) for corner in corners.tolist()], fill=_colour(random))
    x, y = random.uniform(0.35, 0.65, 2) * SIDE
    size = random.uniform(0.16, 0.34) * SIDE
    skin = _colour(random)
    pen.ellipse((x - size * 1.5, y + size, x + size * 1.5, y + size * 4), fill=_colour(random))
    pen.ellipse((x - size * 0.9, y - size * 1.4, x + size * 0.9, y), fill=_colour(random))
    pen.ellipse((x - size * 0.8, y - size, x + size * 0.8, y + size * 1.2), fill=skin)
    for side in (-0.35, 0.35):
        eye = size * 0.12
        centre = x + side * size
        pen.ellipse((centre - eye, y - eye, centre + eye, y + eye), fill=(20, 20, 20))
    pen.line(
        (x - size * 0.3, y + size * 0.6, x + size * 0.3, y + size * 0.6), fill=(90, 30, 30), width=3
    )
    return image


def _colour(random: Generator) -> tuple[int, int, int]:
    red, green, blue = random.integers(20, 250, 3).tolist()
    return red, green, blue
