"""Repositories of Bluesky as CAR files."""

import builtins
import gzip
import hashlib
import random
from pathlib import Path

import libipld
import pytest
from car_writing import car, cid, repository
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import read

from unswarm.errors import SettingsError
from unswarm.readers import Source, bluesky_car, recognise

FILE = Path(__file__).parents[1] / "data" / "bluesky_car" / "ann.car"
ANN, BOB = "did:plc:ann", "did:plc:bob"
POST = "app.bsky.feed.post"


def post(text: str = "hi") -> dict:
    return {"$type": POST, "text": text, "createdAt": "2024-05-01T12:00:00Z"}


def written(path: Path, blocks: list[bytes]) -> Path:
    path.write_bytes(car(blocks))
    return path


def texts(path: Path) -> list[str]:
    return [row["text"] for row in read(path, "bluesky_car")["post"]]


def reasons(path: Path) -> list[str]:
    return [row["reason"] for row in read(path, "bluesky_car")["quarantine"]]


def test_records_of_a_repository():
    assert recognise(Source(FILE))[0] == "bluesky_car"
    tables = read(FILE)
    said = {row["post"].rpartition("/")[2]: row for row in tables["post"]}
    assert {key: row["kind"] for key, row in said.items()} == {
        **{"3jzfcijpj2z2a": "original", "3l1": "original", "3l2": "quote"},
        **{"3l3": "reply", "3l6": "repost"},
    }
    assert {row["account"] for row in tables["post"]} == {ANN}
    assert said["3l1"]["post"] == f"at://{ANN}/{POST}/3l1"
    assert said["3l6"]["target_account"] == BOB
    (account,), (follow,) = tables["account"], tables["follow"]
    assert (account["name"], account["bio"], account["handle"]) == ("Ann", "bakes", None)
    assert (follow["account"], follow["target"], follow["time"]) == (ANN, BOB, 1714566600000)


def test_times_are_those_claimed_or_that_of_the_key():
    said = {row["post"].rpartition("/")[2]: row["time"] for row in read(FILE)["post"]}
    assert (said["3l1"], said["3jzfcijpj2z2a"]) == (1714564800000, 1688137381887)


def test_files_are_named_as_in_json():
    name = b"bafkreibread"  # what the fixture stores as the picture's content
    expected = libipld.encode_cid(b"\x01\x55\x12\x20" + hashlib.sha256(name).digest())
    assert [row["media"] for row in read(FILE)["media"]] == [expected]


def test_what_is_left_out_is_counted():
    said = []
    list(bluesky_car.read(Source(FILE, report=said.append)))
    assert [line.partition(": ")[2] for line in said] == [
        "1 likes are no posts and were left out.",
        "records of other kinds were left out: 1 app.bsky.graph.block.",
    ]


keys = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(st.sets(keys, min_size=1, max_size=40))
def test_every_record_of_any_tree_is_found(tmp_path_factory, names):
    records = {f"{POST}/{name}": post(name) for name in names}
    path = written(tmp_path_factory.mktemp("car") / "a.car", repository(ANN, records))
    assert texts(path) == sorted(names)
    assert reasons(path) == []


def test_a_cut_file_gives_what_is_whole(tmp_path):
    whole = car(repository(ANN, {f"{POST}/{n}": post(f"{n}") for n in range(9)}))
    path = tmp_path / "cut.car"
    path.write_bytes(whole[:-3])
    assert len(texts(path)) == 8
    assert reasons(path)[0] == "the file is cut here"
    assert "is missing from the file" in reasons(path)[1]


def test_a_changed_block_is_noticed(tmp_path):
    content = car(repository(ANN, {f"{POST}/a": post("peace"), f"{POST}/b": post("bread")}))
    path = tmp_path / "changed.car"
    path.write_bytes(content.replace(b"peace", b"bread"))
    assert texts(path) == ["bread"]
    assert reasons(path) == [
        "a block is damaged: it is not what its hash says",
        f"the record {POST}/a is missing from the file",
    ]


def test_hostile_records_go_to_the_quarantine(tmp_path):
    records = {
        f"{POST}/a": {"text": "no time"},
        f"{POST}/b": {**post(), "text": 5, "facets": [b"x", {"features": 3}], "embed": [1]},
        f"{POST}/c": ["no", "record"],
        "app.bsky.feed.repost/d": {"createdAt": "2024-05-01T12:00:00Z"},
        "app.bsky.graph.follow/e": {"createdAt": "2024-05-01T12:00:00Z", "subject": 5},
    }
    tables = read(written(tmp_path / "odd.car", repository(ANN, records)))
    assert [row["post"] for row in tables["post"]] == [f"at://{ANN}/{POST}/b"]
    assert [(row["field"], row["content"]) for row in tables["quarantine"]] == [
        ("createdAt", f"{POST}/a"),
        (None, ""),
        ("subject.uri", "app.bsky.feed.repost/d"),
        ("subject", "app.bsky.graph.follow/e"),
    ]


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        ({"l": None, "e": [{"p": 0}]}, "a node of the tree of records is damaged"),
        ({"l": None, "e": 5}, "a node of the tree of records is damaged"),
        ({"l": "x", "e": []}, "a node of the tree of records is damaged"),
        ("no node", "a node of the tree of records is damaged"),
        ({"l": cid(b"elsewhere"), "e": []}, "a node of the tree of records is missing"),
    ],
)
def test_damaged_trees(tmp_path, node, reason):
    top = libipld.encode_dag_cbor(node)
    commit = libipld.encode_dag_cbor({"did": ANN, "version": 3, "data": cid(top)})
    found = reasons(written(tmp_path / "tree.car", [commit, top]))
    assert len(found) == 1 and found[0].startswith(reason)


def test_a_root_that_is_no_commit(tmp_path):
    block = libipld.encode_dag_cbor(post())
    path = written(tmp_path / "other.car", [block])
    said = []
    assert reasons(path) == ["its root is no commit of a repository"]
    path = written(tmp_path / "two.car", [block, libipld.encode_dag_cbor(post("hello"))])
    list(bluesky_car.read(Source(path, report=said.append)))
    assert "1 blocks were left out" in said[0]


def test_a_compressed_repository_also_when_it_is_cut(tmp_path):
    path = tmp_path / "ann.car.gz"
    path.write_bytes(gzip.compress(FILE.read_bytes()))
    assert recognise(Source(path))[0] == "bluesky_car"
    assert read(path)["post"] == read(FILE)["post"]

    records = {f"{POST}/{n}": post(random.Random(n).randbytes(9_000).hex()) for n in range(300)}
    path.write_bytes(gzip.compress(car(repository(ANN, records)))[:-1_000_000])
    assert 0 < len(texts(path)) < 300
    assert reasons(path)[0].startswith("the compressed file is damaged or cut")


def test_without_the_library_the_error_says_what_to_do(monkeypatch):
    original = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "libipld":
            raise ImportError(name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    assert recognise(Source(FILE))[0] == "bluesky_car"
    with pytest.raises(SettingsError, match=r"pip install 'unswarm\[bluesky\]'"):
        list(bluesky_car.read(Source(FILE)))
