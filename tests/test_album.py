"""Albums: whose photo is whose, tables that are none, and what a case makes of them."""

import csv
import hashlib
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

import stand_in
from unswarm import open_case
from unswarm.album import (
    calibrate,
    entries,
    groups_of,
    known_photos,
    open_album,
    take_album,
    take_calibration,
    take_known,
)
from unswarm.engines import open_engine
from unswarm.errors import InputError, SettingsError
from unswarm.model import EVENTS, PHOTO
from unswarm.photos import NONE, ONE, UNREADABLE, calibration
from unswarm.photos.gallery import Gallery
from unswarm.photos.kept import Kept
from unswarm.photos.mtcnn import NAME
from unswarm.progress import silent
from unswarm.store import Intake, Taken, see_events

Image = pytest.importorskip("PIL.Image")


def draw(path, seed=0):
    """A small picture of soft blotches."""
    path.parent.mkdir(parents=True, exist_ok=True)
    small = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    Image.fromarray(small).resize((80, 80), Image.Resampling.BICUBIC).save(path)
    return path


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def table(path, *rows, encoding="utf-8"):
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(rows)
    return path


def listed(album):
    return [(entry.account, entry.file) for entry in entries(album)]


# --- folders


def test_files_of_a_folder_are_named_by_account(tmp_path):
    touch(tmp_path, "bob.png", "ann.jpg", "dr.no.JPEG", "@eve.webp", "123.gif", "zoë.avif")
    assert listed(tmp_path) == [
        ("123", "123.gif"),
        ("ann", "ann.jpg"),
        ("bob", "bob.png"),
        ("dr.no", "dr.no.JPEG"),
        ("eve", "@eve.webp"),
        ("zoë", "zoë.avif"),
    ]


def test_folders_in_folders_are_looked_into(tmp_path):
    touch(tmp_path, "a/ann.jpg", "a/b/ann.png", "c.jpg/bob.bmp")
    assert listed(tmp_path) == [
        ("ann", "a/ann.jpg"),
        ("ann", "a/b/ann.png"),
        ("bob", "c.jpg/bob.bmp"),
    ]
    assert entries(tmp_path)[0].path.samefile(tmp_path / "a" / "ann.jpg")


def test_hidden_and_other_files_are_left_out(tmp_path):
    touch(tmp_path, ".hidden.jpg", ".thumbs/ann.jpg", "a/.b/c.jpg", "notes.txt", "jpg", "x.tiff")
    touch(tmp_path, "._ann.jpg", "bob.jpg")
    assert listed(tmp_path) == [("bob", "bob.jpg")]


def test_an_album_that_lies_in_a_hidden_folder_is_no_hidden_album(tmp_path):
    touch(tmp_path / ".cases" / "album", "ann.jpg")
    assert listed(tmp_path / ".cases" / "album") == [("ann", "ann.jpg")]


def test_a_folder_without_photos_says_what_it_looked_for(tmp_path):
    touch(tmp_path, "notes.txt")
    with pytest.raises(InputError, match=r"holds no photos.*\.jpg") as error:
        entries(tmp_path)
    assert error.value.source == tmp_path


def test_a_mistyped_path_is_guessed(tmp_path):
    touch(tmp_path, "photos/ann.jpg", "posts.csv")
    with pytest.raises(InputError, match="did you mean 'photos'") as error:
        entries(tmp_path / "potos")
    assert error.value.source == tmp_path / "potos"
    with pytest.raises(InputError, match="check the path"):
        entries(tmp_path / "none" / "album")


# --- tables


@pytest.mark.parametrize(
    "header",
    [("account", "file"), ("File", " Account "), ("x", "user_id", "photo"), ("handle", "path")],
)
def test_the_columns_of_a_table_are_recognised(tmp_path, header):
    names = [name.strip().casefold() for name in header]
    row = ["ann.jpg" if name in ("file", "photo", "path") else "ann" for name in names]
    row = ["other" if name == "x" else value for name, value in zip(names, row, strict=True)]
    assert listed(table(tmp_path / "list.csv", header, row)) == [("ann", "ann.jpg")]


def test_one_photo_may_be_of_two_accounts(tmp_path):
    rows = [("account", "file"), ("bob", "in/a.jpg"), ("ann", "in/a.jpg"), ("ann", "./in/../b.jpg")]
    assert listed(table(tmp_path / "list.csv", *rows)) == [
        ("ann", "b.jpg"),
        ("ann", "in/a.jpg"),
        ("bob", "in/a.jpg"),
    ]
    assert entries(tmp_path / "list.csv")[0].path == tmp_path.resolve() / "b.jpg"


