"""Pictures at another size, against the definition pixel by pixel, and against Pillow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from unswarm.photos.resample import resize

SIDES = st.integers(1, 40)
SEEDS = st.integers(0, 2**32 - 1)


def line(values: list[float], new: int) -> list[float]:
    """One line at another length: the definition, slowly."""
    step = len(values) / new
    reach = max(step, 1.0)
    found = []
    for i in range(new):
        centre = (i + 0.5) * step
        weights = [max(0.0, 1 - abs(j + 0.5 - centre) / reach) for j in range(len(values))]
        total = sum(w * v for w, v in zip(weights, values, strict=True))
        found.append(total / sum(weights))
    return found


def slowly(picture: NDArray[np.uint8], height: int, width: int) -> NDArray[np.float64]:
    _, columns, channels = picture.shape
    tall = np.zeros((height, columns, channels))
    for x in range(columns):
        for c in range(channels):
            tall[:, x, c] = line(picture[:, x, c].tolist(), height)
    wide = np.zeros((height, width, channels))
    for y in range(height):
        for c in range(channels):
            wide[y, :, c] = line(tall[y, :, c].tolist(), width)
    return wide


def noise(seed: int, *shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@settings(max_examples=60, deadline=None)
@given(SEEDS, SIDES, SIDES, SIDES, SIDES, st.integers(1, 4))
def test_every_pixel_is_the_weighted_mean_that_is_promised(
    seed: int, rows: int, columns: int, height: int, width: int, channels: int
) -> None:
    picture = noise(seed, rows, columns, channels)
    found = resize(picture, height, width)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, slowly(picture, height, width), atol=2e-3)


@pytest.mark.parametrize("size", [(100, 100), (73, 48), (12, 300), (401, 399), (1, 1)])
def test_pillow_gives_the_same_but_for_its_rounding(size: tuple[int, int]) -> None:
    image = pytest.importorskip("PIL.Image")
    picture = noise(1, 250, 317, 3)
    theirs = np.asarray(image.fromarray(picture).resize(size[::-1], image.Resampling.BILINEAR))
    assert np.abs(resize(picture, *size) - theirs).max() < 1.1  # it rounds after each direction


@settings(max_examples=60, deadline=None)
@given(SEEDS, SIDES, SIDES, SIDES, SIDES)
def test_nothing_shifts(seed: int, rows: int, columns: int, height: int, width: int) -> None:
    """A shift of any part of a pixel would turn round with the picture."""
    picture = noise(seed, rows, columns, 3)
    turned = resize(picture[::-1, ::-1], height, width)[::-1, ::-1]
    np.testing.assert_allclose(turned, resize(picture, height, width), atol=2e-3)


def test_a_fine_pattern_turns_grey_instead_of_coarse() -> None:
    board = np.indices((240, 240)).sum(axis=0) % 2 * np.uint8(255)
    small = resize(np.repeat(board[..., np.newaxis], 3, axis=2).astype(np.uint8), 37, 37)
    assert np.abs(small[1:-1, 1:-1] - 127.5).max() < 4


def test_the_same_size_gives_the_same_pixels() -> None:
    picture = noise(2, 31, 17, 3)
    assert (resize(picture, 31, 17) == picture).all()


def test_a_cut_out_part_is_as_good_as_a_copy() -> None:
    picture = noise(3, 90, 90, 3)
    part = picture[7:67, 11:71]
    assert (resize(part, 20, 25) == resize(part.copy(), 20, 25)).all()


def test_floats_are_taken_too() -> None:
    picture = noise(4, 50, 60, 3)
    assert (resize(picture.astype(np.float32), 21, 22) == resize(picture, 21, 22)).all()
