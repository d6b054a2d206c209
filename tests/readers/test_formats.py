"""The small formats: CooRTweet, coordination-network-toolkit, Facebook pages, GetOldTweets."""

from pathlib import Path

from reading import counts, read, write

from shared import needs
from unswarm.model import MINUTE, SECOND
from unswarm.readers import Source, recognise
from unswarm.readers.getoldtweets import whole_links

NOON = 1_577_880_000_000  # 2020-01-01 12:00:00 UTC


def reader_of(path: Path) -> str:
    return recognise(Source(path))[0]


def test_coortweet(tmp_path: Path) -> None:
    header = "object_id,account_id,content_id,timestamp_share"
    rows = ["o1,a,c1,1577880000", "o2,a,c1,1577880000", "o1,b,c2,2020-01-01 12:00:05"]
    path = write(tmp_path / "x.csv", header, *rows)
    found = read(path)
    assert reader_of(path) == "coortweet"
    assert [(p["post"], p["account"], p["time"]) for p in found["post"]] == [
        *(("c1", "a", NOON), ("c2", "b", NOON + 5_000)),
    ]
    assert [(s["object"], s["post"]) for s in found["share"]] == [
        *(("o1", "c1"), ("o2", "c1"), ("o1", "c2")),
    ]


def test_coortweet_refuses_one_content_of_two_accounts(tmp_path: Path) -> None:
    header = "object_id,account_id,content_id,timestamp_share"
    path = write(tmp_path / "x.csv", header, "o1,a,c1,1577880000", "o1,b,c1,1577880000")
    found = read(path)
    assert [q["reason"] for q in found["quarantine"]] == ["post id seen before"]


def test_the_data_of_the_coortweet_vignette() -> None:
    folder = needs("unlabelled", "coortweet_russian_coord_tweets")
    found = counts(folder / "russian_coord_tweets.parquet")
    # 35,125 rows, of which one says the same twice and 40 are further objects of a post
    assert (found["share"], found["post"], found["quarantine"]) == (35_124, 35_085, 0)


def test_coordination_toolkit(tmp_path: Path) -> None:
    header = "message_id,user_id,username,repost_id,reply_id,message,timestamp,urls"
    rows = [
        "1,7,Bob,,,hello,1577880000,http://a.com/1 https://b.com/2",
        "2,8,Eve,1,,RT @Bob: hello,1577880009,",
        "3,8,Eve,,1,thanks,1577880010,",
    ]
    path = write(tmp_path / "x.csv", header, *rows)
    found = read(path)
    assert reader_of(path) == "coordination_toolkit"
    assert [(p["kind"], p["target_post"]) for p in found["post"]] == [
        *(("original", None), ("repost", "1"), ("reply", "1")),
    ]
    assert [link["domain"] for link in found["link"]] == ["a.com", "b.com"]
    assert {a["account"]: a["handle"] for a in found["account"]} == {"7": "Bob", "8": "Eve"}


FACEBOOK = "status_id,status_message,link_name,status_type,status_link,status_published,num_likes"


def test_facebook_pages(tmp_path: Path) -> None:
    rows = [
        "7_1,look,Title,link,http://www.a.com/1?utm_source=fb,2020-01-01 07:00:00,5",
        "7_2,,,photo,,2020-07-01 07:00:01,5",
    ]
    path = write(tmp_path / "ourpage_facebook_statuses.csv", FACEBOOK, *rows)
    found = read(path)
    assert reader_of(path) == "facebook_pages"
    post = found["post"][0]
    assert (post["account"], post["time"], post["precision"]) == ("7", NOON, SECOND)
    assert (post["kind"], post["platform"]) == ("original", "facebook")
    assert found["post"][1]["time"] == 1_593_604_801_000  # five hours in summer too
    assert [link["url"] for link in found["link"]] == ["https://a.com/1"]
    account = found["account"][0]
    assert (account["account"], account["handle"], account["kind"]) == ("7", "ourpage", "page")


def test_pages_of_eight_newsrooms() -> None:
    found = [counts(path) for path in needs("native", "facebook_pages").iterdir()]
    assert sum(one["post"] + one["quarantine"] for one in found) == 40_183
    assert sum(one["quarantine"] for one in found) == 8  # each scraper read one page twice
    assert [one["account"] for one in found] == [1] * 8


GOT = "username;date;retweets;favorites;text;geo;mentions;hashtags;id;permalink"


def test_getoldtweets(tmp_path: Path) -> None:
    snowflake = (NOON + 123 - 1_288_834_974_657) << 22
    rows = [
        f'Bob;2020-01-01 05:00;0;0;"hi https:// a.com/1 there";;@Eve;#Tag;"{snowflake}";https://x',
        'Bob;2009-01-01 05:00;0;0;old;;;;"123456";https://x',
    ]
    path = write(tmp_path / "x.csv", GOT, *rows, encoding="utf-8-sig")
    found = read(path)
    assert reader_of(path) == "getoldtweets"
    assert [(p["time"], p["precision"]) for p in found["post"]] == [
        *((NOON + 123, 1), (1_230_786_000_000, MINUTE)),
    ]
    assert [link["url"] for link in found["link"]] == ["https://a.com/1"]
    assert [tag["hashtag"] for tag in found["hashtag"]] == ["tag"]
    assert [mention["target"] for mention in found["mention"]] == ["eve"]
    assert found["account"][0]["handle"] == "Bob"


def test_links_in_pieces() -> None:
    broken = "see https://www. instagram.com/p/BKt3BU3AmvFK 6ssmeDQ/ … and http:// bit.ly/1 too"
    whole = "see https://www.instagram.com/p/BKt3BU3AmvFK6ssmeDQ/ and http://bit.ly/1 too"
    assert whole_links(broken) == whole


def test_tweets_of_charlotte() -> None:
    path = needs("native", "getoldtweets", "charlotte_2016_09.csv")
    found = read(path)
    assert len(found["post"]) == 1_307
    assert len({post["account"] for post in found["post"]}) == 581
    assert {post["precision"] for post in found["post"]} == {1}
    domains = {link["domain"] for link in found["link"]}
    assert {"instagram.com", "swarmapp.com", "bit.ly"} <= domains
