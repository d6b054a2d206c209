"""Traces → folds: every signal searched at every window, and by what was written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unswarm.co_actions.plan import Plan, Way, plan
from unswarm.co_actions.sql import co_actions
from unswarm.detection import kernel
from unswarm.detection.choice import RARE, Shared, choice_folds
from unswarm.detection.confirm import Fold
from unswarm.detection.crossfit import halves, open_search
from unswarm.detection.layer import Flags, Ints, Layer, account_ids, codes, fuse, layers
from unswarm.detection.pairs import (
    PairsOf,
    cap_of,
    decides,
    heavy_rows,
    lightened,
    meet,
    pairs_by_kernel,
    pairs_in_sql,
)
from unswarm.engines import Engine, step
from unswarm.model import DAY
from unswarm.native import prepare as prepare_loops
from unswarm.progress import Progress, silent
from unswarm.settings import Settings
from unswarm.signals import signals

# Several signals searched as one: a group may spread its actions over them.
FUSED = "several signals"


@dataclass(frozen=True)
class Ground:
    """What every search of one run stands on; settings that vary do not change it.

    Args:
        engine: holds `trace` and `heavy`.
        traces: the tables `trace` and `written`, one behind the other, as `Layer.row` counts.
        layers: by signal.
        ids: account ids behind the codes.
        written: for signals in one's own words, everything written, whatever it counts as.
        shared: pairs that wrote the same within a day, for signals in one's own words.
        borrowed: objects of those signals whose sameness has a public source.
        compared: accounts of a comparison, by code.
        windows: the widest window of each signal (ms); what is light was judged by it.
        plan: how pairs are counted.
    """

    engine: Engine
    traces: pa.Table
    layers: Mapping[str, Layer]
    ids: pa.Array
    written: Mapping[str, Layer]
    shared: Mapping[str, Shared]
    borrowed: Mapping[str, Flags]
    compared: Flags
    windows: Mapping[str, int]
    plan: Plan

    @property
    def active(self) -> Flags:
        """Accounts with at least one trace."""
        found = np.zeros(len(self.ids), bool)
        for layer in self.layers.values():
            found[layer.account] = True
        return found


@dataclass(frozen=True)
class Found:
    """What a search saw.

    Args:
        ground: where.
        settings: how.
        folds: of all signals and windows.
        spent: the error each signal's searches may spend.
    """

    ground: Ground
    settings: Settings
    folds: list[Fold]
    spent: Mapping[str, float]


def prepare(
    engine: Engine, settings: Settings, progress: Progress = silent, way: Way = Way.AUTO
) -> Ground:
    """Read the table `trace` of the engine, and count what pairs there are.

    Args:
        engine: sees `trace`, `written`, `link` and `comparison`.
        settings: the run's.
        progress: is told of each step, and of the plan.
        way: how to count pairs.
    """
    traces = engine.fetch(step("ordered_traces", table="trace"))
    words = engine.fetch(step("ordered_traces", table="written"))
    ids = account_ids(traces, words)
    written = {name: layer.shifted(len(traces)) for name, layer in layers(words, ids).items()}
    comparison = engine.fetch("SELECT account FROM comparison")["account"].combine_chunks()
    compared = pc.is_in(ids, comparison.cast(pa.string())).to_numpy(zero_copy_only=False)
    ground = Ground(
        engine=engine,
        traces=pa.concat_tables([traces, words]),
        layers=layers(traces, ids),
        ids=ids,
        written=written,
        shared={name: _shared(engine, name, layer, ids) for name, layer in written.items()},
        borrowed={name: _borrowed(engine, name, layer) for name, layer in written.items()},
        compared=compared,
        windows={},
        plan=plan(0, 0, way),
    )
    prepare_loops(vars(kernel).values(), progress)
    progress("planning", 0, 0)
    ready = widen(ground, settings, way)
    progress(str(ready.plan), 0, 0)
    return ready


def widen(ground: Ground, settings: Settings, way: Way = Way.AUTO) -> Ground:
    """The ground with pairs counted for all signals, each at its widest window.

    Keeps `heavy`. What the kernel counts it counts when it is asked.
    """
    widest = {name: max(widened(settings, layer)) for name, layer in ground.layers.items()}
    marked, heavy, pairs = {}, [], 0
    for name, layer in ground.layers.items():
        near = kernel.neighbours(layer.object, layer.time, widest[name])
        pairs += int(near.sum()) // 2
        marked[name] = lightened(layer, near, cap_of(name, settings))
        heavy.append(heavy_rows(marked[name], near, widest[name]))
    events = sum(len(layer.account) for layer in ground.layers.values())
    ready = replace(ground, layers=marked, windows=widest, plan=plan(events, pairs, way))
    if ready.plan.way is Way.SQL or not heavy:
        meet(ground.engine, widest or {"": 1}, settings)
    else:
        ground.engine.see("heavy_rows", pa.concat_tables(heavy))
        ground.engine.keep("heavy", "SELECT * FROM heavy_rows")
    return ready


def budget(ground: Ground, settings: Settings) -> dict[str, float]:
    """The error that each search may spend: q is shared out, and none is spent twice.

    Each deciding signal is searched at each window, and by words where it has them; several
    signals are also searched as one (`FUSED`), which takes half of q, since a group may spread its
    actions over them. Signals that only support get what one deciding signal has.
    """
    deciding = [layer for name, layer in ground.layers.items() if decides(name)]
    searches = sum(len(widened(settings, layer)) for layer in deciding) + len(ground.shared)
    fused = len(deciding) > 1
    alone = settings.q / max(searches, 1) / (2 if fused else 1)
    spent = dict.fromkeys(ground.layers, alone)
    if fused:
        windows = widened(settings, fuse(deciding))
        spent[FUSED] = settings.q / 2 / len(windows)
    return spent


def search(
    ground: Ground,
    settings: Settings,
    progress: Progress = silent,
    spent: Mapping[str, float] | None = None,
) -> Found:
    """Every signal at every window, both halves; the same traces give the same result.

    Args:
        ground: the traces and their co-actions.
        settings: the run's.
        progress: is told of each signal.
        spent: the error each search may spend; None: `budget`.
    """
    share = spent or budget(ground, settings)
    parts = dict(ground.layers)
    if FUSED in share:
        parts[FUSED] = fuse([layer for name, layer in ground.layers.items() if decides(name)])
    folds = []
    for number, (name, layer) in enumerate(parts.items()):
        progress("signals tested", number, len(parts))
        folds += _timed(ground, name, layer, settings, share[name])
        folds += _chosen(ground, name, settings, share[name])
    progress("signals tested", len(parts), len(parts))
    return Found(ground, settings, folds, share)


def widened(settings: Settings, layer: Layer) -> list[int]:
    """The windows in milliseconds; none narrower than the times' last digit or the signal's own."""
    known = signals()
    limits = [known[name].window for name in layer.signals if name in known]
    widest = max((limit.total_seconds() * 1000 for limit in limits if limit), default=math.inf)
    wanted = [w for w in settings.windows if w * 1000 <= widest] or [min(settings.windows)]
    return sorted({max(window * 1000, layer.precision) for window in wanted})


def _timed(ground: Ground, name: str, layer: Layer, settings: Settings, q: float) -> list[Fold]:
    side = halves(layer, settings)
    pairs_of = _pairs_of(ground, layer, side, settings)
    ready = open_search(name, layer, settings, q, decides(name))
    return ready.folds(pairs_of, widened(settings, layer))


def _pairs_of(ground: Ground, layer: Layer, side: Ints, settings: Settings) -> PairsOf:
    if ground.plan.way is Way.KERNEL:
        return pairs_by_kernel(layer, ground.windows, ground.compared, side, settings)
    return pairs_in_sql(ground.engine, layer, ground.ids, side, settings)


def _chosen(ground: Ground, name: str, settings: Settings, q: float) -> list[Fold]:
    if name not in ground.shared:
        return []
    shared, borrowed = ground.shared[name], ground.borrowed[name]
    return choice_folds(name, ground.written[name], shared, borrowed, settings, q)


def _shared(engine: Engine, name: str, layer: Layer, ids: pa.Array) -> Shared:
    engine.view("words", f"SELECT * FROM written WHERE signal = '{name}'")
    co_actions(engine, window=DAY, cap=RARE, traces="words")
    rows = engine.fetch(step("shared"))
    return Shared(
        codes(rows["source"], ids),
        codes(rows["target"], ids),
        codes(rows["object"], layer.names),
        np.asarray(rows["time"].to_numpy(), np.int64),
    )


def _borrowed(engine: Engine, name: str, layer: Layer) -> Flags:
    headlines = engine.fetch(step("borrowed", signal=name))["object"]
    flags = pc.is_in(layer.names, headlines.combine_chunks())
    return np.asarray(flags.to_numpy(zero_copy_only=False), bool)
