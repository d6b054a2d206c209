"""API v1.1 in all the ways its statuses are stored."""

import json
from itertools import islice

import pytest
from twitter_reading import HERE, by_kind, carried, dangling, in_all, read, recognised_as, write

from shared import needs
from unswarm.readers import Source, twitter_v1

FILES = HERE / "twitter_v1"
WRITINGS = [
    *("list.json", "search.json", "statuses.jsonl", "lists.jsonl", "one_after_another.json")
]
ORIGINAL, REPOST = "1611599630533525504", "1611601030533525504"


@pytest.mark.parametrize("name", WRITINGS)
def test_every_writing_gives_the_same_tables(name):
    assert recognised_as(FILES / name) == "twitter_v1"
    tables = read(FILES / name)
    assert tables == read(FILES / "list.json")
    assert in_all(tables) == (6, 0)
    assert not dangling(tables)


def test_kinds_targets_and_their_times():
    posts = by_kind(read(FILES / "list.json"))
    original = next(p for p in read(FILES / "list.json")["post"] if p["post"] == ORIGINAL)
    for kind in ("repost", "quote"):
        assert (posts[kind]["target_post"], posts[kind]["target_account"]) == (ORIGINAL, "11")
        assert posts[kind]["target_time"] == original["time"]
    assert (posts["reply"]["target_post"], posts["reply"]["target_account"]) == (ORIGINAL, "11")


def test_times_are_exact_where_stream_or_id_say_so():
    posts = {post["post"]: post for post in read(FILES / "list.json")["post"]}
    assert (posts[ORIGINAL]["time"], posts[ORIGINAL]["precision"]) == (1673070268649, 1)
    assert posts["1611604030533525504"]["precision"] == 1
    assert (posts["6471550203"]["time"], posts["6471550203"]["precision"]) == (1260298441000, 1000)


def test_what_a_repost_carries_is_that_of_the_original():
    tables = read(FILES / "list.json")
    page = "https://harbour.example.org/bread"
    assert carried(tables, "link", "url") == {(ORIGINAL, page), (REPOST, page)}
    media = "1611599025257730048"
    assert carried(tables, "media", "media") == {(ORIGINAL, media), (REPOST, media)}
    assert {(REPOST, "11"), (REPOST, "14")} <= carried(tables, "mention", "target")


def test_texts_are_whole_and_unescaped():
    posts = {post["post"]: post for post in read(FILES / "list.json")["post"]}
    assert posts[ORIGINAL]["text"].startswith("Bread & butter")
    assert posts[ORIGINAL]["client"] == "Twitter Web App"
    assert posts["1611604030533525504"]["text"] == "the whole text #whole"
    tags = carried(read(FILES / "list.json"), "hashtag", "hashtag")
    assert ("1611604030533525504", "whole") in tags


def test_profiles():
    accounts = {row["account"]: row for row in read(FILES / "list.json")["account"]}
    assert set(accounts) == {"11", "12", "13", "14"}
    eleven = accounts["11"]
    assert (eleven["handle"], eleven["name"], eleven["bio"]) == ("User11", "Name 11", "bio")
    assert (eleven["followers"], eleven["following"], eleven["posts"]) == (10, 20, 30)
    assert (eleven["created"], eleven["created_precision"]) == (1423262039000, 1000)
    assert eleven["seen"] is None
    assert accounts["14"]["seen"] is not None, "the streaming API shows the profile of the moment"


def test_a_hashed_copy_is_read_like_the_original():
    assert recognised_as(FILES / "hashed.json") == "twitter_v1"
    tables = read(FILES / "hashed.json")
    posts = by_kind(tables)
    assert in_all(tables) == (4, 0)
    assert posts["original"]["text"].startswith("Bread & butter")
    for kind in ("repost", "quote", "reply"):
        assert posts[kind]["target_post"] == posts["original"]["post"]
        assert posts[kind]["target_account"] == posts["original"]["account"]
    assert all(account["bio"] == "bio" for account in tables["account"])
    assert len(tables["media"]) == 2


