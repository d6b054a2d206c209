"""A Mastodon server's public timeline, as it streams it (web socket).

`mastodon:https://SERVER` follows what the server sees of the whole network, and with
`?stream=public:local` what its own accounts post. Servers ask for a token: put one with the scope
read:statuses into the environment variable `UNSWARM_MASTODON_TOKEN`. After a break, what was posted
since the cursor is fetched page by page; deletions and edits of that time are not told by any
server, and posts of other servers that came late may be missing.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from unswarm.errors import SettingsError
from unswarm.feeds import DroppedError, Intake
from unswarm.feeds._sockets import checked, messages
from unswarm.readers._parts.mastodon import server_of
from unswarm.readers._parts.tweets import attempt
from unswarm.readers.mastodon import Known, Stream

TOKEN = "UNSWARM_MASTODON_TOKEN"
STREAMING, TIMELINE = "/api/v1/streaming", "/api/v1/timelines/public"
PAGE = 40  # statuses, the most a server gives
TIMEOUT = 30  # seconds
NUMBERS = 1_000_000  # posts whose number is remembered
SHOWN = 200  # characters of a broken message


def open_feed(where: str) -> Mastodon:
    """The public timeline of a server.

    Raises:
        SettingsError: the address is none, or the live extra is not installed.
    """
    return Mastodon(checked(where), os.environ.get(TOKEN, ""))


class Mastodon:
    """One server's stream.

    Args:
        url: of the server.
        token: that it asks for; may be empty.
    """

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._stream = parse_qs(parts.query).get("stream", ["public"])[0]
        self._socket = parts._replace(path=STREAMING, query=urlencode({"stream": self._stream}))
        rest = "https" if parts.scheme == "wss" else "http"
        self._timeline = parts._replace(scheme=rest, path=TIMELINE, query="").geturl()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._server = server_of(self._timeline)
        self._at = ""
        self._reading: Stream | None = None

    def follow(self, cursor: str, intake: Intake) -> Iterator[str]:
        """Posts, edits and deletions after a cursor."""
        self._at = cursor
        stream = self._reading = self._reading or Stream(self._known(intake))
        coming = messages(self._socket.geturl(), self._headers)
        for number, message in enumerate(coming, start=1):
            if number == 1 and cursor:  # connected first, so that nothing falls between the two
                yield from self._missed(stream, intake)
            if message is not None:
                self._take(number, message, stream, intake)
            yield self._at

    def _known(self, intake: Intake) -> Known:
        """Which number is which post, as far as it was told before."""
        numbers = {row[0]: row[1] for row in intake.kept("number")}
        return Known(numbers, server=self._server)

    def _take(self, number: int, message: bytes, stream: Stream, intake: Intake) -> None:
        intake.events += 1
        try:
            value = json.loads(message)
        except (ValueError, RecursionError):
            intake.batch.reject(number, None, "no JSON", message[:SHOWN].decode("utf-8", "replace"))
            intake.say("A message of the stream is no JSON; it is in the quarantine.")
            return
        self._add(number, value, stream, intake)

    def _add(self, number: int, value: Any, stream: Stream, intake: Intake) -> None:
        status = _status(value)
        if status is not None:
            self._learn(status, stream.known, intake)
        attempt(stream.add, intake.batch, number, value)

    def _learn(self, status: dict[str, Any], known: Known, intake: Intake) -> None:
        """Remember which number is which post, and how far one is."""
        before = len(known.posts)
        if before > NUMBERS:
            known.posts = dict(list(known.posts.items())[NUMBERS // 2 :])
        known.learn(status)
        number, uri = str(status.get("id")), status.get("uri")
        if isinstance(uri, str) and len(known.posts) > before:
            intake.keep("number", number, uri)
        if number.isdecimal() and (len(number), number) > (len(self._at), self._at):
            self._at = number

    def _missed(self, stream: Stream, intake: Intake) -> Iterator[str]:
        """What was posted since the cursor, oldest first."""
        while True:
            page = self._page()
            for status in reversed(page):
                intake.events += 1
                before = self._at
                self._add(0, status, stream, intake)
                yield self._at or before
            if len(page) < PAGE:
                return

    def _page(self) -> list[Any]:
        local = {"local": "true"} if self._stream.endswith(":local") else {}
        query = urlencode({"min_id": self._at, "limit": PAGE, **local})
        request = urllib.request.Request(f"{self._timeline}?{query}", headers=self._headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                found = json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code in (401, 403, 404, 422):
                hint = f"Hint: set {TOKEN} to a token with the scope read:statuses."
                raise SettingsError(f"{self._server} refuses ({error.code}). {hint}") from None
            raise DroppedError(f"{self._server} answers {error.code}") from None
        except (OSError, ValueError) as error:
            raise DroppedError(f"{self._server}: {error}") from None
        return found if isinstance(found, list) else []


def _status(value: Any) -> dict[str, Any] | None:
    """The status that a message brings; None where it brings none."""
    if not isinstance(value, dict):
        return None
    payload = value.get("payload", value) if "event" in value else value
    if isinstance(payload, str) and value.get("event") != "delete":
        try:
            payload = json.loads(payload)
        except (ValueError, RecursionError):
            return None
    return payload if isinstance(payload, dict) and "uri" in payload else None
