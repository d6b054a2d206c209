"""The information-operations archive, whole, cut and mangled."""

import pytest
from twitter_reading import HERE, by_kind, carried, dangling, in_all, read, recognised_as, write

from shared import needs
from unswarm.model import DAY, MINUTE

FILES = HERE / "twitter_archive"
FIRST = "894109669869985793"
HASHED = "Qm9yZWRvbUlzVGhlTW90aGVyT2ZJbnZlbnRpb24rLz0="


def changed(tmp_path, *pairs):
    """The 31-column fixture with some texts replaced."""
    text = (FILES / "tweets_31.csv").read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return write(tmp_path / "tweets.csv", text)


@pytest.mark.parametrize("columns", [27, 30, 31])
def test_every_layout_gives_the_same_posts(columns):
    path = FILES / f"tweets_{columns}.csv"
    assert recognised_as(path) == "twitter_archive"
    tables = read(path)
    assert tables["post"] == read(FILES / "tweets_31.csv")["post"]
    assert in_all(tables) == (4, 0)
    assert not dangling(tables)


def test_columns_in_any_order_and_number(tmp_path):
    path = write(tmp_path / "a.csv", "tweet_time,userid,tweetid\n2017-08-06 08:15,7,8\n")
    (post,) = read(path)["post"]
    assert (post["post"], post["account"], post["time"]) == ("8", "7", 1502007300000)


def test_kinds_and_targets():
    posts = by_kind(read(FILES / "tweets_31.csv"))
    targets = {kind: (p["target_post"], p["target_account"]) for kind, p in posts.items()}
    assert targets == {
        "original": (None, None),
        "repost": (FIRST, "4100000001"),
        "quote": (FIRST, None),
        "reply": (FIRST, "4100000001"),
    }
    assert {p["precision"] for p in posts.values()} == {MINUTE}
    assert posts["reply"]["client"] is None, "absent is no client"
    assert posts["repost"]["account"] == HASHED


def test_lists_in_both_writings():
    tables = read(FILES / "tweets_31.csv")
    repost = by_kind(tables)["repost"]["post"]
    tags = {(FIRST, "rivertown"), (FIRST, "harbour"), (repost, "rivertown"), (repost, "harbour")}
    assert carried(tables, "hashtag", "hashtag") == tags
    link = "https://harbour.example.org/2017/08/06/bridge"
    assert carried(tables, "link", "url") == {(FIRST, link)}
    assert carried(tables, "mention", "target") == {(repost, "4100000001")}


def test_a_copy_without_list_columns_is_read_from_the_text():
    tables = read(FILES / "tweets_27.csv")
    assert (FIRST, "rivertown") in carried(tables, "hashtag", "hashtag")
    assert carried(tables, "link", "domain") == {(FIRST, "t.co")}
    assert "harbour_daily" in {target for _, target in carried(tables, "mention", "target")}


@pytest.mark.parametrize("name", ["tweets_31.csv", "users.csv"])
def test_profiles_of_tweet_rows_and_of_the_users_file(name):
    clear, hashed = read(FILES / name)["account"]
    assert (clear["account"], clear["handle"]) == ("4100000001", "harbour_daily")
    assert (clear["followers"], clear["following"]) == (5580, 808)
    assert (clear["created"], clear["created_precision"]) == (1446768000000, DAY)
    assert (clear["claimed_country"], clear["language"]) == ("Rivertown", "en")
    assert (hashed["account"], hashed["claimed_country"], hashed["bio"]) == (HASHED, None, None)


def test_the_users_file_gives_no_posts():
    tables = read(FILES / "users.csv")
    assert recognised_as(FILES / "users.csv") == "twitter_archive"
    assert {name for name, rows in tables.items() if rows} == {"account"}


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (f'\n"{FIRST}"', '\n"8.94E+017"', "tweetid"),
        ('"4100000001","Harbour', '"4.1E+09","Harbour', "userid"),
        ('"2017-08-06 08:15"', '"yesterday"', "tweet_time"),
        ('"2017-08-06 08:15"', '""', "tweet_time"),
        (f'\n"{FIRST}"', '\n""', "tweetid"),
    ],
)
def test_a_row_without_id_author_or_time_is_quarantined(tmp_path, old, new, field):
    tables = read(changed(tmp_path, (old, new)))
    assert in_all(tables) == (3, 1)
    (rejected,) = tables["quarantine"]
    assert (rejected["field"], rejected["line"]) == (field, 2)
    assert "New bridge" in rejected["content"]


@pytest.mark.parametrize("kind", ["repost", "quote", "reply"])
def test_a_mangled_reference_is_noted_and_the_post_kept(tmp_path, kind):
    tables = read(changed(tmp_path, (f'"{FIRST}"', '"8.94E+017"'), ('\n"8.94E+017"', '\n"1"')))
    assert in_all(tables) == (4, 3)
    post = by_kind(tables)[kind]
    assert post["target_post"] is None
    columns = {"retweet_tweetid", "quoted_tweet_tweetid", "in_reply_to_tweetid"}
    assert {row["field"] for row in tables["quarantine"]} == columns
    assert all("digits are lost" in row["reason"] for row in tables["quarantine"])


@pytest.mark.parametrize("left", [1, 40, 200])
def test_a_last_line_cut_inside_a_quoted_field_is_quarantined(tmp_path, left):
    text = (FILES / "tweets_31.csv").read_text(encoding="utf-8")
    last = text.rindex('\n"') + 1
    path = write(tmp_path / "cut.csv", text[: last + left])
    tables = read(path)
    assert in_all(tables) == (3, 1)
    assert tables["quarantine"][0]["reason"].startswith("cut")


def test_a_post_given_twice_is_one_post(tmp_path):
    text = (FILES / "tweets_31.csv").read_text(encoding="utf-8")
    rows = text.split("\n", 1)[1]
    tables = read(write(tmp_path / "twice.csv", text + rows))
    assert in_all(tables) == (4, 4)


def test_the_real_sample():
    tables = read(needs("native", "twitter_io_archive", "speed_layer_sample.csv"))
    assert in_all(tables) == (407, 1)
    assert tables["quarantine"][0]["reason"] == "cut: the file ends inside a quoted field"
    assert len(tables["account"]) == len({p["account"] for p in tables["post"]}) == 86
    kinds = [post["kind"] for post in tables["post"]]
    assert (kinds.count("repost"), kinds.count("quote"), kinds.count("reply")) == (3, 49, 0)
    assert len(tables["hashtag"]) > 1_000
    assert not dangling(tables)
