"""Networks: the ranked list, and one of them from every side."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from unswarm.findings import Findings
from unswarm.looking import graph, networks, objects, pairs, pictures, times
from unswarm.web.errors import missing
from unswarm.web.guard import note
from unswarm.web.routes import PROBLEMS, Limit, Offset, OnShelf, Someone, Text
from unswarm.web.shapes import networks as shapes
from unswarm.web.shapes.posts import Meetings, Pair
from unswarm.web.shelf import Opened

router = APIRouter(prefix="/api/cases/{case}", tags=["networks"], responses=PROBLEMS)

Kind = Literal["domain", "url", "hashtag", "media"]
Moment = Annotated[int | None, Query(ge=-(2**53), le=2**53)]
Name = Annotated[str, Query(max_length=500)]


@router.get("/networks")
def list_networks(
    case: str,
    shelf: OnShelf,
    _: Someone,
    tier: Literal["", "confirmed", "lead"] = "",
    signal: Text = "",
    label: Text = "",
    verdict: Literal["", "none", "inauthentic", "authentic", "not coordinated", "undecided"] = "",
    text: Text = "",
    order: Literal["rank", "accounts", "p", "first", "last", "network"] = "rank",
) -> shapes.Networks:
    """The networks that a filter lets through, ranked."""
    wanted = networks.Filter(tier, signal, label, verdict, text, order)
    with shelf.opened(case) as here:
        return shapes.Networks(rows=here.ask(networks.networks, wanted), **here.ask(_kinds))


def _kinds(findings: Findings) -> dict[str, Any]:
    rows = list(findings.networks)
    signals = {name for row in rows for name in (row["signals"] or "").split()}
    return {
        "signals": sorted(signals),
        "labels": sorted({row["label"] for row in rows if row["label"]}),
        "in_all": len(rows),
    }


@router.get("/networks/{network}")
def show_network(
    case: str, network: str, request: Request, shelf: OnShelf, _: Someone
) -> shapes.Network:  # type: ignore[valid-type]
    """Everything the run says of one network."""
    with shelf.opened(case) as here:
        found = _known(here, network)
        citable = here.desk.citable("network", network)
        note(request, "see network", case=case, network=network)
        return shapes.Network(**found, citable=citable, **here.ask(_has, network))


def _known(here: Opened, network: str) -> dict[str, Any]:
    found: dict[str, Any] | None = here.ask(networks.network, network)
    if found is None:
        raise missing("network", network)
    return found


def _has(findings: Findings, network: str) -> dict[str, Any]:
    """Which tabs of a network have something to show."""
    kinds = [k for k in objects.TABLES if objects.objects(findings, network, k, 0, 1)["total"]]
    return {
        "objects_of": kinds,
        "has_photos": pictures.pictured(findings, network),
    }


@router.get("/networks/{network}/members")
def list_members(
    case: str, network: str, shelf: OnShelf, _: Someone, offset: Offset = 0, limit: Limit = 100
) -> shapes.Members:
    """Its members, the surest first."""
    with shelf.opened(case) as here:
        _known(here, network)
        return shapes.Members(**here.ask(networks.members, network, offset, limit))


@router.get("/networks/{network}/linked")
def list_linked(
    case: str, network: str, shelf: OnShelf, _: Someone, offset: Offset = 0, limit: Limit = 100
) -> shapes.LinkedAccounts:
    """Accounts that did not act with it and are tied to it."""
    with shelf.opened(case) as here:
        _known(here, network)
        return shapes.LinkedAccounts(**here.ask(networks.linked, network, offset, limit))


@router.get("/networks/{network}/evidence/{place}")
def show_rows(
    case: str,
    network: str,
    place: int,
    shelf: OnShelf,
    _: Someone,
    offset: Offset = 0,
    limit: Limit = 50,
) -> shapes.Behind:
    """The rows behind one sentence of evidence."""
    with shelf.opened(case) as here:
        _known(here, network)
        try:
            return shapes.Behind(**here.ask(networks.behind, network, place, offset, limit))
        except KeyError:
            raise missing("evidence with rows", str(place)) from None


@router.get("/networks/{network}/graph")
def show_graph(
    case: str,
    network: str,
    shelf: OnShelf,
    _: Someone,
    drawn: Annotated[shapes.Drawn, Query()],
) -> shapes.Graph:
    """Where its accounts stand, and the lines that a filter lets through."""
    wanted = graph.Filter(**{**drawn.model_dump(), "signals": tuple(sorted(drawn.signals))})
    with shelf.opened(case) as here:
        _known(here, network)
        return shapes.Graph(**here.ask(graph.graph, network, wanted))


@router.get("/networks/{network}/times")
def show_times(
    case: str,
    network: str,
    shelf: OnShelf,
    _: Someone,
    since: Moment = None,
    until: Moment = None,
) -> shapes.Times | None:
    """When it acted; null where no post of it has a time."""
    with shelf.opened(case) as here:
        _known(here, network)
        found = here.ask(times.times, network, since, until)
        return shapes.Times(**found) if found else None


@router.get("/networks/{network}/objects/{kind}")
def list_objects(
    case: str,
    network: str,
    kind: Kind,
    shelf: OnShelf,
    _: Someone,
    offset: Offset = 0,
    limit: Limit = 50,
) -> shapes.Objects:
    """What its members put out."""
    with shelf.opened(case) as here:
        _known(here, network)
        return shapes.Objects(**here.ask(objects.objects, network, kind, offset, limit))


@router.get("/networks/{network}/flows")
def show_flows(case: str, network: str, shelf: OnShelf, _: Someone) -> shapes.Flows | None:
    """Where its posts lead; null where too few have links."""
    with shelf.opened(case) as here:
        _known(here, network)
        found = here.ask(objects.flows, network)
        return shapes.Flows(**found) if found else None


@router.get("/networks/{network}/operation")
def show_operation(case: str, network: str, shelf: OnShelf, _: Someone) -> shapes.Operation:
    """What it paid for, and whom it reached."""
    with shelf.opened(case) as here:
        _known(here, network)
        money, reached = here.ask(objects.money, network), here.ask(objects.audience, network)
        return shapes.Operation(**money, **reached)


@router.get("/networks/{network}/photos")
def show_wall(case: str, network: str, shelf: OnShelf, _: Someone) -> shapes.Wall | None:
    """Its profile photos; null where it has none."""
    with shelf.opened(case) as here:
        _known(here, network)
        found = here.ask(pictures.wall, network)
        return shapes.Wall(**found) if found else None


@router.get(
    "/photos/{photo}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "The photo, made small."}},
)
def show_photo(case: str, photo: str, shelf: OnShelf, _: Someone) -> Response:
    """A profile photo, made small and without metadata."""
    with shelf.opened(case) as here:
        jpeg = here.ask(pictures.preview, photo)
    if jpeg is None:
        raise missing("photo", photo)
    kept = {"Cache-Control": "private, max-age=3600"}
    return Response(jpeg, media_type="image/jpeg", headers=kept)


@router.get("/pairs")
def show_pair(case: str, one: Name, other: Name, shelf: OnShelf, _: Someone) -> Pair:
    """The edges between two accounts, one for each signal."""
    with shelf.opened(case) as here:
        return Pair(edges=here.ask(pairs.pair, one, other))


@router.get("/pairs/meetings")
def list_meetings(
    case: str,
    one: Name,
    other: Name,
    signal: Text,
    request: Request,
    shelf: OnShelf,
    _: Someone,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Meetings:
    """Their co-actions in a signal, post beside post."""
    with shelf.opened(case) as here:
        edges = here.ask(pairs.pair, one, other)
        edge = next((each for each in edges if each["signal"] == signal), None)
        if edge is None:
            raise missing(f"edge in {signal} between", f"{one} and {other}")
        note(request, "see posts", case=case, accounts=[one, other])
        return Meetings(**here.ask(_meetings, one, other, signal, offset, limit))


def _meetings(
    findings: Findings, one: str, other: str, signal: str, offset: int, limit: int
) -> dict[str, Any]:
    edges = pairs.pair(findings, one, other)
    edge = next(each for each in edges if each["signal"] == signal)
    return pairs.meetings(findings, edge, offset, limit)
