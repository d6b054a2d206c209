"""What photos say together: every p against enumeration, draws or loops, and its false alarms."""

import warnings
from dataclasses import replace
from itertools import pairwise

import numpy as np
import photo_reference as reference
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from unswarm.photos import groups
from unswarm.photos.calibration import Share, shipped
from unswarm.photos.groups import (
    FEWEST_ALIKE,
    FEWEST_FOR_SPREAD,
    NEAR,
    Framing,
    Spread,
    Template,
    false_discovery,
    framing,
    mixture_p,
    spread,
    template,
)

TEMPLATE = np.array((0.3733, 0.4690, 0.6270, 0.4690))
SEEDS = st.integers(0, 2**32 - 1)
# what rounding up may add to a sum, for each photo: an edge of the 600 and a cell of the 1,024
SLACK = 12 / 600 + 12 / 1_023


def some_reference(seed, m):
    """Ratios of m real photos: most speak against, some for."""
    rng = np.random.default_rng(seed)
    return np.sort(np.clip(rng.normal(-3, 3, m), -6, 6))


def drawn(rng, eyes, n):
    return eyes[rng.choice(len(eyes), n, replace=False)]


# --- the p of a mixture


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(2, 3), st.integers(2, 12))
def test_p_of_two_or_three_photos_is_that_of_all_draws(seed, n, m):
    real = some_reference(seed, m)
    every = reference.every_group(real, n)
    ratios = np.random.default_rng(seed).choice([*real, 6.0, 1.0, 3.0], n)
    p = mixture_p(ratios, real)
    assert p >= reference.mixture_p(ratios, every) - 1e-12
    assert p <= reference.mixture_p(ratios, every, slack=n * SLACK) + 1e-12


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.integers(1, 40), st.floats(0, 0.3))
def test_p_of_more_photos_is_that_of_draws(seed, n, share):
    rng, real = np.random.default_rng(seed), shipped().likelihood.real_cropped
    ratios = np.where(rng.random(n) < share, rng.uniform(1, 6, n), rng.choice(real, n))
    many = reference.drawn_groups(rng, real, n, 20_000)
    p = mixture_p(ratios, real)
    least = reference.mixture_p(ratios, many)
    most = reference.mixture_p(ratios, many, slack=n * SLACK)
    assert p >= least - _error(least)
    assert p <= most + _error(most)


def _error(p, draws=20_000):
    """Six standard errors of six times a share of the draws."""
    return 6 * 6 * np.sqrt(max(p / 6, 1 / draws) / draws)


@pytest.mark.parametrize("n", [1, 5, 50])
def test_a_statistic_that_only_extremes_reach(n):
    """All photos at the limit: of m + 1 draws each, one is like that."""
    real = np.linspace(-6, 0, 99)
    assert mixture_p(np.full(n, 6.0), real) == pytest.approx(6 * 0.01**n, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 60))
def test_the_bound_is_never_below_the_convolution(seed, n):
    rng, real = np.random.default_rng(seed), some_reference(seed, 200)
    ratios = np.clip(rng.normal(-1, 4, n), -6, 6)
    exact = mixture_p(ratios, real)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "EXACT_UP_TO", 0)
        assert mixture_p(ratios, real) >= exact > 0


def test_a_large_group_is_bounded(monkeypatch):
    rng, real = np.random.default_rng(0), shipped().likelihood.real_whole
    usual = rng.choice(real, groups.EXACT_UP_TO + 1)
    with_some = np.append(usual[:-40], np.full(40, 5.0))
    bounds = [mixture_p(ratios, real) for ratios in (usual, with_some)]
    monkeypatch.setattr(groups, "EXACT_UP_TO", len(usual))
    exact = [mixture_p(ratios, real) for ratios in (usual, with_some)]
    assert bounds[0] == 1
    assert 0 < exact[1] <= bounds[1] < 1e-6


@pytest.mark.parametrize("n", [100, 1_000, 100_000])
def test_overwhelming_evidence_stays_a_number(n):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        p = mixture_p(np.full(n, 6.0), shipped().likelihood.real_cropped)
    assert 0 < p < 1e-100


