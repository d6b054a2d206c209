"""Tails of many beta-binomial distributions at once, to the last bit those of one at a time."""

from __future__ import annotations

import numpy as np

from unswarm.detection.layer import Floats, Ints
from unswarm.detection.significance import log_beta_ratio, log_choose


def betabinomial_tails(count: Ints, n: Ints, mean: Floats, rho: float) -> Floats:
    """P(BetaBin(n, mean, rho) >= count) of each row, as `significance.betabinomial_tail`.

    Args:
        count, n, mean: shape (rows,); count <= n.
        rho: intraclass correlation of all rows.
    """
    if not len(n):
        return np.zeros(0)
    mean = np.clip(mean, 1e-9, 1 - 1e-9)
    total = 1 / rho - 1
    sizes = n - count + 1
    row = np.repeat(np.arange(len(n)), sizes)
    begin = np.cumsum(sizes) - sizes
    x = count[row] + np.arange(len(row)) - begin[row]
    a, b = (mean * total)[row], ((1 - mean) * total)[row]
    mass = np.exp(log_choose(n[row], x) + log_beta_ratio(x, n[row], a, b))
    ends = zip(begin.tolist(), (begin + sizes).tolist(), strict=True)
    # each by itself: sums of all at once are taken in another order, and differ in the last bit
    return np.minimum(1.0, [mass[first:last].sum() for first, last in ends])
