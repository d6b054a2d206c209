"""The whole pipeline on Spark: the same tables as on DuckDB, and a new signal without a change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from example_cases import joined

import unswarm.signals
from unswarm import plugins
from unswarm.detection import Detected, detect
from unswarm.engines import Engine, open_engine
from unswarm.measuring import measured
from unswarm.model import EVENTS, QUARANTINE, RUNS
from unswarm.progress import silent
from unswarm.settings import Settings
from unswarm.signals import signals
from unswarm.simulate import Group, events, plant, world

QUICK = Settings(stability=False, windows=(60,))
SIGNAL = '''
"""Posts that name the same number."""

from datetime import timedelta

from unswarm.signals import Example, Signal

signal = Signal(
    traces="""
        SELECT account, concat('number ', CAST(length(text) AS STRING)) AS object, time, post,
            kind <> 'original' AS reaction, time AS born, CAST(NULL AS STRING) AS source,
            CAST(1 AS BIGINT) AS precision
        FROM post WHERE text LIKE '%0%'
    """,
    needs=("post",),
    window=timedelta(seconds=60),
    specificity=1,
    example=Example(
        events={
            "post": [
                {"post": "1", "account": "ann", "time": 1_000, "text": "call 00"},
                {"post": "2", "account": "bob", "time": 2_000, "text": "CALL 00"},
                {"post": "3", "account": "cat", "time": 2_000, "text": "call now"},
            ]
        },
        together=[("ann", "bob")],
        apart=[("ann", "cat")],
    ),
)
'''


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    data = world("everything", 1, accounts=250, objects=1200, days=8, communities=6)
    return dict(events(plant(data, [Group(8, 25)])))


def on(engine: Engine, tables: dict[str, pa.Table]) -> tuple[Detected, dict[str, Any]]:
    """What is detected, what is measured of it, and the tables that stay in the engine."""
    for name, table in EVENTS.items():
        engine.see(name, tables.get(name, table.rows([])))
    engine.see(QUARANTINE.name, QUARANTINE.rows([]))
    engine.see("comparison", pa.table({"account": pa.array([], pa.string())}))
    found = detect(engine, QUICK)
    for name in RUNS.keys() & found.tables.keys():
        engine.see(name, found.tables[name])
    kept = [engine.fetch(f"SELECT * FROM {name}").to_pylist() for name in ("trace", "heavy")]
    return found, {**measured(engine, silent), "kept": [sorted(map(repr, rows)) for rows in kept]}


def test_the_pipeline_ends_in_the_same_tables(spark: Engine, tables: dict[str, pa.Table]) -> None:
    there, evidence_there = on(spark, tables)
    here, evidence_here = on(open_engine(), tables)
    assert there.tables == here.tables
    assert there.counts == here.counts
    assert evidence_there == evidence_here
    assert any(tier == "confirmed" for tier in here.tables["network"]["tier"].to_pylist())


def test_a_signal_is_one_file_on_both_engines(
    spark: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numbers.py").write_text(SIGNAL)
    monkeypatch.setattr(unswarm.signals, "__path__", [*unswarm.signals.__path__, str(tmp_path)])
    plugins.load.cache_clear()
    try:
        signal = signals()["numbers"]
        found = [
            joined(engine, signal.example.events, "numbers", 60_000)
            for engine in (spark, open_engine())
        ]
    finally:
        monkeypatch.undo()
        plugins.load.cache_clear()
    assert found == [{("ann", "bob")}, {("ann", "bob")}]
