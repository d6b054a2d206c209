import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st

from unswarm.detection import confirm
from unswarm.detection.membership import probabilities

COUNT = st.integers(0, 40).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n), st.floats(0, 0.95).map(lambda r: r * n))
)


def listing(counts):
    n, k, expected = (np.array(column) for column in zip(*counts, strict=True))
    zero = np.zeros(len(n))
    return confirm.Tests(
        zero.astype(np.int64), np.arange(len(n)), n, k, expected.astype(float), zero, zero
    )


@given(st.lists(COUNT, min_size=1, max_size=15))
def test_the_mixture_is_fitted_as_written(counts):
    assert probabilities(listing(counts)) == pytest.approx(
        reference.probabilities(counts), abs=1e-6
    )


@given(st.lists(COUNT, min_size=1, max_size=15))
def test_probabilities_lie_between_0_and_1_and_without_an_occasion_at_0(counts):
    found = probabilities(listing(counts))
    assert ((found >= 0) & (found <= 1)).all()
    assert not found[[n == 0 for n, _, _ in counts]].any()


def test_the_core_of_a_list_stands_apart_from_those_explained():
    core, explained = [(20, 16, 0.8)] * 8, [(20, 1, 0.8)] * 8
    found = probabilities(listing([*core, *explained]))
    assert found[:8].min() > 0.99 and found[8:].max() < 0.01


def test_meetings_that_are_explained_are_no_evidence():
    explained, unexplained = [(20, 16, 16.0)] * 3, [(20, 16, 0.5)] * 8
    found = probabilities(listing([*explained, *unexplained]))
    share_of_the_core = 8 / 11
    assert found[:3].max() < share_of_the_core < 0.99 < found[3:].min()


def test_the_order_of_a_list_does_not_matter():
    counts = [(20, k, 0.4) for k in range(0, 20, 2)]
    there, back = probabilities(listing(counts)), probabilities(listing(counts[::-1]))
    assert there == pytest.approx(back[::-1])
