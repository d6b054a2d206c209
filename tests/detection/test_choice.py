import numpy as np
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st
from small import START, events_of, layer_of, rows

from unswarm.detection.choice import ChoiceCourt, Shared, rare_groups, upper_bound
from unswarm.model import DAY, HOUR
from unswarm.settings import Settings

OCCASION_MS = 1_800_000


def court_of(layer, group, borrowed=()):
    outsiders = np.ones(layer.accounts, bool)
    outsiders[group] = False
    flags = np.isin(layer.names.to_pylist(), list(borrowed))
    return ChoiceCourt(layer, outsiders, flags, Settings())


def wrote(account, text, time):
    time += START
    return {"signal": "words", "account": account, "object": text, "time": time, "reaction": False}


# ------------------------------------------------------------------ the outsiders' rate


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_bound_is_that_of_clopper_and_pearson(hits, n):
    assert upper_bound(hits, n) == pytest.approx(reference.upper_bound(hits, n), abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(rows(accounts=7), st.integers(1, 7))
def test_the_rate_is_counted_over_the_outsiders_occasions(touches, cut):
    layer = layer_of(touches)
    group = np.arange(min(cut, layer.accounts))
    outsiders = np.arange(len(group), layer.accounts).tolist()
    slow = reference.choice_rate(events_of(layer), group.tolist(), outsiders, OCCASION_MS)
    assert court_of(layer, group).rate(group) == pytest.approx(slow, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(rows(accounts=7), st.integers(1, 7))
def test_a_choice_is_shared_with_a_member_within_a_day(touches, cut):
    layer = layer_of(touches)
    group = np.arange(min(cut, layer.accounts))
    events = events_of(layer)
    found = court_of(layer, group).meetings(group)
    for event, met, partner in zip(found.event, found.met, found.partner, strict=True):
        assert met == reference.wrote_alike(events[event], events, group.tolist())
        if met:
            assert events[partner].object == events[event].object
            assert events[partner].account != events[event].account
    assert (found.event == np.flatnonzero(np.isin(layer.account, group))).all()


def test_without_outsiders_nothing_can_be_said():
    layer = layer_of([wrote(who, f"t{n}", n * DAY) for who in "abc" for n in range(9)])
    court = court_of(layer, np.arange(3))
    assert court.rate(np.arange(3)) == 1.0
    with np.errstate(divide="ignore"):
        assert court.test([np.arange(3)]).p.tolist() == pytest.approx([1.0] * 3)


@settings(max_examples=60, deadline=None)
@given(rows(accounts=7))
def test_overdispersion_is_never_below_the_settings(touches):
    layer = layer_of(touches)
    assert 0.05 <= court_of(layer, np.arange(1)).overdispersion() <= 0.9


def test_a_few_heavy_copiers_among_the_outsiders_make_the_test_more_cautious():
    even = [
        wrote(f"o{n}", f"o{n}-{d}" if d % 5 else "saying", d * DAY)
        for n in range(20)
        for d in range(10)
    ]
    few = [
        wrote(f"o{n}", f"o{n}-{d}" if n > 3 else f"s{d}", d * DAY)
        for n in range(20)
        for d in range(10)
    ]
    group = [wrote(who, f"t{d}", d * DAY) for who in "abc" for d in range(10)]
    mild, strict = (layer_of([*group, *crowd]) for crowd in (even, few))
    assert court_of(mild, np.arange(3)).overdispersion() < 0.2
    assert court_of(strict, np.arange(3)).overdispersion() > 0.5


def test_copied_lists_stand_out_and_headlines_do_not():
    crowd = [wrote(f"o{n:02}", f"own words {n} {d}", d * DAY) for n in range(60) for d in range(10)]
    group = [
        wrote(who, f"t{d}", d * DAY + delay * HOUR)
        for d in range(10)
        for delay, who in enumerate("abcd")
    ]
    layer = layer_of([*group, *crowd])
    members = np.arange(4)
    free = court_of(layer, members).test([members])
    assert (free.p < 1e-6).all() and (free.together == 10).all()
    borrowed = court_of(layer, members, [f"t{d}" for d in range(10)]).test([members])
    assert (borrowed.together == 0).all() and (borrowed.p == 1).all()


def test_what_more_outsiders_than_members_wrote_is_no_choice():
    sayings = [wrote(f"o{n}", f"t{d}", d * DAY) for n in range(5) for d in range(10)]
    group = [wrote(who, f"t{d}", d * DAY) for who in "abcd" for d in range(10)]
    layer = layer_of([*group, *sayings])
    assert not court_of(layer, np.arange(4)).meetings(np.arange(4)).met.any()


# ------------------------------------------------------------------ candidates


def shared_of(layer):
    """Pairs that wrote the same, counted plainly."""
    found = [
        (a.account, b.account, a.object, min(a.time, b.time))
        for a in events_of(layer)
        for b in events_of(layer)
        if a.account < b.account and a.object == b.object and abs(a.time - b.time) <= DAY
    ]
    return Shared(*np.array(found, np.int64).reshape(-1, 4).T)


def test_whoever_wrote_two_texts_of_a_group_is_a_candidate_and_one_is_chance():
    core = [wrote(who, f"t{d}", d * DAY) for who in "abc" for d in range(8)]
    crowd = [wrote(f"o{n:02}", f"own {n} {d}", d * DAY) for n in range(80) for d in range(10)]
    late = [wrote("d", f"t{d}", d * DAY) for d in (1, 2)] + [wrote("e", "t3", 3 * DAY)]
    layer = layer_of([*core, *crowd, *late])
    (group,) = rare_groups(layer, shared_of(layer), Settings())
    assert group.tolist() == [0, 1, 2, 3]


def test_nobody_alike_is_no_candidate():
    layer = layer_of([wrote(who, f"{who}{d}", d * DAY) for who in "abc" for d in range(5)])
    assert rare_groups(layer, shared_of(layer), Settings()) == []
