"""Alerts: what was new after a run, told as it comes, and what the watch is doing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from unswarm.errors import CaseError
from unswarm.web.bulletin import Bulletin, stamp_of, watching
from unswarm.web.routes import PROBLEMS, Limit, Offset, OnShelf, Someone
from unswarm.web.shapes import alerts as shapes

router = APIRouter(prefix="/api/cases/{case}", tags=["alerts"], responses=PROBLEMS)

OFTEN = 0.5  # seconds between looks at a book
BREATH = 15.0  # seconds after which a proxy hears that the stream lives
LONGEST = 600  # seconds of one stream; who reads it asks again, and shows again who they are


@router.get("/alerts")
def list_alerts(
    case: str,
    request: Request,
    shelf: OnShelf,
    _: Someone,
    kind: Literal["", "new network", "growth", "merge", "return"] = "",
    tier: Literal["", "confirmed", "lead"] = "",
    offset: Offset = 0,
    limit: Limit = 50,
) -> shapes.Alerts:
    """What was told, the latest first."""
    return _bulletin(request).alerts(shelf.path(case), kind, tier, offset, limit)


@router.get("/watch")
def show_watch(case: str, shelf: OnShelf, _: Someone) -> shapes.WatchView:
    """What the watch of the case is doing."""
    return watching(shelf.path(case))


@router.get(
    "/alerts/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "One event an alert."}},
)
async def follow_alerts(
    case: str,
    request: Request,
    shelf: OnShelf,
    _: Someone,
    after: Annotated[int, Query(ge=0, le=10**9)] = 0,
    seconds: Annotated[float, Query(ge=0, le=LONGEST)] = LONGEST,
    last_event_id: Annotated[str, Header(max_length=20)] = "",
) -> StreamingResponse:
    """Alerts as they are told: server-sent events, each a whole `AlertRow`.

    Args:
        after: so many alerts are known already.
        seconds: how long the stream lasts.
        last_event_id: number of the last alert that came before a stream broke.
    """
    folder = shelf.path(case)
    known = int(last_event_id) if last_event_id.isdecimal() else after
    head = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = _events(request, folder, known, seconds)
    return StreamingResponse(stream, media_type="text/event-stream", headers=head)


def _bulletin(request: Request) -> Bulletin:
    found: Bulletin = request.app.state.bulletin
    return found


async def _events(request: Request, folder: Path, known: int, seconds: float) -> AsyncIterator[str]:
    bulletin, began = _bulletin(request), time.monotonic()
    seen, spoke = None, began
    yield ": alerts\n\n"
    while True:
        stamp = stamp_of(folder)
        if stamp != seen:
            seen = stamp
            try:
                rows = await asyncio.to_thread(bulletin.after, folder, known)
            except CaseError:  # the list of alerts says what is wrong with the book
                return
            for row in rows:
                known = row.number
                yield f"id: {known}\ndata: {row.model_dump_json()}\n\n"
                spoke = time.monotonic()
        if time.monotonic() - began >= seconds or request.app.state.leaving:
            return
        if time.monotonic() - spoke > BREATH:
            spoke = time.monotonic()
            yield ": still here\n\n"
        await asyncio.sleep(OFTEN)
