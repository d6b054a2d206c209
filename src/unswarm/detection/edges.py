"""Pairs of accounts of one network: how often they co-acted, and how often chance would have it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from unswarm.co_actions.sql import co_actions
from unswarm.detection.layer import Floats, Layer, codes
from unswarm.detection.networks import Pairs, chance_p, chance_rate
from unswarm.detection.search import Ground
from unswarm.detection.significance import adjusted
from unswarm.engines import step
from unswarm.model import EDGE
from unswarm.settings import Settings


def edges(ground: Ground, membership: pa.Table, windows: Mapping[str, int]) -> pa.Table:
    """Rows of `model.EDGE` for the members of networks, on all events of all signals.

    `expected` and `p` are those of the chance null: two independent accounts of these activities,
    on objects of this popularity and burst. Taste and shared moments are not chance either, which
    is why no edge is written outside a network, and why no edge accuses anybody by itself.

    Args:
        ground: the traces.
        membership: network and account of every named account.
        windows: the window (ms) each signal is counted with.
    """
    parts = [_edges(ground, name, window, membership) for name, window in sorted(windows.items())]
    return pa.concat_tables(parts) if parts else EDGE.rows([])


def _edges(ground: Ground, name: str, window: int, membership: pa.Table) -> pa.Table:
    engine, layer = ground.engine, ground.layers[name]
    engine.see("member", membership.select(["network", "account"]))
    engine.keep("own_trace", step("own_trace", signal=name))
    co_actions(engine, window=window, traces="own_trace")
    found = engine.fetch(step("network_edges", occasion=Settings().occasion * 1000))
    pairs = Pairs(
        codes(found["source"], ground.ids),
        codes(found["target"], ground.ids),
        np.asarray(found["occasions"].to_numpy(), np.int64),
    )
    rate = chance_rate(layer, window)
    activity = layer.activity.astype(float)
    p = chance_p(layer, pairs, rate)
    added = {
        "expected": activity[pairs.source] * activity[pairs.target] * rate,
        "p": p,
        "q": _q(p, layer),
        "window": np.full(len(found), window),
    }
    for column, values in added.items():
        found = found.append_column(column, pa.array(values))
    return EDGE.fit(found)


def _q(p: Floats, layer: Layer) -> Floats:
    """Benjamini-Hochberg over all pairs that share an object, counted once for each object."""
    n = layer.size.astype(float)
    return adjusted(p, max(int((n * (n - 1) / 2).sum()), len(p)))
