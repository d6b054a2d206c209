"""Events → totals of every pair of accounts that met, whatever the number of pairs.

The hot path by itself: no statistics, nobody named. Counted in SQL on any engine, or by the
compiled kernel, in memory or from disk; every way gives the same rows, in an order of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa

from unswarm.co_actions.coding import Source, source
from unswarm.co_actions.plan import Plan, Way, must_end, must_fit, plan
from unswarm.co_actions.sql import co_actions, edges, pair_events
from unswarm.engines import Engine, quoted
from unswarm.machine import free_disk, free_memory
from unswarm.progress import Progress, silent

if TYPE_CHECKING:
    from unswarm.arrays import Flags, Ints, Small
    from unswarm.co_actions.coded import Coded
    from unswarm.co_actions.heavy import Heavy

# So few events are counted in SQL first: it is done before the kernel is loaded.
SMALL = 100_000
# Bytes an event takes in memory while it is sorted; an account takes, with two threads; the share
# of the free memory that is taken.
EVENT, ACCOUNT, SHARE = 60, 64, 0.7
Write = Callable[[pa.Table], None]
HEAVY = pa.schema(
    {"signal": pa.string(), "object": pa.string(), "events": pa.int64(), "pairs": pa.int64()}
)


@dataclass(frozen=True)
class Request:
    """What is to be counted, and with what.

    Args:
        window: the widest time between two events, milliseconds.
        minimum: objects on which a pair must have met, counted over light events.
        cap: others in its window above which an event is heavy; 0: none is.
        way: how to count.
        memory: bytes that may be used; None: most of what is free.
        threads: None: one a core.
        spill: folder for what does not fit; None: the system's.
    """

    window: int
    minimum: int = 2
    cap: int = 1000
    way: Way = Way.AUTO
    memory: int | None = None
    threads: int | None = None
    spill: Path | None = None

    @property
    def budget(self) -> int:
        """Bytes that may be used."""
        return self.memory or int(SHARE * free_memory())


@dataclass
class Tally:
    """What came of it.

    Args:
        plan: how it was counted; several signals: the last one's.
        events, pairs: N and P, over all signals.
        edges: pairs of accounts that passed.
        heavy: signal, object, events, pairs: what the cap set aside.
    """

    plan: Plan
    events: int = 0
    pairs: int = 0
    edges: int = 0
    heavy: pa.Table = field(default_factory=HEAVY.empty_table)


def totals(engine: Engine, request: Request, write: Write, progress: Progress = silent) -> Tally:
    """Count the pairs of the table `trace` (signal, account, object, time).

    Args:
        engine: sees the table.
        request: what to count.
        write: is given the edges some at a time: the columns of `co_action.edges`.
        progress: is told of each step, and of the plan.

    Raises:
        ResourceError: it can not be done with this memory.
    """
    events = int(engine.fetch("SELECT count(*) AS n FROM trace")["n"][0].as_py())
    tally = Tally(plan(events, 0, Way.SQL))
    if request.way is Way.SQL or (request.way is Way.AUTO and _is_small(engine, request, events)):
        _in_sql(engine, request, write, progress, tally)
        return tally
    names = engine.fetch("SELECT DISTINCT signal FROM trace ORDER BY signal")["signal"].to_pylist()
    for signal in names:
        engine.view("one_signal", f"SELECT * FROM trace WHERE signal = {quoted(signal)}")
        _by_kernel(source(engine, "one_signal"), signal, request, write, progress, tally)
    return tally


def _is_small(engine: Engine, request: Request, events: int) -> bool:
    if events > SMALL:
        return False
    pairs = pair_events(engine, request.window)
    return plan(events, pairs, memory=request.budget).way is Way.SQL


def _in_sql(
    engine: Engine, request: Request, write: Write, progress: Progress, tally: Tally
) -> None:
    events, pairs = tally.plan.events, pair_events(engine, request.window)
    tally.plan, tally.events, tally.pairs = plan(events, pairs, Way.SQL), events, pairs
    if not engine.many:
        room = request.budget + free_disk(request.spill)
        must_fit(tally.plan.memory, room, "--engine kernel or spark, or a narrower --window.")
    progress(str(tally.plan), 0, 0)
    co_actions(engine, window=request.window, minimum=request.minimum, cap=request.cap)
    found = edges(engine, request.window)
    tally.edges = len(found)
    tally.heavy = engine.fetch(
        "SELECT signal, CAST(object AS STRING) AS object, events, pairs "
        "FROM heavy ORDER BY signal, object"
    )
    write(found)


# --- by the compiled kernel


def _by_kernel(
    traces: Source, signal: str, request: Request, write: Write, progress: Progress, tally: Tally
) -> None:
    must_fit(ACCOUNT * traces.accounts.count, request.budget, "--memory, or --engine spark.")
    _prepare(progress)
    if EVENT * traces.events <= request.budget:
        _in_memory(traces, signal, request, write, progress, tally)
        return
    with TemporaryDirectory(prefix="unswarm-", dir=request.spill) as folder:
        _from_disk(Path(folder), traces, signal, request, write, progress, tally)


def _prepare(progress: Progress) -> None:
    from unswarm.co_actions import compiled
    from unswarm.native import prepare

    prepare(compiled.LOOPS, progress)


def _in_memory(
    traces: Source, signal: str, request: Request, write: Write, progress: Progress, tally: Tally
) -> None:
    import numpy as np

    from unswarm.co_actions import coded, compiled, heavy

    progress("reading traces", 0, traces.events)
    reach = np.array([request.window], np.int64)
    counts = (traces.accounts.count, traces.objects.count)
    sifted = heavy.sifted(coded.ordered(coded.Coded(*traces.read(), reach, *counts)), request.cap)
    _planned(tally, traces.events, sifted.pairs, int(sifted.heavy.pairs.sum()), progress)
    tally.heavy = pa.concat_tables([tally.heavy, _heavy(traces, signal, sifted.heavy)])
    touched = [sifted.touched]
    light = sifted.light
    del sifted
    parts = compiled.walked(
        coded.pruned(light, request.minimum), request.minimum, threads=request.threads
    )
    _written(parts, touched, traces, signal, write, tally)


def _from_disk(
    folder: Path,
    traces: Source,
    signal: str,
    request: Request,
    write: Write,
    progress: Progress,
    tally: Tally,
) -> None:
    from unswarm.co_actions import coded, compiled
    from unswarm.co_actions.spill import Spill

    progress("sorting traces on disk", 0, 0)
    spill = Spill(folder, traces, request.window, request.budget)
    pairs = aside = 0
    touched = []
    for share in spill.sifted(request.cap):
        pairs += share.pairs
        aside += int(share.heavy.pairs.sum())
        tally.heavy = pa.concat_tables([tally.heavy, _heavy(traces, signal, share.heavy)])
        touched.append(share.touched)
        spill.keep(coded.pruned(share.light, 1))
    _planned(tally, traces.events, pairs, aside, progress)
    light = coded.pruned(spill.kept(), request.minimum, spill.room)
    parts = compiled.walked(
        light,
        request.minimum,
        threads=request.threads,
        room=spill.room,
        block=spill.block,
    )
    _written(parts, touched, traces, signal, write, tally)


def _planned(tally: Tally, events: int, pairs: int, aside: int, progress: Progress) -> None:
    """Say what it will take; `aside`: pairs that the cap leaves out."""
    tally.plan = plan(events, pairs - aside, Way.KERNEL)
    must_end(tally.plan)
    tally.events += events
    tally.pairs += pairs
    progress(str(tally.plan), 0, 0)


def _written(
    parts: Iterable[tuple[Small, Ints]],
    touched: list[tuple[Coded, Flags]],
    traces: Source,
    signal: str,
    write: Write,
    tally: Tally,
) -> None:
    """Each part of the walk as edges, by name."""
    from unswarm.co_actions import heavy, pair_totals

    complete = heavy.completion(touched)
    for part in parts:
        found = pair_totals.facing(*part)
        complete(found)
        tally.edges += len(found)
        ends = {"source": found.source, "target": found.target}
        named = {name: traces.accounts.named(codes) for name, codes in ends.items()}
        sums = {name: pa.array(values, pa.int64()) for name, values in found.columns.items()}
        write(pa.table({"signal": pa.array([signal] * len(found), pa.string()), **named, **sums}))


def _heavy(traces: Source, signal: str, heavy: Heavy) -> pa.Table:
    return pa.table(
        {
            "signal": pa.array([signal] * len(heavy.item), pa.string()),
            "object": traces.objects.named(heavy.item).cast(pa.string()),
            "events": heavy.events,
            "pairs": heavy.pairs,
        }
    )
