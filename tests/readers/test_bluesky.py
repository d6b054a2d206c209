"""The API of Bluesky: posts, reposts, threads, profiles, followers."""

import json
from collections import Counter
from pathlib import Path

import pytest
from reading import Rows, read, write

from shared import needs
from unswarm.readers import Source, bluesky, recognise
from unswarm.readers._parts.bluesky import key_time, witnessed

FILES = Path(__file__).parents[1] / "data" / "bluesky"
ANN, BOB, EVE = "did:plc:ann", "did:plc:bob", "did:web:eve.example"
FIRST = f"at://{ANN}/app.bsky.feed.post/3l1"
NOON = 1714564800000


def posts(tables: Rows) -> dict[str, dict]:
    """Last part of the id → post."""
    return {row["post"].rpartition("/")[2]: row for row in tables["post"]}


def search() -> list[dict]:
    return json.loads((FILES / "search.json").read_text("utf-8"))["posts"]


def test_posts_of_a_search():
    found = posts(read(FILES / "search.json"))
    assert {key: row["kind"] for key, row in found.items()} == {
        **{"3l1": "original", "3l2": "quote", "3l3": "reply", "3l4": "original"}
    }
    first = found["3l1"]
    assert (first["post"], first["account"], first["platform"]) == (FIRST, ANN, "bluesky")
    assert (first["language"], first["interactions"]) == ("en", 1 + 2 + 3 + 4)
    assert found["3l3"]["client"] == "a program"


def test_what_a_post_carries_stands_in_its_record():
    tables = read(FILES / "search.json")
    assert [row["hashtag"] for row in tables["hashtag"]] == ["rivertown", "bread"]  # by place
    assert [row["target"] for row in tables["mention"]] == [BOB]
    assert [row["media"] for row in tables["media"]] == ["bafkreibread"]
    assert [(row["post"], row["url"]) for row in tables["link"]] == [
        (FIRST, "https://harbour.example/bread"),
        (f"at://{BOB}/app.bsky.feed.post/3l2", "https://news.example/1"),
    ]
    (share,) = tables["share"]
    assert (share["object"], share["layer"]) == (f"at://{EVE}/app.bsky.feed.generator/food", "feed")


def test_targets_and_their_times():
    searched, fed = posts(read(FILES / "search.json")), posts(read(FILES / "feed.json"))
    for post in (searched["3l2"], fed["3l3"], fed["3l5"]):
        assert (post["target_post"], post["target_account"]) == (FIRST, ANN)
        assert post["target_time"] == searched["3l1"]["time"]
    assert searched["3l3"]["target_time"] is None  # a search does not show what is answered


def test_a_repost_in_a_feed_is_a_post_of_whoever_reposts():
    tables = read(FILES / "feed.json")
    reposts = [row for row in tables["post"] if row["kind"] == "repost"]
    assert [(row["account"], row["time"]) for row in reposts] == [
        (BOB, NOON + 600_500),
        (EVE, NOON + 660_500),
    ]
    assert reposts[0]["post"] == f"at://{BOB}/app.bsky.feed.repost/3l5"
    assert reposts[1]["post"] == f"{FIRST}#repost:{EVE}"
    assert {row["post"] for row in tables["link"]} == {row["post"] for row in reposts}
    assert ANN not in {row["account"] for row in tables["account"]}


def test_the_time_is_when_the_network_saw_a_post_unless_that_was_days_later(tmp_path):
    said = []
    source = Source(FILES / "search.json", report=said.append)
    rows = [row for name, t in bluesky.read(source) if name == "post" for row in t.to_pylist()]
    assert (rows[0]["time"], rows[0]["precision"]) == (NOON + 1_250, 1)
    assert (rows[3]["time"], rows[3]["precision"]) == (1612325106007, 1)
    assert len(said) == 1 and "1 posts" in said[0]


@pytest.mark.parametrize(
    ("seen", "claimed", "expected"),
    [
        ("2024-05-02T00:00:00Z", "2024-05-01T00:00:00Z", (1714608000000, 1000, False)),
        ("2024-05-02T00:00:00Z", "2024-04-30T23:59:59.999Z", (1714521599999, 1, True)),
        ("2024-05-02T00:00:00Z", "2030-01-01T00:00:00Z", (1714608000000, 1000, False)),
        ("2024-05-02T00:00:00Z", "yesterday", (1714608000000, 1000, False)),
        (None, "2024-04-30T23:59:59.999Z", (1714521599999, 1, True)),
    ],
)
def test_seen_and_claimed_times(seen, claimed, expected):
    assert witnessed(seen, claimed, "indexedAt") == expected


