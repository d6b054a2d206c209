"""A browser at this machine, and who acts."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime
from pathlib import Path

from starlette.testclient import TestClient

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
