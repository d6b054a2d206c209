"""The report: safe, complete, self-contained, and careful with names."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from invented_case import NETWORKS, START, World, account_id, crowd, findings

from unswarm import model
from unswarm.engines.duckdb import DuckDB
from unswarm.errors import PluginError
from unswarm.exporters import report
from unswarm.findings import Findings
from unswarm.model import DAY, MINUTE

VOID = {"meta", "br", "input"}
FORBIDDEN = re.compile(r"\b(bots?|trolls?|fakes?|guilty|users?)\b", re.IGNORECASE)


class Reader(HTMLParser):
    """What a browser would see: elements, attributes, text, and whether all is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        elif self.open and self.open[-1] != "style":
            self.text.append(data)


@pytest.fixture(scope="module")
def seen(page: str) -> Reader:
    return Reader(page)


def test_every_element_is_closed(seen: Reader) -> None:
    assert seen.open == []


def test_nothing_of_a_stranger_becomes_markup(page: str, seen: Reader) -> None:
    kinds = [attributes.get("type") for attributes, _ in seen.scripts]
    assert kinds.count(None) == 1
    assert set(kinds) == {None, "application/json"}
    assert not [name for _, name, _ in seen.attributes if name.startswith("on")]
    assert not [tag for tag, _, _ in seen.attributes if tag in {"img", "iframe", "object", "b"}]
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7*7 }}" not in page or "49" not in page.split("{{ 7*7 }}")[0][-3:]


def test_data_inside_scripts_cannot_end_them(seen: Reader) -> None:
    pictures = [text for attributes, text in seen.scripts if attributes.get("type")]
    assert len(pictures) == 3  # the lead n4 has no pairs to draw
    for text in pictures:
        assert "<" not in text
        picture = json.loads(text)
        assert len(picture["x"]) == len(picture["name"]) == len(picture["band"])


