"""YouTube: lists of the Data API, tables of YouTube Data Tools."""

from twitter_reading import HERE, carried, dangling, in_all, read, recognised_as, write

from unswarm.readers import Source, youtube

FILES = HERE / "youtube"
TAB = FILES / "videoinfo_vid00000001_2023_01_03_comments.tab"


def test_a_video_is_a_post_of_its_channel():
    tables = read(FILES / "videos.json")
    assert recognised_as(FILES / "videos.json") == "youtube"
    post = tables["post"][0]
    assert (post["post"], post["account"], post["kind"]) == ("vid00000001", "UCann", "original")
    assert post["text"] == "Bread\nRead https://news.example.com/1 #Rivertown"
    assert (post["time"], post["precision"]) == (1672574400000, 1000)
    assert (post["views"], post["interactions"], post["place"]) == (100, 5, None)
    assert ("vid00000001", "rivertown") in carried(tables, "hashtag", "hashtag")
    assert in_all(tables) == (2, 1)  # the third has no snippet
    assert not dangling(tables)


def test_comments_stand_on_the_channel_of_the_video():
    posts = {post["post"]: post for post in read(FILES / "threads.json")["post"]}
    first, answer = posts["Ugx1"], posts["Ugx1.a"]
    assert (first["kind"], first["target_post"]) == ("comment", "vid00000001")
    assert (first["account"], first["place"]) == ("UCbob", "UCann")
    assert first["target_account"] == "UCann"
    assert (answer["kind"], answer["target_post"]) == ("reply", "Ugx1")
    assert (answer["account"], answer["target_account"]) == ("UCeve", "UCbob")
    assert (first["interactions"], answer["interactions"]) == (2, 1)


def test_displayed_text_is_read_without_its_markup():
    tables = read(FILES / "threads.json")
    text = next(post["text"] for post in tables["post"] if post["post"] == "Ugx4")
    assert text == "bread & https://news.example.com/2\nend"
    assert ("Ugx4", "https://news.example.com/2") in carried(tables, "link", "url")


def test_a_commenter_without_a_channel_is_nobody():
    (rejected,) = read(FILES / "threads.json")["quarantine"]
    assert (rejected["field"], rejected["reason"]) == ("account", "no account id")


def test_search_results_playlists_and_channels():
    tables = read(FILES / "search.jsonl")
    posts = {post["post"]: post for post in tables["post"]}
    assert posts["vid00000001"]["text"] == "Bread & butter\nshort"
    listed = posts["vid00000004"]  # taken in by UCeve in 2024
    assert (listed["account"], listed["time"]) == ("UCbob", 1651727105000)
    channels = {account["account"]: account for account in tables["account"]}
    assert (channels["UCann"]["handle"], channels["UCann"]["followers"]) == ("ann", 10)
    assert channels["UCann"]["claimed_country"] == "DE"
    assert channels["UCcat"]["created"] == 1577880000000
    assert [row["reason"] for row in tables["quarantine"]] == ["no post or channel: playlist"]


def test_tables_of_youtube_data_tools():
    path = FILES / "videolist_search.csv"
    assert (recognised_as(path), recognised_as(TAB)) == ("youtube", "youtube")
    (video,) = read(path)["post"]
    assert (video["account"], video["views"], video["language"]) == ("UCann", 100, "en")
    comments = {post["post"]: post for post in read(TAB)["post"]}
    assert comments["Ugx1"]["target_post"] == "vid00000001"  # as the file's name says
    assert comments["Ugx1.a"]["target_post"] == "Ugx1"
    assert comments["Ugx1.a"]["account"] == "eve"  # a handle is unique
    (rejected,) = read(TAB)["quarantine"]  # a displayed name is not
    assert rejected["field"] == "account"


def test_answers_of_other_interfaces_are_left_alone(tmp_path):
    for content in ('{"kind": "drive#file", "id": "1"}', '{"kind": 5, "items": []}', "[1, 2]"):
        assert not youtube.recognises(Source(write(tmp_path / "x.json", content)))
