"""The peers' rules give the answers computed by hand, and the benchmarks count them right."""

import json
import sys
from functools import partial
from itertools import combinations
from math import comb
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import _unswarm
import false_accusations
import power
import rules
from _runs import Job, mean, run, table, upper_bound
from unswarm.model import SECOND
from unswarm.simulate import ORGANIC, World, world
from unswarm.simulate.worlds import START


def tiny(*events, accounts=None):
    """A world of hand-made (account, object, seconds)."""
    account, object_, seconds = np.array(events).T
    people, things = accounts or account.max() + 1, object_.max() + 1
    data = World(
        name="tiny",
        account=account,
        object=object_,
        time=START + seconds * SECOND,
        reaction=np.ones(things, bool),
        source=np.zeros(things, int),
        born=np.full(things, START),
        community=np.zeros(people, int),
        label=np.full(people, ORGANIC),
        days=30,
    )
    return data.with_events(account, object_, data.time)


def meetings(one, other, objects, gap=5):
    """Two accounts share each object, `gap` seconds apart."""
    return [event for o in objects for event in ((one, o, 1000 * o), (other, o, 1000 * o + gap))]


# ------------------------------------------------------------------ CooRTweet


def test_coortweet_keeps_edges_strictly_above_the_quantile():
    data = tiny(*meetings(0, 1, range(3)), *meetings(2, 3, range(3, 5)))
    assert rules.coortweet(data).tolist() == [0, 1]  # weights 3, 2; median 2.5
    equal = tiny(*meetings(0, 1, range(2)), *meetings(2, 3, range(2, 4)))
    assert rules.coortweet(equal).tolist() == []


def test_coortweet_includes_the_end_of_its_window():
    pair = meetings(2, 3, range(10, 12))
    inside, outside = meetings(0, 1, range(3), gap=10), meetings(0, 1, range(3), gap=11)
    assert rules.coortweet(tiny(*inside, *pair)).tolist() == [0, 1]
    assert rules.coortweet(tiny(*outside, *pair)).tolist() == []


def test_coortweet_drops_pairs_of_two_accounts_with_one_coordinated_post_each():
    strangers = [*meetings(4, 5, [9]), (4, 7, 0), (5, 8, 0)]
    data = tiny(*meetings(0, 1, range(3)), *meetings(2, 3, range(3, 6)), *strangers)
    assert rules.coortweet(data).tolist() == []  # weights 3, 3; with the strangers' 1 as well
    assert rules.coortweet(data, quantile=0.0).tolist() == []


def test_coortweet_keeps_a_pair_when_either_account_has_enough_coordinated_posts():
    beside = [(2, 0, 3), (2, 50, 0)]  # one post close to both 0 and 1, one alone
    data = tiny(*meetings(0, 1, range(3)), *beside)
    assert rules.coortweet(data, quantile=0.0).tolist() == [0, 1]  # weights 3, 1, 1
    more = tiny(*meetings(0, 1, range(3)), *beside, *meetings(3, 4, range(60, 63)))
    assert rules.coortweet(more, quantile=0.25).tolist() == [0, 1, 3, 4]  # 3, 3, 1, 1


def test_coortweet_drops_accounts_with_a_single_post():
    data = tiny(*meetings(0, 1, range(3)), (2, 0, 3), *meetings(3, 4, range(60, 62)))
    assert rules.coortweet(data, quantile=0.25).tolist() == [0, 1]  # weights 3, 2


# ------------------------------------------------------------------ CooRnet


def test_coornet_estimates_its_interval_from_the_fastest_second_shares():
    fast = [(0, 0, 0), (1, 0, 4), (2, 0, 10), (3, 0, 12)]  # over half of the shares at 10 s
    slow = [(0, 1, 0), (1, 1, 500)]
    assert rules.coornet_interval(tiny(*fast, *slow), 0.1, 0.5) == 10 * SECOND


