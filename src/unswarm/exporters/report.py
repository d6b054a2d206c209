"""The report: one HTML file that a stranger can read, print and check.

It names members of findings by evidence of their own and nobody else, loads nothing from the
network, and is the same, byte for byte, for the same case. Every number links to the query that
lists the rows behind it and to the first of these rows.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._report.material import SECTIONS
from unswarm.exporters._report.names import Names
from unswarm.exporters._report.page import grouped, render
from unswarm.exporters._report.people import said
from unswarm.exporters._report.photos import IN_REPORT, Photos
from unswarm.exporters._report.queries import NETWORKS
from unswarm.exporters._report.rows import Rows
from unswarm.exporters._report.sections import gather
from unswarm.exporters._report.summary import overview, summarise
from unswarm.findings import Findings

suffix = ".html"


def export(findings: Findings, path: Path) -> None:
    """Write the report of a case to `path`.

    Raises:
        PluginError: the query of some evidence cannot be run.
    """
    aside = path.with_name(path.name + ".partial")
    aside.write_text(page(findings), "utf-8")
    aside.replace(path)


def page(findings: Findings) -> str:
    """The report of a case as HTML."""
    networks = list(findings.query(NETWORKS))
    shown = networks[:SECTIONS]
    rows = Rows(findings, Names.of(findings))
    summary = summarise(findings, networks, rows)
    photos = Photos.of(findings, [row["network"] for row in shown], IN_REPORT)
    sections = gather(findings, shown, rows, photos)
    return render(
        case=findings.name,
        run=findings.run,
        networks=networks,
        overview=overview(networks),
        summary=summary,
        sections=sections,
        photos=photos,
        anchors={section.row["network"]: section.anchor for section in sections},
        row_links={section.row["network"]: section.occasions for section in sections},
        entries=grouped(rows.finish()),
        people=said(findings.record),
    )
