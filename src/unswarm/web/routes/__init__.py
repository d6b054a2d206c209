"""The API: one noun a file, each a thin layer over `looking` and the desk of a case."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Query, Request

from unswarm.record.people import Role
from unswarm.web.errors import Problem
from unswarm.web.guard import Person, may, someone
from unswarm.web.jobs import Jobs
from unswarm.web.shapes.record import Written
from unswarm.web.shapes.work import JobView
from unswarm.web.shelf import Shelf

_IN_ONE_SHAPE = {
    "application/json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status.value: {"content": _IN_ONE_SHAPE, "description": says}
    for status, says in (
        (HTTPStatus.UNAUTHORIZED, "Nobody has signed in."),
        (HTTPStatus.FORBIDDEN, "The role is not enough, or the request came from elsewhere."),
        (HTTPStatus.NOT_FOUND, "There is no such thing."),
        (HTTPStatus.CONFLICT, "The case does not allow it as it is."),
        (HTTPStatus.UNPROCESSABLE_ENTITY, "Something said is missing or outside its range."),
        (HTTPStatus.TOO_MANY_REQUESTS, "Too many requests."),
    )
}
"""What every route may answer besides its success."""


def shelf(request: Request) -> Shelf:
    """The cases of this server."""
    found: Shelf = request.app.state.shelf
    return found


def jobs(request: Request) -> Jobs:
    """The long work of this server."""
    found: Jobs = request.app.state.jobs
    return found


OnShelf = Annotated[Shelf, Depends(shelf)]
AllJobs = Annotated[Jobs, Depends(jobs)]
Someone = Annotated[Person, Depends(someone)]
Analyst = Annotated[Person, Depends(may(Role.ANALYST))]
Approver = Annotated[Person, Depends(may(Role.APPROVER))]
Admin = Annotated[Person, Depends(may(Role.ADMIN))]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Limit = Annotated[int, Query(ge=1, le=500)]
Text = Annotated[str, Query(max_length=200)]


def begun(
    jobs: Jobs, shelf: Shelf, case: str, title: str, commands: Sequence[Sequence[str]], who: str
) -> JobView:
    """A job of a case that somebody began, as an answer."""
    return JobView(**jobs.start(case, shelf.path(case), title, commands, who).as_dict())


def written(line: dict[str, Any]) -> Written:
    """A line of the log as an answer."""
    return Written(id=line.get("id", ""), act=line["act"], who=line["who"], when=line["when"])