@pytest.mark.parametrize(("name", "seen"), [("users.json", None), ("profiles.json", 1557936019000)])
def test_collections_of_users_give_accounts_only(name, seen):
    assert recognised_as(FILES / name) == "twitter_v1"
    tables = read(FILES / name)
    assert in_all(tables) == (0, 0)
    assert [(a["account"], a["seen"]) for a in tables["account"]] == [("11", seen), ("12", seen)]


def test_broken_lines_and_other_records_are_quarantined(tmp_path):
    lines = (FILES / "statuses.jsonl").read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1][:300]
    lines[2] = '{"delete": {"status": {"id_str": "1"}}}'
    lines[3] = "7"
    lines[4] = lines[4].replace('"id_str": "6471550203"', '"id_str": "6.47E+09"')
    tables = read(write(tmp_path / "torn.jsonl", "\n".join(lines) + '\n{"created_at": "Sat'))
    assert in_all(tables) == (2, 5)
    assert [row["line"] for row in tables["quarantine"]] == [2, 3, 4, 5, 7]
    reasons = [row["reason"] for row in tables["quarantine"]]
    assert reasons[0].startswith("not JSON")
    assert reasons[1] == reasons[2] == "neither a status nor a user of API v1.1"
    assert (tables["quarantine"][3]["field"], "digits are lost" in reasons[3]) == ("id_str", True)
    assert reasons[4].startswith("cut")


@pytest.mark.parametrize(
    ("field", "value"),
    [("created_at", "soon"), ("created_at", None), ("entities", {"urls": ["x"]}), ("entities", 3)],
)
def test_a_status_of_another_shape_is_quarantined(tmp_path, field, value):
    status = json.loads((FILES / "statuses.jsonl").read_text(encoding="utf-8").splitlines()[0])
    tables = read(write(tmp_path / "odd.json", json.dumps({**status, field: value})))
    assert in_all(tables) == (0, 1)


def test_a_mangled_reference_is_noted_and_the_post_kept(tmp_path):
    status = json.loads((FILES / "statuses.jsonl").read_text(encoding="utf-8").splitlines()[3])
    status = {**status, "in_reply_to_status_id_str": 1.6115996305335255e18}
    tables = read(write(tmp_path / "float.json", json.dumps(status)))
    assert in_all(tables) == (1, 1)
    assert tables["quarantine"][0]["field"] == "in_reply_to_status_id_str"
    assert tables["post"][0]["target_account"] == "11"


def test_batches_are_bounded(tmp_path):
    line = (FILES / "statuses.jsonl").read_text(encoding="utf-8").splitlines()[4]
    path = tmp_path / "long.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(60_000):
            file.write(line.replace("6471550203", str(1_000_000 + number)) + "\n")
    batches = (len(rows) for name, rows in twitter_v1.read(Source(path)) if name == "post")
    assert list(islice(batches, 3)) == [50_000 - 1, 10_001]


def test_the_formats_of_others_are_not_recognised(tmp_path):
    weibo = {"created_at": "x", "idstr": "1", "user": {"screen_name": "a", "statuses_count": 1}}
    mastodon = {"created_at": "x", "id": "1", "account": {"username": "a", "acct": "a"}}
    for record in (weibo, mastodon, [], 3, {"statuses": None}):
        assert not twitter_v1.recognises(Source(write(tmp_path / "x.json", json.dumps(record))))


@pytest.mark.parametrize(
    ("name", "posts", "accounts"),
    [
        ("bloc_sample_timeline.jsonl.gz", 1_491, 2),
        ("cresci-rtbust-2019_tweets.json.gz", 0, 693),
        ("osome_cs4_sample.json", 17, 15),
        ("rtweet_get_timeline1_0.json.gz", 100, 1),
        ("rtweet_get_timeline1_1.json.gz", 100, 1),
        ("rtweet_search_tweets3_0.json.gz", 50, 35),
        ("rtweet_search_tweets3_1.json.gz", 50, 49),
    ],
)
def test_the_real_samples(name, posts, accounts):
    path = needs("native", "twitter_api_v1", name)
    assert recognised_as(path) == "twitter_v1"
    tables = read(path)
    assert in_all(tables) == (posts, 0)
    assert len(tables["account"]) == accounts
    assert not dangling(tables)
