"""Where faces and their eyes are: the three small networks of MTCNN, run in numpy.

The networks propose, refine and place: P-Net walks over an image pyramid, R-Net throws out what is
no face, O-Net places eyes, nose and mouth (Zhang, Zhang, Li & Qiao 2016, "Joint Face Detection and
Alignment Using Multitask Cascaded Convolutional Networks", IEEE Signal Processing Letters 23:10).
The weights lie in the wheel of the package `mtcnn` (MIT), which itself is never imported: it asks
for TensorFlow. They are pickles, so each file's SHA-256 is checked before it is opened.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unswarm.errors import SettingsError
from unswarm.photos.raster import Canvas

Floats = NDArray[np.float32]

NAME = "mtcnn-1"
"""What calibrations are bound to: change it when a change here moves the eyes."""

WEIGHTS = {
    "pnet": "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
    "rnet": "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
    "onet": "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
}
SMALLEST = 0.12  # of the picture's shorter side: a smaller face is no profile photo's subject
STEP = 0.709  # of the pyramid: each level has half the pixels of the one before
CELL, STRIDE = 12, 2  # P-Net sees windows of 12 pixels, one every 2
ACCEPTED = {"pnet": 0.6, "rnet": 0.7, "onet": 0.8}
MOST_BOXES = 32  # the likeliest proposals, which R-Net looks at
MOST_FACES = 8  # the likeliest of them, which O-Net looks at
MOST_VOTES = 3  # further boxes of these faces, which have a say in where their points are
DISTINCT = 0.7  # boxes that overlap by more are of one face
ALIKE = 0.9  # boxes of one face that differ by more than this each vote on where its points are
SAME = 0.6  # of the larger box: boxes that share more are of one face


@dataclass(frozen=True)
class Face:
    """A face: how sure, its box (left, top, right, bottom) and five points, in pixels.

    Args:
        score: O-Net's probability that this is a face.
        box: (4,) float32.
        points: (5, 2) float32: the eye on the left of the picture, the one on the right, nose,
            left and right corner of the mouth; pixel `i` spans `i` to `i + 1`.
    """

    score: float
    box: Floats
    points: Floats

    @property
    def eyes(self) -> Floats:
        """(2, 2): the eye on the left of the picture, then the one on the right."""
        return self.points[:2]


def detect(rgb: NDArray[np.uint8]) -> list[Face]:
    """The faces in a picture, the surest first.

    Args:
        rgb: (height, width, 3), upright.

    Raises:
        SettingsError: the package `mtcnn` is missing, or its files are not those that are known.
    """
    canvas = Canvas(rgb)
    return list(_placed(canvas, _refined(canvas, _proposed(canvas))))


def check() -> None:
    """Make sure that the networks are there.

    Raises:
        SettingsError: the package `mtcnn` is missing, or its files are not those that are known.
    """
    _weights()


# --- the three steps


def _proposed(canvas: Canvas) -> Floats:
    """P-Net over the pyramid, all its levels laid out on one sheet → (n, 5) boxes with scores."""
    levels = _levels(canvas.height, canvas.width)
    sheet = np.zeros((max(v.bottom for v in levels), max(v.right for v in levels), 3), np.uint8)
    for level in levels:
        sheet[level.top : level.bottom, level.left : level.right] = canvas.resized(
            level.bottom - level.top, level.right - level.left
        )
    offsets, scores = _windows(_normal(sheet))
    found = [_boxes(canvas, level, offsets, scores) for level in levels]
    boxes = np.concatenate([some[_apart(some, 0.5)] for some in found])
    return _square(boxes[_apart(boxes, 0.7)][:MOST_BOXES])


@dataclass(frozen=True)
class _Level:
    """Where one level of the pyramid lies on the sheet; all figures are even."""

    top: int
    left: int
    bottom: int
    right: int


@cache
def _levels(height: int, width: int) -> list[_Level]:
    """The pyramid's levels, each in the first column of the sheet that has room below."""
    levels: list[_Level] = []
    columns: list[_Level] = []  # the lowest level of each column
    scale = CELL / (SMALLEST * min(height, width))
    high, wide = _even(height * scale), _even(width * scale)
    while min(high, wide) >= CELL:
        room = (i for i, c in enumerate(columns) if c.bottom + high <= levels[0].bottom)
        place = next(room, None)
        if place is None:
            left = max((level.right for level in levels), default=0)
            columns.append(_Level(0, left, high, left + wide))
        else:
            top, left = columns[place].bottom, columns[place].left
            columns[place] = _Level(top, left, top + high, left + wide)
        levels.append(columns[-1 if place is None else place])
        scale *= STEP
        high, wide = _even(height * scale), _even(width * scale)
    return levels


def _even(length: float) -> int:
    return 2 * round(length / 2)


