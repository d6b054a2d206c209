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
from unswarm.errors import CaseError, SettingsError
from unswarm.findings import Findings
from unswarm.plugins import placed
from unswarm.progress import Progress, silent
from unswarm.record import Record
from unswarm.record.appeals import OPEN
from unswarm.record.decisions import Decision
from unswarm.record.orders import CARRIED_OUT, SENT, UNDONE, Action, Order, Plan, Receipt, key_of

BY_KIND = {
    "page": Action.REMOVE_PAGE,
    "group": Action.REMOVE_GROUP,
    "advertiser": Action.BAN_ORGANISATION,
}
"""Kind of account → what is ordered for it; all others are disabled."""

SOFTER = frozenset({Action.LABEL, Action.REDUCE, Action.REPORT, Action.TAG})
"""What may be ordered for accounts in place of the action of their kind."""

OF_DOMAINS = frozenset({Action.BLOCK_DOMAIN, Action.BLOCK_EMAIL_DOMAIN})
"""What may be ordered for domains, and for nothing else."""

VALUES = {Action.LABEL: "label", Action.TAG: "tag"}
"""Actions that need a value, and what it is."""

VALUED = frozenset({*VALUES, Action.BLOCK_DOMAIN, Action.REPORT})
"""Actions that may have one."""


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
        softer: one of `SOFTER` in place of what the kind of account asks for, or one of
            `OF_DOMAINS`; subjects of decisions that it is not for are held.
        value: the label, the tag, what a report says, or how a target is to block domains.

    Raises:
        SettingsError: the softer action is none, or a label has no word.
    """
    if softer and softer not in SOFTER | OF_DOMAINS:
        hint = f"{', '.join(sorted(SOFTER))}; of domains {' or '.join(sorted(OF_DOMAINS))}."
        raise SettingsError(f"'{softer}' is not ordered for all. Hint: {hint}")
    if softer in VALUES and not value:
        raise SettingsError(f"Which {VALUES[softer]}? Hint: --value 'coordinated'")
    held: list[Held] = []
    wanted = {o.key: o for o in _orders(findings, softer, value, held.append)}
    carried = {
        order.key: (plan, order)
        for plan in findings.record.plans.values()
        for order in plan.in_state(*CARRIED_OUT)
    }
    back = {o.key for plan in findings.record.plans.values() for o in plan.in_state(UNDONE)}
    taken_back = [wanted.pop(key) for key in sorted(back - carried.keys()) if key in wanted]
    held += [Held(o.subject, o.decision, "it was taken back; decide again") for o in taken_back]
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
            why = _reason_to_hold(record, account, decision) or _misfit(decision, softer)
            if why:
                hold(Held(account, decision.id, why))
                continue
            taken.add(account)
            platform, sort = kinds.get(account, ("", ""))
            action = softer or _action(decision, sort)
            key = key_of(findings.name, action, account, decision.id)
            word = value if action in VALUED else ""
            yield Order(key, action, account, platform, decision.id, word, decision.ground)


def _covered(decision: Decision) -> Collection[str]:
    return decision.members if decision.kind == "network" else (decision.subject,)


def _action(decision: Decision, kind: str) -> Action:
    if decision.kind == "domain":
        return Action.BLOCK_DOMAIN
    return BY_KIND.get(kind, Action.DISABLE_ACCOUNT)


def _misfit(decision: Decision, softer: Action | None) -> str:
    """Why a softer action is not for the subject of a decision; empty: it is."""
    if softer and (softer in OF_DOMAINS) != (decision.kind == "domain"):
        return f"'{softer}' is for {'domains' if softer in OF_DOMAINS else 'accounts'} only"
    return ""


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
    _, where, module = placed("enforcers", said, "is no target", "handover:orders.csv")
    return module, module.open_target(where)


def capable(target: Target, orders: Collection[Order], *, undo: bool = False) -> None:
    """Refuse a plan that a target cannot carry out, or take back, whole.

    Raises:
        SettingsError: one of its actions is not among the target's, or it lets nobody in.
        CaseError: it does not answer.
    """
    wanted = {order.action for order in orders}
    cannot = sorted(wanted - (target.reversible if undo else target.actions)) if wanted else []
    if cannot:
        verb = "take back" if undo else "do"
        said = f"This target cannot {verb}: {', '.join(cannot)}. Nothing was sent."
        raise SettingsError(f"{said} {target.limits}".strip())


def final(target: Target, orders: Collection[Order]) -> tuple[Action, ...]:
    """The actions of some orders that a target can do and not take back."""
    wanted = {order.action for order in orders}
    return tuple(sorted(wanted - target.reversible)) if wanted else ()


@dataclass(frozen=True)
class Preview:
    """What an order would change.

    Args:
        order: the order.
        now: what the target says of its subject; empty: it cannot be asked, or says nothing.
        then: what it would say afterwards; where it does not tell, what is ordered.
    """

    order: Order
    now: str
    then: str

    @property
    def changes(self) -> bool:
        return self.now != self.then


def preview(
    orders: Collection[Order],
    target: Target,
    progress: Progress = silent,
    *,
    undo: bool = False,
) -> tuple[Preview, ...]:
    """What carrying orders out would change; the target is asked, and nothing is sent.

    Args:
        orders: the orders.
        target: where they would go.
        progress: told of each order.
        undo: true: they would be taken back.

    Raises:
        CaseError: it does not answer.
        SettingsError: it lets nobody in.
    """
    found = []
    for number, order in enumerate(orders, start=1):
        now = target.read_back(order)
        then = f"{order.action}: taken back" if undo else target.expected(order, now)
        found.append(Preview(order, now, then or str(order.action)))
        progress("asking the target", number, len(orders))
    return tuple(found)


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
    for order in _paced(plan.left, per_minute, sleep):
        write(Receipt(order.key, SENT))
        receipt = target.send(order)
        write(replace(receipt, read_back=target.read_back(order)))


def undo(
    plan: Plan,
    orders: Collection[Order],
    target: Target,
    write: Write,
    per_minute: int = 0,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Take back orders that were carried out; see `execute`.

    Raises:
        CaseError: one of them was not carried out.
    """
    carried = set(plan.in_state(*CARRIED_OUT))
    for order in orders:
        if order not in carried:
            raise CaseError(f"{order.subject} was not acted on by {plan.id}.")
    for order in _paced(orders, per_minute, sleep):
        write(replace(target.undo(order), read_back=target.read_back(order)))


def _paced(
    orders: Collection[Order], per_minute: int, sleep: Callable[[float], None]
) -> Iterator[Order]:
    for number, order in enumerate(orders):
        if number and per_minute:
            sleep(60 / per_minute)
        yield order


def counts(plans: Mapping[str, Plan]) -> dict[str, int]:
    """Action → how many orders were carried out and not taken back."""
    found: dict[str, int] = {}
    for plan in plans.values():
        for order in plan.in_state(*CARRIED_OUT):
            found[order.action] = found.get(order.action, 0) + 1
    return found