def test_marks_spaces_and_empty_lines_of_a_table_do_no_harm(tmp_path):
    rows = [("account", "file"), (), (" ann ", " a.jpg "), ("", "b.jpg"), ("bob", ""), ("eve",)]
    assert listed(table(tmp_path / "list.csv", *rows, encoding="utf-8-sig")) == [("ann", "a.jpg")]


@pytest.mark.parametrize("file", ["../secret.jpg", "/etc/hostname", "a/../../secret.jpg"])
def test_a_table_cannot_name_files_elsewhere(tmp_path, file):
    folder = tmp_path / "album"
    touch(tmp_path, "secret.jpg", "album/a.jpg")
    rows = [("account", "file"), ("ann", "a.jpg"), ("bob", file)]
    with pytest.raises(InputError, match="outside the table's folder") as error:
        entries(table(folder / "list.csv", *rows))
    assert (error.value.source, error.value.line) == (folder / "list.csv", 3)


def test_a_link_does_not_lead_out_of_the_folder(tmp_path):
    touch(tmp_path, "secret.jpg", "album/a.jpg")
    (tmp_path / "album" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    rows = [("account", "file"), ("ann", "link.jpg")]
    with pytest.raises(InputError, match="outside the table's folder"):
        entries(table(tmp_path / "album" / "list.csv", *rows))


@pytest.mark.parametrize("header", [("name", "file"), ("account", "text"), ("nothing",), ()])
def test_a_missing_column_is_named(tmp_path, header):
    path = table(tmp_path / "list.csv", header, ("ann", "a.jpg"))
    with pytest.raises(InputError, match=r"has no column '(account|file)'.*Hint") as error:
        entries(path)
    assert (error.value.source, error.value.line) == (path, 1)


@pytest.mark.parametrize(
    "content",
    [b"\xff\xd8\xff\xe0binary", b"account,file\nann,a\x00b.jpg\n", b"account,file\n", b""],
)
def test_what_is_no_table_of_photos_is_an_input_error(tmp_path, content):
    (tmp_path / "list.csv").write_bytes(content)
    with pytest.raises(InputError) as error:
        entries(tmp_path / "list.csv")
    assert error.value.source == tmp_path / "list.csv"
    assert error.value.hint


# --- looking


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "album"
    for number, name in enumerate(("ann", "bob", "eve")):
        draw(made / f"{name}.png", number)
    (made / "zed.png").write_bytes((made / "ann.png").read_bytes())
    (made / "mia.jpg").write_bytes(b"no picture")
    return made


def test_an_album_is_a_row_for_each_account(folder, tmp_path):
    album = open_album(folder, Kept(tmp_path / "kept"), (), silent)
    assert album.photos.schema == PHOTO.schema
    rows = {row["account"]: row for row in album.photos.to_pylist()}
    assert list(rows) == ["ann", "bob", "eve", "mia", "zed"]
    assert {name: row["result"] for name, row in rows.items()} == {
        **dict.fromkeys(("ann", "bob", "eve", "zed"), NONE),
        "mia": UNREADABLE,
    }
    assert rows["mia"]["reason"]
    assert rows["ann"] == rows["zed"] | {"account": "ann", "file": "ann.png"}
    content = (folder / "bob.png").read_bytes()
    assert rows["bob"]["photo"] == hashlib.sha256(content).hexdigest()
    assert (rows["bob"]["width"], rows["bob"]["bytes"]) == (80, len(content))
    assert album.coverage == {"one face": 0, "many faces": 0, NONE: 4, UNREADABLE: 1}


def test_files_that_cannot_be_opened_are_unreadable(tmp_path):
    draw(tmp_path / "ann.png")
    (tmp_path / "folder.png").mkdir()
    rows = [("account", "file"), ("ann", "ann.png"), ("bob", "gone.png"), ("eve", "folder.png")]
    rows.append(("zoe", "x" * 300 + ".png"))
    album = open_album(table(tmp_path / "list.csv", *rows), Kept(tmp_path / "kept"), (), silent)
    found = {row["account"]: (row["result"], row["reason"]) for row in album.photos.to_pylist()}
    assert found.pop("ann") == (NONE, None)
    for result, reason in found.values():
        assert result == UNREADABLE
        assert reason.startswith("cannot be opened")
    assert len({row["photo"] for row in album.photos.to_pylist()}) == 4


def test_the_digest_is_of_accounts_and_contents(folder, tmp_path):
    kept = Kept(tmp_path / "kept")
    digest = open_album(folder, kept, (), silent).digest
    assert open_album(folder, kept, (), silent).digest == digest
    (folder / "zed.png").rename(folder / "zoe.png")
    renamed = open_album(folder, kept, (), silent).digest
    draw(folder / "zoe.png", 9)
    changed = open_album(folder, kept, (), silent).digest
    assert len({digest, renamed, changed}) == 3


def test_unreadable_photos_are_listed_with_their_reason(folder, tmp_path):
    taken = take_album(tmp_path / "kept", (), silent)(folder)
    (row,) = taken.tables["quarantine"].to_pylist()
    assert row["source"] == str(folder / "mia.jpg")
    assert row["reason"].startswith("no photo: ")
    assert row["content"] == "mia"
    assert taken.notes == ("photos: 4 no face, 1 unreadable",)


def scored(photo, scores):
    return {"photo": photo, "result": NONE, "detector": "mtcnn-1", "scores": scores}


def test_scores_are_those_of_the_models_that_were_asked(folder, tmp_path):
    """A detector that was used before, or is left out now, leaves nothing behind."""
    kept = Kept(tmp_path / "kept")
    digests = {hashlib.sha256(f.read_bytes()).hexdigest() for f in folder.iterdir()}
    list(kept.add(scored(digest, {"old": 0.5}) for digest in sorted(digests)))
    assert len(open_album(folder, kept, (), silent).scores) == 0


# --- groups and calibrations


def test_groups_of_accounts_are_read_from_a_table(tmp_path):
    rows = [("group", "account"), ("a", "ann"), (" a ", "bob"), ("b", "ann"), ("", "eve"), ("c",)]
    assert groups_of(table(tmp_path / "groups.csv", *rows)) == {"a": {"ann", "bob"}, "b": {"ann"}}


def test_what_has_no_groups_has_none(tmp_path):
    assert groups_of(tmp_path) is None
    rows = [("account", "file"), ("ann", "a.jpg")]
    assert groups_of(table(tmp_path / "list.csv", *rows)) is None
    with pytest.raises(InputError, match="has no column 'account'"):
        groups_of(table(tmp_path / "groups.csv", ("group", "name"), ("a", "ann")))


@pytest.fixture
def sample(tmp_path, monkeypatch):
    """An album of 330 photos, of which 30 show no face; what is seen in them is invented."""
    made = tmp_path / "sample"
    for number in range(330):
        file = made / f"site{number % 3}" / f"{number}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{number}")

    def looked(files, manifests=()):
        for file in files:
            number = int(file.read_text())
            eyes = np.random.default_rng(number).normal([0.30, 0.30, 0.50, 0.30], 0.02)
            names = ("left_x", "left_y", "right_x", "right_y")
            face = dict(zip(names, eyes.tolist(), strict=True)) | {"result": ONE, "faces": 1}
            found = {"result": NONE, "faces": 0} if number >= 300 else face
            yield [found | {"detector": NAME, "scores": {}}]

    monkeypatch.setattr("unswarm.album.looked", looked)
    return made


