"""Formats out: one module per format."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from unswarm.findings import Findings


class Exporter(Protocol):
    """One module per format.

    An exporter that can be told something has a frozen dataclass `Options` of plain fields with
    defaults too, and its `export` takes one as third argument.
    """

    suffix: str

    def export(self, findings: Findings, path: Path) -> None:
        """Write what a case found to `path`."""