def test_no_photos_say_nothing():
    assert mixture_p(np.zeros(0), shipped().likelihood.real_whole) == 1


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 30))
def test_a_photo_that_says_more_lowers_p(seed, n):
    rng, real = np.random.default_rng(seed), some_reference(seed, 100)
    ratios = np.clip(rng.normal(-1, 4, n), -6, 6)
    more = np.append(ratios[1:], 6.0)
    assert mixture_p(more, real) <= mixture_p(ratios, real) + 1e-12
    assert mixture_p(rng.permutation(ratios), real) == pytest.approx(mixture_p(ratios, real))


# --- the share


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(1, 40), st.floats(0, 1))
def test_the_share_is_the_best_of_a_fine_grid(seed, n, part):
    rng = np.random.default_rng(seed)
    ratios = np.clip(np.where(rng.random(n) < part, 3, -3) + rng.normal(0, 2, n), -6, 6)
    assert groups._share(ratios) == pytest.approx(
        reference.likeliest_share(ratios.tolist(), 2_000), abs=0.0011
    )


def test_without_photos_any_share_will_do():
    assert groups._share(np.zeros(0)) == (0, 0, 1)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.8])
def test_intervals_hold_the_true_share(share):
    rng, within, trials = np.random.default_rng(1), 0, 300
    for _ in range(trials):
        generated = rng.random(60) < share
        seen = rng.normal(np.where(generated, 2.5, 0), 1)
        ratios = np.clip(2.5 * seen - 2.5**2 / 2, -6, 6)
        _, low, high = groups._share(ratios)
        within += low <= share <= high
    assert within >= stats.binom.ppf(0.001, trials, 0.93)  # it is 95 % of very many photos


def test_very_many_photos_need_no_more_memory_at_once():
    rng = np.random.default_rng(0)
    ratios = np.where(rng.random(20_000) < 0.2, 3.0, -3.0)
    share, low, high = groups._share(ratios)
    assert low <= share <= high
    assert share == pytest.approx(reference.likeliest_share([3.0, *[-3.0] * 4], 1_000)[0], abs=0.01)


# --- the template


def split(seed):
    """Sources dealt into two halves: a calibration of one, the photos of the other."""
    calibration = shipped()
    folds = np.array(calibration.folds)
    names = np.random.default_rng(seed).permutation(np.unique(folds))
    inside = np.isin(folds, names[: len(names) // 2])
    for own in (inside, ~inside):
        real, sources = calibration.real[own], tuple(folds[own].tolist())
        yield replace(calibration, real=real, folds=sources), calibration.real[~own]


def test_real_groups_of_other_sources_raise_no_alarm():
    rng, found = np.random.default_rng(4), []
    for seed in range(3):
        for calibration, others in split(seed):
            sizes = rng.choice([10, 20, 40], 30)
            found += [template(drawn(rng, others, int(n)), calibration) for n in sizes]
    alarms = sum(one.p <= 0.01 for one in found)
    assert alarms <= stats.binom.ppf(0.999, len(found), 0.01)
    assert sum(one.p <= 0.1 for one in found) <= stats.binom.ppf(0.999, len(found), 0.1)
    assert sum(one.p_count <= 0.01 for one in found) <= stats.binom.ppf(0.999, len(found), 0.01)
    assert sum(one.found for one in found) <= alarms


@pytest.mark.parametrize(("n", "k"), [(10, 3), (20, 4), (60, 4), (100, 5)])
def test_a_few_generated_faces_among_others_are_found(n, k):
    """Faces that the template was not made from, among real photos of the reference."""
    calibration, rng = shipped(), np.random.default_rng(n)
    half = np.arange(len(calibration.generated)) % 2 == 0
    own = replace(calibration, generated=calibration.generated[half])
    trials = [
        np.concatenate([drawn(rng, own.real, n - k), drawn(rng, calibration.generated[~half], k)])
        for _ in range(20)
    ]
    found = [template(eyes, own) for eyes in trials]
    assert sum(one.p <= 0.001 for one in found) >= 18
    assert sum(one.found for one in found) >= 17


def test_what_a_template_says_can_be_counted_again():
    rng, calibration = np.random.default_rng(8), shipped()
    eyes = np.concatenate([drawn(rng, calibration.real, 30), drawn(rng, calibration.generated, 9)])
    found = template(eyes, calibration)
    hits = sum(reference.eye_distance(one, TEMPLATE) < calibration.hit for one in eyes.tolist())
    chance = reference.upper(calibration.real_hits.have, calibration.real_hits.of)
    assert (found.of, found.hits) == (39, hits)
    assert found.chance == pytest.approx(chance)
    assert found.p_count == pytest.approx(1 - stats.binom.cdf(hits - 1, 39, chance), rel=1e-6)
    like = calibration.likelihood
    assert found.p_whole == mixture_p(like.whole(eyes), like.real_whole)
    assert found.p_cropped == mixture_p(like.cropped(eyes), like.real_cropped)
    assert found.p == pytest.approx(min(found.p_whole / 0.8, found.p_cropped / 0.2))
    share = reference.likeliest_share(like.cropped(eyes).tolist(), 1_000)
    assert (found.share, found.low, found.high) == pytest.approx(share, abs=0.002)
    odds = share[0] * np.exp(like.cropped(eyes))
    assert found.likely == sum(odds / (1 - share[0] + odds) > 0.5)
    assert found.low <= 9 / 39 <= found.high


def test_an_empty_group_says_nothing():
    found = template([], shipped())
    assert (found.of, found.hits, found.likely) == (0, 0, 0)
    assert (found.p_count, found.p_whole, found.p_cropped, found.p) == (1, 1, 1, 1)
    assert (found.share, found.low, found.high) == (0, 0, 1)
    assert not found.found


def test_all_photos_on_the_template_are_found_with_a_p_above_0():
    found = template(np.tile(TEMPLATE, (400, 1)), shipped())
    assert 0 < found.p < 1e-100
    assert (found.share, found.high, found.likely) == (1, 1, 400)
    assert found.found


SAID = Template(40, 5, 0.016, 1e-4, 1e-5, 1e-6, 1e-4, 0.2, 0.1, 0.3, 6)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, True),
        ({"hits": 2, "likely": 3, "p": 0.01}, True),
        ({"hits": 1}, False),
        ({"likely": 2}, False),
        ({"p": 0.0101}, False),
    ],
)
def test_a_finding_needs_hits_and_likely_photos(changed, found):
    assert replace(SAID, **changed).found == found


