"""Enforcement: the difference a plan would make, plans, carrying them out, taking them back."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path, PurePath

from fastapi import APIRouter, Request

from unswarm import enforcing
from unswarm.errors import SettingsError, UserError, did_you_mean
from unswarm.record.orders import Action, Order, Plan
from unswarm.web.guard import note
from unswarm.web.routes import (
    PROBLEMS,
    AllJobs,
    Analyst,
    Approver,
    OnShelf,
    Someone,
    begun,
    written,
)
from unswarm.web.routes.cases import HANDOVER
from unswarm.web.routes.record import approvals
from unswarm.web.shapes import plans as shapes
from unswarm.web.shapes.record import Written
from unswarm.web.shapes.work import JobView
from unswarm.web.shelf import Opened

FILES = {HANDOVER, "domain_blocks"}
"""Enforcers that write files."""

router = APIRouter(prefix="/api/cases/{case}/plans", tags=["plans"], responses=PROBLEMS)


@router.get("")
def list_plans(case: str, shelf: OnShelf, _: Someone) -> shapes.Plans:
    """Every plan and how far it is, the latest first."""
    with shelf.opened(case) as here:
        plans = list(here.case.record.plans.values())
        return shapes.Plans(plans=[_plan(each) for each in reversed(plans)])


def _plan(plan: Plan) -> shapes.PlanRow:
    rows = [_order(order, plan) for order in plan.orders]
    return shapes.PlanRow(
        id=plan.id,
        target=shown(plan.target),
        who=plan.who,
        when=plan.when,
        approvals=approvals(plan.approvals),
        orders=rows,
        counts=dict(Counter(row.state or "not sent" for row in rows)),
    )


def shown(target: str) -> str:
    """A target without the folders of this machine."""
    name, _, where = target.partition(":")
    return f"{name}:{Path(where).name}" if name in FILES else target


def _order(order: Order, plan: Plan | None = None) -> shapes.OrderRow:
    receipt = plan.receipts.get(order.key) if plan else None
    came = {name: getattr(receipt, name, "") for name in ("state", "detail", "read_back")}
    return shapes.OrderRow(**{**asdict(order), "action": str(order.action)}, **came)


@router.post("/draft")
def draft(case: str, said: shapes.DraftRequest, shelf: OnShelf, _: Someone) -> shapes.DraftView:
    """What a plan would change; nothing is written."""
    with shelf.opened(case) as here:
        target, found = _target(here, said), _draft(here, said)
    cannot, final = _weighed(target, found)  # it may be far away: nobody waits for it
    return shapes.DraftView(
        target=shown(target),
        orders=[_order(order) for order in found.orders],
        before=[_order(order) for order in found.before],
        undo=[shapes.UndoRow(plan=plan.id, order=_order(o)) for plan, o in found.undo],
        held=[shapes.HeldRow(**asdict(each)) for each in found.held],
        cannot=cannot,
        final=[str(action) for action in final],
    )


def _weighed(target: str, found: enforcing.Draft) -> tuple[str, tuple[Action, ...]]:
    """Why a target cannot carry a draft out, and which actions it cannot take back."""
    try:
        _, opened = enforcing.opened(target)
        enforcing.capable(opened, found.orders)
        return "", enforcing.final(opened, found.orders)
    except UserError as error:
        return str(error), ()


def _draft(here: Opened, said: shapes.DraftRequest) -> enforcing.Draft:
    return enforcing.draft(here.findings, Action(said.action) if said.action else None, said.value)


def _target(here: Opened, said: shapes.DraftRequest) -> str:
    """Where orders go: a file in the case's exports, or a target that its settings name.

    Raises:
        SettingsError: there is no such target, or the file lies elsewhere.
    """
    if said.target == HANDOVER:
        if PurePath(said.file).name != said.file or not said.file.endswith(".csv"):
            raise SettingsError(
                f"'{said.file}' is no name of a CSV file. Hint: a name alone, e.g. orders.csv."
            )
        return f"{HANDOVER}:{here.case.exports.resolve() / said.file}"
    known = here.case.targets
    if said.target not in known:
        hint = did_you_mean(said.target, [HANDOVER, *known])
        raise SettingsError(
            f"Unknown target '{said.target}'. Hint: {hint} Targets stand under [targets] in "
            "case.toml."
        )
    return known[said.target]


@router.post("", status_code=201)
def make_plan(case: str, said: shapes.DraftRequest, shelf: OnShelf, person: Analyst) -> Written:
    """Make a plan of the orders that approved decisions give; nothing is sent."""
    with shelf.opened(case) as here:
        target, found = _target(here, said), _draft(here, said)
    _, opened = enforcing.opened(target)
    enforcing.capable(opened, found.orders)
    with shelf.opened(case) as here:
        here.case.exports.mkdir(exist_ok=True)
        role = str(person.role)
        return written(here.desk.plan(target, found.orders, person.name, role))


@router.post("/{plan}/run", status_code=202)
def run_plan(
    case: str, plan: str, request: Request, shelf: OnShelf, jobs: AllJobs, person: Approver
) -> JobView:
    """Carry out an approved plan, or go on with one that was cut off."""
    return _start(case, plan, request, shelf, jobs, person.name, undo=False)


@router.post("/{plan}/undo", status_code=202)
def undo_plan(
    case: str, plan: str, request: Request, shelf: OnShelf, jobs: AllJobs, person: Approver
) -> JobView:
    """Take back what rests on nothing any more, or else all of a plan."""
    return _start(case, plan, request, shelf, jobs, person.name, undo=True)


def _start(
    case: str,
    plan: str,
    request: Request,
    shelf: OnShelf,
    jobs: AllJobs,
    who: str,
    *,
    undo: bool,
) -> JobView:
    with shelf.opened(case) as here:
        made = here.desk.planned(plan)
        if not made.approvals:
            raise SettingsError(
                f"{plan} was made by {made.who} and nobody else has approved it. "
                "Hint: a second person approves it first."
            )
    title = f"{'taking back' if undo else 'carrying out'} {plan}"
    note(request, title, case=case)
    words = ["enforce", plan, *(["--undo"] if undo else [])]
    return begun(jobs, shelf, case, title, [words], who)
