"""Every network, findings first, then leads with the reason why each is no finding, as CSV."""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._tables import NETWORKS, write_csv
from unswarm.findings import Findings

suffix = ".csv"


def export(findings: Findings, path: Path) -> None:
    """Write one row per network to `path`; times are ISO 8601 UTC."""
    write_csv(findings, NETWORKS, path, times=("first", "last"))