def test_one_perfect_photo_is_no_finding():
    rng, calibration = np.random.default_rng(2), shipped()
    away = calibration.real[calibration.distance(calibration.real) > 0.1]
    for hits in range(4):
        eyes = np.concatenate([drawn(rng, away, 9), np.tile(TEMPLATE, (hits, 1))])
        assert template(eyes, calibration).found == (hits >= 3)


def test_close_ups_alone_are_never_found():
    """Diffusion faces that fill the picture look like cropped faces of the template, no more."""
    calibration, eyes = shipped(), reference.population("sd21")
    away = eyes[~calibration.hits(eyes)]
    close = away[np.argsort(-calibration.likelihood.cropped(away))]
    for n in (5, 10, 30):
        found = template(close[:n], calibration)
        assert found.p_cropped < 1e-6
        assert found.likely >= 3
        assert found.p > 0.05
        assert not found.found


@pytest.mark.parametrize("hits", [2, 3])
def test_cropped_faces_count_where_whole_ones_point_the_same_way(hits):
    """A few exact faces open the gate for those that were cropped."""
    rng, calibration = np.random.default_rng(3), shipped()
    cut = (np.tile(TEMPLATE, (6, 1)) - [0.0, 0.08, 0.0, 0.08]) / 0.92
    away = calibration.real[calibration.distance(calibration.real) > 0.1]
    eyes = np.concatenate([np.tile(TEMPLATE, (hits, 1)), cut, drawn(rng, away, 30)])
    found = template(eyes, calibration)
    assert found.p == pytest.approx(found.p_cropped / 0.2)
    assert found.p < found.p_whole / 10
    assert found.found


@pytest.mark.parametrize("name", ["sd21", "real_official"])
def test_groups_framed_otherwise_are_not_found(name):
    rng, eyes = np.random.default_rng(5), reference.population(name)
    for n in (10, 40, 100):
        for _ in range(4):
            found = template(drawn(rng, eyes, n), shipped())
            assert not found.found
            assert found.p > 0.01


# --- framing


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(1, 25), st.integers(0, 12))
def test_a_framing_is_that_of_comparing_all_with_all(seed, n, alike):
    rng, calibration = np.random.default_rng(seed), shipped()
    some = replace(calibration, real=drawn(rng, calibration.real, 150))
    place = calibration.real[rng.integers(len(calibration.real))]
    same = place + rng.uniform(-0.012, 0.012, (alike, 4))
    eyes = np.concatenate([drawn(rng, calibration.real, n), same])
    found = framing(eyes, some)
    p, have, usual = reference.framing(eyes.tolist(), some.real.tolist(), NEAR)
    assert found is not None
    assert found.of == n + alike
    assert found.p == pytest.approx(p, rel=1e-9)
    if p < 1:  # else the first of many that nothing tells apart
        assert (found.alike, found.usual) == (have, Share(usual, 150))


