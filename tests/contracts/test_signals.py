"""What every signal owes, on every engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from example_cases import WHENEVER, Events, Pair, joined, show

from unswarm.detection.traces import trace
from unswarm.engines import Engine, open_engine
from unswarm.model import EVENTS, TEXT, TRACE
from unswarm.plugins import load, summary
from unswarm.signals import Signal, signals

every_signal = pytest.mark.parametrize(("name", "signal"), list(signals().items()))

KINDS = ("original", "repost", "reply", "comment", "quote", None)
NOTHING = (None, "", " ")


def _window(signal: Signal) -> int:
    return WHENEVER if signal.window is None else int(signal.window.total_seconds() * 1000)


@every_signal
def test_examples_join_and_keep_apart(name: str, signal: Signal) -> None:
    pairs = joined(open_engine(), signal.example.events, name, _window(signal))
    assert _ordered(signal.example.together) <= pairs
    assert not _ordered(signal.example.apart) & pairs


def test_spark_makes_the_same_traces(spark: Engine) -> None:
    """All examples and all blank rows at once: each signal's rows, and one signal for each post.

    Since co-actions are raced on both engines too, Spark joins whom DuckDB joins.
    """
    events = _all_examples()
    duckdb = open_engine()
    for engine in (duckdb, spark):
        show(engine, events)
    assert trace(spark) == trace(duckdb)
    assert _rows(spark, "SELECT * FROM trace") == _rows(duckdb, "SELECT * FROM trace")
    seen = " UNION ALL ".join(
        f"SELECT '{name}' AS signal, account, object, time, post, reaction, born, source, precision"
        f" FROM ({signal.traces}) s WHERE object <> ''"
        for name, signal in signals().items()
    )
    assert _rows(spark, seen) == _rows(duckdb, seen)


@every_signal
def test_traces_have_the_declared_shape(name: str, signal: Signal) -> None:
    engine = open_engine()
    show(engine, signal.example.events)
    assert trace(engine, [name]) == [name]
    rows = engine.fetch("SELECT * FROM trace")
    assert rows.column_names == TRACE.columns
    assert TRACE.fit(rows).to_pylist() == rows.to_pylist()
    for row in rows.to_pylist():
        assert None not in row.values()
        assert row["born"] <= row["time"]


@every_signal
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_joins_nobody(name: str, signal: Signal, kind: str | None) -> None:
    """Two accounts that act at one moment, with objects that are null, empty or blank."""
    if name == "timing":
        pytest.skip("its object is the moment, which is never empty")
    engine = open_engine()
    for blank in NOTHING:
        events = {table: _blank_rows(table, kind, blank) for table in signal.needs}
        assert joined(engine, events, name, _window(signal)) == set()


def test_every_signal_says_what_it_is() -> None:
    for name, module in load("signals").items():
        assert summary(module).startswith("Accounts "), name
        assert summary(module).endswith("."), name


def test_every_signal_reads_only_event_tables() -> None:
    for name, signal in signals().items():
        assert signal.needs, name
        assert set(signal.needs) <= set(EVENTS), name


def test_specificities_leave_no_doubt() -> None:
    numbers = [signal.specificity for signal in signals().values()]
    assert len(set(numbers)) == len(numbers)


def _ordered(pairs: Iterable[tuple[str, str]]) -> set[Pair]:
    return {(min(pair), max(pair)) for pair in pairs}


def _rows(engine: Engine, query: str) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row.values()) for row in engine.fetch(query).to_pylist())


def _blank_rows(table: str, kind: str | None, blank: str | None) -> list[Mapping[str, Any]]:
    known = {"precision": 1, "time": 0, "kind": kind, "position": 0}
    texts = [f.name for f in EVENTS[table].fields if f.type == TEXT and f.name not in known]
    return [
        dict.fromkeys(texts, blank) | known | {"account": who, "post": f"{who} 1"}
        for who in ("ann", "bob")
    ]


def _all_examples() -> Events:
    tables: dict[str, list[Mapping[str, Any]]] = {}
    for signal in signals().values():
        for table, rows in signal.example.events.items():
            blanks = [r for kind in KINDS for b in NOTHING for r in _blank_rows(table, kind, b)]
            tables.setdefault(table, blanks).extend(rows)
    return tables
