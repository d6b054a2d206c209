"""Likelihood ratios of eyes: closed forms against integrals, simulations and scipy's densities."""

import math
import warnings

import numpy as np
import photo_reference as reference
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from unswarm.photos.calibration import shipped
from unswarm.photos.geometry import features
from unswarm.photos.likelihood import CROPPING, LIMIT, Likelihood

TEMPLATE = (0.3733, 0.4690, 0.6270, 0.4690)
SEEDS = st.integers(0, 2**32 - 1)


def template_eyes(rng, n, width=0.006):
    return TEMPLATE + width * rng.standard_t(4, (n, 4))


def real_eyes(rng, n):
    """Heads of all sizes, anywhere, a little tilted."""
    size, x, y = rng.uniform(0.1, 0.4, n), rng.normal(0.5, 0.07, n), rng.normal(0.4, 0.07, n)
    tilt = rng.normal(0, 0.1, n)
    across, down = size / 2 * np.cos(tilt), size / 2 * np.sin(tilt)
    return np.column_stack([x - across, y - down, x + across, y + down])


def made(seed, generated=60, real=40, sources=4, width=0.006):
    rng = np.random.default_rng(seed)
    folds = tuple(int(fold) for fold in np.arange(real) % sources)
    return Likelihood(template_eyes(rng, generated, width), real_eyes(rng, real), folds)


def some_eyes(rng, n=4):
    """On the template, cropped, and real."""
    cut = reference.cropped_eyes(rng, template_eyes(rng, n), 0.2)
    return np.concatenate([template_eyes(rng, n), cut, real_eyes(rng, n)])


def slow_ratios(like, eyes, cropping, real=None):
    every = like.real.tolist()
    return [
        reference.ratio(
            reference.on_template(one, like.generated.tolist(), cropping),
            reference.among(one, every if real is None else real, every),
        )
        for one in np.asarray(eyes).tolist()
    ]


# --- the ratios


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_ratios_are_those_of_integrals_and_kernels(seed):
    like, eyes = made(seed), some_eyes(np.random.default_rng(seed + 1), 2)
    assert like.whole(eyes) == pytest.approx(slow_ratios(like, eyes, CROPPING[:1]), abs=1e-6)
    assert like.cropped(eyes) == pytest.approx(slow_ratios(like, eyes, CROPPING), abs=0.03)


@pytest.mark.parametrize("sources", [2, 3])
def test_the_reference_is_judged_by_other_sources_only(sources):
    like = made(7, generated=40, real=18, sources=sources)
    for cropping, fast in ((CROPPING[:1], like.real_whole), (CROPPING, like.real_cropped)):
        slow = []
        for eyes, own in zip(like.real.tolist(), like.folds, strict=True):
            real = zip(like.real.tolist(), like.folds, strict=True)
            others = [other for other, fold in real if fold != own]
            slow += slow_ratios(like, [eyes], cropping, others)
        assert fast == pytest.approx(sorted(slow), abs=0.03)


def test_a_source_that_repeats_a_person_does_not_vouch_for_itself():
    """Photos near the template are judged as if their own source held no other like them."""
    rng = np.random.default_rng(3)
    near = np.add(TEMPLATE, 0.02)
    real = np.concatenate([real_eyes(rng, 60), np.tile(near, (20, 1))])
    like = Likelihood(template_eyes(rng, 60), real, tuple([0, 1] * 30 + [2] * 20))
    assert (like.real_whole[-20:] > like.whole([near])[0] + 1).all()


# --- densities


@pytest.mark.parametrize("most", [most for _, most in CROPPING])
def test_each_component_of_the_template_is_a_density(most):
    """Counts of simulated crops agree with the density, which integrates to 1."""
    like = made(11, generated=400, width=0.015)
    (x, y, d), cell = _grid()
    seen = np.stack(np.meshgrid(x, y, d, indexing="ij"), -1).reshape(-1, 3)
    density = like._cut(np.column_stack([seen, np.zeros(len(seen))]), most)
    shares = density.reshape(len(x), len(y), len(d)) * cell
    assert shares.sum() == pytest.approx(1, abs=0.01)
    simulated = _simulated(like, most, 60_000)
    for axis, places in enumerate((x, y, d)):
        expected = shares.sum(axis=tuple({0, 1, 2} - {axis}))
        half = (places[1] - places[0]) / 2
        edges = np.append(places - half, places[-1] + half)
        counts, _ = np.histogram(simulated[:, axis], edges)
        together = np.cumsum(counts) / len(simulated) - np.cumsum(expected)
        assert np.abs(together).max() < 0.01  # 60,000 draws move a distribution by 0.007


