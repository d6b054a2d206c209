"""Every network, findings first, then leads with the reason why each is no finding, as CSV."""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._tables import write_csv
from unswarm.findings import Findings

suffix = ".csv"

NETWORKS = """
SELECT n.network, n.tier, coalesce(n.reason, '') AS reason, n.accounts, n.probability,
       coalesce(n.signals, '') AS signals, n.first, n.last,
       coalesce(n.top_objects, '') AS top_objects,
       coalesce(n.inauthenticity, '') AS inauthenticity,
       CASE n.tier WHEN 'confirmed' THEN coalesce(n.label, '') ELSE '' END AS label
FROM network AS n
ORDER BY n.tier, n.network
"""


def export(findings: Findings, path: Path) -> None:
    """Write one row per network to `path`; times are ISO 8601 UTC."""
    write_csv(findings, NETWORKS, path, times=("first", "last"))
