"""Random traces, and what an engine makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
from hypothesis import strategies as st

from definition import Key, Sums, Totals, Touch
from unswarm.co_actions.sql import co_actions, edges
from unswarm.engines import Engine

touches = st.builds(
    Touch,
    signal=st.sampled_from(["links", "texts"]),
    account=st.sampled_from(["ann", "bob", "cat", "dan"]),
    object=st.sampled_from(["x", "y", "z"]),
    time=st.integers(-20, 20),
)
windows = st.sampled_from([0, 1, 3, 7, 10, 1000])


def as_table(traces: Iterable[Touch]) -> pa.Table:
    """Traces → the columns that the co-action step reads."""
    rows = list(traces)
    text = {f: pa.array([getattr(r, f) for r in rows], pa.string()) for f in Touch._fields[:3]}
    return pa.table({**text, "time": pa.array([r.time for r in rows], pa.int64())})


def found(
    engine: Engine, traces: Sequence[Touch], window: int, minimum: int = 1, cap: int = 0
) -> dict[Key, Totals]:
    """The co-actions an engine finds, in the shape of the definition."""
    engine.see("touches", as_table(traces))
    co_actions(engine, window=window, minimum=minimum, cap=cap, traces="touches")
    rows = engine.fetch("SELECT * FROM co_action").to_pylist()
    return {
        (r["signal"], r["source"], r["target"], r["object"]): (
            r["actions"],
            r["min_gap"],
            r["time"],
        )
        for r in rows
    }


def found_heavy(engine: Engine) -> dict[tuple[str, str], tuple[int, int]]:
    """What the engine says it left out in the last run."""
    rows = engine.fetch("SELECT * FROM heavy").to_pylist()
    return {(r["signal"], r["object"]): (r["events"], r["pairs"]) for r in rows}


def found_edges(engine: Engine, window: int) -> dict[tuple[str, str, str], Sums]:
    """The totals of the last run, in the shape of the definition."""
    rows = edges(engine, window).to_pylist()
    sums = ("objects", "actions", "min_gap", "sum_gap", "source_actions", "target_actions")
    return {(r["signal"], r["source"], r["target"]): tuple(r[name] for name in sums) for r in rows}
