"""Streams of events with a swarm in them: what a platform would give, small enough for a test."""

from __future__ import annotations

import random
from typing import Any

from fake_platform import NOON, post, repost

HOUR = 3_600_000
WORDS = [
    f"{a}{b}" for a in ("ka", "lo", "mi", "tu", "re") for b in ("ba", "de", "fi", "go", "nu", "sa")
]
SWARM = tuple(f"did:plc:swarm{number}" for number in range(6))
CROWD = tuple(f"did:plc:crowd{number:03}" for number in range(300))


def stream(
    occasions: int = 40, seed: int = 1, crowd: int = 3_000, start: int = NOON
) -> list[dict[str, Any]]:
    """Events in the order of their time, numbered from 1.

    Every three hours the swarm links to one page within ten seconds, on which some of the crowd
    happen, too; the crowd links, reposts and writes what it likes all the time.
    """
    draw = random.Random(seed)
    events: list[dict[str, Any]] = []
    for occasion in range(occasions):
        time, page = start + occasion * 3 * HOUR, f"https://site{occasion % 7}.example/{occasion}"
        events += [linking(a, time + draw.randint(0, 10_000), page, draw) for a in SWARM]
        events += [
            linking(a, time + draw.randint(0, 2 * HOUR), page, draw) for a in draw.sample(CROWD, 8)
        ]
    for _ in range(crowd):
        time, account = start + draw.randint(0, occasions * 3 * HOUR), draw.choice(CROWD)
        number = draw.randint(0, crowd // 8)
        if draw.random() < 0.7:
            page = f"https://news{number % 20}.example/{number}"
            events.append(linking(account, time, page, draw))
        else:
            target = f"at://did:plc:o{number}/app.bsky.feed.post/3kx"
            events.append(repost(0, account, time, target))
    return numbered(events)


def linking(did: str, time: int, page: str, draw: random.Random) -> dict[str, Any]:
    """A post in words of its own that links to a page."""
    words = " ".join(draw.sample(WORDS, 9))
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": page}
    facet = {"index": {"byteStart": 0, "byteEnd": 4}, "features": [feature]}
    return post(0, did, time, text=words, facets=[facet])


def numbered(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events in the order of their time, numbered anew, each with a key and a time of its own."""
    ordered = sorted(events, key=lambda event: (event["time_us"], event["did"]))
    for number, event in enumerate(ordered, start=1):
        event["seq"] = number
        event["time_us"] += number % 1000  # Jetstream's times differ
        if event["kind"] == "commit" and event["commit"]["rkey"] != "self":
            event["commit"]["rkey"] = f"3k{number:011}"
    return ordered
