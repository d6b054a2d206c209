"""Names, biographies, texts and links that attack whoever shows them: nothing fires."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from browsing import Visit, served
from web_shared import ATTACKS, campaign, watched

from unswarm import open_case

PAGES = (
    "/", "/c/hostile", "/c/hostile/n/n-0001", "/c/hostile/n/n-0001?tab=who",
    "/c/hostile/n/n-0001?tab=times", "/c/hostile/n/n-0001?tab=members",
    "/c/hostile/n/n-0001?tab=sites", "/c/hostile/n/n-0001?tab=sites&objects=url",
    "/c/hostile/n/n-0001?tab=money", "/c/hostile/account?id=u000", "/c/hostile/account?id=u001",
    "/c/hostile/pair?one=u000&other=u001", "/c/hostile/pair?one=u002&other=u003&signal=texts",
    "/c/hostile/decisions", "/c/hostile/decisions?tab=log", "/c/hostile/appeals",
    "/c/hostile/attribution", "/c/hostile/enforcement", "/c/hostile/report",
    "/c/hostile/report?tab=release", "/c/hostile/report?tab=files", "/c/hostile/import",
    "/c/hostile/about", "/c/hostile/alerts", "/server",
)  # fmt: skip


HOSTILE = {
    "events/account": ("handle", "name", "bio", "claimed_country", "website", "owner"),
    "events/post": ("text", "client", "language"),
    "events/link": ("url", "domain"),
    "runs/*/evidence.parquet": ("claim",),
    "runs/*/network.parquet": ("top_objects", "innocent", "confirmed_in"),
    "runs/*/membership.parquet": ("explanation",),
    "runs/*/trace.parquet": ("object",),
}
"""Where a case keeps strings that somebody else wrote."""


def poison(case: Path) -> None:
    """Write attacks behind the readers' backs, which take markup out of what they read."""
    for place, columns in HOSTILE.items():
        pattern = place if place.endswith(".parquet") else f"{place}/*.parquet"
        for path in case.glob(pattern):
            rows = pq.read_table(path)
            for column in columns:
                at = rows.schema.get_field_index(column)
                rows = rows.set_column(at, rows.schema.field(at), attacked(rows[column]))
            pq.write_table(rows, path)


def attacked(column: Any) -> pa.Array:
    """The same value gets the same attack, so that what was alike still is."""
    values = [value or "" for value in column.to_pylist()]
    return pa.array([f"{v} {ATTACKS[len(v) % len(ATTACKS)]}" for v in values], pa.string())


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A case full of attacks, on which people have said hostile things, too."""
    folder = tmp_path_factory.mktemp("hostile")
    case = open_case(folder / "hostile")
    case.read(campaign(folder / "posts.csv", hostile=True))
    case.detect(stability=False)
    poison(folder / "hostile")
    assert "<script>" in str(list(case.findings.query("SELECT * FROM account")))
    attack = " ".join(ATTACKS)
    said = {"ground": "spam", "cites": ["coordination"]}
    case.decide("n-0001", "inauthentic", f"one hand {attack}", f"A {ATTACKS[1]}", **said)
    desk = case.desk
    desk.approve("d-0001", f"B {ATTACKS[2]}", "approver")
    desk.appeal("u001", attack, f"C {ATTACKS[0]}")
    desk.attribute(
        "n-0001", attack, confidence="low", by=attack, source="javascript:window.__fired=1",
        evidence_for=[attack], evidence_against=[attack], who="D",
    )  # fmt: skip
    desk.consider("n-0001", "fans", "fits", attack, "E")
    watched(folder / "hostile", attack, ATTACKS[3])
    with served(folder) as address:
        yield address


def harmless(visit: Visit) -> None:
    assert visit.page.evaluate("() => window.__fired === undefined")
    assert (
        visit.page.locator("main a[href^='javascript:'], main script, main iframe[srcdoc]").count()
        == 0
    )
    assert visit.faults == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_fires(hostile: str, browser: Any, path: str) -> None:
    visit = Visit(browser, hostile)
    page = visit.go(path)
    folded = page.locator("main details:not([open]) > summary")
    while folded.count():
        folded.first.click()
    closed = page.get_by_role("button", name="The rows behind it")
    while closed.count():
        closed.first.click()
    for why in page.locator("main td button.plain[aria-expanded]").all():
        why.click()
    page.wait_for_timeout(200)
    visit.settle()
    harmless(visit)
    visit.context.close()


def test_nothing_fires_in_what_is_pointed_at_and_searched(hostile: str, browser: Any) -> None:
    visit = Visit(browser, hostile)
    page = visit.go("/c/hostile/n/n-0001?tab=who")
    box = page.locator(".stage .canvas").bounding_box()
    for x in range(8):
        for y in range(8):
            page.mouse.move(box["x"] + box["width"] * x / 8, box["y"] + box["height"] * y / 8)
    page.keyboard.press("Control+k")
    search = page.get_by_role("dialog")
    for letters in ("<", "user1"):
        search.get_by_role("combobox").fill(letters)
        search.get_by_role("option").first.wait_for()
    harmless(visit)
    visit.context.close()


def test_hostile_addresses_fire_nothing(hostile: str, browser: Any) -> None:
    visit = Visit(browser, hostile)
    for path in (
        "/c/%3Cimg%20src%3Dx%20onerror%3D%22window.__fired%3D1%22%3E",
        "/c/hostile/n/%3Cscript%3Ewindow.__fired%3D1%3C%2Fscript%3E",
        "/c/hostile?text=%3Csvg%20onload%3Dwindow.__fired%3D1%3E&order=%3Cx%3E",
        "/c/hostile/n/n-0001?tab=%3Cscript%3E&signals=%3Cx%3E&by=constructor",
        "/c/hostile/account?id=%22%3E%3Cscript%3Ewindow.__fired%3D1%3C%2Fscript%3E",
        "/%3Cscript%3E",
    ):
        visit.go(path)
        harmless(visit)


def test_the_reports_preview_can_run_nothing(hostile: str, browser: Any) -> None:
    visit = Visit(browser, hostile)
    page = visit.go("/c/hostile/report")
    frame = page.locator("iframe.preview")
    assert frame.get_attribute("sandbox") == ""
    page.get_by_role("button", name="Working report").click()
    visit.settle()
    page.wait_for_timeout(500)
    # what the report's own script would do is refused, and said so in the console, which is meant
    visit.faults[:] = [fault for fault in visit.faults if "sandbox" not in fault]
    harmless(visit)


def test_a_hostile_file_name_is_a_name(hostile: str, browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, hostile)
    page = visit.go("/c/hostile/import")
    path = tmp_path / "<img src=x onerror=window.__fired=1>.csv"
    head = 'account_id,created_at,text,"<img src=x onerror=window.__fired=1>"\n'
    path.write_text(head + f"u1,2026-01-01,{json.dumps(ATTACKS[0])},x\n", encoding="utf-8")
    page.get_by_label("Files to import").set_input_files(path)
    page.get_by_text("ready: tables").wait_for()
    harmless(visit)
