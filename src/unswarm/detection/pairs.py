"""Pairs of accounts that co-acted, half by half and window by window, counted in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from unswarm.detection.co_action import co_actions
from unswarm.detection.layer import Ints, Layer, codes
from unswarm.detection.networks import Pairs
from unswarm.engines import Engine, step
from unswarm.settings import Settings
from unswarm.signals import signals

PairsOf = Callable[[int, int], Pairs]


# Signals that carry no finding are searched for leads only: a dense moment of theirs is no lead.
SPARSE = 100


def meet(engine: Engine, windows: Mapping[str, int], settings: Settings) -> None:
    """Keep `co_action` and `heavy` of all signals, each at its widest window (ms).

    Narrower windows are read from the same rows.
    """
    rounds: dict[tuple[int, int], list[str]] = {}
    for signal, window in sorted(windows.items()):
        cap = settings.cap if decides(signal) else min(settings.cap or SPARSE, SPARSE)
        rounds.setdefault((window, cap), []).append(signal)
    for number, ((window, cap), names) in enumerate(sorted(rounds.items())):
        chosen = ", ".join(f"'{name}'" for name in names)
        engine.view("met", f"SELECT * FROM trace WHERE signal IN ({chosen})")
        co_actions(engine, window=window, cap=cap, traces="met")
        engine.keep(f"co_action_{number}", "SELECT * FROM co_action")
        engine.keep(f"heavy_{number}", "SELECT * FROM heavy")
    for table in ("co_action", "heavy"):
        parts = " UNION ALL ".join(f"SELECT * FROM {table}_{n}" for n in range(len(rounds)))
        engine.keep(table, parts)


def decides(signal: str) -> bool:
    """Whether a signal may carry a finding by itself; traces of an unknown one may."""
    known = signals()
    return known[signal].decides if signal in known else True


def pairs_in(
    engine: Engine, layer: Layer, ids: pa.Array, side: Ints, settings: Settings
) -> PairsOf:
    """The pairs of a layer that met on enough occasions, for a half and a window.

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
