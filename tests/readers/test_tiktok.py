"""TikTok's videos and comments, from the Research API, crawlers and the web page."""

import json

from twitter_reading import HERE, by_kind, carried, dangling, in_all, read, recognised_as, write

from shared import needs
from unswarm.readers import Source, tiktok

FILES = HERE / "tiktok"
ANN, BOB = "6903535225067127810", "6903535225067127811"
SONG, VIDEO = "7111111111111111111", "7200000000000000001"


def test_music_and_effects_are_shared_objects():
    tables = read(FILES / "research.json")
    assert recognised_as(FILES / "research.json") == "tiktok"
    shares = {(row["post"], row["object"], row["layer"]) for row in tables["share"]}
    assert shares == {
        (video, object, layer)
        for video in (VIDEO, "7200000000000000002")
        for object, layer in ((SONG, "sound"), ("17", "effect"))
    }
    post = tables["post"][0]
    assert (post["account"], post["kind"], post["text"]) == (
        "ann.1",
        "original",
        "Bread #Rivertown",
    )
    assert (post["time"], post["views"], post["interactions"]) == (1676380000000, 100, 10)
    assert (VIDEO, "rivertown") in carried(tables, "hashtag", "hashtag")


def test_csv_says_the_same_and_mangled_ids_join_nobody():
    said = []
    source = Source(FILES / "research.csv", report=said.append)
    tables = {}
    for name, rows in tiktok.read(source):
        tables.setdefault(name, []).extend(rows.to_pylist())
    pages = read(FILES / "research.json")
    assert tables["post"][:2] == pages["post"]
    assert [row["post"] for row in tables["share"] if row["layer"] == "sound"] == [
        *(VIDEO, "7200000000000000002"),
    ]
    assert "1 values of 'sound' left out" in said[0]


def test_the_research_api_names_no_commenters(tmp_path):
    comment = {"id": "9", "video_id": VIDEO, "text": "nice", "like_count": 1, "create_time": 1}
    page = {"data": {"comments": [comment], "cursor": 1}, "error": {"code": "ok"}}
    path = write(tmp_path / "x.json", json.dumps(page))
    assert recognised_as(path) == "tiktok"
    (rejected,) = read(path)["quarantine"]
    assert "do not say who wrote them" in rejected["reason"]


def test_lists_of_the_web_page():
    tables = read(FILES / "item_list.json")
    posts = by_kind(tables)
    assert (posts["original"]["account"], posts["original"]["language"]) == (ANN, "en")
    assert (posts["quote"]["account"], posts["quote"]["target_post"]) == (BOB, VIDEO)  # a duet
    assert carried(tables, "mention", "target") == {(VIDEO, BOB)}
    ann = next(a for a in tables["account"] if a["account"] == ANN)
    assert (ann["handle"], ann["followers"], ann["posts"]) == ("ann.1", 10, 3)
    assert ann["website"] == "https://shop.example.com"


def test_the_same_videos_in_other_wrappings(tmp_path):
    page = json.loads((FILES / "item_list.json").read_text("utf-8"))
    items = page["itemList"]
    wrapped = {
        "list.json": json.dumps(items),
        "lines.jsonl": "\n".join(map(json.dumps, items)),
        "search.json": json.dumps({"data": [{"type": 1, "item": one} for one in items]}),
        "state.json": json.dumps({"ItemModule": {one["id"]: one for one in items}}),
    }
    for name, text in wrapped.items():
        path = write(tmp_path / name, text)
        assert recognised_as(path) == "tiktok", name
        assert read(path)["post"] == read(FILES / "item_list.json")["post"]


def test_comments_of_a_crawler():
    tables = read(FILES / "crawled.json")
    assert in_all(tables) == (2, 1)
    post = tables["post"][0]
    assert (post["kind"], post["target_post"]) == ("comment", "7286459566437485825")
    assert (post["account"], post["time"]) == (ANN, 1696534156000)
    assert post["interactions"] == 3


def test_a_handle_with_dots_is_one_handle(tmp_path):
    record = json.loads((FILES / "crawled.json").read_text("utf-8"))[0]
    path = write(tmp_path / "x.json", json.dumps({**record, "text": "@bob.1. look"}))
    assert carried(read(path), "mention", "target") == {(record["id"], "bob.1")}


def test_the_comments_under_one_video():
    (path,) = needs("native", "tiktok").iterdir()
    tables = read(path)
    assert recognised_as(path) == "tiktok"
    assert in_all(tables) == (333, 335)  # 668 rows, the crawler read half of them twice
    assert len({account["account"] for account in tables["account"]}) == 327
    assert not dangling(tables)
