"""The detector: layers against loops, its sheet and boxes, faces where they were put, its files."""

import hashlib
import importlib.util
import math
import subprocess
import sys
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import photo_reference as reference
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import needs
from unswarm.errors import SettingsError
from unswarm.photos import mtcnn
from unswarm.photos.decode import decode
from unswarm.photos.mtcnn import CELL, SMALLEST, STEP, detect
from unswarm.photos.raster import Canvas

joblib = pytest.importorskip("joblib")
pytest.importorskip("PIL")
if importlib.util.find_spec("mtcnn") is None:
    pytest.skip("the detector's weights are absent", allow_module_level=True)

SEEDS = st.integers(0, 2**32 - 1)
SIDES = st.integers(1, 9)


def values(seed, *shape):
    return np.random.default_rng(seed).normal(0, 1, shape).astype(np.float32)


# --- layers


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 3), st.integers(1, 3), SIDES, SIDES, st.integers(1, 3), SIDES)
def test_a_convolution_is_that_of_loops(seed, high, wide, more, wider, channels, kernels):
    x = values(seed, 2, high + more - 1, wide + wider - 1, channels)
    kernel, bias = values(seed + 1, high, wide, channels, kernels), values(seed + 2, kernels)
    slope = values(seed + 3, 1, 1, kernels)
    expected = reference.conv(x, kernel, bias, slope)
    assert mtcnn._conv(x, kernel, bias, slope) == pytest.approx(expected, abs=1e-4)


@given(SEEDS, SIDES, SIDES)
def test_negative_values_are_times_the_slope(seed, n, channels):
    x, slope = values(seed, n, channels), values(seed + 1, channels)
    expected = [
        [v if v > 0 else v * s for v, s in zip(row, slope.tolist(), strict=True)]
        for row in x.tolist()
    ]
    assert mtcnn._prelu(x.copy(), slope) == pytest.approx(np.array(expected), abs=1e-5)


@settings(max_examples=80, deadline=None)
@given(SEEDS, st.integers(2, 3), st.integers(1, 3), SIDES, SIDES, st.booleans())
def test_a_pool_is_that_of_loops(seed, size, stride, more, wider, whole):
    x = values(seed, 2, size + more - 1, size + wider - 1, 2)
    expected = reference.pool(x, size, stride, whole)
    assert np.array_equal(mtcnn._pool(x, size, stride, whole=whole), expected)


@given(st.lists(st.tuples(*[st.floats(-200, 200)] * 2), min_size=1, max_size=9))
def test_the_share_of_face_is_that_of_a_softmax(pairs):
    shares = mtcnn._face_share(np.array(pairs, np.float32))
    expected = [
        1 / (1 + math.exp(min(700, no - yes))) for no, yes in np.array(pairs, np.float32).tolist()
    ]
    assert shares == pytest.approx(expected, abs=1e-6)


# --- the sheet


def lengths():
    return st.integers(1, 400)


@settings(max_examples=200, deadline=None)
@given(lengths(), lengths())
def test_the_levels_of_the_pyramid_lie_apart_on_the_sheet(height, width):
    levels = mtcnn._levels(height, width)
    for level in levels:
        figures = (level.top, level.left, level.bottom, level.right)
        assert all(figure % 2 == 0 for figure in figures)
        assert min(level.bottom - level.top, level.right - level.left) >= CELL
        assert min(figures) >= 0
    for a, b in combinations(levels, 2):
        beside = a.right <= b.left or b.right <= a.left
        assert beside or a.bottom <= b.top or b.bottom <= a.top
    assert max(level.bottom for level in levels) == levels[0].bottom  # as high as the largest


@settings(max_examples=100, deadline=None)
@given(st.integers(16, 400), st.integers(16, 400))
def test_each_level_has_half_the_pixels_of_the_one_before(height, width):
    """The largest shows faces of 12 % of the shorter side to a window; the last is too small."""
    levels = mtcnn._levels(height, width)
    scale = CELL / (SMALLEST * min(height, width))
    for level in levels:
        assert level.bottom - level.top == pytest.approx(height * scale, abs=1)
        assert level.right - level.left == pytest.approx(width * scale, abs=1)
        scale *= STEP
    assert min(height, width) * scale < CELL + 1


