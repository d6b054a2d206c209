"""The networks as one graph: members are nodes, pairs that acted together are edges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from unswarm.exporters._tables import EDGES, STANDING, iso
from unswarm.findings import Findings

if TYPE_CHECKING:
    import networkx as nx

NODES = f"""
{STANDING}
SELECT s.account AS account_id, a.platform, a.handle, a.created AS created_at, a.followers,
       coalesce(activity.posts, 0) AS posts, s.network, s.tier, s.probability
FROM standing AS s
LEFT JOIN account AS a ON a.account = s.account
LEFT JOIN activity ON activity.account = s.account
WHERE s.place = 1
ORDER BY s.account
"""

UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def graph(findings: Findings) -> nx.Graph[str]:
    """Members of all networks and their pairs, with flat attributes that Gephi reads.

    Nodes: platform, account_id, handle, created_at (ISO 8601 UTC), followers, posts, network, tier,
    probability; what is unknown is absent. Edges sum over signals: weight and objects are the
    objects touched together, `signals` their names, `p_value` and `q_value` the smallest of them.
    Characters that XML cannot hold become U+FFFD.
    """
    import networkx as nx  # slow to load, and only graphs need it

    whole: nx.Graph[str] = nx.Graph(name=_printable(findings.name))
    rows = findings.engine.fetch(NODES)
    created = rows.schema.get_field_index("created_at")
    rows = rows.set_column(created, "created_at", iso(rows.column(created).combine_chunks()))
    for row in rows.to_pylist():
        known = {name: _printable(value) for name, value in row.items() if value is not None}
        whole.add_node(known["account_id"], label=known.get("handle", known["account_id"]), **known)
    for row in findings.query(EDGES):
        _add(whole, {name: _printable(value) for name, value in row.items()})
    return whole


def _add(whole: nx.Graph[str], row: dict[str, Any]) -> None:
    source, target = row["source"], row["target"]
    known = whole.get_edge_data(source, target, default=None)
    if known is None:
        known = {"weight": 0, "signals": "", "objects": 0, "actions": 0, "expected": 0.0}
        whole.add_edge(source, target, **known, p_value=1.0, q_value=1.0)
    edge = whole.edges[source, target]
    edge["weight"] += row["objects"]
    edge["objects"] += row["objects"]
    edge["actions"] += row["actions"]
    edge["expected"] += row["expected"]
    edge["signals"] = " ".join(dict.fromkeys([*edge["signals"].split(), row["signal"]]))
    edge["p_value"] = min(edge["p_value"], row["p"])
    edge["q_value"] = min(edge["q_value"], row["q"])


def _printable(value: Any) -> Any:
    return UNPRINTABLE.sub("\ufffd", value) if isinstance(value, str) else value
