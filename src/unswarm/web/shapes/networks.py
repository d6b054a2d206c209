"""Networks: the list, one of them, its picture, its times, its objects, its photos."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, create_model

from unswarm import model
from unswarm.web.shapes.tables import Shape, row_of

_STANDING: dict[str, Any] = {
    "named": (int, Field(description="members that may be named")),
    "verdict": (str, Field(description="the standing decision's; empty: none")),
    "decision": (str, Field(description="id of the standing decision; empty: none")),
    "approved": (bool, Field(description="a second person agreed")),
    "stale": (bool, Field(description="its members have changed since")),
}
NetworkRow = row_of(model.NETWORK, "NetworkRow", **_STANDING)
EvidenceRow = row_of(
    model.EVIDENCE,
    "EvidenceRow",
    place=(int, Field(description="tells one row of a network from another")),
    question=(Literal["coordination", "signs", "innocent", "descriptions"], ...),
    title=(str, Field(description="the family in words")),
)
_PROFILE: dict[str, Any] = dict.fromkeys(("handle", "name", "platform", "kind"), (str | None, None))
MemberRow = row_of(
    model.MEMBERSHIP,
    "MemberRow",
    "network",
    **_PROFILE,
    created=(int | None, None),
    followers=(int | None, None),
)
LinkedRow = row_of(
    model.LINKED, "LinkedRow", "network", **{k: _PROFILE[k] for k in ("handle", "name", "platform")}
)


class Amount(Shape):
    """Accounts of a kind on a platform."""

    platform: str
    kind: str
    accounts: int


Network = create_model(
    "Network",
    __base__=NetworkRow,
    label_says=(str, Field(description="the label in a sentence")),
    strength_says=(str, Field(description="the strength in a sentence")),
    evidence=(list[EvidenceRow], ...),  # type: ignore[valid-type]
    kinds=(list[Amount], Field(description="its members by platform and kind")),
    linked=(int, Field(description="accounts tied to it besides its members")),
    counterparts=(int, Field(description="pairs of look-alikes on other platforms")),
    citable=(list[str], Field(description="what a decision on it may cite")),
    objects_of=(list[str], Field(description="kinds of objects it put out")),
    has_photos=(bool, ...),
)
Network.__doc__ = "Everything the run says of one network."


class Networks(Shape):
    """The networks that a filter lets through."""

    rows: list[NetworkRow]  # type: ignore[valid-type]
    signals: list[str] = Field(description="signals that any network of the run shows in")
    labels: list[str]
    in_all: int


class Members(Shape):
    """Some members of a network."""

    rows: list[MemberRow]  # type: ignore[valid-type]
    total: int


class LinkedAccounts(Shape):
    """Some accounts that are tied to a network."""

    rows: list[LinkedRow]  # type: ignore[valid-type]
    total: int


class Behind(Shape):
    """The rows behind a sentence of evidence."""

    query: str = Field(description="the SQL that lists them")
    rows: list[dict[str, Any]]
    total: int


class Node(Shape):
    """An account of a picture, or a group of accounts."""

    account: str
    handle: str | None
    name: str | None
    platform: str
    kind: str
    probability: float | None
    signals: str | None
    together: int | None
    standing: str
    x: float = Field(description="0 to 1")
    y: float = Field(description="0 to 1")
    group: str = Field(description="the group it is drawn in; empty: none")
    accounts: int


class Drawn(Shape):
    """Which lines of a picture are drawn."""

    signals: list[str] = Field([], max_length=50, description="empty: of all signals")
    q: float = Field(1.0, ge=0, le=1, description="with a q up to this")
    objects: int = Field(1, ge=1, le=1_000_000, description="with at least so many objects")
    since: int | None = Field(None, ge=-(2**53), le=2**53, description="milliseconds UTC")
    until: int | None = Field(None, ge=-(2**53), le=2**53)
    group: str = Field("", max_length=100, description="inside of this group; empty: the whole")


class Lines(Shape):
    """The lines of a picture, column by column; source and target are places in the nodes."""

    source: list[int]
    target: list[int]
    signal: list[str]
    objects: list[int]
    actions: list[int]
    expected: list[float | None]
    p: list[float | None]
    q: list[float | None]
    min_gap: list[int | None]


class Graph(Shape):
    """The picture of a network."""

    nodes: list[Node]
    edges: Lines
    edges_in_all: int
    signals: dict[str, int]
    grouped: bool
    accounts: int


class Week(Shape):
    """Posts by hour of the week, from Monday 00:00 UTC."""

    members: list[int]
    others: list[int]


class Busy(Shape):
    """One account's posts by bar."""

    account: str
    handle: str | None
    posts: int
    bars: list[int]


class Born(Shape):
    """Members created on a day."""

    day: int
    accounts: int


class Sizes(Shape):
    """How many accounts the bars stand for."""

    members: int
    others: int


class Times(Shape):
    """When a network acted; times in milliseconds UTC."""

    first: int
    last: int
    since: int
    until: int
    width: int = Field(description="of a bar")
    precision: int | None
    members: list[int]
    others: list[int]
    joint: list[int]
    sizes: Sizes
    week: Week | None
    accounts: list[Busy]
    born: list[Born]


class ObjectRow(Shape):
    """Something that members put out."""

    object: str
    members: int
    posts: int
    all_posts: int = Field(description="of everybody in the data")
    known: str = Field(description="platform or shortener; empty: neither")


class Objects(Shape):
    """Some objects."""

    rows: list[ObjectRow]
    total: int


class Flows(Shape):
    """Where posts lead: a drawing, and the table behind it."""

    nodes: list[dict[str, Any]]
    ribbons: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    high: float
    describes: str
    sites: int
    groups: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    redirects: list[dict[str, Any]]


class Operation(Shape):
    """Money and audience of a network; amounts in hundredths of their currency."""

    spent: list[dict[str, Any]]
    ads: list[dict[str, Any]]
    entities: list[dict[str, Any]]
    reach: list[dict[str, Any]]
    reached: list[dict[str, Any]]


class WallPhoto(Shape):
    """One photo of a wall."""

    account: str
    handle: str | None
    photo: str
    result: str | None
    reason: str | None
    form: str | None
    width: int | None
    height: int | None
    camera: bool | None
    faces: int | None
    left_x: float | None
    left_y: float | None
    right_x: float | None
    right_y: float | None
    watermark: float | None
    pdq: str | None
    kept: bool = Field(description="a preview can be shown")


class Wall(Shape):
    """The profile photos of a network."""

    photos: list[WallPhoto]
    total: int
    faces: int
    averaged: int
    composite: str = Field(description="the mean of all, a data address; empty: too few")
    template: list[float]
