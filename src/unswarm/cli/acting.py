"""Commands that make a plan of orders, carry it out and take it back."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from unswarm import terminal
from unswarm.cli.app import app
from unswarm.cli.deciding import RoleOption, WhoOption
from unswarm.cli.options import CaseOption, QuietOption
from unswarm.cli.places import existing
from unswarm.errors import SettingsError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection

    from unswarm.enforcers import Target
    from unswarm.enforcing import Draft, Preview
    from unswarm.record.orders import Action, Plan

SHOWN = 10

PlanArgument = Annotated[str, typer.Argument(metavar="PLAN", help="e.g. p-0001")]


@app.command()
def plan(
    target: Annotated[
        str,
        typer.Argument(metavar="NAME:WHERE", help="e.g. handover:orders.csv, mastodon:https://…"),
    ],
    action: Annotated[
        str,
        typer.Option(
            "--action",
            help="label, tag, reduce or report, in place of removing; or block e-mail domain, in "
            "place of block domain.",
        ),
    ] = "",
    value: Annotated[
        str,
        typer.Option(
            "--value", help="The label, the tag, what a report says, or how domains are blocked."
        ),
    ] = "",
    dry: Annotated[
        bool,
        typer.Option("--dry", help="Only ask the target, and show what the plan would change."),
    ] = False,
    who: WhoOption = None,
    role: RoleOption = None,
    case: CaseOption = None,
    quiet: QuietOption = False,
) -> None:
    """Make a plan of the orders that approved decisions give; nothing is sent."""
    from unswarm import enforcing

    desk = existing(case).desk
    found = enforcing.draft(desk.findings, _softer(action), value)
    _, opened = enforcing.opened(target)
    enforcing.capable(opened, found.orders)
    _show(found)
    _warn(opened, found)
    if dry:
        with terminal.working(quiet) as progress:
            changes = enforcing.preview(found.orders, opened, progress)
        _show_changes(changes)
        return
    made = desk.plan(target, found.orders, who, role)
    terminal.say(f"{made['id']}: a second person agrees with: unswarm approve {made['id']}")


def _softer(action: str) -> Action | None:
    from unswarm.record.orders import Action

    if action and action not in set(Action):
        raise SettingsError(
            f"Unknown action '{action}'. Hint: {did_you_mean(action, list(Action))}"
        )
    return Action(action) if action else None


def _show(found: Draft) -> None:
    """The difference that a plan makes."""
    for name, orders in (("to do", found.orders), ("done before", found.before)):
        for action, number in sorted(Counter(order.action for order in orders).items()):
            terminal.say(f"{name}: {action}, {number:,}")
    for plan, order in found.undo[:SHOWN]:
        terminal.say(f"to take back: {order.action} {order.subject}, of {plan.id}")
    for held in found.held[:SHOWN]:
        terminal.say(f"held: {held.subject}, {held.decision}: {held.reason}")
    for name, rows in (("to take back", found.undo), ("held", found.held)):
        if len(rows) > SHOWN:
            terminal.say(f"{name}: {len(rows) - SHOWN:,} more")


def _warn(target: Target, found: Draft) -> None:
    """Say what cannot be taken back, before anybody approves it."""
    from unswarm import enforcing

    if final := enforcing.final(target, found.orders):
        terminal.say(f"cannot be taken back: {', '.join(final)}")


def _show_changes(changes: Collection[Preview]) -> None:
    """Subject, what it is now, what it would become."""
    for each in changes:
        if each.changes:
            now = each.now or "not known"
            terminal.say(f"{each.order.subject}: now {now}, would become {each.then}")
    same = sum(not each.changes for each in changes)
    if same:
        terminal.say(f"as ordered already: {same:,}")
    terminal.say("Dry run: nothing was sent.")


@app.command()
def enforce(
    plan: PlanArgument,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back what rests on nothing any more, or else all.")
    ] = False,
    dry: Annotated[
        bool, typer.Option("--dry", help="Only ask the target, and show what would change.")
    ] = False,
    case: CaseOption = None,
    quiet: QuietOption = False,
) -> None:
    """Carry out an approved plan, or go on with one that was cut off."""
    opened = existing(case)
    with terminal.working(quiet) as progress:
        if dry:
            changes = opened.preview(plan, undo=undo, progress=progress)
        else:
            _receipts(opened.enforce(plan, undo=undo, progress=progress))
    if dry:
        _show_changes(changes)


def _receipts(plan: Plan) -> None:
    for state, number in sorted(Counter(map(plan.state, plan.orders)).items()):
        terminal.say(f"{plan.id}: {number:,} {state or 'not sent'}")
    for order in plan.in_state("refused")[:SHOWN]:
        terminal.say(f"refused: {order.action} {order.subject}: {plan.receipts[order.key].detail}")
