"""Zeeschuimer's captures of all platforms but Twitter / X."""

import json

import pytest
from twitter_reading import HERE, by_kind, carried, dangling, in_all, read, recognised_as, write

from unswarm.readers import Source, zeeschuimer_platforms

FILES = HERE / "zeeschuimer_platforms"
COLLECTED = 1700085420858
ORIGINAL = {"threads.ndjson": "3300000000000000001", "truth.ndjson": "1110000000000000001"}
AUTHOR = {"threads.ndjson": "11", "truth.ndjson": "1071"}


@pytest.mark.parametrize("path", sorted(FILES.iterdir()), ids=lambda path: path.name)
def test_every_capture_is_recognised_and_dated(path):
    assert recognised_as(path) == "zeeschuimer_platforms"
    tables = read(path)
    assert {account["seen"] for account in tables["account"]} == {COLLECTED}
    assert not dangling(tables)


@pytest.mark.parametrize("name", ORIGINAL)
def test_reposts_quotes_and_replies(name):
    posts = by_kind(read(FILES / name))
    original = posts["original"]
    for kind in ("repost", "quote"):
        assert posts[kind]["target_post"] == ORIGINAL[name] == original["post"]
        assert posts[kind]["target_account"] == AUTHOR[name] == original["account"]
        assert posts[kind]["target_time"] == original["time"]
    assert posts["reply"]["target_account"] == AUTHOR[name]


def test_tiktok_is_read_like_its_web_page():
    tables, lists = read(FILES / "tiktok.ndjson"), read(HERE / "tiktok" / "item_list.json")
    assert tables["post"][:2] == lists["post"]
    assert tables["post"][2]["account"] == "6903535225067127812"  # whose author is a word
    assert in_all(tables) == (3, 2)  # captured again, captured on Twitter


def test_comments_answer_videos_and_comments():
    first, second = read(FILES / "tiktok_comments.ndjson")["post"]
    assert (first["kind"], first["target_post"]) == ("comment", "7200000000000000001")
    assert (second["kind"], second["target_post"]) == ("reply", first["post"])


def test_instagram_in_both_shapes():
    tables = read(FILES / "instagram.ndjson")
    posts = {post["post"]: post for post in tables["post"]}
    reel, photo = posts["3200000000000000001"], posts["3200000000000000002"]
    assert (reel["account"], reel["views"], reel["interactions"]) == ("11", 100, 5)
    assert (photo["account"], photo["text"]) == ("12", "An older shape")
    assert carried(tables, "share", "object") == {(reel["post"], "555")}
    assert carried(tables, "mention", "target") == {(reel["post"], "12"), (reel["post"], "eve.1")}
    assert (posts["178"]["kind"], posts["178"]["target_post"]) == ("comment", reel["post"])
    assert {row["reason"] for row in tables["quarantine"]} == {
        *("an advertisement, not a post", "no time"),
    }


def test_a_link_behind_a_counting_page_is_the_link():
    tables = read(FILES / "threads.ndjson")
    assert carried(tables, "link", "url") == {(ORIGINAL["threads.ndjson"], LINK)}
    assert carried(tables, "mention", "target") == {(ORIGINAL["threads.ndjson"], "12")}


LINK = "https://news.example.com/1"


def test_truth_social_without_its_markup():
    tables = read(FILES / "truth.ndjson")
    post = by_kind(tables)["original"]
    assert post["text"] == "Read news.example.com/1 #Rivertown"
    assert (post["time"], post["precision"], post["place"]) == (1697018400123, 1, "9")
    assert carried(tables, "link", "url") == {(post["post"], LINK)}
    assert read(FILES / "by_4cat.ndjson")["post"] == [post]


def test_the_other_platforms():
    tables = read(FILES / "others.ndjson")
    found = {post["platform"]: post["account"] for post in tables["post"]}
    assert found == {
        **{"gab": "21", "9gag": "u_1", "imgur": "31", "pinterest": "411"},
        **{"xiaohongshu": "52", "douyin": "61"},
    }
    assert len(tables["post"]) == 8
    assert ("41", "0123456789abcdef0123456789abcdef") in carried(tables, "media", "media")
    assert {row["field"] or row["reason"] for row in tables["quarantine"]} == {
        *("account", "a live stream, not a post"),
    }
    comment = by_kind(tables)["comment"]
    assert (comment["post"], comment["target_post"]) == ("75aa", "65aa")


def test_captures_of_twitter_are_left_to_their_reader(tmp_path):
    item = json.loads((FILES / "truth.ndjson").read_text("utf-8").splitlines()[0])
    path = write(tmp_path / "x.ndjson", json.dumps({**item, "source_platform": "x.com"}))
    assert not zeeschuimer_platforms.recognises(Source(path))
    assert recognised_as(path) == "zeeschuimer"
