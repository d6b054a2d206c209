"""Commands by which people decide, approve, appeal, attribute and correct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from unswarm import terminal
from unswarm.cli.app import app
from unswarm.cli.options import CaseOption
from unswarm.cli.places import existing

if TYPE_CHECKING:
    from unswarm.desk import Desk
    from unswarm.record.decisions import Decision

WhoOption = Annotated[str | None, typer.Option("--who", help="Default: the name logged in.")]
RoleOption = Annotated[
    str | None,
    typer.Option(
        "--role", help="viewer, analyst, approver, admin. [people] of case.toml goes before."
    ),
]
ReasonOption = Annotated[str, typer.Option("--reason", help="What it rests on.")]
ClaimArgument = Annotated[str, typer.Argument(metavar="CLAIM", help="e.g. c-0001")]


@app.command()
def decide(
    subjects: Annotated[
        str,
        typer.Argument(metavar="NETWORK|ACCOUNT|DOMAIN", help="Several: with commas between."),
    ],
    verdict: Annotated[
        str, typer.Argument(help="inauthentic, authentic, 'not coordinated' or undecided.")
    ],
    reason: ReasonOption,
    ground: Annotated[
        str,
        typer.Option(
            "--ground",
            help="The rule broken: spam, misrepresentation, cib (coordinated inauthentic "
            "behaviour) or 'ban evasion'.",
        ),
    ] = "",
    cites: Annotated[
        list[str] | None,
        typer.Option("--cite", help="Evidence: coordination, a measure, signal:NAME. Repeatable."),
    ] = None,
    who: WhoOption = None,
    role: RoleOption = None,
    case: CaseOption = None,
) -> None:
    """Write a person's verdict, with its reason and its evidence, into the case's log."""
    opened = existing(case)
    made = []
    for subject in subjects.split(","):
        said = opened.decide(
            subject, verdict, reason, who, ground=ground, cites=cites or (), role=role
        )
        terminal.say(f"{said['id']}, {subject}: {said['verdict']}, says {said['who']}.")
        made.append(said["id"])
    if ground:
        terminal.say(f"A second person agrees with: unswarm approve {' '.join(made)} --who NAME")


@app.command()
def approve(
    of: Annotated[
        list[str], typer.Argument(metavar="DECISION|PLAN...", help="e.g. d-0001 or p-0001")
    ],
    who: WhoOption = None,
    role: RoleOption = None,
    case: CaseOption = None,
) -> None:
    """Agree, as a second person, with decisions or plans."""
    desk = existing(case).desk
    for each in of:
        said = desk.approve(each, who, role)
        terminal.say(f"{each}: approved by {said['who']}.")


@app.command()
def appeal(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT")],
    statement: Annotated[str, typer.Option("--statement", help="What they say.")],
    who: WhoOption = None,
    case: CaseOption = None,
) -> None:
    """Write down that an account contests what was decided on it."""
    opened = existing(case)
    _, account = opened.find(account)
    said = opened.desk.appeal(account, statement, who)
    terminal.say(f"{said['id']}: {account} contests {said['decision']}.")


@app.command()
def answer(
    appeal: Annotated[str, typer.Argument(metavar="APPEAL", help="e.g. a-0001")],
    outcome: Annotated[str, typer.Argument(help="upheld or reinstated")],
    reason: ReasonOption,
    who: WhoOption = None,
    role: RoleOption = None,
    case: CaseOption = None,
) -> None:
    """Answer an appeal; not by those who decided."""
    said = existing(case).desk.answer(appeal, outcome, reason, who, role)
    terminal.say(f"{appeal}: {said['outcome']}, says {said['who']}.")


@app.command()
def attribute(
    network: Annotated[str, typer.Argument(metavar="NETWORK")],
    entity: Annotated[str, typer.Argument(help="Who is said to run it.")],
    confidence: Annotated[str, typer.Option("--confidence", help="low, moderate or high.")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")],
    source: Annotated[str, typer.Option("--source", help="A document or page, with its date.")],
    evidence_for: Annotated[
        list[str], typer.Option("--for", help="What speaks for it. Repeatable.")
    ],
    evidence_against: Annotated[
        list[str] | None, typer.Option("--against", help="What speaks against it. Repeatable.")
    ] = None,
    who: WhoOption = None,
    case: CaseOption = None,
) -> None:
    """Write down who says that somebody runs a network. Nothing here is computed."""
    opened = existing(case)
    network = opened.network_in(opened.findings, network)
    said = opened.desk.attribute(
        network,
        entity,
        confidence=confidence,
        by=by,
        source=source,
        evidence_for=evidence_for,
        evidence_against=evidence_against or (),
        who=who,
    )
    terminal.say(f"{said['id']}: {by} says that {entity} runs {network} ({confidence} confidence).")
    terminal.say(f"Ask them: unswarm ask {said['id']} --party NAME")


@app.command()
def ask(
    claim: ClaimArgument,
    party: Annotated[str, typer.Option("--party", help="Who was asked for their side.")],
    asked: Annotated[str | None, typer.Option("--on", help="The day; default: today.")] = None,
    who: WhoOption = None,
    case: CaseOption = None,
) -> None:
    """Write down that a named party was asked for its side."""
    said = existing(case).desk.ask(claim, party, asked, who)
    terminal.say(f"{claim}: {party} was asked on {said['asked']}.")


@app.command()
def reply(
    claim: ClaimArgument,
    party: Annotated[str, typer.Option("--party", help="Who answers.")],
    text: Annotated[str, typer.Option("--text", help="What they said, word for word.")],
    contests: Annotated[bool, typer.Option("--contests", help="They deny the claim.")] = False,
    answered: Annotated[str | None, typer.Option("--on", help="The day; default: today.")] = None,
    source: Annotated[str, typer.Option("--source", help="Where it can be read.")] = "",
    who: WhoOption = None,
    case: CaseOption = None,
) -> None:
    """Write down what a named party answered."""
    existing(case).desk.reply(
        claim, party, text, contests=contests, answered=answered, source=source, who=who
    )
    terminal.say(f"{claim}: {party} {'contests it' if contests else 'answered'}.")


@app.command()
def restate(
    claim: ClaimArgument,
    status: Annotated[str, typer.Argument(help="asserted, contested or withdrawn")],
    reason: ReasonOption,
    who: WhoOption = None,
    case: CaseOption = None,
) -> None:
    """Change where a claim stands; its history stays."""
    existing(case).desk.restate(claim, status, reason, who)
    terminal.say(f"{claim}: {status}.")


@app.command()
def erratum(
    text: Annotated[str, typer.Argument(help="What was wrong, and what is right.")],
    who: WhoOption = None,
    case: CaseOption = None,
) -> None:
    """Correct a published report; every later one prints the correction."""
    existing(case).desk.erratum(text, who)
    terminal.say("Noted; the next report prints it.")


@app.command()
def log(
    case: CaseOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show where decisions, appeals and claims stand, with conflicts and what is stale."""
    desk = existing(case).desk
    stands = _standing(desk)
    if as_json:
        terminal.print_json(stands)
        return
    for name, rows in stands.items():
        terminal.say(f"{name}: {len(rows)}")
        for row in rows:
            terminal.say("  " + "; ".join(f"{value}" for value in row.values() if value))


