"""Accounts of two sides that look alike: what agreeing says, and how often it misleads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.detection.alike import SAME_PICTURE, alike, near_values
from unswarm.detection.counterparts import counterparts, meetings, posteriors
from unswarm.fingerprint import Profile, folded

SYLLABLES = ("ka", "lo", "mi", "ra", "ten", "vo", "shi", "bu", "ner", "dal", "fo", "gri")


def crowd(random: np.random.Generator, platform: str, size: int) -> list[dict]:
    """Accounts with names of common syllables, and numbers behind half of the handles."""
    people = []
    for number in range(size):
        name = "".join(random.choice(SYLLABLES, random.integers(3, 6)))
        digits = str(random.integers(10, 9999)) if random.random() < 0.5 else ""
        picture = int.from_bytes(random.bytes(32), "big")
        people.append(
            {
                "account": f"{platform}{number}",
                "platform": platform,
                "handle": name + digits,
                "name": name,
                "pictures": (picture,),
            }
        )
    return people


def profiles(people: list[dict]) -> list[Profile]:
    return [Profile(**person) for person in people]


@pytest.mark.parametrize("seed", range(3))
def test_strangers_are_no_counterparts(seed: int) -> None:
    random = np.random.default_rng(seed)
    ours, theirs = crowd(random, "a", 300), crowd(random, "b", 4000)
    assert not counterparts(profiles(ours), profiles(theirs), likely=0.9)


@pytest.mark.parametrize("seed", range(3))
def test_one_hand_is_found_with_the_probability_stated(seed: int) -> None:
    random = np.random.default_rng(seed)
    ours, theirs = crowd(random, "a", 300), crowd(random, "b", 4000)
    for number in range(100):
        theirs[number]["pictures"] = ours[number]["pictures"]
        if number % 2:
            theirs[number]["handle"] = ours[number]["handle"]
    found = counterparts(profiles(ours), profiles(theirs), likely=0.5)
    right = {(f"a{n}", f"b{n}") for n in range(100)}
    pairs = {(pair.ours.account, pair.theirs.account) for pair in found}
    assert len(pairs & right) >= 50
    assert len(pairs - right) <= sum(1 - pair.probability for pair in found) + 2
    sure = [pair for pair in found if pair.probability >= 0.99]
    assert all((pair.ours.account, pair.theirs.account) in right for pair in sure)


def test_a_picture_everybody_has_says_nothing() -> None:
    random = np.random.default_rng(1)
    ours, theirs = crowd(random, "a", 100), crowd(random, "b", 2000)
    flag = 12345 << 200
    for person in [*ours[:30], *theirs[:400]]:
        person["pictures"] = (flag,)
    assert not counterparts(profiles(ours), profiles(theirs), likely=0.5)


@pytest.mark.parametrize("seed", range(3))
def test_a_profile_that_many_of_ours_copied_is_nobodys_counterpart(seed: int) -> None:
    """Ten of ours took name and photo of a singer, who has an account on the other side."""
    random = np.random.default_rng(seed)
    ours, theirs = crowd(random, "a", 200), crowd(random, "b", 4000)
    for person in [*ours[:10], theirs[0]]:
        person["pictures"], person["name"] = (12345 << 200,), "starlightqueen"
    assert not counterparts(profiles(ours), profiles(theirs), likely=0.5)


def test_a_profile_copied_from_our_own_side_says_less() -> None:
    random = np.random.default_rng(1)
    ours, theirs = crowd(random, "a", 200), crowd(random, "b", 4000)
    for person in (ours[0], theirs[0]):
        person["pictures"], person["name"] = (12345 << 200,), "starlightqueen"
    fans = [Profile(f"f{n}", "a", name="starlightqueen", pictures=(12345 << 200,)) for n in "123"]
    mine, other = profiles(ours), profiles(theirs)
    (alone,) = counterparts(mine, other, likely=0.0)[:1]
    (copied,) = counterparts(mine, other, likely=0.0, here=[*mine, *fans])[:1]
    assert copied.weight == pytest.approx(alone.weight - 4)  # a quarter, twice


def test_who_comments_on_the_same_events_is_no_counterpart() -> None:
    """A match, a storm, a speech: strangers post within the minute, and some love one bird."""
    for seed in range(5):
        random = np.random.default_rng(seed)
        ours, theirs = crowd(random, "a", 100), crowd(random, "b", 1000)
        events = np.sort(random.integers(0, 10**7, 60))
        moments = {p["account"]: np.sort(random.integers(0, 10**7, 100)) for p in [*ours, *theirs]}
        for person in [*ours[:20], *theirs[:200]]:
            met = random.choice(events, 40, replace=False) + random.integers(0, 60, 40)
            moments[person["account"]] = np.sort(np.r_[met, random.integers(0, 10**7, 40)])
        for number in range(20):
            person = theirs[number]
            person["bio"] = ours[number]["bio"] = f"welovebird{number}"
        assert not counterparts(profiles(ours), profiles(theirs), moments, likely=0.9)


def test_the_same_account_is_no_counterpart_of_itself() -> None:
    one = Profile("x", "a", handle="raregardener", name="raregardener")
    assert alike([one], [one]).pairs == []


def test_mirrored_pictures_match() -> None:
    bits = 0b1011 << 100
    other = Profile("y", "b", pictures=(7 << 50, bits))
    assert alike([Profile("x", "a", pictures=(bits,))], [other]).pictures == {(0, 0)}


@given(st.sets(st.integers(0, 255), max_size=60))
def test_pictures_are_one_up_to_so_many_bits(changed: set[int]) -> None:
    bits = (1 << 256) // 3
    near = bits ^ sum(1 << bit for bit in changed)
    found = alike([Profile("x", pictures=(bits,))], [Profile("y", pictures=(near,))])
    assert bool(found.pictures) == (len(changed) <= SAME_PICTURE)


def test_near_values_are_near_and_not_equal() -> None:
    assert near_values(["gardennews"], ["gardennews", "gardennewz", "other"]) == [
        ("gardennews", ["gardennewz"])
    ]


@given(st.lists(st.integers(0, 3000), min_size=1), st.lists(st.integers(0, 3000)))
def test_meetings_are_those_one_can_count(ours: list[int], theirs: list[int]) -> None:
    mine, other = np.array(sorted(ours)), np.array(sorted(theirs), np.int64)
    for shift in (0, 300):
        count = sum(any(abs(a - b - shift) <= 60 for b in theirs) for a in ours)
        assert meetings(mine, other, shift) == count


def test_posts_at_the_same_moments_tie_two_accounts() -> None:
    random = np.random.default_rng(2)
    ours, theirs = crowd(random, "a", 50), crowd(random, "b", 500)
    theirs[0]["pictures"] = ours[0]["pictures"]
    moments = {p["account"]: np.sort(random.integers(0, 10**6, 100)) for p in [*ours, *theirs]}
    before = counterparts(profiles(ours), profiles(theirs), moments, likely=0.0)
    moments["b0"] = moments["a0"] + 3
    after = counterparts(profiles(ours), profiles(theirs), moments, likely=0.0)
    chance = {name: {p.theirs.account: p.probability for p in each} for name, each in
              (("before", before), ("after", after))}  # fmt: skip
    assert chance["after"]["b0"] > max(0.9, chance["before"]["b0"])


def test_an_account_has_one_counterpart_at_most() -> None:
    chances = posteriors(np.zeros(5, int), np.full(5, 30.0), 1, 1000)
    assert chances.sum() <= 1
    assert chances.max() < 0.25


def test_folding_ignores_case_blanks_and_signs() -> None:
    assert folded("Garden_News 24") == folded("gardennews24") == "gardennews24"
    assert folded(None) == ""
