"""Two people carry a case from a file to a report, in a real browser.

With `UNSWARM_SHOTS=FOLDER` each page is photographed.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from browsing import Visit, served
from web_shared import MEMBERS, campaign

from unswarm.web.guard.people import add

PASSWORD = "four words that rhyme"


def sign_in(visit: Visit, name: str) -> None:
    page = visit.go("/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Cases").wait_for()


def write_now(page: Any) -> None:
    page.get_by_role("button", name="Write now").click()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("newsroom")
    for name, role in (("A. Analyst", "analyst"), ("B. Approver", "approver"), ("V.", "viewer")):
        add(folder / ".unswarm", name, role, PASSWORD)
    with served(folder) as address:
        yield folder, address


@pytest.fixture(scope="module")
def people(server: Any, browser: Any) -> Any:
    """The analyst and the approver, each in a browser of their own."""
    _, address = server
    visits = Visit(browser, address, accept_downloads=True), Visit(browser, address)
    for visit, name in zip(visits, ("A. Analyst", "B. Approver"), strict=True):
        sign_in(visit, name)
    yield visits
    for visit in visits:
        assert visit.faults == []


def test_a_stranger_sees_nothing(server, browser):
    visit = Visit(browser, server[1])
    page = visit.go("/c/spring")
    page.get_by_role("button", name="Sign in").wait_for()
    visit.shot("sign-in")
    page.get_by_label("Name").fill("A. Analyst")
    page.get_by_label("Password").fill("wrong wrong wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    assert visit.faults == []


def test_1_a_file_is_imported_and_networks_are_found(people, tmp_path):
    analyst, _ = people
    page = analyst.page
    analyst.shot("cases-empty")
    page.get_by_label("A new case").fill("spring")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("heading", name="Import").wait_for()
    analyst.shot("import-empty")
    path = campaign(tmp_path / "posts.csv")
    odd = path.read_text("utf-8").replace("created_at", "colour", 1)
    path.write_text(odd, encoding="utf-8")
    page.get_by_label("Files to import").set_input_files(path)
    page.get_by_text("not yet readable").wait_for()
    analyst.shot("import-mapping")
    page.get_by_label("colour", exact=True).select_option("time")
    page.get_by_text("ready: tables").wait_for()
    analyst.settle()
    analyst.shot("import-ready")
    page.get_by_role("button", name="Read and look for networks").click()
    page.get_by_role("status").filter(has_text="done").wait_for(timeout=120_000)
    analyst.shot("import-done")
    page.get_by_role("link", name="See the networks").click()
    page.get_by_role("link", name="n-0001").wait_for()
    analyst.shot("networks")


def test_2_the_top_network_leads_to_its_posts(people):
    analyst, _ = people
    page = analyst.go("/c/spring")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="n-0001").wait_for()
    page.get_by_role("heading", name="Did they act together?").wait_for()
    page.get_by_role("button", name="The rows behind it").first.click()
    page.get_by_text("The query that lists them").wait_for()
    analyst.shot("why")
    page.get_by_role("link", name="Who with whom").click()
    analyst.settle()
    page.wait_for_timeout(500)
    analyst.shot("who")
    page.get_by_text("The lines as a table").click()
    page.locator("details table a").first.click()
    page.get_by_role("heading", name="u0").wait_for()
    analyst.settle()
    assert page.locator(".meeting").count() > 0
    assert page.locator(".between").first.inner_text().strip()
    analyst.shot("pair")
    page.locator(".post header a").first.click()
    page.get_by_role("heading", name="Neighbours").wait_for()
    analyst.shot("account")


def test_3_an_explanation_is_ticked_and_a_tick_is_undone(people):
    analyst, _ = people
    page = analyst.go("/c/spring/n/n-0001")
    box = page.get_by_role("checkbox", name="A fan community")
    box.check()
    page.keyboard.press("Control+z")
    page.get_by_text("0 of 9 looked into").wait_for()
    box.check()
    write_now(page)
    page.get_by_text("A. Analyst,").first.wait_for()
    analyst.go("/c/spring/n/n-0001")
    assert page.get_by_role("checkbox", name="A fan community").is_checked()


def decide(visit: Visit, reason: str) -> None:
    page = visit.go("/c/spring/n/n-0001")
    page.get_by_role("button", name="Decide …").click()
    page.get_by_role("radio", name="inauthentic").check()
    page.get_by_label("Ground").select_option("spam")
    page.get_by_role("checkbox", name="coordination", exact=True).check()
    page.get_by_label("Reason").fill(reason)
    visit.shot("decide")
    page.get_by_role("button", name="Decide", exact=True).click()


def test_4_a_decision_can_be_undone_until_it_is_written(people, server):
    analyst, _ = people
    log = server[0] / "spring" / "log.jsonl"
    before = log.read_bytes()
    decide(analyst, "a slip of the hand")
    analyst.page.get_by_role("button", name="Undo").click()
    analyst.page.wait_for_timeout(300)
    assert log.read_bytes() == before
    decide(analyst, "they put out the same links within seconds, for a month")
    write_now(analyst.page)
    analyst.page.get_by_text("d-0001 is written").wait_for()


def test_5_an_analyst_cannot_approve_alone_and_a_second_person_does(people):
    analyst, approver = people
    page = analyst.go("/c/spring/decisions")
    page.get_by_text("waits for a different person").wait_for()
    assert page.get_by_role("button", name="Approve", exact=True).count() == 0
    analyst.shot("decisions-waiting")
    page = approver.go("/c/spring/decisions")
    page.get_by_role("button", name="Approve", exact=True).click()
    write_now(page)
    page.get_by_text("approved by").wait_for()
    approver.shot("decisions")


def test_6_a_viewer_sees_and_changes_nothing(server, browser):
    visit = Visit(browser, server[1])
    sign_in(visit, "V.")
    page = visit.go("/c/spring/n/n-0001")
    page.get_by_role("heading", name="Did they act together?").wait_for()
    assert page.get_by_role("button", name="Decide …").count() == 0
    assert page.get_by_role("checkbox", name="A fan community").is_disabled()
    visit.go("/c/spring/decisions")
    assert page.get_by_role("button", name="Approve", exact=True).count() == 0
    visit.go("/c/spring/import")
    page.get_by_text("A viewer takes nothing in").wait_for()
    assert visit.faults == []


def test_7_a_plan_goes_from_dry_run_to_receipts(people, server):
    analyst, approver = people
    page = analyst.go("/c/spring/enforcement")
    page.get_by_text(f"{MEMBERS} to do").wait_for()
    analyst.shot("enforcement-dry-run")
    page.get_by_role("button", name=f"Make a plan of {MEMBERS} orders").click()
    page.get_by_text("p-0001 is made").wait_for()
    page = approver.go("/c/spring/enforcement")
    page.get_by_role("button", name="Approve p-0001").click()
    write_now(page)
    page.get_by_role("button", name="Carry it out …").click()
    page.get_by_role("button", name="Carry it out", exact=True).click()
    page.get_by_text(f"{MEMBERS} done", exact=True).wait_for(timeout=60_000)
    page.get_by_text("Orders and receipts").click()
    approver.shot("enforcement-done")
    with (server[0] / "spring" / "exports" / "orders.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == MEMBERS


def test_8_an_appeal_holds_an_account(people):
    analyst, approver = people
    page = analyst.go("/c/spring/appeals")
    page.get_by_role("button", name="Write an appeal down").click()
    page.get_by_label("Account (id or handle)").fill("user3")
    page.get_by_label("What it says").fill("I am a person, and these are my links")
    page.get_by_role("button", name="Write it down", exact=True).click()
    page.get_by_text("a-0001 is written").wait_for()
    analyst.shot("appeals")
    page = approver.go("/c/spring/appeals")
    page.get_by_label("Answer, with the reason").fill("met her")
    page.get_by_role("button", name="Reinstate the account").click()
    write_now(page)
    page.get_by_text("stands behind d-0001").wait_for()  # who approved does not answer


def test_9_the_report_is_signed_by_two_and_goes_out(people, server):
    analyst, approver = people
    for visit in (analyst, approver):
        page = visit.go("/c/spring/report")
        page.get_by_role("button", name="Sign these").click()
        page.get_by_text("signed.").wait_for()
    frame = page.frame_locator("iframe.preview")
    frame.get_by_role("heading").first.wait_for()
    approver.shot("report")
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("status").filter(has_text="done").wait_for(timeout=60_000)
    page = analyst.go("/c/spring/report?tab=files")
    analyst.shot("files")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save public_report.html").click()
    saved = Path(download.value.path()).read_bytes()
    assert saved == (server[0] / "spring" / "exports" / "public_report.html").read_bytes()
    page = analyst.go("/c/spring/report?tab=release")
    page.get_by_role("button", name="Make the release").click()
    page.get_by_role("status").filter(has_text="done").wait_for(timeout=60_000)
    analyst.shot("release")


def test_a_claim_has_two_sides(people):
    analyst, _ = people
    page = analyst.go("/c/spring/attribution")
    page.get_by_role("button", name="Write a claim down").click()
    for label, text in (
        ("Network", "n-0001"),
        ("Who is said to run it", "Somebody Ltd"),
        ("Who says so", "a lab"),
        ("Source", "a page of 2026-01-31"),
        ("What speaks for it", "one owner of the sites"),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Write it down", exact=True).click()
    page.get_by_text("Nobody has asked the named party").wait_for()
    page.get_by_role("button", name="They were asked").click()
    page.get_by_role("button", name="Write it down", exact=True).click()
    page.get_by_text("has not answered").wait_for()
    analyst.shot("attribution")


def test_the_log_holds_all_of_it(people):
    analyst, _ = people
    page = analyst.go("/c/spring/decisions?tab=log")
    for act in ("consider", "decide", "approve", "receipt", "appeal", "sign", "publish"):
        assert page.get_by_role("cell", name=act, exact=True).count() > 0, act
    analyst.shot("log")
