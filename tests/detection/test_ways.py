"""Pairs counted in SQL and by the compiled kernel: the same pairs, and the same findings."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import QUICK, members_of, organic, rows, run

from unswarm.co_actions.plan import Way
from unswarm.detection.layer import fuse
from unswarm.detection.pairs import pairs_by_kernel, pairs_in_sql
from unswarm.detection.search import Ground, prepare, widen
from unswarm.engines import Engine, open_engine
from unswarm.model import LINK, TRACE
from unswarm.simulate import Group, plant

PLANTED = plant(organic("everything"), [Group(20, 40)])


@pytest.fixture(scope="module")
def engine() -> Engine:
    return open_engine()


def ground_of(engine: Engine, touches, compared, chosen) -> Ground:
    engine.see("trace", TRACE.rows(touches))
    engine.see("written", TRACE.rows([]))
    engine.see("link", LINK.rows([]))
    engine.see("comparison", pa.table({"account": pa.array(sorted(compared), pa.string())}))
    return prepare(engine, chosen, way=Way.SQL)


def in_two_signals(touches):
    """Every second trace in another signal, whose window is narrower."""
    return [{**t, "signal": ("links", "timing")[n % 2]} for n, t in enumerate(touches)]


@settings(max_examples=100, deadline=None)
@given(
    rows(),
    st.sampled_from([10, 60, 300]),
    st.integers(0, 3),
    st.integers(1, 3),
    st.sets(st.sampled_from(["a0", "a1"])),
    st.integers(0, 1),
)
def test_both_ways_find_the_same_pairs(engine, touches, window, cap, least, compared, half):
    chosen = replace(QUICK, cap=cap, windows=(10, window), candidate_objects=least)
    ground = ground_of(engine, in_two_signals(touches), compared, chosen)
    heavy = engine.fetch("SELECT * FROM heavy ORDER BY signal, object").to_pylist()
    light = widen(ground, chosen, Way.KERNEL)
    assert engine.fetch("SELECT * FROM heavy ORDER BY signal, object").to_pylist() == heavy
    widen(ground, chosen, Way.SQL)
    layer = fuse(list(light.layers.values()))
    side = layer.born // 1000 % 2
    slow = pairs_in_sql(engine, layer, ground.ids, side, chosen)
    fast = pairs_by_kernel(layer, light.windows, light.compared, side, chosen)
    for reach in (10_000, window * 1000):
        assert listed(fast(half, reach)) == listed(slow(half, reach))


def listed(pairs):
    columns = (pairs.source, pairs.target, pairs.occasions)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_both_ways_end_in_the_same_tables():
    found = [run(PLANTED, way=way) for way in (Way.SQL, Way.KERNEL)]
    assert found[0].tables == found[1].tables
    assert found[0].counts == found[1].counts
    named = found[0].tables["membership"]["account"].to_pylist()
    assert members_of(PLANTED) <= set(named)
