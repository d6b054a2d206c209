"""From a table of traces to the edges: every way gives the same rows."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import definition
from definition import Touch
from unswarm.co_actions.plan import Way, chosen_engine, must_end, must_fit, plan
from unswarm.co_actions.totals import Request, Tally, totals
from unswarm.engines import Engine, open_engine
from unswarm.errors import ResourceError, SettingsError

touches = st.builds(
    Touch,
    signal=st.sampled_from(["links", "it's"]),
    account=st.sampled_from(["ann", "bob", "cat", "dan", "Ümit"]),
    object=st.sampled_from(["x", "y", "z", "10", "9"]),
    time=st.integers(-20, 20),
)
SUMS = ("objects", "actions", "min_gap", "sum_gap", "source_actions", "target_actions")
IN_MEMORY, FROM_DISK = 10**9, 1000


@pytest.fixture(scope="module")
def engine() -> Engine:
    return open_engine()


def counted(engine: Engine, traces: Sequence[Touch], request: Request) -> tuple[dict, dict, Tally]:
    """Edges and what was set aside, in the shape of the definition."""
    columns = {f: [getattr(t, f) for t in traces] for f in Touch._fields}
    kinds = dict.fromkeys(Touch._fields, pa.string()) | {"time": pa.int64()}
    engine.see("trace", pa.table({f: pa.array(columns[f], kinds[f]) for f in kinds}))
    found: list[dict] = []
    tally = totals(engine, request, lambda table: found.extend(table.to_pylist()))
    edges = {
        (r["signal"], r["source"], r["target"]): tuple(r[name] for name in SUMS) for r in found
    }
    assert len(edges) == len(found) == tally.edges
    heavy = {(r["signal"], r["object"]): (r["events"], r["pairs"]) for r in tally.heavy.to_pylist()}
    return edges, heavy, tally


@settings(max_examples=60, deadline=None)
@given(
    st.lists(touches, max_size=50),
    st.sampled_from([0, 3, 10, 1000]),
    st.integers(1, 3),
    st.integers(0, 6),
)
def test_every_way_follows_the_definition(engine, traces, window, minimum, cap):
    edges = definition.edges(traces, window, minimum, cap)
    heavy = definition.heavy(traces, window, cap)
    pairs = len(list(definition.close_pairs(traces, window)))
    for way, memory in ((Way.SQL, None), (Way.KERNEL, IN_MEMORY), (Way.KERNEL, FROM_DISK)):
        request = Request(window, minimum, cap, way, memory)
        found = counted(engine, traces, request)
        assert found[:2] == (edges, heavy)
        assert (found[2].events, found[2].pairs) == (len(traces), pairs)


@pytest.mark.parametrize("way", [Way.SQL, Way.KERNEL])
def test_numbers_serve_as_ids(engine, way):
    """Also where there are gaps between them; then they are encoded like words."""
    ids = [3, 70, 5_000_000_000]
    columns = {"account": ids * 2, "object": [1] * 3 + [2**40] * 3, "time": [0] * 6}
    traces = pa.table({"signal": ["links"] * 6, **columns})
    engine.see("trace", traces)
    found = []
    totals(engine, Request(10, way=way), lambda table: found.extend(table.to_pylist()))
    ends = sorted((row["source"], row["target"], row["objects"]) for row in found)
    assert ends == [(3, 70, 2), (3, 5_000_000_000, 2), (70, 5_000_000_000, 2)]


def test_the_result_does_not_depend_on_memory_or_threads(engine):
    """Not even its order, as long as the kernel counts."""
    traces = [Touch("links", f"a{n % 7}", f"o{n % 5}", n % 11) for n in range(200)]
    edges = [
        list(counted(engine, traces, Request(3, 1, 0, Way.KERNEL, IN_MEMORY, threads))[0].items())
        for threads in (1, 2, 5)
    ]
    assert edges[0] == edges[1] == edges[2]
    disk = counted(engine, traces, Request(3, 1, 0, Way.KERNEL, FROM_DISK))[0]
    assert disk == dict(edges[0])


def test_many_accounts_in_little_memory_are_refused(engine):
    traces = [Touch("links", f"a{n}", "x", n) for n in range(20)]
    with pytest.raises(ResourceError, match=r"needs about 1 MiB of memory.*--memory"):
        counted(engine, traces, Request(3, 1, 0, Way.KERNEL, memory=500))


# ------------------------------------------------------------------ the plan


def test_few_pairs_are_counted_in_sql_and_many_by_the_kernel():
    assert plan(30_000, 6_000).way is Way.SQL
    assert plan(1_000_000, 15_000_000).way is Way.KERNEL
    assert plan(30_000, 6_000, Way.KERNEL).way is Way.KERNEL


def test_pairs_that_fill_the_memory_are_counted_by_the_kernel():
    assert plan(1_000_000, 400_000, memory=10**12).way is Way.SQL
    assert plan(1_000_000, 400_000, memory=10**8).way is Way.KERNEL


def test_the_plan_is_a_sentence():
    text = str(plan(1_000_000, 15_000_000, Way.KERNEL))
    assert text.startswith("counting 15,000,000 pairs of 1,000,000 traces with the compiled kernel")
    assert text.endswith("about 45 MiB and 1 s")


def test_what_would_take_days_is_refused():
    must_end(plan(10**7, 10**11, Way.KERNEL))
    with pytest.raises(ResourceError, match=r"would take about \d+ days here. Hint: a cap"):
        must_end(plan(10**9, 10**14, Way.KERNEL))


def test_what_does_not_fit_is_refused_with_what_to_do():
    must_fit(10, 10, "nothing.")
    with pytest.raises(ResourceError, match=r"about 3.0 GiB of memory; 1.0 GiB are free. Hint: x"):
        must_fit(3 * 2**30, 2**30, "x.")


def test_engines_are_named():
    assert chosen_engine("kernel") == ("duckdb", Way.KERNEL)
    with pytest.raises(SettingsError, match="did you mean 'kernel'"):
        chosen_engine("krenel")