def _standing(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    record = desk.record
    return {
        "decisions": [_decision(desk, each) for each in record.decisions.values()],
        "conflicts": [
            {
                "between": f"{one.id} ({one.who}: {one.verdict}) and {other.id} "
                f"({other.who}: {other.verdict})"
            }
            for one, other in record.conflicts()
        ],
        "appeals": [
            {"id": a.id, "account": a.account, "against": a.decision, "outcome": a.outcome}
            for a in record.appeals.values()
        ],
        "claims": [
            {
                "id": c.id,
                "network": c.network,
                "entity": c.entity,
                "confidence": c.confidence,
                "status": str(c.status),
            }
            for c in record.claims.values()
        ],
    }


def _decision(desk: Desk, said: Decision) -> dict[str, Any]:
    joined, left = said.stale(desk.findings.members(said.subject))
    fresh = f"stale: {len(joined)} joined, {len(left)} left" if joined or left else ""
    approved = ", ".join(approval.who for approval in said.approvals)
    return {
        "id": said.id,
        "subject": said.subject,
        "verdict": str(said.verdict),
        "ground": said.ground,
        "who": said.who,
        "approved": f"approved by {approved}" if approved else "",
        "stale": fresh,
        "enforceable": "enforceable" if said.enforceable else "",
    }
