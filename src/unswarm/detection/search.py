"""Traces → folds: every signal searched at every window, and by what was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unswarm.detection.choice import RARE, Shared, choice_folds
from unswarm.detection.co_action import co_actions
from unswarm.detection.confirm import Fold
from unswarm.detection.crossfit import halves, open_search
from unswarm.detection.layer import Flags, Layer, codes, layers
from unswarm.detection.pairs import meet, pairs_in
from unswarm.engines import Engine, step
from unswarm.model import DAY
from unswarm.progress import Progress, silent
from unswarm.settings import Settings
from unswarm.signals import signals


@dataclass(frozen=True)
class Ground:
    """What every search of one run stands on; settings that vary do not change it.

    Args:
        engine: holds `trace` and, at the widest window, `co_action`.
        traces: the trace table, in the order that `Layer.row` counts.
        layers: by signal.
        ids: account ids behind the codes.
        shared: pairs that wrote the same within a day, for signals in one's own words.
        borrowed: objects of those signals whose sameness has a public source.
    """

    engine: Engine
    traces: pa.Table
    layers: Mapping[str, Layer]
    ids: pa.Array
    shared: Mapping[str, Shared]
    borrowed: Mapping[str, Flags]

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
        families: how many tests share the run's q.
    """

    ground: Ground
    settings: Settings
    folds: list[Fold]
    families: int


def prepare(engine: Engine, settings: Settings, progress: Progress = silent) -> Ground:
    """Read the table `trace` of the engine and count co-actions once, at the widest window."""
    traces = engine.fetch(step("ordered_traces"))
    found, ids = layers(traces)
    known = signals()
    chosen = [name for name in found if name in known and known[name].chosen]
    shared = {name: _shared(engine, name, found[name], ids) for name in chosen}
    borrowed = {name: _borrowed(engine, name, found[name]) for name in chosen}
    if found:
        progress("co-actions", 0, 0)
        widest = max(max(widened(settings, layer)) for layer in found.values())
        meet(engine, (2 if settings.stability else 1) * widest, settings)
    return Ground(engine, traces, found, ids, shared, borrowed)


def families(ground: Ground, settings: Settings) -> int:
    """How many searches share the run's q: each deciding signal at each window, and by words."""
    deciding = [layer for name, layer in ground.layers.items() if decides(name)]
    return sum(len(widened(settings, layer)) for layer in deciding) + len(ground.shared)


def search(
    ground: Ground, settings: Settings, progress: Progress = silent, share: int | None = None
) -> Found:
    """Every signal at every window, both halves; the same traces give the same result.

    Args:
        ground: the traces and their co-actions.
        settings: the run's.
        progress: is told of each signal.
        share: how many searches share q; None: those of this one.
    """
    parts = share or families(ground, settings)
    q = settings.q / max(parts, 1)
    folds = []
    for number, name in enumerate(ground.layers):
        progress("signals tested", number, len(ground.layers))
        folds += _timed(ground, name, settings, q) + _chosen(ground, name, settings, q)
    progress("signals tested", len(ground.layers), len(ground.layers))
    return Found(ground, settings, folds, parts)


def widened(settings: Settings, layer: Layer) -> list[int]:
    """The windows in milliseconds; none narrower than the last digit of the times."""
    return sorted({max(window * 1000, layer.precision) for window in settings.windows})


def decides(name: str) -> bool:
    """Whether a signal may carry a finding by itself; traces of an unknown one may."""
    known = signals()
    return known[name].decides if name in known else True


def _timed(ground: Ground, name: str, settings: Settings, q: float) -> list[Fold]:
    layer = ground.layers[name]
    side = halves(layer, settings)
    pairs_of = pairs_in(ground.engine, name, layer, ground.ids, side, settings)
    ready = open_search(name, layer, settings, q, decides(name))
    return ready.folds(pairs_of, widened(settings, layer))


def _chosen(ground: Ground, name: str, settings: Settings, q: float) -> list[Fold]:
    if name not in ground.shared:
        return []
    shared, borrowed = ground.shared[name], ground.borrowed[name]
    return choice_folds(name, ground.layers[name], shared, borrowed, settings, q)


def _shared(engine: Engine, name: str, layer: Layer, ids: pa.Array) -> Shared:
    engine.view("written", f"SELECT * FROM trace WHERE signal = '{name}' AND NOT reaction")
    co_actions(engine, window=DAY, cap=RARE, traces="written")
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
