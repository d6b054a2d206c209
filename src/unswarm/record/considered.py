"""Innocent explanations of a network, and what people found when they looked into each.

Accounts act in concert for many honest reasons. A list that has to be gone through keeps anybody
from forgetting the one that fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

EXPLANATIONS = {
    "fans": "A fan community: they gather around a person, a band or a club and say so.",
    "newsroom": "Newsrooms or syndication: one publisher's titles put out the same stories.",
    "ownership": "One open owner: their profiles name the same organisation.",
    "party": "A party, a union or a campaign whose members repeat its posts openly.",
    "automation": "Machines that say they are machines: feeds, weather, traffic, prices.",
    "event": "Breaking news or an event: everybody was quick on these objects.",
    "channel": "A private channel or a mailing list that asks people to post at one time.",
    "tool": "A button or a tool that writes the same text for everybody who clicks.",
    "agency": "An agency or a family that keeps several accounts, and hides nothing.",
}
"""Key → what to look for. The run computes some of them; the others only a person can check."""


class Outcome(StrEnum):
    """What came of looking into an explanation."""

    OPEN = "open"
    RULED_OUT = "ruled out"
    FITS = "fits"


@dataclass(frozen=True)
class Considered:
    """The latest word on one explanation of one network.

    Args:
        network: the network.
        explanation: a key of `EXPLANATIONS`.
        outcome: what came of looking into it.
        note: how that is known; may be empty.
        who: the person.
        when: UTC, ISO 8601.
    """

    network: str
    explanation: str
    outcome: Outcome
    note: str
    who: str
    when: str


def considered(lines: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Considered]:
    """(network, explanation) → the latest word on it, as the log tells."""
    said = ("network", "explanation", "note", "who", "when")
    return {
        (line["network"], line["explanation"]): Considered(
            outcome=Outcome(line["outcome"]), **{name: line[name] for name in said}
        )
        for line in lines
        if line["act"] == "consider"
    }
