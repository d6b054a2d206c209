import numpy as np
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st
from small import START, events_of, layer_of, rows

from unswarm.detection.choice import TELLING, ChoiceCourt, Shared, rare_groups
from unswarm.detection.significance import betabinomial_tail, upper_bound
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


@settings(max_examples=200, deadline=None)
@given(rows(accounts=7), st.integers(2, 7))
def test_common_texts_may_be_a_timeless_pool(touches, cut):
    layer = layer_of(touches)
    group = np.arange(min(cut, layer.accounts))
    found = court_of(layer, group).timeless_p(group)
    for account, p in zip(group.tolist(), found, strict=True):
        close, pairs, mean = reference.timeless_counts(account, events_of(layer), group.tolist())
        slow = betabinomial_tail(close, pairs, mean, 0.05) if pairs else 1.0
        if abs(mean - TELLING) > 1e-9:
            told = slow if mean < TELLING else reference.book(events_of(layer), group.tolist())
            assert p == pytest.approx(told)


def test_a_book_quoted_at_any_time_is_no_handed_out_list():
    chance = np.random.default_rng(4)
    crowd = [wrote(f"o{n:02}", f"own {n} {d}", d * DAY) for n in range(60) for d in range(30)]

    def p_of(times):
        quotes = [
            wrote(who, f"verse {verse}", int(time))
            for verse in range(20)
            for who, time in zip("abcd", times(verse), strict=True)
        ]
        own = [wrote(who, f"{who}{d}", d * DAY) for who in "abcd" for d in range(30)]
        layer = layer_of([*quotes, *own, *crowd])
        return court_of(layer, np.arange(4)).test([np.arange(4)]).p

    handed_out = p_of(lambda verse: verse * DAY + chance.integers(0, 20 * HOUR, 4))
    quoted = p_of(lambda verse: chance.integers(0, 30 * DAY, 4))
    assert handed_out.max() < 1e-5 < 1e-2 < quoted.min()


def test_without_outsiders_nothing_can_be_said():
    layer = layer_of([wrote(who, f"t{n}", n * DAY) for who in "abc" for n in range(9)])
    court = court_of(layer, np.arange(3))
    assert court.rate(np.arange(3)) == pytest.approx(1.0, abs=1e-5)
    with np.errstate(divide="ignore"):
        assert court.test([np.arange(3)]).p.tolist() == pytest.approx([1.0] * 3, abs=1e-4)


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


# ------------------------------------------------------------------ a timeless pool


def members_copying(when, days=20):
    """Five members that each put out twenty common texts, and own words every day as all do."""
    everybody = [*"abcde", *(f"o{n:02}" for n in range(60))]
    own = [wrote(w, f"own {w} {d}", d * DAY + 7 * HOUR) for w in everybody for d in range(days)]
    common = [wrote(who, f"t{t}", when(n, t)) for n, who in enumerate("abcde") for t in range(20)]
    return layer_of(own + common)


def test_a_list_handed_out_refutes_a_timeless_pool():
    layer = members_copying(lambda member, text: text * DAY + member * HOUR)
    assert (court_of(layer, np.arange(5)).timeless_p(np.arange(5)) < 1e-6).all()


def test_a_pool_used_at_any_time_does_not():
    days = np.random.default_rng(1).integers(0, 20, (5, 20))
    layer = members_copying(lambda member, text: int(days[member, text]) * DAY + member * HOUR)
    court = court_of(layer, np.arange(5))
    assert (court.timeless_p(np.arange(5)) > 0.01).all()
    assert (court.test([np.arange(5)]).p > 0.01).all()


def test_within_a_day_a_book_may_explain_what_a_pool_can_not():
    layer = members_copying(lambda member, text: (text % 5) * HOUR + member, days=1)
    court = court_of(layer, np.arange(5))
    assert (court.timeless_p(np.arange(5)) == court.book_p(np.arange(5))).all()


def handed_out(uses):
    """Thirty accounts; each text goes to as many of them as `uses` says, at random."""
    chance = np.random.default_rng(2)
    return layer_of(
        [
            wrote(f"m{who:02}", f"t{text}", int(chance.integers(0, 6 * HOUR)))
            for text, count in enumerate(uses)
            for who in chance.choice(30, count, replace=False)
        ]
    )


def test_readers_of_a_book_meet_on_its_favourites_and_a_list_is_spread_thin():
    chance = np.random.default_rng(3)
    group = np.arange(30)
    book = handed_out(np.minimum(chance.poisson(chance.gamma(2, 0.8, 600)), 30))
    spread = handed_out([1] * 300 + [2] * 300)
    assert court_of(book, group).book_p(group) > 0.5
    assert court_of(spread, group).book_p(group) < 1e-12


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
