"""How surprising: tail probabilities, error control and the rates they are compared with.

The null model is that of `docs/statistics.md`: every probability here is the chance of meeting a
group's other members *if the account were innocent*.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from unswarm.detection import kernel
from unswarm.detection.layer import Flags, Floats, Ints, Layer
from unswarm.tails import beta_quantile

# Seconds since the object appeared: reactions slow down, so rates are kept apart by latency.
LATENCY_EDGES = np.array(
    [0, 10, 30, 60, 120, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600]
)
LIKELY = 0.95
LATENCIES, SIZES = len(LATENCY_EDGES), 10


def betabinomial_tail(count: int, n: int, mean: float, rho: float) -> float:
    """P(BetaBin(n, mean, rho) >= count), the tail of the mass summed in logarithms.

    `rho` is the intraclass correlation: alpha + beta = 1 / rho - 1. scipy's own `betabinom.sf`
    returns 0 for small rho.
    """
    mean = min(max(mean, 1e-9), 1 - 1e-9)
    total = 1 / rho - 1
    a, b = mean * total, (1 - mean) * total
    x = np.arange(count, n + 1)
    return float(min(1.0, np.exp(log_choose(n, x) + log_beta_ratio(x, n, a, b)).sum()))


def log_choose(n: Ints | int, k: Ints | int) -> Floats:
    """ln of the binomial coefficient."""
    n, k = np.asarray(n), np.asarray(k)
    return np.asarray(
        special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1), float
    )


def log_beta_ratio(
    k: Floats | Ints | int, n: Floats | Ints | int, a: Floats | float, b: Floats | float
) -> Floats:
    """ln B(k + a, n - k + b) - ln B(a, b): a beta-binomial's mass without its coefficient."""
    k, n = np.asarray(k), np.asarray(n)
    return np.asarray(special.betaln(k + a, n - k + b) - special.betaln(a, b), float)


def upper_bound(hits: Ints | int, n: Ints | int) -> Floats:
    """Upper 95 % bound of a share (Clopper and Pearson 1934); 1 where nothing was seen."""
    hits, n = np.asarray(hits), np.asarray(n)
    return np.where(hits < n, beta_quantile(LIKELY, hits + 1, np.maximum(n - hits, 1)), 1.0)


def benjamini_hochberg(p: Floats, q: float, tests: int | None = None) -> Flags:
    """Which hypotheses are rejected at false-discovery rate q (Benjamini and Hochberg 1995).

    `tests`: how many hypotheses there were; those not in `p` count as p = 1.
    """
    order = np.argsort(p, kind="stable")
    ranked = p[order] <= q * np.arange(1, len(p) + 1) / (tests or max(len(p), 1))
    rejected = np.zeros(len(p), bool)
    if ranked.any():
        rejected[order[: np.flatnonzero(ranked)[-1] + 1]] = True
    return rejected


def adjusted(p: Floats, tests: int) -> Floats:
    """Benjamini-Hochberg q-values of p among `tests` hypotheses."""
    order = np.argsort(p, kind="stable")
    raw = p[order] * tests / np.arange(1, len(p) + 1)
    q = np.minimum.accumulate(raw[::-1])[::-1]
    out = np.empty(len(p))
    out[order] = np.minimum(q, 1.0)
    return out


@dataclass(frozen=True)
class Strata:
    """Events alike in signal, in size of object and in how soon after its birth they came.

    Args:
        of: stratum of each event.
        close: close sharers of the events of each stratum, summed.
        possible: other sharers of the events of each stratum, summed.
    """

    of: Ints
    close: Floats
    possible: Floats

    def rates(self) -> Floats:
        """Chance that another sharer falls within the window, for each stratum.

        Shrunk with 20 pseudo-sharers towards the rate of the objects of that size.
        """
        close, possible = np.maximum(self.close, 0), np.maximum(self.possible, 0)
        by_size = close.reshape(-1, LATENCIES).sum(1) / np.maximum(
            possible.reshape(-1, LATENCIES).sum(1), 1
        )
        rates = (close + 20 * np.repeat(by_size, LATENCIES)) / (possible + 20)
        return np.asarray(rates, float)


