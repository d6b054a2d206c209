"""Junkipedia's posts, as its API gives them and flattened."""

from twitter_reading import HERE, carried, in_all, read, recognised_as

PAGE, FLAT = HERE / "junkipedia" / "posts.json", HERE / "junkipedia" / "flattened.csv"


def test_a_post_of_a_channel():
    assert recognised_as(PAGE) == "junkipedia"
    tables = read(PAGE)
    post = tables["post"][0]
    assert (post["account"], post["platform"], post["kind"]) == ("71", "facebook", "original")
    assert post["time"] == 1714557600000  # published, not taken in
    assert (post["views"], post["interactions"]) == (100, 6)
    assert carried(tables, "link", "url") == {("900001", "https://news.example.com/1")}
    assert {account["name"] for account in tables["account"]} == {"Ann's page", "Bob's page"}


def test_a_post_without_the_time_it_was_published_is_set_aside():
    tables = read(PAGE)
    assert in_all(tables) == (2, 1)
    assert tables["quarantine"][0]["field"] == "time"


def test_the_flattened_table_says_the_same(tmp_path):
    assert recognised_as(FLAT) == "junkipedia"
    assert read(FLAT)["post"] == read(PAGE)["post"]
    bare = tmp_path / "bare.csv"
    bare.write_text(FLAT.read_text("utf-8").replace("attributes.", ""), "utf-8")
    assert recognised_as(bare) == "junkipedia"
    assert read(bare)["post"] == read(PAGE)["post"]
