"""Calls of AT Protocol (XRPC) as one person of one server."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urldefrag

from unswarm.enforcers._http import Answer, Client, checked
from unswarm.errors import SettingsError

JSON = {"Content-Type": "application/json"}
PROXY = "atproto-proxy"  # header: the service that a server hands a call on to
EXPIRED = frozenset(("ExpiredToken", "InvalidToken"))
FORBIDDEN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def place(where: str, name: str) -> tuple[str, str]:
    """The server and the DID of `https://HOST#did:…`; the DID may be left out.

    Raises:
        SettingsError: it is no https address (loopback aside).
    """
    address, did = urldefrag(where)
    return checked(address, name), did


def secret(name: str, what: str) -> str:
    """What an environment variable holds.

    Raises:
        SettingsError: it holds nothing.
    """
    found = os.environ.get(name, "").strip()
    if not found:
        raise SettingsError(f"{what} is missing. Hint: set {name}.")
    return found


def repo(did: str) -> dict[str, str]:
    """An account as the subject of a call."""
    return {"$type": "com.atproto.admin.defs#repoRef", "did": did}


def error_of(answer: Answer) -> str:
    """The name of an error; empty where none is given."""
    said = answer.json
    return str(said.get("error", "")) if isinstance(said, Mapping) else ""


def words(answer: Answer) -> str:
    """What went wrong, in the server's words."""
    said = answer.json
    if isinstance(said, Mapping) and said.get("message"):
        return f"{said.get('error', answer.code)}: {said['message']}"
    return f"{answer.code} {answer.words}".strip()


class Person:
    """Somebody signed in at a server (a PDS); signs in at the first call, and again when needed.

    Args:
        address: of the server.
        identifier: handle or DID.
        password: best an app password.
        proxy: the service that the server hands calls on to, as `did#name`; empty: none.
        sleep: waits some seconds.
    """

    def __init__(
        self,
        address: str,
        identifier: str,
        password: str,
        proxy: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = Client(address, {"User-Agent": "unswarm"}, sleep)
        self._identifier, self._password = identifier, password
        self._proxy = {PROXY: proxy} if proxy else {}
        self._token = self._refresh = self._did = ""

    @property
    def did(self) -> str:
        """Who it is; raises what `get` does."""
        if not self._token:
            self._sign_in()
        return self._did

    def get(self, method: str, **query: str) -> Answer:
        """What is answered to a question.

        Raises:
            SettingsError: the name or the password is wrong.
            CaseError: the server does not answer.
        """
        asked = "&".join(f"{name}={_quoted(value)}" for name, value in query.items())
        return self._called("GET", f"/xrpc/{method}?{asked}" if asked else f"/xrpc/{method}", None)

    def post(self, method: str, said: Mapping[str, Any]) -> Answer:
        """What is answered to a call; raises what `get` does."""
        return self._called("POST", f"/xrpc/{method}", json.dumps(said).encode())

    def _called(self, verb: str, path: str, body: bytes | None) -> Answer:
        if not self._token:
            self._sign_in()
        answer = self._once(verb, path, body)
        if error_of(answer) in EXPIRED:
            self._renew()
            answer = self._once(verb, path, body)
        return answer

    def _once(self, verb: str, path: str, body: bytes | None) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}", **self._proxy}
        return self._client.ask(verb, path, body, {**headers, **(JSON if body else {})})

    def _renew(self) -> None:
        """A new token by the one that is for it; where that has ended, too, by the password."""
        headers = {"Authorization": f"Bearer {self._refresh}"}
        path = "/xrpc/com.atproto.server.refreshSession"
        answer = self._client.ask("POST", path, None, headers)
        if answer.ok:
            self._keep(answer)
        else:
            self._sign_in()

    def _sign_in(self) -> None:
        said = {"identifier": self._identifier, "password": self._password}
        path = "/xrpc/com.atproto.server.createSession"
        answer = self._client.ask("POST", path, json.dumps(said).encode(), JSON)
        if not answer.ok:
            raise SettingsError(
                f"{self._client.address} does not let {self._identifier} in ({words(answer)}). "
                "Hint: check the name and the password."
            )
        self._keep(answer)

    def _keep(self, answer: Answer) -> None:
        said = answer.json
        self._token, self._refresh, self._did = said["accessJwt"], said["refreshJwt"], said["did"]


def _quoted(value: str) -> str:
    return quote(value, safe=":")
