"""The report of a whole operation: counted from the tables, careful with names, silent without."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_case import invented
from operation_case import HOSTILE, SECRET, operation, tables
from test_report_page import FORBIDDEN, Reader, entries

from unswarm import sketches
from unswarm.engines import open_engine
from unswarm.exporters import counterparts_csv, linked_csv, report
from unswarm.exporters._report import words
from unswarm.exporters._report.funnel import TALL, funnel
from unswarm.findings import Findings
from unswarm.model import NETWORK
from unswarm.runs import see_run, write_table
from unswarm.sites import Crawl, Mark, Sisters


@pytest.fixture(scope="module")
def whole() -> Findings:
    return operation()


@pytest.fixture(scope="module")
def page(whole: Findings) -> str:
    return report.page(whole)


@pytest.fixture(scope="module")
def seen(page: str) -> Reader:
    return Reader(page)


def block(page: str) -> str:
    """The block of network n2, as text."""
    at = page.index('<section class="whole"')
    text = " ".join(Reader(page[at : page.index("</section>", at)]).text)
    return " ".join(text.split())


def without(*missing: str, **more: Any) -> str:
    return report.page(operation(missing, **more))


def test_the_operation_is_told_in_one_sentence(page: str) -> None:
    sentence = (
        "14 accounts, 5 Pages and 4 Groups on Facebook; 4 accounts on Instagram; between 9 and "
        "37.2 million accounts followed one or more of these Pages; between 52,000 and 157,000 "
        "accounts joined one or more of these Groups; between 23,000 and 92,000 accounts followed "
        "one or more of these accounts on Instagram; between 7.5 and 8 million USD, at least "
        "1.5 million VND spent on ads."
    )
    text = " ".join("".join(Reader(page).text).split())
    assert text.count(sentence) == 2  # in the summary, and in its section


def test_nothing_is_said_of_money_or_audience_that_no_table_holds() -> None:
    unknown = [{**row, "followers": None} for row in tables()["account"]]
    page = without("ad", "follow", account=unknown)
    sentence = re.search(r'<p class="sum">(.*?)</p>', page, re.S)
    assert sentence is not None
    assert "Pages" in sentence[1]
    assert "followed" not in sentence[1]
    assert "spent" not in sentence[1]


def test_lists_shorter_than_the_pages_own_counts_are_no_counts() -> None:
    text = block(without("linked"))
    assert "between 9 and 36 million accounts followed one or more of these Pages" in text
    unknown = [{**row, "followers": None} for row in tables()["account"]]
    few = [{**row, "followers": 4} for row in tables()["account"]]
    for accounts in (unknown, few):
        assert "32 accounts followed one or more of these Pages" in block(
            without("linked", account=accounts)
        )


@pytest.mark.skipif(not sketches.available(), reason="the extra sketches is not installed")
def test_sketches_of_every_page_are_merged() -> None:
    sketcher = sketches.Sketcher()
    for number in range(12, 17):
        sketcher.take(f"a0{number}", "follow", range(1_000 * number, 1_000 * number + 20_000))
    rows = sketcher.rows().to_pylist()
    said = block(without("linked", "follow", audience_sketch=rows))
    found = re.search(r"; about ([\d,]+) accounts followed one or more of these Pages", said)
    assert found is not None
    assert abs(int(found[1].replace(",", "")) - 24_000) < 1_000  # without the undetermined one
    less = block(without("linked", "follow", audience_sketch=rows[1:]))
    assert "between 9 and 36 million accounts followed" in less


def test_each_advertisement_is_paid_once_and_totals_of_pages_are_none() -> None:
    ads = [row for row in tables()["ad"] if row["currency"] == "USD"]
    grown = {**ads[0], "spend_low": 155_000_000, "spend_high": 165_000_000}
    total = {**ads[0], "ad": "total:a012"}
    page = block(without(ad=[*ads, grown, total]))
    assert "between 7.55 and 8.05 million USD spent on ads" in page


def test_a_page_whose_followers_nobody_states_makes_a_lower_bound() -> None:
    unknown = [
        {**row, "followers": None if row["account"] == "a013" else row.get("followers")}
        for row in tables()["account"]
    ]
    assert "at least about 9 million accounts followed one or more of these Pages" in block(
        without("follow", account=unknown)
    )


def test_a_case_without_such_data_says_nothing_of_an_operation() -> None:
    page = report.page(invented())
    assert 'class="whole"' not in page
    assert 'class="operations"' not in page
    assert "linked" not in page.split("<script>")[0].split("</style>")[1].split('id="rows"')[0]


def test_entities_are_counted_by_kind_platform_and_standing(page: str) -> None:
    assert (
        "Accounts on Facebook 13 1 1 Accounts on Instagram 4 – – Pages on Facebook 4 1 2 "
        "Groups on Facebook 3 1 –"
    ) in block(page)


def test_named_linked_accounts_are_shown_with_their_reasons(page: str) -> None:
    text = block(page)
    assert "3 accounts did not act with the network" in text
    assert "2 more are worth a look and no finding: counted, not named (two by devices)" in text
    assert text.count("3 of its 4 administrators are the network's, too") == 3
    assert "tied_x100" in text
    assert text.count("administrators, mail patterns 3 likely") == 3
    assert "Tied in round 2" in text
    assert "three more accounts for what they share with them" in " ".join(
        " ".join(Reader(page).text).split()
    )


def test_no_account_that_may_not_be_named_is(page: str, seen: Reader) -> None:
    everything = " ".join(seen.text) + " ".join(text for _, text in seen.scripts)
    assert SECRET not in page
    assert not re.search(r"\bx10[34]\b|\by[12]\b", everything)
    assert "tied_x100" in everything


def test_unlikely_counterparts_and_those_of_others_are_only_counted(page: str) -> None:
    text = block(page)
    assert "person013 tied_x100 on Instagram 98 %" in text
    assert "likely_one" not in page
    assert "an account removed before" in text
    assert "returned on Instagram 95 %" in text
    assert "Three pairs of 5 are less likely than 0.9" in text
    assert "4fe21c0d" not in page


def test_hostile_strings_stay_text(page: str, seen: Reader) -> None:
    assert seen.open == []
    assert HOSTILE not in page
    assert page.count("&lt;img src=x onerror=alert(7)&gt;") > 5
    assert not [tag for tag, _, _ in seen.attributes if tag in {"img", "b"}]
    assert not [name for _, name, _ in seen.attributes if name.startswith("on")]
    assert not FORBIDDEN.findall(" ".join(seen.text))


def test_registrants_of_sites_are_not_shown(page: str) -> None:
    assert "secret.example" not in page


def test_every_link_leads_somewhere_and_every_query_runs(
    whole: Findings, page: str, seen: Reader
) -> None:
    ids = [value for _, name, value in seen.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    links = {value[1:] for _, name, value in seen.attributes if name == "href"}
    assert links - set(ids) == set()
    for sql, number in entries(page):
        assert len(whole.query(sql)) == number, sql


def test_signs_go_to_the_signs_and_the_rest_to_the_block_once(page: str) -> None:
    section = page[page.index("Network n2: ") : page.index("Network n1: ")]
    signs = section[section.index('class="signs"') : section.index('class="innocent"')]
    for claim in ("9 of 12 administrators", "9 members share one device", "4 of 5 Pages state"):
        assert claim in signs
        assert claim not in block(page)
    for claim in ("5 ads were paid", "50 % of the followers", "4 Pages have one", "64 % of the"):
        assert claim in block(page)
        assert section.count(claim) == 1
    for heading in ("Money", "Audience", "Administration"):
        assert f"<h4>{heading}</h4>" in section


def test_the_funnel_counts_posts_links_and_sites(whole: Findings, page: str) -> None:
    text = block(page)
    links = len(whole.query("SELECT t.post FROM link t JOIN membership m USING (account) "
                            "WHERE m.network = 'n2'"))  # fmt: skip
    assert f"carry {links} links, 7 of them through shorteners that the given redirects" in text
    assert "12 end at shorteners, which hide where they lead" in text
    assert "They lead to 14 sites, 5 of which, in two groups, share an owner’s ids" in text
    assert "by accounts" in text  # what a screen reader says of the picture
    assert "the-n2-gazette[.]example group A" in text


def test_without_redirects_nothing_is_said_of_them() -> None:
    assert "given redirects resolve" not in block(without(led=False))


def test_without_a_crawl_the_picture_has_two_columns() -> None:
    text = block(without("site"))
    assert "share an owner" not in text
    assert "Where they lead" in text


@pytest.mark.parametrize(
    "missing",
    [("linked",), ("counterpart",), ("linked", "counterpart"), ("ad", "site", "follow"),
     ("evidence",), ("link",), ("post", "link")],
)  # fmt: skip
def test_every_part_is_silent_without_its_table(missing: tuple[str, ...]) -> None:
    page = without(*missing)
    assert Reader(page).open == []
    text = block(page)
    for table, words_of_it in (
        ("linked", "Accounts linked to it"),
        ("counterpart", "On other platforms"),
        ("ad", "spent on ads"),
        ("evidence", "Money"),
        ("link", "posts carry"),
    ):
        assert (words_of_it in text) == (table not in missing), table


def test_the_same_operation_gives_the_same_bytes(page: str) -> None:
    assert report.page(operation()) == page


def test_accounts_of_leads_are_never_linked() -> None:
    leads = [{**row, "tier": "lead", "reason": "x"} for row in tables()["network"]]
    text = " ".join(Reader(without(network=leads)).text)
    assert "tied_x100" not in text
    assert "likely_one" not in text
    assert "The whole operation" not in text


# --- the picture


def flow(kind: str, domain: str, links: int) -> dict[str, Any]:
    return {"kind": kind, "domain": domain, "links": links, "posts": links, "accounts": 2}


SISTERS = [
    Sisters(("a.example", "b.example"), (Mark("ads", "1", frozenset(), frozenset()),), ()),
]
SMALL = [f"{n}.example" for n in range(20)]
names = st.sampled_from(["a.example", "b.example", "t.co", "vk.com", *SMALL])


@given(st.dictionaries(st.tuples(st.sampled_from(["person", "page", "group"]), names),
                       st.integers(1, 10_000), min_size=1, max_size=60))  # fmt: skip
def test_the_bars_of_a_column_do_not_overlap_and_hold_all_links(
    flows: dict[tuple[str, str], int],
) -> None:
    picture = funnel([flow(k, d, n) for (k, d), n in flows.items()], SISTERS)
    total = sum(flows.values())
    for x in {node.x for node in picture.nodes}:
        column = [node for node in picture.nodes if node.x == x]
        assert all(above.y + above.height + 10 < below.y for above, below in pairwise(column))
        links = sum(int(node.number.replace(",", "")) for node in column)
        assert links == total or x == 352
        assert sum(node.height for node in column) >= TALL * 0.99 or x == 352
    assert picture.high >= max(node.y + node.height for node in picture.nodes)
    assert sum(line.links for line in picture.lines) <= total
    assert all(len(node.short) + len(node.number) < 23 for node in picture.nodes)


def test_sisters_take_one_colour_and_stand_first() -> None:
    rows = [
        flow("page", "z.example", 90),
        flow("page", "a.example", 2),
        flow("page", "b.example", 5),
    ]
    picture = funnel(rows, SISTERS)
    middle = [node for node in picture.nodes if node.x == 116]
    assert [node.name for node in middle] == ["b.example", "a.example", "z.example"]
    assert middle[0].tone == middle[1].tone != middle[2].tone
    assert picture.grouped


def test_shorteners_and_platforms_are_no_sites() -> None:
    rows = [flow("page", "t.co", 3), flow("page", "bit.ly", 2), flow("page", "facebook.com", 1)]
    picture = funnel(rows, [])
    assert [node.name for node in picture.nodes] == ["Pages", "platforms", "shorteners"]


# --- words


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.about(9_999), "9,999"),
        (words.about(55_123_456), "about 55.1 million"),
        (words.about(381_500), "about 382,000"),
        (words.about(92_000), "92,000"),
        (words.about(999_999), "about 1 million"),
        (words.about(2_000_000_000), "2 billion"),
        (words.between(9_000_000, 9_500_000), "between 9 and 9.5 million"),
        (words.between(900_000, 9_500_000), "between 900,000 and 9.5 million"),
        (words.between(41_201, 41_202), "about 41,200"),
        (words.between(52_000, 157_000), "between 52,000 and 157,000"),
        (words.kind("page", 1), "Page"),
        (words.kind(None), "accounts"),
        (words.kind("robot"), "accounts"),
        (words.platform("facebook"), "Facebook"),
        (words.platform("gab"), "Gab"),
        (words.platform(None), ""),
    ],
)
def test_numbers_and_kinds_in_words(said: str, expected: str) -> None:
    assert said == expected


# --- the tables


def rows_of(exporter: Any, findings: Findings, folder: Path) -> list[dict[str, str]]:
    exporter.export(findings, folder / "out.csv")
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_linked_csv_lists_everybody_named_ones_first(whole: Findings, tmp_path: Path) -> None:
    rows = rows_of(linked_csv, whole, tmp_path)
    assert [row["account"] for row in rows] == ["x100", "x101", "x102", "x103", "x104"]
    assert [row["named"] for row in rows] == ["true"] * 3 + ["false"] * 2
    assert rows[0]["kind"] == "page"
    assert rows[0]["handle"] == "tied_x100"


def test_counterparts_csv_lists_every_pair_the_likeliest_first(
    whole: Findings, tmp_path: Path
) -> None:
    rows = rows_of(counterparts_csv, whole, tmp_path)
    assert [row["other"] for row in rows] == ["y2", "x100", "y0", "y3", "y1"]
    assert rows[2]["other_handle"] == "likely_one"
    assert rows[3]["past"].startswith("case of May")
    assert "photo: 11.0 bits\n" in rows[1]["agrees"]


def test_runs_of_before_have_empty_tables(tmp_path: Path) -> None:
    write_table(tmp_path / "network.parquet", NETWORK.rows([{"network": "n1", "tier": "lead"}]))
    engine = open_engine()
    see_run(engine, tmp_path)
    assert engine.fetch("SELECT * FROM linked").num_rows == 0
    assert engine.fetch("SELECT * FROM counterpart").num_rows == 0
    assert engine.fetch("SELECT network FROM network")["network"].to_pylist() == ["n1"]


def test_a_crawl_is_read_from_the_case(whole: Findings) -> None:
    crawl = Crawl.of(whole.engine)
    groups = crawl.sisters(["the-n2-gazette.example", "n2-daily-news.example", "alone.example"])
    assert [group.sites for group in groups] == [
        ("n2-daily-news.example", "the-n2-gazette.example")
    ]