def test_a_calibration_is_made_of_the_photos_with_one_face(sample, tmp_path):
    made = calibrate(sample, tmp_path / "ours.json", "ours", (), silent)
    assert (len(made.real), made.folds.count(0), set(made.folds)) == (300, 100, {0, 1, 2})
    assert made.says == "300 photos with one face of 330 in sample"
    written = calibration.load(tmp_path / "ours.json")
    assert written.digest == made.digest
    assert written.template == calibration.shipped().template
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours.json", "sample"]


def test_too_few_faces_make_no_calibration(sample, tmp_path):
    (sample / "site0" / "0.jpg").unlink()
    with pytest.raises(SettingsError, match="299 photos with one face are too few"):
        calibrate(sample, tmp_path / "ours.json", "ours", (), silent)
    assert not (tmp_path / "ours.json").exists()


# --- known pictures

HASH = "0f" * 32


def test_known_hashes_are_read_from_a_table(tmp_path):
    rows = [("label", "pdq", "face_pdq"), ("star", HASH, ""), ("agency", HASH, HASH[::-1])]
    found = known_photos(table(tmp_path / "known.csv", *rows), Kept(tmp_path / "k"), silent)
    assert found.to_pylist() == [
        {"label": "star", "pdq": HASH, "face_pdq": None},
        {"label": "agency", "pdq": HASH, "face_pdq": HASH[::-1]},
    ]


