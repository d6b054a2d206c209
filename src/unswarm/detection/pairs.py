"""Pairs of accounts that co-acted, half by half and window by window, counted in SQL."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from unswarm.detection.co_action import co_actions
from unswarm.detection.layer import Ints, Layer, codes
from unswarm.detection.networks import Pairs
from unswarm.engines import Engine, step
from unswarm.settings import Settings

PairsOf = Callable[[int, int], Pairs]


def meet(engine: Engine, window: int, settings: Settings, traces: str = "trace") -> None:
    """Keep `co_action` of all signals at the widest window (ms); narrower ones are read from it."""
    co_actions(engine, window=window, cap=settings.cap, traces=traces)


def pairs_in(
    engine: Engine, signal: str, layer: Layer, ids: pa.Array, side: Ints, settings: Settings
) -> PairsOf:
    """The pairs of a signal that met on enough occasions, for a half and a window.

    An occasion is half an hour, so that a burst of shared posts counts once.
    """
    engine.see("side", pa.table({"object": layer.names, "side": pa.array(side, pa.int64())}))
    engine.keep("sided", step("sided", signal=signal, occasion=settings.occasion * 1000))

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
