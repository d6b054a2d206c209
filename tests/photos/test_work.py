"""Many photos in processes that may die of them, and what is kept when the work is cut off."""

import hashlib
import json
import sys
import time
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from unswarm import album
from unswarm.errors import SettingsError
from unswarm.model import MEASURED
from unswarm.photos import NONE, UNREADABLE, kept, look, mtcnn, work
from unswarm.photos.kept import Kept
from unswarm.progress import silent

Image = pytest.importorskip("PIL.Image")

CRASHED = "the program that opened it crashed or hung"
WORKER = """
import json, os, struct, sys, time
while True:
    head = sys.stdin.buffer.read(8)
    if len(head) < 8:
        sys.exit()
    files = json.loads(sys.stdin.buffer.read(struct.unpack("<Q", head)[0]))
    for file in files:
        with open(LOG, "a") as log:
            log.write(os.path.basename(file) + "\\n")
        if "dies" in file:
            os._exit(11)
        if "hangs" in file:
            time.sleep(60)
        if "half" in file:
            sys.stdout.buffer.write(struct.pack("<Q", 1000) + b"cut")
            os._exit(0)
        time.sleep(0.01 if "slow" in file else 0)
    answer = json.dumps([{"result": "no face", "reason": None, "seen": f} for f in files]).encode()
    sys.stdout.buffer.write(struct.pack("<Q", len(answer)) + answer)
    sys.stdout.buffer.flush()
"""


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Workers are small programs that die of some files; gives back what they were asked."""
    log, script = tmp_path / "asked.log", tmp_path / "worker.py"
    log.touch()
    script.write_text(f"LOG = {str(log)!r}\n{WORKER}")
    hired = []

    class Fragile(work._Worker):
        def __init__(self, manifests):
            super().__init__(manifests)
            self._command = [sys.executable, "-S", str(script)]
            hired.append(self)

    monkeypatch.setattr(work, "_Worker", Fragile)
    yield lambda: log.read_text().split()
    assert all(worker._process is None for worker in hired)  # whatever happened, none is left


def rows(files, **more):
    return list(chain.from_iterable(work.looked(files, **more)))


def many(n, **odd):
    return [Path(odd.get(f"at{i}", f"photo{i:03}")) for i in range(n)]


@pytest.mark.parametrize("workers", [1, 2, 9])
@pytest.mark.parametrize("n", [0, 1, 16, 17, 100])
def test_rows_come_in_the_order_of_the_files(stand_in, n, workers):
    files = many(n)
    found = rows(files, workers=workers)
    assert [row["seen"] for row in found] == [str(file) for file in files]
    assert sorted(stand_in()) == sorted(file.name for file in files)


def test_rows_come_chunk_by_chunk(stand_in):
    sizes = [len(chunk) for chunk in work.looked(many(40), workers=2)]
    assert sizes == [16, 16, 8]


@pytest.mark.parametrize("fate", ["dies", "half"])
@pytest.mark.parametrize("at", [0, 7, 15, 16, 39])
def test_a_photo_that_kills_its_worker_is_unreadable_alone(stand_in, fate, at):
    files = many(40, **{f"at{at}": fate})
    found = rows(files, workers=2)
    assert found[at] == {"result": UNREADABLE, "reason": CRASHED}
    others = [row["seen"] for place, row in enumerate(found) if place != at]
    assert others == [str(file) for place, file in enumerate(files) if place != at]


def test_several_that_kill_their_workers(stand_in):
    files = many(34, at0="dies1", at1="dies2", at20="dies3", at33="dies4")
    found = rows(files, workers=3)
    crashed = [place for place, row in enumerate(found) if row.get("reason") == CRASHED]
    assert crashed == [0, 1, 20, 33]
    assert len(found) == 34


def test_a_photo_that_hangs_is_unreadable_alone(stand_in, monkeypatch):
    monkeypatch.setattr(work, "START", 1.5)
    monkeypatch.setattr(work, "PATIENCE", 0.05)
    began = time.monotonic()
    found = rows(many(5, at2="hangs"), workers=1)
    assert found[2] == {"result": UNREADABLE, "reason": CRASHED}
    assert [row["result"] for row in found] == [NONE, NONE, UNREADABLE, NONE, NONE]
    assert time.monotonic() - began < 30


def test_work_that_is_left_is_not_done_to_the_end(stand_in):
    files = [Path(f"slow{i:03}") for i in range(160)]
    chunks = work.looked(files, workers=1)
    next(chunks)
    chunks.close()
    assert len(stand_in()) <= 3 * work.CHUNK


# --- the real workers


@pytest.fixture
def pictures(tmp_path):
    """A few drawn pictures, one that is none, and one that is not there."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(5):
        rng = np.random.default_rng(number)
        small = Image.fromarray(rng.integers(0, 256, (5, 5, 3), dtype=np.uint8))
        small.resize((64 + number, 64), Image.Resampling.BICUBIC).save(folder / f"{number}.png")
    (folder / "none.jpg").write_bytes(b"no picture")
    return [*sorted(folder.iterdir()), folder / "gone.jpg", folder]


