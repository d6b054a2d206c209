from dataclasses import replace

import pyarrow as pa
import pytest
from small import QUICK, engine_of, members_of, networks, organic, run

from unswarm.detection import detect
from unswarm.model import DAY, MINUTE, SECOND
from unswarm.simulate import Group, coarsen, events, only_members, plant

PLANTED = plant(organic("independent"), [Group(20, 40)])


def said(detected):
    return {row["caveat"]: row for row in detected.tables["caveat"].to_pylist()}


@pytest.fixture(scope="module")
def plain():
    return run(PLANTED)


def test_every_run_says_that_silence_is_no_clearance(plain):
    assert said(plain)["absence"]["claim"] == "Absence of a finding is not clearance."
    assert said(run(organic("independent")))["absence"]


def test_the_number_of_accounts_compared_with_is_told(plain):
    caveat = said(plain)["comparison accounts"]
    assert caveat["value"] == PLANTED.accounts - 20
    assert "coarse times" not in said(plain)


def test_suspects_alone_are_leads_only():
    suspects = only_members(plant(organic("independent"), [Group(10, 40)] * 12))
    detected = run(suspects)
    assert networks(detected) == []
    assert networks(detected, "lead")
    assert set(detected.tables["network"]["reason"].to_pylist()) == {
        "no comparison accounts in this data"
    }
    caveat = said(detected)["no comparison accounts"]
    assert "No finding is possible on this data" in caveat["claim"]
    assert "--comparison" in caveat["claim"]


def test_coarse_times_widen_the_windows():
    detected = run(coarsen(PLANTED, MINUTE))
    assert said(detected)["coarse times"]["value"] == 60
    assert set(detected.tables["occasion"]["window"].to_pylist()) <= {60_000, 300_000}
    assert members_of(PLANTED) in networks(detected)


def test_times_coarser_than_every_window_confirm_nobody_by_time():
    detected = run(coarsen(PLANTED, DAY))
    assert said(detected)["coarse times"]["value"] == DAY / SECOND
    assert networks(detected) == []


def test_a_day_or_two_may_be_one_event():
    data = organic("independent")
    early = data.time < data.time.min() + 2 * DAY
    detected = run(data.with_events(data.account[early], data.object[early], data.time[early]))
    assert "may be one event" in said(detected)["short span"]["claim"]


def test_posts_of_unknown_kind_are_taken_as_reactions():
    tables = dict(events(PLANTED))
    for name in ("post", "link"):
        table = tables[name]
        place = table.schema.get_field_index("kind")
        tables[name] = table.set_column(place, "kind", pa.nulls(len(table), pa.string()))
    detected = detect(engine_of(tables), QUICK)
    assert "100% of the posts" in said(detected)["kind of post unknown"]["claim"]


def test_viral_moments_that_count_towards_nobody_are_told():
    detected = run(PLANTED, replace(QUICK, cap=3))
    caveat = said(detected)["viral objects"]
    assert caveat["value"] > 0 and "more than 3 others" in caveat["claim"]


def test_the_power_of_a_run_is_told_for_each_signal_and_window(plain):
    assert {(row["signal"], row["window"]) for row in plain.power} == {
        (signal, window) for signal in ("links", "reposts") for window in QUICK.windows
    }
    for row in plain.power:
        words = "no group could" if row["actions"] is None else f"with {row['actions']} joint"
        assert words in row["sentence"]
    narrow, *_, wide = [row["actions"] or 999 for row in plain.power if row["signal"] == "links"]
    assert narrow <= wide


def test_without_posts_there_is_nothing_to_compare():
    detected = detect(engine_of({}), QUICK)
    assert all(not len(detected.tables[name]) for name in ("network", "membership", "occasion"))
    assert said(detected)["absence"]
