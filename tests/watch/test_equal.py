"""Batch and live are one definition: however events came, the result is that of one full run."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keeping_up import ByHand, found, held, written
from streams import stream

from unswarm.case import open_case

EVENTS = stream(occasions=14, crowd=700)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One full run over a file of all of them."""
    folder = tmp_path_factory.mktemp("whole")
    case = open_case(folder / "case")
    case.read(written(folder / "all.jsonl", EVENTS))
    case.detect()
    return case


@st.composite
def batches(draw):
    """The events cut anywhere, some batches late, some things said twice."""
    cuts = sorted(draw(st.sets(st.integers(1, len(EVENTS) - 1), max_size=8)))
    parts = [EVENTS[a:b] for a, b in zip([0, *cuts], [*cuts, len(EVENTS)], strict=True)]
    again = draw(st.lists(st.sampled_from(parts), max_size=2))
    order = draw(st.permutations([*parts, *again]))
    return order if draw(st.booleans()) else [list(reversed(part)) for part in order]


@given(batches(), st.integers(2, 4))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_sequence_of_batches_gives_the_events_of_one_file(whole, parts, fan):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("unswarm.journal.FAN", fan)
        live = ByHand(Path(folder) / "case")
        for part in parts:
            live.take(part)
            merge(live)
        assert held(live.case) == held(whole)


def merge(live):
    from unswarm.model import DAY
    from unswarm.watch.keeping import Keeping, Rules

    Keeping(live.journal, Rules(retention=9999 * DAY, evidence=9999 * DAY)).tidy(frozenset())


@given(batches(), st.data())
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_sequence_of_batches_and_looks_gives_the_result_of_one_run(whole, parts, data):
    with tempfile.TemporaryDirectory() as folder:
        live = ByHand(Path(folder) / "case")
        for part in parts:
            live.take(part)
            if data.draw(st.booleans()):
                live.case.look()
        live.case.look()
        assert found(live.case) == found(whole)
        assert len(found(live.case)["network"]) == 1


def test_the_span_is_that_of_the_posts_themselves(tmp_path):
    """Detection over the last days is that of a file with only these days."""
    since = EVENTS[len(EVENTS) // 3]["time_us"] // 1000
    live = ByHand(tmp_path / "live")
    for place in range(0, len(EVENTS), 100):
        live.take(EVENTS[place : place + 100])
    live.case.look(since=since)
    late = [event for event in EVENTS if event["time_us"] // 1000 >= since]
    case = open_case(tmp_path / "case")
    case.read(written(tmp_path / "late.jsonl", late))
    case.detect()
    assert found(live.case) == found(case)
