"""The picture of a network: where its accounts stand, and who acted with whom.

The places come from all edges of the network and nothing else, so that a filter takes lines away
and moves no dot. A network too large to be looked at is drawn as groups of accounts; a group can be
opened.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from unswarm.detection.networks import communities
from unswarm.engines import quoted
from unswarm.findings import Findings
from unswarm.layout import lay_out
from unswarm.looking import Asked, Row, many

LARGEST = 2_000  # accounts drawn one by one
TINY = 25  # accounts of a community below which it is no group of its own
GROUP = 800  # accounts in none of these that are one group
EDGES = 30_000  # lines drawn, the strongest first

LINE = ("signal", "objects", "actions", "expected", "p", "q", "min_gap")

NODES = """
SELECT m.account, a.handle, a.name, coalesce(a.platform, '') AS platform,
       coalesce(a.kind, 'person') AS kind, m.probability, m.signals, m.together,
       'member' AS standing
FROM membership AS m LEFT JOIN account AS a ON a.account = m.account
WHERE m.network = {network} ORDER BY m.account
"""
EDGE_ROWS = """
SELECT e.source, e.target, e.signal, e.objects, e.actions, e.expected, e.p, e.q, e.min_gap
FROM edge AS e WHERE e.network = {network} ORDER BY e.objects DESC, e.source, e.target, e.signal
"""
MET = """
SELECT DISTINCT e.source, e.target, e.signal FROM edge AS e
JOIN trace AS a ON a.account = e.source AND a.signal = e.signal
JOIN trace AS b ON b.account = e.target AND b.signal = e.signal AND b.object = a.object
WHERE e.network = {network} AND a.time >= {since} AND a.time < {until}
  AND (e.window IS NULL OR abs(a.time - b.time) <= e.window)