def _windows(sheet: Floats) -> tuple[Floats, Floats]:
    """What P-Net sees in every window of the sheet: offsets (h, w, 4) and scores (h, w)."""
    w = _weights()["pnet"]
    x = _pool(_conv(sheet[None], *w[0:3]), 2, 2)
    x = _conv(_conv(x, *w[3:6]), *w[6:9])[0]
    return x @ w[9][0, 0] + w[10], _face_share(x @ w[11][0, 0] + w[12])


def _boxes(canvas: Canvas, level: _Level, offsets: Floats, scores: Floats) -> Floats:
    """The windows that lie whole in one level → (n, 5) boxes in the picture's pixels."""
    high, wide = level.bottom - level.top, level.right - level.left
    top, left = level.top // STRIDE, level.left // STRIDE
    inside = np.s_[
        top : top + (high - CELL) // STRIDE + 1, left : left + (wide - CELL) // STRIDE + 1
    ]
    rows, columns = np.nonzero(scores[inside] > ACCEPTED["pnet"])
    corner = np.stack([columns, rows, columns, rows], 1) * STRIDE + [0, 0, CELL, CELL]
    boxes = corner + offsets[inside][rows, columns] * CELL
    boxes *= np.tile([canvas.width / wide, canvas.height / high], 2)
    return np.column_stack([boxes, scores[inside][rows, columns]]).astype(np.float32)


def _refined(canvas: Canvas, boxes: Floats) -> Floats:
    """R-Net: boxes that hold a face, moved to where it is."""
    if not len(boxes):
        return boxes
    w = _weights()["rnet"]
    x = _pool(_conv(_patches(canvas, boxes, 24, coarse=True), *w[0:3]), 3, 2)
    x = _pool(_conv(x, *w[3:6]), 3, 2, whole=True)
    x = _conv(x, *w[6:9]).transpose(0, 2, 1, 3).reshape(len(boxes), -1)
    x = _prelu(x @ w[9] + w[10], w[11])
    moved = _moved(boxes, x @ w[12] + w[13], _face_share(x @ w[14] + w[15]))
    moved = moved[moved[:, 4] > ACCEPTED["rnet"]]
    faces = _apart(moved, DISTINCT)[:MOST_FACES]
    votes = [one for one in _apart(moved, ALIKE) if one not in faces][:MOST_VOTES]
    return _square(moved[faces + votes])


def _placed(canvas: Canvas, boxes: Floats) -> Iterator[Face]:
    """O-Net: the faces with their points, the surest first."""
    if not len(boxes):
        return
    w = _weights()["onet"]
    x = _pool(_conv(_patches(canvas, boxes, 48, coarse=False), *w[0:3]), 3, 2)
    x = _pool(_conv(x, *w[3:6]), 3, 2, whole=True)
    x = _pool(_conv(x, *w[6:9]), 2, 2)
    x = _conv(x, *w[9:12]).transpose(0, 2, 1, 3).reshape(len(boxes), -1)
    x = _prelu(x @ w[12] + w[13], w[14])
    moved = _moved(boxes, x @ w[15] + w[16], _face_share(x @ w[19] + w[20]))
    points = _points(boxes, x @ w[17] + w[18])
    sure = moved[:, 4] > ACCEPTED["onet"]
    moved, points = moved[sure], points[sure]
    for one in _apart(moved, 0.7, of_smaller=True):
        votes = points[_same(moved, one)].mean(axis=0)
        yield Face(float(moved[one, 4]), moved[one, :4], votes)


def _points(boxes: Floats, placed: Floats) -> Floats:
    """(n, 10) shares of the boxes, x first → (n, 5, 2) pixels."""
    size = (boxes[:, 2:4] - boxes[:, 0:2])[:, None, :]
    shares = placed.reshape(-1, 2, 5).transpose(0, 2, 1)
    return (boxes[:, None, 0:2] + shares * size).astype(np.float32)


# --- boxes


def _moved(boxes: Floats, offsets: Floats, scores: Floats) -> Floats:
    size = np.tile(boxes[:, 2:4] - boxes[:, 0:2], 2)
    return np.column_stack([boxes[:, :4] + offsets * size, scores]).astype(np.float32)


def _square(boxes: Floats) -> Floats:
    """The boxes with both sides as long as the longer one, about the same middle."""
    middle = (boxes[:, 0:2] + boxes[:, 2:4]) / 2
    half = (boxes[:, 2:4] - boxes[:, 0:2]).max(1, keepdims=True, initial=0) / 2
    return np.column_stack([middle - half, middle + half, boxes[:, 4]]).astype(np.float32)


