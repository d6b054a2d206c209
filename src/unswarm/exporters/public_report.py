"""The public report of a takedown: what was found, on whose decision, and both sides of who did it.

It prints what two people decided and nothing else, counts accounts and names none of them, and
quotes no post. Numbers come from the case; the page loads nothing. It is a draft until two people
have signed (`unswarm sign`), and is published by `unswarm publish`.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._public import document, page
from unswarm.findings import Findings

suffix = ".html"


def export(findings: Findings, path: Path) -> None:
    """Write the report as HTML."""
    path.write_text(page(document(findings)), "utf-8")
