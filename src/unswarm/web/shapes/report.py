"""What goes out: facts, releases, exports, formats."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from unswarm.web.shapes.tables import Shape


class Fact(Shape):
    """One number of the report."""

    fact: str
    says: str


class Signer(Shape):
    """Who stands behind the report as it is now."""

    who: str
    role: str
    when: str


class Difference(Shape):
    """A fact that is not as it was signed."""

    fact: str
    signed: str
    now: str


class FactsView(Shape):
    """The report's numbers, who signed them, and what forbids to publish."""

    digest: str
    facts: list[Fact]
    accounts: int
    signed: list[Signer]
    changes: list[Difference]
    obstacles: list[str]


class ReleasePerson(Shape):
    """An account as a release would show it."""

    account: str
    handle: str | None
    name: str | None
    followers: int | None
    shown: str
    hidden: bool


class Column(Shape):
    """A column of a release."""

    column: str
    means: str


class ReleaseView(Shape):
    """A release before it is made."""

    accounts: int
    hidden: int
    networks: list[str]
    columns: list[Column]
    sample: list[ReleasePerson]


class Share(Shape):
    """Who gets a release."""

    recipient: str = Field(min_length=1, max_length=500)


class ExportRequest(Shape):
    """A file to be written."""

    format: str
    options: dict[str, str] = Field({})


class ExportFile(Shape):
    """A file in the case's exports."""

    name: str
    size: int
    changed: int


class Exports(Shape):
    """The files in the case's exports."""

    files: list[ExportFile]


class Format(Shape):
    """A format that findings can be written in."""

    name: str
    about: str
    suffix: str
    options: dict[str, Any]


class Formats(Shape):
    """What can be read and written."""

    exporters: list[Format]
    readers: dict[str, str]
    signals: dict[str, str]
    measures: dict[str, str]
