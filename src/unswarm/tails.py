"""Tails and quantiles of the distributions that nearly every run asks for.

They are those of `scipy.stats`, figure for figure, from `scipy.special`, which is there in a third
of the time: loading all of `scipy.stats` costs more than counting the pairs of a small case.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]


def poisson_tail(count: ArrayLike, mean: ArrayLike) -> Floats:
    """P(Poisson(mean) >= count)."""
    count = np.asarray(count, float)
    tail = special.pdtrc(np.maximum(count - 1, 0), np.asarray(mean, float))
    return np.asarray(np.where(count >= 1, tail, 1.0), float)


def poisson_below(count: ArrayLike, mean: ArrayLike) -> Floats:
    """P(Poisson(mean) <= count)."""
    count = np.asarray(count, float)
    below = special.pdtr(np.maximum(count, 0), np.asarray(mean, float))
    return np.asarray(np.where(count >= 0, below, 0.0), float)


def binomial_tail(count: ArrayLike, of: ArrayLike, share: ArrayLike) -> Floats:
    """P(Binomial(of, share) >= count)."""
    count, of = np.asarray(count, float), np.asarray(of, float)
    seen = np.clip(count, 1, np.maximum(of, 1))
    tail = special.betainc(seen, np.maximum(of, 1) - seen + 1, np.asarray(share, float))
    return np.asarray(np.where(count < 1, 1.0, np.where(count > of, 0.0, tail)), float)


def beta_quantile(level: float, a: ArrayLike, b: ArrayLike) -> Floats:
    """What a Beta(a, b) variable is at most with probability `level`."""
    return np.asarray(special.betaincinv(np.asarray(a, float), np.asarray(b, float), level), float)


def chi_square_quantile(level: float, freedom: ArrayLike) -> Floats:
    """What a chi-square variable of so many degrees of freedom is at most with that probability."""
    return np.asarray(2 * special.gammaincinv(np.asarray(freedom, float) / 2, level), float)