@settings(max_examples=10, deadline=None)
@given(st.integers(16, 100), st.integers(16, 100), SEEDS)
def test_windows_of_a_level_do_not_see_its_neighbours(height, width, seed):
    """What is found in a level alone is what is found in it on the sheet."""
    rng = np.random.default_rng(seed)
    canvas = Canvas(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))
    levels = mtcnn._levels(height, width)
    sheet = np.zeros((max(v.bottom for v in levels), max(v.right for v in levels), 3), np.uint8)
    parts = [canvas.resized(v.bottom - v.top, v.right - v.left) for v in levels]
    for level, part in zip(levels, parts, strict=True):
        sheet[level.top : level.bottom, level.left : level.right] = part
    _, scores = mtcnn._windows(mtcnn._normal(sheet))
    for level, part in zip(levels, parts, strict=True):
        _, alone = mtcnn._windows(mtcnn._normal(part))
        high, wide = ((side - CELL) // 2 + 1 for side in part.shape[:2])
        top, left = level.top // 2, level.left // 2
        together = scores[top : top + high, left : left + wide]
        assert together == pytest.approx(alone[:high, :wide], abs=1e-4)


# --- the canvas


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(4, 60), st.integers(4, 60), st.booleans())
def test_a_cut_that_is_not_scaled_is_the_picture_with_grey_around(seed, height, width, coarse):
    """Boxes may reach outside by nearly half of the longer side."""
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    reach = 2 * (max(height, width) // 4)
    side = int(rng.integers(1, min(height, width) + reach))
    left, top = (int(rng.integers(-reach, end + reach - side + 1)) for end in (width, height))
    around = np.full((height + 2 * reach, width + 2 * reach, 3), 127, np.uint8)
    around[reach : reach + height, reach : reach + width] = rgb
    found = Canvas(rgb).cut((left, top, left + side, top + side), side, coarse=coarse)
    left, top = left + reach, top + reach
    assert np.array_equal(found, around[top : top + side, left : left + side])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-500, 500), min_size=4, max_size=4), st.sampled_from([24, 48]))
def test_any_box_can_be_cut(box, size):
    """Also one that lies outside, is empty or turned inside out: networks say odd things."""
    for coarse in (True, False):
        assert Canvas(np.zeros((60, 80, 3), np.uint8)).cut(box, size, coarse=coarse).shape == (
            size,
            size,
            3,
        )


@settings(max_examples=20, deadline=None)
@given(st.integers(20, 300), st.integers(20, 300), st.integers(1, 60), st.integers(1, 60))
def test_scaling_does_not_move_a_gradient(height, width, high, wide):
    """A value stays at its share of the width, whatever the sizes are."""
    across = (np.arange(width) + 0.5) / width * 255
    rgb = np.broadcast_to(across[None, :, None], (height, width, 3)).astype(np.uint8)
    small = Canvas(rgb).resized(high, wide).astype(float)
    inside = slice(wide // 8 + 1, wide - wide // 8 - 1)
    expected = ((np.arange(wide) + 0.5) / wide * 255)[inside]
    if len(expected):
        assert np.abs(small[:, inside, 0] - expected).max() <= 255 / width + 2


# --- boxes


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(16, 90), st.integers(16, 90))
def test_windows_become_boxes_of_the_picture(seed, height, width):
    """Each sure window of a level, moved by its offsets and scaled to the picture."""
    rng = np.random.default_rng(seed)
    canvas = Canvas(np.zeros((height, width, 3), np.uint8))
    level = mtcnn._Level(2 * int(rng.integers(0, 9)), 2 * int(rng.integers(0, 9)), 0, 0)
    high, wide = (2 * int(side) for side in rng.integers(6, 20, 2))
    level = mtcnn._Level(level.top, level.left, level.top + high, level.left + wide)
    offsets = rng.normal(0, 0.2, (40, 40, 4)).astype(np.float32)
    scores = rng.random((40, 40)).astype(np.float32)
    expected = []
    for top in range(0, high - CELL + 1, 2):
        for left in range(0, wide - CELL + 1, 2):
            place = (level.top + top) // 2, (level.left + left) // 2
            if scores[place] > 0.6:
                corners = (left, top, left + CELL, top + CELL)
                moved = [c + CELL * float(o) for c, o in zip(corners, offsets[place], strict=True)]
                scale = (width / wide, height / high) * 2
                box = [c * s for c, s in zip(moved, scale, strict=True)]
                expected.append([*box, float(scores[place])])
    found = mtcnn._boxes(canvas, level, offsets, scores)
    assert found == pytest.approx(np.array(expected).reshape(-1, 5), abs=1e-3)


