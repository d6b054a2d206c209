"""Who is in: a random number in a cookie, kept here as its hash, with a token for every change."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from unswarm.web.guard.people import Person

IDLE = 8 * 3600.0  # seconds without a request after which one is out
LONGEST = 24 * 3600.0  # seconds after which one signs in again
MOST = 10_000  # sessions; the oldest go


@dataclass
class Session:
    """Somebody who is in.

    Args:
        person: who acts.
        mark: what their account was when they came in; empty: there are no accounts.
        csrf: what a request that changes something has to carry.
        began, seen: seconds of the clock that the sessions were given.
    """

    person: Person
    mark: str
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    began: float = 0.0
    seen: float = 0.0


class Sessions:
    """Everybody who is in, by the hash of their cookie."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Session] = OrderedDict()

    def open(self, person: Person, mark: str = "") -> tuple[str, Session]:
        """Let somebody in; returns what their cookie says."""
        cookie, now = secrets.token_urlsafe(32), self._clock()
        session = Session(person, mark, began=now, seen=now)
        with self._lock:
            self._known[_hash(cookie)] = session
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return cookie, session

    def get(self, cookie: str | None) -> Session | None:
        """Whose cookie it is; None: nobody's, or it is too old."""
        if not cookie:
            return None
        with self._lock:
            session = self._known.get(_hash(cookie))
            now = self._clock()
            if session is None:
                return None
            if now - session.seen > IDLE or now - session.began > LONGEST:
                del self._known[_hash(cookie)]
                return None
            session.seen = now
            return session

    def close(self, cookie: str | None) -> None:
        """Let somebody out."""
        with self._lock:
            self._known.pop(_hash(cookie or ""), None)


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
