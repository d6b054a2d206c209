"""Candidate groups: liberal on purpose, and never shown as findings.

Pairs that co-act more often than two independent accounts of their activity would, on objects of
this popularity and burst, joined into communities. Whatever is found here is only a candidate; the
confirmation does not trust it.
"""

from __future__ import annotations

from dataclasses import dataclass

import graspologic_native
import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from unswarm.detection import kernel
from unswarm.detection.layer import Flags, Floats, Ints, Layer
from unswarm.detection.significance import poisson_tail
from unswarm.settings import Settings


@dataclass(frozen=True)
class Pairs:
    """Pairs of accounts and the occasions on which they co-acted.

    Args:
        source, target: account codes, source < target.
        occasions: distinct half hours with a co-action.
    """

    source: Ints
    target: Ints
    occasions: Ints


def chance_rate(layer: Layer, window: int) -> float:
    """S, so that two independent accounts with k and l events co-act k * l * S times.

    S = sum over objects of n^2 * (share of the object's pairs that are close) / E^2.
    """
    near = kernel.neighbours(layer.object, layer.time, window)
    close = np.bincount(layer.object, near, layer.objects) / 2
    n = layer.size.astype(float)
    pairs = np.maximum(n * (n - 1) / 2, 1)
    return float(np.sum(n**2 * close / pairs) / max(len(layer.object), 1) ** 2)


def chance_p(layer: Layer, pairs: Pairs, rate: float) -> Floats:
    """P(as many joint occasions or more) for two independent accounts of these activities."""
    activity = layer.activity.astype(float)
    return poisson_tail(pairs.occasions, activity[pairs.source] * activity[pairs.target] * rate)


def surprising(pairs: Pairs, p: Floats, settings: Settings) -> Flags:
    """Which pairs met more often than chance lets two independent accounts meet; p: `chance_p`."""
    return (pairs.occasions >= settings.candidate_objects) & (p < settings.candidate_p)


def candidates(layer: Layer, pairs: Pairs, window: int, settings: Settings) -> list[Ints]:
    """Groups of accounts joined by surprising pairs, each sorted, largest first."""
    p = chance_p(layer, pairs, chance_rate(layer, window))
    keep = surprising(pairs, p, settings)
    if not keep.any():
        return []
    weight = np.minimum(-np.log10(np.maximum(p[keep], 1e-30)), 30)
    groups = communities(pairs.source[keep], pairs.target[keep], weight, settings.seed)
    sized = [g for g in groups if 2 <= len(g) <= settings.largest]
    return sorted(sized, key=lambda g: (-len(g), tuple(g)))


def components(source: Ints, target: Ints) -> list[Ints]:
    """Connected components of a graph; sorted account codes."""
    nodes, ends = np.unique(np.r_[source, target], return_inverse=True)
    ones = np.ones(len(source))
    graph = sparse.coo_matrix(
        (ones, (ends[: len(source)], ends[len(source) :])), shape=(len(nodes), len(nodes))
    )
    _, part = csgraph.connected_components(graph, directed=False)
    return [nodes[part == number] for number in np.unique(part)]


def communities(source: Ints, target: Ints, weight: Floats, seed: int) -> list[Ints]:
    """Leiden communities (Traag 2019, modularity) of a weighted graph; sorted account codes.

    Edges are handed over in sorted order, so that the same graph gives the same communities.
    """
    order = np.lexsort((target, source))
    edges = [
        (str(a), str(b), float(w))
        for a, b, w in zip(source[order], target[order], weight[order], strict=True)
    ]
    _, community = graspologic_native.leiden(
        edges=edges,
        starting_communities=None,
        resolution=1.0,
        randomness=0.001,
        iterations=10,
        use_modularity=True,
        seed=seed,
        trials=1,
    )
    members: dict[int, list[int]] = {}
    for account, number in community.items():
        members.setdefault(number, []).append(int(account))
    return [np.array(sorted(group), np.int64) for group in members.values()]
