"""What people say: decisions, approvals, explanations looked into, appeals, claims, errata."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from unswarm.desk import Desk
from unswarm.record.attribution import CONFIDENCE
from unswarm.record.considered import EXPLANATIONS
from unswarm.record.decisions import Decision, Ground
from unswarm.web.guard import Person
from unswarm.web.routes import PROBLEMS, Analyst, Approver, OnShelf, Someone, written
from unswarm.web.shapes import record as shapes
from unswarm.web.shapes.accounts import Said

router = APIRouter(prefix="/api/cases/{case}", tags=["record"], responses=PROBLEMS)


def _by(person: Person) -> dict[str, str]:
    return {"who": person.name, "role": str(person.role)}


@router.get("/record")
def show_record(case: str, shelf: OnShelf, _: Someone) -> shapes.RecordView:
    """Everything that people said of the case, and where each stands."""
    with shelf.opened(case) as here:
        desk = here.desk
        record = desk.record
        return shapes.RecordView(
            decisions=[_decision(desk, each) for each in record.decisions.values()],
            conflicts=[
                shapes.ConflictRow(
                    subject=one.subject,
                    one=f"{one.id}: {one.who} says {one.verdict}",
                    other=f"{other.id}: {other.who} says {other.verdict}",
                )
                for one, other in record.conflicts()
            ],
            appeals=[shapes.AppealRow(**asdict(each)) for each in record.appeals.values()],
            claims=[_claim(each) for each in record.claims.values()],
            considered=[shapes.ConsideredRow(**asdict(e)) for e in record.considered.values()],
            releases=[_release(each) for each in record.releases.values()],
            errata=[
                Said(id="", act="erratum", who=e.who, when=e.when, says=e.text)
                for e in record.errata
            ],
            explanations=dict(EXPLANATIONS),
            grounds=[str(ground) for ground in Ground],
            confidence=dict(CONFIDENCE),
        )


def _decision(desk: Desk, said: Decision) -> shapes.DecisionRow:
    standing = desk.record.standing(said.kind, said.subject)
    stands = standing is not None and standing.id == said.id
    joined, left = said.stale(desk.findings.members(said.subject)) if stands else ([], [])
    known = {k: v for k, v in asdict(said).items() if k not in ("members", "approvals")}
    return shapes.DecisionRow(
        **{**known, "cites": list(said.cites), "verdict": str(said.verdict)},
        members=len(said.members),
        approvals=approvals(said.approvals),
        standing=stands,
        joined=len(joined),
        left=len(left),
    )


def approvals(given: Any) -> list[shapes.ApprovalRow]:
    """Who agreed to something."""
    return [shapes.ApprovalRow(who=a.who, role=a.role, when=a.when) for a in given]


def _claim(said: Any) -> shapes.ClaimRow:
    known = {k: v for k, v in asdict(said).items() if k not in ("statements", "history")}
    return shapes.ClaimRow(
        **{**known, "status": str(said.status)},
        history=[
            shapes.Stand(when=when, status=str(status), who=who, reason=reason)
            for when, status, who, reason in said.history
        ],
        statements=[
            shapes.StatementRow(
                **{k: v for k, v in asdict(each).items() if k not in ("claim", "when")}
            )
            for each in said.statements
        ],
    )


def _release(made: Any) -> shapes.ReleaseRow:
    known = {k: v for k, v in asdict(made).items() if k not in ("path", "recipients")}
    return shapes.ReleaseRow(
        **known,
        file=Path(made.path).name,
        recipients=[
            shapes.Recipient(recipient=recipient, who=who, when=when)
            for recipient, who, when in made.recipients
        ],
    )


@router.post("/decisions", status_code=201)
def decide(case: str, said: shapes.Decide, shelf: OnShelf, person: Analyst) -> shapes.Written:
    """Write down a verdict on a network, an account or a domain."""
    with shelf.opened(case) as here:
        kind, subject = here.case.find_in(here.findings, said.subject)
        line = here.desk.decide(
            kind,
            subject,
            said.verdict,
            said.reason,
            ground=said.ground,
            cites=said.cites,
            **_by(person),
        )
        return written(line)


@router.post("/approvals", status_code=201)
def approve(case: str, said: shapes.Approve, shelf: OnShelf, person: Approver) -> shapes.Written:
    """Agree, as a second person, with a decision or a plan."""
    with shelf.opened(case) as here:
        return written(here.desk.approve(said.of, **_by(person)))


@router.post("/considered", status_code=201)
def consider(case: str, said: shapes.Consider, shelf: OnShelf, person: Analyst) -> shapes.Written:
    """Write down what came of looking into an innocent explanation."""
    with shelf.opened(case) as here:
        asked = (said.network, said.explanation, said.outcome, said.note)
        return written(here.desk.consider(*asked, **_by(person)))


@router.post("/appeals", status_code=201)
def appeal(case: str, said: shapes.Appeal, shelf: OnShelf, person: Analyst) -> shapes.Written:
    """Write down that an account contests what was decided on it."""
    with shelf.opened(case) as here:
        _, account = here.case.find_in(here.findings, said.account)
        return written(here.desk.appeal(account, said.statement, person.name))


@router.post("/appeals/{appeal}/answer", status_code=201)
def answer(
    case: str, appeal: str, said: shapes.Answer, shelf: OnShelf, person: Approver
) -> shapes.Written:
    """Answer an appeal; not by those who decided."""
    with shelf.opened(case) as here:
        return written(here.desk.answer(appeal, said.outcome, said.reason, **_by(person)))


@router.post("/claims", status_code=201)
def attribute(case: str, said: shapes.Claim, shelf: OnShelf, person: Analyst) -> shapes.Written:
    """Write down who says that somebody runs a network; nothing is computed."""
    with shelf.opened(case) as here:
        network = here.case.network_in(here.findings, said.network)
        about = said.model_dump(exclude={"network", "entity"})
        return written(here.desk.attribute(network, said.entity, **about, who=person.name))


@router.post("/claims/{claim}/ask", status_code=201)
def ask(case: str, claim: str, said: shapes.Ask, shelf: OnShelf, person: Analyst) -> shapes.Written:
    """Write down that a named party was asked for its side."""
    with shelf.opened(case) as here:
        return written(here.desk.ask(claim, said.party, said.asked, person.name))


@router.post("/claims/{claim}/reply", status_code=201)
def reply(
    case: str, claim: str, said: shapes.Reply, shelf: OnShelf, person: Analyst
) -> shapes.Written:
    """Write down what a named party answered."""
    with shelf.opened(case) as here:
        about = said.model_dump(exclude={"party", "text"})
        line = here.desk.reply(claim, said.party, said.text, **about, who=person.name)
        return written(line)


@router.post("/claims/{claim}/status", status_code=201)
def restate(
    case: str, claim: str, said: shapes.Restate, shelf: OnShelf, person: Analyst
) -> shapes.Written:
    """Change where a claim stands; its history stays."""
    with shelf.opened(case) as here:
        return written(here.desk.restate(claim, said.status, said.reason, person.name))


@router.post("/errata", status_code=201)
def erratum(case: str, said: shapes.Erratum, shelf: OnShelf, person: Approver) -> shapes.Written:
    """Correct a published report; every later one prints the correction."""
    with shelf.opened(case) as here:
        return written(here.desk.erratum(said.text, person.name))
