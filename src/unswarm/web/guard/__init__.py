"""Who may come in, and what they may do.

Without accounts the server answers this machine alone and takes a person's word for who acts, as
the command line does. With the first account everybody signs in. A change carries the token of its
session; an act that takes a role is refused to those who do not have it; who saw and took what is
written down.
"""

from __future__ import annotations

import getpass
import secrets
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request

from unswarm.record.people import Role
from unswarm.web.errors import Refused
from unswarm.web.guard.audit import Audit
from unswarm.web.guard.gate import CHANGES, LARGEST_UPLOAD, PER_MINUTE, Gate
from unswarm.web.guard.limits import Buckets
from unswarm.web.guard.people import Account, Person, accounts
from unswarm.web.guard.sessions import Session, Sessions

__all__ = ["Guard", "Person", "may", "note", "someone"]

COOKIE = "unswarm"
TOKEN = "X-CSRF-Token"
TRIES = 5  # sign-ins a minute, for each address and each name


class Guard:
    """Who may come in.

    Args:
        home: the folder with `people.toml` and the audit log; made when it is needed.
        secure: nothing may travel in the clear.
        hosts: names the server is called by besides this machine's own.
        proxies: addresses or networks of proxies that speak TLS in front of it.
        largest_upload: bytes of a file that is sent.
        per_minute: requests of one address.
    """

    def __init__(
        self,
        home: Path,
        *,
        secure: bool = False,
        hosts: Sequence[str] = (),
        proxies: Sequence[str] = (),
        largest_upload: int = LARGEST_UPLOAD,
        per_minute: int = PER_MINUTE,
    ) -> None:
        self.home, self.secure = home, secure
        self._gate: dict[str, Any] = {
            "hosts": hosts,
            "proxies": proxies,
            "secure": secure,
            "largest_upload": largest_upload,
            "buckets": Buckets(per_minute, per_minute),
        }
        self.sessions = Sessions()
        self.audit = Audit(home)
        self.tries = Buckets(TRIES, TRIES)
        self._accounts: tuple[tuple[int, int], dict[str, Account]] = ((0, 0), {})
        self._closed = bool(self.accounts)

    def install(self, app: FastAPI) -> None:
        """Put it before an app, with its own routes."""
        from unswarm.web.guard.routes import router

        app.state.guard = self
        app.add_middleware(Gate, **self._gate)
        app.include_router(router)

    @property
    def accounts(self) -> dict[str, Account]:
        """Name → account, as the file says now."""
        path = self.home / "people.toml"
        try:
            found = path.stat()
        except FileNotFoundError:
            return {}
        stamp = (found.st_mtime_ns, found.st_size)
        if self._accounts[0] != stamp:
            self._accounts = (stamp, accounts(self.home))
        return self._accounts[1]

    @property
    def open(self) -> bool:
        """Whether there are no accounts, so that people say who they are.

        A server that has had one stays closed until it is started anew: others may reach it.
        """
        self._closed = self._closed or bool(self.accounts)
        return not self._closed

    def session(self, request: Request) -> Session | None:
        """Who asks; None: nobody who is in."""
        found = self.sessions.get(request.cookies.get(COOKIE))
        if found is None:
            return None
        if self.open:
            return None if found.mark else found
        account = self.accounts.get(found.person.name)
        return found if account and account.mark == found.mark else None

    def visitor(self) -> tuple[str, Session]:
        """A session for whoever sits at this machine."""
        return self.sessions.open(Person(getpass.getuser(), Role.ADMIN))

    def require(self, request: Request) -> Session:
        """Who asks, with the token of their session where they change something.

        Raises:
            Refused: nobody is in, or the token is missing.
        """
        session = self.session(request)
        if session is None:
            raise Refused(
                HTTPStatus.UNAUTHORIZED, "login", "Nobody has signed in.", "Open the page anew."
            )
        said = request.headers.get(TOKEN, "")
        if request.method in CHANGES and not secrets.compare_digest(
            said.encode(), session.csrf.encode()
        ):
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "token",
                "The request does not come from this server's page.",
                f"Send the csrf of GET /api/session as {TOKEN}.",
            )
        return session


def guard_of(request: Request) -> Guard:
    """The guard of the app that is asked."""
    found: Guard = request.app.state.guard
    return found


def someone(request: Request) -> Person:
    """Whoever asks.

    Raises:
        Refused: nobody has signed in, or a change comes without its token.
    """
    return guard_of(request).require(request).person


def may(needed: Role) -> Callable[[Request], Person]:
    """Whoever asks, if their role is enough."""

    def person(request: Request) -> Person:
        found = someone(request)
        if not found.role.may(needed):
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "role",
                f"A person in the role '{found.role}' may not do this; it takes '{needed}'.",
                "Ask somebody who may.",
            )
        return found

    return person


def note(request: Request, act: str, **said: Any) -> None:
    """Write down who did something that leaves the case as it is: saw it, took it."""
    guard = guard_of(request)
    session = guard.session(request)
    who = {"who": session.person.name, "role": str(session.person.role)} if session else {}
    guard.audit.write(act, **who, address=request.scope["state"].get("address", ""), **said)
