"""Who is said to be behind it: every claim with its source, its confidence and the other side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unswarm.exporters._public.blocks import Block, Bullets, Paragraph, Quote
from unswarm.exporters._public.words import date
from unswarm.record.attribution import CONFIDENCE, Claim, Statement, Status
from unswarm.takedown import Facts

NOBODY = "Nobody claims to know who runs these accounts. Nothing in the data says it by itself."
COMPUTED = "Attribution is never computed: others say it, and this report repeats who says what."


def summary(facts: Facts) -> list[Block]:
    """The claims that stand, a sentence each."""
    return [
        Paragraph(
            f"{claim.by} says, with {claim.confidence} confidence, that {claim.entity} runs "
            f"{claim.network}. {_answer(claim)}"
        )
        for claim in facts.claims
        if claim.status is not Status.WITHDRAWN
    ]


def _answer(claim: Claim) -> str:
    denied = [said.party for said in claim.statements if said.contests]
    if denied:
        return f"{denied[-1]} denies it."
    answered = [said.party for said in claim.statements if said.answered]
    return f"{answered[-1]} answered." if answered else "There is no answer yet."


def claims(facts: Facts) -> Sequence[Block]:
    """Every claim, with both sides and its history."""
    if not facts.accounts:
        return []
    if not facts.claims:
        return [Paragraph(NOBODY)]
    return [Paragraph(COMPUTED), *(block for claim in facts.claims for block in _claim(claim))]


def _claim(claim: Claim) -> Iterator[Block]:
    yield Paragraph(f"{claim.entity} ({claim.network}): {claim.status}", kind="heading")
    means = CONFIDENCE.get(claim.confidence, "")
    yield Paragraph(
        f"{claim.by} says that {claim.entity} runs {claim.network}: {claim.source}. Confidence: "
        f"{claim.confidence} ({means})."
    )
    yield Bullets(
        [
            *(f"For it: {why}." for why in claim.evidence_for),
            *(f"Against it: {why}." for why in claim.evidence_against),
        ]
    )
    for said in claim.statements:
        yield from _statement(said)
    if len(claim.history) > 1:
        yield Bullets([_step(*step) for step in claim.history])


def _statement(said: Statement) -> Iterator[Block]:
    asked = f"{said.party} was asked on {date(said.asked)}" if said.asked else said.party
    if not said.answered:
        yield Paragraph(f"{asked} and has not answered.")
        return
    where = f", {said.source}" if said.source else ""
    yield Quote(said.text, f"{said.party}, {date(said.answered)}{where}")


def _step(when: str, status: str, who: str, reason: str) -> str:
    return f"{date(when[:10])}: {status}{f', {reason}' if reason else ''} (noted by {who})"
