"""Write findings in the formats of others, and publish the report that two people signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unswarm.case.folder import CaseFolder
from unswarm.exporting import exporter, file_name, options_of, secrets_of, write_export
from unswarm.findings import Findings
from unswarm.folder import sha256
from unswarm.progress import Progress
from unswarm.record.people import person

ALWAYS = ("accounts_csv", "networks_csv", "edges_csv", "report")
OF_EXPANSION = ("linked_csv", "counterparts_csv")
OF_PHOTOS = ("photos_csv", "photo_groups_csv", "photos_html")
PUBLIC = ("public_report", "public_report_md", "public_report_pdf")
RELEASE = "release"


def export(
    case: CaseFolder, name: str, path: Path | None, who: str | None, options: Mapping[str, Any]
) -> Path:
    """Write the latest findings in one format, as `Case.export` does."""
    desk = case.desk
    name, module = exporter(name)
    said = options_of(name, module, {**secrets_of(case.path, name, module, options), **options})
    stem = said.name if name == RELEASE else name
    written = path or case.exports / file_name(stem, module.suffix)
    if name == RELEASE:
        desk.embargoed(said.embargo)
    write_export(desk.findings, module, written, said)
    by = person(who)
    case.note("export", format=name, path=str(written), run=case.latest, who=by)
    if name == RELEASE:
        desk.released(said.name, sha256(written), written.resolve(), said.embargo, by)
    return written


def publish(case: CaseFolder, folder: Path, pdf: bool, who: str | None) -> tuple[Path, ...]:
    """Write the public report, as `Case.publish` does."""
    desk = case.desk
    digest = desk.publishable()
    paths = []
    for name, module in map(exporter, PUBLIC if pdf else PUBLIC[:-1]):
        paths.append(folder / file_name(name, module.suffix))
        write_export(desk.findings, module, paths[-1])
    desk.published(digest, paths, who)
    return tuple(paths)


def write_all(findings: Findings, folder: Path, progress: Progress) -> None:
    """The tables and the report that every run writes."""
    photos = len(findings.query("SELECT 1 FROM photo LIMIT 1"))
    grown = len(findings.query("SELECT 1 FROM linked UNION ALL SELECT 1 FROM counterpart"))
    formats = (*ALWAYS, *(OF_EXPANSION if grown else ()), *(OF_PHOTOS if photos else ()))
    write(formats, findings, folder, progress)


def write(formats: Sequence[str], findings: Findings, folder: Path, progress: Progress) -> None:
    """Findings in several formats, each under its usual name."""
    for done, asked in enumerate(formats):
        name, module = exporter(asked)
        target = folder / file_name(name, module.suffix)
        progress(f"writing {target.name}", done, len(formats))
        write_export(findings, module, target)
