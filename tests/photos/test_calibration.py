"""Calibrations: what the shipped one says, files that are none, and a platform's own."""

import json
from dataclasses import replace

import numpy as np
import photo_reference as reference
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from unswarm.errors import InputError, SettingsError, UserError
from unswarm.photos.calibration import (
    FEWEST,
    Share,
    calibrate,
    load,
    parsed,
    save,
    shipped,
    text,
)
from unswarm.photos.mtcnn import NAME
from unswarm.photos.trained import Reference

TEMPLATE = (0.3733, 0.4690, 0.6270, 0.4690)
AWAY = (0.30, 0.30, 0.50, 0.30)


def real_eyes(n, seed=0, on=0):
    """Eyes far from the template, and some on it."""
    rng = np.random.default_rng(seed)
    eyes = AWAY + rng.normal(0, 0.02, (n, 4))
    eyes[:on] = TEMPLATE + rng.normal(0, 0.001, (on, 4))
    return eyes


def own(n=FEWEST, sources=("a", "b", "c"), **more):
    names = [sources[i % len(sources)] for i in range(n)]
    return calibrate(real_eyes(n, **more), names, "ours", "photos of our platform")


# --- the shipped one


def test_the_shipped_one_is_for_the_detector_that_is_shipped():
    calibration = shipped()
    assert calibration.digest == shipped(NAME).digest
    assert calibration.detector == NAME
    assert calibration.name == "shipped reference"
    assert calibration.says
    assert not calibration.models
    assert len(calibration.real) == len(calibration.folds) >= 1_000
    assert len(set(calibration.folds)) > 5


def test_the_shipped_template_is_where_the_generated_eyes_are():
    calibration = shipped()
    assert calibration.template == TEMPLATE
    assert calibration.generated.mean(axis=0) == pytest.approx(TEMPLATE, abs=0.002)
    assert reference.share(calibration.hits(calibration.generated)) > 0.97
    assert reference.share(calibration.hits(calibration.aligned)) > 0.85


def test_about_one_real_photo_in_a_hundred_is_on_the_template():
    calibration = shipped()
    distances = [reference.eye_distance(eyes, TEMPLATE) for eyes in calibration.real.tolist()]
    assert calibration.real_hits == Share(sum(d < 0.0147 for d in distances), len(distances))
    assert 0.005 < calibration.real_hits.value < 0.0105
    assert calibration.real_hits.high < 0.02


def test_the_shipped_one_holds_the_table_it_was_made_from():
    table = {
        tuple(np.rint(eyes * 10_000).astype(int).tolist())
        for eyes in reference.population("real_profile")
    }
    inside = {tuple(np.rint(eyes * 10_000).astype(int).tolist()) for eyes in shipped().real}
    assert len(table - inside) == 0


# --- shares


