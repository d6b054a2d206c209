"""Both layouts of the Internet Research Agency's tweets."""

from twitter_reading import HERE, by_kind, carried, dangling, in_all, read, recognised_as

from shared import needs
from unswarm.model import MINUTE

WIDE, NARROW = HERE / "ira" / "fivethirtyeight.csv", HERE / "ira" / "by_author.csv"


def test_both_layouts_are_recognised():
    assert recognised_as(WIDE) == recognised_as(NARROW) == "ira"


def test_the_account_is_the_handle_in_lower_case():
    for path in (WIDE, NARROW):
        tables = read(path)
        (account,) = tables["account"]
        assert (account["account"], account["handle"]) == ("harbour_daily", "Harbour_Daily")
        assert {post["account"] for post in tables["post"]} == {"harbour_daily"}


def test_the_profile_is_the_last_one_harvested():
    (account,) = read(WIDE)["account"]
    assert (account["followers"], account["following"], account["posts"]) == (9641, 1052, 253)
    assert account["seen"] == 1506906360000


def test_post_ids_come_from_the_whole_id_the_address_or_the_line():
    posts = [post["post"] for post in read(WIDE)["post"]]
    assert posts == [
        "914580356430536707",
        "914621840496189440",
        "914623490375979008",
        "fivethirtyeight.csv:5",
    ]
    assert read(NARROW)["post"][0]["post"] == "by_author.csv:2"


def test_times_are_minutes_in_utc():
    posts = read(WIDE)["post"]
    assert [p["time"] for p in posts[:3]] == [1506887880000, 1506897780000, 1506898200000]
    assert {p["precision"] for p in posts + read(NARROW)["post"]} == {MINUTE}
    assert read(NARROW)["post"][0]["time"] == 1421514300000


def test_kinds():
    for path in (WIDE, NARROW):
        posts = by_kind(read(path))
        assert set(posts) == {"original", "repost", "quote", "reply"}
        assert posts["quote"]["text"] == "Worth reading"
        assert posts["reply"]["target_account"] == "mayor_of"


def test_links_are_where_the_short_ones_led_else_those_of_the_text():
    wide = carried(read(WIDE), "link", "url")
    assert wide == {
        ("914580356430536707", "https://harbour.example.org/bridge"),
        ("914580356430536707", "https://river.example.org/b"),
        ("914621840496189440", "https://t.co/c"),
    }
    assert carried(read(NARROW), "link", "domain") == {("by_author.csv:3", "t.co")}


def test_hashtags_and_mentions_come_from_the_text():
    tables = read(WIDE)
    assert carried(tables, "hashtag", "hashtag") == {("914580356430536707", "rivertown")}
    assert ("914580356430536707", "mayor") in carried(tables, "mention", "target")


def test_only_quotation_marks_around_a_whole_text_are_taken_off():
    texts = [post["text"] for post in read(NARROW)["post"]]
    assert texts[0] == "@Mayor_Of @Other how boring"
    assert texts[1].startswith("'Trust is broken' - they said")


def test_a_row_without_a_time_is_quarantined():
    tables = read(WIDE)
    assert in_all(tables) == (4, 1)
    (rejected,) = tables["quarantine"]
    assert (rejected["line"], rejected["field"]) == (6, "publish_date")


def test_the_real_samples():
    wide = read(needs("native", "ira_fivethirtyeight", "IRAhandle_tweets_sample.csv"))
    assert in_all(wide) == (100, 0)
    assert all(post["post"].isdecimal() and len(post["post"]) == 18 for post in wide["post"])
    narrow = read(needs("native", "ira_by_author", "Jenn_Abrams.csv.gz"))
    assert in_all(narrow) == (22_861, 0)
    kinds = [post["kind"] for post in narrow["post"]]
    assert (kinds.count("repost"), kinds.count("quote")) == (600, 1_082)
    for tables in (wide, narrow):
        assert len(tables["account"]) == 1
        assert not dangling(tables)
