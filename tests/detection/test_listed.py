import numpy as np
import pytest
from small import QUICK, members_of, networks, organic, run, traces

from unswarm.detection import judge
from unswarm.simulate import Group, account_id, plant

# Ten objects: five in each half are too few for discovery, ten are enough for a list.
SIDES = plant(organic("independent"), [Group(20, 10, participation=0.9, spread_s=30)])
MEMBERS = members_of(SIDES)


def innocents(number):
    others = [a for a in map(account_id, range(SIDES.accounts)) if a not in MEMBERS]
    return np.random.default_rng(0).choice(others, number, replace=False).tolist()


def test_discovery_does_not_confirm_them():
    assert judge(traces(SIDES), QUICK).networks == []


def test_a_list_is_confirmed_and_names_no_innocent():
    (found,) = judge(traces(SIDES), QUICK, [*MEMBERS, *innocents(20)]).networks
    assert len(MEMBERS & set(found)) >= 18
    assert set(found) <= MEMBERS


@pytest.mark.parametrize("world", ["independent", "fandom", "everything"])
def test_a_list_of_innocents_names_nobody(world):
    data = organic(world, seed=3)
    active = np.argsort(-data.activity)[:200]
    listed = [account_id(a) for a in np.random.default_rng(1).choice(active, 40, replace=False)]
    assert judge(traces(data), QUICK, listed).networks == []


def test_the_order_of_a_list_and_names_without_posts_do_not_matter():
    listed = sorted([*MEMBERS, *innocents(20)])
    plain = judge(traces(SIDES), QUICK, listed)
    assert judge(traces(SIDES), QUICK, [*listed[::-1], "nobody", listed[0]]) == plain


def test_an_empty_list_and_one_of_strangers_find_nothing():
    for listed in ([], ["nobody", "noone"]):
        found = judge(traces(SIDES), QUICK, listed)
        assert found.networks == found.leads == []


def test_the_whole_pipeline_says_that_nothing_was_held_out():
    detected = run(SIDES, listed=sorted(MEMBERS))
    (found,) = networks(detected)
    assert found <= MEMBERS and len(found) >= 18
    (network,) = detected.tables["network"].to_pylist()
    assert "a list brought" in network["confirmed_in"]
    for member in detected.tables["membership"].to_pylist():
        assert "brought by a person; nothing was held out" in member["explanation"]
    assert set(detected.tables["occasion"]["half"].to_pylist()) == {-1}