@pytest.mark.parametrize("bad", ["0f0f", HASH + "0", "z" * 64, HASH.replace("0", " ")])
@pytest.mark.parametrize("field", ["pdq", "face_pdq"])
def test_a_hash_that_is_none_is_named(tmp_path, field, bad):
    good = {"label": "x", "pdq": HASH, "face_pdq": HASH}
    rows = [list(good), list(good.values()), list((good | {field: bad}).values())]
    path = table(tmp_path / "known.csv", *rows)
    with pytest.raises(InputError, match="no PDQ hash") as error:
        known_photos(path, Kept(tmp_path / "k"), silent)
    assert (error.value.source, error.value.line, error.value.field) == (path, 3, field)


@pytest.mark.parametrize(
    "content", [b"label,pdq\n", b"label\nstar\n", b"", b"\xff\xd8\xff\xe0\x00binary"]
)
def test_a_table_without_hashes_is_refused(tmp_path, content):
    (tmp_path / "known.csv").write_bytes(content)
    with pytest.raises(InputError) as error:
        take_known(tmp_path / "kept", silent)(tmp_path / "known.csv")
    assert error.value.source == tmp_path / "known.csv"


def test_known_pictures_of_a_folder_are_hashed(folder, tmp_path):
    taken = take_known(tmp_path / "kept", silent)(folder)
    rows = taken.tables["known_photo"].to_pylist()
    assert [row["label"] for row in rows] == ["ann.png", "bob.png", "eve.png", "zed.png"]
    assert all(len(row["pdq"]) == 64 and row["face_pdq"] is None for row in rows)
    assert rows[0]["pdq"] == rows[3]["pdq"] != rows[1]["pdq"]
    assert taken.kind == "known photos"


def test_pictures_that_cannot_be_compared_are_no_list(tmp_path):
    touch(tmp_path / "known", "empty.jpg")
    with pytest.raises(InputError, match="no picture that can be compared"):
        take_known(tmp_path / "kept", silent)(tmp_path / "known")


# --- whose photo it is


def case_of(tmp_path, *sources):
    """An engine that sees sources, each a table name → rows."""
    taken = []
    for number, tables in enumerate(sources, start=1):
        intake = Intake(tmp_path / "events", number)
        for name, rows in tables.items():
            intake.write(name, EVENTS[name].rows(rows))
        taken.append(Taken(number, "", f"{number}", 0, "test", ""))
    engine = open_engine()
    see_events(engine, tmp_path / "events", taken)
    return engine


def photo(account, content, file=None):
    return {"account": account, "photo": content, "file": file or f"{account}.jpg", "result": NONE}


def owners(engine):
    rows = engine.fetch("SELECT account, photo FROM photo ORDER BY account, photo").to_pylist()
    return {row["account"]: row["photo"] for row in rows}


def profile(account, **more):
    return {"account": account} | more


def test_a_photo_belongs_to_the_id_or_handle_it_names(tmp_path):
    accounts = [profile("1", handle="ann"), profile("2", handle="Bob"), profile("3", handle="eve")]
    photos = [photo("1", "p1"), photo("bOB", "p2"), photo("nobody", "p9")]
    assert owners(case_of(tmp_path, {"account": accounts}, {"photo": photos})) == {
        "1": "p1",
        "2": "p2",
    }


def test_a_photo_named_as_profiles_name_it(tmp_path):
    accounts = [
        profile("1", photo="https://pbs.example/images/a1.jpg"),
        profile("2", photo="C:\\photos\\b2.png"),
        profile("3", photo="c3.jpg"),
        profile("4", photo="https://pbs.example/images/a1.jpg"),
        profile("5", photo="d5"),
    ]
    photos = [
        photo("a1", "p1", "a1.jpg"),
        photo("b2", "p2", "in/folders/b2.png"),
        photo("c3", "p3", "c3.jpeg"),
        photo("d5", "p5", "d5.jpg"),
    ]
    assert owners(case_of(tmp_path, {"account": accounts, "photo": photos})) == {
        "1": "p1",
        "2": "p2",
        "4": "p1",
    }


def test_an_id_goes_before_a_handle_and_a_handle_before_a_file(tmp_path):
    accounts = [
        profile("ann", handle="x", photo="f.jpg"),
        profile("2", handle="bob", photo="f.jpg"),
    ]
    photos = [
        photo("ann", "by id"),
        photo("x", "by handle"),
        photo("f", "by file", "f.jpg"),
        photo("bob", "by handle"),
    ]
    assert owners(case_of(tmp_path, {"account": accounts, "photo": photos})) == {
        "ann": "by id",
        "2": "by handle",
    }


def test_a_photo_that_names_an_id_is_not_also_that_of_a_namesake(tmp_path):
    accounts = [profile("ann", handle="first"), profile("2", handle="Ann")]
    photos = [photo("ann", "p1")]
    assert owners(case_of(tmp_path, {"account": accounts, "photo": photos})) == {"ann": "p1"}


