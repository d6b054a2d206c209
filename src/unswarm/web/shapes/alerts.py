"""Alerts: what was new after a run, and what a watch is doing."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from unswarm.web.shapes.tables import Shape

Kind = Literal["new network", "growth", "merge", "return"]
Tier = Literal["confirmed", "lead", ""]


class QuotedEvidence(Shape):
    """One piece of evidence."""

    claim: str
    p: float | None = Field(description="its significance; null: a description")


class QuotedPosts(Shape):
    """Two posts of two members on one object."""

    account: str
    post: str
    time: int = Field(description="of the account's post, milliseconds UTC")
    partner: str
    partner_post: str
    gap: int = Field(description="between the two, milliseconds")
    object: str


class AlertRow(Shape):
    """One thing that is new."""

    id: str
    number: int = Field(description="of the alert in its case; 1: the first")
    key: str = Field(description="however often it is brought somewhere, the same")
    kind: Kind
    network: str
    here: bool = Field(description="the latest run has the network")
    tier: Tier = Field(description="empty: of a return")
    sentence: str
    accounts: int
    joined: list[str] = Field(description="the first of those nobody was told of before")
    joined_in_all: int
    merged: list[str] = Field(description="networks that are one with it now")
    past: str = Field(description="of a return, the past case")
    evidence: list[QuotedEvidence]
    posts: list[QuotedPosts]
    first: int | None
    last: int | None
    formed: int | None = Field(
        description="time of the k-th coordinated post: when the data first held enough for the "
        "network, or the first who joined, to be found, milliseconds UTC"
    )
    run: str
    when: str = Field(description="when it was told, UTC")
    delay: int | None = Field(
        description="from the arrival of the k-th coordinated post to `when`, milliseconds; null: "
        "nobody knows when it arrived"
    )
    reached: list[str] = Field(description="couriers that brought it somewhere")
    missed: list[str] = Field(description="couriers that could not bring it yet")


class Alerts(Shape):
    """Alerts that a filter lets through, the latest first."""

    rows: list[AlertRow]
    total: int
    in_all: int = Field(description="alerts of the case, whatever the filter")
    kinds: dict[Kind, int]


class Watching(Shape):
    """What the watch of a case says of itself; null where it does not say."""

    model_config = ConfigDict(extra="ignore")

    source: str | None = None
    state: Literal["following", "waiting", "paused", "stopped"] | None = None
    note: str | None = None
    since: str | None = None
    updated: str | None = None
    events: int | None = None
    posts: int | None = None
    quarantined: int | None = None
    per_second: float | None = None
    lag_ms: int | None = Field(None, description="from the latest event's time to the commit")
    cursor: str | None = None
    last_run: str | None = None
    last_run_seconds: float | None = None
    gaps: int | None = Field(None, description="stretches that the source could not give any more")


class WatchView(Watching):
    """What a watch is doing."""

    running: bool = Field(description="it said something in the last two minutes, and no farewell")
