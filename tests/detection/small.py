"""Small layers and small worlds that the tests of detection share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st
from reference import Event

from unswarm.detection import Detected, detect
from unswarm.detection.layer import Layer, account_ids, fuse, layers
from unswarm.detection.search import Found
from unswarm.engines import Engine, open_engine
from unswarm.model import EVENTS, SECOND, TRACE
from unswarm.settings import Settings
from unswarm.simulate import World, account_id, events, traces, world

START = 1_704_067_200_000
QUICK = Settings(stability=False)

_MOMENTS = st.one_of(
    st.integers(0, 90),
    st.integers(0, 10).map(lambda n: 60 * n),
    st.integers(0, 8 * 3600),
    st.sampled_from((1799, 1800, 86_400)),
)


@st.composite
def rows(draw: st.DrawFn, accounts: int = 6, objects: int = 4) -> list[dict[str, Any]]:
    """Traces of a few accounts on a few objects, where collisions and ties abound."""
    pairs = st.tuples(st.integers(0, accounts - 1), st.integers(0, objects - 1))
    touched = draw(st.lists(pairs, min_size=1, max_size=24, unique=True))
    early = draw(st.lists(st.integers(0, 10), min_size=objects, max_size=objects))
    return [
        {
            "signal": "things",
            "account": f"a{account}",
            "object": f"o{thing}",
            "time": START + draw(_MOMENTS) * SECOND,
            "post": f"p{number}",
            "reaction": draw(st.booleans()),
            "born": START - 60 * early[thing] * SECOND,
            "source": f"s{thing % 2}",
            "precision": 1000,
        }
        for number, (account, thing) in enumerate(touched)
    ]


def layer_of(touches: Sequence[Mapping[str, Any]]) -> Layer:
    """Traces → one layer; several signals are fused."""
    table = TRACE.rows(touches)
    found = list(layers(table, account_ids(table)).values())
    return found[0] if len(found) == 1 else fuse(found)


def events_of(layer: Layer) -> list[Event]:
    """The events of a layer, in its order."""
    return [
        Event(a, o, t, r, b, s, g)
        for a, o, t, r, b, s, g in zip(
            layer.account.tolist(),
            layer.object.tolist(),
            layer.time.tolist(),
            layer.reaction.tolist(),
            layer.born[layer.object].tolist(),
            layer.source[layer.object].tolist(),
            layer.signal[layer.object].tolist(),
            strict=True,
        )
    ]


def some_groups(layer: Layer, cut: int) -> list[np.ndarray]:
    """The accounts below a code as one group, and the rest but for the last as another."""
    codes = np.arange(layer.accounts)
    groups = [codes[:cut], codes[cut:-1]]
    return [group for group in groups if len(group)]


# ------------------------------------------------------------------ worlds


@cache
def organic(name: str = "everything", seed: int = 1) -> World:
    """A world of 800 accounts in which nobody acts in concert."""
    return world(name, seed, accounts=800, objects=4000, days=15, communities=12)


def engine_of(tables: Mapping[str, pa.Table]) -> Engine:
    """An engine that sees every event table; absent ones are empty."""
    engine = open_engine()
    for name, table in EVENTS.items():
        engine.see(name, tables.get(name, table.rows([])))
    engine.see("comparison", pa.table({"account": pa.array([], pa.string())}))
    return engine


def run(data: World, settings: Settings = QUICK, **more: Any) -> Detected:
    """The whole pipeline on a world."""
    return detect(engine_of(dict(events(data))), settings, **more)


def members_of(data: World, group: int = 0) -> set[str]:
    """Ids of a planted group."""
    return {account_id(number) for number in np.flatnonzero(data.label == group)}


def networks(found: Detected, tier: str = "confirmed") -> list[set[str]]:
    """Members of each network of a tier."""
    wanted = [n["network"] for n in found.tables["network"].to_pylist() if n["tier"] == tier]
    people = found.tables["membership"].to_pylist()
    return [{m["account"] for m in people if m["network"] == network} for network in wanted]


def account_codes(found: Found, names: set[str]) -> set[int]:
    """Codes of some accounts."""
    return {code for code, name in enumerate(found.ground.ids.to_pylist()) if name in names}


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    """The same rows in another order."""
    return table.take(np.random.default_rng(seed).permutation(len(table)))


__all__ = [
    "QUICK",
    "START",
    "account_codes",
    "engine_of",
    "events_of",
    "layer_of",
    "members_of",
    "networks",
    "organic",
    "rows",
    "run",
    "shuffled",
    "some_groups",
    "traces",
]
