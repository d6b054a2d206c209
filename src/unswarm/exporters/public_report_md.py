"""The public report of a takedown as Markdown.

The same document as `public_report`, for repositories and newsrooms; pictures are only described.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._public import document, markdown
from unswarm.findings import Findings

suffix = ".md"


def export(findings: Findings, path: Path) -> None:
    """Write the report as Markdown."""
    path.write_text(markdown(document(findings)), "utf-8")
