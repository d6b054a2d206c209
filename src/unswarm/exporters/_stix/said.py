"""What people said, as objects: decisions, claims of who runs a network, answers, actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from unswarm.exporters._stix.maker import Maker, Thing
from unswarm.record.attribution import HIGH, LOW, MODERATE, Claim, Statement, Status
from unswarm.record.decisions import Decision
from unswarm.record.orders import Order, Plan

CONFIDENCE = {LOW: 15, MODERATE: 50, HIGH: 85}
"""Words → the middle of their range on STIX's scale (2.1, appendix A, None/Low/Med/High)."""


def decided(make: Maker, decision: Decision, campaign: str, stands: bool) -> Thing:
    """A decision as a note on its network; who decided stays in the case."""
    people = len({decision.who, *(each.who for each in decision.approvals)})
    cites = f" It rests on: {', '.join(decision.cites)}." if decision.cites else ""
    ground = f" Ground: {decision.ground}." if decision.ground else ""
    return make.thing(
        "note",
        ("decision", decision.id),
        abstract=f"{decision.id}: {decision.verdict}{'' if stands else ' (another one stands)'}",
        content=f"{decision.reason.rstrip('.')}.{ground}{cites} People behind it: {people}.",
        object_refs=[campaign],
    )


def claimed(make: Maker, claim: Claim, campaign: str) -> Iterator[Thing]:
    """A claim that stands: who is named, the relation, and what they say to it."""
    if claim.status is Status.WITHDRAWN:
        return
    actor = make.thing(
        "threat-actor",
        ("claim", claim.entity),
        name=claim.entity,
        description="Named by others: see the relationships, and what was said to them.",
        threat_actor_types=["unknown"],
    )
    relation = make.thing(
        "relationship",
        ("claim", claim.id),
        relationship_type="attributed-to",
        source_ref=campaign,
        target_ref=actor["id"],
        confidence=CONFIDENCE[claim.confidence],
        description=_evidence(claim),
    )
    yield actor
    yield relation
    for place, said in enumerate(claim.statements):
        yield _answer(make, claim, place, said, relation["id"])
    if claim.status is Status.CONTESTED and not any(s.contests for s in claim.statements):
        yield _contested(make, claim, relation["id"])


def _contested(make: Maker, claim: Claim, relation: str) -> Thing:
    """That a claim is contested, where no statement of the party says so."""
    fields = {"explanation": claim.history[-1][3], "opinion": "disagree"}
    return make.thing("opinion", ("contested", claim.id), **fields, object_refs=[relation])


def _evidence(claim: Claim) -> str:
    pro = f"For it: {'; '.join(claim.evidence_for)}."
    con = f" Against it: {'; '.join(claim.evidence_against)}." if claim.evidence_against else ""
    return f"{claim.by} says so: {claim.source}. Status: {claim.status}. {pro}{con}"


def _answer(make: Maker, claim: Claim, place: int, said: Statement, relation: str) -> Thing:
    of = ("statement", claim.id, str(place))
    if not said.contests:
        text = said.text or f"Asked on {said.asked}; no answer yet."
        named = {"abstract": f"{said.party} on {claim.id}", "content": text}
        return make.thing("note", of, **named, authors=[said.party], object_refs=[relation])
    return make.thing(
        "opinion",
        of,
        explanation=said.text,
        opinion="disagree",
        authors=[said.party],
        object_refs=[relation],
    )


def acted(make: Maker, plan: Plan, done: Sequence[Order], campaign: str) -> Iterator[Thing]:
    """What was carried out against one network, as a course of action, counted."""
    if not done:
        return
    counted = sorted(Counter(str(order.action) for order in done).items())
    said = "; ".join(f"{action}: {number:,}" for action, number in counted)
    of = ("plan", plan.id, campaign)
    action = make.thing("course-of-action", of, name=plan.id, description=said)
    yield action
    yield make.link(action["id"], "related-to", campaign)
