"""Cases: the shelf, one case, its files, its log, and looking for things in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request

from unswarm import log
from unswarm.findings import Findings
from unswarm.looking import counted, many, page
from unswarm.looking.search import search
from unswarm.web.guard import note
from unswarm.web.routes import PROBLEMS, Analyst, Limit, Offset, OnShelf, Someone, Text
from unswarm.web.shapes import cases as shapes
from unswarm.web.shapes.accounts import Hits
from unswarm.web.shelf import Opened

router = APIRouter(prefix="/api", tags=["cases"], responses=PROBLEMS)

HANDOVER = "handover"


@router.get("/cases")
def list_cases(shelf: OnShelf, _: Someone) -> shapes.Cases:
    """The cases on the shelf, without opening their data."""
    found = [shapes.CaseGlance(**shelf.glance(name)) for name in shelf.names()]
    return shapes.Cases(cases=found, single=shelf.single)


@router.post("/cases", status_code=201)
def make_case(
    said: shapes.NewCase, request: Request, shelf: OnShelf, _: Analyst
) -> shapes.CaseGlance:
    """Make an empty case."""
    name = shelf.create(said.name)
    note(request, "make case", case=name)
    return shapes.CaseGlance(**shelf.glance(name))


@router.get("/cases/{case}")
def show_case(case: str, shelf: OnShelf, _: Someone) -> shapes.CaseView:
    """One case: its files, its settings, what its latest run could not see."""
    with shelf.opened(case) as here:
        return shapes.CaseView(**shelf.glance(case), **_about(here))


def _about(here: Opened) -> dict[str, Any]:
    case = here.case
    about: dict[str, Any] = {
        "files": [
            {
                "number": taken.number,
                "name": Path(taken.path).name,
                "sha256": taken.sha256,
                "size": taken.size,
                "reader": taken.reader,
                "when": taken.when,
                "rows": dict(taken.rows),
                "quarantined": taken.quarantined,
                "comparison": taken.comparison,
            }
            for taken in case.sources
        ],
        "settings": case.settings.as_dict(),
        "caveats": [],
        "power": [],
        "targets": [HANDOVER, *case.targets],
        "people": list(case.people),
    }
    if case.has_run:
        about["caveats"] = here.ask(_caveats)
        about["power"] = [each["sentence"] for each in here.findings.run.get("power", [])]
    return about


def _caveats(findings: Findings) -> list[dict[str, Any]]:
    return list(findings.caveats)


@router.get("/cases/{case}/quarantine")
def show_quarantine(
    case: str, shelf: OnShelf, _: Someone, offset: Offset = 0, limit: Limit = 50
) -> shapes.QuarantinePage:
    """Rows that could not be used, with the reason of each."""
    with shelf.opened(case) as here:
        return shapes.QuarantinePage(**here.ask(_quarantined, offset, limit))


def _quarantined(findings: Findings, offset: int, limit: int) -> dict[str, Any]:
    sql = "SELECT * FROM quarantine ORDER BY source, line, field"
    return {"rows": many(findings, page(sql, offset, limit)), "total": counted(findings, sql)}


@router.get("/cases/{case}/log")
def show_log(
    case: str, shelf: OnShelf, _: Someone, offset: Offset = 0, limit: Limit = 50
) -> shapes.LogLines:
    """Lines of the log, the latest first; its chain of hashes is checked."""
    folder = shelf.path(case)
    found = log.entries(folder / "log.jsonl")[::-1]
    lines = json.dumps(found[offset : offset + limit]).replace(f"{folder}/", "")
    return shapes.LogLines(lines=json.loads(lines), total=len(found))


@router.get("/cases/{case}/search")
def search_case(case: str, shelf: OnShelf, _: Someone, q: Text = "") -> Hits:
    """What a few letters may mean: networks, accounts, sites, decisions."""
    with shelf.opened(case) as here:
        hits = here.ask(search, q) if here.case.has_run else []
    return Hits(hits=hits)
