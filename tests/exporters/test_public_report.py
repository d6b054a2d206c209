"""The public report: every element of a takedown announcement, in numbers that the case holds."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
from invented_case import HOSTILE
from operation_case import SECRET
from operation_case import operation as operation_case

from unswarm.errors import SettingsError
from unswarm.exporters import public_report, public_report_md, public_report_pdf
from unswarm.exporters._public import document, markdown, page
from unswarm.exporters._public.blocks import Document, Paragraph, Quote, Section, Table
from unswarm.findings import Findings
from unswarm.record import replay

WHEN = "2026-03-01T10:00:00+00:00"
STATEMENT = "We have <b>nothing</b> to do | with *this*."


def line(act: str, **said: Any) -> dict[str, Any]:
    return {"act": act, "who": "kim", "role": "analyst", "when": WHEN, **said}


def decided(network: str, members: list[str]) -> list[dict[str, Any]]:
    return [
        line(
            "decide",
            id="d-0001",
            network=network,
            verdict="inauthentic",
            ground="coordinated inauthentic behaviour",
            reason="one hand",
            cites=["coordination", "creation"],
            members=members,
            run="r1",
        ),
        line("approve", of="d-0001", who="ann", role="approver"),
    ]


def claimed() -> list[dict[str, Any]]:
    return [
        line(
            "attribute",
            id="c-0001",
            network="n2",
            entity="Blue Media Ltd",
            confidence="moderate",
            by="an observatory",
            source="report of 2026-02-01, p. 3",
            **{"for": ["one payer"], "against": ["an agency paid"]},
        ),
        line("ask", claim="c-0001", party="Blue Media Ltd", asked="2026-02-02"),
        line(
            "reply",
            claim="c-0001",
            party="Blue Media Ltd",
            text=STATEMENT,
            contests=True,
            answered="2026-02-04",
            source="letter",
        ),
    ]


def handed_on() -> list[dict[str, Any]]:
    orders = [
        {"key": f"k{n}", "action": "disable account", "subject": f"a{n}", "platform": "facebook"}
        | {"decision": "d-0001", "value": ""}
        for n in range(3)
    ]
    said = [{"account": "a012", "label": "fake", "note": "", "source": "an observatory"}]
    return [
        line("release", id="spring", sha256="0", embargo="", path="spring.zip"),
        line("share", release="spring", recipient="an observatory"),
        line("opinions", opinions=said),
        line("plan", id="p-0001", target="handover:x.csv", orders=orders),
        line("approve", of="p-0001", who="ann"),
        line("receipt", plan="p-0001", key="k0", state="done", detail="", read_back=""),
        line("appeal", id="a-0001", account="a013", decision="d-0001", statement="I am me"),
        line("erratum", text="there were 24, not 25"),
    ]


@pytest.fixture(scope="module")
def operation() -> Findings:
    found = operation_case()
    lines = [*decided("n2", found.members("n2")), *claimed(), *handed_on()]
    return replace(found, record=replay(lines))


@pytest.fixture(scope="module")
def text(operation: Findings) -> str:
    return markdown(document(operation))


@pytest.fixture(scope="module")
def html(operation: Findings) -> str:
    return page(document(operation))


ELEMENTS = {
    "counts by kind and platform": r"\d+ accounts, 5 Pages and 4 Groups on Facebook",
    "how it worked": "DISARM T0150.008",
    "audience": "followers stand in another country",
    "ad spend": "5 ads were paid",
    "timeline": "The first joint action in the data",
    "sample": "First at",
    "who says who runs it": "an observatory says that Blue Media Ltd runs n2",
    "confidence": "credibly sourced and plausible",
    "the other side": "We have",
    "how it was found": "6,669 posts",
    "actions taken": "Disable account",
    "appeals": "Appeals: 1 open",
    "researchers": "an observatory received “spring”",
    "what they say": "fake",
    "not known": "What is not known",
    "errata": "there were 24, not 25",
    "going on": "investigation of linked networks goes on",
    "behaviour, not content": "rest on what the accounts did, not on what they said",
}


@pytest.mark.parametrize("element", ELEMENTS)
def test_every_element_of_an_announcement_is_there(text: str, element: str) -> None:
    assert re.search(ELEMENTS[element], text), element


def test_counts_are_those_of_the_tables(operation: Findings, text: str) -> None:
    rows = operation.query(
        "SELECT kind, platform, count(*) AS n FROM account WHERE account IN (SELECT account FROM "
        "membership WHERE network = 'n2' AND probability >= 0.9 UNION SELECT account FROM linked "
        "WHERE network = 'n2' AND probability > 0) GROUP BY kind, platform"
    )
    words = {"person": "Accounts", "page": "Pages", "group": "Groups"}
    for row in rows:
        place = row["platform"].capitalize()
        assert f"| {place} | {words[row['kind']]} | {row['n']:,} |" in text
    assert f"| All but advertisers |  | {sum(row['n'] for row in rows):,} |" in text


def test_nobody_is_named_and_nothing_quoted(operation: Findings, text: str, html: str) -> None:
    for row in operation.query("SELECT account, handle FROM account"):
        for name in filter(None, (row["account"], row["handle"])):
            assert not re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text), name
    posts = operation.query("SELECT text FROM post WHERE length(text) > 12")
    assert not any(row["text"] in text for row in posts)
    assert SECRET not in html


def test_an_unsigned_report_says_so(text: str) -> None:
    assert "Draft. Nobody has signed it" in text


def test_what_was_not_decided_is_not_told(operation: Findings) -> None:
    nothing = replace(operation, record=replay([]))
    said = markdown(document(nothing))
    assert "there is nothing to report" in said
    assert "n2" not in said
    lone = replace(operation, record=replay(decided("n2", operation.members("n2"))[:1]))
    assert "there is nothing to report" in markdown(document(lone))


def test_the_page_loads_nothing_and_runs_nothing(html: str) -> None:
    assert "<script" not in html
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", html)
    assert "default-src 'none'" in html
    assert "&lt;b&gt;nothing&lt;/b&gt;" in html
    for _, name, bio in HOSTILE.values():
        assert name not in html
        assert bio not in html


def test_markdown_escapes_what_people_said(text: str) -> None:
    assert r"We have \<b\>nothing\</b\> to do \| with \*this\*." in text


@pytest.mark.parametrize("said", ["# x", "- x", "1. x", "a | b", "[x](y)", "a\n\n# b", "`x`"])
def test_no_text_becomes_markup(said: str) -> None:
    blocks = [Paragraph(said), Quote(said, said), Table(("h",), [(said,)])]
    written = markdown(Document("t", "s", False, [], [Section("s", "s", blocks)], []))
    body = written.split("## s\n", 1)[1]
    assert not re.search(r"^(> )?(# |- |1\. )", body, re.MULTILINE)
    assert "[x](y)" not in body
    assert body.count("\n| ") == 3


@pytest.mark.parametrize("exporter", [public_report, public_report_md])
def test_it_is_the_same_twice(exporter: Any, operation: Findings, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    exporter.export(operation, one)
    exporter.export(operation_again(operation), other)
    assert one.read_bytes() == other.read_bytes()


def operation_again(operation: Findings) -> Findings:
    return replace(operation_case(), record=operation.record)


def test_the_pdf_has_the_same_words(operation: Findings, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    try:
        public_report_pdf.export(operation, path)
    except SettingsError as error:
        pytest.skip(str(error))
    pages = [each.extract_text() for each in pypdf.PdfReader(path).pages]
    words = " ".join(" ".join(pages).split())
    assert "an observatory says that Blue Media Ltd runs n2" in words
    assert f"1 / {len(pages)}" in pages[0]
    assert "SOURCE_DATE_EPOCH" not in os.environ
