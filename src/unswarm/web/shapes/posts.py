"""Posts, and two of them side by side."""

from __future__ import annotations

from pydantic import Field

from unswarm import model
from unswarm.web.shapes.tables import Shape, row_of

Edge = row_of(model.EDGE, "Edge")


class Post(Shape):
    """A post, as read."""

    post: str | None
    account: str
    handle: str | None = None
    name: str | None = None
    platform: str | None
    kind: str | None
    text: str | None
    time: int | None
    precision: int | None
    language: str | None
    client: str | None
    target_account: str | None
    target_post: str | None


class Part(Shape):
    """A part of a text beside another one."""

    same: bool = Field(description="the other text has it, too")
    text: str


class Meeting(Shape):
    """A co-action: both posts, the earlier first, and what differs."""

    object: str
    gap: int = Field(description="milliseconds between the two")
    first: Post
    second: Post
    left: list[Part]
    right: list[Part]
    alike: float | None = Field(description="share of the words that agree; null: no texts")


class Pair(Shape):
    """The edges between two accounts."""

    edges: list[Edge]  # type: ignore[valid-type]


class Meetings(Shape):
    """Some co-actions of a pair."""

    rows: list[Meeting]
    total: int