def test_the_time_in_a_key():
    assert key_time("3jzfcijpj2z2a") == 1688137381887
    assert key_time("3kvazb5oopl2t") is not None
    for key in ("self", "3jzfcijpj2z2", "3jzfcijpj2z21", "zzzzzzzzzzzzz"):
        assert key_time(key) is None


def test_a_thread_is_all_its_posts():
    tables = read(FILES / "thread.json")
    assert set(posts(tables)) == {"3l1", "3l2", "3l3"}
    assert [row["reason"] for row in tables["quarantine"]] == ["withheld by the API"]


def test_profiles_and_followers():
    tables = read(FILES / "profiles.jsonl")
    ann, eve = tables["account"]
    assert (ann["handle"], ann["name"], ann["bio"]) == ("ann.example", "Ann", "bakes")
    assert (ann["followers"], ann["following"], ann["posts"]) == (10, 20, 30)
    assert (ann["photo"], ann["website"]) == ("bafkreiann", "https://harbour.example")
    assert (ann["created"], ann["created_precision"]) == (1697464676346, 1)
    assert (eve["account"], eve["handle"]) == (EVE, None)  # handle.invalid is none
    follows = {(row["account"], row["target"]) for row in tables["follow"]}
    assert follows == {(BOB, ANN), (EVE, ANN), (ANN, BOB)}


def test_pages_and_their_posts_one_by_one_read_the_same(tmp_path):
    lines = write(tmp_path / "posts.jsonl", *(json.dumps(post) for post in search()))
    assert recognise(Source(lines))[0] == "bluesky"
    assert read(lines) == read(FILES / "search.json")


def test_hostile_rows_go_to_the_quarantine(tmp_path):
    good = search()[0]
    record = good["record"]

    def changed(key: str, **values: object) -> dict:
        return {**good, "uri": f"at://{ANN}/app.bsky.feed.post/{key}", **values}

    odd = {
        **{"text": 5, "langs": "en", "tags": [1, None, "ok"], "facets": [None, {"index": 3}, 7]},
        "embed": {"images": [{"image": "x"}, 5], "external": {"uri": ["x"]}, "record": {"uri": 9}},
        "reply": {"parent": "x"},
    }
    lines = [
        json.dumps(good),
        json.dumps(good),  # again
        json.dumps(changed("a", indexedAt=None, record={"text": "no time"})),
        json.dumps(changed("b", author={"handle": "no did"})),
        json.dumps(changed("c", record={**record, **odd}, likeCount=10**30, repostCount="x")),
        json.dumps({"error": "InvalidRequest", "message": "no"}),
        json.dumps({"posts": [5, None, good]}),
        "[[3]]",
        '{"uri": "cut',
    ]
    tables = read(write(tmp_path / "odd.jsonl", *lines))
    assert list(posts(tables)) == ["3l1", "c"]
    assert [(row["line"], row["field"]) for row in tables["quarantine"]] == [
        *((2, "post"), (3, "indexedAt"), (4, "uri"), (6, "error")),
        *((7, "uri"), (7, "uri"), (7, "post"), (8, "uri"), (9, None)),
    ]
    odd_one = posts(tables)["c"]
    assert (odd_one["text"], odd_one["kind"], odd_one["language"]) == (None, "original", None)
    assert odd_one["interactions"] is not None
    assert [row["hashtag"] for row in tables["hashtag"]][2:] == ["ok"]


@pytest.mark.parametrize(
    "record",
    [
        {"did": "did:plc:ann", "time_us": 1, "kind": "identity", "identity": {}},
        {"posts": [], "cursor": "x"},
        {"uri": "at://x/y/z", "record": {}, "author": {"did": "ann"}},
        {"id": "1", "uri": "https://a.example", "account": {"acct": "a"}, "content": "x"},
    ],
)
def test_the_formats_of_others_are_not_recognised(tmp_path, record):
    assert not bluesky.recognises(Source(write(tmp_path / "x.json", json.dumps(record))))


@pytest.mark.parametrize(
    ("name", "kinds", "accounts"),
    [
        (
            "app.bsky.feed.getAuthorFeed_925c2.json",
            {"repost": 10, "reply": 7, "original": 4, "quote": 4},
            1,
        ),
        ("app.bsky.feed.searchPosts_0e3ec.json", {"original": 86, "reply": 9, "quote": 5}, 45),
        ("app.bsky.feed.searchPosts_bb16d.json", {"original": 83, "reply": 12, "quote": 5}, 53),
    ],
)
def test_the_real_samples(name, kinds, accounts):
    path = needs("native", "bluesky", name)
    assert recognise(Source(path))[0] == "bluesky"
    tables = read(path)
    assert Counter(row["kind"] for row in tables["post"]) == kinds
    assert (len(tables["account"]), len(tables["quarantine"])) == (accounts, 0)
    assert all(row["target_post"] for row in tables["post"] if row["kind"] != "original")