def test_the_framing_named_is_the_one_that_was_counted():
    """Whoever counts the photos near `eyes` again finds as many."""
    rng, calibration = np.random.default_rng(6), shipped()
    for _ in range(20):
        same = rng.normal([0.42, 0.35, 0.58, 0.35], 0.012, (15, 4))
        eyes = np.concatenate([drawn(rng, calibration.real, 20), same])
        found = framing(eyes, calibration)
        assert found is not None
        again = [reference.alike(found.eyes.tolist(), one, NEAR) for one in eyes.tolist()]
        assert sum(again) == found.alike


def test_a_portrait_studio_is_uniform_and_a_community_is_not():
    rng, calibration = np.random.default_rng(7), shipped()
    portraits = reference.population("real_official")
    found = framing(drawn(rng, portraits, 60), calibration)
    assert found is not None
    assert found.found
    assert not calibration.hits([found.eyes]).any()
    for own, others in split(1):
        community = framing(drawn(rng, others, 60), own)
        assert community is not None
        assert not community.found


def test_a_framing_needs_five_photos():
    said = Framing(of=9, alike=FEWEST_ALIKE, usual=Share(0, 100), p=0.01, eyes=TEMPLATE)
    assert said.found
    assert not replace(said, alike=FEWEST_ALIKE - 1).found
    assert not replace(said, p=0.011).found
    assert framing([], shipped()) is None


# --- spread


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(0, 20))
def test_a_spread_is_of_the_photos_on_the_template(seed, n):
    rng = np.random.default_rng(seed)
    on = TEMPLATE + rng.uniform(-0.006, 0.006, (n, 4))
    away = shipped().real[shipped().distance(shipped().real) > 0.05][:7]
    found = spread(np.concatenate([on, away]), shipped())
    if n < FEWEST_FOR_SPREAD:
        assert found is None
        return
    assert found is not None
    columns = list(zip(*(reference.features(one) for one in on.tolist()), strict=True))[:3]
    deviations = [np.median(np.abs(np.subtract(c, np.median(c)))) for c in columns]
    assert (found.of, found.value) == (n, pytest.approx(np.mean(deviations)))
    assert spread(on, shipped()) == found


@pytest.mark.parametrize(("n", "loose"), [(15, 1), (30, 4), (60, 8)])
def test_aligned_photos_are_looser_than_generated_faces(n, loose):
    rng, calibration = np.random.default_rng(n), shipped()
    aligned = calibration.aligned[calibration.hits(calibration.aligned)]
    generated = calibration.generated[calibration.hits(calibration.generated)]
    said = [_spread(drawn(rng, aligned, n)) for _ in range(10)]
    other = [_spread(drawn(rng, generated, n)) for _ in range(10)]
    assert sum(one.loose for one in said) >= loose
    assert not any(one.loose for one in other)
    assert sum(one.p_aligned <= 0.01 for one in other) >= loose
    assert not any(one.p_aligned <= 0.01 for one in said)
    assert np.mean([one.value for one in said]) > 1.2 * np.mean([one.value for one in other])


def _spread(eyes) -> Spread:
    found = spread(eyes, shipped())
    assert found is not None
    return found


def test_loose_needs_a_better_explanation():
    said = Spread(of=9, value=0.008, aligned=0.007, p_aligned=0.5, p_generated=0.01)
    assert said.loose
    assert not replace(said, p_generated=0.011).loose
    assert not replace(said, p_aligned=0.01).loose  # looser than one, tighter than the other


# --- several groups


@given(st.lists(st.floats(0, 1), max_size=12))
def test_q_is_that_of_benjamini_and_hochberg(p):
    order = sorted(range(len(p)), key=lambda i: p[i])
    expected, smallest = [0.0] * len(p), 1.0
    for rank in range(len(p), 0, -1):
        smallest = min(smallest, p[order[rank - 1]] * len(p) / rank)
        expected[order[rank - 1]] = smallest
    assert false_discovery(p) == pytest.approx(expected)
    ordered = [false_discovery(p)[i] for i in order]
    assert all(a <= b for a, b in pairwise(ordered))
