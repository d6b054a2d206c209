"""Pairs of accounts that co-acted, half by half and window by window.

Counted in SQL, or by the compiled kernel where there are many; both give the same pairs. Only light
events suggest a pair: a moment in which very many act says nothing of any two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from unswarm.co_actions import coded, compiled, pair_totals
from unswarm.co_actions.sql import meetings
from unswarm.detection import kernel
from unswarm.detection.layer import Flags, Ints, Layer, codes
from unswarm.detection.networks import Pairs
from unswarm.engines import Engine, step
from unswarm.settings import Settings
from unswarm.signals import signals

PairsOf = Callable[[int, int], Pairs]


# Signals that carry no finding are searched for leads only: a dense moment of theirs is no lead.
SPARSE = 100


def decides(signal: str) -> bool:
    """Whether a signal may carry a finding by itself; traces of an unknown one may."""
    known = signals()
    return known[signal].decides if signal in known else True


def cap_of(signal: str, settings: Settings) -> int:
    """Others in the window above which a signal's event is heavy; 0: none is."""
    return settings.cap if decides(signal) else min(settings.cap or SPARSE, SPARSE)


# --- what the cap sets aside


def lightened(layer: Layer, near: Ints, cap: int) -> Layer:
    """The layer with its heavy events marked; `near`: others on the object within the window."""
    light = near <= cap if cap else np.ones(len(near), bool)
    return replace(layer, light=light)


def heavy_rows(layer: Layer, near: Ints, window: int) -> pa.Table:
    """What a layer of one signal sets aside, as rows of the table `heavy`."""
    heavy = layer.only(~layer.light)
    seen = 2 * near[~layer.light] - kernel.neighbours(heavy.object, heavy.time, window)
    item, begin, events = np.unique(heavy.object, return_index=True, return_counts=True)
    pairs = np.add.reduceat(seen, begin) // 2 if len(item) else seen
    return pa.table(
        {
            "signal": pa.array([layer.signals[0]] * len(item), pa.string()),
            "object": layer.names.take(pa.array(item)).cast(pa.string()),
            "events": pa.array(events, pa.int64()),
            "pairs": pa.array(pairs, pa.int64()),
        }
    )


# --- in SQL


def meet(engine: Engine, windows: Mapping[str, int], settings: Settings) -> None:
    """Keep `meeting` and `heavy` of all signals, each at its widest window (ms).

    Narrower windows are read from the same rows.
    """
    rounds: dict[tuple[int, int], list[str]] = {}
    for signal, window in sorted(windows.items()):
        rounds.setdefault((window, cap_of(signal, settings)), []).append(signal)
    for number, ((window, cap), names) in enumerate(sorted(rounds.items())):
        chosen = ", ".join(f"'{name}'" for name in names)
        engine.view("met", f"SELECT * FROM trace WHERE signal IN ({chosen})")
        meetings(engine, window=window, cap=cap, traces="met")
        engine.keep(f"meeting_{number}", "SELECT * FROM meeting")
        engine.keep(f"heavy_{number}", "SELECT * FROM heavy")
    for table in ("meeting", "heavy"):
        parts = " UNION ALL ".join(f"SELECT * FROM {table}_{n}" for n in range(len(rounds)))
        engine.keep(table, parts)


def pairs_in_sql(
    engine: Engine, layer: Layer, ids: pa.Array, side: Ints, settings: Settings
) -> PairsOf:
    """The pairs of a layer that met on enough occasions, for a half and a window; after `meet`.

    An occasion is half an hour, so that a burst of shared posts counts once.
    """
    names = pa.array(layer.signals).take(pa.array(layer.signal))
    halves = {"signal": names, "object": layer.names, "side": pa.array(side, pa.int64())}
    engine.see("side", pa.table(halves))
    engine.keep("sided", step("sided", occasion=settings.occasion * 1000))

    def of(half: int, window: int) -> Pairs:
        found = engine.fetch(
            step("pairs", half=half, window=window, minimum=settings.candidate_objects)
        )
        return Pairs(
            codes(found["source"], ids),
            codes(found["target"], ids),
            np.asarray(found["occasions"].to_numpy(), np.int64),
        )

    return of


# --- by the compiled kernel


def pairs_by_kernel(
    layer: Layer, windows: Mapping[str, int], compared: Flags, side: Ints, settings: Settings
) -> PairsOf:
    """The same pairs, without asking an engine.

    Args:
        layer: its heavy events marked.
        windows: the widest window of each signal (ms).
        compared: accounts of a comparison, which are never suspected, shape (accounts,).
        side: half of each object.
        settings: the run's.
    """
    suspected = layer.light & ~compared[layer.account]
    widest = np.array([windows[name] for name in layer.signals])[layer.signal]

    def of(half: int, window: int) -> Pairs:
        keep = suspected & (side[layer.object] == half)
        traces = coded.Coded(
            layer.account[keep].astype(np.int32),
            layer.object[keep].astype(np.int32),
            layer.time[keep],
            np.minimum(widest, window),
            layer.accounts,
            layer.objects,
        )
        least = settings.candidate_objects
        met = compiled.walked(coded.pruned(traces, least), least, settings.occasion * 1000)
        found = pair_totals.collected(met, layer.accounts)
        return Pairs(
            found.source.astype(np.int64),
            found.target.astype(np.int64),
            found.occasions.astype(np.int64),
        )

    return of
