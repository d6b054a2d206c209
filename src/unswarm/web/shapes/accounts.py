"""Accounts: a dossier, posts, and what a search finds."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from unswarm import model
from unswarm.web.shapes.posts import Post
from unswarm.web.shapes.tables import Shape, row_of

Account = row_of(model.ACCOUNT, "Account")
Photo = row_of(model.PHOTO, "Photo")
Change = row_of(model.RENAME, "Change")
Tie = row_of(model.LINKED, "Tie")
Counterpart = row_of(model.COUNTERPART, "Counterpart")
Membership = row_of(
    model.MEMBERSHIP, "Membership", tier=(str | None, None), label=(str | None, None)
)


class Said(Shape):
    """Something that people said of an account."""

    id: str
    act: str
    who: str
    when: str
    says: str


class Dossier(Shape):
    """All that the case holds of an account."""

    profile: Account  # type: ignore[valid-type]
    photo: Photo | None  # type: ignore[valid-type]
    activity: dict[str, Any]
    clients: list[dict[str, Any]]
    links: list[dict[str, Any]]
    changes: list[Change]  # type: ignore[valid-type]
    memberships: list[Membership]  # type: ignore[valid-type]
    ties: list[Tie]  # type: ignore[valid-type]
    signals: list[dict[str, Any]]
    neighbours: list[dict[str, Any]]
    counterparts: list[Counterpart]  # type: ignore[valid-type]
    roles: list[dict[str, Any]]
    said: list[Said]


class OwnPost(Post):
    """A post of a dossier."""

    together: int | None = Field(description="1: met another member's post")
    partner: str | None


class Posts(Shape):
    """Some posts."""

    rows: list[OwnPost]
    total: int


class Hit(Shape):
    """Something that a search found."""

    kind: Literal["network", "account", "domain", "decision", "appeal", "claim", "plan"]
    id: str
    title: str
    about: str


class Hits(Shape):
    """What a search found, the likeliest first."""

    hits: list[Hit]