def _apart(boxes: Floats, most: float, *, of_smaller: bool = False) -> list[int]:
    """Indices of boxes, the surest first, without those that overlap a surer one too much."""
    order = np.argsort(-boxes[:, 4], kind="stable")
    ordered = boxes[order]
    area, shared = _area(ordered), _shared(ordered[:, None], ordered[None])
    smaller = np.minimum(area[:, None], area[None])
    whole = smaller if of_smaller else area[:, None] + area[None] - shared
    clear = shared <= most * whole
    left = np.ones(len(boxes), np.bool_)
    kept: list[int] = []
    for place in range(len(boxes)):
        if left[place]:
            kept.append(int(order[place]))
            left &= clear[place]
    return kept


def _same(boxes: Floats, one: int) -> NDArray[np.bool_]:
    """Which boxes are of the same face as one of them."""
    area = _area(boxes)
    return np.asarray(_shared(boxes, boxes[one]) >= SAME * np.maximum(area, area[one]))


def _area(boxes: Floats) -> Floats:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), np.float32)


def _shared(boxes: Floats, box: Floats) -> Floats:
    """The area that each box shares with one, or with each of several."""
    wide = np.minimum(boxes[..., 2], box[..., 2]) - np.maximum(boxes[..., 0], box[..., 0])
    high = np.minimum(boxes[..., 3], box[..., 3]) - np.maximum(boxes[..., 1], box[..., 1])
    return np.asarray(np.maximum(wide, 0) * np.maximum(high, 0), np.float32)


def _patches(canvas: Canvas, boxes: Floats, size: int, *, coarse: bool) -> Floats:
    return _normal(np.stack([canvas.cut(box, size, coarse=coarse) for box in boxes[:, :4]]))


def _normal(pixels: NDArray[np.uint8]) -> Floats:
    return np.asarray((pixels.astype(np.float32) - 127.5) / 128, np.float32)


# --- layers; pictures are (n, height, width, channels)


def _conv(x: Floats, kernel: Floats, bias: Floats, slope: Floats) -> Floats:
    """Convolution without padding, then PReLU: one product for all windows of all pictures.

    A row of a window is a run of memory, so that windows are copied run by run.
    """
    high, wide, depth, channels = kernel.shape
    x = np.ascontiguousarray(x)
    n, rows, columns = x.shape[0], x.shape[1] - high + 1, x.shape[2] - wide + 1
    picture, row, column, value = x.strides
    windows = np.lib.stride_tricks.as_strided(
        x, (n, rows, columns, high, wide * depth), (picture, row, column, row, value)
    )
    made: Floats = windows.reshape(n * rows * columns, -1) @ kernel.reshape(-1, channels)
    made += bias
    return _prelu(made, slope.ravel()).reshape(n, rows, columns, channels)


def _prelu(x: Floats, slope: Floats) -> Floats:
    """Negative values times the slope, in place."""
    below = np.minimum(x, 0)
    below *= slope - 1
    x += below
    return x


def _pool(x: Floats, size: int, stride: int, *, whole: bool = False) -> Floats:
    """The largest value of each window; unless `whole`, windows may reach over the end."""
    if not whole:
        over = [max(0, (-(-n // stride) - 1) * stride + size - n) for n in x.shape[1:3]]
        sides = [(extra // 2, extra - extra // 2) for extra in over]
        x = np.pad(x, ((0, 0), *sides, (0, 0)), constant_values=-np.inf)
    high, wide = ((n - size) // stride + 1 for n in x.shape[1:3])
    parts = (
        x[:, i : i + stride * high : stride, j : j + stride * wide : stride]
        for i in range(size)
        for j in range(size)
    )
    best = next(parts).copy()
    for part in parts:
        np.maximum(best, part, out=best)
    return best


def _face_share(x: Floats) -> Floats:
    """Softmax of (no face, face) → the share of face."""
    odds = np.exp(np.clip(x[..., 0] - x[..., 1], -80, 80))
    return np.asarray(1 / (1 + odds), np.float32)


# --- the weights


@cache
def _weights() -> dict[str, list[Floats]]:
    folder = _folder()
    return {name: _opened(folder / f"{name}.lz4", digest) for name, digest in WEIGHTS.items()}


def _folder() -> Path:
    package = importlib.util.find_spec("mtcnn")
    if package is None or package.origin is None:
        raise SettingsError("Photos need the photos extra. Hint: pip install 'unswarm[photos]'")
    return Path(package.origin).parent / "assets" / "weights"


def _opened(file: Path, digest: str) -> list[Floats]:
    content = file.read_bytes() if file.exists() else b""
    if hashlib.sha256(content).hexdigest() != digest:
        raise SettingsError(
            f"{file} is not the file that is known, and is not opened. "
            "Hint: pip install --force-reinstall 'mtcnn>=1,<2'"
        )
    import joblib

    return [np.asarray(array, np.float32) for array in joblib.load(io.BytesIO(content))]
