"""Pictures at another size: linear and antialiased.

What falls together is averaged, nothing is left out: what a shrunk picture leaves out folds back as
patterns that are in no photo, and a detector of generated pictures looks for exactly those.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8] | NDArray[np.float32]

BLOCK = 8  # lines computed at once: wide enough for BLAS, narrow enough that few weights are zero


class Block(NamedTuple):
    """Lines `start:stop` of the new picture, as a sum of lines `first:last` of the old one."""

    start: int
    stop: int
    first: int
    last: int
    weights: NDArray[np.float32]


def resize(picture: Pixels, height: int, width: int) -> NDArray[np.float32]:
    """A picture at another size; the proportions may change.

    Each new pixel is the mean of the old ones around its centre, weighted by a triangle that is two
    pixels wide, or two new pixels wide where the picture shrinks; at the border the triangle is
    cut. Pixels are squares whose centre lies at i + 1/2, so nothing shifts.

    Args:
        picture: (h, w, channels), 8-bit or float; h and w at least 1.
        height: rows wanted, at least 1.
        width: columns wanted, at least 1.

    Returns:
        (height, width, channels), 32-bit floats in the range of the old values, not
        rounded to whole numbers.
    """
    rows, columns, channels = picture.shape
    tall = _rows(picture.reshape(rows, columns * channels), height)
    if columns == width:
        return tall.reshape(height, width, channels)
    wide = np.empty((height, width * channels), np.float32)
    for start, stop, first, last, weights in _across(columns, width, channels):
        inner = tall[:, first * channels : last * channels]
        np.matmul(inner, weights, out=wide[:, start * channels : stop * channels])
    return wide.reshape(height, width, channels)


def _rows(lines: Pixels, height: int) -> NDArray[np.float32]:
    if len(lines) == height:
        return lines.astype(np.float32)
    found = np.empty((height, lines.shape[1]), np.float32)
    for start, stop, first, last, part in _down(len(lines), height):
        np.matmul(part, lines[first:last].astype(np.float32), out=found[start:stop])
    return found


@lru_cache(maxsize=128)
def _down(old: int, new: int) -> tuple[Block, ...]:
    return tuple(_block(old, new, start) for start in range(0, new, BLOCK))


@lru_cache(maxsize=128)
def _across(old: int, new: int, channels: int) -> tuple[Block, ...]:
    """The same for columns whose channels lie side by side; multiplied from the right."""
    apart = np.eye(channels, dtype=np.float32)
    blocks = (_block(old, new, start) for start in range(0, new, BLOCK))
    return tuple(b._replace(weights=np.kron(b.weights.T, apart)) for b in blocks)


def _block(old: int, new: int, start: int) -> Block:
    step = old / new
    reach = max(step, 1.0)
    stop = min(start + BLOCK, new)
    centres = (np.arange(start, stop) + 0.5) * step
    first = max(int(centres[0] - reach), 0)
    last = min(int(centres[-1] + reach) + 1, old)
    away = np.abs(np.arange(first, last) + 0.5 - centres[:, np.newaxis]) / reach
    triangle = np.maximum(1 - away, 0)
    shares = triangle / triangle.sum(axis=1, keepdims=True)
    return Block(start, stop, first, last, shares.astype(np.float32))
