"""What is promised of the whole pipeline, on small worlds whose truth is known."""

import numpy as np
import pyarrow as pa
import pytest
from small import (
    QUICK,
    engine_of,
    members_of,
    networks,
    organic,
    run,
    shuffled,
    traces,
)

from unswarm.detection import detect, judge
from unswarm.detection.labels import label
from unswarm.model import MEMBERSHIP, RUNS
from unswarm.simulate import Group, account_id, events, feed, only_members, plant

PLANTED = plant(organic("everything"), [Group(20, 40)])


@pytest.fixture(scope="module")
def detected():
    return run(PLANTED)


# ------------------------------------------------------------------ nobody is accused by mistake


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("world", ["independent", "fandom", "everything"])
def test_nobody_is_named_where_nobody_acts_in_concert(world, seed):
    assert judge(traces(organic(world, seed)), QUICK).networks == []


def test_nobody_sits_in_a_network_by_company(detected):
    for member in detected.tables["membership"].to_pylist():
        assert member["together"] >= 2 and member["p"] <= 0.01


@pytest.mark.parametrize("objects", [40, 80])
def test_two_accounts_are_never_a_finding(objects):
    data = plant(organic("everything"), [Group(2, objects, participation=1, spread_s=10)])
    found = run(data)
    assert networks(found) == []
    pair = [n for n in found.tables["network"].to_pylist() if n["accounts"] == 2]
    assert all(n["reason"] == "2 accounts; a finding needs 3" for n in pair)
    assert objects < 80 or networks(found, "lead") == [members_of(data)]


# ------------------------------------------------------------------ who acts in concert is found


@pytest.mark.parametrize("world", ["independent", "fandom", "everything"])
def test_a_group_that_joins_viral_objects_is_found_whole_and_pure(world):
    data = plant(organic(world), [Group(20, 40)])
    assert [set(found) for found in judge(traces(data), QUICK).networks] == [members_of(data)]


def test_two_groups_are_two_networks():
    data = plant(organic("everything", 2), [Group(10, 40), Group(15, 40, mode="exclusive")])
    found = judge(traces(data), QUICK).networks
    assert sorted(map(sorted, found)) == sorted(sorted(members_of(data, g)) for g in (0, 1))


def test_an_honest_feed_is_found_and_only_called_coordinated():
    data = feed(organic("independent"))
    found = run(data)
    assert networks(found) == [members_of(data)]
    (network,) = found.tables["network"].to_pylist()
    assert label(network["tier"], []) == ("coordinated", "")
    assert network["inauthenticity"] == ""


# ------------------------------------------------------------------ what is written


def test_every_table_has_its_declared_columns(detected):
    for name, table in detected.tables.items():
        assert table.schema.equals(RUNS[name].schema)


def test_a_network_sums_up_its_members(detected):
    people = detected.tables["membership"].to_pylist()
    for network in detected.tables["network"].to_pylist():
        own = [m for m in people if m["network"] == network["network"]]
        assert network["accounts"] == len(own)
        for figure in ("occasions", "together"):
            assert network[figure] == sum(m[figure] for m in own)
        assert network["expected"] == pytest.approx(sum(m["expected"] for m in own))
        assert network["first"] <= network["last"]
        assert network["days"] >= 1 and 0 <= network["p"] <= 1


def test_findings_and_leads_keep_their_words(detected):
    for network in detected.tables["network"].to_pylist():
        confirmed = network["tier"] == "confirmed"
        assert bool(network["reason"]) is not confirmed
        assert network["label"] == ""
        assert (network["strength"] == "weak") is not confirmed


def test_a_probability_says_no_more_than_its_tier_allows(detected):
    most = {a: 0.89 for people in networks(detected, "lead") for a in people}
    most |= {a: 1.0 for people in networks(detected) for a in people}
    rows = detected.tables["candidate"].to_pylist()
    assert len({row["account"] for row in rows}) == len(rows) > 20
    for row in rows:
        assert 0 < row["probability"] <= most.get(row["account"], 0.49)
    sure = {row["account"] for row in rows if row["probability"] > 0.9}
    assert sure == members_of(PLANTED)


def test_edges_join_members_of_one_network_only(detected):
    people = detected.tables["membership"].to_pylist()
    network_of = {(m["network"], m["account"]) for m in people}
    edges = detected.tables["edge"].to_pylist()
    assert len(edges) > 100
    for edge in edges:
        assert edge["source"] < edge["target"]
        assert {(edge["network"], edge[end]) for end in ("source", "target")} <= network_of


# ------------------------------------------------------------------ same data, same result


def test_the_order_of_the_rows_does_not_matter(detected):
    tables = {name: shuffled(table, seed=1) for name, table in events(PLANTED)}
    again = detect(engine_of(tables), QUICK)
    for name, table in detected.tables.items():
        assert again.tables[name].equals(table), name
    assert again.counts == detected.counts and again.power == detected.power


def test_rows_given_twice_count_once(detected):
    tables = {name: pa.concat_tables([table, table]) for name, table in events(PLANTED)}
    again = detect(engine_of(tables), QUICK)
    assert networks(again) == networks(detected)
    together = [m["together"] for m in again.tables["membership"].to_pylist()]
    assert together == [m["together"] for m in detected.tables["membership"].to_pylist()]


def test_other_names_for_the_accounts_change_nothing():
    names = np.random.default_rng(3).permutation(PLANTED.accounts)
    renamed = plant_as(names)
    (found,) = judge(traces(renamed), QUICK).networks
    assert set(found) == {account_id(int(names[m])) for m in np.flatnonzero(PLANTED.label >= 0)}


def plant_as(names):
    """The planted world with its accounts renumbered."""
    return PLANTED.with_events(names[PLANTED.account], PLANTED.object, PLANTED.time)


# ------------------------------------------------------------------ across runs


def test_a_network_keeps_its_id_from_run_to_run(detected):
    (id_,) = {m["network"] for m in detected.tables["membership"].to_pylist() if m["p"] < 1e-5}
    earlier = [
        {"network": "n-0042", "account": account} for account in sorted(members_of(PLANTED))[:15]
    ]
    again = run(PLANTED, previous=MEMBERSHIP.rows(earlier))
    kept = [n for n in again.tables["network"].to_pylist() if n["tier"] == "confirmed"]
    assert id_ == "n-0001" and [n["network"] for n in kept] == ["n-0042"]
    assert again.tables["edge"]["network"].unique().to_pylist()[:1] == ["n-0042"]


def test_suspects_alone_are_never_a_finding():
    for size, number in ((5, 4), (20, 1), (20, 3)):
        suspects = only_members(plant(organic("independent"), [Group(size, 40)] * number))
        assert networks(run(suspects)) == []
