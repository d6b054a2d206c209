"""Every pair of accounts of one network that acted together, one row per signal, as CSV."""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._tables import write_csv
from unswarm.findings import Findings

suffix = ".csv"

EDGES = """
SELECT DISTINCT e.source, e.target, e.signal, e.objects, e.actions, e.expected, e.p, e.q
FROM edge AS e
ORDER BY e.source, e.target, e.signal, e.objects, e.actions, e.expected, e.p, e.q
"""


def export(findings: Findings, path: Path) -> None:
    """Write one row per pair and signal to `path`."""
    write_csv(findings, EDGES, path)