def some_boxes(seed, n):
    rng = np.random.default_rng(seed)
    corner, size = rng.uniform(0, 30, (n, 2)), rng.uniform(1, 40, (n, 2))
    return np.column_stack([corner, corner + size, rng.random(n)]).astype(np.float32)


@settings(max_examples=100, deadline=None)
@given(SEEDS, st.integers(0, 12), st.sampled_from([0.3, 0.5, 0.7, 0.9]), st.booleans())
def test_boxes_that_are_kept_are_those_of_comparing_all(seed, n, most, of_smaller):
    boxes = some_boxes(seed, n)
    expected = reference.apart(boxes.tolist(), most, of_smaller)
    assert mtcnn._apart(boxes, most, of_smaller=of_smaller) == expected


def test_equal_boxes_are_one():
    boxes = np.array([[0, 0, 10, 10, 0.9]] * 3 + [[20, 0, 30, 10, 0.9]], np.float32)
    assert mtcnn._apart(boxes, 0.5) == [0, 3]


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 12))
def test_boxes_of_one_face_share_most_of_the_larger(seed, n):
    boxes = some_boxes(seed, n)
    expected = []
    for box in boxes.tolist():
        shared, _ = reference.overlap(box, boxes[0].tolist(), False)
        areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (box, boxes[0].tolist())]
        expected.append(shared >= 0.6 * max(areas))
    assert mtcnn._same(boxes, 0).tolist() == expected


@given(SEEDS, st.integers(0, 8))
def test_squares_have_the_same_middle_and_the_longer_side(seed, n):
    boxes = some_boxes(seed, n)
    squares = mtcnn._square(boxes)
    for box, square in zip(boxes.tolist(), squares.tolist(), strict=True):
        side = max(box[2] - box[0], box[3] - box[1])
        assert square[2] - square[0] == pytest.approx(side, abs=1e-4)
        assert square[3] - square[1] == pytest.approx(side, abs=1e-4)
        for first in (0, 1):
            middle = box[first] + box[first + 2]
            assert square[first] + square[first + 2] == pytest.approx(middle, abs=1e-4)
        assert square[4] == box[4]


# --- faces


@cache
def face(number):
    """A generated face and the two eyes that the detector finds in it alone, as shares."""
    file = needs("faces", "images", f"gan_sfhq_{number:03}.jpg")
    rgb = decode(file.read_bytes()).rgb
    (found,) = detect(rgb)
    return rgb, found.eyes / rgb.shape[1::-1]


def pasted(faces, height, width):
    """Faces on grey: (picture, left, top, side) each."""
    sheet = np.full((height, width, 3), 110, np.uint8)
    for rgb, left, top, side in faces:
        sheet[top : top + side, left : left + side] = Canvas(rgb).resized(side, side)
    return sheet


PLACES = ((5, 60, 280), (180, 10, 200), (20, 150, 130), (250, 180, 90), (110, 90, 60))


@pytest.mark.parametrize(("left", "top", "side"), PLACES)
@pytest.mark.parametrize("number", [0, 40, 80])
def test_eyes_are_found_where_the_face_was_put(number, left, top, side):
    rgb, eyes = face(number)
    found = detect(pasted([(rgb, left, top, side)], 360, 400))
    assert len(found) == 1
    away = found[0].eyes - (eyes * side + [left, top])
    assert np.hypot(*away.T).max() < 0.03 * side
    assert found[0].score > 0.9
    box = found[0].box
    middle = (box[:2] + box[2:]) / 2
    assert np.abs(middle - [left + side / 2, top + side / 2]).max() < 0.25 * side


