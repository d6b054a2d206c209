"""4CAT's mapped items, from whatever platform."""

import pytest
from twitter_reading import HERE, by_kind, carried, in_all, read, recognised_as

FILES = HERE / "fourcat"


@pytest.mark.parametrize("path", sorted(FILES.iterdir()), ids=lambda path: path.name)
def test_items_tell_their_platform(path):
    assert recognised_as(path) == "fourcat"
    platform = path.stem.partition("_")[0]
    assert {post["platform"] for post in read(path)["post"]} == {platform}


def test_tiktok():
    tables = read(FILES / "tiktok.csv")
    assert in_all(tables) == (2, 1)  # the third names no author
    post = tables["post"][0]
    assert (post["account"], post["time"], post["kind"]) == ("ann.1", 1676380000000, "original")
    assert (post["views"], post["interactions"]) == (100, 6)
    shares = {(row["object"], row["layer"]) for row in tables["share"]}
    assert shares == {
        *(("7111111111111111111", "sound"), ("Blur it", "effect"), ("Big eyes", "effect")),
    }


def test_a_thread_begun_by_another_post_is_answered():
    (comment,) = read(FILES / "tiktok_comments.csv")["post"]
    assert (comment["kind"], comment["target_post"]) == ("comment", "7200000000000000001")


def test_twitter_in_lines():
    tables = read(FILES / "twitter.ndjson")
    posts = by_kind(tables)
    assert set(posts) == {"original", "repost", "quote", "reply"}
    assert (posts["repost"]["account"], posts["repost"]["target_account"]) == ("12", "ann")
    assert posts["quote"]["target_post"] == posts["original"]["post"]
    assert posts["reply"]["target_post"] == posts["original"]["post"]
    assert [row["reason"] for row in tables["quarantine"]] == ["no mapped item of 4CAT"]


def test_a_chat_is_a_place_and_no_thread():
    tables = read(FILES / "telegram.csv")
    posts = by_kind(tables)
    assert {post["place"] for post in tables["post"]} == {"bakers"}
    assert posts["original"]["target_post"] is None
    assert posts["reply"]["target_post"] == "bakers-17"
    assert posts["repost"]["target_account"] == "2002"
    assert ("bakers-17", "https://news.example.com/1") in carried(tables, "link", "url")


def test_the_time_of_linkedin_is_in_the_id():
    (post,) = read(FILES / "linkedin.csv")["post"]
    assert (post["time"], post["precision"]) == (6960882777168695296 >> 22, 1)
    assert post["interactions"] == 3
