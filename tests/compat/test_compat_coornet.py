"""CooRnet's interval and edges: by hand, and against a slow reading of the definition."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from statistics import median

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unswarm.compat.coornet import Options, coornet
from unswarm.errors import CaseError

shares = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob", "cat"]),
        st.sampled_from(["x", "y", "z"]),
        st.integers(0, 60).map(float),
    ),
    max_size=25,
)


def table(rows):
    accounts, urls, dates = ([row[n] for row in rows] for n in range(3))
    columns = {"account": pa.array(accounts, pa.string()), "url": pa.array(urls, pa.string())}
    places = pa.array(range(len(rows)), pa.int64())
    return pa.table({**columns, "date": pa.array(dates, pa.float64()), "n": places})


def by_url(rows):
    found = defaultdict(list)
    for row in sorted(rows, key=lambda row: row[2]):
        found[row[1]].append(row)
    return found


def slow_edges(rows, interval, fix):
    """Bins of each URL from its first share; whoever stands in a crowded one is coordinated."""
    weights = defaultdict(int)
    for shared in by_url(rows).values():
        if len({row[0] for row in shared}) < 2:
            continue
        bins = defaultdict(list)
        for account, _, date in shared:
            bins[int((date - shared[0][2]) // interval)].append(account)
        crowded = [b for b in bins.values() if len(set(b) if fix else b) > 1]
        groups = crowded if fix else [[account for b in crowded for account in b]]
        pairs = {pair for group in groups for pair in combinations(sorted(set(group)), 2)}
        for pair in pairs:
            weights[pair] += 1
    return dict(weights)


def slow_interval(rows, q, p):
    several = [shared for shared in by_url(rows).values() if len(shared) > 1]
    limit = np.quantile([shared[1][2] - shared[0][2] for shared in several], q)
    reached = []
    for shared in several:
        since = [row[2] - shared[0][2] for row in shared]
        if since[1] <= limit:
            reached.append(min(s for n, s in enumerate(since, 1) if n / len(shared) > p))
    return max(float(median(reached)), 1.0)


@settings(max_examples=150, deadline=None)
@given(shares, st.sampled_from([1, 5, 20]), st.booleans())
def test_edges_follow_the_definition(rows, interval, fix):
    found = coornet(table(rows), Options(interval, fix=fix))["edges"].to_pylist()
    assert {(r["account"], r["account_y"]): r["weight"] for r in found} == slow_edges(
        rows, interval, fix
    )


@settings(max_examples=150, deadline=None)
@given(shares, st.sampled_from([0.1, 0.5, 1.0]), st.sampled_from([0.25, 0.5, 0.9]))
def test_the_interval_follows_the_definition(rows, q, p):
    if max((len(shared) for shared in by_url(rows).values()), default=0) < 2:
        with pytest.raises(CaseError, match="No URL was shared twice"):
            coornet(table(rows), Options(q=q, p=p))
        return
    found = coornet(table(rows), Options(q=q, p=p))["interval"].to_pylist()[0]
    assert found["coordination_interval"] == pytest.approx(slow_interval(rows, q, p))
    assert found["used"] == int(found["coordination_interval"])


def test_a_bins_border_parts_what_a_second_joins():
    """10 s bins from the first share: 9 and 11 fall apart, 1 and 9 do not."""
    rows = [("ann", "x", 0.0), ("bob", "x", 9.0), ("cat", "x", 11.0)]
    edges = coornet(table(rows), Options(10))["edges"].to_pylist()
    assert [(r["account"], r["account_y"]) for r in edges] == [("ann", "bob")]


def test_accounts_of_different_bins_are_joined_until_mended():
    """Ann stands twice in one bin, Bob and Cat in another: all three are joined."""
    rows = [("ann", "x", 0.0), ("ann", "x", 1.0), ("bob", "x", 50.0), ("cat", "x", 51.0)]
    as_is = coornet(table(rows), Options(10))["edges"]
    mended = coornet(table(rows), Options(10, fix=True))["edges"]
    assert len(as_is) == 3
    assert [(r["account"], r["account_y"]) for r in mended.to_pylist()] == [("bob", "cat")]


def test_the_threshold_keeps_what_lies_at_the_percentile():
    rows = [(a, u, 0.0) for u in ("x", "y") for a in ("ann", "bob")]
    rows += [(a, "z", 0.0) for a in ("ann", "cat")]
    edges = coornet(table(rows), Options(10, percentile_edge_weight=0.0))["edges"].to_pylist()
    assert [row["weight_threshold"] for row in edges] == [1, 1]
    edges = coornet(table(rows), Options(10, percentile_edge_weight=0.9))["edges"].to_pylist()
    assert [(row["weight"], row["weight_threshold"]) for row in edges] == [(2, 1), (1, 0)]
