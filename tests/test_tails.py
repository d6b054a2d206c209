"""The tails are those of `scipy.stats`, figure for figure."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from unswarm.tails import (
    beta_quantile,
    binomial_tail,
    chi_square_quantile,
    poisson_below,
    poisson_tail,
)

counts = st.integers(-2, 10_000)
shares = st.floats(0, 1)
means = st.floats(0, 1e6)
levels = st.floats(0.001, 0.999)


@given(counts, means)
def test_poisson(count: int, mean: float) -> None:
    assert_allclose(poisson_tail(count, mean), stats.poisson.sf(count - 1, mean), rtol=1e-12)
    assert_allclose(poisson_below(count, mean), stats.poisson.cdf(count, mean), rtol=1e-12)


@given(counts, st.integers(0, 10_000), shares)
def test_binomial(count: int, of: int, share: float) -> None:
    assert_allclose(
        binomial_tail(count, of, share), stats.binom.sf(count - 1, of, share), rtol=1e-12
    )


@given(levels, st.integers(1, 10_000), st.integers(1, 10_000))
def test_quantiles(level: float, a: int, b: int) -> None:
    assert_allclose(beta_quantile(level, a, b), stats.beta.ppf(level, a, b), rtol=1e-12)
    assert_allclose(chi_square_quantile(level, a), stats.chi2.ppf(level, a), rtol=1e-12)


def test_whole_columns() -> None:
    count, of = np.arange(-1, 20), np.arange(9, 30)
    assert_allclose(binomial_tail(count, of, 0.3), stats.binom.sf(count - 1, of, 0.3), rtol=1e-12)
    assert_allclose(poisson_tail(count, of / 3), stats.poisson.sf(count - 1, of / 3), rtol=1e-12)
