"""How much likelier a photo's eyes are on a generator's template than among real photos.

`whole` compares with the template as it is; `cropped` also with what is left of it when up to a
fifth of the side is cut away. Cropping moves middle and distance of the eyes together, so its
density follows from the template's in closed form: nothing is simulated.
Nothing here is a probability that a photo is generated: other pictures may be framed alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from unswarm.photos.geometry import Floats, features, rows

CROPPING = ((0.7, 0.0), (0.2, 0.1), (0.1, 0.2))
"""(weight, largest share of the side cut away): not at all, up to a tenth, up to a fifth."""

STEPS = 40  # of the integral over how much was cut away
TILTED = 1.5  # generated faces stand straight; what people do to them may tilt them a little
ANYWHERE = 0.1  # weight of photos framed in any way at all, beside those like the reference
ROOM = 0.6  # volume of all framings: eyes up to 0.6 of the width apart, tilted by ± 0.5 rad
LIMIT = 6.0  # nats: no photo says more than this, for or against
CHUNK = 4096


@dataclass(frozen=True)
class Likelihood:
    """Densities of eyes on a template and among real photos.

    Args:
        generated: (m, 4) eyes of generated faces.
        real: (n, 4) eyes of real photos.
        folds: (n,) the source of each; a photo is never compared with others of its own source
            when the reference judges itself.
    """

    generated: Floats
    real: Floats
    folds: tuple[int, ...]

    def whole(self, eyes: ArrayLike) -> Floats:
        """ln of the likelihood ratio of each photo (n,), as it is on the template or not."""
        return self._ratio(rows(eyes), cropping=CROPPING[:1], real=self._real)

    def cropped(self, eyes: ArrayLike) -> Floats:
        """The same (n,), when the template may have been cropped too."""
        return self._ratio(rows(eyes), cropping=CROPPING, real=self._real)

    @cached_property
    def real_whole(self) -> Floats:
        """`whole` of the reference's own photos, each against the other sources, sorted."""
        return self._of_reference(CROPPING[:1])

    @cached_property
    def real_cropped(self) -> Floats:
        """`cropped` of the reference's own photos, each against the other sources, sorted."""
        return self._of_reference(CROPPING)

    def _of_reference(self, cropping: tuple[tuple[float, float], ...]) -> Floats:
        folds = np.asarray(self.folds)
        found = [
            self._ratio(self.real[folds == one], cropping, self._real[folds != one])
            for one in np.unique(folds)
        ]
        return np.sort(np.concatenate(found))

    def _ratio(
        self, eyes: Floats, cropping: tuple[tuple[float, float], ...], real: Floats
    ) -> Floats:
        found = [
            np.log(self._on_template(some, cropping)) - np.log(self._among(some, real))
            for some in _chunks(features(eyes))
        ]
        ratio = np.concatenate(found) if found else np.zeros(0)
        return np.clip(ratio, -LIMIT, LIMIT)

    # --- the template: independent Student t (4 degrees of freedom) about the medians

    @cached_property
    def _middle(self) -> Floats:
        return np.asarray(np.median(features(self.generated), axis=0), np.float64)

    @cached_property
    def _width(self) -> Floats:
        away = np.abs(features(self.generated) - self._middle)
        return np.asarray(1.4826 * np.median(away, axis=0) * [1, 1, 1, TILTED], np.float64)

    def _on_template(self, seen: Floats, cropping: tuple[tuple[float, float], ...]) -> Floats:
        total = sum(weight for weight, _ in cropping)
        found = sum(weight * self._cut(seen, most) for weight, most in cropping)
        tilt = _t_density((seen[:, 3] - self._middle[3]) / self._width[3]) / self._width[3]
        return np.asarray(found / total * tilt, np.float64) + np.finfo(float).tiny

    def _cut(self, seen: Floats, most: float) -> Floats:
        """Density of middle and distance when up to `most` of the side was cut away anywhere."""
        if not most:
            z = (seen[:, :3] - self._middle[:3]) / self._width[:3]
            return np.asarray((_t_density(z) / self._width[:3]).prod(axis=1), np.float64)
        shares = (np.arange(STEPS) + 0.5) / STEPS * most
        return sum((self._cut_by(seen, share) for share in shares), np.zeros(len(seen))) / STEPS

    def _cut_by(self, seen: Floats, share: float) -> Floats:
        """… when just this share was cut away: what is left is `1 - share` of the side.

        A middle seen at x was at `left x + o` before, with the offset o even on [0, share]: the
        density is that of the template averaged over o. A distance was `left` times as long.
        """
        left = 1 - share
        z = (left * seen[:, :3] - self._middle[:3]) / self._width[:3]
        shift = share / self._width[:2]
        between = _t_below(z[:, :2] + shift) - _t_below(z[:, :2])
        places = left / share * np.maximum(between, 0)  # far away it rounds to less than nothing
        return np.asarray(
            places.prod(axis=1) * left * _t_density(z[:, 2]) / self._width[2], np.float64
        )

    # --- real photos: a kernel density with Scott's bandwidth (Scott 1992), and a tenth anywhere

    @cached_property
    def _real(self) -> Floats:
        return features(self.real)

    @cached_property
    def _whitening(self) -> Floats:
        """(4, 4): features → multiples of the kernel's width, uncorrelated."""
        spread = np.cov(self._real.T) * len(self._real) ** (-2 / (4 + 4))
        return np.asarray(np.linalg.inv(np.linalg.cholesky(spread)).T, np.float64)

    def _among(self, seen: Floats, real: Floats) -> Floats:
        a, b = seen @ self._whitening, real @ self._whitening
        square = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
        height = abs(np.linalg.det(self._whitening)) / (2 * np.pi) ** 2
        kernel = height * np.exp(-np.maximum(square, 0) / 2).mean(axis=1)
        return np.asarray((1 - ANYWHERE) * kernel + ANYWHERE / ROOM, np.float64)


def _chunks(seen: Floats) -> list[Floats]:
    return [seen[start : start + CHUNK] for start in range(0, len(seen), CHUNK)]


def _t_density(z: Floats) -> Floats:
    """Density of Student's t with 4 degrees of freedom."""
    return np.asarray(0.375 * (1 + z * z / 4) ** -2.5, np.float64)


def _t_below(z: Floats) -> Floats:
    """Distribution of Student's t with 4 degrees of freedom."""
    s = z / np.sqrt(4 + z * z)
    return np.asarray(0.5 + 0.75 * (s - s**3 / 3), np.float64)
