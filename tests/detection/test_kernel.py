"""The compiled loops against their slow twins, through the court that calls them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import Before, meetings, neighbours
from small import START, events_of, layer_of, rows, some_groups

from unswarm.detection import kernel
from unswarm.detection.confirm import Court
from unswarm.detection.crossfit import open_court
from unswarm.detection.layer import Layer
from unswarm.detection.significance import habits
from unswarm.model import SECOND
from unswarm.settings import Settings

WINDOWS = st.sampled_from((0, 1, 10, 60, 300, 86_400)).map(lambda seconds: seconds * SECOND)


def courts(layer: Layer, cut: int, window: int, tested: set[int]) -> tuple[Court, Before, list]:
    """The fast court and what the slow one needs; habits come from all events."""
    half = layer.only(np.isin(layer.object, list(tested)))
    groups = some_groups(layer, cut)
    fast = open_court(half, habits(layer), groups, window, Settings())
    slow = Before(events_of(half), events_of(layer), [g.tolist() for g in groups], window)
    return fast, slow, groups


@settings(max_examples=200, deadline=None)
@given(rows(), WINDOWS)
def test_neighbours_are_those_one_can_count(touches, window):
    layer = layer_of(touches)
    fast = kernel.neighbours(layer.object, layer.time, window)
    assert fast.tolist() == neighbours(events_of(layer), window)


@settings(max_examples=200, deadline=None)
@given(rows(), WINDOWS, st.integers(0, 6), st.sets(st.integers(0, 3), min_size=1))
def test_meetings_and_their_explanations_are_those_of_the_formulas(touches, window, cut, tested):
    layer = layer_of(touches)
    court, before, groups = courts(layer, cut, window, tested)
    for group in groups:
        fast, slow = court.meetings(group), meetings(group.tolist(), before)
        assert [events_of(court.layer)[e] for e in fast.event] == [m.event for m in slow]
        assert fast.met.tolist() == [m.met for m in slow]
        assert fast.outsiders.tolist() == [m.outsiders for m in slow]
        assert fast.explained == pytest.approx([m.explained for m in slow], abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(rows(), WINDOWS)
def test_the_partner_is_the_nearest_other_member_on_the_object(touches, window):
    layer = layer_of(touches)
    court, before, groups = courts(layer, layer.accounts, window, {0, 1, 2, 3})
    found = court.meetings(groups[0])
    slow = meetings(groups[0].tolist(), before)
    own, partner = found.event, found.partner
    assert (layer.account[own] != layer.account[partner]).all()
    assert (layer.object[own] == layer.object[partner]).all()
    assert np.abs(layer.time[own] - layer.time[partner]).tolist() == [m.gap for m in slow]


@settings(max_examples=100, deadline=None)
@given(rows(), WINDOWS, st.integers(2, 6))
def test_an_explanation_is_a_probability_and_grows_with_the_window(touches, window, cut):
    layer = layer_of(touches)
    narrow, _, groups = courts(layer, cut, window, {0, 1, 2, 3})
    wide, _, _ = courts(layer, cut, 2 * window + SECOND, {0, 1, 2, 3})
    for group in groups:
        low, high = narrow.meetings(group), wide.meetings(group)
        assert ((low.explained >= 0) & (low.explained < 1)).all()
        assert (low.met <= high.met).all()


def touch(account, thing, second, *, reaction=False, born=0, source="s"):
    return {
        "signal": "things",
        "account": account,
        "object": thing,
        "time": START + second * SECOND,
        "reaction": reaction,
        "born": START + born * SECOND,
        "source": source,
        "precision": 1000,
    }


def explained(touches, group, window=60):
    layer = layer_of([{"post": str(n), **t} for n, t in enumerate(touches)])
    court = open_court(layer, habits(layer), [group], window * SECOND, Settings())
    return court.meetings(np.array(group))


def test_outsiders_in_the_same_minute_explain_a_meeting_and_others_do_not():
    group = [touch("a", "x", 1000), touch("b", "x", 1010)]
    crowd = [touch(f"o{n}", "x", 1005 + n) for n in range(40)]
    later = [touch(f"o{n}", "x", 9000 + 100 * n) for n in range(40)]
    assert explained([*group, *crowd], [0, 1]).explained.min() > 0.8
    assert explained([*group, *later], [0, 1]).explained.max() < 0.2


def test_whoever_always_reacts_at_once_is_explained_by_that():
    posts = range(30)
    fast = [
        touch(who, f"x{n}", 5000 * n + delay, reaction=True, born=5000 * n)
        for n in posts
        for who, delay in (("a", 30 + n), ("b", 31 + n))
    ]
    slow = [touch(f"o{n}", f"x{n}", 5000 * n + 4000, reaction=True, born=5000 * n) for n in posts]
    found = explained([*fast, *slow], [0, 1])
    assert found.by_reaction.all()
    assert found.explained.min() > 0.6
    own = explained([{**t, "reaction": False} for t in [*fast, *slow]], [0, 1])
    assert not own.by_reaction.any()
    assert own.explained.max() < 0.5


def test_speed_towards_one_source_says_little_of_another():
    idol = [
        touch("a", f"x{n}", 5000 * n + 30, reaction=True, born=5000 * n, source="idol")
        for n in range(30)
    ]
    others = [
        touch("a", f"y{n}", 5000 * n + 4000, reaction=True, born=5000 * n, source="paper")
        for n in range(30)
    ]
    joint = [
        touch(who, thing, 200_030, reaction=True, born=200_000, source=source)
        for who in "ab"
        for thing, source in (("z-idol", "idol"), ("z-paper", "paper"))
    ]
    found = explained([*idol, *others, *joint], [0, 1], window=10)
    towards_idol, towards_paper = found.explained[0], found.explained[2]
    assert towards_idol > 2 * towards_paper
