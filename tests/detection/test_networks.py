"""Communities and components, against slow and obvious ways to find them."""

from __future__ import annotations

import graspologic_native
import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.detection import networks
from unswarm.detection.networks import communities, components

Edge = tuple[int, int, int]

ends = st.tuples(st.integers(0, 60), st.integers(0, 60)).filter(lambda pair: pair[0] < pair[1])
edges = st.dictionaries(ends, st.integers(1, 30), min_size=1, max_size=120).map(
    lambda found: [(*pair, weight) for pair, weight in found.items()]
)


def columns(some: list[Edge]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    source, target, weight = zip(*some, strict=True)
    return np.array(source), np.array(target), np.array(weight, float)


def by_names(some: list[Edge], rounds: int) -> list[list[int]]:
    """What the library makes of edges of names, in sorted order."""
    _, found = graspologic_native.leiden(
        edges=[(str(a), str(b), float(w)) for a, b, w in sorted(some)],
        starting_communities=None,
        resolution=1.0,
        randomness=0.001,
        iterations=rounds,
        use_modularity=True,
        seed=7,
        trials=1,
    )
    groups: dict[int, list[int]] = {}
    for name, number in found.items():
        groups.setdefault(number, []).append(int(name))
    return sorted(sorted(group) for group in groups.values())


def listed(groups: list[np.ndarray]) -> list[list[int]]:
    return sorted(group.tolist() for group in groups)


@given(edges)
def test_communities_are_those_of_named_edges(some: list[Edge]) -> None:
    assert listed(communities(*columns(some), 7)) == by_names(some, networks.ROUNDS)


@given(edges, st.randoms())
def test_the_order_of_edges_changes_no_community(some: list[Edge], random) -> None:
    found = [group.tolist() for group in communities(*columns(some), 7)]
    random.shuffle(some)
    assert [group.tolist() for group in communities(*columns(some), 7)] == found


def test_large_graphs_get_fewer_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    pairs = {tuple(sorted(pair)) for pair in random.integers(0, 90, (600, 2)).tolist()}
    some = [(a, b, 1) for a, b in pairs if a < b]
    monkeypatch.setattr(networks, "WHOLE", 10)
    assert listed(communities(*columns(some), 7)) == by_names(some, networks.FEW)


@given(edges)
def test_components(some: list[Edge]) -> None:
    source, target, _ = columns(some)
    graph = networkx.Graph([(a, b) for a, b, _ in some])
    expected = sorted(sorted(part) for part in networkx.connected_components(graph))
    found = components(source, target)
    assert listed(found) == expected
    assert all(group.tolist() == sorted(group.tolist()) for group in found)
