"""Attribution: somebody says who runs a network, others say otherwise, and both stay on record.

Nothing here is computed. A claim names its source, words of confidence have a fixed meaning, and
whoever is named is asked; a report prints both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

LOW, MODERATE, HIGH = "low", "moderate", "high"
CONFIDENCE = {
    LOW: "plausible, but the evidence is scant, fragmentary or of doubtful source",
    MODERATE: "credibly sourced and plausible, but not corroborated enough to be sure",
    HIGH: "several independent sources of good quality agree; it may still be wrong",
}
"""Words of confidence and what they mean, after the analytic standard ICD 203 (USA, 2015)."""


class Status(StrEnum):
    """Where a claim stands."""

    ASSERTED = "asserted"
    CONTESTED = "contested"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Statement:
    """What a named party was asked, and what it answered.

    Args:
        claim: the claim it answers.
        party: who was asked.
        asked: the day they were asked, ISO 8601.
        answered: the day they answered; empty: they have not.
        text: what they said, word for word; empty: nothing yet.
        contests: true: they deny the claim.
        source: where the statement can be read.
        who: the person who wrote it down.
        when: UTC, ISO 8601.
    """

    claim: str
    party: str
    asked: str
    answered: str
    text: str
    contests: bool
    source: str
    who: str
    when: str


@dataclass(frozen=True)
class Claim:
    """Somebody says that an entity runs a network.

    Args:
        id: `c-0001` …
        network: the network.
        entity: who is said to run it.
        confidence: a word of `CONFIDENCE`.
        by: who says so: an organisation, a report.
        source: where it can be read: a document, a page, with its date.
        evidence_for: what speaks for it.
        evidence_against: what speaks against it.
        who: the person who wrote it down.
        when: UTC, ISO 8601.
        status: where it stands now.
        history: (when, status, who, reason), oldest first.
        statements: of the named party, oldest first.
    """

    id: str
    network: str
    entity: str
    confidence: str
    by: str
    source: str
    evidence_for: tuple[str, ...]
    evidence_against: tuple[str, ...]
    who: str
    when: str
    status: Status = Status.ASSERTED
    history: tuple[tuple[str, str, str, str], ...] = ()
    statements: tuple[Statement, ...] = ()

    @property
    def unanswered(self) -> tuple[Statement, ...]:
        """Parties that were asked and have not answered."""
        answered = {s.party for s in self.statements if s.answered}
        return tuple(s for s in self.statements if s.party not in answered)


def claims(lines: Iterable[Mapping[str, Any]]) -> dict[str, Claim]:
    """Claim id → the claim, where it stands and what was said to it, as the log tells."""
    found: dict[str, Claim] = {}
    for line in lines:
        if line["act"] == "attribute":
            found[line["id"]] = _claim(line)
        elif line["act"] in _FOLLOWS:
            found[line["claim"]] = _FOLLOWS[line["act"]](found[line["claim"]], line)
    return found


def _claim(line: Mapping[str, Any]) -> Claim:
    said = ("id", "network", "entity", "confidence", "by", "source", "who", "when")
    return Claim(
        **{name: line[name] for name in said},
        evidence_for=tuple(line["for"]),
        evidence_against=tuple(line["against"]),
        history=((line["when"], Status.ASSERTED, line["who"], ""),),
    )


def _stands(claim: Claim, line: Mapping[str, Any], status: Status, reason: str) -> Claim:
    if status is claim.status:
        return claim
    step = (line["when"], status, line["who"], reason)
    return replace(claim, status=status, history=(*claim.history, step))


def _asked(claim: Claim, line: Mapping[str, Any]) -> Claim:
    said = Statement(
        claim.id, line["party"], line["asked"], "", "", False, "", line["who"], line["when"]
    )
    return replace(claim, statements=(*claim.statements, said))


def _replied(claim: Claim, line: Mapping[str, Any]) -> Claim:
    asked = [s for s in claim.statements if s.party == line["party"] and not s.answered]
    said = Statement(
        claim=claim.id,
        party=line["party"],
        asked=asked[0].asked if asked else "",
        answered=line["answered"],
        text=line["text"],
        contests=line["contests"],
        source=line["source"],
        who=line["who"],
        when=line["when"],
    )
    others = tuple(s for s in claim.statements if s not in asked)
    claim = replace(claim, statements=(*others, said))
    if not said.contests or claim.status is Status.WITHDRAWN:
        return claim
    return _stands(claim, line, Status.CONTESTED, f"{said.party} contests it")


def _restated(claim: Claim, line: Mapping[str, Any]) -> Claim:
    return _stands(claim, line, Status(line["status"]), line["reason"])


_FOLLOWS = {"ask": _asked, "reply": _replied, "restate": _restated}