def _grid():
    places = np.arange(0.2, 0.8, 0.01), np.arange(0.17, 0.77, 0.01), np.arange(0.05, 0.5, 0.015)
    return places, 0.01 * 0.01 * 0.015


def _simulated(like, most, n):
    """Middle and distance of the template's eyes as the model draws them, then cropped."""
    rng = np.random.default_rng(5)
    x, y, distance, _ = (bell.drawn(rng, n) for bell in reference.located(like.generated))
    half = distance / 2
    eyes = np.column_stack([x - half, y, x + half, y])
    return features(reference.cropped_eyes(rng, eyes, most) if most else eyes)[:, :3]


def test_the_tilt_of_the_template_is_a_density():
    like = made(12)
    middle, width = like._middle, like._width
    tilts = middle[3] + width[3] * np.linspace(-80, 80, 4001)
    seen = np.column_stack([np.tile(middle[:3], (len(tilts), 1)), tilts])
    upright = sum(weight * like._cut(middle[None], most)[0] for weight, most in CROPPING)
    whole = integrate.trapezoid(like._on_template(seen, CROPPING), tilts)
    assert whole == pytest.approx(upright, rel=1e-3)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_real_photos_have_the_density_of_scipy_and_a_tenth_anywhere(seed):
    like = made(seed)
    seen = features(some_eyes(np.random.default_rng(seed), 10))
    kernel = stats.gaussian_kde(features(like.real).T, "scott")(seen.T)
    found = like._among(seen, features(like.real))
    assert found == pytest.approx(0.9 * kernel + 0.1 / 0.6, rel=1e-9)


def test_the_tenth_anywhere_is_spread_over_all_framings():
    """Middles over the picture, distances to 0.6, tilts within half a radian: it adds up to 0.1."""
    like = made(1)
    far = like._among(np.array([[0.99, 0.99, 0.59, 0.49]]), features(like.real))[0]
    assert far * 1 * 1 * 0.6 * 1.0 == pytest.approx(0.1, rel=1e-6)


# --- what must hold for any eyes


def test_no_photo_says_more_than_the_limit():
    like = shipped().likelihood
    (on,), (away,) = like.whole([TEMPLATE]), like.whole([[0.1, 0.1, 0.15, 0.1]])
    assert 3 < on <= LIMIT
    assert away == -LIMIT
    assert np.abs(like.real_cropped).max() <= LIMIT


def test_cropping_moves_eyes_off_the_template_but_not_out_of_sight():
    like = shipped().likelihood
    cut = [(t - offset) / 0.92 for t, offset in zip(TEMPLATE, (0.02, 0.07) * 2, strict=True)]
    assert like.whole([cut])[0] < -1 < 2 < like.cropped([cut])[0]


NEAR_TEMPLATE = st.tuples(*(st.floats(t - 0.2, t + 0.2) for t in TEMPLATE))
INSIDE = st.tuples(*[st.floats(-0.5, 1.5)] * 4)
FAR = st.tuples(*[st.floats(-1e3, 1e3)] * 4)
ABSURD = st.tuples(*[st.floats(-1e12, 1e12)] * 4)


@settings(max_examples=150, deadline=None)
@given(st.lists(NEAR_TEMPLATE | INSIDE | FAR | ABSURD, max_size=4))
def test_eyes_anywhere_give_a_number_and_no_warning(eyes):
    like = shipped().likelihood
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for found in (like.whole(eyes), like.cropped(eyes)):
            assert found.shape == (len(eyes),)
            assert np.isfinite(found).all()
            assert np.abs(found).max(initial=0) <= LIMIT


def test_far_eyes_whose_chance_rounds_to_less_than_nothing_give_a_number():
    eyes = np.random.default_rng(0).uniform(-100, 100, (20_000, 4))
    assert np.isfinite(shipped().likelihood.cropped(eyes)).all()


def test_many_photos_at_once_are_the_same_as_one_by_one():
    like, eyes = made(4), some_eyes(np.random.default_rng(4), 1_500)
    some = eyes[::500]
    assert like.cropped(eyes)[::500] == pytest.approx(like.cropped(some), abs=1e-9)
    assert math.isclose(like.whole(eyes)[-1], like.whole(eyes[-1:])[0], abs_tol=1e-9)
