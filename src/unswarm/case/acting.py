"""Carry out at a target what two people decided, or show what that would change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unswarm import enforcing
from unswarm.case.folder import CaseFolder
from unswarm.desk import Desk
from unswarm.progress import Progress
from unswarm.record import Record
from unswarm.record.orders import CARRIED_OUT, SENT, Order, Plan, Receipt


def enforce(case: CaseFolder, plan: str, undo: bool, progress: Progress) -> Plan:
    """Carry out a plan, or take it back, as `Case.enforce` does."""
    desk = case.desk
    made = desk.planned(plan)
    module, target = enforcing.opened(made.target)
    orders = _due(desk.record, made, undo)
    enforcing.capable(target, orders, undo=undo)
    write = _receipts(desk, plan, len(orders), progress)
    if undo:
        enforcing.undo(made, orders, target, write, module.per_minute)
    else:
        enforcing.execute(made, target, write, module.per_minute)
    return desk.planned(plan)


def preview(
    case: CaseFolder, plan: str, undo: bool, progress: Progress
) -> tuple[enforcing.Preview, ...]:
    """What that would change now, as `Case.preview` tells."""
    made = case.desk.planned(plan)
    _, target = enforcing.opened(made.target)
    orders = _due(case.record, made, undo)
    enforcing.capable(target, orders, undo=undo)
    return enforcing.preview(orders, target, progress, undo=undo)


def _due(record: Record, made: Plan, undo: bool) -> Sequence[Order]:
    """What is to be sent, or taken back, of a plan now."""
    orders = made.in_state(*CARRIED_OUT) if undo else made.left
    overtaken = [order for order in orders if enforcing.withdrawn(record, order)]
    if undo:
        return overtaken or orders
    enforcing.current(made, overtaken)
    return orders


def _receipts(desk: Desk, plan: str, orders: int, progress: Progress) -> Callable[[Receipt], None]:
    done: list[str] = []

    def write(receipt: Receipt) -> None:
        desk.receive(plan, receipt)
        if receipt.state != SENT:
            done.append(receipt.key)
            progress(f"carrying out {plan}", len(done), orders)

    return write
