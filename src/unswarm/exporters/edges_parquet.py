"""Every pair of accounts of one network that acted together, one row per signal, as Parquet.

The columns are those of `edges_csv`, with their types.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._tables import EDGES, write_parquet
from unswarm.findings import Findings

suffix = ".parquet"


def export(findings: Findings, path: Path) -> None:
    """Write one row per pair and signal to `path`."""
    write_parquet(findings, EDGES, path)
