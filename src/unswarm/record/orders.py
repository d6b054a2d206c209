"""Orders, plans and receipts: what is to be done, who agreed, and what a target answered.

A plan goes: made from enforceable decisions → dry run → approved by a second person → carried
out, order by order → read back. Each step is a line of the log, so that a run which stopped in the
middle goes on where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from unswarm.record.decisions import Approval
from unswarm.record.people import same

SENT, DONE, ALREADY, REFUSED, UNDONE = "sent", "done", "already", "refused", "undone"
"""States of a receipt: about to be sent (or its answer was lost), carried out now, so before, not
carried out, taken back."""

CARRIED_OUT = (DONE, ALREADY)
"""States in which the target has done what was ordered."""

FINAL = frozenset({*CARRIED_OUT, REFUSED, UNDONE})
"""States after which nothing is left to do."""


class Action(StrEnum):
    """What can be ordered."""

    DISABLE_ACCOUNT = "disable account"
    REMOVE_PAGE = "remove page"
    REMOVE_GROUP = "remove group"
    BLOCK_DOMAIN = "block domain"
    LABEL = "label"
    REDUCE = "reduce"
    BAN_ORGANISATION = "ban organisation"
    REPORT = "report"
    TAG = "tag"
    BLOCK_EMAIL_DOMAIN = "block e-mail domain"


@dataclass(frozen=True)
class Order:
    """One action on one subject.

    Args:
        key: idempotency key: the same order of the same case has the same key, see `key_of`.
        action: what to do.
        subject: account id, domain or organisation.
        platform: where; empty for domains and organisations.
        decision: the decision it comes from.
        value: the label or the tag to put on, how a domain is blocked, or what a report says;
            empty for other actions.
        ground: the rule that was broken, as the decision says.
    """

    key: str
    action: Action
    subject: str
    platform: str
    decision: str
    value: str = ""
    ground: str = ""


def key_of(case: str, action: Action, subject: str, decision: str) -> str:
    """The idempotency key of an order: 32 hexadecimal digits.

    It holds the decision, so that what was undone can be ordered again by a later decision.
    """
    said = "\x1f".join((case, action, subject, decision))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Receipt:
    """What a target answered to one order.

    Args:
        key: of the order.
        state: sent, done, already, refused or undone.
        detail: the target's words.
        read_back: what the target says of the subject afterwards; empty: it cannot be asked.
        when: UTC, ISO 8601.
    """

    key: str
    state: str
    detail: str = ""
    read_back: str = ""
    when: str = ""


@dataclass(frozen=True)
class Plan:
    """Orders to be carried out at one target, and how far they are.

    Args:
        id: `p-0001` …
        target: the enforcer and where it acts, e.g. `webhook:https://…`.
        orders: in the order of their execution.
        who: who made it.
        when: UTC, ISO 8601.
        approvals: of other people.
        receipts: key → the latest receipt.
    """

    id: str
    target: str
    orders: tuple[Order, ...]
    who: str
    when: str
    approvals: tuple[Approval, ...] = ()
    receipts: Mapping[str, Receipt] = field(default_factory=dict)

    @property
    def left(self) -> tuple[Order, ...]:
        """Orders with no final receipt: those still to be carried out."""
        return tuple(order for order in self.orders if self.state(order) not in FINAL)

    def state(self, order: Order) -> str:
        """The state of an order; empty: nothing happened yet."""
        receipt = self.receipts.get(order.key)
        return receipt.state if receipt else ""

    def in_state(self, *states: str) -> tuple[Order, ...]:
        """The orders in one of some states."""
        return tuple(order for order in self.orders if self.state(order) in states)


def plans(lines: Iterable[Mapping[str, Any]]) -> dict[str, Plan]:
    """Plan id → the plan, who approved it and how far it is, as the log tells."""
    found: dict[str, Plan] = {}
    for line in lines:
        if line["act"] == "plan":
            found[line["id"]] = _plan(line)
        elif line["act"] == "approve" and line["of"] in found:
            found[line["of"]] = _approved(found[line["of"]], line)
        elif line["act"] == "receipt":
            found[line["plan"]] = _received(found[line["plan"]], line)
    return found


def _plan(line: Mapping[str, Any]) -> Plan:
    orders = tuple(Order(**{**said, "action": Action(said["action"])}) for said in line["orders"])
    return Plan(line["id"], line["target"], orders, line["who"], line["when"])


def _approved(plan: Plan, line: Mapping[str, Any]) -> Plan:
    if same(plan.who, line["who"]):  # nobody is their own second person
        return plan
    given = Approval(line["of"], line["who"], line["role"], line["when"])
    return replace(plan, approvals=(*plan.approvals, given))


def _received(plan: Plan, line: Mapping[str, Any]) -> Plan:
    said = {name: line[name] for name in ("key", "state", "detail", "read_back", "when")}
    return replace(plan, receipts={**plan.receipts, line["key"]: Receipt(**said)})
