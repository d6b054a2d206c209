"""What goes out: the report's facts and preview, releases, exports."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse

from unswarm.exporting import exporter, secrets_of, write_export
from unswarm.findings import Findings
from unswarm.looking.handing import facts, released
from unswarm.plugins import load, names, one, summary
from unswarm.web.errors import missing
from unswarm.web.guard import note
from unswarm.web.routes import (
    PROBLEMS,
    AllJobs,
    Analyst,
    Approver,
    OnShelf,
    Someone,
    begun,
    written,
)
from unswarm.web.shapes import report as shapes
from unswarm.web.shapes.record import Written
from unswarm.web.shapes.work import JobView

router = APIRouter(prefix="/api/cases/{case}", tags=["report"], responses=PROBLEMS)
formats = APIRouter(prefix="/api", tags=["report"], responses=PROBLEMS)

PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox; "
    "frame-ancestors 'self'"
)
"""A report is a page of its own: it may show itself, and run nothing."""

SECRETS = frozenset({"key", "signing_key"})


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


@router.get("/report")
def show_facts(case: str, shelf: OnShelf, _: Someone) -> shapes.FactsView:
    """Every number of the public report, who signed them, and what forbids to publish."""
    with shelf.opened(case) as here:
        return shapes.FactsView(**here.ask(facts, _today()))


@router.get("/report/preview", response_class=HTMLResponse)
def preview_report(
    case: str, shelf: OnShelf, _: Someone, of: str = "public_report"
) -> HTMLResponse:
    """The report as it would be published now: `public_report`, or `report`, the working one."""
    if of not in ("public_report", "report"):
        raise missing("preview of", of)
    with shelf.opened(case) as here:
        page = here.ask(_rendered, of)
    return HTMLResponse(page, headers={"Content-Security-Policy": PREVIEW_POLICY})


def _rendered(findings: Findings, name: str) -> str:
    name, module = exporter(name)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        write_export(findings, module, path)
        return path.read_text("utf-8")


@router.post("/report/sign", status_code=201)
def sign(case: str, shelf: OnShelf, person: Analyst) -> Written:
    """Stand behind the public report as it is now; two different people must."""
    with shelf.opened(case) as here:
        return written(here.desk.sign(person.name, str(person.role)))


@router.post("/report/publish", status_code=202)
def publish(
    case: str, request: Request, shelf: OnShelf, jobs: AllJobs, person: Approver
) -> JobView:
    """Write the public report that two people signed, or say what forbids it."""
    with shelf.opened(case) as here:
        here.desk.publishable()
    note(request, "publish", case=case)
    words = ["publish", "--no-pdf", f"--who={person.name}"]
    return begun(jobs, shelf, case, "publishing the report", [words], person.name)


@router.get("/release")
def preview_release(
    case: str, shelf: OnShelf, _: Someone, name: str = "release", threshold: int = 5000
) -> shapes.ReleaseView:
    """Whom a release would name and whom it would hash, before it is made."""
    with shelf.opened(case) as here:
        module = exporter("release")[1]
        key = secrets_of(here.case.path, "release", module, {"name": name})["key"]
        return shapes.ReleaseView(**here.ask(released, key, threshold))


@router.post("/releases/{name}/share", status_code=201)
def share(
    case: str, name: str, said: shapes.Share, request: Request, shelf: OnShelf, person: Approver
) -> Written:
    """Write down who gets a release, after a look whether it is the file that was made."""
    note(request, "share release", case=case, release=name, recipient=said.recipient)
    with shelf.opened(case) as here:
        return written(here.desk.share(name, said.recipient, person.name))


@router.get("/exports")
def list_exports(case: str, shelf: OnShelf, _: Someone) -> shapes.Exports:
    """The files in the case's exports."""
    folder = shelf.path(case) / "exports"
    found = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    return shapes.Exports(
        files=[
            shapes.ExportFile(
                name=path.relative_to(folder).as_posix(),
                size=path.stat().st_size,
                changed=path.stat().st_mtime_ns // 1_000_000,
            )
            for path in sorted(found)
        ]
    )


@router.get(
    "/exports/{name:path}",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file."}},
)
def fetch_export(
    case: str, name: str, request: Request, shelf: OnShelf, _: Someone
) -> FileResponse:
    """One of these files, to be saved."""
    folder = (shelf.path(case) / "exports").resolve()
    path = (folder / name).resolve() if "\x00" not in name else folder
    if not path.is_relative_to(folder) or not path.is_file():
        raise missing("file", PurePath(name).name)
    note(request, "take export", case=case, file=name)
    return FileResponse(path, media_type="application/octet-stream", filename=path.name)


@router.post("/exports", status_code=202)
def export(
    case: str,
    said: shapes.ExportRequest,
    request: Request,
    shelf: OnShelf,
    jobs: AllJobs,
    person: Analyst,
) -> JobView:
    """Write the findings in a format."""
    name, module = exporter(said.format)
    known = _options(module)
    for option in said.options:
        if option not in known:
            raise missing(f"option of {name}", option)
    note(request, "write export", case=case, format=name)
    options = [f"--option={key}={value}" for key, value in said.options.items()]
    words = ["export", name, *options, f"--who={person.name}"]
    return begun(jobs, shelf, case, f"writing {name}", [words], person.name)


def _options(module: Any) -> dict[str, Any]:
    kind = getattr(module, "Options", None)
    return {f.name: f.default for f in fields(kind) if f.name not in SECRETS} if kind else {}


@formats.get("/formats")
def list_formats(_: Someone) -> shapes.Formats:
    """What can be read and written, and what can be seen and measured."""
    exporters = {name: one("exporters", name) for name in names("exporters")}
    return shapes.Formats(
        exporters=[
            shapes.Format(
                name=name, about=summary(module), suffix=module.suffix, options=_options(module)
            )
            for name, module in exporters.items()
        ],
        **{
            folder: {name: summary(module) for name, module in load(folder).items()}
            for folder in ("readers", "signals", "measures")
        },
    )
