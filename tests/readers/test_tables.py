"""Any table: what columns mean, what becomes of rows, and what no file may break."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading import counts, read, write

from shared import needs
from unswarm.errors import InputError, SettingsError
from unswarm.model import DAY, MINUTE, SECOND
from unswarm.readers import Source
from unswarm.readers._parts.layouts import lacking
from unswarm.readers.tables import describe, roles

NOON = 1_577_880_000_000  # 2020-01-01 12:00:00 UTC
T = "2020-01-01T12:00:00Z"

# Header of an export → one row of it → what must be found.
EXPORTS = {
    "twarc-csv": (
        {
            "id": "1",
            "conversation_id": "1",
            "referenced_tweets.replied_to.id": "",
            "referenced_tweets.retweeted.id": "9",
            "author_id": "7",
            "retweeted_user_id": "8",
            "created_at": T,
            "text": "RT @x: hi",
            "lang": "en",
            "source": "Twitter Web App",
            "entities.hashtags": '[{"start": 0, "tag": "A"}]',
            "entities.urls": '[{"url": "https://t.co/1", "expanded_url": "http://a.com/1"}]',
            "author.created_at": "2019-01-01T00:00:00.000Z",
            "author.username": "Bob",
            "author.name": "Bob B",
            "author.description": "me",
            "author.public_metrics.followers_count": "5",
            "__twarc.retrieved_at": T,
        },
        {
            **{"account": "author_id", "time": "created_at", "post": "id", "text": "text"},
            **{"repost_post": "referenced_tweets.retweeted.id", "client": "source"},
            **{"repost_account": "retweeted_user_id", "handle": "author.username"},
            **{"urls": "entities.urls", "created": "author.created_at", "name": "author.name"},
            "followers": "author.public_metrics.followers_count",
        },
    ),
    "minet": (
        {
            **{"id": "1", "timestamp_utc": "1577880000", "local_time": "2020-01-01T13:00:00"},
            **{"user_screen_name": "bob", "text": "hi", "lang": "en", "to_userid": "3"},
            **{"to_tweetid": "4", "source_name": "Web", "user_id": "7", "user_name": "Bob B"},
        },
        {
            **{
                "account": "user_id",
                "time": "timestamp_utc",
                "post": "id",
                "client": "source_name",
            },
            **{"handle": "user_screen_name", "reply_post": "to_tweetid"},
            "reply_account": "to_userid",
        },
    ),
    "4CAT": (
        {
            **{"id": "1", "thread_id": "1", "author": "bob", "body": "hi", "timestamp": T},
            **{"unix_timestamp": "1577880000", "url": "", "hashtags": "a,b"},
        },
        {"account": "author", "time": "unix_timestamp", "text": "body", "hashtags": "hashtags"},
    ),
    "Meta Content Library": (
        {
            **{"id": "1", "creation_time": "2020-01-01T12:00:00+0000", "text": "hi"},
            **{"content_type": "status", "post_owner.id": "7", "post_owner.name": "Bob"},
            **{"surface.id": "7", "link_attachment.link": "http://a.com/1", "shared_post_id": "3"},
            "mcl_url": "https://www.facebook.com/mcl/1",
        },
        {
            **{"account": "post_owner.id", "time": "creation_time", "url": "link_attachment.link"},
            **{"repost_post": "shared_post_id", "name": "post_owner.name"},
        },
    ),
    "Junkipedia": (
        {
            **{"id": "1", "attributes.published_at": T, "attributes.created_at": T},
            **{"attributes.url": "http://a.com/1", "attributes.channel.channel_name": "bob"},
            "attributes.search_data_fields.platform_name": "x",
            "attributes.search_data_fields.sanitized_text": "hi",
        },
        {
            "account": "attributes.channel.channel_name",
            "text": "attributes.search_data_fields.sanitized_text",
            "url": "attributes.url",
        },
    ),
    "TikTok": (
        {
            **{"id": "1", "video_description": "hi #a", "create_time": "1577880000"},
            **{"region_code": "DE", "music_id": "55", "hashtag_names": "['a']"},
            **{"username": "bob", "effect_ids": "[1, 2]"},
        },
        {
            **{"account": "username", "time": "create_time", "text": "video_description"},
            **{"sound": "music_id", "effects": "effect_ids", "hashtags": "hashtag_names"},
        },
    ),
    "YouTube": (
        {
            **{"publishedAt": T, "videoId": "v1", "channelId": "c1", "channelTitle": "Bob"},
            "videoDescription": "hi",
        },
        {"account": "channelId", "time": "publishedAt", "post": "videoId", "name": "channelTitle"},
    ),
    "CrowdTangle Facebook": (
        {
            **{"Page Name": "Bob", "User Name": "bob", "Facebook Id": "7"},
            **{"Page Description": "us", "Page Created": "2019-01-01 00:00:00"},
            **{"Followers at Posting": "5", "Post Created": "2020-01-01 07:00:00 EST"},
            **{"Post Created Date": "2020-01-01", "Post Created Time": "07:00:00", "Type": "Link"},
            **{"URL": "https://www.facebook.com/7/posts/1", "Message": "hi"},
            **{"Link": "https://bit.ly/1", "Final Link": "http://a.com/1", "Description": "x"},
        },
        {
            **{"account": "Facebook Id", "time": "Post Created", "text": "Message"},
            **{"url": "Final Link", "permalink": "URL", "kind": "Type", "name": "Page Name"},
            **{"handle": "User Name", "created": "Page Created", "bio": "Page Description"},
        },
    ),
    "twint": (
        {
            **{"id": "1", "conversation_id": "1", "created_at": "2020-01-01 12:00:00 UTC"},
            **{"date": "2020-01-01", "time": "12:00:00", "user_id": "7", "username": "bob"},
            **{"name": "Bob", "tweet": "hi", "urls": "['http://a.com/1']", "retweet": "False"},
        },
        {"account": "user_id", "time": "created_at", "text": "tweet", "urls": "urls"},
    ),
    "hashed": (
        {"user_id_hashed": "a1", "datetime": "2020-01-01 12:00:00", "text": "hi", "media": "TASS"},
        {"account": "user_id_hashed", "time": "datetime", "text": "text"},
    ),
    "day and time apart": (
        {"author": "bob", "date": "2020-01-01", "time": "12:00:00", "body": "hi"},
        {"account": "author", "time": "date", "clock": "time", "text": "body"},
    ),
}


@pytest.mark.parametrize("export", EXPORTS)
def test_columns_of_known_exports(tmp_path: Path, export: str) -> None:
    row, expected = EXPORTS[export]
    pq.write_table(pa.table({name: [value] for name, value in row.items()}), tmp_path / "x")
    found = roles(Source(tmp_path / "x"))
    assert {field: found.get(field) for field in expected} == expected
    post = read(tmp_path / "x", "tables")["post"][0]
    assert post["time"] == NOON


def test_twarc_csv_in_full(tmp_path: Path) -> None:
    row, _ = EXPORTS["twarc-csv"]
    pq.write_table(pa.table({name: [value] for name, value in row.items()}), tmp_path / "x")
    found = read(tmp_path / "x", "tables")
    post, account = found["post"][0], found["account"][0]
    assert (post["kind"], post["target_post"], post["target_account"]) == ("repost", "9", "8")
    assert [link["url"] for link in found["link"]] == ["https://a.com/1"]
    assert [tag["hashtag"] for tag in found["hashtag"]] == ["a"]
    assert (account["handle"], account["followers"], account["created_precision"]) == (
        *("Bob", 5, SECOND),
    )


def test_what_is_guessed_is_shown(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "author_id,created_at", f"1,{T}")
    assert describe(Source(path)) == "account ← author_id, time ← created_at"


@pytest.mark.parametrize(
    ("mark", "name"), [(",", "csv"), ("\t", "tsv"), (";", "csv"), ("|", "txt")]
)
def test_any_delimiter(tmp_path: Path, mark: str, name: str) -> None:
    rows = [["account", "time", "text"], ["a", T, '"one\ntwo, three; four"'], ["b", T, "x"]]
    path = write(tmp_path / f"x.{name}", *(mark.join(row) for row in rows))
    assert [post["text"] for post in read(path)["post"]] == ["one\ntwo, three; four", "x"]


JSON = {"id": 1, "user": {"id": 2**60, "name": "Bob"}, "created_at": T, "text": "hi #a \ud83d"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(JSON) + "\n",
        json.dumps([JSON]),
        json.dumps(JSON, indent=1),
        json.dumps({"data": JSON}),
    ],
)
def test_json_flat_or_nested(tmp_path: Path, text: str) -> None:
    found = read(write(tmp_path / "x.json", text), "tables")
    assert found["post"][0]["account"] == str(2**60)
    assert found["post"][0]["text"] == "hi #a �"
    assert found["hashtag"][0]["hashtag"] == "a"


def test_the_person_has_the_last_word(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.jsonl", json.dumps({"who": {"x": "bob"}, "w": T, "text": "t", "z": 3})
    )
    found = read(path, None, account="who.x", time="w", post="z")
    assert [(p["account"], p["post"]) for p in found["post"]] == [("bob", "3")]
    with pytest.raises(SettingsError, match="did you mean 'account'"):
        read(path, None, acount="who.x")
    with pytest.raises(InputError, match=r"did you mean 'who\.x'"):
        read(path, None, account="who.y")


def test_a_table_of_an_operation_that_lacks_a_column_is_known_as_one(tmp_path: Path) -> None:
    file = write(tmp_path / "roles.csv", "account,role\nann,admin\n")
    with pytest.raises(InputError, match="a table 'role' needs the column 'target' too"):
        read(file)
    assert lacking(["account", "text"]) is None
    assert lacking(["Account", "Medium", "seen"]) == ("infrastructure", "value")


def test_columns_that_tell_too_little(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "account_id,label", "1,genuine")
    with pytest.raises(InputError, match=r"the time; the columns are account_id, label.*--map"):
        read(path)
    with pytest.raises(InputError, match="the account"):
        read(write(tmp_path / "y.csv", "x,created_at", f"1,{T}"))


KINDS = {
    "is_retweet,text": {
        "TRUE,a": "repost",
        "FALSE,a": "original",
        ",a": None,
        "0,RT @x: a": "repost",
    },
    "text,": {"a,": None, "RT @x: a,": "repost"},
    "is_retweet,in_reply_to_status_id": {"0,5": "reply", "0,": "original", "1,5": "repost"},
    "retweet_tweetid,quoted_tweet_tweetid": {"5,": "repost", ",5": "quote", ",": "original"},
    "post_type,text": {"QUOTE_TWEET,a": "quote", "RETWEET,a": "repost", ",a": None},
    "in_reply_to_user_id,text": {"5,a": "reply", ",a": None},
}


@pytest.mark.parametrize("header", KINDS)
def test_kinds(tmp_path: Path, header: str) -> None:
    rows = [f"a,{T},{row}" for row in KINDS[header]]
    path = write(tmp_path / "x.csv", f"account,time,{header}", *rows)
    assert [post["kind"] for post in read(path)["post"]] == list(KINDS[header].values())


def test_who_is_repeated(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "account,time,text", f"a,{T},RT @Bob_1: hi")
    assert read(path)["post"][0]["target_account"] == "bob_1"


def test_columns_win_over_the_text(tmp_path: Path) -> None:
    rows = [f"a,{T},\"#x @y http://t.co/1 http://a.com/2\",[],\"['Z', 'W']\""]
    path = write(tmp_path / "x.csv", "account,time,text,urls,hashtags", *rows)
    found = read(path)
    assert "link" not in found
    assert [(t["hashtag"], t["position"]) for t in found["hashtag"]] == [("z", 0), ("w", 1)]
    assert [m["target"] for m in found["mention"]] == ["y"]


def test_a_stated_domain_is_believed(tmp_path: Path) -> None:
    rows = [f"a,{T},http://t.co/1,www.News.com", f"b,{T},,news.com"]
    path = write(tmp_path / "x.csv", "account,time,link,domain", *rows)
    links = read(path)["link"]
    assert [(link["url"], link["domain"]) for link in links] == [
        *(("https://t.co/1", "news.com"), (None, "news.com")),
    ]


def test_codes_are_taken_as_they_are(tmp_path: Path) -> None:
    table = {
        **{"account_id": ["a", "a", "b"], "post_id": [1, 1, 2], "timestamp": [1.6e9, 1.6e9, 1.7e9]},
        **{"url_id": [5.0, 5.0, None], "hashtag_id": [6, 7, None], "domain_id": [8, 8, 9]},
        "phash_id": [None, 3, None],
    }
    pq.write_table(pa.table(table), tmp_path / "x")
    found = read(tmp_path / "x")
    assert [post["post"] for post in found["post"]] == ["1", "2"]
    assert [(x["url"], x["domain"]) for x in found["link"]] == [("5", "8"), (None, "9")]
    assert [(x["post"], x["hashtag"]) for x in found["hashtag"]] == [("1", "6"), ("1", "7")]
    assert [x["media"] for x in found["media"]] == ["3"]


def test_objects_and_their_layers(tmp_path: Path) -> None:
    rows = [f"a,{T},9,mention", f"b,{T},8,"]
    path = write(tmp_path / "x.csv", "account,created_at,object,object_type", *rows)
    found = read(path)
    assert [(s["object"], s["layer"]) for s in found["share"]] == [("9", "mention"), ("8", None)]
    assert [post["post"] for post in found["post"]] == ["x.csv:2", "x.csv:3"]


def test_addresses_of_the_posts_themselves_are_no_links(tmp_path: Path) -> None:
    rows = [f"a,{T},x,https://twitter.com/a/status/{i}" for i in range(3)]
    found = read(write(tmp_path / "x.csv", "account,time,text,url", *rows))
    assert "link" not in found
    assert found["post"][1]["post"] == "https://twitter.com/a/status/1"
    rows.append(rows[0])  # two accounts shared one tweet: these are links
    assert len(read(write(tmp_path / "y.csv", "account,time,text,url", *rows))["link"]) == 4


def test_profiles(tmp_path: Path) -> None:
    header = "id,name,screen_name,created_at,followers_count,description,lang,url"
    path = write(tmp_path / "x.csv", header, f"7,Bob <b>,@bob,{T},5,me,en,http://a.com", ",,,,,,,")
    found = read(path)
    assert found.keys() == {"account", "quarantine"}
    account = found["account"][0]
    assert (account["account"], account["handle"], account["bio"]) == ("7", "bob", "me")
    assert (account["created"], account["followers"], account["language"]) == (NOON, 5, "en")


def test_the_latest_profile_of_an_account(tmp_path: Path) -> None:
    rows = ["a,2020-01-02,x,7,Al", "a,2020-01-01,y,5,Al", "b,2020-01-01,z,1,Bo"]
    accounts = read(write(tmp_path / "x.csv", "account,time,text,followers,handle", *rows))[
        "account"
    ]
    assert {a["account"]: a["followers"] for a in accounts} == {"a": 7, "b": 1}


@pytest.mark.parametrize(
    ("times", "precision"),
    [
        (["2020-01-01 12:00:00", "2020-01-01 12:01:00", "2020-01-03 10:00:00"], MINUTE),
        (["2020-01-01 00:00:00", "2020-01-02 00:00:00", "2020-01-03 00:00:00"], DAY),
        (["2020-01-01 12:00:00", "2020-01-01 12:01:01", "2020-01-03 10:00:00"], SECOND),
        (["2020-01-01 12:00:00"] * 3, SECOND),  # one moment proves nothing
        (["2020-01-01 12:00", "2020-01-01 12:01", "2020-01-03 10:00"], MINUTE),
    ],
)
def test_the_precision_is_that_of_the_source(
    tmp_path: Path, times: list[str], precision: int
) -> None:
    path = write(tmp_path / "x.csv", "account,time,text", *(f"a,{t},x" for t in times))
    assert {post["precision"] for post in read(path)["post"]} == {precision}


def test_a_day_beyond_twelve_makes_the_file_day_first(tmp_path: Path) -> None:
    rows = ["a,3/4/2020 10:00,x", "a,13/4/2020 10:00,x", "a,14/4/2020 10:00,x"]
    first, second, _ = read(write(tmp_path / "x.csv", "account,time,text", *rows))["post"]
    assert second["time"] - first["time"] == 10 * DAY


# Hostile input


def test_bad_rows_go_to_the_quarantine_with_the_reason(tmp_path: Path) -> None:
    rows = [
        *("1,a,2020-01-01,ok", "2,,2020-01-01,no account", "3,a,soon,no time"),
        *("4,a,2020-01-01", "5,a,2020-01-01,x,y", "1,b,2020-01-01,again"),
        *("", "6,9.06E+17,2020-01-01,mangled", "7,a,2020-01-01,ok"),
    ]
    found = read(write(tmp_path / "x.csv", "id,account,time,text", *rows))
    assert [post["post"] for post in found["post"]] == ["1", "7"]
    reasons = {q["line"]: (q["field"], q["reason"]) for q in found["quarantine"]}
    assert reasons == {
        3: ("account", "no account id"),
        4: ("time", "not a time that can be read"),
        5: (None, "3 fields where the header names 4"),
        6: (None, "5 fields where the header names 4"),
        7: ("post", "post id seen before"),
        9: ("account", "an id mangled by a spreadsheet: digits are lost"),
    }
    assert "no account" in next(q["content"] for q in found["quarantine"] if q["line"] == 3)


def test_mangled_post_ids_are_replaced_and_reported(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "id,account,time,text", *["9.1E+17,a,2020-01-01,x"] * 2)
    said: list[str] = []
    from unswarm.readers import tables

    posts = [row for _, t in tables.read(Source(path, report=said.append)) for row in t.to_pylist()]
    assert [post["post"] for post in posts] == ["x.csv:2", "x.csv:3"]
    assert "2 values of 'post' left out: an id mangled" in said[0]


def test_a_quote_that_is_never_closed_loses_one_line(tmp_path: Path) -> None:
    rows = [f"a,{T},one", f'a,{T},"two', f"a,{T},three", f'a,{T},"four\nfive"']
    found = read(write(tmp_path / "x.csv", "account,time,text", *rows))
    assert [post["text"] for post in found["post"]] == ["one", "three", "four\nfive"]
    assert [(q["line"], q["reason"]) for q in found["quarantine"]] == [
        (3, "quotation marks do not match")
    ]


def test_quotation_marks_that_are_not_doubled(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "account,time,text", f'a,{T},"say "hi" now"', f"b,{T},x")
    assert [post["post"] for post in read(path)["post"]] == ["x.csv:2", "x.csv:3"]


def test_a_file_cut_inside_a_field(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f'account,time,text\na,{T},one\nb,{T},"tw')
    found = read(path)
    assert len(found["post"]) == len(found["quarantine"]) == 1


def test_broken_json_lines(tmp_path: Path) -> None:
    good = json.dumps({"account": "a", "time": T, "text": "x"})
    found = read(write(tmp_path / "x.jsonl", good, '{"account": "b", "ti', good, "7", good[:-3]))
    assert len(found["post"]) == 2
    assert [q["line"] for q in found["quarantine"]] == [2, 4, 5]


@pytest.mark.parametrize("rows", [["account,time,text"], ["account,time,text", "a,b"]])
def test_a_table_without_rows(tmp_path: Path, rows: list[str]) -> None:
    with pytest.raises(InputError, match="no rows"):
        read(write(tmp_path / "x.csv", *rows))


def test_what_is_rejected_may_be_nested(tmp_path: Path) -> None:
    row = {"account": None, "time": T, "text": "x", "mentions": ["a"], "urls": {"url": "b"}}
    found = read(write(tmp_path / "x.jsonl", json.dumps(row), json.dumps({**row, "account": 1})))
    assert found["quarantine"][0]["field"] == "account"
    assert found["mention"][0]["target"] == "a"


def test_a_damaged_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1" + bytes(100))
    with pytest.raises(InputError, match="cannot be opened"):
        read(path)


def test_a_line_of_ten_megabytes(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "account,time,text", f"a,{T},{'x' * 10_000_000}", f"b,{T},y")
    assert [len(post["text"]) for post in read(path)["post"]] == [10_000_000, 1]


def test_nul_bytes(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "account,time,text", f"a,{T},x\0y", *[f"b,{T},abc"] * 9)
    assert read(path)["post"][0]["text"] == "xy"


def test_lone_carriage_returns_end_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(f"account,time,text\ra,{T},x\rb,{T},y\r".encode())
    assert len(read(path)["post"]) == 2


def test_markup_is_text(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "account,time,text", f"<script>x</script>,{T},<b>hi</b>")
    post = read(path)["post"][0]
    assert (post["account"], post["text"]) == ("<script>x</script>", "<b>hi</b>")


def test_ids_beyond_the_doubles_stay_exact(tmp_path: Path) -> None:
    ids = [2**53 + 1, 2**63 - 1]
    table = pa.table({"account": ids, "time": [NOON, NOON + 1], "post": ids})
    pq.write_table(table, tmp_path / "x")
    assert [post["account"] for post in read(tmp_path / "x")["post"]] == list(map(str, ids))


def test_chunks_join_without_a_seam(tmp_path: Path) -> None:
    rows = (f"{i % 60_000},a{i % 7},2020-01-01 12:00:{i % 60:02},t #x" for i in range(120_000))
    found = counts(write(tmp_path / "x.csv", "id,account,time,text", *rows))
    assert found == {"post": 60_000, "hashtag": 60_000, "quarantine": 60_000}


# Real data


@pytest.mark.parametrize(
    ("parts", "rows"),
    [
        (("labelled", "us_news_mix", "events.parquet"), 53_405),
        (("unlabelled", "india_politics_2016_2017", "events.parquet"), 22_956),
        (("unlabelled", "link_sharing_2020", "tweets.json.gz"), 2_908),
        (("positive_only", "ira_2016_autumn", "events.parquet"), 99_237),
        (("native", "twitteR_csv", "mueller_report_tweets_2019.csv.gz"), 1_000),
        (("native", "crowdtangle", "db1_rows_with_genocide.csv.gz"), 2_203),
        (("native", "crowdtangle", "db2_rows_with_genocide.csv.gz"), 382),
        (("native", "crowdtangle", "crowdtangle_api_posts_20231123.csv"), 10),
    ],
)
def test_every_row_is_a_post_or_quarantined(parts: tuple[str, ...], rows: int) -> None:
    found = counts(needs(*parts))
    assert found["post"] + found["quarantine"] == rows
    assert found["quarantine"] <= rows * 0.05


def test_comments_of_three_sites() -> None:
    folder = needs("unlabelled", "vk_news_comments_2022")
    found = [counts(path) for path in sorted(folder.iterdir())]
    assert sum(one["post"] for one in found) == 28_181


def test_times_of_the_minute_and_of_the_second() -> None:
    def precisions(*parts: str) -> set[int]:
        source = Source(needs(*parts))
        from unswarm.readers import tables

        posts = (table for name, table in tables.read(source) if name == "post")
        return {p for table in posts for p in table["precision"].unique().to_pylist()}

    assert precisions("labelled", "us_news_mix", "events.parquet") == {MINUTE}
    assert precisions("positive_only", "ira_2016_autumn", "events.parquet") == {MINUTE}
    assert precisions("unlabelled", "india_politics_2016_2017", "events.parquet") == {SECOND}


@pytest.mark.parametrize(
    ("parts", "accounts"),
    [
        (("labelled", "cresci2017_profiles", "accounts.csv.gz"), 2_716),
        (("labelled", "mib_fake_followers", "accounts.csv.gz"), 1_687),
    ],
)
def test_profile_files(parts: tuple[str, ...], accounts: int) -> None:
    assert counts(needs(*parts)) == {"account": accounts}


def test_dictionary_codes_of_a_release() -> None:
    found = counts(needs("unlabelled", "coortweet_german_elections", "german_elections.parquet"))
    assert found["post"] == 194_326  # 218,971 rows: a post has a row per object
    assert not found["quarantine"]
