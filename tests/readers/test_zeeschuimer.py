"""Zeeschuimer's captures of Twitter / X."""

import json

from twitter_reading import HERE, by_kind, carried, dangling, in_all, read, recognised_as, write

from shared import needs
from unswarm.readers import Source, zeeschuimer

FILE = HERE / "twitter_zeeschuimer" / "capture.ndjson"
ORIGINAL = "1611599630533525504"


def test_items_are_read_like_the_statuses_they_wrap():
    assert recognised_as(FILE) == "zeeschuimer"
    tables, statuses = read(FILE), read(HERE / "twitter_v1" / "list.json")
    assert set(by_kind(tables)) == {"original", "repost", "quote", "reply"}
    for kind in ("repost", "quote", "reply"):
        assert by_kind(tables)[kind] == by_kind(statuses)[kind]
    assert not dangling(tables)


def test_the_long_text_of_a_note_is_taken():
    post = read(FILE)["post"][0]
    assert (post["post"], post["text"]) == (ORIGINAL, "Bread & butter, the long text #Rivertown")
    assert (ORIGINAL, "rivertown") in carried(read(FILE), "hashtag", "hashtag")


def test_copies_and_withheld_items_are_quarantined():
    tables = read(FILE)
    assert in_all(tables) == (4, 2)
    assert [row["line"] for row in tables["quarantine"]] == [5, 6]


def test_profiles_are_dated_by_the_capture_also_in_the_shape_of_2025():
    accounts = {row["account"]: row for row in read(FILE)["account"]}
    assert {row["seen"] for row in accounts.values()} == {1700085420858}
    assert (accounts["12"]["handle"], accounts["12"]["followers"]) == ("User12", 10)
    assert accounts["12"]["created"] == accounts["11"]["created"] == 1423262039000


def test_captures_of_other_platforms_are_left_to_others(tmp_path):
    item = json.loads(FILE.read_text(encoding="utf-8").splitlines()[0])
    other = json.dumps({**item, "source_platform": "tiktok.com"})
    assert not zeeschuimer.recognises(Source(write(tmp_path / "tiktok.ndjson", other)))
    mixed = write(tmp_path / "mixed.ndjson", json.dumps(item) + "\n" + other)
    assert in_all(read(mixed, "zeeschuimer")) == (1, 1)


def test_the_real_sample():
    path = needs("native", "zeeschuimer", "OSINT_Zeeschuimer.ndjson.gz")
    assert recognised_as(path) == "zeeschuimer"
    tables = read(path)
    assert in_all(tables) == (305, 51)  # 356 items, 51 of them captured again
    assert not dangling(tables)
