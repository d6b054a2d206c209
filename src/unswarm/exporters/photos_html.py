"""photos.html: what the profile photos of groups show, as one page that a stranger can check.

Each group stands beside the reference and the other groups, with the figures of every test, means
of many photos and the places of the eyes. No single photo is shown, and nobody is named but members
of findings. Like the report it loads nothing, and every number links to its rows.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._report.names import Names
from unswarm.exporters._report.page import grouped, render
from unswarm.exporters._report.photo_groups import look_over
from unswarm.exporters._report.rows import Rows
from unswarm.findings import Findings

suffix = ".html"


def export(findings: Findings, path: Path) -> None:
    """Write the page about a case's photos to `path`."""
    path.write_text(page(findings), "utf-8")


def page(findings: Findings) -> str:
    """The page about a case's photos as HTML."""
    rows = Rows(findings, Names.of(findings))
    overview = look_over(findings, rows)
    return render(
        "photo_page.html.j2",
        case=findings.name,
        run=findings.run,
        o=overview,
        entries=grouped(rows.finish()),
    )
