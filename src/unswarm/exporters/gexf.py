"""The networks as GEXF, for Gephi and Gephi Lite."""

from __future__ import annotations

import re
from pathlib import Path

from unswarm.exporters._graph import graph
from unswarm.findings import Findings

suffix = ".gexf"

TODAY = re.compile(r' lastmodifieddate="[^"]*"')


def export(findings: Findings, path: Path) -> None:
    """Write members and pairs of all networks to `path`; the same case gives the same bytes."""
    import networkx as nx  # slow to load, and only graphs need it

    text = "\n".join(nx.generate_gexf(graph(findings)))
    aside = path.with_name(path.name + ".partial")
    aside.write_text(TODAY.sub("", text, count=1) + "\n", "utf-8")
    aside.replace(path)
