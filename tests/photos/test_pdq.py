"""PDQ against its definition and the reference program; matching against comparing every pair."""

import math
from collections.abc import Callable, Sequence
from importlib import import_module
from io import BytesIO
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared import needs
from unswarm.photos.pdq import (
    LOWEST_QUALITY,
    SAME,
    SAME_FACE,
    Hashed,
    distance,
    face_pdq,
    matches,
    pdq,
)

module = import_module("unswarm.photos.pdq")  # its package has a function of the same name

Pixels = NDArray[np.uint8]
SEEDS = st.integers(0, 2**32 - 1)
ROUNDING = 2  # bits
RESAMPLED = 30  # bits; hashes of different pictures differ in about 128


# ------------------------------------------------------------------ the hash, slowly


def box(line: Sequence[float], window: int) -> list[float]:
    left, right = (window - 1) // 2, window // 2
    near = [line[max(0, i - left) : i + right + 1] for i in range(len(line))]
    return [sum(some) / len(some) for some in near]


def shrunk(line: Sequence[float]) -> list[float]:
    window = math.ceil(len(line) / 128)
    twice = box(box(line, window), window)
    return [twice[int((k + 0.5) * len(line) / 64)] for k in range(64)]


def slowly(rgb: Pixels) -> tuple[str, int]:
    """Hash and quality as the paper and the reference define them."""
    grey = rgb @ np.array([0.299, 0.587, 0.114])
    tall = np.array([shrunk(column) for column in grey.T.tolist()]).T
    picture = np.array([shrunk(row) for row in tall.tolist()])
    wave = [[math.cos(math.pi / 128 * f * (2 * k + 1)) for k in range(64)] for f in range(1, 17)]
    found = np.array(wave) @ picture @ np.array(wave).T
    median = sorted(found.ravel().tolist())[127]
    bits = sum(1 << (16 * i + j) for i, j in np.ndindex(16, 16) if found[i, j] > median)
    steps = [abs(int(d * 100 / 255)) for axis in (0, 1) for d in np.diff(picture, axis=axis).flat]
    return f"{bits:064x}", min(100, sum(steps) // 90)


def noise(seed: int, height: int, width: int) -> Pixels:
    """Grainy blotches of random colours; the larger the seed's last digit, the larger they are."""
    rng, block = np.random.default_rng(seed), 1 + 3 * (seed % 10)
    small = rng.integers(0, 216, (-(-height // block), -(-width // block), 3), np.uint8)
    grain = rng.integers(0, 40, (height, width, 3), np.uint8)
    return small.repeat(block, 0).repeat(block, 1)[:height, :width] + grain


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(17, 24), st.integers(17, 400), st.booleans())
def test_the_hash_is_that_of_the_definition(seed, short, long, upright):
    rgb = noise(seed, long, short) if upright else noise(seed, short, long)
    slow, quality = slowly(rgb)
    fast = pdq(rgb)
    assert distance(fast.plain, slow) <= ROUNDING
    assert abs(fast.quality - quality) <= 1


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(17, 400), st.integers(17, 400))
def test_the_hash_is_that_of_the_reference(seed, height, width):
    rgb = noise(seed, height, width)
    slow, quality = reference(rgb)
    fast = pdq(rgb)
    assert distance(fast.plain, slow) <= ROUNDING
    assert abs(fast.quality - quality) <= 1


def reference(rgb: Pixels) -> tuple[str, int]:
    bits, quality = pytest.importorskip("pdqhash").compute(np.ascontiguousarray(rgb))
    return np.packbits(bits.astype(bool)).tobytes().hex(), quality


def test_a_hash_that_the_reference_wrote():
    y, x = np.mgrid[:150, :200]
    rgb = np.stack([x * y // 50 % 256, x * x // 90 % 256, y * y // 70 % 256], 2).astype(np.uint8)
    assert pdq(rgb) == Hashed(PINNED, PINNED_MIRRORED, 100)


PINNED = "5a8596aa65aac955929564b5c9aa335aee95112d66691d9a63759cc963139cee"
PINNED_MIRRORED = "1fc0c3ff71ff1800cf8061e09cff460fbb80ccf8333c88cf3660c99c764689bb"


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(17, 300), st.integers(17, 300))
def test_mirrored_is_the_hash_of_the_mirrored_picture(seed, height, width):
    rgb = noise(seed, height, width)
    here, there = pdq(rgb), pdq(rgb[:, ::-1])
    assert distance(here.mirrored, there.plain) <= ROUNDING
    assert distance(here.plain, there.mirrored) <= ROUNDING


def test_a_large_picture_is_hashed_like_its_parts_at_once(monkeypatch):
    rgb = noise(77, 300, 500)
    whole = pdq(rgb)
    for pixels in (1, 1000, 33_333, 10**9):
        monkeypatch.setattr(module, "CACHED", pixels)
        assert pdq(rgb) == whole


def flag(*colours: tuple[int, int, int], upright: bool) -> Pixels:
    stripes = np.array(colours, np.uint8).repeat(100, 0)
    rgb = np.broadcast_to(stripes[None, :], (200, len(stripes), 3))
    return rgb.swapaxes(0, 1) if upright else rgb


@pytest.mark.parametrize("upright", [False, True])
def test_what_changes_in_one_direction_only_has_no_quality(upright):
    france = flag((0, 38, 84), (255, 255, 255), (206, 17, 38), upright=upright)
    assert slowly(france)[1] >= LOWEST_QUALITY
    assert pdq(france).quality == 0


@pytest.mark.parametrize("colour", [0, 127, 255])
def test_a_flat_picture_has_no_quality_and_no_bits(colour):
    assert pdq(np.full((90, 70, 3), colour, np.uint8)) == Hashed("0" * 64, "0" * 64, 0)


@pytest.mark.parametrize("size", [(4, 300), (300, 4), (1, 1)])
def test_the_smallest_pictures_have_no_hash(size):
    assert pdq(noise(10, *size)) == Hashed("0" * 64, "0" * 64, 0)


def test_a_soft_gradient_is_below_the_lowest_quality():
    y, x = np.mgrid[:200, :200]
    rgb = np.stack([(x + y) // 4] * 3, 2).astype(np.uint8)
    assert pdq(rgb).quality < LOWEST_QUALITY < pdq(noise(19, 200, 200)).quality


# ------------------------------------------------------------------ the face in a picture

SHAPE = np.array([[-0.5, 0], [0.5, 0], [0, 0.604], [-0.466, 1.038], [0.466, 1.038]])
EYES_IN_SQUARE, BETWEEN_EYES = np.array([0.5, 0.38]), 0.35
Scene = Callable[[NDArray, NDArray], NDArray]


def scene(seed: int, waves: int = 20, shortest: float = 0.5) -> Scene:
    """Grey values 0 to 255 as a smooth function of places, in distances between the eyes."""
    rng = np.random.default_rng(seed)
    angle, length = rng.uniform(0, 2 * np.pi, waves), rng.uniform(shortest, 3, waves)
    phase, strength = rng.uniform(0, 2 * np.pi, waves), length / np.sqrt(waves)

    def grey(x: NDArray, y: NDArray) -> NDArray:
        along = np.multiply.outer(x, np.cos(angle)) + np.multiply.outer(y, np.sin(angle))
        waved = np.sin(2 * np.pi * along / length + phase) @ strength
        return np.clip(127.5 + 60 * waved, 0, 255)

    return grey


def photo(
    grey: Scene, size: tuple[int, int], eyes: tuple[float, float], apart: float, turned: float = 0
) -> tuple[Pixels, NDArray]:
    """A picture of a scene with its five points: middle and distance of the eyes in pixels."""
    height, width = size
    z = np.arange(width)[None, :] + 0.5 + 1j * (np.arange(height)[:, None] + 0.5)
    turn = apart * np.exp(1j * np.radians(turned))
    place = (z - complex(*eyes)) / turn
    points = turn * (SHAPE[:, 0] + 1j * SHAPE[:, 1]) + complex(*eyes)
    rgb = np.rint(grey(place.real, place.imag))[:, :, None].repeat(3, 2).astype(np.uint8)
    return rgb, np.column_stack([points.real, points.imag])


def square(grey: Scene) -> str:
    """The hash of the face seen perfectly: the scene itself at the places of the square."""
    cells = (np.arange(64) + 0.5) / 64
    x = (cells[None, :] - EYES_IN_SQUARE[0]) / BETWEEN_EYES
    y = (cells[:, None] - EYES_IN_SQUARE[1]) / BETWEEN_EYES
    rgb = np.rint(grey(*np.broadcast_arrays(x, y)))[:, :, None].repeat(3, 2).astype(np.uint8)
    return pdq(rgb).plain


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(20, 80), st.floats(-40, 40), st.integers(-20, 20), st.integers(-20, 20))
def test_a_face_keeps_its_hash_wherever_it_stands(seed, apart, turned, x, y):
    grey = scene(seed)
    found = face_pdq(*photo(grey, (430, 420), (210 + x, 190 + y), apart, turned))
    assert found is not None
    assert distance(found.plain, square(grey)) <= RESAMPLED


@settings(max_examples=15, deadline=None)
@given(SEEDS, SEEDS)
def test_two_faces_are_far_apart(one, other):
    hashes = [square(scene(seed)) for seed in (one, other)]
    pictures = (photo(scene(seed), (300, 300), (150, 130), 80) for seed in (one, other))
    found = [face_pdq(*picture) for picture in pictures]
    assert one == other or distance(*hashes) > SAME_FACE
    assert one == other or distance(found[0].plain, found[1].plain) > SAME_FACE


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_the_mirrored_face_is_that_of_the_mirrored_picture(seed):
    rgb, points = photo(scene(seed), (300, 300), (155, 130), 70, 5)
    there = np.column_stack([300 - points[:, 0], points[:, 1]])[[1, 0, 2, 4, 3]]
    here, mirrored = face_pdq(rgb, points), face_pdq(rgb[:, ::-1], there)
    assert distance(here.mirrored, mirrored.plain) <= RESAMPLED
    assert distance(here.plain, mirrored.mirrored) <= RESAMPLED


def test_errors_of_the_points_are_averaged_out():
    grey = scene(3)
    rgb, points = photo(grey, (400, 400), (200, 180), 100)
    points = points + np.random.default_rng(0).normal(0, 1.5, (5, 2))
    assert distance(face_pdq(rgb, points).plain, square(grey)) <= SAME_FACE


def test_fine_detail_of_a_large_face_does_not_alias():
    grey = scene(4)
    rgb, points = photo(grey, (900, 900), (450, 400), 280)
    grain = np.random.default_rng(5).integers(0, 64, rgb.shape, np.uint8)
    assert distance(face_pdq(rgb // 2 + grain, points).plain, square(grey)) <= RESAMPLED


def test_a_face_that_is_too_small_has_no_hash():
    sides = [photo(scene(1), (100, 100), (50, 45), BETWEEN_EYES * side) for side in (23.9, 24.1)]
    assert [face_pdq(*picture) is None for picture in sides] == [True, False]


@pytest.mark.parametrize(("shift", "none"), [(0, False), (9, False), (11, True), (90, True)])
def test_a_face_that_hangs_out_of_the_picture_has_no_hash(shift, none):
    rgb, points = photo(scene(1), (100, 300), (50 - shift, 38), BETWEEN_EYES * 100)
    assert (face_pdq(rgb, points) is None) is none


@pytest.mark.parametrize("points", [np.zeros((5, 2)), np.full((5, 2), np.nan), SHAPE * 1e9])
def test_points_that_are_no_face_have_no_hash(points):
    assert face_pdq(noise(1, 50, 50), points) is None


# ------------------------------------------------------------------ matching


def every_pair(hashes: Sequence[str], most: int) -> list[tuple[int, int, int]]:
    """Compare all with all."""
    pairs = ((i, j, distance(hashes[i], hashes[j])) for i, j in combinations(range(len(hashes)), 2))
    return [pair for pair in pairs if pair[2] <= most]


@st.composite
def some_hashes(draw: st.DrawFn) -> list[str]:
    """Random hashes, copies of them, and copies with some bits flipped, near every limit.

    The first bits in a row are the hardest to find: they are spread most evenly over the parts.
    """
    rng = np.random.default_rng(draw(SEEDS))
    originals = [int.from_bytes(rng.bytes(32)) for _ in range(draw(st.integers(1, 4)))]
    flips = draw(st.lists(st.sampled_from((0, 0, 1, 16, 30, 31, 32, 49, 50, 51)), max_size=12))
    made = [*originals]
    for flipped in flips:
        original = made[rng.integers(len(made))]
        bits = rng.permutation(256) if draw(st.booleans()) else np.arange(255, -1, -1)
        made.append(original ^ sum(1 << bit for bit in bits[:flipped].tolist()))
    return [f"{made[i]:064x}" for i in rng.permutation(len(made))]


LIMITS = st.sampled_from((0, 1, SAME, SAME_FACE, 100, 128, 256))


@settings(max_examples=150, deadline=None)
@given(some_hashes(), LIMITS)
def test_matches_are_those_of_every_pair(hashes, most):
    assert [tuple(row) for row in matches(hashes, most).tolist()] == every_pair(hashes, most)


@settings(max_examples=60, deadline=None)
@given(
    some_hashes(), st.sampled_from((0, 15, SAME, SAME_FACE)), st.integers(16, 60), st.integers(1, 9)
)
def test_every_way_to_cut_the_bits_finds_the_same(hashes, most, parts, at_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "AT_ONCE", at_once)
        patch.setattr(module, "_parts", lambda most, *_: module._cut(most, parts))
        assert [tuple(row) for row in matches(hashes, most).tolist()] == every_pair(hashes, most)


@settings(max_examples=60, deadline=None)
@given(some_hashes(), some_hashes(), LIMITS, st.one_of(st.none(), st.integers(16, 60)))
def test_others_are_compared_with_all_of_them(hashes, others, most, parts):
    both = hashes + others
    others = both[:: len(hashes)]
    pairs = product(range(len(hashes)), range(len(others)))
    far = ((i, j, distance(hashes[i], others[j])) for i, j in pairs)
    with pytest.MonkeyPatch.context() as patch:
        if parts and most <= SAME_FACE:
            patch.setattr(module, "_parts", lambda most, *_: module._cut(most, parts))
        found = matches(hashes, most, others).tolist()
    assert [tuple(row) for row in found] == [pair for pair in far if pair[2] <= most]


@pytest.mark.parametrize("most", [SAME, SAME_FACE])
def test_the_pairs_planted_among_many_are_found_and_no_others(most):
    rng = np.random.default_rng(8)
    made = [int.from_bytes(rng.bytes(32)) for _ in range(12_000)]
    for i in range(0, 1000, 2):
        bits = rng.choice(256, most + i % 4 // 2, replace=False).tolist()
        made[11_000 + i] = made[i] ^ sum(1 << bit for bit in bits)
    found = matches([f"{h:064x}" for h in made], most)
    assert found.tolist() == [[i, 11_000 + i, most] for i in range(0, 1000, 4)]


@pytest.mark.parametrize("hashes", [[], ["a" * 64]])
def test_few_hashes_match_nothing(hashes):
    assert matches(hashes).shape == (0, 3)
    assert matches(hashes, SAME, []).shape == (0, 3)
    assert matches([], SAME, hashes).shape == (0, 3)


@pytest.mark.parametrize("wrong", ["", "a" * 63, "a" * 65, "g" * 64, "a" * 62 + "  "])
def test_what_is_no_hash_is_refused(wrong):
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        matches(["a" * 64, wrong, "a" * (128 - len(wrong))])


# ------------------------------------------------------------------ real pictures

TWICE = [  # the same pictures at another size, in the folder's order
    ("diff_t2i_044", "diff_t2i_049"),
    ("gan_sfhq_007", "gan_sfhq_038"),
    ("gan_sfhq_017", "gan_sfhq_034"),
    ("gan_sfhq_020", "gan_sfhq_035"),
    ("gan_sfhq_023", "gan_sfhq_036"),
    ("gan_sfhq_030", "gan_sfhq_033"),
    ("gan_sfhq_031", "gan_sfhq_045"),
    ("gan_sfhq_105", "gan_sfhq_110"),
]


@pytest.fixture(scope="module")
def images() -> Path:
    pytest.importorskip("PIL")
    return needs("faces", "images")


def opened(source: Path | BytesIO) -> Pixels:
    from PIL import Image

    return np.asarray(Image.open(source).convert("RGB"))


def again(rgb: Pixels, size: int, quality: int) -> Pixels:
    """The picture scaled and saved as JPEG, as a platform would."""
    from PIL import Image

    file = BytesIO()
    Image.fromarray(rgb).resize((size, size)).save(file, "JPEG", quality=quality)
    return opened(file)


def test_among_real_photos_only_the_same_ones_match(images):
    kinds = ("gan_sfhq_*", "diff_t2i_*", "real_*")
    files = sorted(file for kind in kinds for file in images.glob(kind))
    found = matches([pdq(opened(file)).plain for file in files])
    assert [(files[i].stem, files[j].stem) for i, j, _ in found] == TWICE


def test_real_photos_have_the_hashes_of_the_reference(images):
    for file in sorted(images.glob("*"))[::9]:
        rgb = opened(file)
        slow, quality = reference(rgb)
        fast = pdq(rgb)
        assert fast.quality == quality or quality < LOWEST_QUALITY
        assert distance(fast.plain, slow) <= ROUNDING or quality < LOWEST_QUALITY


def test_a_photo_scaled_and_saved_again_matches(images):
    photos = [opened(file) for file in sorted(images.glob("gan_sfhq_*"))[:40]]
    far = [distance(pdq(rgb).plain, pdq(again(rgb, 200, 70)).plain) for rgb in photos]
    assert np.mean(np.array(far) <= SAME) > 0.95


def test_a_cropped_photo_matches_by_its_face(images):
    """Faces of these pictures stand where their generator puts all of them."""
    points = (SHAPE * 0.2537 + [0.5, 0.469]).astype(float)
    whole, face = [], []
    for file in sorted(images.glob("gan_sfhq_*"))[:40]:
        rgb = opened(file)
        size = np.array(rgb.shape[1::-1])
        cut = np.ascontiguousarray(rgb[size[1] // 10 :, : -size[0] // 10])
        there = (points * size - [0, size[1] // 10]) * 300 / np.array(cut.shape[1::-1])
        cropped = again(cut, 300, 80)
        whole.append(distance(pdq(rgb).plain, pdq(cropped).plain))
        face.append(distance(face_pdq(rgb, points * size).plain, face_pdq(cropped, there).plain))
    assert min(whole) > SAME
    assert max(face) <= SAME_FACE
