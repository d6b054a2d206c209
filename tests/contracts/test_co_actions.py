"""The co-action step of every engine, raced against its definition on random traces."""

from __future__ import annotations

import random

import pytest
from engine_cases import found, found_edges, found_heavy, touches, windows
from hypothesis import given, settings
from hypothesis import strategies as st

import definition
from definition import Touch
from unswarm.co_actions.sql import edges, pair_events
from unswarm.engines import Engine, open_engine

SPARK_CASES = 200


@pytest.fixture(scope="module")
def duckdb() -> Engine:
    """One connection for all cases: what a case leaves behind must not reach the next."""
    return open_engine("duckdb")


@settings(max_examples=150, deadline=None)
@given(
    traces=st.lists(touches, max_size=40),
    window=windows,
    minimum=st.integers(1, 3),
    cap=st.integers(0, 6),
)
def test_duckdb_follows_the_definition(
    duckdb: Engine, traces: list[Touch], window: int, minimum: int, cap: int
) -> None:
    expected = definition.co_actions(traces, window, minimum, cap)
    assert found(duckdb, traces, window, minimum, cap) == expected
    assert found_heavy(duckdb) == definition.heavy(traces, window, cap)
    assert found_edges(duckdb, window) == definition.edges(traces, window, minimum, cap)


@settings(max_examples=60, deadline=None)
@given(traces=st.lists(touches, max_size=40), window=windows)
def test_pairs_are_counted_before_the_work(
    duckdb: Engine, traces: list[Touch], window: int
) -> None:
    found(duckdb, traces, window)
    pairs = len(list(definition.close_pairs(traces, window)))
    assert pair_events(duckdb, window, "touches") == pairs
    assert sum(row["actions"] for row in edges(duckdb, window).to_pylist()) == pairs


def test_spark_follows_the_definition(spark: Engine) -> None:
    """Many cases in one run: each is a signal, and signals never meet."""
    cases = _cases(random.Random(0))
    expected = definition.co_actions(cases, 7, minimum=2, cap=3)
    assert len(expected) > SPARK_CASES
    assert found(spark, cases, 7, minimum=2, cap=3) == expected
    assert found_heavy(spark) == definition.heavy(cases, 7, cap=3)
    assert found_edges(spark, 7) == definition.edges(cases, 7, minimum=2, cap=3)
    pairs = len(list(definition.close_pairs(cases, 7)))
    assert pair_events(spark, 7, "touches") == pairs


def _cases(source: random.Random) -> list[Touch]:
    return [
        Touch(f"case {case}", source.choice("abcd"), source.choice("xyz"), source.randint(-20, 20))
        for case in range(SPARK_CASES)
        for _ in range(source.randint(0, 20))
    ]
