"""Bluesky's Jetstream, in the wire format of version 1 or 2.

`jetstream:wss://HOST` speaks version 1 (`/subscribe`); an address that ends in `subscribeEvents`
speaks version 2. Only posts, reposts, follows, profiles, names and the status of accounts are asked
for. With `?cursor=…` one begins in the past, as far as the server keeps it.

Several events may have one time: the cursor of version 1 holds what was seen at its time, so that
going on from it neither leaves out nor repeats one. Where the server does not keep what lies after
the cursor any more, a gap is noted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from unswarm.feeds import Intake
from unswarm.feeds._called import called
from unswarm.feeds._sockets import checked, messages
from unswarm.readers._parts.bluesky import FOLLOW, POST, PROFILE, REPOST
from unswarm.readers._parts.tweets import attempt
from unswarm.readers.jetstream import Stream

COLLECTIONS = (POST, REPOST, FOLLOW, PROFILE)
FIRST, SECOND = "/subscribe", "/xrpc/network.bsky.jetstream.subscribeEvents"
SHOWN = 200  # characters of a broken message
A_GAP = 60_000_000  # microseconds without an event after which something is taken to be missing


def open_feed(where: str) -> Jetstream:
    """The Jetstream at an address.

    Raises:
        SettingsError: the address is none, or the live extra is not installed.
    """
    return Jetstream(checked(where))


class Jetstream:
    """One Jetstream.

    Args:
        url: of the server.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        path = FIRST if parts.path in ("", "/") else parts.path
        self._first = parse_qs(parts.query).get("cursor", [""])[0]
        self._url = parts._replace(path=path, query="").geturl()
        self._place: _Numbered | _Timed = (
            _Numbered() if path.endswith("subscribeEvents") else _Timed()
        )
        self._stream: Stream | None = None

    def follow(self, cursor: str, intake: Intake) -> Iterator[str]:
        """Events after a cursor, each once."""
        self._place.begin(cursor)
        stream = self._stream = self._stream or Stream(called(intake))
        for number, message in enumerate(messages(self._asked(cursor)), start=1):
            if message is not None:
                self._take(number, message, stream, intake)
            yield self._place.cursor

    def _asked(self, cursor: str) -> str:
        start = self._place.start if cursor else self._first
        said = [(self._place.collections, name) for name in COLLECTIONS]
        return f"{self._url}?{urlencode([*said, *([('cursor', start)] if start else [])])}"

    def _take(self, number: int, message: bytes, stream: Stream, intake: Intake) -> None:
        intake.events += 1
        try:
            value = json.loads(message)
        except (ValueError, RecursionError):
            intake.batch.reject(number, None, "no JSON", message[:SHOWN].decode("utf-8", "replace"))
            intake.say(f"A message after {self._place.start} is no JSON; it is in the quarantine.")
            return
        if self._place.passed(value, message, intake):
            attempt(stream.add, intake.batch, number, value)


class _Numbered:
    """Version 2: events have numbers."""

    collections = "collections"

    def __init__(self) -> None:
        self._at = 0

    @property
    def cursor(self) -> str:
        return str(self._at or "")

    @property
    def start(self) -> str:
        return self.cursor

    def begin(self, cursor: str) -> None:
        self._at = int(cursor or 0)

    def passed(self, value: Any, message: bytes, intake: Intake) -> bool:
        """Whether an event is new; the place moves on to it."""
        event = value.get("payload") if isinstance(value, dict) else None
        number = event.get("seq") if isinstance(event, dict) else None
        if not isinstance(number, int):
            return True
        if number <= self._at:
            return False
        self._at = number
        return True


class _Timed:
    """Version 1: events have times, and several may have one."""

    collections = "wantedCollections"

    def __init__(self) -> None:
        self._at, self._seen, self._resumed = 0, set[str](), False

    @property
    def cursor(self) -> str:
        return f"{self._at} {' '.join(sorted(self._seen))}" if self._at else ""

    @property
    def start(self) -> str:
        return str(self._at - 1) if self._at else ""

    def begin(self, cursor: str) -> None:
        at, *seen = cursor.split() or ["0"]
        self._at, self._seen, self._resumed = int(at), set(seen), bool(cursor)

    def passed(self, value: Any, message: bytes, intake: Intake) -> bool:
        """Whether an event is new; the place moves on to it."""
        time = value.get("time_us") if isinstance(value, dict) else None
        if not isinstance(time, int):
            return True
        if time < self._at:
            return False
        mark = hashlib.sha256(message).hexdigest()[:16]
        if time > self._at:
            if self._resumed and time > self._at + A_GAP:
                lost = (time - self._at) / 1_000_000
                intake.say(f"Nothing came for the {lost:,.0f} s after the cursor: perhaps a gap.")
            self._at, self._seen = time, set()
        self._resumed = False
        if mark in self._seen:
            return False
        self._seen.add(mark)
        return True