COUNTS = st.integers(1, 3_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(COUNTS)
def test_intervals_are_those_of_clopper_and_pearson(count):
    have, of = count
    interval = stats.binomtest(have, of).proportion_ci(0.95, "exact")
    share = Share(have, of)
    assert (share.low, share.high) == pytest.approx((interval.low, interval.high), abs=1e-9)
    assert share.low <= share.value <= share.high


def test_the_share_of_a_photo_counts_real_photos_that_are_as_aligned():
    calibration = shipped()
    rng = np.random.default_rng(1)
    eyes = np.concatenate([rng.uniform(0.2, 0.7, (5, 4)), calibration.real[:200:20], [TEMPLATE]])
    null = calibration.likelihood.real_cropped
    for share, ratio in zip(
        calibration.shares(eyes), calibration.likelihood.cropped(eyes), strict=True
    ):
        assert share == Share(sum(float(r) >= ratio for r in null), len(null))
    assert calibration.shares([TEMPLATE])[0].value < 0.01
    assert calibration.shares([AWAY])[0].value > 0.5
    assert calibration.shares([]) == []


# --- files


def test_a_file_gives_the_calibration_back(tmp_path):
    models = {"m1": Reference("m1", tuple(np.linspace(0, 1, 200).tolist()))}
    made = replace(own(), models=models)
    save(made, tmp_path / "once.json")
    again = load(tmp_path / "once.json")
    save(again, tmp_path / "twice.json")
    assert (tmp_path / "once.json").read_bytes() == (tmp_path / "twice.json").read_bytes()
    assert again.digest == made.digest
    assert (again.name, again.says) == ("ours", "photos of our platform")
    assert (again.models, again.folds) == (made.models, made.folds)
    assert again.real == pytest.approx(made.real, abs=0.5e-4)
    assert (again.template, again.hit) == (made.template, made.hit)


def test_a_digest_stays_and_tells_calibrations_apart():
    assert shipped().digest == parsed(json.loads(text(shipped()))).digest
    digests = {
        calibration.digest
        for calibration in (
            shipped(),
            own(),
            own(seed=1),
            replace(own(), name="theirs"),
            replace(own(), hit=0.02),
            replace(own(), folds=(0, 1) * (FEWEST // 2)),
            replace(own(), models={"m": Reference("m", (0.0,) * 200)}),
        )
    }
    assert len(digests) == 7


def content(**changed):
    return json.loads(text(own())) | changed


def without(key):
    return {name: value for name, value in content().items() if name != key}


MODEL = {"version": 1, "identity": "m", "scores": [0.5] * 200}
BROKEN = {
    "no JSON": "{",
    "no object": "[1, 2]",
    "empty": "",
    "binary": b"\xff\xd8\xff\xe0",
    "another version": content(version=2),
    "no version": without("version"),
    "another detector": content(detector="mtcnn-0"),
    **{f"no {key}": without(key) for key in content() if key not in ("version", "detector")},
    "too few photos": content(real=content()["real"][:299], folds=content()["folds"][:299]),
    "folds of other photos": content(folds=content()["folds"][:-1]),
    "one source only": content(folds=[0] * FEWEST),
    "eyes that are none": content(real="eyes"),
    "half an eye": content(generated=[[1, 2, 3]]),
    "no generated faces": content(generated=[]),
    "no aligned faces": content(aligned=[]),
    "eyes that are no numbers": content(aligned=[[1, 2, 3, None]]),
    "eyes that are not finite": content(real=[[1, 2, 3, float("nan")]] * FEWEST),
    "three coordinates": content(template=[0.1, 0.2, 0.3]),
    "a template without numbers": content(template="here"),
    "models that are none": content(models=[1]),
    "a model that is none": content(models={"m": 1}),
    "a model of another version": content(models={"m": MODEL | {"version": 2}}),
    "a model with too few scores": content(models={"m": MODEL | {"scores": [0.5] * 10}}),
    "a model out of order": content(models={"m": MODEL | {"scores": [1, 0] * 100}}),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=list(BROKEN))
def test_a_file_that_is_no_calibration_is_named(tmp_path, broken):
    path = tmp_path / "mine.json"
    if isinstance(broken, dict):
        broken = json.dumps(broken)
    path.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    with pytest.raises(InputError) as error:
        load(path)
    assert error.value.source == path
    assert error.value.hint
    assert str(path) in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(InputError, match="cannot be opened") as error:
            load(path)
        assert error.value.source == path
        assert error.value.hint


def test_the_content_that_is_broken_was_whole(tmp_path):
    """Otherwise the test above would pass for any file."""
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(content(models={"m": MODEL})))
    assert load(path).models["m"].scores == (0.5,) * 200


# --- a platform's own


def test_a_platform_keeps_the_template_and_replaces_the_photos():
    calibration = own()
    assert calibration.real == pytest.approx(real_eyes(FEWEST))
    for name in ("template", "hit", "detector"):
        assert getattr(calibration, name) == getattr(shipped(), name)
    assert calibration.generated is shipped().generated
    assert calibration.models == {}


@pytest.mark.parametrize("n", [0, 1, FEWEST - 1])
def test_too_few_photos_are_refused(n):
    with pytest.raises(SettingsError, match=f"{n} photos .* {FEWEST}.* Hint"):
        own(n)
    assert issubclass(SettingsError, UserError)


def test_photos_of_a_source_stay_together():
    folds = own(sources=("b", "a", "c")).folds
    assert folds[:6] == (1, 0, 2, 1, 0, 2)


def test_one_source_is_dealt_out():
    folds = own(sources=("only",)).folds
    assert sorted(set(folds)) == list(range(10))
    assert max(folds.count(fold) for fold in folds) == FEWEST // 10


def test_many_generated_faces_in_a_sample_are_warned_of():
    assert own(on=2).warnings(shipped()) == []
    (said,) = own(on=40).warnings(shipped())
    assert "40 of 300 photos" in said
    assert "look at these photos first" in said
    assert shipped().warnings(shipped()) == []


@pytest.mark.parametrize("on", range(3, 20))
def test_a_warning_needs_more_than_chance(on):
    most = reference.upper(shipped().real_hits.have, shipped().real_hits.of)
    p = stats.binom.sf(on - 1, FEWEST, most)
    assert bool(own(on=on).warnings(shipped())) == (p < 0.01)
