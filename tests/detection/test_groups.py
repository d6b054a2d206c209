from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.detection.groups import (
    Group,
    comparison,
    confirmed,
    merge,
    needed,
    overlap,
    reason,
    suspects_only,
    without,
)
from unswarm.detection.significance import betabinomial_tail
from unswarm.model import Tier
from unswarm.settings import Settings

SETS = st.sets(st.integers(0, 15), min_size=1, max_size=8)


def fold(*groups, signal="links", window=60_000, half=0, named=(), twos=()):
    return SimpleNamespace(
        signal=signal,
        window=window,
        half=half,
        groups=[np.array(g) for g in groups],
        named=[np.array(g) for g in named],
        twos=[np.array(g) for g in twos],
    )


def group(*accounts, folds=()):
    return Group(np.array(sorted(accounts)), Tier.LEAD, tuple(folds))


def merged(*found):
    return [g.accounts.tolist() for g in merge([(np.array(a), f) for a, f in found], Tier.LEAD)]


# ------------------------------------------------------------------ one network, found many times


def test_the_same_group_in_both_halves_is_one_network_with_both_places():
    (found,) = confirmed([fold(named=[[1, 2, 3]]), fold(named=[[2, 3, 4]], half=1)])
    assert found.accounts.tolist() == [1, 2, 3, 4]
    assert [f.half for f in found.folds] == [0, 1]
    assert found.tier is Tier.CONFIRMED


def test_a_place_is_listed_once():
    (found,) = confirmed([fold(named=[[1, 2, 3, 4], [1, 2, 3]])])
    assert len(found.folds) == 1


def test_groups_that_share_less_than_half_stay_apart():
    assert merged(([1, 2, 3, 4, 5], fold()), ([5, 6, 7], fold())) == [[1, 2, 3, 4, 5], [5, 6, 7]]


@given(st.lists(SETS, max_size=6), st.randoms())
def test_the_order_of_findings_does_not_matter(sets, random):
    found = [(sorted(s), fold(half=i)) for i, s in enumerate(sets)]
    there = merged(*found)
    random.shuffle(found)
    assert merged(*found) == there


@given(st.lists(SETS, max_size=6))
def test_merging_loses_nobody_and_adds_nobody(sets):
    found = merged(*((sorted(s), fold()) for s in sets))
    assert {a for g in found for a in g} == set().union(*sets)


@given(SETS, SETS)
def test_overlap_is_the_share_of_the_smaller(a, b):
    share = overlap(np.array(sorted(a)), np.array(sorted(b)))
    assert share == len(a & b) / min(len(a), len(b))


def test_a_lead_that_is_mostly_a_finding_is_left_out():
    leads = [group(1, 2, 3), group(7, 8, 9)]
    assert without(leads, [group(2, 3, 4, 5)]) == leads[1:]


# ------------------------------------------------------------------ accounts to compare with


def test_accounts_in_candidate_groups_and_pairs_are_no_comparison():
    active = np.ones(10, bool)
    active[9] = False
    assert comparison([fold([0, 1, 2]), fold(twos=[[2, 3]])], active) == (5, 4)


def test_innocents_who_post_at_the_same_minute_can_still_be_compared_with():
    assert comparison([fold([0, 1, 2], signal="timing")], np.ones(10, bool)) == (10, 0)


@pytest.mark.parametrize(("outside", "refused"), [(49, True), (50, False), (500, False)])
def test_fifty_outsiders_are_needed(outside, refused):
    active = np.ones(outside + 3, bool)
    assert suspects_only([fold([0, 1, 2])], active) is refused


def test_outsiders_must_be_twice_as_many_as_the_suspects():
    active = np.ones(300, bool)
    assert suspects_only([fold(np.arange(101))], active)
    assert not suspects_only([fold(np.arange(100))], active)


# ------------------------------------------------------------------ what a lead lacks


def test_without_comparison_that_is_the_reason():
    text = reason(group(1, 2, 3), Settings(), no_comparison=True)
    assert text == "no comparison accounts in this data"


def test_two_accounts_are_too_few_whatever_they_did():
    assert reason(group(1, 2), Settings(), no_comparison=False) == ("2 accounts; a finding needs 3")


@given(st.floats(0.001, 0.3), st.floats(1e-7, 1e-2))
def test_the_needed_occasions_are_the_fewest_that_pass(rate, q):
    n = needed(rate, q, Settings())
    if n < 99:
        assert betabinomial_tail(n, n, rate, 0.05) <= q
        assert n == 3 or betabinomial_tail(n - 1, n - 1, rate, 0.05) > q
    else:
        assert betabinomial_tail(98, 98, rate, 0.05) > q


def test_where_meeting_is_usual_no_number_suffices():
    assert needed(0.99, 1e-6, Settings()) == 99
