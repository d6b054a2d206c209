"""Cases: the shelf, one case, its files, its log."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from unswarm import model
from unswarm.web.shapes.tables import Shape, row_of

Caveat = row_of(model.CAVEAT, "Caveat")


class CaseGlance(Shape):
    """A case on the shelf."""

    name: str
    run: str = Field(description="id of the latest run; empty: none yet")
    sources: int
    rows: int
    synthetic: bool = Field(description="its data is made up, and says so")
    posts: int
    accounts: int
    confirmed: int
    leads: int
    decided: int
    waiting: int = Field(description="decisions that wait for a second person")
    appeals: int = Field(description="open appeals")
    claims: int
    plans: int
    changed: int = Field(description="milliseconds UTC of the latest line of its log")


class Cases(Shape):
    """The cases on the shelf."""

    cases: list[CaseGlance]
    single: bool = Field(description="one case is served, and no other can be made")


class NewCase(Shape):
    """A case to be made."""

    name: str = Field(min_length=1, max_length=100)


class SourceRow(Shape):
    """A file that the case has taken in."""

    number: int
    name: str
    sha256: str
    size: int
    reader: str
    when: str
    rows: dict[str, int]
    quarantined: int
    comparison: bool


class CaseView(CaseGlance):
    """A case, opened."""

    files: list[SourceRow]
    settings: dict[str, Any]
    caveats: list[Caveat]  # type: ignore[valid-type]
    power: list[str] = Field(description="what would have been found, in sentences")
    targets: list[str] = Field(description="where orders may be carried out")
    people: list[str]


class QuarantinePage(Shape):
    """Rows that could not be used, with the reason of each."""

    rows: list[dict[str, Any]]
    total: int


class LogLines(Shape):
    """Lines of the log, the latest first."""

    lines: list[dict[str, Any]]
    total: int