def test_the_latest_photo_of_an_account_counts(tmp_path):
    photos = [photo("ann", "second", "b/ann.jpg"), photo("ann", "first", "a/ann.jpg")]
    first = {"account": [profile("ann")], "photo": photos}
    assert owners(case_of(tmp_path / "one", first)) == {"ann": "first"}
    later = {"photo": [photo("ann", "new", "c/ann.jpg")]}
    assert owners(case_of(tmp_path / "two", first, later)) == {"ann": "new"}


def test_photos_beside_posts_make_no_accounts(tmp_path):
    posts = [{"account": "ann", "post": "1", "time": 0, "precision": 1}]
    engine = case_of(tmp_path, {"post": posts}, {"photo": [photo("ann", "p1"), photo("bob", "p2")]})
    assert owners(engine) == {"ann": "p1"}
    assert engine.fetch("SELECT account FROM account")["account"].to_pylist() == ["ann"]


def test_photos_alone_make_accounts(tmp_path):
    engine = case_of(tmp_path, {"photo": [photo("ann", "p1"), photo("bob", "p2")]})
    assert owners(engine) == {"ann": "p1", "bob": "p2"}
    accounts = engine.fetch("SELECT account FROM account ORDER BY account")["account"].to_pylist()
    assert accounts == ["ann", "bob"]


def test_a_case_without_photos_has_empty_tables(tmp_path):
    engine = case_of(tmp_path, {"account": [profile("ann")]})
    for name in ("photo", "preview", "known_photo", "photo_score", "photo_calibration"):
        assert engine.fetch(f"SELECT * FROM {name}").num_rows == 0


def test_the_latest_calibration_counts(tmp_path):
    one, two = ({"photo_calibration": [{"name": name}]} for name in ("old", "new"))
    engine = case_of(tmp_path, {"account": [profile("ann")]}, one, two)
    assert engine.fetch("SELECT name FROM photo_calibration")["name"].to_pylist() == ["new"]


# --- a case


@pytest.fixture
def case(tmp_path, monkeypatch):
    monkeypatch.setattr("unswarm.detection.detect", stand_in.detect)
    opened = open_case(tmp_path / "case")
    (tmp_path / "posts.csv").write_text(stand_in.POSTS)
    opened.read(tmp_path / "posts.csv")
    return opened


def test_a_case_takes_an_album_in_once(case, folder):
    (reading,) = case.read_photos(folder)
    assert reading.rows["photo"] == 5
    (again,) = case.read_photos(folder)
    assert again.skipped
    case.detect()
    found = case.findings.query("SELECT account FROM photo ORDER BY account")
    assert [row["account"] for row in found] == ["ann", "bob", "eve"]
    (preview,) = case.findings.query("SELECT count(*) AS n FROM preview")
    assert preview["n"] == 3
    said = [row["claim"] for row in case.findings.evidence if row["measure"] == "photos"]
    assert any(claim.startswith("3 members have a photo: 0 with one face") for claim in said)


def own_calibration(path):
    eyes = np.random.default_rng(0).normal([0.30, 0.30, 0.50, 0.30], 0.02, (300, 4))
    made = calibration.calibrate(eyes, ["a", "b"] * 150, "ours", "photos of our platform")
    calibration.save(made, path)
    return made


def test_a_calibration_taken_in_is_the_one_that_is_used(case, folder, tmp_path):
    made = own_calibration(tmp_path / "ours.json")
    case.read_photos(folder)
    case.detect()
    assert Gallery.of(case.findings.engine).calibration.name == "shipped reference"
    (reading,) = case.read_photos(calibration=tmp_path / "ours.json")
    assert reading.notes == ("ours: photos of our platform",)
    case.detect()
    used = Gallery.of(case.findings.engine).calibration
    assert used.digest == made.digest
    assert used.real_hits.of == 300


def test_a_calibration_is_taken_in_as_it_is(tmp_path):
    made = own_calibration(tmp_path / "ours.json")
    taken = take_calibration(tmp_path / "ours.json")
    (row,) = taken.tables["photo_calibration"].to_pylist()
    assert calibration.parsed(json.loads(row["content"])).digest == made.digest == taken.digest
    (tmp_path / "ours.json").write_text("{}")
    with pytest.raises(InputError, match=r"ours\.json"):
        take_calibration(tmp_path / "ours.json")


def test_a_reading_that_fails_leaves_the_case_as_it_was(case, tmp_path):
    before = len(case.sources)
    with pytest.raises(InputError):
        case.read_photos(tmp_path / "none")
    assert len(case.sources) == before
    assert pq.read_table(case.path / "events" / "post").num_rows == 9
