"""Who did the same thing at the same time: traces → co-actions, in SQL that runs on every engine.

A co-action is two traces of different accounts on one object, at most a window apart. An event
with more than `cap` others in its window is *heavy*: a viral object, which says nothing of a pair.
A co-action counts towards the minimum only when both its events are light; pairs that pass get
exact totals, heavy co-actions included. What was left out stands in the table `heavy`.
"""

from __future__ import annotations

import pyarrow as pa

from unswarm.engines import Engine, step

NO_CAP = 2**62


def co_actions(
    engine: Engine, *, window: int, minimum: int = 1, cap: int = 0, traces: str = "trace"
) -> None:
    """Keep `co_action`, one row per pair of accounts and object, and `heavy`, what was left out.

    `co_action`: signal, source, target (source sorts first), object, actions (pairs of traces),
    min_gap, sum_gap (ms), time (ms; the earlier trace of the earliest of them). `heavy`: signal,
    object, events (heavy ones), pairs (of events, at least one of them heavy).

    Args:
        engine: sees the traces.
        window: the widest time between two traces, milliseconds.
        minimum: objects that a pair needs in a signal, counted over light events.
        cap: others in its window above which an event is heavy; 0: none is.
        traces: the table of traces: signal, account, object, time.
    """
    limit = cap or NO_CAP
    meetings(engine, window=window, minimum=minimum, cap=cap, traces=traces)
    engine.keep("passing", step("passing", minimum=minimum))
    engine.keep("dense", step("dense", cap=limit))
    engine.keep("co_action", step("co_action", window=window, cap=limit))


def meetings(
    engine: Engine, *, window: int, minimum: int = 1, cap: int = 0, traces: str = "trace"
) -> None:
    """Keep `meeting`, the co-actions of light events alone, by pair and object; and `heavy`.

    Its columns are those of `co_action`, the arguments too. Pairs that can not reach the minimum
    may be missing, others that do not reach it may be there.
    """
    limit = cap or NO_CAP
    engine.keep("company", step("company", window=window, traces=traces))
    engine.keep("heavy", step("heavy", window=window, cap=limit))
    engine.keep(
        "meeting",
        step("meeting", window=window, slot=max(window, 1), cap=limit, minimum=minimum),
    )


def pair_events(engine: Engine, window: int, traces: str = "trace") -> int:
    """How many pairs of traces lie within the window (ms): the cost of the work ahead, exactly."""
    company = step("company", window=window, traces=traces)
    total = engine.fetch(f"SELECT CAST(coalesce(sum(others), 0) AS BIGINT) AS n FROM ({company}) c")
    return int(total.column("n")[0].as_py()) // 2


def edges(engine: Engine, window: int) -> pa.Table:
    """Totals of `co_action` per pair, after `co_actions` at the same window (ms).

    Signal, source, target, objects, actions, min_gap, sum_gap (ms), source_actions, target_actions
    (traces of each side that have one of the other within the window).
    """
    engine.keep("numbered", step("numbered"))
    engine.keep("sources", step("sources"))
    return engine.fetch(step("edges", window=window))
