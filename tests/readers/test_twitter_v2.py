"""API v2 as twarc2 writes it: pages, flattened tweets, users."""

import json

import pytest
from twitter_reading import HERE, by_kind, carried, dangling, in_all, read, recognised_as, write

from shared import needs
from unswarm.readers import Source, twitter_v2

FILES = HERE / "twitter_v2"
ORIGINAL, REPOST = "1440713161355583489", "1440716895355764743"


def test_pages_and_flattened_tweets_give_the_same_tables():
    pages, flat = read(FILES / "pages.jsonl"), read(FILES / "flat.jsonl")
    assert recognised_as(FILES / "pages.jsonl") == recognised_as(FILES / "flat.jsonl")
    assert recognised_as(FILES / "pages.jsonl") == "twitter_v2"
    assert pages == flat
    assert in_all(pages) == (5, 0)
    assert not dangling(pages)


def test_kinds_targets_and_their_times():
    tables = read(FILES / "pages.jsonl")
    posts = by_kind(tables)
    (original,) = (post for post in tables["post"] if post["post"] == ORIGINAL)
    for kind in ("repost", "quote"):
        assert (posts[kind]["target_post"], posts[kind]["target_account"]) == (ORIGINAL, "21")
        assert posts[kind]["target_time"] == original["time"]
    reply = posts["reply"]
    assert (reply["target_post"], reply["target_account"]) == ("1440700000000000000", "21")
    assert reply["target_time"] is None


def test_a_page_in_one_piece_and_indented_reads_the_same(tmp_path):
    lines = (FILES / "pages.jsonl").read_text(encoding="utf-8").splitlines()
    text = "\n".join(json.dumps(json.loads(line), indent=2) for line in lines)
    assert read(write(tmp_path / "pages.json", text))["post"] == read(FILES / "flat.jsonl")["post"]


def test_times_are_exact_where_the_id_agrees(tmp_path):
    first = read(FILES / "flat.jsonl")["post"][0]
    assert (first["time"] % 1000 > 0, first["precision"]) == (True, 1)
    tweet = {"id": "5", "author_id": "1", "text": "x", "created_at": "2021-09-22T16:37:29.000Z"}
    (post,) = read(write(tmp_path / "t.json", json.dumps(tweet)))["post"]
    assert (post["time"], post["precision"]) == (1632328649000, 1000)


def test_what_a_repost_carries_is_that_of_the_original():
    tables = read(FILES / "pages.jsonl")
    page = "https://harbour.example.org/bread"
    assert carried(tables, "link", "url") == {(ORIGINAL, page), (REPOST, page)}
    assert carried(tables, "hashtag", "hashtag") == {(ORIGINAL, "rivertown"), (REPOST, "rivertown")}
    media = "1440713161000000000"
    assert carried(tables, "media", "media") == {(ORIGINAL, media), (REPOST, media)}


def test_a_mention_by_handle_is_resolved_through_the_page():
    assert (REPOST, "21") in carried(read(FILES / "pages.jsonl"), "mention", "target")


def test_only_authors_of_the_collection_become_accounts():
    tables = read(FILES / "pages.jsonl")
    assert {row["account"] for row in tables["account"]} == {"21", "22", "23"}
    row = tables["account"][0]
    assert (row["handle"], row["followers"], row["following"], row["posts"]) == (
        "User21",
        10,
        20,
        30,
    )
    assert (row["created"], row["seen"]) == (1447693421000, 1632328689000)
    assert (row["claimed_country"], row["bio"]) == ("Rivertown", "bio")


def test_pages_of_users_give_accounts_only():
    tables = read(FILES / "users.jsonl")
    assert recognised_as(FILES / "users.jsonl") == "twitter_v2"
    assert in_all(tables) == (0, 0)
    assert [row["account"] for row in tables["account"]] == ["21", "22"]


def test_what_cannot_be_used_is_quarantined(tmp_path):
    good = (FILES / "flat.jsonl").read_text(encoding="utf-8").splitlines()[0]
    tweet = json.loads(good)
    lines = [
        good,
        good[:200],
        '{"errors": [{"detail": "Could not find user"}]}',
        "[3]",
        json.dumps({**tweet, "id": 1.44e18}),
        json.dumps({**tweet, "id": "1", "created_at": None}),
        json.dumps({"data": [{**tweet, "id": "2"}, {"id": "3", "text": "no author"}]}),
        json.dumps({**tweet, "id": "4", "entities": {"urls": [1]}}),
    ]
    tables = read(write(tmp_path / "torn.jsonl", "\n".join(lines)))
    assert [post["post"] for post in tables["post"]] == [ORIGINAL, "2"]
    rejected = [(row["line"], row["field"]) for row in tables["quarantine"]]
    assert rejected == [
        *((2, None), (3, "errors"), (4, None), (5, "id"), (6, "created_at")),
        *((7, "author_id"), (8, None)),
    ]
    assert "Could not find user" in tables["quarantine"][1]["reason"]


@pytest.mark.parametrize(
    "record",
    [
        {"data": [{"id": "1", "message": "a page post"}], "paging": {}},
        {"data": [{"id": "1", "username": "a", "name": "A"}]},
        {"id": "1", "account": {"acct": "a"}, "content": "x"},
    ],
)
def test_the_formats_of_others_are_not_recognised(tmp_path, record):
    assert not twitter_v2.recognises(Source(write(tmp_path / "x.json", json.dumps(record))))


@pytest.mark.parametrize(
    ("name", "posts", "accounts"),
    [
        ("brexit.jsonl.gz", 100, 98),
        ("flat.jsonl.gz", 100, 96),
        ("kpop.jsonl.gz", 100, 87),
        ("noflat.jsonl.gz", 100, 96),
        ("users.jsonl.gz", 0, 91),  # 96 rows, five accounts twice
    ],
)
def test_the_real_samples(name, posts, accounts):
    path = needs("native", "twitter_api_v2", name)
    assert recognised_as(path) == "twitter_v2"
    tables = read(path)
    assert in_all(tables) == (posts, 0)
    assert len(tables["account"]) == accounts
    assert not dangling(tables)


def test_the_real_pages_equal_their_flattened_twin():
    pages = read(needs("native", "twitter_api_v2", "noflat.jsonl.gz"))
    flat = read(needs("native", "twitter_api_v2", "flat.jsonl.gz"))
    assert {name: pages[name] for name in ("post", "link", "hashtag", "mention", "media")} == {
        name: flat[name] for name in ("post", "link", "hashtag", "mention", "media")
    }
