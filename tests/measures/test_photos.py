"""What the photos of networks show, on worlds of invented eye positions: no picture is opened."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from worlds import accounts, claims, world

from unswarm.measures import photos
from unswarm.model import EVIDENCE
from unswarm.photos import MANY, NONE, ONE, UNREADABLE
from unswarm.photos.calibration import calibrate, shipped, text
from unswarm.photos.gallery import Gallery
from unswarm.photos.groups import spread
from unswarm.photos.trained import Reference

COUNT = 20
MEMBERS = [f"o'm{i:02}" for i in range(COUNT)]  # ids that an SQL literal must quote
OTHERS = [f"x{i:03}" for i in range(120)]


def rng(seed=0):
    return np.random.default_rng(seed)


def drawn(population, n, seed=0):
    return population[rng(seed).choice(len(population), n, replace=False)]


def generated(n, seed=0):
    return drawn(shipped().generated, n, seed)


def aligned(n, seed=0):
    calibration = shipped()
    return drawn(calibration.aligned[calibration.hits(calibration.aligned)], n, seed)


def usual(n, seed=0):
    """Real photos that are not on the template."""
    calibration = shipped()
    return drawn(calibration.real[calibration.distance(calibration.real) > 0.03], n, seed)


def portraits(n, seed=0):
    """One photographer's: the same size at the same place, high up."""
    return rng(seed).normal([0.43, 0.36, 0.60, 0.36], 0.006, (n, 4))


