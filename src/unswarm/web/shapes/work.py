"""Long work, and files coming in."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from unswarm.web.shapes.tables import Shape


class Step(Shape):
    """A step of a job."""

    what: str
    done: int
    total: int = Field(description="0: nobody knows how much there is")
    began: float
    seconds: float


class JobView(Shape):
    """Long work."""

    id: str
    case: str
    title: str
    who: str
    state: Literal["waiting", "running", "done", "failed", "stopped"]
    steps: list[Step]
    message: str
    seconds: float


class JobList(Shape):
    """The jobs of a case, the latest first."""

    jobs: list[JobView]


class Incoming(Shape):
    """A file before it is taken in."""

    upload: str = Field(description="what it is called until it is taken in")
    name: str
    size: int
    reader: str
    columns: list[str]
    roles: dict[str, str]
    fields: list[str]
    tables: dict[str, list[dict[str, Any]]]
    problem: str
    hint: str
    notes: list[str]


class Look(Shape):
    """How to look at a file that was sent."""

    reader: str = ""
    columns: dict[str, str] = Field({})


class TakeIn(Shape):
    """A file to be taken into the case."""

    upload: str
    reader: str = ""
    columns: dict[str, str] = Field({})
    comparison: bool = False
    opinions: bool = Field(False, description="it holds what researchers say of accounts")


class Import(Shape):
    """Files to be taken in, and whether to look for networks after."""

    files: list[TakeIn] = Field(min_length=1, max_length=200)
    detect: bool = True


class DetectRequest(Shape):
    """A run to be made."""

    signals: list[str] = Field([])
    windows: list[int] = Field([], description="seconds")
    q: float | None = Field(None, gt=0, lt=1)
