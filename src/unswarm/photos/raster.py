"""Pictures cut and scaled by Pillow: without aliasing, without a shift of half a pixel."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pixels = NDArray[np.uint8]
Box = tuple[float, float, float, float]

GREY = (127, 127, 127)
COARSE = 2.0
"""A coarse cut is first averaged to no less than this many times the size asked for."""
THINNEST = 1e-3  # pixels of a cut, wherever it is


class Canvas:
    """A picture that can be cut and scaled, with grey all around it."""

    def __init__(self, rgb: Pixels) -> None:
        from PIL import Image

        self.height, self.width = rgb.shape[:2]
        self._border = 2 * (max(self.height, self.width) // 4)
        self._image = Image.fromarray(rgb)
        self._method = Image.Resampling.BILINEAR

    @cached_property
    def _half(self) -> Any:
        """The picture at half its size, averaged."""
        return self._image.reduce(2)

    @cached_property
    def _surrounded(self) -> Any:
        """The picture with a border, for boxes that reach over its edge."""
        from PIL import Image

        size = (self.width + 2 * self._border, self.height + 2 * self._border)
        wide = Image.new("RGB", size, GREY)
        wide.paste(self._image, (self._border, self._border))
        return wide

    def resized(self, height: int, width: int, box: Box | None = None) -> Pixels:
        """The picture, or a box (left, top, right, bottom) inside it → (height, width, 3)."""
        return np.asarray(self._image.resize((width, height), self._method, box, COARSE))

    def cut(self, box: ArrayLike, size: int, *, coarse: bool) -> Pixels:
        """A box (left, top, right, bottom) in pixels → (size, size, 3); it may reach outside."""
        left, top, right, bottom = np.asarray(box, np.float64).tolist()
        outside = left < 0 or top < 0 or right > self.width or bottom > self.height
        if outside:
            image, scale, shift = self._surrounded, 1.0, self._border
        elif coarse and right - left >= 2 * COARSE * size:
            image, scale, shift = self._half, 2.0, 0
        else:
            image, scale, shift = self._image, 1.0, 0
        x = _within((left + shift) / scale, (right + shift) / scale, image.width)
        y = _within((top + shift) / scale, (bottom + shift) / scale, image.height)
        gap = COARSE if outside and coarse else None
        place = (x[0], y[0], x[1], y[1])
        return np.asarray(image.resize((size, size), self._method, place, gap))


def _within(start: float, end: float, length: float) -> tuple[float, float]:
    """A stretch, cut to what lies within the length; never empty."""
    start = min(max(start, 0.0), length - THINNEST)
    return start, min(max(end, start + THINNEST), length)
