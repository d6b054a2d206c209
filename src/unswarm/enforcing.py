"""From decisions to orders, from an approved plan to receipts.

Before an order is sent a line says so, and after it another one says what came of it: a run that
was cut off between the two sends the order again under the same key, and a target acts once on a
key. Nothing is lost, nothing is done twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

from unswarm.enforcers import Target
from unswarm.errors import CaseError, SettingsError, did_you_mean
from unswarm.findings import Findings
from unswarm.plugins import load
from unswarm.record import Record
from unswarm.record.appeals import OPEN
from unswarm.record.decisions import Decision
from unswarm.record.orders import CARRIED_OUT, SENT, Action, Order, Plan, Receipt, key_of

BY_KIND = {
    "page": Action.REMOVE_PAGE,
    "group": Action.REMOVE_GROUP,
    "advertiser": Action.BAN_ORGANISATION,
}
"""Kind of account → what is ordered for it; all others are disabled."""

SOFTER = frozenset({Action.LABEL, Action.REDUCE})
"""What may be ordered in place of the action of a kind."""


@dataclass(frozen=True)
class Held:
    """A subject of a decision that nothing is ordered for, and why."""

    subject: str
    decision: str
    reason: str


@dataclass(frozen=True)
class Draft:
    """What a plan would change.

    Args:
        orders: to be carried out.
        before: orders of earlier plans that are carried out already.
        undo: (plan, order): carried out, and not ordered any more.
        held: subjects of decisions that nothing is ordered for.
    """

    orders: tuple[Order, ...]
    before: tuple[Order, ...]
    undo: tuple[tuple[Plan, Order], ...]
    held: tuple[Held, ...]


def draft(findings: Findings, softer: Action | None = None, value: str = "") -> Draft:
    """The orders that today's decisions make, against what was carried out before.

    Args:
        findings: a case with its record.
        softer: label or reduce, in place of what the kind of account asks for.
        value: the label.

    Raises:
        SettingsError: the softer action is none, or a label has no word.
    """
    if softer and softer not in SOFTER:
        raise SettingsError(f"'{softer}' is not ordered for all. Hint: label or reduce.")
    if softer is Action.LABEL and not value:
        raise SettingsError("Which label? Hint: --value 'coordinated'")
    held: list[Held] = []
    wanted = {o.key: o for o in _orders(findings, softer, value, held.append)}
    carried = {
        order.key: (plan, order)
        for plan in findings.record.plans.values()
        for order in plan.in_state(*CARRIED_OUT)
    }
    return Draft(
        orders=tuple(order for key, order in wanted.items() if key not in carried),
        before=tuple(order for key, order in wanted.items() if key in carried),
        undo=tuple(each for each in carried.values() if withdrawn(findings.record, each[1])),
        held=tuple(held),
    )


def _orders(
    findings: Findings, softer: Action | None, value: str, hold: Callable[[Held], None]
) -> Iterator[Order]:
    record = findings.record
    kinds = {
        row["account"]: (row["platform"] or "", row["kind"] or "")
        for row in findings.query("SELECT account, platform, kind FROM account")
    }
    taken: set[str] = set()
    for kind, subject in sorted(record.subjects(), key=lambda each: each[0] == "network"):
        decision = record.standing(kind, subject)
        if decision is None or not decision.enforceable:
            continue
        if any(decision.stale(findings.members(subject))):
            hold(Held(subject, decision.id, "its members have changed since; decide again"))
            continue
        for account in _covered(decision):
            if account in taken:
                continue
            why = _reason_to_hold(record, account, decision)
            if why:
                hold(Held(account, decision.id, why))
                continue
            taken.add(account)
            platform, sort = kinds.get(account, ("", ""))
            action = softer or _action(decision, sort)
            key = key_of(findings.name, action, account, decision.id)
            word = value if action is Action.LABEL else ""
            yield Order(key, action, account, platform, decision.id, word)


def _covered(decision: Decision) -> Collection[str]:
    return decision.members if decision.kind == "network" else (decision.subject,)


def _action(decision: Decision, kind: str) -> Action:
    if decision.kind == "domain":
        return Action.BLOCK_DOMAIN
    return BY_KIND.get(kind, Action.DISABLE_ACCOUNT)


def _reason_to_hold(record: Record, account: str, decision: Decision) -> str:
    """Why nothing is ordered for an account of a decision; empty: nothing speaks against it."""
    own = record.standing("account", account)
    if own and own.verdict is not decision.verdict:
        return f"{own.id} says {own.verdict}"
    if record.reinstated(account):
        return "it was reinstated"
    if any(a.account == account and a.outcome == OPEN for a in record.appeals.values()):
        return "its appeal is open"
    return ""


def withdrawn(record: Record, order: Order) -> bool:
    """Whether an order rests on nothing any more: another decision, or a reinstatement."""
    decision = record.decisions[order.decision]
    standing = record.standing(decision.kind, decision.subject)
    if standing is None or standing.verdict is not decision.verdict:
        return True
    if record.reinstated(order.subject):
        return True
    own = record.standing("account", order.subject)
    return own is not None and own.verdict is not decision.verdict


# --- targets


def opened(said: str) -> tuple[ModuleType, Target]:
    """The enforcer and the target that `NAME:WHERE` means.

    Raises:
        SettingsError: there is no such enforcer, or no such target.
    """
    name, _, where = said.partition(":")
    known = load("enforcers")
    if name not in known or not where:
        hint = f"{did_you_mean(name, known)} Write NAME:WHERE, e.g. handover:orders.csv"
        raise SettingsError(f"'{said}' is no target. Hint: {hint}")
    return known[name], known[name].open_target(where)


def capable(module: ModuleType, orders: Collection[Order], *, undo: bool = False) -> None:
    """Refuse a plan that a target cannot carry out, or take back, whole.

    Raises:
        SettingsError: one of its actions is not among the target's.
    """
    can = module.reversible if undo else module.actions
    cannot = sorted({order.action for order in orders} - can)
    if cannot:
        verb = "take back" if undo else "do"
        raise SettingsError(f"This target cannot {verb}: {', '.join(cannot)}. Nothing was sent.")


def current(plan: Plan, overtaken: Sequence[Order]) -> None:
    """Refuse a plan of which some orders rest on nothing any more.

    Raises:
        CaseError: there are such orders.
    """
    if overtaken:
        raise CaseError(
            f"{plan.id} is overtaken: {len(overtaken):,} of its orders rest on a decision that "
            f"does not stand any more, e.g. {overtaken[0].subject}; nothing was sent. "
            "Hint: unswarm enforce plan makes a new one."
        )


# --- carrying out

Write = Callable[[Receipt], None]


def execute(
    plan: Plan,
    target: Target,
    write: Write,
    per_minute: int = 0,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Carry out what is left of an approved plan.

    Args:
        plan: the plan, as the log tells it.
        target: where its orders go.
        write: puts a receipt into the log.
        per_minute: orders a minute at most; 0: no limit.
        sleep: waits some seconds.

    Raises:
        SettingsError: no second person has approved the plan.
        CaseError: the target does not answer; what was done is kept.
    """
    if not plan.approvals:
        raise SettingsError(
            f"{plan.id} was made by {plan.who} and nobody else has approved it; nothing was sent. "
            f"Hint: unswarm approve {plan.id} --who NAME"
        )
    for number, order in enumerate(plan.left):
        if number and per_minute:
            sleep(60 / per_minute)
        write(Receipt(order.key, SENT))
        receipt = target.send(order)
        write(replace(receipt, read_back=target.read_back(order)))


def undo(plan: Plan, orders: Collection[Order], target: Target, write: Write) -> None:
    """Take back orders that were carried out.

    Raises:
        CaseError: one of them was not carried out.
    """
    carried = set(plan.in_state(*CARRIED_OUT))
    for order in orders:
        if order not in carried:
            raise CaseError(f"{order.subject} was not acted on by {plan.id}.")
    for order in orders:
        write(replace(target.undo(order), read_back=target.read_back(order)))


def counts(plans: Mapping[str, Plan]) -> dict[str, int]:
    """Action → how many orders were carried out and not taken back."""
    found: dict[str, int] = {}
    for plan in plans.values():
        for order in plan.in_state(*CARRIED_OUT):
            found[order.action] = found.get(order.action, 0) + 1
    return found
