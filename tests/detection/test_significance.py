from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from small import events_of, layer_of, rows, some_groups

from unswarm.detection.betabinomial import betabinomial_tails
from unswarm.detection.significance import (
    LATENCIES,
    SIZES,
    adjusted,
    benjamini_hochberg,
    betabinomial_tail,
    habits,
    strata,
    without,
)
from unswarm.model import SECOND
from unswarm.tails import poisson_tail

P_VALUES = st.lists(st.one_of(st.floats(1e-12, 1), st.just(0.005)), max_size=30)
WINDOWS = st.sampled_from((0, 10, 60, 3600)).map(lambda seconds: seconds * SECOND)


# ------------------------------------------------------------------ tails


@given(
    st.integers(1, 40),
    st.integers(0, 40),
    st.fractions(Fraction(1, 500), Fraction(1, 2)),
    st.fractions(Fraction(1, 500), Fraction(1, 2)),
)
def test_the_tail_is_that_of_exact_arithmetic(n, count, mean, rho):
    exact = reference.betabinomial_tail(min(count, n), n, mean, rho)
    assert betabinomial_tail(min(count, n), n, float(mean), float(rho)) == pytest.approx(
        float(exact), rel=1e-7
    )


def test_a_small_overdispersion_gives_the_binomial_and_never_nothing():
    tail = betabinomial_tail(8, 20, 0.05, 1e-6)
    assert tail == pytest.approx(stats.binom.sf(7, 20, 0.05), rel=1e-3)


@given(st.integers(1, 60), st.floats(0, 1), st.floats(0.001, 0.5))
def test_the_tail_falls_with_the_count_from_one(n, mean, rho):
    tails = [betabinomial_tail(count, n, mean, rho) for count in range(n + 1)]
    assert tails[0] == pytest.approx(1)
    assert all(a >= b - 1e-9 for a, b in pairwise(tails))


@given(st.integers(3, 40), st.floats(0.001, 0.2))
def test_more_doubt_in_the_explanations_is_more_caution(n, mean):
    tails = [betabinomial_tail(n, n, mean, rho) for rho in (0.01, 0.02, 0.05, 0.1)]
    assert tails == sorted(tails)


@given(st.integers(0, 30), st.floats(0.001, 20))
def test_poisson_counts_itself(count, mean):
    below = sum(stats.poisson.pmf(k, mean) for k in range(count))
    assert poisson_tail(np.array([count]), np.array([mean]))[0] == pytest.approx(
        1 - below, abs=1e-9
    )


# ------------------------------------------------------------------ error control


@given(P_VALUES, st.floats(0.001, 0.5), st.integers(0, 40))
def test_rejections_are_those_of_the_definition(p, q, more):
    tests = len(p) + more or None
    fast = benjamini_hochberg(np.array(p), q, tests)
    assert fast.tolist() == reference.benjamini_hochberg(p, q, tests)


@given(P_VALUES.filter(len), st.integers(0, 40))
def test_q_values_are_the_smallest_rates_that_reject(p, more):
    tests = len(p) + more
    q = adjusted(np.array(p), tests)
    assert q == pytest.approx(reference.adjusted(p, tests))
    for rate in (0.01, 0.05, 0.2):
        if not np.isclose(q, rate).any():
            assert benjamini_hochberg(np.array(p), rate, tests).tolist() == (q <= rate).tolist()


# ------------------------------------------------------------------ strata


@settings(max_examples=150, deadline=None)
@given(rows(), WINDOWS, st.integers(0, 6))
def test_rates_are_counted_pair_by_pair(touches, window, cut):
    layer = layer_of(touches)
    groups = some_groups(layer, cut)
    fast = without(layer, strata(layer, window), groups, window)
    events = events_of(layer)
    slow = reference.rates(events, groups, window)
    assert fast.rates()[fast.of] == pytest.approx(
        [slow[reference.stratum(e, events)] for e in events]
    )


@settings(max_examples=100, deadline=None)
@given(rows(), rows(objects=3), WINDOWS)
def test_signals_keep_rates_of_their_own_when_searched_together(links, texts, window):
    second = [{**t, "signal": "words", "object": "w" + t["object"]} for t in texts]
    layer = layer_of([*links, *second])
    fast, events = strata(layer, window), events_of(layer)
    slow = reference.rates(events, [], window)
    assert fast.rates()[fast.of] == pytest.approx(
        [slow[reference.stratum(e, events)] for e in events]
    )
    assert len(fast.close) == 2 * SIZES * LATENCIES


@settings(max_examples=100, deadline=None)
@given(rows(), WINDOWS)
def test_a_group_of_everybody_leaves_no_rate(touches, window):
    layer = layer_of(touches)
    everybody = [np.arange(layer.accounts)]
    alone = without(layer, strata(layer, window), everybody, window)
    assert not alone.close.any() and not alone.possible.any() and not alone.rates().any()


# ------------------------------------------------------------------ habits


@settings(max_examples=100, deadline=None)
@given(rows())
def test_hours_are_smoothed_and_shrunk_towards_everybodys(touches):
    layer = layer_of(touches)
    tilt, events = habits(layer).tilt, events_of(layer)
    for account in range(layer.accounts):
        slow = [reference.tilt(events, account, hour) for hour in range(24)]
        seen = [hour for hour in range(24) if (layer.hour == hour).any()]
        assert tilt[account][seen] == pytest.approx(np.array(slow)[seen])


@settings(max_examples=100, deadline=None)
@given(rows())
def test_reactions_are_kept_by_account(touches):
    layer = layer_of(touches)
    known, events = habits(layer), events_of(layer)
    for account in range(layer.accounts):
        past = slice(known.history[account], known.history[account + 1])
        own = [e for e in events if e.account == account and e.reaction]
        assert known.latency[past] == pytest.approx(
            [reference.ln(reference.latency(e)) for e in own]
        )
        assert known.origin[past].tolist() == [e.source for e in own]
    assert len(known.population) == layer.reaction.sum()


def test_many_tails_are_those_of_one_at_a_time() -> None:
    draw = np.random.default_rng(1)
    n = draw.integers(1, 300, 500)
    count = draw.integers(0, n + 1)
    mean = draw.random(500) ** 4
    for rho in (1e-6, 0.05, 0.3):
        alone = [
            betabinomial_tail(int(k), int(m), float(e), rho)
            for k, m, e in zip(count, n, mean, strict=True)
        ]
        assert betabinomial_tails(count, n, mean, rho).tolist() == alone
    assert len(betabinomial_tails(n[:0], n[:0], mean[:0], 0.05)) == 0