def digest(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def face(account, eyes, **more):
    """A row of a photo with one face; every picture differs unless it is said."""
    left_x, left_y, right_x, right_y = map(float, eyes)
    names = ("photo", "pdq", "pdq_mirrored", "face_pdq", "face_pdq_mirrored")
    row = {name: digest(account, name) for name in names}
    row |= {"account": account, "file": f"{account}.jpg", "result": ONE, "faces": 1}
    row |= {"score": 0.99, "form": "jpeg", "width": 300 + int(row["photo"][:2], 16)}
    row |= {"left_x": left_x, "left_y": left_y, "right_x": right_x, "right_y": right_y}
    return row | {"height": 400, "tables": row["photo"][:12], "watermark": 0.01, **more}


def faces(names, eyes, **more):
    return [face(name, one, **more) for name, one in zip(names, eyes, strict=True)]


def logo(account, picture="logo", **more):
    same = {name: digest(picture, name) for name in ("photo", "pdq", "pdq_mirrored")}
    row = {"account": account, "file": f"{account}.png", "result": NONE, "faces": 0, "form": "png"}
    return row | same | more


def case(members, others=None, networks=None, **tables):
    """A world of one network, or several, and everybody's photos."""
    others = faces(OTHERS, usual(len(OTHERS), 1)) if others is None else others
    names = {row["account"] for row in [*members, *others]}
    return world(
        networks or {"n1": [row["account"] for row in members]},
        account=accounts(sorted(names)),
        photo=[*members, *others],
        **tables,
    )


def measured(engine):
    found = photos.measure(engine)
    assert found.schema == EVIDENCE.schema
    networks = set(engine.fetch("SELECT network FROM membership")["network"].to_pylist())
    for row in found.to_pylist():
        assert row["network"] in networks
        assert row["measure"] == row["family"] == "photos"
        assert row["claim"].endswith(".")
        assert engine.fetch(row["query"]).num_rows > 0
        assert not (row["inauthentic"] and row["p"] is None)
    return found.to_pylist()


def said(engine, words):
    """The row whose claim holds these words; there may be no two."""
    rows = [row for row in measured(engine) if words in row["claim"]]
    assert len(rows) <= 1
    return rows[0] if rows else None


def listed(engine, row):
    return engine.fetch(row["query"])["account"].to_pylist()


TEMPLATE, UNIFORM = "StyleGAN generators put them", "Uniform framing"
SHARED, KNOWN, MARKED = "another member shows too", "of the list of known", "carry the text"
TRAINED, SAVED, COVERAGE = "score higher with the detector", "saved alike", "members have a photo"


def mixed(k, on=generated):
    """Members of whom k have such faces, the others any."""
    return faces(MEMBERS, [*on(k, 2), *usual(COUNT - k, 3)])


# --- where the eyes are


def test_generated_faces_are_found_and_listed():
    engine = case(mixed(8))
    row = said(engine, TEMPLATE)
    on = {m for m, p in zip(MEMBERS, mixed(8), strict=True) if _distance(p) < shipped().hit}
    assert 6 <= len(on) <= 8
    assert row["claim"].startswith(f"{len(on)} of 20 photos with one face have the eyes where")
    assert "of 1,154 real profile photos 10 do (at most 1.6 %)" in row["claim"]
    assert "of the other accounts here 0 of 120." in row["claim"]
    assert row["inauthentic"]
    assert row["p"] < 1e-6
    assert (row["n"], row["value"], row["baseline"]) == (20, len(on) / 20, 0)
    assert set(listed(engine, row)) == on
    distances = engine.fetch(row["query"])["eye_distance"].to_pylist()
    assert distances == sorted(distances)
    assert distances == pytest.approx(sorted(_distance(p) for p in mixed(8))[: len(on)])


def _distance(row):
    eyes = [row[name] for name in ("left_x", "left_y", "right_x", "right_y")]
    return float(shipped().distance([eyes])[0])


def test_faces_on_the_template_are_not_also_called_uniform():
    assert said(case(mixed(20)), UNIFORM) is None


def test_real_photos_and_a_single_hit_say_nothing():
    assert said(case(faces(MEMBERS, usual(COUNT, 3))), TEMPLATE) is None
    assert said(case(mixed(1)), TEMPLATE) is None


def test_only_photos_with_one_face_are_counted():
    """Several faces, or an eye position without a result, never stand in for one."""
    hidden = [row | {"result": MANY, "faces": 2} for row in mixed(8)[:8]]
    assert said(case([*hidden, *mixed(8)[8:]]), TEMPLATE) is None


def test_aligned_photos_of_real_people_are_no_sign():
    """A program that aligns photos puts them on the template, but less exactly."""
    names = [f"m{i}" for i in range(60)]
    eyes = next(e for e in (aligned(60, seed) for seed in range(20)) if spread(e, shipped()).loose)
    engine = case(faces(names, eyes))
    row = said(engine, TEMPLATE)
    assert not row["inauthentic"]
    assert row["p"] < 1e-6
    assert "agree less closely than generated faces do" in row["claim"]
    assert "the sign does not count" in row["claim"]
    assert set(listed(engine, row)) == set(names)


def test_what_the_spread_says_is_said():
    few = said(case(mixed(8)), TEMPLATE)["claim"]
    many = said(case(faces([f"m{i}" for i in range(60)], generated(60))), TEMPLATE)["claim"]
    assert "real photos aligned by a program in the same way are not excluded" in few
    assert "They agree more closely than real photos aligned by a program do" in many


def test_three_hits_are_too_few_to_speak_of_their_spread():
    row = said(case(mixed(3)), TEMPLATE)
    assert row["inauthentic"]
    assert "agree" not in row["claim"]


def test_official_portraits_are_uniform_and_no_sign():
    engine = case(faces(MEMBERS, [*portraits(12), *usual(8, 3)]))
    row = said(engine, UNIFORM)
    alike = listed(engine, row)
    assert not row["inauthentic"]
    assert row["claim"].startswith(f"Uniform framing: {len(alike)} of 20 faces are at the same")
    assert row["value"] == len(alike) / 20
    assert set(MEMBERS[:10]) <= set(alike)
    assert said(engine, TEMPLATE) is None
    assert not any(row["inauthentic"] for row in measured(engine))


@pytest.mark.parametrize("seed", range(8))
def test_the_photos_called_uniform_are_those_that_are_listed(seed):
    wide = rng(seed).normal([0.43, 0.36, 0.60, 0.36], 0.011, (14, 4))
    engine = case(faces(MEMBERS, [*wide, *usual(6, seed)]))
    row = said(engine, UNIFORM)
    assert f"Uniform framing: {len(listed(engine, row))} of 20 faces" in row["claim"]


def test_faces_without_others_to_compare_with():
    row = said(case(mixed(8), others=[]), TEMPLATE)
    assert row["inauthentic"]
    assert "the other accounts here show no faces to compare with." in row["claim"]
    assert row["baseline"] == shipped().real_hits.value


# --- a platform whose photos are on the template anyway


def tight(share):
    k = round(share * len(OTHERS))
    return faces(OTHERS, [*generated(k, 5), *usual(len(OTHERS) - k, 6)])


def test_what_all_accounts_show_is_no_sign():
    """A quarter of everybody is on the template: a network with a quarter is like the others."""
    engine = case(mixed(5), others=tight(0.25))
    gallery = Gallery.of(engine)
    assert gallery.tighter
    assert gallery.assessments["n1"].template.found
    assert gallery.p("n1") > 0.05 > gallery.assessments["n1"].template.p
    assert said(engine, TEMPLATE) is None


def test_more_than_all_accounts_show_is_one():
    engine = case(mixed(18), others=tight(0.25))
    assert Gallery.of(engine).tighter
    row = said(engine, TEMPLATE)
    assert row["inauthentic"]
    assert row["baseline"] > 0.2
    assert row["p"] == Gallery.of(engine).p("n1") > Gallery.of(engine).assessments["n1"].template.p


def test_others_as_they_usually_are_change_nothing():
    gallery = Gallery.of(case(mixed(5), others=tight(0.01)))
    assert not gallery.tighter
    assert gallery.p("n1") == gallery.assessments["n1"].template.p


# --- pictures used again


def copies(rows, *places, **changed):
    """The rows, where some show the picture of the first of them."""
    names = ("photo", "pdq", "pdq_mirrored", "face_pdq", "face_pdq_mirrored")
    same = {name: rows[places[0]][name] for name in names} | changed
    return [row | same if i in places else row for i, row in enumerate(rows)]


def flipped(hexadecimal, bits):
    return f"{int(hexadecimal, 16) ^ ((1 << bits) - 1):064x}"


def plain():
    return faces(MEMBERS, usual(COUNT, 3))


def test_one_photo_of_a_face_on_several_accounts():
    engine = case(copies(plain(), 2, 5, 7, 11))
    row = said(engine, SHARED)
    assert row["claim"].startswith("4 of 20 members show a photo of a face that another member")
    assert row["inauthentic"]
    assert (row["value"], row["baseline"], row["n"]) == (0.2, 0, 20)
    assert sorted(listed(engine, row)) == [MEMBERS[i] for i in (2, 5, 7, 11)]


@pytest.mark.parametrize("how", ["saved again", "mirrored", "cropped"])
def test_a_photo_that_was_changed_is_the_same(how):
    rows = plain()
    for i in (5, 7):
        if how == "saved again":
            rows[i] |= {"pdq": flipped(rows[2]["pdq"], 31)}
        elif how == "mirrored":
            rows[i] |= {"pdq": rows[2]["pdq_mirrored"], "pdq_mirrored": rows[2]["pdq"]}
        else:
            rows[i] |= {"face_pdq": flipped(rows[2]["face_pdq"], 50)}
    assert sorted(listed(case(rows), said(case(rows), SHARED))) == [MEMBERS[i] for i in (2, 5, 7)]


def test_photos_that_differ_in_more_bits_are_others():
    rows = plain()
    rows[5] |= {"pdq": flipped(rows[2]["pdq"], 32), "face_pdq": flipped(rows[2]["face_pdq"], 51)}
    assert said(case(rows), SHARED) is None


def test_two_members_with_one_photo_are_noted_and_no_sign():
    row = said(case(copies(plain(), 2, 5)), SHARED)
    assert row is None or not row["inauthentic"]


def test_logos_and_default_avatars_are_shared_by_anybody():
    rows = [*plain()[:12], *(logo(name) for name in MEMBERS[12:])]
    assert said(case(rows), SHARED) is None


def test_flat_pictures_have_no_hash_and_match_nothing():
    none = dict.fromkeys(("pdq", "pdq_mirrored", "face_pdq", "face_pdq_mirrored"))
    assert said(case([row | none for row in plain()]), SHARED) is None


@pytest.mark.parametrize(("outsiders", "found"), [(2, True), (3, False), (30, False)])
def test_a_picture_that_others_use_too_is_common(outsiders, found):
    members = copies(plain(), *range(2, 10))
    others = faces(OTHERS, usual(len(OTHERS), 1))
    same = {name: members[2][name] for name in ("photo", "pdq", "pdq_mirrored", "face_pdq")}
    others = [row | same if i < outsiders else row for i, row in enumerate(others)]
    row = said(case(members, others), SHARED)
    assert (row is not None and row["inauthentic"]) == found


def test_where_everybody_shares_photos_a_network_is_like_the_others():
    others = faces(OTHERS, usual(len(OTHERS), 1))
    for first in range(0, 60, 2):
        others = copies(others, first, first + 1)
    row = said(case(copies(plain(), 2, 5, 7, 11), others), SHARED)
    assert row is None


# --- known pictures and the corner text


def test_known_pictures_are_named():
    members = plain()
    known = [
        {"label": "agency", "pdq": flipped(members[1]["pdq"], 20), "face_pdq": None},
        {"label": "star", "pdq": None, "face_pdq": members[4]["face_pdq_mirrored"]},
        {"label": "star", "pdq": members[6]["pdq_mirrored"], "face_pdq": None},
        {"label": "star", "pdq": None, "face_pdq": flipped(members[9]["face_pdq"], 50)},
        {"label": "nobody", "pdq": digest("nobody"), "face_pdq": digest("nobody's")},
    ]
    engine = case(members, known_photo=known)
    row = said(engine, KNOWN)
    assert row["claim"].startswith("4 of 20 members show a picture of the list of known ones")
    assert "(agency, star)" in row["claim"]
    assert row["inauthentic"]
    assert sorted(listed(engine, row)) == [MEMBERS[i] for i in (1, 4, 6, 9)]


def test_logos_may_be_known_pictures():
    rows = [*plain()[:15], *(logo(name) for name in MEMBERS[15:])]
    engine = case(rows, known_photo=[{"label": "egg", "pdq": digest("logo", "pdq")}])
    assert sorted(listed(engine, said(engine, KNOWN))) == MEMBERS[15:]


def test_a_picture_everybody_knows_is_no_sign():
    others = [*faces(OTHERS[:60], usual(60, 1)), *(logo(name) for name in OTHERS[60:])]
    rows = [*plain()[:12], *(logo(name) for name in MEMBERS[12:])]
    known = [{"label": "egg", "pdq": digest("logo", "pdq")}]
    assert said(case(rows, others, known_photo=known), KNOWN) is None


def marked(k):
    return [row | {"watermark": 0.31 if i < k else 0.29} for i, row in enumerate(plain())]


def test_the_corner_text_names_a_generator():
    engine = case(marked(4))
    row = said(engine, MARKED)
    assert row["claim"].startswith("4 of 20 photos carry the text “StyleGAN2 (Karras et al.)”")
    assert row["inauthentic"]
    assert sorted(listed(engine, row)) == MEMBERS[:4]


def test_one_text_is_mentioned_and_no_sign():
    row = said(case(marked(1)), MARKED)
    assert row["claim"].startswith("1 of 20 photos carry")
    assert not row["inauthentic"]
    assert said(case(marked(0)), MARKED) is None


# --- trained detectors

MODEL = {"model": "abc", "name": "finder", "version": "2", "licence": "MIT"}


def own(*, scores=None):
    """A calibration of the platform, whose detector scored real photos evenly from 0 to 1."""
    even = np.linspace(0, 1, 1_000) if scores is None else scores
    made = calibrate(usual(400), ["a", "b"] * 200, "ours", "ours")
    made = replace(made, models={"abc": Reference("abc", tuple(even.tolist()))})
    return [{"name": made.name, "detector": made.detector, "content": text(made)}]


def scored(high, low=0.4):
    rows = plain()
    others = faces(OTHERS, usual(len(OTHERS), 1))
    scores = [0.999 if i < high else 0.5 for i in range(len(rows))]
    values = [*scores, *[low] * len(others)]
    return {
        "members": rows,
        "others": others,
        "photo_model": [MODEL],
        "photo_score": [
            {"photo": row["photo"], "model": "abc", "value": value}
            for row, value in zip([*rows, *others], values, strict=True)
        ],
    }


def test_a_detector_says_nothing_without_a_calibration():
    engine = case(**scored(9))
    assert said(engine, TRAINED) is None
    assert not any(row["inauthentic"] for row in measured(engine))


def test_a_calibrated_detector_counts_photos_above_its_threshold():
    engine = case(**scored(9), photo_calibration=own())
    row = said(engine, TRAINED)
    assert row["claim"].startswith("9 of 20 photos score higher with the detector finder 2 than")
    assert row["inauthentic"]
    assert row["baseline"] == Reference("abc", tuple(np.linspace(0, 1, 1_000))).rate_above(0.99)
    assert listed(engine, row)[:9] == MEMBERS[:9]
    assert engine.fetch(row["query"])["value"].to_pylist()[:9] == [0.999] * 9


@pytest.mark.parametrize("high", [0, 1, 2])
def test_a_few_high_scores_say_nothing(high):
    assert said(case(**scored(high), photo_calibration=own()), TRAINED) is None


def test_nothing_is_said_of_accounts_in_no_network():
    engine = case(**scored(9, low=0.999), photo_calibration=own())
    assert said(engine, TRAINED)["network"] == "n1"


def test_a_detector_that_scores_real_photos_as_high_says_nothing():
    always = np.full(1_000, 0.999)
    assert said(case(**scored(9), photo_calibration=own(scores=always)), TRAINED) is None


def test_a_calibration_of_the_case_is_the_one_that_is_compared_with():
    engine = case(mixed(8), photo_calibration=own())
    claim = said(engine, TEMPLATE)["claim"]
    assert "of 400 real profile photos 0 do (at most 0.92 %)" in claim
    assert Gallery.of(engine).calibration.name == "ours"
    assert json.loads(own()[0]["content"])["name"] == "ours"


# --- descriptions


def test_results_are_counted():
    rows = plain()[:14]
    rows += [row | {"result": MANY, "faces": 3} for row in plain()[14:16]]
    rows += [logo(name, name) for name in MEMBERS[16:19]]
    rows += [{"account": MEMBERS[19], "file": "x", "photo": "0", "result": UNREADABLE}]
    row = said(case(rows), COVERAGE)
    assert row["claim"].startswith(
        "20 members have a photo: 14 with one face, 2 with several, 3 with none, 1 unreadable."
    )
    assert (row["value"], row["baseline"], row["n"], row["p"]) == (0.7, 1, 20, None)
    assert listed(case(rows), row) == MEMBERS


def test_files_saved_in_one_way_are_described():
    alike = {"form": "jpeg", "width": 1024, "height": 1024, "tables": "0123456789ab"}
    rows = [row | alike if i < 15 else row for i, row in enumerate(plain())]
    row = said(case(rows), SAVED)
    assert row["claim"].startswith("15 of 20 photos were saved alike, without a camera's name")
    assert "(JPEG, 1024 × 1024 pixels, quantisation tables 0123456789ab)" in row["claim"]
    assert not row["inauthentic"]
    camera = [row | {"camera": True} for row in rows]
    assert said(case(camera), SAVED) is None


# --- several networks, and none


def test_networks_are_corrected_for_each_other():
    names = {f"n{k}": [f"n{k}m{i}" for i in range(COUNT)] for k in range(1, 4)}
    rows = [
        face(name, eyes)
        for k, (_, members) in enumerate(names.items())
        for name, eyes in zip(
            members, [*generated(8 if k else 0, 2), *usual(COUNT if not k else 12, k)], strict=True
        )
    ]
    engine = case(rows, networks=names)
    found = [row for row in measured(engine) if TEMPLATE in row["claim"]]
    assert [row["network"] for row in found] == ["n2", "n3"]
    alone = sorted((Gallery.of(engine).p(network), network) for network in names)
    corrected = {network: p * (3 - rank) for rank, (p, network) in enumerate(alone)}
    assert {row["network"]: row["p"] for row in found} == {n: corrected[n] for n in ("n2", "n3")}
    assert COVERAGE in claims(photos.measure(engine), "n1")[-1]


def test_nothing_is_said_without_photos_or_networks():
    assert photos.measure(world({})).num_rows == 0
    assert photos.measure(world({"n1": MEMBERS}, account=accounts(MEMBERS))).num_rows == 0
    assert photos.measure(world({}, photo=plain(), account=accounts(MEMBERS))).num_rows == 0


def test_no_word_accuses():
    marks = [row | {"watermark": 0.5} for row in copies(mixed(8), 2, 5, 7)]
    said = " ".join(row["claim"] for row in measured(case(marks))).casefold()
    assert not {"bot", "bots", "fake", "fakes", "troll", "trolls"} & set(said.split())
