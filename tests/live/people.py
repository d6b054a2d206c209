"""Accounts of a live server: made, posting, signing in."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

PASSWORD = "one of the test"


class RefusedError(Exception):
    """What a server answered instead."""

    def __init__(self, code: int, error: str) -> None:
        super().__init__(f"{code} {error}")
        self.code, self.error = code, error


@dataclass(frozen=True)
class Person:
    """An account, signed in."""

    pds: str
    handle: str
    did: str
    token: str

    def write(self, *records: dict[str, Any]) -> None:
        """Publish records, 50 at a time as the server allows."""
        for place in range(0, len(records), 50):
            writes = [
                {
                    "$type": "com.atproto.repo.applyWrites#create",
                    "collection": record["$type"],
                    "value": record,
                }
                for record in records[place : place + 50]
            ]
            said = {"repo": self.did, "writes": writes, "validate": False}
            call(self.pds, "com.atproto.repo.applyWrites", said, self.token)


def call(pds: str, method: str, said: Any, token: str = "") -> Any:
    """A call of XRPC.

    Raises:
        RefusedError: the server refuses.
    """
    headers = {"Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"{pds}/xrpc/{method}", json.dumps(said).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        found = json.loads(error.read() or b"{}")
        raise RefusedError(error.code, found.get("error", "")) from None


def join(pds: str, name: str) -> Person:
    """A new account."""
    handle = f"{name}.test"
    said = {"handle": handle, "email": f"{name}@test.invalid", "password": PASSWORD}
    made = call(pds, "com.atproto.server.createAccount", said)
    return Person(pds, handle, made["did"], made["accessJwt"])


def sign_in(person: Person) -> Person:
    """The same account, signed in again.

    Raises:
        RefusedError: it may not.
    """
    said = {"identifier": person.handle, "password": PASSWORD}
    found = call(person.pds, "com.atproto.server.createSession", said)
    return Person(person.pds, person.handle, person.did, found["accessJwt"])


def post(text: str, link: str = "") -> dict[str, Any]:
    """A post, with a link or without."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    record: dict[str, Any] = {"$type": "app.bsky.feed.post", "text": text, "createdAt": now}
    if link:
        feature = {"$type": "app.bsky.richtext.facet#link", "uri": link}
        facet = {"index": {"byteStart": 0, "byteEnd": 4}, "features": [feature]}
        record["facets"] = [facet]
    return record


def standing(people: Sequence[Person]) -> list[str]:
    """What each is told who signs in: empty when let in."""
    found = []
    for person in people:
        try:
            sign_in(person)
            found.append("")
        except RefusedError as error:
            found.append(error.error)
    return found
