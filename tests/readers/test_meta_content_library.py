"""The Meta Content Library's posts, comments and producers, as CSV and as JSON."""

import json
from pathlib import Path

import pytest
from reading import read, write

from unswarm.model import DAY, SECOND
from unswarm.readers import Source, meta_content_library, recognise

FILES = Path(__file__).parents[1] / "data" / "meta_content_library"
PAGE, GROUP = "17841400000000001234", "99000000000000007"
FIRST, SECOND_, THIRD = (f"12345678901234567{number}" for number in (89, 90, 91))


@pytest.mark.parametrize("path", sorted(FILES.iterdir()), ids=lambda path: path.name)
def test_every_layout_is_recognised(path: Path) -> None:
    assert recognise(Source(path))[0] == "meta_content_library"


@pytest.mark.parametrize("name", ["posts.json", "posts.csv"])
def test_ids_beyond_a_float_stay_exact(name: str) -> None:
    posts = read(FILES / name)["post"]
    assert [post["post"] for post in posts] == [FIRST, SECOND_, THIRD]
    assert [post["account"] for post in posts] == [PAGE, PAGE, "17841400000000001235"]


def test_csv_and_json_say_the_same() -> None:
    one, other = read(FILES / "posts.json"), read(FILES / "posts.csv")
    for name in ("post", "link", "hashtag", "mention", "media", "account", "role"):
        assert one[name] == other[name], name


def test_a_post_in_a_group_has_the_group_as_its_place() -> None:
    found = read(FILES / "posts.json")
    assert [post["place"] for post in found["post"]] == [None, GROUP, None]
    kinds = {row["account"]: (row["kind"], row["name"]) for row in found["account"]}
    assert kinds == {
        PAGE: ("page", "Harbour Daily"),
        GROUP: ("group", "Friends of the Harbour"),
        "17841400000000001235": ("person", "Ann"),
    }


def test_reshares_are_reposts_and_with_a_text_quotes() -> None:
    posts = read(FILES / "posts.json")["post"]
    assert [(post["kind"], post["target_post"]) for post in posts] == [
        *(("original", None), ("quote", FIRST), ("repost", FIRST)),
    ]


def test_what_posts_carry() -> None:
    found = read(FILES / "posts.json")
    assert [link["url"] for link in found["link"]] == ["https://harbour.example/bridge"]
    assert [tag["hashtag"] for tag in found["hashtag"]] == ["bridge"]
    assert [mention["target"] for mention in found["mention"]] == ["bob"]
    assert [(m["post"], m["media"]) for m in found["media"]] == [(SECOND_, "88000000000000011")]
    first = found["post"][0]
    assert (first["time"], first["precision"]) == (1_714_557_600_000, SECOND)
    assert (first["language"], first["views"], first["interactions"]) == ("en", 900, 6 + 2 + 3)
    third = found["post"][2]
    assert (third["views"], third["interactions"]) == (None, 4 + 1), "no total: reactions summed"


def test_branded_content_advertises() -> None:
    (role,) = read(FILES / "posts.json")["role"]
    assert (role["account"], role["role"], role["target"]) == (
        *("17841400000000001235", "advertises", "17841400000000009999"),
    )


def test_comments_and_replies() -> None:
    found = read(FILES / "comments.jsonl")
    assert [(p["kind"], p["target_post"]) for p in found["post"]] == [
        *(("comment", FIRST), ("reply", "55500000000000001")),
    ]
    (rejected,) = found["quarantine"]
    assert (rejected["line"], rejected["field"]) == (3, "owner.id"), "private people are unnamed"


def test_instagram_and_producers() -> None:
    found = read(FILES / "instagram.json")
    (post,) = found["post"]
    assert (post["platform"], post["post"]) == ("instagram", "18000000000000000001")
    assert [tag["hashtag"] for tag in found["hashtag"]] == ["harbour", "sea"]
    rows = {row["account"]: row for row in found["account"]}
    page, group = rows[PAGE], rows[GROUP]
    assert (page["kind"], page["followers"], page["website"]) == (
        *("page", 1_000, "https://harbour.example"),
    )
    assert (page["created"], page["created_precision"]) == (1_433_116_800_000, DAY)
    assert (group["kind"], group["followers"]) == ("group", 50)
    account = rows["17841400000000001299"]
    assert (account["platform"], account["following"], account["bio"]) == ("instagram", 8, "sea")


def test_bad_rows_are_quarantined_with_line_field_and_reason() -> None:
    rejected = [
        (q["line"], q["field"], q["reason"]) for q in read(FILES / "posts.csv")["quarantine"]
    ]
    assert rejected == [
        (5, "id", "an id mangled by a spreadsheet: digits are lost"),
        (6, "post_owner.id", "missing"),
        (7, "creation_time", "not a time that can be read"),
    ]


def one(**changes: object) -> str:
    return json.dumps({**json.loads((FILES / "posts.json").read_text())["data"][0], **changes})


@pytest.mark.parametrize("number", [1.23e17, 9.6378e14])
def test_an_id_that_was_a_float_is_rejected(tmp_path: Path, number: float) -> None:
    found = read(write(tmp_path / "x.jsonl", one(), one(id=number)))
    assert len(found["post"]) == 1
    (rejected,) = found["quarantine"]
    assert (rejected["line"], rejected["field"]) == (2, "id")
    assert "digits are lost" in rejected["reason"]


def test_a_reference_that_was_a_float_is_noted_and_the_post_kept(tmp_path: Path) -> None:
    found = read(write(tmp_path / "x.jsonl", one(shared_post_id=1.23e17)))
    assert [(p["kind"], p["target_post"]) for p in found["post"]] == [("original", None)]
    (rejected,) = found["quarantine"]
    assert rejected["field"] == "shared_post_id"
    assert "kept without it" in rejected["reason"]


def test_an_envelope_around_a_nested_object(tmp_path: Path) -> None:
    owner = {"data": {"type": "group", "id": 5, "name": "Talk"}}
    found = read(write(tmp_path / "x.jsonl", one(post_owner=owner, surface=None)))
    assert [(p["account"], p["place"]) for p in found["post"]] == [("5", None)]
    assert found["account"][0]["kind"] == "group"


def test_a_cut_file_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(one() + "\n" + one(id=5)[:300], encoding="utf-8")
    found = read(path)
    assert [post["post"] for post in found["post"]] == [FIRST]
    (rejected,) = found["quarantine"]
    assert (rejected["line"], rejected["reason"][:3]) == (2, "cut")


def test_a_page_of_several_records_loses_only_the_bad_one(tmp_path: Path) -> None:
    page = json.loads((FILES / "posts.json").read_text())
    page["data"][1] = "oops"
    found = read(write(tmp_path / "x.json", json.dumps(page)))
    assert [post["post"] for post in found["post"]] == [FIRST, THIRD]
    (rejected,) = found["quarantine"]
    assert rejected["reason"].startswith("neither a post")


@pytest.mark.parametrize(
    "record",
    [
        *({"id": 1, "creation_time": "x"}, {"data": []}, {"post_owner": 3}, 5),
        {"id": 1, "name": "a", "follower_count": 3},
    ],
)
def test_other_records_are_not_its_own(tmp_path: Path, record: object) -> None:
    path = write(tmp_path / "x.json", json.dumps(record))
    assert not meta_content_library.recognises(Source(path))
