"""The rules in use elsewhere, each as a plain function: a world → the accounts it accuses.

They are the baselines of `false_accusations.py` and `power.py`. Each is written from the published
definition of the tool it is named after; where a rule keeps a share of its own edges, it accuses
somebody in any data.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats
from scipy.special import gammaln

from unswarm.model import SECOND
from unswarm.simulate import World

Integers = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
Pairs = tuple[Integers, Integers, Reals]  # account, account, weight of their edge


# ------------------------------------------------------------------ rules


def coortweet(
    world: World, window_s: float = 10, quantile: float = 0.5, participation: int = 2
) -> Integers:
    """CooRTweet 2.1 (Righetti & Balluff 2025), `detect_groups` → `generate_coordinated_network`.

    Accounts with at least `participation` posts; all pairs of posts on one object within the
    window; pairs of which either account has `participation` posts left; weight = pairs of posts;
    edges strictly above the quantile of the weights.
    """
    first, second = close_pairs(world, window_s)
    enough = world.activity >= participation
    kept = enough[world.account[first]] & enough[world.account[second]]
    first, second = first[kept], second[kept]
    posts = np.unique(np.concatenate([first, second]))
    enough = np.bincount(world.account[posts], minlength=world.accounts) >= participation
    kept = enough[world.account[first]] | enough[world.account[second]]
    return _above(_edges(world, first[kept], second[kept]), quantile, strictly=True)


def coornet(
    world: World, share: float = 0.1, popularity: float = 0.5, quantile: float = 0.9
) -> Integers:
    """CooRnet 1.7 (Giglietto et al. 2020), `estimate_coord_interval` → `get_coord_shares`.

    Per object the time is cut into fixed bins from its first share; a share in a bin with another
    is coordinated; weight = objects that both accounts shared in a coordinated way, be it in
    different bins; edges at or above the quantile.
    """
    interval = coornet_interval(world, share, popularity)
    if interval is None:
        return _nobody()
    since = _since_first(world)
    bins = world.object * (since.max() // interval + 1) + since // interval
    _, which, size = np.unique(bins, return_inverse=True, return_counts=True)
    together = size[which] > 1
    touched = _matrix(world, together)
    return _above(_upper(touched @ touched.T), quantile)


def coornet_interval(world: World, share: float = 0.1, popularity: float = 0.5) -> int | None:
    """CooRnet's coordination interval, ms: of the objects whose second share came fastest (the
    lowest `share` of them), the median time until a `popularity` of the shares were made, cut to
    whole seconds, at least one. None: no object was shared twice."""
    size = world.popularity
    if size.max(initial=0) < 2:
        return None
    since, rank = _since_first(world), _rank(world)
    second = np.full(world.objects, np.inf)
    second[world.object[rank == 2]] = since[rank == 2]
    fast = second <= np.quantile(second[np.isfinite(second)], share)
    reached = fast[world.object] & (rank / size[world.object] > popularity)
    moment = np.full(world.objects, np.inf)
    np.minimum.at(moment, world.object[reached], since[reached])
    return max(int(np.median(moment[np.isfinite(moment)])) // SECOND, 1) * SECOND


def cosine_top(
    world: World, support: int = 10, quantile: float = 0.995, nearest: int | None = None
) -> Integers:
    """Co-retweet network of Pacheco et al. (ICWSM 2021): TF-IDF cosine, the top 0.5 % of edges.

    Accounts with more than `support` actions, objects of at least three accounts. `nearest`:
    compare each account with that many of the most similar only, as the published notebook does
    (100, itself included); the paper does not.
    """
    edges = _cosine(world, minimum=support + 1, popularity=3)
    if nearest is not None:
        edges = _nearest(world, edges, nearest - 1)
    return _above(edges, quantile)


def node_pruning(world: World, quantile: float = 0.8, centrality: float = 1e-2) -> Integers:
    """Node pruning of Luceri et al. (WWW 2024): eigenvector centrality above 1e-2.

    TF-IDF cosine of accounts over objects of at least two of them, edges at or above the 80th
    percentile, centrality of the unweighted graph, unit length.
    """
    first, second, weight = _cosine(world, minimum=2, popularity=2)
    if not len(weight):
        return _nobody()
    kept = weight >= np.quantile(weight, quantile)
    ones = np.ones(int(kept.sum()))
    shape = (world.accounts, world.accounts)
    half = sparse.csr_array((ones, (first[kept], second[kept])), shape=shape)
    return np.flatnonzero(_eigenvector(half + half.T) > centrality)


def validated_network(world: World, rate: float = 0.01) -> Integers:
    """Statistically validated network (Tumminello et al. 2011): more common objects than two
    accounts of that activity draw by chance (hypergeometric tail), FDR over all pairs. No time."""
    touched = _matrix(world, np.ones(len(world), bool))
    first, second, common = _upper(touched @ touched.T)
    several = common >= 2
    first, second, common = first[several], second[several], common[several]
    activity = world.activity.astype(float)
    drawn = int((world.popularity > 0).sum())
    p = hypergeometric_tail(common, activity[first], activity[second], drawn)
    named = discoveries(p, _pairs_of(world), rate)
    return _accounts(first[named], second[named])


def windowed_poisson(world: World, window_s: float = 60, rate: float = 0.01) -> Integers:
    """The textbook null: K co-actions within the window against a Poisson with mean
    k_i k_j sum_o(n_o^2 p_o) / E^2, where p_o is the share of the object's pairs that are close;
    FDR over all pairs."""
    close = close_pairs(world, window_s)
    first, second, times = _edges(world, *close)
    size = world.popularity.astype(float)
    near = np.bincount(world.object[close[0]], minlength=world.objects)
    chance = near / np.maximum(size * (size - 1) / 2, 1)
    per_action = np.sum(size**2 * chance) / len(world) ** 2 if len(world) else 0.0
    activity = world.activity
    p = np.asarray(stats.poisson.sf(times - 1, activity[first] * activity[second] * per_action))
    named = discoveries(p, _pairs_of(world), rate)
    return _accounts(first[named], second[named])


RULES: dict[str, Callable[[World], Integers]] = {
    "CooRTweet 10 s, p50 (default)": coortweet,
    "CooRTweet 60 s, p95": partial(coortweet, window_s=60, quantile=0.95),
    "CooRTweet 60 s, p99": partial(coortweet, window_s=60, quantile=0.99),
    "CooRnet auto interval, p90": coornet,
    "TF-IDF cosine, top 0.5 %": cosine_top,
    "TF-IDF cosine, 100 nearest": partial(cosine_top, nearest=100),
    "node pruning, centrality 1e-2": node_pruning,
    "SVN hypergeometric, FDR 1 %": validated_network,
    "windowed Poisson, FDR 1 %": windowed_poisson,
}


# ------------------------------------------------------------------ parts


def close_pairs(world: World, window_s: float) -> tuple[Integers, Integers]:
    """Pairs of events (earlier, later) on one object at most `window_s` seconds apart."""
    object_, time = world.object, world.time
    earlier, later = [_nobody()], [_nobody()]
    rows, step = np.arange(len(world)), 1
    while len(rows):
        rows = rows[rows + step < len(world)]
        near = time[rows + step] - time[rows] <= window_s * SECOND
        rows = rows[near & (object_[rows + step] == object_[rows])]
        earlier.append(rows)
        later.append(rows + step)
        step += 1
    return np.concatenate(earlier), np.concatenate(later)


def discoveries(p: Reals, tests: int, rate: float) -> Flags:
    """Benjamini-Hochberg (1995) over `tests` hypotheses, of which the p not given are 1."""
    order = np.argsort(p)
    passing = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / tests)
    found = np.zeros(len(p), bool)
    found[order[: passing.max(initial=-1) + 1]] = True
    return found


def hypergeometric_tail(common: Reals, first: Reals, second: Reals, drawn: int) -> Reals:
    """P(X >= common) of two accounts with `first` and `second` objects out of `drawn`.

    The first term by log-gamma, forty more by the ratio of neighbouring terms: they fall off
    geometrically wherever the tail is small enough to matter.
    """
    term = np.exp(
        _log_choose(first, common)
        + _log_choose(drawn - first, second - common)
        - _log_choose(np.full_like(first, drawn), second)
    )
    total = term.copy()
    for step in range(40):
        x = common + step
        term *= np.maximum((first - x) * (second - x), 0)
        term /= (x + 1) * (drawn - first - second + x + 1)
        total += term
    return total


def _log_choose(n: Reals, k: Reals) -> Reals:
    chosen: Reals = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return chosen


def _edges(world: World, first: Integers, second: Integers) -> Pairs:
    """Pairs of events → pairs of accounts and how often they occur."""
    one, other = world.account[first], world.account[second]
    key = np.minimum(one, other) * world.accounts + np.maximum(one, other)
    pairs, times = np.unique(key, return_counts=True)
    low, high = np.divmod(pairs, world.accounts)
    return low, high, times.astype(float)


def _matrix(world: World, kept: Flags) -> sparse.csr_array:
    """Accounts x objects, 1 where the account touched the object."""
    cells = (world.account[kept], world.object[kept])
    return sparse.csr_array(
        (np.ones(int(kept.sum())), cells), shape=(world.accounts, world.objects)
    )


def _cosine(world: World, minimum: int, popularity: int) -> Pairs:
    """Cosine of TF-IDF vectors, idf = ln((1 + N) / (1 + n)) + 1 as scikit-learn has it."""
    kept = world.activity[world.account] >= minimum
    kept &= world.popularity[world.object] >= popularity
    idf = np.log((1 + world.accounts) / (1 + world.popularity)) + 1
    vectors = _matrix(world, kept) @ sparse.diags_array(idf)
    length = np.sqrt(vectors.multiply(vectors).sum(axis=1))
    vectors = (sparse.diags_array(1 / np.maximum(length, 1e-9)) @ vectors).tocsr()
    return _upper(vectors @ vectors.T)


def _upper(product: sparse.csr_array) -> Pairs:
    cells = sparse.triu(product, 1).tocoo()
    return cells.row.astype(np.int64), cells.col.astype(np.int64), cells.data


def _nearest(world: World, edges: Pairs, number: int) -> Pairs:
    """The edges that lead to one of the `number` most similar accounts of the lower-numbered."""
    low, high, weight = edges
    one, other = np.concatenate([low, high]), np.concatenate([high, low])
    both = np.concatenate([weight, weight])
    order = np.argsort(one + (1 - both) / 2, kind="stable")  # by account, most similar first
    start = np.searchsorted(one[order], np.arange(world.accounts))
    place = np.arange(len(order)) - start[one[order]]
    kept = order[(place < number) & (one[order] < other[order])]
    return one[kept], other[kept], both[kept]


def _eigenvector(graph: sparse.csr_array, rounds: int = 200) -> Reals:
    """Leading eigenvector by power iteration, unit length."""
    vector = np.full(graph.shape[0], graph.shape[0] ** -0.5)
    for _ in range(rounds):
        vector = graph @ vector
        vector /= np.linalg.norm(vector)
    return vector


def _above(edges: Pairs, quantile: float, strictly: bool = False) -> Integers:
    """The accounts of the edges at or above the quantile of all weights (R type 7)."""
    first, second, weight = edges
    if not len(weight):
        return _nobody()
    cut = np.quantile(weight, quantile)
    kept = weight > cut if strictly else weight >= cut
    return _accounts(first[kept], second[kept])


def _rank(world: World) -> Integers:
    """1 for the first share of an object, 2 for the second, …"""
    start = np.searchsorted(world.object, np.arange(world.objects))
    return np.arange(len(world)) - start[world.object] + 1


def _since_first(world: World) -> Integers:
    """Milliseconds since the first share of the object."""
    start = np.searchsorted(world.object, np.arange(world.objects))
    return world.time - world.time[np.minimum(start, len(world) - 1)][world.object]


def _pairs_of(world: World) -> int:
    return world.accounts * (world.accounts - 1) // 2


def _accounts(first: Integers, second: Integers) -> Integers:
    return np.unique(np.concatenate([first, second]))


def _nobody() -> Integers:
    return np.zeros(0, np.int64)
