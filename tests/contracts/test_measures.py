"""What every measure owes: rows that can be checked, whatever is missing."""

from __future__ import annotations

import re
from types import ModuleType

import pytest
from small_case import MEMBERS, engine_with, events, runs

from unswarm.engines import Engine
from unswarm.model import EVIDENCE
from unswarm.plugins import load, summary

MEASURES = load("measures")
FORBIDDEN = re.compile(r"\b(bot|troll|fake)s?\b", re.IGNORECASE)
FAMILIES = {
    *("coordination", "rhythm", "traffic", "creation", "identity", "amplification", "photos"),
    *("administration", "infrastructure", "concealment", "advertising", "audience", "innocent"),
}

every_measure = pytest.mark.parametrize("measure", MEASURES.values(), ids=list(MEASURES))


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_with(events() | runs())


@every_measure
def test_says_what_it_measures(measure: ModuleType) -> None:
    assert summary(measure).endswith(".")
    assert not FORBIDDEN.search(summary(measure))


@every_measure
def test_rows_can_be_checked(measure: ModuleType, engine: Engine) -> None:
    rows = measure.measure(engine)
    assert rows.schema.equals(EVIDENCE.schema)
    for row in rows.to_pylist():
        assert row["network"] in MEMBERS
        assert row["measure"] and row["family"] in FAMILIES
        assert row["claim"] and not FORBIDDEN.search(row["claim"])
        assert row["p"] is None or 0 <= row["p"] <= 1
        assert engine.fetch(row["query"]).num_rows > 0


@every_measure
def test_measures_twice_the_same(measure: ModuleType, engine: Engine) -> None:
    assert measure.measure(engine).equals(measure.measure(engine))


@every_measure
def test_no_networks_no_evidence(measure: ModuleType) -> None:
    assert measure.measure(engine_with(events())).num_rows == 0


@every_measure
def test_a_case_without_events_breaks_nothing(measure: ModuleType) -> None:
    assert measure.measure(engine_with(runs())).schema.equals(EVIDENCE.schema)
    assert measure.measure(engine_with({})).num_rows == 0
