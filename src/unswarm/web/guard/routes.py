"""Signing in and out, who acts, who may come in, and the audit log."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from unswarm import __version__
from unswarm.record.people import Role
from unswarm.web.errors import Problem, Refused
from unswarm.web.guard import COOKIE, Guard, guard_of, may, note
from unswarm.web.guard.gate import from_elsewhere, too_often
from unswarm.web.guard.people import Person, people, verified
from unswarm.web.guard.sessions import LONGEST, Session

STATUSES = (401, 403, 415, 422, 429)
router = APIRouter(
    prefix="/api", tags=["session"], responses={status: {"model": Problem} for status in STATUSES}
)


class Shape(BaseModel):
    """Nothing that is not declared is taken."""

    model_config = ConfigDict(extra="forbid")


class SessionView(Shape):
    """Who acts, and what a change has to carry."""

    who: str | None = Field(description="null: nobody has signed in")
    role: Role | None
    csrf: str = Field(description="to be sent as X-CSRF-Token with every change")
    open: bool = Field(description="there are no accounts: people say who they are")
    version: str


class SignIn(Shape):
    """A name and a password."""

    name: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=1000)


class ActAs(Shape):
    """Who acts from now on, where there are no accounts."""

    name: str = Field(min_length=1, max_length=200, pattern=r"\S")
    role: Role


class PersonView(Shape):
    """Somebody who may come in."""

    name: str
    role: Role


class PeopleView(Shape):
    """Everybody who may come in."""

    people: list[PersonView]


class AuditView(Shape):
    """Lines of the audit log, the latest first."""

    lines: list[dict[str, Any]]


TheGuard = Annotated[Guard, Depends(guard_of)]
Admin = Annotated[Person, Depends(may(Role.ADMIN))]


def _view(guard: Guard, session: Session | None) -> SessionView:
    return SessionView(
        who=session.person.name if session else None,
        role=session.person.role if session else None,
        csrf=session.csrf if session else "",
        open=guard.open,
        version=__version__,
    )


def _let_in(guard: Guard, response: Response, cookie: str) -> None:
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(LONGEST),
        httponly=True,
        samesite="strict",
        secure=guard.secure,
        path="/",
    )


@router.get("/session")
def show_session(request: Request, response: Response, guard: TheGuard) -> SessionView:
    """Who acts; without accounts, whoever sits at this machine."""
    session = guard.session(request)
    if session is None and guard.open and not from_elsewhere(request.headers):
        cookie, session = guard.visitor()
        _let_in(guard, response, cookie)
    return _view(guard, session)


@router.post("/session")
def sign_in(said: SignIn, request: Request, response: Response, guard: TheGuard) -> SessionView:
    """Sign in."""
    if guard.open:
        raise Refused(HTTPStatus.FORBIDDEN, "open", "There are no accounts on this server.")
    address = request.scope["state"]["address"]
    for key in (("address", address), ("name", " ".join(said.name.split()).casefold())):
        if wait := guard.tries.take(key):
            raise too_often(wait)
    account = verified(guard.home, said.name, said.password)
    if account is None:
        guard.audit.write("sign in refused", name=said.name, address=address)
        raise Refused(
            HTTPStatus.UNAUTHORIZED, "password", "The name or the password is wrong.", "Try again."
        )
    guard.sessions.close(request.cookies.get(COOKIE))
    cookie, session = guard.sessions.open(account.person, account.mark)
    _let_in(guard, response, cookie)
    guard.audit.write(
        "sign in", who=account.person.name, role=str(account.person.role), address=address
    )
    return _view(guard, session)


@router.delete("/session")
def sign_out(request: Request, response: Response, guard: TheGuard) -> SessionView:
    """Sign out."""
    guard.require(request)
    note(request, "sign out")
    guard.sessions.close(request.cookies.get(COOKIE))
    response.delete_cookie(COOKIE, path="/")
    return _view(guard, None)


@router.put("/session/person")
def act_as(said: ActAs, request: Request, guard: TheGuard) -> SessionView:
    """Say who acts, where there are no accounts."""
    session = guard.require(request)
    if not guard.open:
        raise Refused(
            HTTPStatus.FORBIDDEN,
            "accounts",
            "On this server everybody signs in.",
            "Sign out first.",
        )
    session.person = Person(" ".join(said.name.split()), said.role)
    note(request, "act as")
    return _view(guard, session)


@router.get("/people")
def list_people(guard: TheGuard, _: Admin) -> PeopleView:
    """Everybody who may come in; the command line changes it."""
    found = [PersonView(name=person.name, role=person.role) for person in people(guard.home)]
    return PeopleView(people=found)


@router.get("/audit")
def show_audit(
    guard: TheGuard,
    _: Admin,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditView:
    """Who saw and took what, the latest first."""
    return AuditView(lines=guard.audit.latest(offset, limit))
