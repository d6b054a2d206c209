"""What forbids to publish: each obstacle says what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

from unswarm.findings import Findings
from unswarm.record.attribution import Status
from unswarm.takedown.covered import published
from unswarm.takedown.facts import Facts
from unswarm.takedown.signing import changes, digest, flat, signed

SHOWN = 5
TWO = 2


def obstacles(findings: Findings, facts: Facts, today: str) -> list[str]:
    """Why a case may not be published yet; none: it may.

    Args:
        findings: the case.
        facts: what would be published.
        today: ISO 8601.
    """
    return [
        *_undecided(facts),
        *_overtaken(findings),
        *_unasked(facts),
        *_embargoed(facts, today),
        *_unsigned(findings, facts),
    ]


def _undecided(facts: Facts) -> Iterator[str]:
    if not facts.accounts:
        yield (
            "Nothing was decided: a report needs a decision with a ground and evidence, approved "
            "by a second person. Hint: unswarm decide, unswarm approve."
        )


def _overtaken(findings: Findings) -> Iterator[str]:
    for decision in published(findings):
        joined, left = decision.stale(findings.members(decision.subject))
        if joined or left:
            yield (
                f"{decision.id} is stale: {len(joined)} accounts joined {decision.subject} since, "
                f"{len(left)} left. Hint: decide again."
            )
    subjects = {(each.kind, each.subject) for each in published(findings)}
    for one, other in findings.record.conflicts():
        if (one.kind, one.subject) in subjects:
            yield (
                f"{one.who} and {other.who} disagree on {one.subject} ({one.id}, {other.id}). "
                "Hint: let one of them decide again."
            )


def _unasked(facts: Facts) -> Iterator[str]:
    for claim in facts.claims:
        if claim.status is not Status.WITHDRAWN and not claim.statements:
            yield (
                f"{claim.id} names {claim.entity}, and nobody asked for its side. "
                f"Hint: unswarm ask {claim.id} --party '{claim.entity}'."
            )


def _embargoed(facts: Facts, today: str) -> Iterator[str]:
    for release in facts.releases:
        if release.recipients and release.embargo > today:
            yield (
                f"Whoever received '{release.id}' was promised an embargo until "
                f"{release.embargo}. Hint: wait for it."
            )


def _unsigned(findings: Findings, facts: Facts) -> Iterator[str]:
    given = findings.record.signatures
    have = signed(given, digest(facts))
    if len(have) >= TWO:
        return
    if given and given[-1].digest != digest(facts):
        changed = changes(given[-1].facts, flat(facts))
        more = f"; and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        yield (
            f"{len(changed)} facts changed since {given[-1].who} signed: "
            f"{'; '.join(map(str, changed[:SHOWN]))}{more}. Hint: look, and sign again."
        )
    else:
        names = " and ".join(each.who for each in have) or "nobody"
        yield (f"Two different people sign a report; {names} did. Hint: unswarm sign --who NAME.")
