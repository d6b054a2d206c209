"""Candidate groups: liberal on purpose, and never shown as findings.

Pairs that co-act more often than two independent accounts of their activity would, on objects of
this popularity and burst, joined into communities. Whatever is found here is only a candidate; the
confirmation does not trust it.
"""

from __future__ import annotations

from dataclasses import dataclass

import graspologic_native
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from unswarm.detection import kernel
from unswarm.detection.layer import Flags, Floats, Ints, Layer
from unswarm.settings import Settings
from unswarm.tails import poisson_tail

ROUNDS = 10  # of Leiden, each beginning with what the one before it found
FEW = 2  # of a graph beyond `WHOLE`: the others change its modularity by less than 0.001
WHOLE = 1_000_000  # edges


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
    from scipy.sparse import csgraph  # slow to load, and mostly there is no graph

    nodes, ends = np.unique(np.r_[source, target], return_inverse=True)
    pairs = (ends[: len(source)], ends[len(source) :])
    graph = sparse.coo_array((np.ones(len(source), np.int8), pairs), shape=(len(nodes),) * 2)
    _, part = csgraph.connected_components(graph, directed=False)
    return _grouped(nodes, part)


def communities(source: Ints, target: Ints, weight: Floats, seed: int) -> list[Ints]:
    """Leiden communities (Traag 2019, modularity) of a weighted graph; sorted account codes.

    Edges are handed over in sorted order, so that the same graph gives the same communities. Of
    large graphs `WHOLE` says which get fewer rounds.

    Args:
        source, target, weight: each pair once, shape (edges,).
    """
    order = np.lexsort((target, source))
    nodes, graph = _adjacency(source[order], target[order], weight[order])
    _, community = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data,
        len(nodes),
        resolution=1.0,
        randomness=0.001,
        iterations=ROUNDS if len(source) <= WHOLE else FEW,
        use_modularity=True,
        seed=seed,
        trials=1,
    )
    part = np.fromiter(map(community.__getitem__, range(len(nodes))), np.int64, len(nodes))
    return _grouped(nodes, part)


def _adjacency(source: Ints, target: Ints, weight: Floats) -> tuple[Ints, sparse.csr_array]:
    """The accounts in the order in which edges name them, and their symmetric matrix."""
    ends = np.column_stack([source, target]).ravel()
    first = np.full(int(ends.max()) + 1, -1)
    first[ends[::-1]] = np.arange(len(ends))[::-1]  # of equal places the last one written stays
    nodes = np.flatnonzero(first >= 0)
    nodes = nodes[np.argsort(first[nodes])]
    first[nodes] = np.arange(len(nodes))
    rows = first[ends].astype(np.int32)
    columns = rows.reshape(-1, 2)[:, ::-1].ravel()
    graph = sparse.coo_array((np.repeat(weight, 2), (rows, columns)), shape=(len(nodes),) * 2)
    symmetric = graph.tocsr()
    symmetric.sort_indices()
    return nodes, symmetric


def _grouped(nodes: Ints, part: NDArray[np.integer]) -> list[Ints]:
    """The nodes of each part, sorted; parts by number."""
    order = np.lexsort((nodes, part))
    starts = np.flatnonzero(np.diff(part[order])) + 1
    return np.split(nodes[order], starts)
