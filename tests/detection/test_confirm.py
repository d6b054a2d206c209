from dataclasses import replace

import numpy as np
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import Before, meetings, occasions
from small import events_of, layer_of, rows, some_groups

from unswarm.detection import confirm
from unswarm.detection.confirm import (
    admit,
    admit_leads,
    admit_twos,
    concat,
    member_p,
)
from unswarm.detection.crossfit import open_court
from unswarm.detection.significance import betabinomial_tail, habits
from unswarm.model import SECOND
from unswarm.settings import Settings

MINUTE_MS = 60 * SECOND

P_VALUES = st.one_of(st.floats(1e-12, 1), st.sampled_from((1e-9, 1e-5, 5e-5, 0.009, 1.0)))


def verdicts(rows_):
    """(group, p) → tests; only these two matter to error control."""
    group, p = (np.array(column) for column in zip(*rows_, strict=True))
    none = np.zeros(len(p), np.int64)
    return confirm.Tests(
        group, np.arange(len(p)), none, none, np.zeros(len(p)), p, np.zeros(len(p))
    )


TESTS = st.lists(st.tuples(st.integers(0, 4), P_VALUES), min_size=1, max_size=40).map(verdicts)


def lists(groups):
    return [group.tolist() for group in groups]


# ------------------------------------------------------------------ counts


@settings(max_examples=200, deadline=None)
@given(
    rows(accounts=7, objects=5),
    st.sampled_from((0, 10, 60, 3600)),
    st.integers(1, 7),
    st.sampled_from((60, 1800, 7200)),
)
def test_occasions_are_those_one_can_count(touches, window_s, cut, occasion):
    layer = layer_of(touches)
    groups = some_groups(layer, cut)
    chosen = Settings(occasion=occasion)
    court = open_court(layer, habits(layer), groups, window_s * SECOND, chosen)
    events = events_of(layer)
    before = Before(events, events, [g.tolist() for g in groups], window_s * SECOND)
    tests = court.test(groups)
    for number, group in enumerate(groups):
        found = meetings(group.tolist(), before)
        slow = [occasions(account, found, occasion * SECOND) for account in group.tolist()]
        own = tests.of(number)
        assert own.account.tolist() == group.tolist()
        assert own.occasions.tolist() == [c.occasions for c in slow]
        assert own.together.tolist() == [c.together for c in slow]
        assert own.expected == pytest.approx([c.expected for c in slow], abs=1e-9)
        assert own.p == pytest.approx(
            [member_p(c.together, c.occasions, c.expected, chosen, chosen.rho) for c in slow]
        )


def test_a_burst_of_actions_is_one_occasion():
    touches = [
        {"signal": "s", "account": who, "object": f"o{n}", "time": n * SECOND, "reaction": False}
        for who in "abc"
        for n in range(20)
    ]
    layer = layer_of(touches)
    group = np.arange(3)
    tests = open_court(layer, habits(layer), [group], MINUTE_MS, Settings()).test([group])
    assert tests.occasions.tolist() == tests.together.tolist() == [1, 1, 1]
    assert tests.p.tolist() == [1.0, 1.0, 1.0]


def test_whoever_touches_nothing_of_the_others_has_no_occasion():
    touches = [
        {"signal": "s", "account": who, "object": f"o-{who}", "time": 0, "reaction": False}
        for who in "abc"
    ]
    layer = layer_of(touches)
    group = np.arange(3)
    court = open_court(layer, habits(layer), [group], MINUTE_MS, Settings())
    assert not len(court.meetings(group).event)
    assert court.test([group]).p.tolist() == [1.0, 1.0, 1.0]


# ------------------------------------------------------------------ one member


@given(st.integers(0, 40), st.integers(1, 40), st.floats(0, 1))
def test_few_or_rare_joint_occasions_are_no_evidence(together, occasions_, rate):
    together = min(together, occasions_)
    p = member_p(together, occasions_, rate * occasions_, Settings(), 0.05)
    if together < 3 or together < 0.2 * occasions_:
        assert p == 1.0
    else:
        assert p == betabinomial_tail(together, occasions_, rate * occasions_ / occasions_, 0.05)


def test_judging_again_changes_p_only():
    tests = replace(
        verdicts([(0, 0.5)] * 3),
        occasions=np.array([10, 10, 10]),
        together=np.array([2, 5, 10]),
        expected=np.array([0.5, 0.5, 0.5]),
    )
    strict, lax = tests.again(Settings(), 0.05), tests.again(Settings(), 0.02)
    assert strict.p[0] == lax.p[0] == 1.0
    assert (lax.p[1:] < strict.p[1:]).all()
    assert strict.together is tests.together


# ------------------------------------------------------------------ networks first, then members


@given(TESTS, st.sampled_from((0.01, 0.001)))
def test_networks_and_members_are_those_of_the_two_steps(tests, q):
    by_hand = list(zip(tests.group.tolist(), tests.account.tolist(), tests.p.tolist(), strict=True))
    for fewest in (1, 200):
        named = lists(admit(tests, q, Settings(), fewest))
        assert named == reference.admit(by_hand, q, 3, fewest)


@given(TESTS, TESTS)
def test_true_networks_elsewhere_pay_for_no_false_one(tests, others):
    moved = replace(others, group=others.group + 10, account=others.account + 1000)
    alone = lists(admit(tests, 0.01, Settings()))
    among = lists(admit(concat([tests, moved]), 0.01, Settings()))
    assert [group for group in among if group[0] < 1000] == [
        group for group in alone if group in among
    ]


def test_two_sure_members_are_no_network():
    assert not admit(verdicts([(0, 1e-12), (0, 1e-12), (0, 0.3)]), 0.01, Settings())
    assert lists(admit(verdicts([(0, 1e-12)] * 3), 0.01, Settings())) == [[0, 1, 2]]


def test_a_member_of_a_network_is_named_by_its_own_p_only():
    tests = verdicts([(0, 1e-12)] * 5 + [(0, 0.5)])
    assert lists(admit(tests, 0.01, Settings())) == [[0, 1, 2, 3, 4]]


def test_few_tests_are_corrected_as_if_they_were_many():
    tests = verdicts([(0, 0.01 / 199)] * 3)
    assert admit(tests, 0.01, Settings())
    assert not admit(tests, 0.01, Settings(), fewest=200)


@given(TESTS)
def test_findings_are_worth_a_look_too(tests):
    worth = lists(admit_leads(tests, 0.01, Settings()))
    passed = reference.benjamini_hochberg(tests.p.tolist(), 0.01)
    for group in worth:
        assert len(group) >= 3 and all(passed[account] for account in group)


def test_a_pair_needs_both():
    tests = verdicts([(0, 1e-9), (0, 1e-9), (1, 1e-9), (1, 0.2)])
    assert lists(admit_twos(tests, 0.01)) == [[0, 1]]


def test_nothing_tested_is_nothing_found():
    nothing = concat([])
    assert len(nothing) == 0
    assert admit(nothing, 0.01, Settings()) == admit_leads(nothing, 0.01, Settings()) == []
    assert admit_twos(nothing, 0.01) == []