def test_coornet_never_takes_less_than_a_second():
    assert rules.coornet_interval(tiny((0, 0, 0), (1, 0, 0)), 0.1, 0.5) == SECOND


def test_coornet_links_accounts_of_different_bins():
    data = tiny((0, 0, 0), (1, 0, 4), (2, 0, 10), (3, 0, 12), (4, 0, 99), (0, 1, 0), (5, 1, 900))
    assert rules.coornet_interval(data, 0.1, 0.5) == 10 * SECOND
    assert rules.coornet(data).tolist() == [0, 1, 2, 3]  # bins 0 and 1; alone in theirs: 4 and 5


def test_coornet_says_nothing_of_objects_shared_once():
    assert rules.coornet(tiny((0, 0, 0), (1, 1, 5))).tolist() == []


# ------------------------------------------------------------------ similarity of diets


def diets(*objects_of_accounts):
    """Accounts that share the given objects, each at a time of its own."""
    return tiny(
        *((a, o, 5000 * a + o) for a, objects in enumerate(objects_of_accounts) for o in objects)
    )


def test_cosine_is_that_of_tf_idf_vectors():
    data = diets([0, 1], [0, 1], [0, 2], [2])
    idf = [np.log(5 / (1 + n)) + 1 for n in (3, 2, 2)]
    expected = idf[0] ** 2 / (np.hypot(idf[0], idf[1]) * np.hypot(idf[0], idf[2]))
    first, second, weight = rules._cosine(data, minimum=2, popularity=2)
    found = dict(zip(zip(first.tolist(), second.tolist(), strict=True), weight, strict=True))
    assert found == pytest.approx({(0, 1): 1.0, (0, 2): expected, (1, 2): expected})


def test_cosine_top_keeps_the_most_alike_of_busy_accounts():
    same = list(range(12))
    early, late = [*range(8), 20, 21, 22, 23], [*range(4, 12), 30, 31, 32, 33]
    data = diets(same, same, early, late, same[:10])
    assert rules.cosine_top(data).tolist() == [0, 1]  # the last has too few actions


def test_cosine_top_may_look_at_the_nearest_only():
    same = list(range(12))
    data = diets(same, same, [*range(10), 40, 41], [*range(2, 12), 42, 43])
    everybody = rules.cosine_top(data, quantile=0.0)
    nearest = rules.cosine_top(data, quantile=0.0, nearest=2)
    assert everybody.tolist() == [0, 1, 2, 3]
    assert nearest.tolist() == [0, 1]  # 2 and 3 are nearest to lower numbers only


def test_node_pruning_names_the_centre_of_the_densest_part():
    clique = [[0, 1, 2]] * 4
    data = diets(*clique, [5, 6], [5, 6])
    assert rules.node_pruning(data, quantile=0.0).tolist() == [0, 1, 2, 3]


# ------------------------------------------------------------------ significance


def test_the_hypergeometric_tail_agrees_with_scipy():
    random = np.random.default_rng(1)
    first, second = random.integers(2, 60, (2, 200)).astype(float)
    common = np.floor(random.random(200) * np.minimum(first, second))
    found = rules.hypergeometric_tail(common, first, second, 300)
    expected = stats.hypergeom.sf(common - 1, 300, first, second)
    assert found == pytest.approx(expected, rel=1e-6)


def test_validated_network_links_equal_rare_diets_whenever_they_were_had():
    loners = [[o] for o in range(10, 110)]
    data = diets([0, 1, 2, 3, 4], [0, 1, 2, 3, 4], *loners)
    assert 1 / comb(105, 5) < 0.01 / comb(102, 2)
    assert rules.validated_network(data).tolist() == [0, 1]


def test_discoveries_step_up_over_all_tests():
    p = np.array([0.04, 0.0009, 0.0021, 0.0029])  # .0021 > .002, but .0029 <= .003 takes it along
    assert rules.discoveries(p, 10, 0.01).tolist() == [False, True, True, True]
    assert not rules.discoveries(np.zeros(0), 10, 0.01).any()