def test_a_worker_says_what_look_says(pictures):
    found = rows(pictures, workers=2)
    readable = [file for file in pictures if file.is_file()]
    assert found[: len(readable)] == [look(file.read_bytes()) for file in readable]
    assert [row["result"] for row in found] == [NONE] * 5 + [UNREADABLE] * 3
    assert found[6] == {
        "result": UNREADABLE,
        "reason": "cannot be opened: no such file or directory",
    }
    assert "is a directory" in found[7]["reason"]


def test_a_missing_extra_is_said_before_the_work(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(SettingsError, match=r"pip install 'unswarm\[photos\]'"):
        list(work.looked([]))


def test_missing_weights_are_said_before_the_work(monkeypatch):
    def refuse():
        raise SettingsError("no weights")

    monkeypatch.setattr(mtcnn, "check", refuse)
    with pytest.raises(SettingsError, match="no weights"):
        list(work.looked([]))


def test_a_manifest_that_is_none_is_said_before_the_work(tmp_path):
    with pytest.raises(Exception, match=r"none\.toml"):
        list(work.looked([], [tmp_path / "none.toml"]))


# --- what is kept


def seen(photo, *, scores=None, detector=mtcnn.NAME, **more):
    return {"photo": photo, "result": NONE, "detector": detector, "scores": scores} | more


def keep(store, *some):
    return list(store.add(some))


def test_nothing_is_kept_at_first(tmp_path):
    store = Kept(tmp_path / "none")
    assert store.known([]) == set()
    assert len(store.rows()) == 0
    assert set(store.rows().column_names) == {"photo", "scores", *(f.name for f in MEASURED)}


def test_what_is_kept_is_given_back(tmp_path):
    store = Kept(tmp_path)
    row = seen("a", score=0.5, faces=1, left_x=0.25, jpeg=b"small", scores={"m": 0.5})
    keep(store, row, seen("b"))
    first, second = store.rows().to_pylist()
    assert (first["photo"], first["left_x"], first["score"]) == ("a", 0.25, 0.5)
    assert json.loads(first["scores"]) == {"m": 0.5}
    assert json.loads(second["scores"]) == {}
    assert store.known([]) == {"a", "b"}


def test_rows_are_safe_a_file_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "SAVED_EVERY", 4)
    store = Kept(tmp_path)
    assert keep(store, *(seen(f"{i}") for i in range(10))) == [4, 8, 10]
    assert keep(store, *(seen(f"{i}") for i in range(10, 14))) == [4]
    assert keep(store) == []
    assert [file.name for file in sorted(tmp_path.iterdir())] == [
        f"{number:06}.parquet" for number in (1, 2, 3, 4)
    ]
    assert store.known([]) == {f"{i}" for i in range(14)}


def test_a_photo_is_looked_at_again_by_another_detector_or_model(tmp_path):
    store = Kept(tmp_path)
    keep(store, seen("old", detector="mtcnn-0"), seen("a", scores={"m": 1.0}), seen("b"))
    keep(store, {"photo": "broken", "result": UNREADABLE, "reason": "no picture"})
    assert store.known([]) == {"a", "b", "broken"}
    assert store.known(["m"]) == {"a", "broken"}
    assert store.known(["m", "n"]) == {"broken"}