def test_the_page_loads_nothing_and_runs_only_its_own_script(page: str, seen: Reader) -> None:
    assert {value[0] for _, name, value in seen.attributes if name == "href"} == {"#"}
    assert not [value for _, name, value in seen.attributes if name in {"src", "srcset", "style"}]
    assert not re.search(
        r"https?://(?!www\.w3\.org)", re.sub(r"<pre.*?</pre>", "", page, flags=re.S)
    )
    assert not re.search(r"@import|url\(|\bfetch\(|XMLHttpRequest|new Image", page)
    script = next(text for attributes, text in seen.scripts if not attributes)
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    policy = next(value for _, name, value in seen.attributes if "default-src 'none'" in value)
    assert style is not None
    for text in (script, style[1]):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_every_link_leads_somewhere_and_every_name_is_used_once(seen: Reader) -> None:
    ids = [value for _, name, value in seen.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    links = {value[1:] for _, name, value in seen.attributes if name == "href"}
    assert links - set(ids) == set()


def test_the_numbers_of_the_summary_are_those_of_the_tables(case: Findings, page: str) -> None:
    summary = page[page.index('id="summary"') : page.index('id="networks"')]
    numbers = re.findall(r'<dd><a class="n" href="#r\d+">([\d,]+)</a></dd>', summary)
    posts = len(case.query("SELECT post FROM post"))
    accounts = len(case.query("SELECT account FROM account"))
    assert numbers == ["2", "2", f"{posts:,}", str(accounts)]
    named = """SELECT DISTINCT account FROM membership JOIN network USING (network)
               WHERE tier = 'confirmed' AND membership.probability >= 0.9"""
    assert f"{len(case.query(named))} accounts of" in summary
    assert "12,700,000" in summary
    assert "1 January 2026 to 30 January 2026" in summary
    assert "Groups of 10 with 14 actions each would have been found in nine of 10 cases" in summary
    assert "Absence of a finding is not clearance" in summary
    assert "/home/somebody" not in page


def test_the_figures_of_a_section_are_those_of_its_network(case: Findings, page: str) -> None:
    for row in case.networks:
        at = page.index(f"Network {row['network']}: ") if row["tier"] == "confirmed" else 0
        figures = page[at:][: page[at:].index("</dl>")] if at else ""
        for name in ("together", "days", "objects") if at else ():
            assert f">{row[name]}</a>" in figures, name


def entries(page: str) -> list[tuple[str, int]]:
    """Each query of the appendix with the number of rows it is said to have."""
    pattern = r'class="entry">.*?<small>([\d,]+) rows?</small>.*?<code>(.*?)</code>'
    found = re.findall(pattern, page, re.S)
    return [(html.unescape(sql), int(number.replace(",", ""))) for number, sql in found]


def test_every_query_of_the_appendix_lists_as_many_rows_as_it_says(
    case: Findings, page: str
) -> None:
    listed = entries(page)
    assert len(listed) > 60
    for sql, number in listed:
        assert len(case.query(sql)) == number, sql


def test_only_members_by_evidence_of_their_own_are_named(case: Findings, seen: Reader) -> None:
    named = {row["account"] for row in case.membership if row["probability"] >= 0.9}
    words = set(re.findall(r"\b(?:a|person)(\d{3})\b", " ".join(seen.text)))
    data = " ".join(text for attributes, text in seen.scripts if attributes)
    words |= set(re.findall(r"\b(?:a|person)(\d{3})\b", data))
    assert words <= {account[1:] for account in named}
    assert "emoji🐝" not in data  # a member, but undetermined: counted, not named


def test_texts_of_others_are_not_shown(page: str) -> None:
    assert "n2-gazette[.]example/story/0?" in page  # published by members
    assert "n2-gazette[.]example/story/1?" not in page  # reposted from an account not named
    assert "secret outsider text" not in page
    assert "for @… today" in page


def test_findings_come_first_and_leads_say_why_they_are_none(page: str) -> None:
    assert page.index("Network n2: ") < page.index("Network n1: ") < page.index("Lead n4")
    assert page.count('<details class="lead">') == 2
    for network in ("n3", "n4"):
        lead = page[page.index(f"Lead {network}") :]
        assert "No finding: " in lead[:300]
        assert "Nobody is accused" in lead
    assert "explained by fast reaction to the same source" in page


def test_coordination_and_inauthenticity_stand_apart(page: str) -> None:
    strong = page[page.index("Network n2: ") : page.index("Network n1: ")]
    together, signs = strong.index('<h3 id="s1co">'), strong.index('<h3 id="s1si">')
    assert together < strong.index("71 % of occasions") < signs
    assert signs < strong.index("created on 2 days &lt;i&gt;in a row") < strong.index('s1in">')
    moderate = page[page.index("Network n1: ") :]
    assert (
        "None found. Whether these accounts are what they claim to be is undetermined" in moderate
    )
    assert "The accounts may belong to one newsroom" in moderate


def test_strong_words_are_not_used(seen: Reader, empty_page: str) -> None:
    for text in (" ".join(seen.text), " ".join(Reader(empty_page).text)):
        assert not FORBIDDEN.findall(text)


def test_the_same_case_gives_the_same_bytes(case: Findings, page: str, tmp_path: Path) -> None:
    report.export(case, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text("utf-8") == page
    assert [path.name for path in tmp_path.iterdir()] == ["again.html"]


def test_a_case_without_networks_says_so(empty_page: str) -> None:
    assert "<h1>None found: " in empty_page
    assert "Absence of a finding is not clearance" in empty_page
    assert "There is no network to show" in empty_page
    assert Reader(empty_page).open == []


@pytest.mark.parametrize("told_by", ["caveat", "reasons"])
def test_without_comparison_accounts_no_finding_is_possible(told_by: str) -> None:
    tables = {name: list(rows) for name, rows in World().tables.items()}
    tables["network"] = [row for row in tables["network"] if row["tier"] == "lead"]
    reason = "no comparison accounts in this data"
    if told_by == "caveat":
        tables["caveat"] = [{"caveat": "no comparison", "claim": reason}]
    else:
        tables["network"] = [{**row, "reason": reason} for row in tables["network"]]
    page = report.page(findings(tables))
    assert (
        "<h1>No finding is possible on this data: it has too few accounts to compare with.</h1>"
        in page
    )
    assert "--comparison OTHERS" in page
    assert "How to collect a comparison" in page[: page.index('class="figures"')]
    assert "What would have been found" not in page
    if told_by == "reasons":
        assert "Times over" not in page
        assert "innocent accounts would share, nobody can say" in page


def test_a_bare_run_and_a_case_without_a_table_of_heavy_objects_are_enough() -> None:
    engine = DuckDB()
    for table in (*model.EVENTS.values(), *model.RUNS.values(), model.QUARANTINE):
        engine.see(table.name, table.rows([]))
    page = report.page(Findings("bare", engine, {}))
    assert "<h1>None found: " in page
    assert "viral" not in page


def test_a_run_says_what_would_have_been_found_and_what_list_was_tested() -> None:
    tables = World().tables
    power = [
        {"signal": "links", "window": 10, "accounts": 10, "actions": 14, "sentence": "…"},
        {"signal": "links", "window": 60, "accounts": 10, "actions": None, "sentence": "…"},
        {"signal": "texts", "window": 60, "accounts": 10, "actions": 9, "sentence": "…"},
    ]
    page = report.page(
        findings(tables, {"power": power, "listed": ["a1", "a2"], "missing": ["a1"]})
    )
    assert re.search(r"<th[^>]*>links</th><td[^>]*>14</td><td[^>]*>–</td>", page)
    assert re.search(r"<th[^>]*>texts</th><td[^>]*></td><td[^>]*>9</td>", page)
    assert "A list of 2 accounts was tested as a list; 1 of them is not in the data." in page


def profile_case() -> Findings:
    """Profiles and no posts: 30 accounts of 60 created within an hour."""
    accounts = [
        {
            "account": f"b{i}",
            "handle": f"handle{i}",
            "created": START + i * (MINUTE if i < 30 else DAY),
        }
        for i in range(60)
    ]
    lead = {"network": "n1", "tier": "lead", "signals": "profiles", "accounts": 30, "p": 3e-9,
            "reason": "creation burst, seen in profiles only: no behaviour confirms it",
            "first": START, "last": START + 29 * MINUTE, "probability": 0.98}  # fmt: skip
    members = [
        {"network": "n1", "account": f"b{i}", "probability": 0.98, "signals": "profiles",
         "explanation": "30 accounts were created within the hour, where 1e-05 were expected."}
        for i in range(30)
    ]  # fmt: skip
    signs = [
        {"network": "n1", "measure": "creation", "family": "creation", "inauthentic": True,
         "claim": "30 of 30 were created in one hour.", "value": 1.0, "p": 0.0, "n": 30},
        {"network": "n1", "measure": "names", "family": "identity", "inauthentic": True,
         "claim": "30 of 30 handles are of one shape (handle1, handle2).", "p": 1e-9, "n": 30},
    ]  # fmt: skip
    return findings(
        {"account": accounts, "network": [lead], "membership": members, "evidence": signs}, {}
    )


def test_profiles_alone_show_creations_and_name_nobody() -> None:
    page = report.page(profile_case())
    text = " ".join(Reader(page).text)
    assert "<h1>No finding is possible on this data: it holds no posts" in page
    assert "Accounts created" in page
    assert "data-graph" not in page.split("<script>")[0]
    assert "10⁻⁵ were expected" in text
    assert "unknown" not in text
    assert not re.search(r"\b(handle|b)\d+\b", text)
    signs = page[page.index('<h3 id="s1si">') : page.index('<h3 id="s1in">')]
    assert "handles are of one shape (…, …)" in signs
    assert "created in one hour" not in signs  # they were chosen by that


def test_nobody_in_a_lead_is_named() -> None:
    tables = {name: list(rows) for name, rows in World().tables.items()}
    tables["network"] = [row for row in tables["network"] if row["tier"] == "lead"]
    text = " ".join(Reader(report.page(findings(tables))).text)
    assert not re.search(r"\b(?:a|person)\d{3}\b", text)
    assert "This report names nobody in a lead" in text
    assert "Right of reply" not in text


def test_innocent_evidence_stands_with_the_innocent_explanations_and_once() -> None:
    tables = {name: list(rows) for name, rows in World().tables.items()}
    claim = "shared ownership possible: 12 of 12 members lead to one site."
    about = {"network": "n1", "measure": "ownership", "family": "innocent", "inauthentic": False}
    tables["evidence"] = [{**about, "claim": claim, "query": "SELECT 1 AS one"}]
    tables["network"] = [
        {**row, "innocent": claim if row["network"] == "n1" else ""} for row in tables["network"]
    ]
    page = report.page(findings(tables))
    block = page[page.index("Innocent explanations that fit", page.index("Network n1: ")) :]
    assert claim[1:] in block[: block.index("</section>")]
    assert page.split('id="rows"')[0].count(claim[1:]) == 1


def test_evidence_whose_query_does_not_run_is_the_measures_fault() -> None:
    tables = {name: list(rows) for name, rows in World().tables.items()}
    tables["evidence"] = [{**tables["evidence"][0], "query": "SELECT nonsense FROM nowhere"}]
    with pytest.raises(PluginError, match="cannot be run"):
        report.page(findings(tables))


def test_times_to_the_day_show_no_hours() -> None:
    tables = {name: list(rows) for name, rows in World().tables.items()}
    tables["post"] = [{**row, "precision": model.DAY} for row in tables["post"]]
    page = report.page(findings(tables))
    assert "too coarse to tell hours" in page
    assert 'class="week"' not in page


def test_a_large_network_keeps_the_file_small_and_says_what_it_leaves_out() -> None:
    page = report.page(crowd(3_000, 9_000))
    assert len(page.encode()) < 8_000_000
    assert re.search(r"The first [\d,]+ of [\d,]+ members that may be named", page)
    assert 'All <a class="n"' in page


def test_more_networks_than_sections_all_stand_in_the_table() -> None:
    tables = {name: list(rows) for name, rows in World().tables.items()}
    lead = tables["network"][-1]
    tables["network"] += [{**lead, "network": f"x{number:02}"} for number in range(50)]
    page = report.page(findings(tables))
    overview = page[page.index('class="overview"') : page.index("</table>")]
    assert all(f"x{number:02}" in overview for number in range(50))
    assert "The first 40 of 54 networks have a section of their own" in page


def test_a_hostile_network_id_is_only_text() -> None:
    tables: dict[str, Any] = {
        "network": [{"network": "'><script>alert(1)</script>", "tier": "lead", "reason": "x"}]
    }
    page = report.page(findings(tables))
    assert "<script>alert" not in page
    assert Reader(page).open == []


def test_the_invented_networks_are_what_these_tests_take_them_for(case: Findings) -> None:
    for network, about in NETWORKS.items():
        members = {row["account"] for row in case.membership if row["network"] == network}
        assert members == {account_id(number) for number in about["accounts"]}
