"""Every account of the input, with the network it stands in, as Parquet.

The columns are those of `accounts_csv`, with their types, and every cell is exact.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._tables import ACCOUNTS, write_parquet
from unswarm.findings import Findings

suffix = ".parquet"


def export(findings: Findings, path: Path) -> None:
    """Write one row per account of the input to `path`."""
    write_parquet(findings, ACCOUNTS, path)
