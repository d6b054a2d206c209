"""Every pair of accounts of one network that acted together, one row per signal, as CSV."""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._tables import EDGES, write_csv
from unswarm.findings import Findings

suffix = ".csv"


def export(findings: Findings, path: Path) -> None:
    """Write one row per pair and signal to `path`."""
    write_csv(findings, EDGES, path)
