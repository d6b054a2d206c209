"""Every account of the input, with the network it stands in, as CSV.

An account in several networks is listed once: with its confirmed one, then the finding it is linked
to (tier `linked`: within the error rate of that network's list), then its most probable lead. An
account in no network keeps the probability it had as a candidate, 0 if it never was one.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._tables import ACCOUNTS, write_csv
from unswarm.findings import Findings

suffix = ".csv"


def export(findings: Findings, path: Path) -> None:
    """Write one row per account of the input to `path`."""
    write_csv(findings, ACCOUNTS, path)
