"""CooRTweet's tables: against a slow reading of its definition, and on its own data."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import needs
from unswarm.compat.coortweet import Options, coortweet
from unswarm.errors import SettingsError

Share = tuple[str, str, str, float]
"""Object, account, content, time."""

shares = st.lists(
    st.tuples(
        st.sampled_from(["x", "y", "c1"]),
        st.sampled_from(["ann", "bob", "cat"]),
        st.sampled_from(["c1", "c2", "c3", "c4"]),
        st.integers(0, 30).map(float),
    ),
    max_size=25,
)
PAIR = ("object_id", "account_id", "account_id_y", "content_id", "content_id_y", "time_delta")


def table(rows: list[Share]) -> pa.Table:
    names = ("object_id", "account_id", "content_id")
    columns = {n: pa.array([r[i] for r in rows], pa.string()) for i, n in enumerate(names)}
    times = pa.array([row[3] for row in rows], pa.float64())
    places = pa.array(range(len(rows)), pa.int64())
    return pa.table({**columns, "timestamp_share": times, "n": places})


def expected_pairs(rows: list[Share], options: Options) -> Counter:
    """Step by step, as the peer does it: filter, group by account, pair, filter, turn."""
    busy = Counter(account for _, account, _, _ in rows)
    first = list(dict.fromkeys(account for _, account, _, _ in rows))
    kept = [r for r in rows if busy[r[1]] >= options.min_participation]
    kept.sort(key=lambda row: first.index(row[1]))
    pairs = [
        (a, b)
        for a, b in combinations(kept, 2)
        if a[0] == b[0] and abs(a[3] - b[3]) <= options.time_window
    ]
    if options.remove_loops:
        pairs = [
            (a, b) for a, b in pairs if a[0] not in (a[2], b[2]) and a[2] != b[2] and a[1] != b[1]
        ]
    pairs = participating(kept, pairs, options.min_participation)
    turned = [(b, a) if a[3] > b[3] else (a, b) for a, b in pairs]
    return Counter((a[0], a[1], b[1], a[2], b[2], b[3] - a[3]) for a, b in turned)


def participating(rows: list[Share], pairs: list, minimum: int) -> list:
    """The pairs with a content of an account that has enough rows among contents in pairs."""
    if minimum < 1:
        return pairs
    contents = {row[2] for pair in pairs for row in pair}
    inside = [row for row in rows if row[2] in contents]
    often = Counter(row[1] for row in inside)
    good = {row[2] for row in inside if often[row[1]] >= minimum}
    return [(a, b) for a, b in pairs if a[2] in good or b[2] in good]


def expected_edges(pairs: Counter, fix: bool) -> dict:
    met = defaultdict(list)
    for (_, a, b, content, other, delta), times in pairs.items():
        turned = fix and a > b
        contents = (other, content) if turned else (content, other)
        met[min(a, b), max(a, b)] += [(*contents, delta)] * times
    found = {}
    for ends, rows in met.items():
        left, right = len({row[0] for row in rows}), len({row[1] for row in rows})
        mean = sum(row[2] for row in rows) / len(rows)
        found[ends] = (len(rows), mean, left, right, min(left, right) / max(left, right))
    return found


def pairs_of(found: pa.Table) -> Counter:
    return Counter(tuple(row[name] for name in PAIR) for row in found.to_pylist())


def edges_of(found: pa.Table) -> dict:
    names = ("weight", "avg_time_delta", "n_content_id", "n_content_id_y", "edge_symmetry_score")
    return {
        (row["account_id"], row["account_id_y"]): tuple(row[name] for name in names)
        for row in found.to_pylist()
    }


@settings(max_examples=150, deadline=None)
@given(shares, st.sampled_from([0, 1, 5, 40]), st.integers(0, 4), st.booleans(), st.booleans())
def test_the_tables_are_the_peers(rows, window, minimum, loops, fix):
    options = Options(window, minimum, loops, fix=fix)
    found = coortweet(table(rows), options)
    pairs = expected_pairs(rows, options)
    assert pairs_of(found["pairs"]) == pairs
    edges = expected_edges(pairs, fix)
    assert edges_of(found["edges"]).keys() == edges.keys()
    for ends, values in edges_of(found["edges"]).items():
        assert values == pytest.approx(edges[ends])


def test_contents_count_as_older_and_newer_until_mended():
    """Ann posts once, Bob before and after her: of each side there are one and two, or one each."""
    rows = [("x", "bob", "b1", 0.0), ("x", "ann", "a1", 1.0), ("x", "bob", "b2", 2.0)]
    as_is = edges_of(coortweet(table(rows), Options(min_participation=1))["edges"])
    mended = edges_of(coortweet(table(rows), Options(min_participation=1, fix=True))["edges"])
    assert as_is["ann", "bob"][2:] == (2, 2, 1.0)
    assert mended["ann", "bob"][2:] == (1, 2, 0.5)


def test_a_pair_stays_with_one_busy_account():
    """Cat takes part once, beside Bob who takes part twice."""
    rows = [("x", "bob", "b1", 0.0), ("x", "cat", "c1", 1.0), ("y", "bob", "b2", 50.0)]
    rows += [("y", "ann", "a1", 51.0), ("z", "cat", "c9", 99.0), ("z", "ann", "a9", 300.0)]
    edges = edges_of(coortweet(table(rows), Options(min_participation=2))["edges"])
    assert edges.keys() == {("bob", "cat"), ("ann", "bob")}


def test_edges_above_the_percentile_are_marked_not_those_at_it():
    rows = []
    for name, times in (("bob", 1), ("cat", 1), ("dan", 3)):
        for n in range(times):
            rows += [
                (f"{name}{n}", "ann", f"a{name}{n}", 0.0),
                (f"{name}{n}", name, f"{name}c{n}", 0.0),
            ]
    edges = coortweet(table(rows), Options(min_participation=1))["edges"]
    assert edges["weight"].to_pylist() == [1, 1, 3]
    assert edges["weight_threshold"].to_pylist() == [0, 0, 1]
    only = coortweet(table(rows), Options(min_participation=1, subgraph=1))["edges"]
    assert only["account_id_y"].to_pylist() == ["dan"]


def test_the_narrower_window_stands_beside_the_wider_one():
    rows = []
    for n, gap in enumerate((1.0, 1.0, 8.0)):
        rows += [(f"o{n}", "ann", f"a{n}", 0.0), (f"o{n}", "bob", f"b{n}", gap)]
        rows += [(f"o{n}", "cat", f"c{n}", 9.0)]
    found = coortweet(table(rows), Options(10, 1, fast_window=2, edge_weight=0))
    by_gap = pc.less_equal(found["pairs"]["time_delta"], 2)
    flags = found["pairs"]["time_window_2"]
    assert flags.to_pylist() == by_gap.cast(pa.int64()).to_pylist()
    edges = {r["account_id"] + r["account_id_y"]: r for r in found["edges"].to_pylist()}
    assert (edges["annbob"]["weight_full"], edges["annbob"]["weight_fast"]) == (3, 2)
    assert edges["anncat"]["weight_fast"] is None
    assert (edges["annbob"]["weight_threshold_fast"], edges["bobcat"]["weight_threshold_fast"]) == (
        1,
        0,
    )


def test_options_that_do_not_go_together_are_named():
    with pytest.raises(SettingsError, match="--subgraph 2 needs --fast-window"):
        coortweet(table([]), Options(subgraph=2))
    with pytest.raises(SettingsError, match="--subgraph 1 does not go with --fast-window"):
        coortweet(table([]), Options(subgraph=1, fast_window=1))


# ------------------------------------------------------------------ its own data


def test_edges_of_the_russian_set_are_as_many_as_the_peer_finds():
    path = needs("unlabelled", "coortweet_russian_coord_tweets", "russian_coord_tweets.parquet")
    rows = pq.read_table(path)
    text = {
        name: rows[name].cast(pa.string()) for name in ("object_id", "account_id", "content_id")
    }
    times = rows["timestamp_share"].cast(pa.float64())
    shares = pa.table({**text, "timestamp_share": times, "n": pa.array(range(len(rows)))})
    found = coortweet(shares, Options(60, min_participation=1))
    assert len(found["edges"]) == 6206


@pytest.mark.parametrize(("column", "edges"), [("url_id", 2906), ("domain_id", 3841)])
def test_edges_of_the_german_set_are_as_many_as_the_peer_finds(column, edges):
    path = needs("unlabelled", "coortweet_german_elections", "german_elections.parquet")
    rows = pq.read_table(path)
    rows = rows.filter(pc.is_valid(rows[column]))
    shares = pa.table(
        {
            "object_id": rows[column].cast(pa.string()),
            "account_id": rows["account_id"].cast(pa.string()),
            "content_id": rows["post_id"].cast(pa.string()),
            "timestamp_share": rows["timestamp"],
            "n": pa.array(range(len(rows))),
        }
    )
    assert len(coortweet(shares, Options(60, min_participation=1))["edges"]) == edges
