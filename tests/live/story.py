"""A swarm and a crowd on a live server: days of what they do, in half a minute.

The server's clock is set from one moment to the next; in between, it is real time. Whoever acts has
signed in before the clock was set back, so that nobody's session ends.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from network import Network
from people import Person, post

MINUTE = 60_000
OCCASIONS, APART = 20, 7 * 60 * MINUTE
LATER = (12, 31, 48)  # minutes after the swarm at which some of the crowd act
WORDS = [f"{a}{b}" for a in ("ka", "lo", "mi", "tu", "re") for b in ("ba", "de", "fi", "go", "nu")]


def begins() -> int:
    """When it begins, ms UTC: so that it ends an hour ago."""
    return int(time.time() * 1000) - (OCCASIONS - 1) * APART - 120 * MINUTE


def act(network: Network, swarm: Sequence[Person], crowd: Sequence[Person], start: int) -> None:
    """Four times a day the swarm links to one page at once, and some of the crowd later."""
    draw = random.Random(1)
    seen: list[str] = []
    for occasion in range(OCCASIONS):
        moment, page = start + occasion * APART, f"https://site{occasion % 5}.example/{occasion}"
        network.set_clock(moment)
        for person in draw.sample(swarm, len(swarm)):
            person.write(post(_words(draw), page))
        seen.append(page)
        for minutes in LATER:
            network.set_clock(moment + minutes * MINUTE)
            for person in draw.sample(crowd, len(crowd) // 6):
                person.write(post(_words(draw), _page(draw, seen)))
    network.set_clock(int(time.time() * 1000))


def _page(draw: random.Random, seen: Sequence[str]) -> str:
    """Mostly pages of their own interest, now and then the one that the swarm links to."""
    if draw.random() < 0.3:
        return seen[-1]
    number = draw.randint(0, 80)
    return f"https://news{number % 9}.example/{number}"


def _words(draw: random.Random) -> str:
    return " ".join(draw.sample(WORDS, 9))
