"""What people said of the case so far, a sentence each: decisions, conflicts, appeals, claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from unswarm.record import Record
from unswarm.record.attribution import Claim
from unswarm.record.decisions import Decision


def said(record: Record) -> list[str]:
    """Every sentence, in the order a reader needs them; empty where nobody said anything."""
    return [*_decisions(record), *_conflicts(record), *_appeals(record), *_claims(record)]


def _decisions(record: Record) -> Iterator[str]:
    for kind, subject in record.subjects():
        decision = record.standing(kind, subject)
        if decision:
            yield f"{kind.capitalize()} {subject}: {_verdict(decision)}"


def _verdict(decision: Decision) -> str:
    ground = f", {decision.ground}" if decision.ground else ""
    cites = f" It rests on {', '.join(decision.cites)}." if decision.cites else ""
    people = ", ".join(each.who for each in decision.approvals)
    second = f"approved by {people}" if people else "approved by nobody"
    return (
        f"{decision.verdict}{ground}, says {decision.who} on {decision.when[:10]} "
        f"({decision.id}, {second}).{cites}"
    )


def _conflicts(record: Record) -> Iterator[str]:
    for one, other in record.conflicts():
        yield (
            f"{one.who} and {other.who} disagree on {one.subject}: {one.verdict} ({one.id}), "
            f"{other.verdict} ({other.id})."
        )


def _appeals(record: Record) -> Iterator[str]:
    found = Counter(appeal.outcome for appeal in record.appeals.values())
    if found:
        yield f"Appeals: {', '.join(f'{n:,} {outcome}' for outcome, n in sorted(found.items()))}."


def _claims(record: Record) -> Iterator[str]:
    for claim in record.claims.values():
        yield (
            f"{claim.by} says with {claim.confidence} confidence that {claim.entity} runs "
            f"{claim.network} ({claim.source}); {claim.status}. {_other_side(claim)}"
        )


def _other_side(claim: Claim) -> str:
    answered = [each for each in claim.statements if each.answered]
    if answered:
        return f"{answered[-1].party}: “{answered[-1].text}”"
    asked = [each.party for each in claim.statements]
    return f"{asked[-1]} was asked and has not answered." if asked else "Nobody was asked."
