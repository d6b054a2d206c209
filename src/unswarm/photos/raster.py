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
    def _wide(self) -> Any:
        return self._surrounded(self._image, self._border)

    @cached_property
    def _half(self) -> Any:
        """The same at half the size, averaged."""
        return self._surrounded(self._image.reduce(2), self._border // 2)

    def _surrounded(self, image: Any, border: int) -> Any:
        from PIL import Image

        wide = Image.new("RGB", (image.width + 2 * border, image.height + 2 * border), GREY)
        wide.paste(image, (border, border))
        return wide

    def resized(self, height: int, width: int, box: Box | None = None) -> Pixels:
        """The picture, or a box (left, top, right, bottom) inside it → (height, width, 3)."""
        return np.asarray(self._image.resize((width, height), self._method, box, COARSE))

    def cut(self, box: ArrayLike, size: int, *, coarse: bool) -> Pixels:
        """A box (left, top, right, bottom) in pixels → (size, size, 3); it may reach outside."""
        place = np.asarray(box, np.float64) + self._border
        halved = coarse and place[2] - place[0] >= 2 * COARSE * size
        image, scale = (self._half, 2.0) if halved else (self._wide, 1.0)
        limits = np.array([image.width, image.height], np.float64)
        corner = np.clip(place[:2] / scale, 0, limits - THINNEST)
        end = np.clip(place[2:] / scale, corner + THINNEST, limits)
        inside = (*corner.tolist(), *end.tolist())
        return np.asarray(image.resize((size, size), self._method, inside))