"""


@dataclass(frozen=True)
class Filter:
    """Which lines are drawn.

    Args:
        signals: of these signals; empty: of all.
        q: with a q up to this.
        objects: with at least so many objects.
        since, until: with a co-action from then until before then, milliseconds UTC; None: open.
        group: inside of this group of a large network; empty: the whole.
    """

    signals: tuple[str, ...] = ()
    q: float = 1.0
    objects: int = 1
    since: int | None = None
    until: int | None = None
    group: str = ""

    def keeps(self, row: Row) -> bool:
        """Whether a line passes, its time aside."""
        return bool(
            (not self.signals or row["signal"] in self.signals)
            and row["objects"] >= self.objects
            and (row["q"] is None or row["q"] <= self.q)
        )


@dataclass(frozen=True)
class Drawn:
    """All of a network, placed.

    Args:
        nodes: rows of `NODES` with x and y, 0 to 1, and `group`.
        edges: rows of `EDGE_ROWS`.
        groups: name → x, y and number of accounts, where the network is drawn in groups.
    """

    nodes: tuple[dict[str, Any], ...]
    edges: tuple[dict[str, Any], ...]
    groups: dict[str, dict[str, Any]]


def graph(findings: Findings, network: str, wanted: Filter) -> dict[str, Any]:
    """The nodes and lines that a filter lets through.

    Returns:
        `nodes`; `edges`: the strongest `EDGES` of `edges_in_all`, column by column, `source` and
        `target` as places in `nodes`; `signals` (signal → edges in all); `grouped`: whether nodes
        are groups of accounts; `accounts` in all.
    """
    asked = Asked(findings, network)
    drawn = _placed(asked)
    edges = [row for row in drawn.edges if wanted.keeps(row)]
    if wanted.since is not None or wanted.until is not None:
        met = _met(findings, network, wanted)
        edges = [row for row in edges if (row["source"], row["target"], row["signal"]) in met]
    grouped = bool(drawn.groups) and not wanted.group
    if grouped:
        nodes, edges = _in_groups(drawn, edges)
    else:
        nodes = list(_opened(asked, wanted.group) if wanted.group else drawn.nodes)
        known = {node["account"] for node in nodes}
        edges = [row for row in edges if row["source"] in known and row["target"] in known]
    return {
        "nodes": nodes,
        "edges": _columns(nodes, edges[:EDGES]),
        "edges_in_all": len(edges),
        "signals": dict(sorted(Counter(row["signal"] for row in drawn.edges).items())),
        "grouped": grouped,
        "accounts": len(drawn.nodes),
    }


def _columns(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> dict[str, list[Any]]:
    places = {node["account"]: place for place, node in enumerate(nodes)}
    ends = {end: [places[row[end]] for row in edges] for end in ("source", "target")}
    return ends | {name: [row[name] for row in edges] for name in LINE}


def _met(findings: Findings, network: str, wanted: Filter) -> set[tuple[str, str, str]]:
    since = -(2**62) if wanted.since is None else wanted.since
    until = 2**62 if wanted.until is None else wanted.until
    rows = many(findings, MET.format(network=quoted(network), since=since, until=until))
    return {(row["source"], row["target"], row["signal"]) for row in rows}


@lru_cache(maxsize=64)
def _placed(asked: Asked) -> Drawn:
    """A network with a place for every account; the same run gives the same places."""
    name = quoted(asked.network)
    nodes = many(asked.findings, NODES.format(network=name))
    edges = many(asked.findings, EDGE_ROWS.format(network=name))
    return place(nodes, edges)


def place(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> Drawn:
    """Accounts and edges with places; beyond `LARGEST` accounts in groups."""
    codes = {node["account"]: code for code, node in enumerate(nodes)}
    known = [row for row in edges if row["source"] in codes and row["target"] in codes]
    ends = np.array([[codes[r["source"]], codes[r["target"]]] for r in known], np.int64)
    ends = ends.reshape(-1, 2)
    if len(nodes) <= LARGEST:
        points = lay_out(len(nodes), ends)
        placed = [_at(node, point, "") for node, point in zip(nodes, points, strict=True)]
        return Drawn(tuple(placed), tuple(known), {})
    groups = _groups(len(nodes), ends, np.array([row["objects"] for row in known], float))
    return _nested(nodes, known, ends, groups)


def _at(node: Row, point: Any, group: str) -> dict[str, Any]:
    return {
        **node,
        "x": round(float(point[0]), 4),
        "y": round(float(point[1]), 4),
        "group": group,
        "accounts": 1,
    }


def _groups(nodes: int, ends: Any, weight: Any) -> Any:
    """Node → the number of its group, from 0, the largest first: communities, and what belongs to
    none or to a tiny one in bins of `GROUP`."""
    pairs, place = np.unique(ends, axis=0, return_inverse=True)
    summed = np.bincount(place.ravel(), weight, len(pairs)).astype(float)
    found = communities(pairs[:, 0], pairs[:, 1], summed, 0) if len(pairs) else []
    kept = [own for own in found if len(own) >= TINY]
    rest = np.setdiff1d(np.arange(nodes), np.concatenate(kept) if kept else [])
    bins = np.array_split(rest, -(-len(rest) // GROUP)) if len(rest) else []
    number = np.empty(nodes, np.int64)
    for group, own in enumerate(sorted([*kept, *bins], key=lambda own: -len(own))):
        number[own] = group
    return number


def _nested(
    nodes: list[dict[str, Any]], edges: list[dict[str, Any]], ends: Any, groups: Any
) -> Drawn:
    """Groups in their places, each account at the place of its group until that is opened."""
    number = int(groups.max()) + 1
    sizes = np.bincount(groups, minlength=number)
    centres = lay_out(number, np.unique(groups[ends], axis=0))
    names = [f"g{group + 1}" for group in range(number)]
    placed = [
        _at(node, centres[group], names[group]) for node, group in zip(nodes, groups, strict=True)
    ]
    at = {
        name: {"x": float(x), "y": float(y), "accounts": int(size)}
        for name, (x, y), size in zip(names, centres, sizes, strict=True)
    }
    return Drawn(tuple(placed), tuple(edges), at)


@lru_cache(maxsize=128)
def _opened(asked: Asked, group: str) -> tuple[dict[str, Any], ...]:
    """The accounts of a group, placed by the edges among them."""
    return opened(_placed(asked), group)


def opened(drawn: Drawn, group: str) -> tuple[dict[str, Any], ...]:
    """The accounts of a group of a large network, placed by the edges among them."""
    nodes = [node for node in drawn.nodes if node["group"] == group]
    codes = {node["account"]: code for code, node in enumerate(nodes)}
    ends = [
        (codes[row["source"]], codes[row["target"]])
        for row in drawn.edges
        if row["source"] in codes and row["target"] in codes
    ]
    points = lay_out(len(nodes), np.array(ends, np.int64).reshape(-1, 2))
    return tuple(_at(node, point, group) for node, point in zip(nodes, points, strict=True))


def _in_groups(
    drawn: Drawn, edges: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Groups as nodes, and the edges between two of them as one line for each signal."""
    group_of = {node["account"]: node["group"] for node in drawn.nodes}
    lines: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in edges:
        ends = sorted((group_of[row["source"]], group_of[row["target"]]))
        if ends[0] == ends[1]:
            continue
        key = (ends[0], ends[1], row["signal"])
        line = lines.setdefault(key, {**row, "source": ends[0], "target": ends[1], "objects": 0})
        line["objects"] += row["objects"]
    nodes = [
        {
            "account": name,
            "handle": None,
            "name": f"{at['accounts']:,} accounts",
            "platform": "",
            "kind": "group of accounts",
            "probability": None,
            "signals": "",
            "together": None,
            "standing": "group",
            "group": name,
            **at,
        }
        for name, at in drawn.groups.items()
    ]
    return nodes, sorted(lines.values(), key=lambda line: -line["objects"])
