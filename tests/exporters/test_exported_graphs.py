"""GraphML and GEXF: read back by NetworkX, flat, and the same bytes each time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import networkx as nx
import pytest
from invented_case import findings

from unswarm.exporters import gexf, graphml
from unswarm.findings import Findings

FORMATS = [(graphml, nx.read_graphml), (gexf, nx.read_gexf)]
NODE = {
    *("platform", "account_id", "handle", "created_at", "followers", "posts"),
    *("network", "tier", "probability"),
}
EDGE = {"weight", "signals", "objects", "actions", "expected", "p_value", "q_value"}


@pytest.mark.parametrize(("exporter", "read"), FORMATS)
def test_members_and_pairs_come_back(
    exporter: ModuleType, read: Callable[..., Any], case: Findings, tmp_path: Path
) -> None:
    exporter.export(case, tmp_path / "graph")
    graph = read(tmp_path / "graph")
    members = {row["account"] for row in case.membership}
    assert set(graph.nodes) == members
    assert {frozenset(pair) for pair in graph.edges} == {
        frozenset((row["source"], row["target"])) for row in case.edges
    }
    assert set(graph.nodes["a004"]) - {"label"} == NODE
    assert set(next(iter(graph.edges.values()))) - {"id"} == EDGE
    assert graph.nodes["a004"]["created_at"].endswith("Z")
    values = (value for node in graph.nodes.values() for value in node.values())
    assert all(isinstance(value, (str, int, float)) for value in values)


@pytest.mark.parametrize(("exporter", "read"), FORMATS)
def test_the_same_case_gives_the_same_bytes(
    exporter: ModuleType, read: Callable[..., Any], case: Findings, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        exporter.export(case, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert b"lastmodifieddate" not in (tmp_path / "one").read_bytes()


@pytest.mark.parametrize(("exporter", "read"), FORMATS)
def test_a_case_without_networks_is_an_empty_graph(
    exporter: ModuleType, read: Callable[..., Any], nothing: Findings, tmp_path: Path
) -> None:
    exporter.export(nothing, tmp_path / "graph")
    assert len(read(tmp_path / "graph")) == 0


@pytest.mark.parametrize(("exporter", "read"), FORMATS)
def test_signals_of_a_pair_add_up_and_strange_characters_stay_readable(
    exporter: ModuleType, read: Callable[..., Any], tmp_path: Path
) -> None:
    pair = {"network": "n1", "source": "ann", "target": "bob", "actions": 3, "expected": 0.5}
    case = findings(
        {
            "account": [{"account": "ann", "handle": "a\x0b\x00<&>"}, {"account": "bob"}],
            "network": [{"network": "n1", "tier": "confirmed"}],
            "membership": [
                {"network": "n1", "account": name, "probability": 1.0} for name in ("ann", "bob")
            ],
            "edge": [
                {**pair, "signal": "links", "objects": 2, "p": 1e-4, "q": 1e-3},
                {**pair, "signal": "texts", "objects": 4, "p": 1e-6, "q": 1e-2},
            ],
        }
    )
    exporter.export(case, tmp_path / "graph")
    graph = read(tmp_path / "graph")
    edge = graph.edges["ann", "bob"]
    assert (edge["weight"], edge["objects"], edge["actions"]) == (6, 6, 6)
    assert (edge["signals"], edge["p_value"], edge["q_value"]) == ("links texts", 1e-6, 1e-3)
    assert graph.nodes["ann"]["handle"] == "a\ufffd\ufffd<&>"
