"""The compiled kernel against the definition of a co-action, on random traces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import definition
from definition import Touch
from unswarm.co_actions import coded, compiled, pair_totals
from unswarm.co_actions.coded import Coded

ACCOUNTS, ITEMS = 6, 4
touches = st.builds(
    Touch,
    signal=st.just("links"),
    account=st.integers(0, ACCOUNTS - 1).map(str),
    object=st.integers(0, ITEMS - 1).map(str),
    time=st.integers(-20, 20),
)
some = st.lists(touches, max_size=40)
windows = st.sampled_from([0, 1, 3, 7, 10, 1000])
COLUMNS = ("objects", "actions", "min_gap", "sum_gap", "source_actions", "target_actions")


def codes_of(traces: Sequence[Touch], *reach: int) -> Coded:
    """Traces as codes; the names are the codes."""
    return Coded(
        np.array([int(t.account) for t in traces], np.int32),
        np.array([int(t.object) for t in traces], np.int32),
        np.array([t.time for t in traces], np.int64),
        np.array(reach, np.int64),
        ACCOUNTS,
        ITEMS,
    )


def by_pair(totals: pair_totals.Totals) -> dict[tuple[str, str, str], tuple[int, ...]]:
    """Totals in the shape of the definition."""
    columns = [totals.columns[name].tolist() for name in COLUMNS]
    ends = zip(totals.source.tolist(), totals.target.tolist(), strict=True)
    return {("links", str(a), str(b)): sums for (a, b), *sums in _rows(ends, columns)}


def _rows(ends, columns):
    return [(pair, *sums) for pair, *sums in zip(ends, *columns, strict=True)]


@settings(max_examples=300, deadline=None)
@given(some, windows, st.integers(1, 3), st.integers(0, 6))
def test_the_kernel_follows_the_definition(traces, window, minimum, cap):
    found = compiled.count(codes_of(traces, window), minimum=minimum, cap=cap)
    expected = definition.edges(traces, window, minimum, cap)
    assert by_pair(found.totals) == {pair: list(sums) for pair, sums in expected.items()}
    assert found.pairs == len(list(definition.close_pairs(traces, window)))
    heavy = zip(found.heavy.item, found.heavy.events, found.heavy.pairs, strict=True)
    aside = {("links", str(item)): (events, pairs) for item, events, pairs in heavy}
    assert aside == definition.heavy(traces, window, cap)


@settings(max_examples=100, deadline=None)
@given(some, windows)
def test_pairs_come_sorted_and_once(traces, window):
    totals = compiled.count(codes_of(traces, window)).totals
    ends = list(zip(totals.source.tolist(), totals.target.tolist(), strict=True))
    assert ends == sorted(set(ends))
    assert all(source < target for source, target in ends)


@settings(max_examples=200, deadline=None)
@given(some, windows)
def test_others_are_those_one_can_count(traces, window):
    ordered = coded.ordered(codes_of(traces, window))
    shown = [
        Touch("links", str(a), str(i), t)
        for a, i, t in zip(
            ordered.account.tolist(), ordered.item.tolist(), ordered.time.tolist(), strict=True
        )
    ]
    crowd = definition.others(shown, window)
    assert coded.others(ordered).tolist() == [crowd[touch] for touch in shown]
    assert 2 * coded.pairs_of_events(ordered) == coded.others(ordered).sum()


@settings(max_examples=200, deadline=None)
@given(some, windows, st.integers(1, 3), st.sampled_from([1, 7, 30]))
def test_occasions_are_distinct_stretches_of_time(traces, window, minimum, length):
    expected = _occasions(traces, window, length)
    objects = {pair[1:]: sums[0] for pair, sums in definition.edges(traces, window).items()}
    ready = coded.pruned(coded.ordered(codes_of(traces, window)), minimum)
    found = pair_totals.collected(compiled.walked(ready, minimum, length), ACCOUNTS)
    ends = zip(found.source.tolist(), found.target.tolist(), found.occasions.tolist(), strict=True)
    assert {(str(a), str(b)): n for a, b, n in ends} == {
        pair: n for pair, n in expected.items() if min(n, objects[pair]) >= minimum
    }


def _occasions(traces: Sequence[Touch], window: int, length: int) -> dict[tuple[str, str], int]:
    met = defaultdict(set)
    for a, b in definition.close_pairs(traces, window):
        met[a.account, b.account].add(min(a.time, b.time) // length)
    return {pair: len(stretches) for pair, stretches in met.items()}


@settings(max_examples=100, deadline=None)
@given(some, st.lists(windows, min_size=ITEMS, max_size=ITEMS))
def test_each_item_may_have_its_own_window(traces, reach):
    found = compiled.count(codes_of(traces, *reach)).totals
    expected = defaultdict(int)
    for item, window in enumerate(reach):
        own = [touch for touch in traces if touch.object == str(item)]
        for a, b in definition.close_pairs(own, window):
            expected["links", a.account, b.account] += 1
    assert {pair: sums[1] for pair, sums in by_pair(found).items()} == expected


@settings(max_examples=60, deadline=None)
@given(some, windows, st.integers(1, 2), st.integers(1, 3), st.integers(1, 20))
def test_neither_threads_nor_blocks_change_anything(traces, window, minimum, threads, block):
    def totals(**how):
        ready = coded.pruned(coded.ordered(codes_of(traces, window)), minimum)
        return pair_totals.collected(compiled.walked(ready, minimum, **how), ACCOUNTS)

    plain, cut = totals(threads=1), totals(threads=threads, block=block)
    assert (plain.small == cut.small).all()
    assert (plain.large == cut.large).all()


@pytest.mark.parametrize("size", [1, 47, 49, 300])
def test_events_of_an_item_are_sorted_by_time(size):
    """Short runs are sorted by insertion, long ones are not."""
    random = np.random.default_rng(size)
    time = random.integers(0, 50, size)
    traces = Coded(np.arange(size, dtype=np.int32), np.zeros(size, np.int32), time, time, size, 1)
    ordered = coded.ordered(traces)
    assert ordered.time.tolist() == sorted(time.tolist())
    assert (time[ordered.account] == ordered.time).all()


def test_no_traces_give_no_pairs():
    found = compiled.count(codes_of([], 10), minimum=2, cap=3)
    assert (len(found.totals), found.pairs, len(found.heavy.item)) == (0, 0, 0)
