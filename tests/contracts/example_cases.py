"""Event tables from rows, and the pairs of accounts that signals join in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unswarm.co_actions.sql import co_actions
from unswarm.detection.traces import trace
from unswarm.engines import Engine
from unswarm.model import EVENTS

Events = Mapping[str, Sequence[Mapping[str, Any]]]
Pair = tuple[str, str]
"""Two accounts, the one whose id sorts first in front."""

WHENEVER = 2**53
"""A window wider than any time span, milliseconds."""


def show(engine: Engine, events: Events) -> None:
    """Let the engine see every event table; those that are not given are empty."""
    for name, table in EVENTS.items():
        engine.see(name, table.rows(list(events.get(name, ()))))


def joined(engine: Engine, events: Events, signal: str, window: int) -> set[Pair]:
    """The pairs of accounts that one signal joins."""
    show(engine, events)
    trace(engine, [signal])
    co_actions(engine, window=window)
    rows = engine.fetch("SELECT DISTINCT source, target FROM co_action").to_pylist()
    return {(row["source"], row["target"]) for row in rows}