def strata(layer: Layer, window: int) -> Strata:
    """The strata of a layer, with every pair of sharers counted."""
    near = kernel.neighbours(layer.object, layer.time, window)
    seconds = np.maximum(layer.time - layer.born[layer.object], 0) / 1000.0
    latency = np.searchsorted(LATENCY_EDGES, seconds, side="right") - 1
    size = np.log2(np.maximum(layer.size[layer.object], 2)).astype(np.int64)
    signal = layer.signal[layer.object]
    of = (signal * SIZES + np.minimum(size, SIZES - 1)) * LATENCIES + latency
    cells = len(layer.signals) * SIZES * LATENCIES
    possible = (layer.size[layer.object] - 1).astype(float)
    close = near.astype(float)
    return Strata(of, _sums(of, close, cells), _sums(of, possible, cells))


def _sums(cell: Ints, weight: Floats, cells: int) -> Floats:
    return np.asarray(np.bincount(cell, weight, cells), float)


def without(layer: Layer, base: Strata, groups: list[Ints], window: int) -> Strata:
    """The strata without the pairs inside any of the groups: they must not be their own baseline.

    All groups are left out at once; leaving out only the tested one lets others pass as outsiders.
    """
    belongs = np.full(layer.accounts, -1)
    for number, group in enumerate(groups):
        belongs[group] = number
    close, possible = base.close.copy(), base.possible.copy()
    events = np.flatnonzero(belongs[layer.account] >= 0)
    pair = layer.object[events] * (len(groups) + 1) + belongs[layer.account[events]]
    order = np.lexsort((layer.time[events], pair))
    events, pair = events[order], pair[order]
    near = kernel.neighbours(pair, layer.time[events], window)
    _, inverse, count = np.unique(pair, return_inverse=True, return_counts=True)
    np.subtract.at(close, base.of[events], near)
    np.subtract.at(possible, base.of[events], count[inverse] - 1)
    return Strata(base.of, close, possible)


@dataclass(frozen=True)
class Habits:
    """What the accounts' own past says about their hours and their reaction speeds.

    Args:
        tilt: each account's hour-of-day profile over everybody's, shape (accounts, 24).
        history: bounds of each account's reactions in the next two, shape (accounts + 1,).
        latency: ln(seconds after the object appeared + 1) of each reaction.
        origin: source the reaction answered.
        population: all latencies, sorted.
    """

    tilt: Floats
    history: Ints
    latency: Floats
    origin: Ints
    population: Floats


def habits(layer: Layer, pseudo: float = 12.0) -> Habits:
    """Habits of all accounts: hours shrunk towards everybody's with 12 pseudo-events."""
    seconds = np.maximum(layer.time - layer.born[layer.object], 0) / 1000.0
    latency = np.log(seconds + 1.0)[layer.reaction]
    account = layer.account[layer.reaction]
    order = np.argsort(account, kind="stable")
    return Habits(
        tilt=_hour_tilt(layer, pseudo),
        history=np.searchsorted(account[order], np.arange(layer.accounts + 1)),
        latency=latency[order],
        origin=layer.source[layer.object[layer.reaction]][order],
        population=np.sort(latency),
    )


def _hour_tilt(layer: Layer, pseudo: float) -> Floats:
    hours = np.zeros((layer.accounts, 24))
    np.add.at(hours, (layer.account, layer.hour), 1)
    everybody = (hours.sum(0) + 1e-9) / (hours.sum() + 24e-9)
    smooth = hours * 0.5 + 0.25 * np.roll(hours, 1, 1) + 0.25 * np.roll(hours, -1, 1)
    profile = (smooth + pseudo * everybody) / (layer.activity[:, None] + pseudo)
    return np.asarray(profile / everybody, float)
