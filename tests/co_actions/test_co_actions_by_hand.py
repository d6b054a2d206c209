"""Co-actions by hand; `tests/contracts` races them against their definition."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from unswarm.co_actions.sql import co_actions, edges, pair_events
from unswarm.engines import Engine, open_engine

Touch = tuple[str, str, int]
"""Account, object, time."""

VIRAL = [(f"fan {n}", "viral", n) for n in range(6)]


def seen(touches: Sequence[Touch]) -> Engine:
    engine = open_engine()
    accounts, objects, times = zip(*touches, strict=True)
    columns = {"account": accounts, "object": objects, "time": pa.array(times, pa.int64())}
    engine.see("trace", pa.table({"signal": ["links"] * len(touches), **columns}))
    return engine


def pairs(engine: Engine, window: int = 60) -> list[tuple[str, str, int, int, int]]:
    return [
        (row["source"], row["target"], row["objects"], row["actions"], row["min_gap"])
        for row in edges(engine, window).to_pylist()
    ]


def test_the_window_includes_its_end() -> None:
    engine = seen([("bob", "x", 0), ("ann", "x", 60), ("cat", "x", 121)])
    co_actions(engine, window=60)
    assert pairs(engine) == [("ann", "bob", 1, 1, 60)]


def test_slots_lose_nobody_at_their_borders() -> None:
    """Before and after the epoch, and on both sides of a slot's border."""
    engine = seen([("ann", "x", -1), ("bob", "x", 9), ("ann", "y", -10), ("bob", "y", -20)])
    co_actions(engine, window=10)
    assert pairs(engine) == [("ann", "bob", 2, 2, 10)]


def test_time_is_that_of_the_earliest_co_action() -> None:
    engine = seen([("ann", "x", 100), ("bob", "x", 101), ("ann", "x", 7), ("bob", "x", 12)])
    co_actions(engine, window=10)
    row = engine.fetch("SELECT actions, min_gap, time FROM co_action").to_pylist()
    assert row == [{"actions": 2, "min_gap": 1, "time": 7}]


def test_a_pair_needs_the_minimum_of_objects() -> None:
    twice = [("ann", "x", 0), ("bob", "x", 1), ("ann", "y", 0), ("bob", "y", 1), ("cat", "x", 1)]
    engine = seen(twice)
    co_actions(engine, window=10, minimum=2)
    assert pairs(engine) == [("ann", "bob", 2, 2, 1)]


def test_viral_objects_make_no_pair() -> None:
    engine = seen(VIRAL)
    co_actions(engine, window=60, cap=4)
    assert pairs(engine) == []
    left_out = engine.fetch("SELECT * FROM heavy").to_pylist()
    assert left_out == [{"signal": "links", "object": "viral", "events": 6, "pairs": 15}]


def test_pairs_that_pass_get_their_viral_objects_too() -> None:
    engine = seen([*VIRAL, ("fan 0", "x", 0), ("fan 1", "x", 5)])
    co_actions(engine, window=60, cap=4)
    assert pairs(engine) == [("fan 0", "fan 1", 2, 2, 1)]


@pytest.mark.parametrize("cap", [0, 5])
def test_nothing_is_left_out_without_heavy_events(cap: int) -> None:
    engine = seen(VIRAL)
    co_actions(engine, window=60, cap=cap)
    assert len(pairs(engine)) == 15
    assert engine.fetch("SELECT * FROM heavy").num_rows == 0


def test_a_run_leaves_nothing_to_the_next() -> None:
    engine = seen(VIRAL)
    co_actions(engine, window=60)
    co_actions(engine, window=60, cap=1)
    assert pairs(engine) == []


def test_pairs_are_known_before_the_work() -> None:
    assert pair_events(seen(VIRAL), 60) == 15
    assert pair_events(seen([("ann", "x", 0), ("ann", "x", 1)]), 60) == 0
