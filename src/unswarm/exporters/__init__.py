"""Formats out: one module per format."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from unswarm.findings import Findings


class Exporter(Protocol):
    """One module per format."""

    suffix: str

    def export(self, findings: Findings, path: Path) -> None:
        """Write what a case found to `path`."""
