"""Reddit's submissions and comments, from the archives and from the API."""

import json
from pathlib import Path

import zstandard
from twitter_reading import HERE, carried, dangling, in_all, read, recognised_as, write

from shared import needs
from unswarm.readers import Source

FILES = HERE / "reddit"
SUBMISSIONS, COMMENTS = FILES / "submissions.jsonl", FILES / "comments.jsonl"


def posts(path):
    return {post["post"]: post for post in read(path)["post"]}


def test_a_submission_stands_in_its_subreddit():
    assert recognised_as(SUBMISSIONS) == "reddit"
    post = posts(SUBMISSIONS)["t3_aa1"]
    assert (post["account"], post["place"], post["kind"]) == ("t2_11", "rivertown", "original")
    assert post["text"].startswith("Bread & butter\nSee [the news]")
    assert (post["time"], post["precision"]) == (1667261048000, 1000)
    assert post["interactions"] == 5 + 2 + 1
    assert ("t3_aa1", "bob") in carried(read(SUBMISSIONS), "mention", "target")


def test_links_lead_out_of_reddit():
    tables = read(SUBMISSIONS)
    assert carried(tables, "link", "url") == {
        ("t3_aa1", "https://news.example.com/1"),
        ("t3_aa2", "https://news.example.com/2?a=1&b=2"),
        ("t3_aa3", "https://news.example.com/2?a=1&b=2"),
    }
    assert carried(tables, "media", "media") == {
        *(("t3_aa4", "abc123xyz"), ("t3_aa5", "gal1"), ("t3_aa5", "gal2")),
    }


def test_a_crosspost_repeats_a_submission():
    post = posts(SUBMISSIONS)["t3_aa3"]
    assert (post["kind"], post["place"]) == ("repost", "lakeside")
    assert (post["target_post"], post["target_account"]) == ("t3_aa2", "t2_12")
    assert post["target_time"] == 1667261050000


def test_deleted_authors_are_nobody():
    tables = read(SUBMISSIONS)
    assert in_all(tables) == (6, 1)
    assert tables["quarantine"][0]["reason"] == "the author is deleted: nobody can be named"
    assert "[deleted]" not in {post["account"] for post in tables["post"]}
    assert "[deleted]" not in {account["handle"] for account in tables["account"]}


def test_an_id_names_an_author_whose_name_is_gone(tmp_path):
    record = json.loads(SUBMISSIONS.read_text("utf-8").splitlines()[0])
    path = write(tmp_path / "x.jsonl", json.dumps({**record, "author": "[deleted]"}))
    tables = read(path)
    assert tables["post"][0]["account"] == "t2_11"
    assert tables["account"][0]["handle"] is None


def test_what_was_removed_is_no_common_text():
    assert posts(SUBMISSIONS)["t3_aa7"]["text"] == "Taken away"
    assert posts(COMMENTS)["t1_c3"]["text"] is None


def test_comments_answer_what_stands_above():
    found = posts(COMMENTS)
    assert {name: (post["kind"], post["target_post"]) for name, post in found.items()} == {
        "t1_c1": ("comment", "t3_aa1"),
        "t1_c2": ("reply", "t1_c1"),
        "t1_c3": ("reply", "t1_c1"),
        "t1_c5": ("comment", "t3_aa1"),
    }
    assert found["t1_c5"]["account"] == "fay"  # a dump of 2009 has names only
    assert found["t1_c5"]["time"] == 1230768000000


def test_rows_that_cannot_be_used_say_why():
    reasons = [(row["line"], row["field"]) for row in read(COMMENTS)["quarantine"]]
    assert reasons == [(4, "author"), (6, "post"), (7, "author_fullname"), (8, None)]


def test_listings_of_the_api_hold_comments_below_comments():
    tables = read(FILES / "thread.json")
    assert recognised_as(FILES / "thread.json") == "reddit"
    assert posts(FILES / "thread.json") == {
        **{"t3_aa1": posts(SUBMISSIONS)["t3_aa1"]},
        **{name: posts(COMMENTS)[name] for name in ("t1_c1", "t1_c2")},
    }
    gus = next(a for a in tables["account"] if a["handle"] == "gus")
    assert (gus["account"], gus["created"], gus["bio"]) == ("t2_16", 1500000000000, "hello")
    assert [row["field"] for row in tables["quarantine"]] == ["kind"]
    assert not dangling(tables)


def test_pages_of_the_archives_search():
    assert list(posts(FILES / "search.json")) == ["t3_aa2", "t1_c1"]


def test_dumps_are_compressed_with_a_window_of_two_gigabytes(tmp_path: Path):
    compressor = zstandard.ZstdCompressor().compressobj()
    packed = bytearray(compressor.compress(SUBMISSIONS.read_bytes()) + compressor.flush())
    packed[5] = (31 - 10) << 3  # the window that the frame asks for, as `zstd --long=31` writes it
    assert zstandard.get_frame_parameters(bytes(packed)).window_size == 1 << 31
    path = tmp_path / "RS_2022-11.zst"
    path.write_bytes(packed)
    assert read(path) == {
        name: [{**row, "source": str(path)} for row in rows] if name == "quarantine" else rows
        for name, rows in read(SUBMISSIONS).items()
    }


def test_other_json_is_left_alone(tmp_path):
    from unswarm.readers import reddit

    for content in ('{"kind": "Listing"}', '{"data": [1, {"a": 2}]}', '{"author": "ann"}'):
        assert not reddit.recognises(Source(write(tmp_path / "x.json", content)))


def test_two_days_of_the_midterms():
    folder = needs("native", "reddit")
    found = {path.name: read(path) for path in sorted(folder.iterdir())}
    assert [in_all(tables) for tables in found.values()] == [
        *((1_766, 0), (2_202, 0), (361, 1), (464, 0)),
    ]
    comments = [post for name, t in found.items() if "comment" in name for post in t["post"]]
    assert len({post["account"] for post in comments}) == 3_358
    assert sum(post["kind"] == "repost" for t in found.values() for post in t["post"]) == 75
    assert not any(dangling(tables) for tables in found.values())