def test_windowed_poisson_names_those_who_meet_more_often_than_chance():
    crowd = [(2 + n, 100 + n // 2, 7000 * n) for n in range(400)]
    data = tiny(*meetings(0, 1, range(10)), *crowd)
    assert rules.windowed_poisson(data).tolist() == [0, 1]
    apart = tiny(*meetings(0, 1, range(10), gap=61), *crowd)
    assert rules.windowed_poisson(apart).tolist() == []


def test_windowed_poisson_finds_nobody_among_independent_accounts():
    assert rules.windowed_poisson(world("independent", 1)).tolist() == []


# ------------------------------------------------------------------ all rules


def test_close_pairs_are_all_pairs_within_the_window():
    random = np.random.default_rng(2)
    data = tiny(*zip(*random.integers(0, (30, 6, 200), (150, 3)).T.tolist(), strict=True))
    first, second = rules.close_pairs(data, 20)
    expected = {
        (i, j)
        for i, j in combinations(range(len(data)), 2)
        if data.object[i] == data.object[j] and data.time[j] - data.time[i] <= 20 * SECOND
    }
    assert set(zip(first.tolist(), second.tolist(), strict=True)) == expected


@pytest.mark.parametrize("name", rules.RULES)
def test_a_rule_names_known_accounts_once(name):
    data = world("everything", 1, accounts=300, objects=1500, days=10)
    named = rules.RULES[name](data)
    assert named.tolist() == sorted(set(named.tolist()))
    assert np.isin(named, np.arange(data.accounts)).all()


@pytest.mark.parametrize("name", rules.RULES)
def test_a_rule_names_nobody_where_nobody_meets(name):
    assert rules.RULES[name](tiny(*((a, a, 60 * a) for a in range(20)))).tolist() == []


# ------------------------------------------------------------------ runs


def test_the_upper_bound_of_none_in_35_is_8_percent():
    assert upper_bound(0, 35) == pytest.approx(0.082, abs=5e-4)
    assert upper_bound(0, 200) == pytest.approx(0.015, abs=5e-4)
    assert upper_bound(3, 3) == 1.0


def test_an_interrupted_run_resumes_where_it_broke_off(tmp_path):
    jobs, out, seen = [Job("a", seed, "m") for seed in (1, 2, 3)], tmp_path / "out.jsonl", []

    def measure(job):
        seen.append(job.seed)
        return {"x": job.seed * 10}

    run(jobs[:2], measure, out, 1)
    out.write_text(out.read_text() + '{"scenario": "a", "se')  # torn by an interruption
    rows = run(jobs, measure, out, 1)
    assert seen == [1, 2, 3]
    assert [row["x"] for row in rows] == [10, 20, 30]
    assert [json.loads(line)["seed"] for line in out.read_text().splitlines()] == [1, 2, 3]


def test_processes_give_the_same_rows(tmp_path):
    jobs = [Job("a", seed, method) for seed in (1, 2) for method in ("m", "n")]
    assert run(jobs, _echo, None, 2) == run(jobs, _echo, tmp_path / "out.jsonl", 1)


def _echo(job):
    return {"x": f"{job.seed}{job.method}"}


def test_tables_are_aligned_markdown():
    assert table(["a", "bb"], [["1", "2"]]) == "| a | bb |\n| - | -- |\n| 1 | 2  |"
    assert mean([1, 3]) == 2


# ------------------------------------------------------------------ benchmarks


def test_the_table_counts_accused_sets_and_people():
    rows = [
        {"scenario": "w", "seed": s, "method": "r", "acting": 100, "accounts": n}
        for s, n in enumerate((0, 10))
    ]
    line = false_accusations.report(rows).splitlines()[2]
    assert "5.0 (5.0%)" in line and "1 of 2" in line and "5000.0" in line


@pytest.fixture
def detection(monkeypatch):
    """A detection that confirms planted groups and one innocent, and leads to another."""

    def detect(data, settings=None):
        groups = [np.flatnonzero(data.label == g) for g in range(data.label.max() + 1)]
        innocents = np.flatnonzero(data.label == ORGANIC)
        return _unswarm.Detected([*groups, innocents[:1]], [innocents[1:2]])

    monkeypatch.setattr(_unswarm, "detect", detect)


def test_the_grid_scores_members_and_innocents(detection):
    row = power.on_campaign(Job("mixed, 60 s", 1, power.OURS))
    assert row["recalls"] == [1.0] * 16
    assert (row["found"], row["members"], row["innocents"]) == (340, 340, 1)
    assert (row["lead_found"], row["lead_innocents"]) == (340, 2)
    assert set(row["purity"]) == {1.0}
    text = power.grid_report([{"scenario": "mixed, 60 s", "seed": 1, "method": "unswarm", **row}])
    assert "1.00" in text and "0.997" in text


def test_lists_mix_members_with_innocents_of_their_communities(monkeypatch):
    lists = []
    monkeypatch.setattr(_unswarm, "confirm_list", lambda data, a: lists.append((data, a)) or a[:3])
    row = power.on_list(Job("viral, 6 objects", 1, power.OURS))
    assert (row["found"], row["members"], row["innocents"]) == (12, 85, 0)
    data, accounts = lists[-1]
    members, innocents = accounts[:50], accounts[50:]
    assert (data.label[members] == 3).all() and (data.label[innocents] == ORGANIC).all()
    assert set(data.community[innocents]) <= set(data.community[members])


def real_table(path, rows):
    account, object_, seconds = zip(*rows, strict=True)
    columns = {"account_id": account, "object_id": object_, "timestamp_share": seconds}
    pq.write_table(pa.table(columns), path)
    return path


def test_a_real_table_keeps_the_first_share_of_each_account(tmp_path):
    rows = [("b", "x", 50), ("a", "x", 90), ("a", "x", 40), ("a", "y", 7)]
    data = false_accusations.read_real(real_table(tmp_path / "t.parquet", rows))
    shares = zip(data.account, data.object, data.time // SECOND, strict=True)
    assert [tuple(map(int, s)) for s in shares] == [(0, 0, 40), (1, 0, 50), (0, 1, 7)]
    assert (data.born // SECOND).tolist() == [40, 7] and data.reaction.all()


def test_destroying_synchrony_keeps_each_objects_times(tmp_path):
    rows = [(a, o, 100 * o + a) for a in range(40) for o in range(30)] + [(0, 30, 1), (1, 30, 2)]
    data = tiny(*rows)
    suspects = np.array([0, 1])
    dealt = false_accusations.destroy(data, suspects, np.random.default_rng(1))
    assert 30 not in dealt.object  # none but suspects shared it
    assert 20 < len(np.unique(dealt.account)) < 40
    kept = np.isin(data.account, dealt.account) & (data.object < 30)
    for o in range(30):
        assert set(dealt.time[dealt.object == o]) == set(data.time[kept & (data.object == o)])
    own = {(a, o): t for a, o, t in zip(data.account, data.object, data.time, strict=True)}
    moved = [
        own[a, o] != t for a, o, t in zip(dealt.account, dealt.object, dealt.time, strict=True)
    ]
    assert np.mean(moved) > 0.8


def test_real_figures_come_as_collected_and_destroyed(tmp_path, detection):
    rows = [(f"a{a}", f"o{o}", 100 * o + a) for a in range(30) for o in range(10)]
    measure = partial(false_accusations.on_real, real_table(tmp_path / "t.parquet", rows))
    for scenario in (false_accusations.AS_IS, false_accusations.DESTROYED):
        row = measure(Job(scenario, 1, false_accusations.OURS))
        assert row["accounts"] == 1 and row["networks"] == 1
