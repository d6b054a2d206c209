"""Where the eyes are in a photo, as shares of its width and height.

A row of eyes is (left x, left y, right x, right y): the eye on the left of the picture first.
Generators that learnt from one aligned set of faces put the eyes of every face on the same spot.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def rows(eyes: ArrayLike) -> Floats:
    """Eyes as (n, 4) float64, also when there are none."""
    return np.asarray(eyes, np.float64).reshape(-1, 4)


def features(eyes: ArrayLike) -> Floats:
    """Eyes (n, 4) → middle x, middle y, distance of the eyes, tilt in radians (n, 4)."""
    left_x, left_y, right_x, right_y = rows(eyes).T
    across, down = right_x - left_x, right_y - left_y
    return np.column_stack(
        [
            (left_x + right_x) / 2,
            (left_y + right_y) / 2,
            np.hypot(across, down),
            np.arctan2(down, across),
        ]
    )


def eye_distance(eyes: ArrayLike, template: ArrayLike) -> Floats:
    """How far both eyes are from the template's, (n,): 0 on it, 1 a whole picture away.

    GANEyeDistance of Yang, Singh & Menczer 2024 (arXiv 2401.02627): the two distances, added and
    divided by 2 √2.

    Args:
        eyes: (n, 4).
        template: (4,), the mean eyes of generated faces as the same detector sees them.
    """
    away = rows(eyes) - np.asarray(template, np.float64)
    both = np.hypot(away[:, 0], away[:, 1]) + np.hypot(away[:, 2], away[:, 3])
    return np.asarray(both / (2 * np.sqrt(2)), np.float64)
