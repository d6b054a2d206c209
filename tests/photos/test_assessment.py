"""Pictures used again and known ones against comparing all with all, and a group's assessment."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unswarm.photos import MANY, NONE, ONE, RESULTS, UNREADABLE
from unswarm.photos.assessment import COMMON, assess, eyes_of, known_pictures, same_photos
from unswarm.photos.calibration import shipped
from unswarm.photos.pdq import SAME, SAME_FACE, distance
from unswarm.photos.watermark import FOUND

TEMPLATE = (0.3733, 0.4690, 0.6270, 0.4690)
SEEDS = st.integers(0, 2**32 - 1)


def photo(account, eyes=(0.3, 0.3, 0.5, 0.3), result=ONE, **more):
    names = ("photo", "pdq", "pdq_mirrored", "face_pdq", "face_pdq_mirrored")
    row = {name: hashlib.sha256(f"{account} {name}".encode()).hexdigest() for name in names}
    row |= {"account": account, "result": result, "faces": 1, "watermark": None}
    return row | dict(zip(("left_x", "left_y", "right_x", "right_y"), eyes, strict=True)) | more


def flipped(rng, hexadecimal, bits):
    """The hash with so many of its bits changed."""
    mask = sum(1 << int(bit) for bit in rng.choice(256, bits, replace=False))
    return f"{int(hexadecimal, 16) ^ mask:064x}"


def crowd(seed, n):
    """Photos some of which are copies of earlier ones, changed in one way or another."""
    rng = np.random.default_rng(seed)
    rows = [photo(f"a{i}", faces=int(rng.integers(0, 3))) for i in range(n)]
    for i in range(1, n):
        one, other = rows[i], rows[int(rng.integers(i))]
        match rng.integers(0, 7):
            case 0:
                one["photo"] = other["photo"]
            case 1:
                one["pdq"] = flipped(rng, other["pdq"], int(rng.integers(SAME - 2, SAME + 3)))
            case 2:
                one["pdq"], one["pdq_mirrored"] = other["pdq_mirrored"], other["pdq"]
            case 3 if other["face_pdq"]:
                bits = int(rng.integers(SAME_FACE - 2, SAME_FACE + 3))
                one["face_pdq"] = flipped(rng, other["face_pdq"], bits)
            case 4:
                one["face_pdq"] = one["face_pdq_mirrored"] = None
    return rows


def alike(one, other):
    """Whether two photos show one picture, by any of their hashes."""
    if one["photo"] == other["photo"]:
        return True
    for name, most in (("pdq", SAME), ("face_pdq", SAME_FACE)):
        for a, b in ((one, other), (other, one)):
            if not (a[name] and b[name]):
                continue
            if min(distance(a[name], b[name]), distance(a[name], b[f"{name}_mirrored"])) <= most:
                return True
    return False


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 14))
def test_the_same_photos_are_those_of_comparing_all(seed, n):
    rows = crowd(seed, n)
    together = {row["account"]: {row["account"]} for row in rows if row["faces"]}
    for one in rows:
        for other in rows:
            if one["faces"] and other["faces"] and alike(one, other):
                merged = together[one["account"]] | together[other["account"]]
                together.update(dict.fromkeys(merged, merged))
    expected = {tuple(sorted(group)) for group in together.values() if len(group) > 1}
    assert {tuple(sorted(group)) for group in same_photos(rows)} == expected
    assert len(same_photos(rows)) == len(expected)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 10), st.integers(0, 4))
def test_known_pictures_are_those_of_comparing_all(seed, n, many):
    rng, rows = np.random.default_rng(seed), crowd(seed, n)
    known = []
    for label in range(many if n else 0):
        of = rows[int(rng.integers(n))]
        name = str(rng.choice(["pdq", "pdq_mirrored"]))
        face = of["face_pdq"] and flipped(rng, of["face_pdq"], int(rng.integers(45, 54)))
        plain = flipped(rng, of[name], int(rng.integers(28, 34)))
        known.append({"label": f"k{label}", "pdq": plain, "face_pdq": face})
    expected = {}
    for row in rows:
        near = [
            (distance(own, one[name]), one["label"])
            for one in known
            for name, most in (("pdq", SAME), ("face_pdq", SAME_FACE))
            for own in (row[name], row[f"{name}_mirrored"])
            if own and one[name] and distance(own, one[name]) <= most
        ]
        if near:
            expected[row["account"]] = min(near)[1]
    assert known_pictures(rows, known) == expected


def test_a_picture_of_very_many_is_one_group_at_once():
    one = photo("x")
    rows = [one | {"account": f"a{i:05}"} for i in range(20_000)]
    (group,) = same_photos(rows)
    assert len(group) == 20_000


# --- an assessment


def test_only_photos_with_one_face_have_eyes_that_count():
    rows = [photo("a"), photo("b", result=MANY), photo("c", (0.1, 0.2, 0.3, 0.4))]
    rows.append(photo("d", result=NONE))
    assert eyes_of(rows).tolist() == [[0.3, 0.3, 0.5, 0.3], [0.1, 0.2, 0.3, 0.4]]
    assert eyes_of([]).shape == (0, 4)


def test_all_results_are_counted():
    results = [ONE, ONE, MANY, UNREADABLE]
    said = assess([photo(f"{i}", result=r) for i, r in enumerate(results)], shipped())
    assert said.coverage == {ONE: 2, MANY: 1, NONE: 0, UNREADABLE: 1}
    assert tuple(said.coverage) == RESULTS


def test_an_empty_group_is_assessed_as_nothing():
    said = assess([], shipped())
    assert said.framing is said.spread is None
    assert not said.generated
    assert (said.aligned, said.watermarked, said.shared, said.known) == (set(), set(), (), {})


def group(cut=0, on=0, away=0):
    """Faces that were cropped, on the template, and elsewhere."""
    low = [(t - offset) / 0.92 for t, offset in zip(TEMPLATE, (0.0, 0.08) * 2, strict=True)]
    eyes = {"cut": [low] * cut, "on": [TEMPLATE] * on, "away": [(0.2, 0.2, 0.35, 0.2)] * away}
    return [photo(f"{name}{i}", one) for name, some in eyes.items() for i, one in enumerate(some)]


def test_cropped_faces_are_aligned_only_where_the_group_is_found():
    assert assess(group(cut=3, on=1, away=9), shipped()).aligned == {"on0"}
    found = assess(group(cut=3, on=3, away=9), shipped())
    assert found.template.found
    assert found.generated
    assert found.aligned == {"on0", "on1", "on2", "cut0", "cut1", "cut2"}


def test_a_mark_needs_its_threshold():
    rows = [photo("a", watermark=FOUND), photo("b", watermark=FOUND - 0.01), photo("c")]
    assert assess(rows, shipped()).watermarked == {"a"}


@pytest.mark.parametrize("outside", range(COMMON + 2))
def test_shared_pictures_are_those_that_hardly_anybody_else_has(outside):
    rows = [photo(name) for name in "abcd"]
    shared = [("d", "a", *(f"x{i}" for i in range(outside))), ("b", "y"), ("z", "w")]
    said = assess(rows, shipped(), shared=shared, known={"a": "star", "x0": "star"})
    assert said.shared == ((("a", "d"),) if outside < COMMON else ())
    assert said.known == {"a": "star"}
