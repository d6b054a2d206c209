"""A browser at this machine, and who acts."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from starlette.testclient import TestClient

from unswarm.alerts import Alert, Claim, Kind, Shown
from unswarm.alerts.book import Book
from unswarm.web import make
from unswarm.web.guard import Guard


def client_of(folder: Path, guard: Guard | None = None) -> TestClient:
    """A browser at this machine, with the token of its session."""
    client = TestClient(make(folder, guard), base_url="http://localhost")
    client.headers["X-CSRF-Token"] = client.get("/api/session").json()["csrf"]
    return client


def act_as(client: TestClient, name: str, role: str) -> None:
    """Somebody else sits down at it."""
    said = client.put("/api/session/person", json={"name": name, "role": role})
    assert said.status_code == 200, said.text


# --- what a watch leaves


def alert(kind: Kind, network: str, said: str, **more: object) -> Alert:
    """An alert that a live source led to."""
    claims = Claim(f"In half of 90 joint actions the other was 3 seconds away. {said}", 2e-9)
    at = START * 1000
    posts = Shown(f"u1{said}", f"p1{said}", at, f"u2{said}", f"p2{said}", 2500, f"x{said}")
    found = Alert(
        kind, network, "confirmed", f"12 accounts acted in concert ({network}): {said}.", 12,
        joined=(f"u1{said}", f"u2{said}"), evidence=(claims, Claim(f"Nothing else. {said}")),
        posts=(posts,), first=at, last=at + 9_000_000, formed=at,
        run="be88e3bfad46", case="bl", when="2026-01-02T03:04:05.678+00:00", delay=4200,
    )  # fmt: skip
    return replace(found, **more)  # type: ignore[arg-type]


def watched(case: Path, said: str = "in links", network: str = "n-0001") -> None:
    """Leave the alerts and the status of a watch that follows a source in a case."""
    book = Book(case)
    book.add(
        [
            alert(Kind.NEW, network, said),
            alert(Kind.GROWTH, network, said, joined=(f"u3{said}",), delay=None),
            alert(Kind.MERGE, "n-9999", said, merged=(f"n-2{said}",), tier="lead", evidence=()),
            alert(Kind.RETURN, "n-7", said, past=f"winter{said}", tier="", posts=(), formed=None),
        ]
    )
    book.delivered("al-0001", "mail:/secret/place", True, said)
    book.delivered("al-0001", "webhook:https://secret.example", False, said)
    status(case, note=said)


def status(case: Path, **more: object) -> None:
    """What the watch of a case says of itself."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    said = {
        "source": "jetstream:wss://jetstream.example", "state": "following", "since": now,
        "updated": now, "events": 81_000, "posts": 52_000, "quarantined": 3, "per_second": 120.5,
        "lag_ms": 900, "cursor": "7", "last_run": "r", "last_run_seconds": 3.21, "gaps": 1,
        "of a later version": 1,
    }  # fmt: skip
    (case / "watch").mkdir(exist_ok=True)
    (case / "watch" / "status.json").write_text(json.dumps({**said, **more}), encoding="utf-8")


# --- a file that somebody holds

MEMBERS, PEOPLE, WAVES = 12, 240, 40
START = 1_767_225_600  # 2026-01-01T00:00:00Z
WORDS = ("river", "market", "winter", "garden", "letter", "music", "bridge", "harbour", "bread")

ATTACKS = (
    "<script>window.__fired=1</script>",
    "<img src=x onerror=\"window.__fired=1\">",
    "\"><svg onload=window.__fired=1>",
    "</script><script>window.__fired=1</script>",
    "'-window.__fired-'",
    "{{constructor.constructor('window.__fired=1')()}}",
    "${window.__fired=1}",
    "<iframe srcdoc='<script>parent.__fired=1</script>'>",
    "<a href=javascript:window.__fired=1>x</a>",
    "<style>@import 'https://evil.example/x.css'</style>",
    '<math><mglyph><svg><style><path id="</style><img onerror=window.__fired=1 src>">',
    "\u202e\u2066txet desrever",
)  # fmt: skip


def campaign(path: Path, *, hostile: bool = False) -> Path:
    """A CSV of posts in which `MEMBERS` accounts put out the same fresh links within seconds.

    Args:
        path: where to.
        hostile: names, biographies, texts and links are attacks on whoever shows them.
    """
    chance = random.Random(5)
    rows: list[list[str]] = []

    def attacks(number: int) -> str:
        return ATTACKS[number % len(ATTACKS)] if hostile else ""

    def post(person: int, at: int, said: int, text: str, url: str) -> None:
        attack = attacks(person)
        when = datetime.fromtimestamp(START + at, UTC).isoformat()
        about = [f"u{person:03}", f"{attack}user{person}", f"{attack} U. {person}", f"Hi {attack}"]
        rows.append([f"p{len(rows)}", *about, when, f"{text} {attacks(said)}"])
        rows[-1] += [url + attacks(said), "original"]

    for person in range(PEOPLE):
        for _ in range(25):
            day, hour = chance.randrange(30), min(23, max(0, int(chance.gauss(15, 4))))
            at = day * 86_400 + hour * 3_600 + chance.randrange(3_600)
            words = " ".join(chance.choices(WORDS, k=6))
            number = chance.randrange(10**6)
            post(person, at, number, f"{words} {number}", _link(chance.randrange(400)))
    for wave in range(WAVES):
        at = chance.randrange(30 * 86_400)
        for person in range(MEMBERS):
            if chance.random() < 0.8:
                when = at + chance.randrange(20)
                text = f"Story {wave}: everybody must read this"
                post(person, when, wave, text, _link(1_000 + wave))
    head = ["post_id", "account_id", "handle", "name", "bio", "created_at", "text", "url", "kind"]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def _link(number: int) -> str:
    return f"https://news{number % 90}.example/{number}"
