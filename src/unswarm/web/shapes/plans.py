"""Enforcement: drafts, plans, orders."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from unswarm.web.shapes.record import ApprovalRow
from unswarm.web.shapes.tables import Shape


class DraftRequest(Shape):
    """A plan to be drafted or made."""

    target: str = Field("handover", description="handover, or a name under [targets] of the case")
    file: str = Field("orders.csv", description="of handover: a file in the case's exports")
    action: Literal["", "label", "reduce", "report", "tag", "block e-mail domain"] = ""
    value: str = Field(
        "", description="the label, the tag, what a report says, or how domains are blocked"
    )


class OrderRow(Shape):
    """One order, and how far it is."""

    key: str
    action: str
    subject: str
    platform: str
    decision: str
    value: str
    ground: str = ""
    state: str = ""
    detail: str = ""
    read_back: str = ""


class HeldRow(Shape):
    """A subject that nothing is ordered for, and why."""

    subject: str
    decision: str
    reason: str


class UndoRow(Shape):
    """An order that rests on nothing any more."""

    plan: str
    order: OrderRow


class DraftView(Shape):
    """The difference that a plan would make."""

    target: str
    orders: list[OrderRow]
    before: list[OrderRow] = Field(description="carried out already")
    undo: list[UndoRow]
    held: list[HeldRow]
    cannot: str = Field(description="why this target cannot carry it out; empty: it can")
    final: list[str] = Field(description="actions that this target cannot take back")


class PlanRow(Shape):
    """A plan, and how far it is."""

    id: str
    target: str
    who: str
    when: str
    approvals: list[ApprovalRow]
    orders: list[OrderRow]
    counts: dict[str, int] = Field(description="state → orders")


class Plans(Shape):
    """Every plan, the latest first."""

    plans: list[PlanRow]