def test_two_faces_are_two():
    pair = [(face(0)[0], 0, 40, 200), (face(40)[0], 200, 40, 200)]
    found = detect(pasted(pair, 300, 400))
    assert len(found) == 2
    assert found[0].score >= found[1].score
    by_place = sorted(found, key=lambda one: one.box[0])
    for one, number, left in zip(by_place, (0, 40), (0, 200), strict=True):
        assert np.abs(one.eyes - (face(number)[1] * 200 + [left, 40])).max() < 6


@pytest.mark.parametrize("number", [0, 40, 80])
def test_a_mirrored_face_has_its_eyes_mirrored(number):
    rgb, eyes = face(number)
    (there,) = detect(np.ascontiguousarray(rgb[:, ::-1]))
    expected = reference.mirrored(eyes.ravel().tolist())
    assert (there.eyes / rgb.shape[1::-1]).ravel() == pytest.approx(expected, abs=0.025)


def test_points_stand_as_in_a_face():
    for number in (0, 40, 80):
        rgb, _ = face(number)
        (found,) = detect(rgb)
        left, right, nose, mouth_left, mouth_right = found.points.tolist()
        assert left[0] < nose[0] < right[0]
        assert max(left[1], right[1]) < nose[1] < min(mouth_left[1], mouth_right[1])
        assert mouth_left[0] < mouth_right[0]
        assert found.points.shape == (5, 2)


def test_the_same_picture_gives_the_same_eyes():
    rgb, _ = face(0)
    assert np.array_equal(detect(rgb)[0].points, detect(rgb)[0].points)


@pytest.mark.parametrize("shape", [(400, 400), (16, 16), (400, 16), (16, 400), (1, 1), (3, 50)])
def test_pictures_without_a_face_have_none(shape):
    rng = np.random.default_rng(0)
    for rgb in (
        np.zeros((*shape, 3), np.uint8),
        np.full((*shape, 3), 255, np.uint8),
        rng.integers(0, 256, (*shape, 3), dtype=np.uint8),
        np.broadcast_to(np.linspace(0, 255, shape[1])[None, :, None], (*shape, 3)).astype(np.uint8),
    ):
        assert detect(rgb) == []


# --- the files


@pytest.fixture
def unread(monkeypatch):
    """As if no weights had been read yet, here and after."""
    mtcnn._weights.cache_clear()

    def refused(_):
        raise AssertionError("an unknown file was opened")

    monkeypatch.setattr(joblib, "load", refused)
    yield
    mtcnn._weights.cache_clear()


@pytest.mark.parametrize("changed", ["changed", "empty", "missing"])
@pytest.mark.parametrize("name", list(mtcnn.WEIGHTS))
def test_unknown_weights_are_not_opened(name, changed, tmp_path, monkeypatch, unread):
    real = mtcnn._folder()
    for other in mtcnn.WEIGHTS:
        content = (real / f"{other}.lz4").read_bytes()
        if other == name:
            content = content + b"!" if changed == "changed" else b""
        if other != name or changed != "missing":
            (tmp_path / f"{other}.lz4").write_bytes(content)
    monkeypatch.setattr(mtcnn, "_folder", lambda: tmp_path)
    monkeypatch.setattr(mtcnn, "WEIGHTS", {name: mtcnn.WEIGHTS[name]})
    for ask in (mtcnn.check, lambda: detect(np.zeros((50, 50, 3), np.uint8))):
        with pytest.raises(SettingsError, match=f"{name}.lz4 is not the file .* Hint: pip install"):
            ask()


def test_a_missing_package_is_explained(monkeypatch, unread):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"photos extra.*pip install 'unswarm\[photos\]'"):
        mtcnn.check()


def test_the_package_itself_is_not_imported():
    script = (
        "import sys; from unswarm.photos import mtcnn; mtcnn.check();"
        "sys.exit('mtcnn' in sys.modules or 'tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_weights_are_those_that_are_named():
    for name, digest in mtcnn.WEIGHTS.items():
        file = Path(mtcnn._folder()) / f"{name}.lz4"
        assert hashlib.sha256(file.read_bytes()).hexdigest() == digest
