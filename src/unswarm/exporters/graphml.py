"""The networks as GraphML, for Gephi, igraph, NetworkX and yEd."""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._graph import graph
from unswarm.findings import Findings

suffix = ".graphml"


def export(findings: Findings, path: Path) -> None:
    """Write members and pairs of all networks to `path`."""
    import networkx as nx  # slow to load, and only graphs need it

    lines = nx.generate_graphml(graph(findings), named_key_ids=True)
    aside = path.with_name(path.name + ".partial")
    aside.write_text("\n".join(lines) + "\n", "utf-8")
    aside.replace(path)
