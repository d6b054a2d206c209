"""Every network, findings first, then leads with their reasons, as Parquet.

The columns are those of `networks_csv`; first and last are timestamps (milliseconds, UTC).
"""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._tables import NETWORKS, write_parquet
from unswarm.findings import Findings

suffix = ".parquet"


def export(findings: Findings, path: Path) -> None:
    """Write one row per network to `path`."""
    write_parquet(findings, NETWORKS, path, times=("first", "last"))
