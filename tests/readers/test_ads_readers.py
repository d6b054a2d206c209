"""Advertising: Meta's Ad Library, Google's transparency report, the House's release of 2018."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import Rows, read, write

from shared import needs
from unswarm.model import DAY, SECOND
from unswarm.readers import Source, google_ads, ira_ads, meta_ad_library, recognise
from unswarm.readers._parts.ads import bounds, objects, texts, whole

HERE = Path(__file__).parents[1] / "data"
META, GOOGLE, HOUSE = HERE / "meta_ad_library", HERE / "google_ads", HERE / "ira_ads" / "ads.csv"
FRIENDS = "advertiser:friends of the square"
BUYER = "advertiser:internet research agency"


def ads(rows: Rows) -> dict[str, dict[str, Any]]:
    return {ad["ad"]: ad for ad in rows["ad"]}


def roles(rows: Rows) -> set[tuple[str, str, str]]:
    return {(role["account"], role["role"], role["target"]) for role in rows["role"]}


def ms(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * SECOND  # type: ignore[arg-type]


def spend(ad: dict[str, Any]) -> tuple[str | None, int | None, int | None]:
    return ad["currency"], ad["spend_low"], ad["spend_high"]


# --- money and ranges


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"lower_bound": "100", "upper_bound": "199"}, (10_000, 19_900)),
        ("lower_bound: 100, upper_bound: 199", (10_000, 19_900)),
        ("{'lower_bound': '100', 'upper_bound': None}", (10_000, None)),
        ("lower_bound: 1000000", (100_000_000, None)),
        ({"upper_bound": "99"}, (0, 9_900)),
        ("≤100", (0, 10_000)),
        ("> 1,000", (100_000, None)),
        ("1k-50k", (100_000, 5_000_000)),
        ("10k–1.5M", (1_000_000, 150_000_000)),
        ("1,234.56", (123_456, 123_456)),
        (0.1, (10, 10)),
        ("", (None, None)),
        (None, (None, None)),
        ({}, (None, None)),
    ],
)
def test_ranges_stay_ranges(found, expected):
    assert bounds(found, 100) == expected


@pytest.mark.parametrize(
    "found", ["about 100", "12,50", "-5", "1.234", "5-3", "lower_bound: -5", "1e400x"]
)
def test_what_is_no_amount_is_never_guessed(found):
    with pytest.raises(ValueError, match=r"."):
        bounds(found, 100)


@given(st.decimals(0, 10**13, places=2, allow_nan=False, allow_infinity=False))
def test_money_is_exact(amount):
    expected = int(amount.scaleb(2))
    assert whole(f"{amount:f}", 100) == whole(f"{amount:,f}", 100) == expected


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1))
def test_lists_written_as_text_are_lists_again(items):
    stripped = [item.strip() for item in items if item.strip()]
    assert texts(items) == texts(json.dumps(items)) == texts(repr(items)) == stripped


def test_objects_are_read_with_and_without_brackets():
    some = [{"age": "18", "share": 0.5}, {"age": "65+", "share": 0.25}]
    bare = ",".join(map(json.dumps, some))
    assert objects(some) == objects(bare) == objects(f"[{bare}]") == objects(str(some)) == some
    assert objects("no objects") == objects("") == objects(None) == []


# --- Meta


def test_each_format_is_recognised():
    found = {path.name: recognise(Source(path))[0] for path in [*META.iterdir(), HOUSE]}
    assert found.pop("ads.csv") == "ira_ads"
    assert set(found.values()) == {"meta_ad_library"}
    assert {recognise(Source(path))[0] for path in GOOGLE.iterdir()} == {"google_ads"}


def test_the_web_pages_csv():
    rows = read(META / "web.csv")
    found = ads(rows)
    assert list(found) == [f"70000000000000{i}" for i in (1, 2, 3, 5)]
    first, second, third, odd = found.values()
    assert spend(first) == ("EUR", 10_000, 19_900)
    assert (first["impressions_low"], first["impressions_high"]) == (10_000, 14_999)
    assert (first["time"], first["precision"]) == (ms(2024, 3, 1), DAY)
    assert first["until"] == ms(2024, 3, 9)
    assert (first["account"], first["payer"]) == ("100000000000011", "Friends of the Square")
    assert (first["url"], first["domain"]) == ("https://square.example", "square.example")
    assert first["targeting"].splitlines() == [
        "audience: 100,001 to 500,000",
        "shown in: Northshire",
        "shown in: Southshire",
        "shown to: female 25-34",
        "placement: facebook,instagram",
    ]
    assert spend(second) == ("EUR", 100_000_000, None)
    assert (second["impressions_low"], second["impressions_high"]) == (1_000_000, None)
    assert (second["until"], second["url"]) == (None, None)
    assert second["text"] == "[NEW] The square, again"
    assert spend(third) == (None, None, None)
    assert spend(odd) == ("EUR", None, None)
    assert [(q["line"], q["field"]) for q in rows["quarantine"]] == [(5, "id"), (6, "spend")]


def test_pages_and_payers_become_accounts_once():
    rows = read(META / "web.csv")
    assert {(a["account"], a["kind"], a["name"]) for a in rows["account"]} == {
        ("100000000000011", "page", "Square Friends"),
        ("100000000000012", "page", "No Money Page"),
        (FRIENDS, "advertiser", "Friends of the Square"),
    }
    assert len(rows["role"]) == 1
    assert roles(rows) == {(FRIENDS, "advertises", "100000000000011")}


def test_the_apis_json():
    rows = read(META / "api.json")
    political, commercial = rows["ad"]
    assert spend(political) == ("USD", 0, 9_900)
    assert (political["time"], political["precision"]) == (ms(2024, 3, 1, 10), SECOND)
    assert political["url"] == "https://square.example/sign"
    assert political["text"] == "Save the square!\nSave it now!"
    assert commercial["ad"] == "800000000000002"
    assert (commercial["impressions_low"], commercial["impressions_high"]) == (12_345, None)
    assert commercial["targeting"].splitlines() == [
        "age: 18-65+",
        "gender: All",
        "location: Northland",
        "not location: Capital",
    ]
    assert roles(rows) == {
        (FRIENDS, "advertises", "100000000000011"),
        ("advertiser:socks ltd", "advertises", "100000000000013"),
        ("advertiser:old socks ltd", "advertises", "100000000000013"),
    }
    assert [(q["field"], q["reason"]) for q in rows["quarantine"]] == [("page_id", "missing")]


def test_the_readers_token_is_kept_nowhere():
    assert "SECRET" not in repr(read(META / "api.json"))


def test_one_ad_per_line_is_the_same(tmp_path):
    found = json.loads((META / "api.json").read_text())["data"]
    lines = write(tmp_path / "ads.jsonl", *map(json.dumps, found))
    assert read(lines)["ad"] == read(META / "api.json")["ad"]


def test_the_report_gives_totals_of_pages():
    rows = read(META / "report.csv")
    named, unnamed, broken = rows["ad"]
    assert named["ad"] == "total:100000000000011:EUR:Friends of the Square"
    assert spend(named) == ("EUR", 1_234_500, 1_234_500)
    assert (named["time"], named["text"]) == (None, "42 ads in the library")
    assert (unnamed["ad"], unnamed["payer"]) == ("total:100000000000011:EUR:", None)
    assert spend(unnamed) == ("EUR", 0, 10_000)
    assert spend(broken) == ("EUR", None, None)
    assert [q["line"] for q in rows["quarantine"]] == [4]
    assert (FRIENDS, "advertises", "100000000000011") in roles(rows)


# --- Google


def test_googles_report():
    rows = read(GOOGLE / "creative_stats.csv")
    found = ads(rows)
    assert list(found) == ["CR01", "CR02", "CR03", "CR04"]
    assert spend(found["CR01"]) == ("USD", 10_000, 20_000)
    assert (found["CR01"]["account"], found["CR01"]["payer"]) == ("AR01", "Square Committee")
    assert (found["CR01"]["time"], found["CR01"]["precision"]) == (ms(2024, 3, 1, 8, 30), SECOND)
    assert found["CR01"]["until"] == ms(2024, 3, 5, 22)
    assert (found["CR01"]["impressions_low"], found["CR01"]["impressions_high"]) == (10_000, 15_000)
    assert found["CR01"]["targeting"].splitlines() == [
        "age: 18-24",
        "age: 25-34",
        "gender: Male",
        "location: Northshire,United Land",
        "location: 90210,Southshire,United Land",
        "not location: Westshire,United Land",
    ]
    assert spend(found["CR02"]) == ("EUR", 5_000_000, None)
    assert (found["CR02"]["time"], found["CR02"]["precision"]) == (ms(2024, 3, 2), DAY)
    assert (found["CR02"]["impressions_low"], found["CR02"]["impressions_high"]) == (10**7, None)
    assert spend(found["CR03"]) == ("USD", 1_000, 2_000)
    assert (found["CR03"]["impressions_low"], found["CR03"]["impressions_high"]) == (0, 10_000)
    assert spend(found["CR04"]) == (None, None, None)
    assert [(q["line"], q["field"], q["content"]) for q in rows["quarantine"]][:2] == [
        (4, "Spend_Range", "USD, EUR"),
        (5, "Impressions", "many"),
    ]
    assert [(q["line"], q["field"]) for q in rows["quarantine"]][2:] == [(6, "Ad_ID")]
    assert {(a["account"], a["kind"]) for a in rows["account"]} == {
        ("AR01", "advertiser"),
        ("AR02", "advertiser"),
    }


def test_googles_oldest_buckets():
    (ad,) = read(GOOGLE / "buckets.csv")["ad"]
    assert spend(ad) == ("USD", 100_000, 5_000_000)
    assert (ad["impressions_low"], ad["impressions_high"]) == (10_000, 100_000)


# --- the House's release


def test_the_clock_and_the_money_are_read_from_the_scan():
    rows = read(HOUSE)
    found = ads(rows)
    assert spend(found["101"]) == ("RUB", 1_285_846, 1_285_846)
    assert (found["101"]["time"], found["101"]["precision"]) == (
        ms(2016, 6, 9, 10, 50, 21),
        SECOND,
    )
    assert found["101"]["until"] == ms(2016, 6, 11, 22, 48)
    assert spend(found["102"]) == ("RUB", 100_000, 100_000)
    assert found["102"]["time"] == ms(2016, 12, 9, 11, 50, 21)
    assert spend(found["103"]) == ("RUB", 0, 0)
    assert (found["103"]["time"], found["103"]["precision"]) == (ms(2016, 6, 9), DAY)
    assert found["103"]["until"] is None
    assert spend(found["104"]) == ("RUB", 9_375_438, 9_375_438)
    assert spend(found["106"]) == ("USD", 7_400, 7_400)
    assert spend(found["109"]) == (None, None, None)
    assert (found["109"]["time"], found["109"]["impressions_low"]) == (None, None)
    assert (found["101"]["impressions_low"], found["101"]["impressions_high"]) == (162, 162)
    assert found["101"]["clicks"] == 3
    assert found["101"]["targeting"].splitlines() == [
        "location: United Land",
        "age: 18 - 65+",
        "interests: Squares",
        "placement: News Feed",
    ]


def test_what_does_not_fit_together_is_noted():
    noted = [(q["line"], q["field"]) for q in read(HOUSE)["quarantine"]]
    assert noted == [
        (4, "txt_create"),
        (4, "txt_end"),
        (7, "txt_spend"),
        (10, "txt_create"),
        (10, "txt_spend"),
        (12, "Ad_ID"),
    ]


def test_the_account_is_the_page_an_ad_leads_to():
    rows = read(HOUSE)
    accounts = {ad["ad"]: ad["account"] for ad in rows["ad"]}
    assert accounts["101"] == accounts["102"] == "123456789012345"
    assert accounts["103"] == accounts["104"] == accounts["105"]
    assert accounts["108"] == "instagram.com/square_friends"
    assert {accounts[ad] for ad in ("106", "107", "109", "110")} == {BUYER}
    profiles = {a["account"]: (a["platform"], a["kind"], a["name"]) for a in rows["account"]}
    assert profiles["123456789012345"] == ("facebook", "page", "Square Friends")
    assert profiles["instagram.com/square_friends"] == ("instagram", None, None)
    assert profiles[BUYER] == ("facebook", "advertiser", "Internet Research Agency")
    pages = set(accounts.values()) - {BUYER}
    assert roles(rows) == {(BUYER, "advertises", page) for page in pages}


def test_addresses_are_put_right():
    found = ads(read(HOUSE))
    assert found["106"]["url"] == "https://square.example/16599-a-long-title"
    assert found["104"]["url"] == "https://facebook.com/Williamsquare"
    assert (found["109"]["url"], found["109"]["domain"]) == (None, None)


# --- the real release, counted by hand


@pytest.fixture(scope="module")
def release() -> list[dict[str, str]]:
    path = needs("native", "facebook_ads", "fb_russia_ads_clean.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def taken() -> Rows:
    found: Rows = {}
    path = needs("native", "facebook_ads", "fb_russia_ads_clean.csv.gz")
    for name, table in ira_ads.read(Source(path)):
        found.setdefault(name, []).extend(table.to_pylist())
    return found


def test_every_ad_of_the_release_is_there_once(release, taken):
    ids = [re.match(r"\d+", row["Ad_ID"])[0] for row in release]  # type: ignore[index]
    assert [ad["ad"] for ad in taken["ad"]] == ids
    assert len(set(ids)) == len(release)


def test_roubles_and_dollars_equal_a_sum_by_hand(release, taken):
    """The cleaned column holds the amounts, the scanned one which few of them are dollars."""
    by_hand: Counter[str] = Counter()
    for row in release:
        if row["Spend_RUB"] != "NA":
            currency = "USD" if "US" in row["txt_spend"] else "RUB"
            by_hand[currency] += int(Decimal(row["Spend_RUB"]) * 100)
    read_sums: Counter[str] = Counter()
    for ad in taken["ad"]:
        assert ad["spend_low"] == ad["spend_high"]
        read_sums[ad["currency"]] += ad["spend_low"] or 0
    assert by_hand == Counter({c: n for c, n in read_sums.items() if c})
    unstated = [row for row in release if row["Spend_RUB"] == "NA"]
    assert sum(ad["spend_low"] is None for ad in taken["ad"]) == len(unstated)


def test_impressions_clicks_and_days_equal_the_cleaned_columns(release, taken):
    for row, ad in zip(release, taken["ad"], strict=True):
        stated = None if row["Impressions"] == "NA" else int(row["Impressions"])
        assert ad["impressions_low"] == ad["impressions_high"] == stated
        assert ad["clicks"] == (None if row["Clicks"] == "NA" else int(row["Clicks"]))
        if row["Create_Date"] == "NA":
            assert ad["time"] is None
            continue
        begun = datetime.fromtimestamp(ad["time"] / 1_000, UTC)
        after = (begun - datetime.fromisoformat(f"{row['Create_Date']}T00:00Z")).total_seconds()
        assert 0 <= after < 32 * 3_600  # a Pacific day


def test_landing_pages_equal_a_query_by_hand(release, taken):
    written = {row["Ad_Landing_Page"] for row in release} - {"", "NA"}
    urls = {}
    for row, ad in zip(release, taken["ad"], strict=True):
        urls.setdefault(row["Ad_Landing_Page"], set()).add(ad["url"])
    assert all(len(found) == 1 for found in urls.values())
    assert {address for address, found in urls.items() if found == {None}} == {"", "NA"}
    assert len(written) == 522
    sites = ("blackmattersus", "musicfb", "meetup", "represent", "dudeers", "instagram.com/")
    for site in sites:
        by_hand = _by_hand(release, site)
        domain = site.removesuffix("/")
        read_ads = [a for a in taken["ad"] if a["domain"] and a["domain"].startswith(domain)]
        assert len(read_ads) == by_hand[0] > 0, site
        assert sum(a["spend_low"] or 0 for a in read_ads) == by_hand[1], site


def _by_hand(release: list[dict[str, str]], site: str) -> tuple[int, int]:
    """Ads and hundredths spent of those whose address has the site for its host."""
    hosts = ((re.sub(r"\s", "", row["Ad_Landing_Page"]), row["Spend_RUB"]) for row in release)
    begin = re.compile(rf"https?:(?://(?:www\.)?|H){re.escape(site)}")
    spent = [amount for address, amount in hosts if begin.match(address)]
    return len(spent), sum(int(Decimal(a) * 100) for a in spent if a != "NA")


def test_numbered_pages_equal_a_query_by_hand(release, taken):
    """The pages whose number every scan of theirs shows whole."""
    numbers = Counter[str]()
    for row in release:
        found = re.fullmatch(r"https://www\.facebook\.com/[\w-]+-(\d{12,16})/", _bare(row))
        numbers[found[1] if found else ""] += 1
    accounts = Counter(ad["account"] for ad in taken["ad"])
    for number in ("1157233400960126", "450474615151098", "757183957716200", "1601685693432389"):
        assert 0 < numbers[number] <= accounts[number]
    assert accounts["757183957716200"] == numbers["757183957716200"]


def _bare(row: dict[str, str]) -> str:
    return re.sub(r"\s", "", row["Ad_Landing_Page"])


@pytest.mark.parametrize("reader", [meta_ad_library, google_ads, ira_ads])
def test_a_cut_file_loses_nothing_silently(reader, tmp_path):
    name = {meta_ad_library: META / "web.csv", google_ads: GOOGLE / "creative_stats.csv"}
    whole_file = name.get(reader, HOUSE).read_bytes()
    cut = tmp_path / "cut.csv"
    cut.write_bytes(whole_file[: len(whole_file) - 40])
    tables = list(reader.read(Source(cut)))
    assert any(name == "quarantine" for name, _ in tables)
