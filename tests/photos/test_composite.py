"""The mean of many previews: what it promises, and when it is not drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

pytest.importorskip("PIL", reason="the photos extra is absent")

from unswarm.photos.composite import FEWEST, SIDE, composite
from unswarm.photos.decode import pixels, preview
from unswarm.photos.raster import Canvas

Rgb = NDArray[np.uint8]


def drawn(seed: int, height: int = 128, width: int = 128) -> bytes:
    """The preview of a picture made of squares of chance colours."""
    rng = np.random.default_rng(seed)
    squares = rng.integers(0, 256, (-(-height // 8), -(-width // 8), 3), np.uint8)
    return preview(np.kron(squares, np.ones((8, 8, 1), np.uint8))[:height, :width])


def flat(level: int) -> bytes:
    return preview(np.full((40, 40, 3), level, np.uint8))


def slowly(jpegs: list[bytes]) -> Rgb:
    """The definition, pixel by pixel: the mean of different pictures, halves rounded up."""
    pictures = [Canvas(pixels(jpeg)).resized(SIDE, SIDE).tolist() for jpeg in set(jpegs)]
    found = np.zeros((SIDE, SIDE, 3), np.uint8)
    for y in range(SIDE):
        for x in range(SIDE):
            for c in range(3):
                mean = sum(picture[y][x][c] for picture in pictures) / len(pictures)
                found[y, x, c] = int(mean + 0.5)
    return found


@settings(max_examples=5, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2**16), st.integers(16, 128), st.integers(16, 128)),
        min_size=FEWEST,
        max_size=FEWEST + 4,
        unique=True,
    )
)
def test_it_is_the_mean_that_is_promised(sizes: list[tuple[int, int, int]]) -> None:
    jpegs = [drawn(*size) for size in sizes]
    found = composite(jpegs)
    assert found is not None
    assert (found.shape, found.dtype) == ((SIDE, SIDE, 3), np.uint8)
    np.testing.assert_array_equal(found, slowly(jpegs))


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(12)))
def test_the_order_of_the_pictures_does_not_matter(order: list[int]) -> None:
    once, again = composite([drawn(n) for n in range(12)]), composite([drawn(n) for n in order])
    assert once is not None and again is not None
    assert once.tobytes() == again.tobytes()


def test_eight_pictures_are_enough_and_seven_are_not() -> None:
    assert composite([drawn(n) for n in range(FEWEST)]) is not None
    assert composite([drawn(n) for n in range(FEWEST - 1)]) is None
    assert composite([]) is None


def test_one_picture_shown_often_counts_once() -> None:
    few = [drawn(n) for n in range(FEWEST - 1)]
    assert composite(few + 50 * few[:1]) is None
    some = [flat(level) for level in range(0, 8 * 30, 30)]
    found = composite(some + 90 * some[:1])
    assert found is not None
    assert np.abs(found.astype(int) - 105).max() <= 2  # the mean of 0, 30 … 210


def test_what_is_no_preview_is_left_out() -> None:
    some = [drawn(n) for n in range(FEWEST)]
    broken = [b"", b"no picture", some[0][:60], preview(np.zeros((4, 4, 3), np.uint8))[:-400]]
    found, clean = composite(some + broken), composite(some)
    assert found is not None and clean is not None
    np.testing.assert_array_equal(found, clean)
    assert composite(some[1:] + broken) is None


def test_pictures_of_one_place_stay_sharp_and_others_blur() -> None:
    """Two dark dots, at one place or anywhere: what the mean is drawn for."""

    def dots(x: int, y: int, ground: int) -> bytes:
        picture = np.full((128, 128, 3), ground, np.uint8)
        for eye in (x, x + 32):
            picture[y : y + 6, eye : eye + 6] = 20
        return preview(picture)

    places = np.random.default_rng(1).integers(8, 80, (15, 2)).tolist()
    same = composite([dots(48, 58, 185 + n) for n in range(15)])
    anywhere = composite([dots(x, y, 200) for x, y in places])
    assert same is not None and anywhere is not None
    assert int(same.min()) < 60
    assert int(anywhere.min()) > 120
