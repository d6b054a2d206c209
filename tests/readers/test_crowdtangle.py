"""CrowdTangle's exports, in full and cut down, and what its API gave."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from reading import Rows, counts, read, write

from shared import needs
from unswarm.model import SECOND
from unswarm.readers import Source, crowdtangle, recognise
from unswarm.readers._parts.facebook import Shown, shown
from unswarm.readers.tables import roles

FILES = Path(__file__).parents[1] / "data" / "crowdtangle"
PAGE, OTHER = "100000000000071", "100000000000072"
NOVEMBER = 1_699_867_836_000  # 2023-11-13 04:30:36 EST


def posts(name: str) -> dict[str, dict[str, object]]:
    return {post["post"]: post for post in read(FILES / name)["post"]}


def accounts(found: Rows) -> dict[str, dict[str, object]]:
    return {row["account"]: row for row in found["account"]}


def carried(found: Rows, name: str, column: str) -> set[tuple[str, str]]:
    return {(row["post"].rpartition("_")[2], row[column]) for row in found[name]}


@pytest.mark.parametrize("path", sorted(FILES.iterdir()), ids=lambda path: path.name)
def test_every_layout_is_recognised(path: Path) -> None:
    assert recognise(Source(path))[0] == "crowdtangle"


def test_one_post_has_one_id_and_one_time_in_every_layout() -> None:
    for name in ("pages.csv", "cut_down.csv", "api_posts.csv", "api_page.json"):
        post = posts(name)[f"{PAGE}_501"]
        assert (post["account"], post["platform"]) == (PAGE, "facebook")
        assert (post["time"], post["precision"]) == (NOVEMBER, SECOND), name


def test_the_page_as_it_was_at_its_latest_post() -> None:
    page = accounts(read(FILES / "pages.csv"))[PAGE]
    assert (page["kind"], page["handle"], page["name"]) == (
        *("page", "HarbourDaily", "Harbour Daily"),
    )
    assert (page["followers"], page["seen"]) == (1_000, NOVEMBER), "not the 1,010 of October"
    assert (page["operator_country"], page["claimed_country"]) == ("DE", None)
    assert (page["created"], page["bio"]) == (1_433_145_600_000, "All of the harbour")


def test_who_pays_for_a_post_is_an_advertiser() -> None:
    found = read(FILES / "pages.csv")
    (role,) = found["role"]
    assert (role["account"], role["role"], role["target"], role["time"]) == (
        *(PAGE, "advertises", "100000000000099", None),
    )
    sponsor = accounts(found)["100000000000099"]
    assert (sponsor["kind"], sponsor["name"]) == ("advertiser", "Rope Works")


def test_the_final_link_counts_and_the_way_to_it_is_kept() -> None:
    for name in ("pages.csv", "api_posts.csv", "api_page.json"):
        found = read(FILES / name)
        assert carried(found, "link", "url") == {("501", "https://harbour.example/bridge")}
        (way,) = found["redirect"]
        assert (way["url"], way["target"]) == (
            *("https://sho.example/b", "https://harbour.example/bridge"),
        )


def test_a_way_written_into_the_text_is_taken_out_of_it() -> None:
    found = read(FILES / "cut_down.csv")
    assert carried(found, "link", "url") == {
        ("501", "https://harbour.example/bridge"),
        ("501", "https://quay.example/1"),
    }
    assert found["post"][0]["text"] == (
        "Carts #Harbour https://sho.example/b and https://quay.example/1"
    )
    assert [way["url"] for way in found["redirect"]] == ["https://sho.example/b"]


def test_a_redirect_within_a_site_is_none(tmp_path: Path) -> None:
    header = "Page Name,Facebook Id,Post Created,Link,Final Link"
    row = "Ann,7,2020-01-01 12:00:00 UTC,https://a.example/1,https://a.example/consent"
    assert "redirect" not in read(write(tmp_path / "x.csv", header, row))


def test_shares_are_reposts_and_quotes() -> None:
    found = posts("pages.csv")
    repost, quote = found[f"{PAGE}_503"], found[f"{PAGE}_504"]
    assert (repost["kind"], repost["text"]) == ("repost", None), "its text is CrowdTangle's own"
    assert (repost["target_post"], repost["target_account"]) == (f"{OTHER}_601", OTHER)
    assert (quote["kind"], quote["target_account"]) == ("quote", "riverpage")
    assert found[f"{PAGE}_502"]["kind"] == "original", "its own video, under its handle"


def test_where_nothing_tells_a_share_the_kind_is_unknown() -> None:
    assert {post["kind"] for post in posts("cut_down.csv").values()} == {None}
    group = posts("groups.csv")["2200_702"]
    assert (group["kind"], group["target_post"]) == (None, None), "the handle may be its own"


def test_own_photos_under_an_old_id_are_no_shares() -> None:
    post = posts("api_posts.csv")[f"{PAGE}_507"]
    assert (post["kind"], post["target_account"]) == ("original", None)


def api_posts() -> list[dict[str, Any]]:
    found = json.loads((FILES / "api_page.json").read_text(encoding="utf-8"))["result"]["posts"]
    return list(found)


def test_a_link_in_the_text_to_somebody_elses_post_makes_no_share(tmp_path: Path) -> None:
    (post, _), other = api_posts(), f"https://www.facebook.com/{OTHER}/posts/9"
    post["expandedLinks"].append({"original": other, "expanded": other})
    found = read(write(tmp_path / "x.json", json.dumps(post)))
    assert [(p["kind"], p["target_account"]) for p in found["post"]] == [("original", None)]
    assert (other.replace("www.", "")) in {link["url"] for link in found["link"]}
    found = read(write(tmp_path / "x.json", json.dumps({**post, "link": other})))
    assert [(p["kind"], p["target_account"]) for p in found["post"]] == [("quote", OTHER)]


def test_a_page_of_results_loses_only_its_bad_posts(tmp_path: Path) -> None:
    first, last = api_posts()
    page = {"result": {"posts": [first, 3, {**first, "date": "soon"}, last]}}
    found = read(write(tmp_path / "x.json", json.dumps(page)))
    assert [post["post"] for post in found["post"]] == [f"{PAGE}_501", f"{PAGE}_506"]
    assert [q["field"] for q in found["quarantine"]] == [None, "date"]


def test_photos_and_videos_are_media_and_previews_are_not() -> None:
    api, pages = read(FILES / "api_posts.csv"), read(FILES / "pages.csv")
    assert carried(api, "media", "media") == {("506", "991"), ("507", "992")}
    assert carried(pages, "media", "media") == {("502", "502"), ("504", "602")}


def test_counts() -> None:
    exported, api = posts("pages.csv"), posts("api_posts.csv")
    assert exported[f"{PAGE}_501"]["interactions"] == 1_234
    assert exported[f"{PAGE}_502"]["interactions"] == 5 + 1 + 2 + 1, "summed where no total is"
    assert exported[f"{PAGE}_502"]["views"] == 4_000
    assert exported[f"{PAGE}_501"]["views"] is None, "0 views of what is no video"
    assert api[f"{PAGE}_501"]["interactions"] == 16, "the actual counts, not the expected ones"


def test_posts_in_groups_are_the_groups() -> None:
    found = read(FILES / "groups.csv")
    (group,) = found["account"]
    assert (group["account"], group["kind"], group["followers"]) == ("2200", "group", 5_000)
    assert [(p["post"], p["account"], p["place"]) for p in found["post"]] == [
        *(("2200_701", "2200", None), ("2200_702", "2200", None)),
    ]
    assert found["post"][0]["time"] == NOVEMBER, "10:30:36 CET"


def test_instagram() -> None:
    found = read(FILES / "instagram.csv")
    (post,), (account,) = found["post"], found["account"]
    assert (post["post"], post["account"], post["platform"]) == (
        *("CAbc-1_x", "harbour.daily", "instagram"),
    )
    assert (post["text"], post["interactions"]) == ("Sunset #harbour @bob", 12)
    assert (account["handle"], account["name"], account["followers"]) == (
        *("harbour.daily", "Harbour Daily", 300),
    )
    assert [media["media"] for media in found["media"]] == ["11_22_33_n.jpg"]
    assert "link" not in found, "the link is the post itself"


def test_columns_spread_over_dotted_names(tmp_path: Path) -> None:
    header = (
        "platformId,date,message,postUrl,account.platformId,account.name,account.accountType,"
        "account.pageAdminTopCountry,statistics.actual.likeCount,statistics.actual.shareCount"
    )
    row = "7_1,2020-01-01 12:00:00,hi,https://www.facebook.com/7/posts/1,7,Ann,facebook_page,FR,2,3"
    found = read(write(tmp_path / "x.csv", header, row))
    assert found["post"][0]["interactions"] == 5
    account = found["account"][0]
    assert (account["account"], account["kind"], account["operator_country"]) == (
        *("7", "page", "FR"),
    )


@pytest.mark.parametrize(
    ("header", "mark"),
    [
        ("Page.Name;Facebook.Id;Post.Created;Message", ";"),
        ("page_name,facebook_id,post_created,message", ","),
        ("Page Name\tFacebook Id\tPost Created\tMessage", "\t"),
    ],
)
def test_copies_that_other_programs_saved(tmp_path: Path, header: str, mark: str) -> None:
    row = mark.join(("Ann", "7", "2020-01-01 12:00:00 EST", "hi"))
    found = read(write(tmp_path / "x.csv", header, row))
    assert [(p["account"], p["text"]) for p in found["post"]] == [("7", "hi")]
    assert found["post"][0]["post"] == "x.csv:2"


def test_bad_rows_are_quarantined_with_line_field_and_reason() -> None:
    rejected = [
        (q["line"], q["field"], q["reason"]) for q in read(FILES / "pages.csv")["quarantine"]
    ]
    assert rejected == [
        (6, "Post Created", "not a time that can be read"),
        (7, "Facebook Id", "missing"),
    ]


@pytest.mark.parametrize(
    ("column", "value", "field", "reason"),
    [
        ("Facebook Id", "1.00E+14", "Facebook Id", "digits are lost"),
        ("Post Created", "2020-01-01 12:00:00 IST", "Post Created", "IST is unknown or ambiguous"),
        ("Sponsor Id", "9.06E+17", "Sponsor Id", "the post is kept without it"),
    ],
)
def test_values_that_other_programs_mangled(
    tmp_path: Path, column: str, value: str, field: str, reason: str
) -> None:
    first = next(csv.DictReader(io.StringIO((FILES / "pages.csv").read_text(encoding="utf-8"))))
    path = tmp_path / "x.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, first)
        writer.writeheader()
        writer.writerow({**first, column: value})
    (rejected,) = read(path)["quarantine"]
    assert (rejected["line"], rejected["field"]) == (2, field)
    assert reason in rejected["reason"]


def test_a_cut_export_loses_its_last_row_only(tmp_path: Path) -> None:
    text = (FILES / "pages.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "x.csv"
    path.write_text("".join(text[:3]) + text[3][:150], encoding="utf-8")
    found = read(path)
    assert [post["post"] for post in found["post"]] == [f"{PAGE}_501", f"{PAGE}_502"]
    (rejected,) = found["quarantine"]
    assert rejected["line"] == 4


def test_objects_as_text_that_are_none_are_left_out(tmp_path: Path) -> None:
    header = "platformId,date,message,postUrl,expandedLinks,media,statistics,account"
    row = "7_1,2020-01-01 12:00:00,hi,https://www.facebook.com/7/posts/1,[{'x',{'y',0,oops"
    found = read(write(tmp_path / "x.csv", header, row))
    assert [(p["post"], p["account"]) for p in found["post"]] == [("7_1", "7")]


@pytest.mark.parametrize("address", ["https://[", "", "x", 7, None])
def test_addresses_that_are_none(tmp_path: Path, address: object) -> None:
    post = api_posts()[1]
    media = [{"type": "photo", "url": "https://a.example/x.jpg", "full": address}]
    odd = {**post, "link": address, "postUrl": address, "media": media, "expandedLinks": media}
    found = read(write(tmp_path / "x.json", json.dumps(odd)))
    assert [p["post"] for p in found["post"]] == [f"{PAGE}_506"]
    assert "media" not in found


@pytest.mark.parametrize("record", [{}, {"result": {"posts": [3]}}, {"date": "x"}, [1], 5])
def test_other_records_are_not_its_own(tmp_path: Path, record: object) -> None:
    assert not crowdtangle.recognises(Source(write(tmp_path / "x.json", json.dumps(record))))


ADDRESSES = {
    "https://www.facebook.com/1/posts/2": Shown("2", "1"),
    "facebook.com/ann/posts/a-title/2/": Shown("2", "ann"),
    "https://www.facebook.com/groups/1/permalink/2/": Shown("2", "1", group=True),
    "https://m.facebook.com/story.php?story_fbid=2&id=1": Shown("2", "1"),
    "https://www.facebook.com/ann/photos/a.9.9/2/?type=3": Shown("2", "ann", media=True),
    "https://www.facebook.com/ann/videos/a-title/2/": Shown("2", "ann", media=True),
    "https://www.facebook.com/photo.php?fbid=2&set=a.1": Shown("2", media=True),
    "https://www.facebook.com/watch/?v=2": Shown("2", media=True),
    "https://www.facebook.com/reel/2": Shown("2", media=True),
    "https://www.facebook.com/events/2": None,
    "https://notfacebook.com/1/posts/2": None,
    "https://[bad": None,
    "": None,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_an_address_on_facebook_shows(address: str) -> None:
    assert shown(address) == ADDRESSES[address]


def test_any_table_takes_the_country_of_the_administrators_for_that_of_the_operators() -> None:
    found = roles(Source(FILES / "pages.csv"))
    assert found["operator_country"] == "Page Admin Top Country"
    assert "claimed_country" not in found


@pytest.mark.parametrize(
    ("name", "rows", "pages"),
    [
        ("db1_rows_with_genocide.csv.gz", 2_203, 17),
        ("db2_rows_with_genocide.csv.gz", 382, 61),
        ("crowdtangle_api_posts_20231123.csv", 10, 7),
    ],
)
def test_the_real_samples(name: str, rows: int, pages: int) -> None:
    path = needs("native", "crowdtangle", name)
    assert recognise(Source(path))[0] == "crowdtangle"
    found = counts(path)
    assert (found["post"], found["account"], found["quarantine"]) == (rows, pages, 0)


def test_the_real_texts_hold_no_ways() -> None:
    found = read(needs("native", "crowdtangle", "db2_rows_with_genocide.csv.gz"))
    assert len(found["redirect"]) == 40
    assert not any(":=:" in post["text"] for post in found["post"])
    assert {way["target"] for way in found["redirect"]} <= {link["url"] for link in found["link"]}
