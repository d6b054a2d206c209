"""Bluesky's Jetstream in both wire formats."""

import json
from pathlib import Path

import pytest
from reading import read, write

from unswarm.readers import Source, jetstream, recognise

FILES = Path(__file__).parents[1] / "data" / "jetstream"
ANN, BOB, EVE = "did:plc:ann", "did:plc:bob", "did:web:eve.example"
FIRST = f"at://{ANN}/app.bsky.feed.post/3l1"
NOON = 1714564800000

both = pytest.mark.parametrize("name", ["v1.jsonl", "v2.jsonl"])


def event(**values: object) -> dict:
    commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "3l1"}
    record = {"text": "hi", "createdAt": "2024-05-01T12:00:00Z"}
    commit = {**commit, "record": record, **values}
    return {"did": ANN, "time_us": NOON * 1000, "kind": "commit", "commit": commit}


def test_both_wire_formats_give_the_same_tables():
    assert {recognise(Source(FILES / name))[0] for name in ("v1.jsonl", "v2.jsonl")} == {
        "jetstream"
    }
    assert read(FILES / "v1.jsonl") == read(FILES / "v2.jsonl")


@both
def test_posts_at_the_time_they_were_seen(name):
    tables = read(FILES / name)
    said = [(row["account"], row["kind"], row["time"] - NOON) for row in tables["post"]]
    assert said == [
        *((ANN, "original", 3_750), (BOB, "quote", 5_000)),
        *((EVE, "reply", 6_250), (EVE, "repost", 7_500)),
    ]
    assert {row["precision"] for row in tables["post"]} == {1}
    assert {row["target_post"] for row in tables["post"]} == {None, FIRST}
    assert {row["target_account"] for row in tables["post"]} == {None, ANN}
    assert [row["url"] for row in tables["link"]] == [
        *("https://harbour.example/bread", "https://news.example/1")
    ]


@both
def test_what_is_said_of_an_account_bit_by_bit_is_one_profile(name):
    ann, eve = read(FILES / name)["account"]
    assert (ann["handle"], ann["name"], ann["bio"]) == ("ann-bakes.example", "Ann B.", "bakes")
    assert (ann["photo"], ann["created"]) == ("bafkreiann", 1697464676346)
    assert (ann["status"], ann["seen"]) == ("active", NOON + 17_500)
    assert (eve["status"], eve["seen"]) == ("takendown", NOON + 16_250)


@both
def test_changes_of_names(name):
    changes = [(row["what"], row["before"], row["after"]) for row in read(FILES / name)["rename"]]
    assert changes == [
        ("handle", "ann.example", "ann-bakes.example"),
        ("name", "Ann", "Ann B."),
    ]


@both
def test_follows_make_no_accounts(name):
    tables = read(FILES / name)
    assert [(row["account"], row["target"], row["time"]) for row in tables["follow"]] == [
        (BOB, ANN, NOON + 10_000)
    ]
    assert BOB not in {row["account"] for row in tables["account"]}


@both
def test_what_is_left_out_is_counted(name):
    said = []
    list(jetstream.read(Source(FILES / name, report=said.append)))
    assert [line.partition(": ")[2] for line in said] == [
        "1 posts were deleted later; what was published stays.",
        "1 likes are no posts and were left out.",
        "records of other kinds were left out: 1 app.bsky.graph.block.",
    ]


@both
def test_deletions_are_noted(name):
    (deleted,) = read(FILES / name)["revision"]
    assert (deleted["account"], deleted["what"]) == (BOB, "deleted")
    assert deleted["post"] in {row["post"] for row in read(FILES / name)["post"]}
    assert (deleted["time"], deleted["text"]) == (NOON + 12_500, None)


def test_edits_and_gone_accounts_are_noted(tmp_path):
    gone = {"did": BOB, "time_us": NOON * 1000, "kind": "account"}
    lines = [
        event(operation="update", record={"text": "bye"}),
        {**gone, "account": {"active": False, "status": "deleted"}},
        event(operation="update", collection="app.bsky.feed.threadgate"),
    ]
    found = read(write(tmp_path / "x.jsonl", *map(json.dumps, lines)))["revision"]
    assert [(r["account"], r["post"], r["what"], r["text"]) for r in found] == [
        (ANN, FIRST, "edited", "bye"),
        (BOB, None, "deleted", None),
    ]


def test_the_streams_of_2024(tmp_path):
    old = event()
    old["commit"]["type"] = "c"
    old["type"] = "com"
    del old["kind"], old["commit"]["operation"]
    path = write(tmp_path / "old.jsonl", json.dumps(old))
    assert recognise(Source(path))[0] == "jetstream"
    assert [row["post"] for row in read(path)["post"]] == [FIRST]


HOUR = 3_600_000
AWAY = "3krgaaf5u2222"  # two hours before noon, by the clock of a server


def made(path) -> int:
    (row,) = read(path)["post"]
    return row["time"] - NOON


@pytest.mark.parametrize(
    ("claimed", "rev", "time"),
    [
        ("10:00:02", AWAY, -2 * HOUR),  # the stream caught up
        ("12:00:00", AWAY, 0),  # the server says so alone
        ("10:00:02", "3krggwxmg2222", 0),  # the author says so alone: rev is noon
        ("10:00:02", "3r", 0),
        ("10:00:02", None, 0),
        ("10:00:02", "zzzzzzzzzzzzz", 0),
        ("soon", AWAY, 0),
    ],
)
def test_what_was_told_late_has_the_time_of_its_commit_if_both_say_so(tmp_path, claimed, rev, time):
    record = {"text": "hi", "createdAt": f"2024-05-01T{claimed}Z"}
    path = write(tmp_path / "x.jsonl", json.dumps(event(record=record, rev=rev)))
    assert made(path) == time
    told = []
    list(jetstream.read(Source(path, report=told.append)))
    late = "1 records were told late and have the time of their commit."
    assert [line.partition(": ")[2] for line in told] == ([late] if time else [])


def test_hostile_rows_go_to_the_quarantine(tmp_path):
    lines = [
        json.dumps(event()),
        json.dumps(event()),  # again
        json.dumps({**event(), "time_us": "soon"}),
        json.dumps({**event(), "did": 5}),
        json.dumps({**event(), "kind": "surprise"}),
        json.dumps(event(rkey="a", record=None)),
        json.dumps(event(rkey="")),
        json.dumps(event(collection="app.bsky.feed.repost", record={"subject": 5})),
        json.dumps(event(collection="app.bsky.graph.follow", record={"subject": "ann"})),
        json.dumps(event(rkey="b", record={"text": ["x"], "facets": {}, "embed": "x"})),
        json.dumps(event(collection=["x"])),
        '{"did": "did:plc:a", "time_us": 17145648000',
    ]
    tables = read(write(tmp_path / "odd.jsonl", *lines))
    assert [row["post"].rpartition("/")[2] for row in tables["post"]] == ["3l1", "b"]
    assert [(row["line"], row["field"]) for row in tables["quarantine"]] == [
        *((2, "post"), (3, "time_us"), (4, "kind"), (5, "kind"), (6, "record")),
        *((7, "rkey"), (8, "subject.uri"), (9, "record.subject"), (12, None)),
    ]


def test_a_frame_that_holds_no_event_is_not_recognised(tmp_path):
    for other in ({"$type": "message", "payload": {"seq": 1}}, {"did": ANN, "handle": "a.example"}):
        assert not jetstream.recognises(Source(write(tmp_path / "x.jsonl", json.dumps(other))))
