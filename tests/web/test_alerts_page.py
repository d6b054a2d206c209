"""Alerts on the desk: what the API says of them, and the page that shows them as they come."""

from __future__ import annotations

import json
import shutil
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Visit, served
from starlette.testclient import TestClient
from web_shared import alert, client_of, status, watched

from unswarm.alerts import Kind
from unswarm.alerts.book import Book

BL = "/api/cases/bl"


@pytest.fixture
def case(operation: Path, tmp_path: Path) -> Path:
    """What of a case the alerts need: nothing of its events."""
    folder = tmp_path / "shelf" / "bl"
    folder.mkdir(parents=True)
    shutil.copy(operation / "case.toml", folder)
    shutil.copy(operation / "log.jsonl", folder)
    shutil.copytree(operation / "runs", folder / "runs")
    return folder


@pytest.fixture
def client(case: Path) -> Iterator[TestClient]:
    with client_of(case.parent) as client:
        yield client


def get(client: TestClient, path: str, **query: Any) -> Any:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def events(client: TestClient, after: int = 0, seconds: float = 0, **headers: str) -> list[Any]:
    """(id, alert) of what a stream gives until it ends."""
    said = {"after": after, "seconds": seconds}
    answer = client.get(f"{BL}/alerts/events", params=said, headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = [block.splitlines() for block in answer.text.split("\n\n") if "data: " in block]
    return [
        (int(number.removeprefix("id: ")), json.loads(data.removeprefix("data: ")))
        for number, data in blocks
    ]


def test_the_latest_stands_first_and_says_all(client: TestClient, case: Path) -> None:
    assert get(client, f"{BL}/alerts") == {"rows": [], "total": 0, "in_all": 0, "kinds": {}}
    watched(case)
    found = get(client, f"{BL}/alerts")
    assert [row["id"] for row in found["rows"]] == ["al-0004", "al-0003", "al-0002", "al-0001"]
    assert found["kinds"] == {"new network": 1, "growth": 1, "merge": 1, "return": 1}
    new = found["rows"][-1]
    assert (new["number"], new["here"], new["delay"]) == (1, True, 4200)
    assert (new["reached"], new["missed"]) == (["mail"], ["webhook"])
    assert new["evidence"][0]["p"] == 2e-9
    assert new["posts"][0]["gap"] == 2500
    assert [row["here"] for row in found["rows"]] == [False, False, True, True]
    assert "secret" not in json.dumps(found)


def test_alerts_are_filtered_and_come_page_by_page(client: TestClient, case: Path) -> None:
    watched(case)
    found = get(client, f"{BL}/alerts", kind="growth")
    assert ([row["id"] for row in found["rows"]], found["total"], found["in_all"]) == (
        ["al-0002"], 1, 4,
    )  # fmt: skip
    assert get(client, f"{BL}/alerts", tier="lead")["total"] == 1
    rows = get(client, f"{BL}/alerts", offset=1, limit=2)["rows"]
    assert [row["id"] for row in rows] == ["al-0003", "al-0002"]
    assert client.get(f"{BL}/alerts", params={"kind": "odd"}).status_code == 422
    assert client.get("/api/cases/other/alerts").status_code == 404


def test_thousands_who_joined_are_counted_and_some_are_given(
    client: TestClient, case: Path
) -> None:
    joined = tuple(f"u{n}" for n in range(5000))
    Book(case).add([alert(Kind.NEW, "n-0001", "", joined=joined)])
    (row,) = get(client, f"{BL}/alerts")["rows"]
    assert (len(row["joined"]), row["joined_in_all"]) == (100, 5000)


def test_a_damaged_book_is_said_and_a_line_cut_off_is_not_there(
    client: TestClient, case: Path
) -> None:
    watched(case)
    with (case / "alerts.jsonl").open("a") as file:
        file.write('{"alert": {"ki')
    assert get(client, f"{BL}/alerts")["in_all"] == 4
    with (case / "alerts.jsonl").open("a") as file:
        file.write("\n")
    answer = client.get(f"{BL}/alerts")
    assert answer.status_code == 409
    assert "alerts.jsonl, line 7" in answer.json()["error"]["message"]
    assert str(case.parent) not in answer.text
    assert events(client) == []


def test_a_stream_gives_what_is_not_known_and_goes_on_where_it_broke(
    client: TestClient, case: Path
) -> None:
    watched(case)
    assert [number for number, _ in events(client)] == [1, 2, 3, 4]
    assert [row["id"] for _, row in events(client, after=2)] == ["al-0003", "al-0004"]
    assert [number for number, _ in events(client, **{"Last-Event-ID": "3"})] == [4]
    assert [number for number, _ in events(client, **{"Last-Event-ID": "odd"})] == [1, 2, 3, 4]


def test_a_stream_gives_what_is_told_while_it_lasts(client: TestClient, case: Path) -> None:
    timer = threading.Timer(0.7, watched, [case])
    timer.start()
    assert [number for number, _ in events(client, seconds=2.5)] == [1, 2, 3, 4]
    timer.join()


def test_alerts_do_not_wait_for_whoever_looks_at_the_case(client: TestClient, case: Path) -> None:
    watched(case)
    with client.app.state.shelf.opened("bl"):  # another thread answers, and would wait
        assert get(client, f"{BL}/alerts")["total"] == 4
        assert get(client, f"{BL}/watch")["running"]


def test_what_the_watch_is_doing(client: TestClient, case: Path) -> None:
    assert not get(client, f"{BL}/watch")["running"]
    status(case)
    found = get(client, f"{BL}/watch")
    assert (found["running"], found["state"], found["posts"]) == (True, "following", 52_000)
    assert "of a later version" not in found
    status(case, state="stopped")
    assert not get(client, f"{BL}/watch")["running"]
    status(case, updated="2026-01-01T00:00:00+00:00")
    assert not get(client, f"{BL}/watch")["running"]
    for odd in ({"state": "odd"}, {"events": "many"}, {"updated": "odd"}):
        status(case, **odd)
        assert not get(client, f"{BL}/watch")["running"]
    status(case, source="folder:/home/somebody/incoming")
    assert get(client, f"{BL}/watch")["source"] == "folder:incoming"
    (case / "watch" / "status.json").write_text("{")
    assert get(client, f"{BL}/watch")["source"] is None


def test_a_server_that_ends_waits_for_no_stream(case: Path) -> None:
    jar = urllib.request.HTTPCookieProcessor()
    with served(case.parent) as address:
        opener = urllib.request.build_opener(jar)
        opener.open(f"{address}/api/session", timeout=20).read()
        stream = opener.open(f"{address}{BL}/alerts/events", timeout=20)
        assert stream.readline() == b": alerts\n"
        began = time.monotonic()
    assert time.monotonic() - began < 10


# --- the page


@pytest.fixture
def visit(case: Path, browser: Any) -> Iterator[Visit]:
    watched(case)
    with served(case.parent) as address:
        visit = Visit(browser, address)
        yield visit
        assert visit.faults == []
        visit.context.close()


def test_alerts_are_shown_counted_and_filtered(visit: Visit) -> None:
    page = visit.go("/c/bl/decisions")
    page.get_by_role("link", name="Alerts 4 not yet looked at").click()
    page.get_by_role("heading", name="Alerts").wait_for()
    visit.settle()
    visit.shot("alerts")
    assert page.locator("article.alert").count() == 4
    assert page.get_by_text("not yet looked at", exact=True).count() == 4
    page.get_by_role("link", name="Alerts", exact=True).wait_for()
    assert page.locator(".watch").inner_text().startswith("following\njetstream:wss://")
    page.get_by_label("Kind").select_option("growth")
    page.wait_for_url("**/alerts?kind=growth")
    visit.settle()
    assert page.locator("article.alert h2").all_inner_texts() == ["growth n-0001 not yet looked at"]
    page.locator("article.alert summary").click()
    assert page.get_by_role("link", name="side by side").is_visible()
    visit.go("/c/bl/decisions")
    visit.go("/c/bl/alerts")
    assert page.get_by_text("not yet looked at", exact=True).count() == 0


def test_an_alert_is_shown_when_it_is_told(visit: Visit, case: Path) -> None:
    page = visit.go("/c/bl/alerts")
    Book(case).add([alert(Kind.GROWTH, "n-0001", "later", joined=("u9",))])
    page.get_by_text("5 of 5 alerts").wait_for()
    visit.settle()
    first = page.locator("article.alert").first
    assert "later" in first.inner_text()
    assert "not yet looked at" in first.inner_text()


def test_alerts_are_walked_by_keyboard(visit: Visit) -> None:
    page = visit.go("/c/bl/alerts")
    for _ in range(4):
        page.keyboard.press("j")
    page.wait_for_timeout(100)
    assert page.evaluate("() => document.activeElement.querySelector('h2').id") == "al-0001"
    page.keyboard.press("k")
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement.tagName") == "SELECT"
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/bl/n/n-0001")
    visit.page.wait_for_timeout(300)
    visit.faults.clear()  # the case has no events here, which the network's page says


def test_a_case_without_alerts_says_where_they_come_from(case: Path, browser: Any) -> None:
    with served(case.parent) as address:
        visit = Visit(browser, address)
        page = visit.go("/c/bl/alerts")
        page.get_by_role("heading", name="No alerts").wait_for()
        page.get_by_text("unswarm watch SOURCE").wait_for()
        visit.shot("alerts-none")
        assert visit.faults == []
        visit.context.close()
