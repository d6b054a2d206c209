"""Where the eyes are: the published distance, and what a mirror does to it."""

import math

import numpy as np
import photo_reference as reference
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.photos.geometry import eye_distance, features, rows

POSITION = st.floats(-2, 3)
EYES = st.tuples(POSITION, POSITION, POSITION, POSITION)
MANY = st.lists(EYES, max_size=5)


@given(MANY, EYES)
def test_the_distance_is_that_of_the_formula(eyes, template):
    expected = [reference.eye_distance(one, template) for one in eyes]
    assert eye_distance(eyes, template) == pytest.approx(expected, abs=1e-12)


@given(EYES, EYES)
def test_a_distance_is_the_same_from_both_ends(one, other):
    assert eye_distance([one], other) == pytest.approx(eye_distance([other], one), abs=1e-12)
    assert eye_distance([one], one) == [0]


@given(EYES, EYES)
def test_a_mirror_changes_no_distance(one, other):
    there = eye_distance([reference.mirrored(one)], reference.mirrored(other))
    assert there == pytest.approx(eye_distance([one], other), abs=1e-12)


@given(EYES, EYES, st.floats(0.1, 3))
def test_a_distance_grows_with_the_picture(one, other, factor):
    larger = eye_distance([np.multiply(one, factor)], np.multiply(other, factor))
    assert larger == pytest.approx(factor * eye_distance([one], other), abs=1e-9)


def test_both_eyes_a_diagonal_away_is_one():
    assert eye_distance([[0, 0, 0, 0]], [1, 1, 1, 1]) == pytest.approx([1])
    assert eye_distance([[0.3, 0.4, 0.6, 0.4]], [0.3, 0.4, 0.6, 0.5]) == pytest.approx(
        [0.1 / math.sqrt(8)]
    )


@given(MANY)
def test_features_are_those_of_each_photo(eyes):
    expected = np.array([reference.features(one) for one in eyes]).reshape(-1, 4)
    assert features(eyes) == pytest.approx(expected, abs=1e-12)


@given(EYES)
def test_a_mirror_turns_middle_and_tilt_round(eyes):
    (x, y, distance, tilt), there = features([eyes, reference.mirrored(eyes)])
    assert there[:3] == pytest.approx([1 - x, y, distance], abs=1e-9)
    assert there[2] * np.sin(there[3]) == pytest.approx(-distance * np.sin(tilt), abs=1e-9)
    assert there[2] * np.cos(there[3]) == pytest.approx(distance * np.cos(tilt), abs=1e-9)


@pytest.mark.parametrize("eyes", [[], np.zeros((0, 4)), ()])
def test_no_photos_are_no_rows(eyes):
    assert rows(eyes).shape == features(eyes).shape == (0, 4)
    assert eye_distance(eyes, [0.4, 0.5, 0.6, 0.5]).shape == (0,)