def test_the_latest_look_counts(tmp_path):
    store = Kept(tmp_path)
    keep(store, seen("a", faces=1, scores={"m": 1.0}), seen("b", faces=3))
    keep(store, seen("a", faces=2, scores={"n": 2.0}))
    rows = {row["photo"]: row for row in store.rows().to_pylist()}
    assert {photo: row["faces"] for photo, row in rows.items()} == {"a": 2, "b": 3}
    for model in ("m", "n"):
        assert ("a" in store.known([model])) == (model in json.loads(rows["a"]["scores"]))


def test_what_a_crash_left_half_written_is_no_row(tmp_path):
    store = Kept(tmp_path)
    keep(store, seen("a"))
    (tmp_path / "000002.parquet.partial").write_bytes(b"half")
    assert store.known([]) == {"a"}
    keep(store, seen("b"))
    assert store.known([]) == {"a", "b"}


# --- cut off, and going on


@pytest.fixture
def folder(tmp_path):
    """Fourteen pictures of other colours; two accounts have the same one."""
    made = tmp_path / "album"
    made.mkdir()
    for number in range(14):
        picture = np.full((24, 24, 3), (number * 16, 255 - number * 16, 90), np.uint8)
        Image.fromarray(picture).save(made / f"account{number:02}.png")
    (made / "copy.png").write_bytes((made / "account03.png").read_bytes())
    (made / "broken.jpg").write_bytes(b"no picture")
    return made


@pytest.fixture
def counted(monkeypatch):
    """Photos looked at in this process, eight at a time."""
    asked = []

    def looked(files, manifests=(), workers=None):
        for start in range(0, len(files), 8):
            asked.extend(files[start : start + 8])
            yield [look(file.read_bytes()) for file in files[start : start + 8]]

    monkeypatch.setattr(album, "looked", looked)
    monkeypatch.setattr(kept, "SAVED_EVERY", 5)
    return asked


def interrupted(after):
    def progress(what, done, total):
        if what == "looking at photos" and done == after:
            raise KeyboardInterrupt

    return progress


@pytest.mark.parametrize("after", [1, 5, 8, 15])
def test_work_goes_on_where_it_was_cut_off(folder, counted, tmp_path, after):
    whole = album.open_album(folder, Kept(tmp_path / "whole"), (), silent)
    contents = {hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    assert len(counted) == len(contents) == 15
    store = Kept(tmp_path / "kept")
    with pytest.raises(KeyboardInterrupt):
        album.open_album(folder, store, (), interrupted(after))
    safe = store.known([])
    assert after - 5 <= len(safe) <= after
    counted.clear()
    again = album.open_album(folder, store, (), silent)
    digests = {hashlib.sha256(file.read_bytes()).hexdigest() for file in counted}
    assert digests == contents - safe
    assert len(counted) == len(digests)
    assert again == whole
    counted.clear()
    assert album.open_album(folder, store, (), silent) == whole
    assert counted == []


def test_a_new_photo_is_the_only_one_looked_at(folder, counted, tmp_path):
    store = Kept(tmp_path / "kept")
    before = album.open_album(folder, store, (), silent)
    counted.clear()
    Image.fromarray(np.zeros((30, 30, 3), np.uint8)).save(folder / "new.png")
    (folder / "account05.png").rename(folder / "renamed.png")
    after = album.open_album(folder, store, (), silent)
    assert [file.name for file in counted] == ["new.png"]
    assert after.digest != before.digest
    assert len(after.photos) == len(before.photos) + 1
    assert isinstance(after.photos, pa.Table)


def test_progress_counts_the_new_photos(folder, counted, tmp_path):
    said = []
    album.open_album(folder, Kept(tmp_path), (), lambda *one: said.append(one))
    looking = [(done, total) for what, done, total in said if what == "looking at photos"]
    assert {total for _, total in looking} == {15}
    assert looking[-1] == (15, 15)
    comparing = [(done, total) for what, done, total in said if what == "comparing photos"]
    assert comparing == [(place, 16) for place in range(1, 17)]
