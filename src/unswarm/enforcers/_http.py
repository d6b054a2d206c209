"""What the enforcers that speak HTTP share: patience, and no word to strangers.

A server that is busy (429), broken (5xx) or away is asked again, a few times, after as long as it
says. A redirect elsewhere is refused: it would take the token along.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from unswarm.errors import CaseError, SettingsError

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
TRIES = 5
TIMEOUT = 30  # seconds
LONGEST_WAIT = 330.0  # seconds: a window of five minutes, in which servers count, and some
MOST_READ = 8 << 20  # bytes of an answer
MOST_SAID = 300  # characters of an answer that are kept
RESETS = ("x-ratelimit-reset", "ratelimit-reset")  # told whether one is too fast or not


def checked(where: str, name: str) -> str:
    """An address that orders may be sent to, without a slash at its end.

    Args:
        where: the address.
        name: of the enforcer.

    Raises:
        SettingsError: it is not https (loopback aside), or holds a password.
    """
    try:
        parts = urllib.parse.urlsplit(where)
        host, local = parts.hostname, parts.hostname in LOOPBACK
    except ValueError:
        host, local = None, False
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and local)):
        raise SettingsError(f"'{where}' is no https address. Hint: {name}:https://…")
    if "@" in parts.netloc:
        raise SettingsError(
            f"The address of {host} holds a password, and plans are read by many. "
            f"Hint: {name}:https://{host}"
        )
    return where.rstrip("/")


@dataclass(frozen=True)
class Answer:
    """What a server answered.

    Args:
        code: the status; 0: no answer came.
        body: of the answer, or why none came.
        headers: of the answer, their names in small letters.
    """

    code: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return HTTPStatus.OK <= self.code < HTTPStatus.MULTIPLE_CHOICES

    @property
    def passing(self) -> bool:
        """Whether the same call may go well later."""
        return self.lost or self.code == HTTPStatus.TOO_MANY_REQUESTS

    @property
    def lost(self) -> bool:
        """Whether the call may have been carried out although no answer says so."""
        return not self.code or self.code >= 500

    @property
    def words(self) -> str:
        """The beginning of what was said."""
        return self.body.decode("utf-8", "replace")[:MOST_SAID].strip()

    @property
    def json(self) -> Any:
        """The value that was answered; None where it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def wait(self) -> float:
        """Seconds that the server asks to wait; 0: it says nothing."""
        busy = self.code == HTTPStatus.TOO_MANY_REQUESTS
        return max(0.0, _seconds(self.headers, RESETS if busy else ()))


FOUND = Answer(HTTPStatus.OK)
"""A call whose answer was lost, and that was carried out."""


class Client:
    """One server, spoken to as one person.

    Args:
        address: of the server, see `checked`.
        headers: of every call, e.g. who calls.
        sleep: waits some seconds.
    """

    def __init__(
        self,
        address: str,
        headers: Mapping[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.address, self._headers, self._sleep = address, dict(headers or {}), sleep
        self._opener = urllib.request.build_opener(_SameServer(address))

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        done: Callable[[], bool] | None = None,
    ) -> Answer:
        """What the server answers, after a few tries where it must be.

        Args:
            method: GET, POST …
            path: behind the address.
            body: what is sent.
            headers: of this call.
            done: asked before a call is made again whether the one before, whose answer was lost,
                was carried out after all; None: calling twice does nothing twice.

        Returns:
            Its answer; `FOUND` when `done` says so.

        Raises:
            CaseError: it does not answer, or stays busy.
            SettingsError: it sends elsewhere.
        """
        answer = Answer(HTTPStatus.TOO_MANY_REQUESTS)  # nothing is lost before the first call
        for attempt in range(TRIES):
            if answer.lost and done is not None and done():
                return FOUND
            answer = self.once(method, path, body, headers)
            if not answer.passing:
                return answer
            if attempt < TRIES - 1:
                self._sleep(min(answer.wait or 2.0**attempt, LONGEST_WAIT))
        raise CaseError(
            f"{self.address} did not take a call ({answer.code or 'no'} answer: {answer.words}) "
            f"in {TRIES} tries. Hint: what was done is kept; `unswarm enforce` goes on from here."
        )

    def get(self, path: str, **query: str) -> Answer:
        """What it answers to a question, see `ask`."""
        return self.ask("GET", f"{path}?{urllib.parse.urlencode(query)}" if query else path)

    def once(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """What it answers to one call, whatever it is.

        Raises:
            SettingsError: it sends elsewhere.
        """
        said = {**self._headers, **(headers or {})}
        request = urllib.request.Request(self.address + path, body, said, method=method)
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                return Answer(answer.status, answer.read(MOST_READ), _small(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _body(error), _small(error.headers))
        except (OSError, http.client.HTTPException) as error:
            return Answer(0, str(error).encode())


class _SameServer(urllib.request.HTTPRedirectHandler):
    """Follows a redirect of a question within one server, and no other."""

    def __init__(self, address: str) -> None:
        self._origin = urllib.parse.urlsplit(address)[:2]

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if urllib.parse.urlsplit(newurl)[:2] != self._origin:
            host = urllib.parse.urlsplit(newurl).netloc.rpartition("@")[2]
            raise SettingsError(
                f"{self._origin[1]} sends on to {host}, and nothing is said to a server that the "
                f"plan does not name. Hint: name https://{host} itself, if it is yours."
            )
        if req.get_method() != "GET":  # urllib would drop what it says
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _small(headers: Any) -> dict[str, str]:
    return {name.lower(): said for name, said in headers.items()}


def _body(error: urllib.error.HTTPError) -> bytes:
    try:
        return error.read(MOST_READ)
    except (OSError, http.client.HTTPException):
        return b""


def _seconds(headers: Mapping[str, str], resets: Iterable[str]) -> float:
    """How long the server asks to wait: seconds, or a moment (HTTP date, ISO 8601, Unix time)."""
    said = headers.get("retry-after", "")
    if said:
        return float(said) if said.isdigit() else _until(said, parsedate_to_datetime)
    reset = next((headers[name] for name in resets if headers.get(name)), "")
    if reset.isdigit():
        return float(reset) - time.time() if int(reset) > 1_000_000_000 else float(reset)
    return _until(reset, datetime.fromisoformat)


def _until(said: str, read: Callable[[str], datetime]) -> float:
    try:
        moment = read(said)
    except ValueError:
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
