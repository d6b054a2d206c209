"""The text in the corner: found in pictures that carry it, however saved, and in no others."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import needs
from unswarm.photos.decode import decode
from unswarm.photos.watermark import FOUND, SIDE, SMALLEST, _letters, watermark

Image = pytest.importorskip("PIL.Image")

WRITTEN = 1_024  # pixels of the pictures that the site gives out


def square(side, *, seed=0):
    """A soft picture with some grain."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (7, 7, 3), dtype=np.uint8))
    soft = np.asarray(small.resize((side, side), Image.Resampling.BICUBIC), float)
    return np.clip(soft + rng.normal(0, 4, soft.shape), 0, 255).astype(np.uint8)


def as_given_out(rgb):
    return np.asarray(Image.fromarray(rgb).resize((WRITTEN, WRITTEN), Image.Resampling.BICUBIC))


def with_text(rgb, strength=1.0):
    """The picture as the site gives it out, with the text in black."""
    picture = as_given_out(rgb)
    ink = Image.fromarray(np.rint(255 * _letters()).astype(np.uint8))
    high, wide = (round(side * WRITTEN / SIDE) for side in _letters().shape)
    ink = np.asarray(ink.resize((wide, high), Image.Resampling.BICUBIC), float) / 255
    made = picture.astype(float)
    made[-high:, -wide:] *= 1 - strength * ink[..., None]
    return np.rint(made).astype(np.uint8)


def as_posted(rgb, side, quality=85):
    """Made smaller and saved as a platform does, then read."""
    small = Image.fromarray(rgb).resize((side, side), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=quality)
    return decode(file.getvalue()).rgb


@pytest.fixture(scope="module")
def faces_and_avatars():
    folder = needs("faces", "images")
    files = [*sorted(folder.glob("gan_sfhq_*"))[::5], *sorted(folder.glob("avatar_*"))]
    return [squared(decode(file.read_bytes()).rgb) for file in files]


def squared(rgb):
    side = min(rgb.shape[:2])
    return rgb[-side:, -side:]


@pytest.mark.parametrize(("side", "least"), [(1_024, 1), (400, 1), (300, 0.95)])
def test_the_text_is_found_on_any_picture(faces_and_avatars, side, least):
    scores = [watermark(as_posted(with_text(rgb), side)) for rgb in faces_and_avatars]
    assert np.mean([score >= FOUND for score in scores]) >= least


@pytest.mark.parametrize("side", [1_024, 400, 300])
def test_pictures_without_it_are_not_accused(faces_and_avatars, side):
    scores = [watermark(as_posted(as_given_out(rgb), side)) for rgb in faces_and_avatars]
    assert max(scores) < FOUND


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([400, 300, 250]))
def test_soft_and_grainy_pictures_do_not_look_like_it(seed, side):
    plain = as_posted(as_given_out(square(200, seed=seed)), side)
    assert watermark(plain) < FOUND <= watermark(as_posted(with_text(square(200, seed=seed)), side))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_noise_does_not_look_like_it(seed):
    noise = np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    assert -1 <= watermark(noise) < FOUND


@pytest.mark.parametrize("side", [400, 300, 250])
def test_gradients_do_not_look_like_it(side):
    """Default avatars are flat or gradients: what compression leaves there is no text."""
    down, across = np.mgrid[:WRITTEN, :WRITTEN] / WRITTEN
    for ends in ((60, 90), (0, 255), (150, 130)):
        for way in (down, across, (down + across) / 2, down * across):
            grey = np.rint(ends[0] + (ends[1] - ends[0]) * way).astype(np.uint8)
            posted = as_posted(np.stack([grey, grey // 2, 255 - grey], 2), side)
            assert abs(watermark(posted)) < FOUND / 2


@pytest.mark.parametrize("value", [0, 128, 255])
def test_flat_pictures_have_no_text(value):
    assert abs(watermark(np.full((SIDE, SIDE, 3), value, np.uint8))) < 0.05


def test_text_elsewhere_is_not_it():
    """Mirrored, upside down or white: the site writes in one way."""
    written = as_posted(with_text(square(300)), SIDE)
    assert watermark(written) > 2 * FOUND
    for other in (written[:, ::-1], written[::-1], 255 - written, written[:-20, :-20]):
        assert watermark(np.ascontiguousarray(other)) < FOUND


@pytest.mark.parametrize("shape", [(400, 399), (300, 400), (199, 199), (16, 16), (1, 1)])
def test_a_picture_cropped_or_too_small_says_nothing(shape):
    assert watermark(np.zeros((*shape, 3), np.uint8)) is None
    assert watermark(np.zeros((SMALLEST, SMALLEST, 3), np.uint8)) is not None
