"""Accounts: the dossier of one, and its posts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from unswarm.looking.dossier import dossier, posts
from unswarm.web.errors import missing
from unswarm.web.guard import note
from unswarm.web.routes import PROBLEMS, Limit, Offset, OnShelf, Someone, Text
from unswarm.web.shapes import accounts as shapes

router = APIRouter(prefix="/api/cases/{case}", tags=["accounts"], responses=PROBLEMS)

Account = Annotated[str, Query(min_length=1, max_length=500)]


@router.get("/account")
def show_account(
    case: str, id: Account, request: Request, shelf: OnShelf, _: Someone
) -> shapes.Dossier:
    """All that the case holds of an account."""
    with shelf.opened(case) as here:
        found = here.ask(dossier, id)
        if found is None:
            raise missing("account", id)
        note(request, "see account", case=case, account=id)
        return shapes.Dossier(**found)


@router.get("/account/posts")
def list_posts(
    case: str,
    id: Account,
    shelf: OnShelf,
    _: Someone,
    text: Text = "",
    offset: Offset = 0,
    limit: Limit = 50,
) -> shapes.Posts:
    """Its posts, the latest first."""
    with shelf.opened(case) as here:
        return shapes.Posts(**here.ask(posts, id, text, offset, limit))
