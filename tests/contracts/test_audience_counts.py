"""People counted by SQL on both engines, raced against sets."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unswarm.engines import Engine, open_engine
from unswarm.measures.audience import measure
from unswarm.model import EVENTS, RUNS

PAGES = ["page1", "page2", "page3"]
MEMBERS = [*PAGES, "ann"]
TARGETS = [*MEMBERS, "stranger"]
PEOPLE = [*(f"p{number}" for number in range(8)), "ann", "page2"]
COUNTRIES = ["RO", "MD", None]
TOTAL = 20  # followers that every page says it has

Follows = list[tuple[str, str, str | None]]  # who, whom, country
follow = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(TARGETS), st.sampled_from(COUNTRIES))


@pytest.fixture(scope="module")
def duckdb() -> Engine:
    """One connection for all cases: what a case leaves behind must not reach the next."""
    return open_engine("duckdb")


@settings(max_examples=30, deadline=None)
@given(networks=st.lists(st.lists(follow, max_size=25), max_size=3), totals=st.booleans())
def test_duckdb_counts_as_sets_do(duckdb: Engine, networks: list[Follows], totals: bool) -> None:
    check(duckdb, networks, totals)


@pytest.mark.parametrize("totals", [False, True])
def test_spark_counts_as_sets_do(spark: Engine, totals: bool) -> None:
    """Many cases in one run: each is a network, and networks share no accounts."""
    draw = random.Random(0)
    networks = [
        [(draw.choice(PEOPLE), draw.choice(TARGETS), draw.choice(COUNTRIES)) for _ in range(size)]
        for size in range(25)
    ]
    check(spark, networks, totals)


def check(engine: Engine, networks: list[Follows], totals: bool) -> None:
    see(engine, networks, totals)
    found = measure(engine).to_pylist()
    for number, follows in enumerate(networks):
        said = [row for row in found if row["network"] == f"n{number}"]
        check_network(said, follows, totals)
    for row in found[:3]:
        assert len(engine.fetch(row["query"])) == len(MEMBERS)


def check_network(said: list[dict[str, Any]], follows: Follows, totals: bool) -> None:
    reached = {account for account, target, _ in follows if target in MEMBERS}
    others, own = reached - set(MEMBERS), reached & set(MEMBERS)
    exact = [row for row in said if "each counted once" in row["claim"]]
    assert [row["value"] for row in exact] == [len(others)] * bool(reached)
    assert all(f"so did {len(own)} account" in row["claim"] for row in exact)
    where = [row["claim"] for row in said if "the country is not known" in row["claim"]]
    assert len(where) == bool(others)
    for claim in where:
        several = sum(len(countries(follows, account)) > 1 for account in others)
        unknown = sum(not countries(follows, account) for account in others)
        assert f"of {unknown} (" in claim
        assert (f"{several} in more than one country" in claim) == bool(several)
    if totals:
        check_bounds(said, reached, follows)


def countries(follows: Follows, account: str) -> set[str]:
    of = {country for a, target, country in follows if a == account and target in MEMBERS}
    return {country for country in of if country}


def check_bounds(said: list[dict[str, Any]], reached: set[str], follows: Follows) -> None:
    """Every page counts 20: its list is short of that, or it has none."""
    (bounds,) = [row for row in said if row["claim"].startswith("Between ")]
    listed = {(target, account) for account, target, _ in follows if target in PAGES}
    high = len(reached) + TOTAL * len(PAGES) - len(listed)
    assert bounds["claim"].startswith(f"Between {max(TOTAL, len(reached))} and {high} accounts ")


def see(engine: Engine, networks: list[Follows], totals: bool) -> None:
    """A case of these networks; the accounts of each carry its name."""
    names = [f"n{number}" for number in range(len(networks))]
    rows: dict[str, list[dict[str, Any]]] = {
        "membership": [{"network": n, "account": f"{n} {a}"} for n in names for a in MEMBERS],
        "account": [
            {"account": f"{n} {p}", "kind": "page", "followers": TOTAL if totals else None}
            for n in names
            for p in PAGES
        ],
        "follow": [
            {"account": f"{name} {account}", "target": f"{name} {target}", "country": country}
            for name, follows in zip(names, networks, strict=True)
            for account, target, country in follows
        ],
    }
    for name, table in (EVENTS | RUNS).items():
        engine.see(name, table.rows(rows.get(name, [])))
