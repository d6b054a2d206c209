"""Every page as axe sees it (WCAG 2.2 AA), in both themes, at a desk and on a telephone."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import ROOT, Visit

AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SERIOUS = {"serious", "critical"}
PAGES = {
    "cases": "/", "networks": "/c/bl", "why": "/c/bl/n/n-0001", "who": "/c/bl/n/n-0001?tab=who",
    "times": "/c/bl/n/n-0001?tab=times", "members": "/c/bl/n/n-0001?tab=members",
    "linked": "/c/bl/n/n-0001?tab=linked", "sites": "/c/bl/n/n-0001?tab=sites",
    "photos": "/c/bl/n/n-0001?tab=photos", "money": "/c/bl/n/n-0001?tab=money",
    "account": "/c/bl/account?id={member}", "pair": "/c/bl/pair?one={member}&other={other}",
    "alerts": "/c/bl/alerts", "decisions": "/c/bl/decisions",
    "log": "/c/bl/decisions?tab=log", "appeals": "/c/bl/appeals",
    "attribution": "/c/bl/attribution", "enforcement": "/c/bl/enforcement",
    "report": "/c/bl/report", "release": "/c/bl/report?tab=release",
    "files": "/c/bl/report?tab=files", "import": "/c/bl/import", "about": "/c/bl/about",
    "server": "/server", "missing": "/c/bl/n/n-9999",
}  # fmt: skip


@pytest.fixture(scope="module")
def places(desk: str, browser: Any) -> dict[str, str]:
    """The pages, with two members who met."""
    visit = Visit(browser, desk)
    graph = (
        visit.context.request.get("/api/session")
        and visit.context.request.get("/api/cases/bl/networks/n-0001/graph").json()
    )
    ends = [graph["nodes"][graph["edges"][end][0]]["account"] for end in ("source", "target")]
    visit.context.close()
    return {name: path.format(member=ends[0], other=ends[1]) for name, path in PAGES.items()}


def faults(page: Any) -> list[str]:
    """What axe calls serious or worse, with the element."""
    if not AXE.exists():
        pytest.skip("ui/node_modules is absent; `npm ci` in ui/ brings axe")
    page.evaluate("source => { (0, eval)(source) }", AXE.read_text("utf-8"))
    found = page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
    return [
        f"{each['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for each in found["violations"]
        if each["impact"] in SERIOUS
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_both_themes_and_on_a_telephone(places, desk, browser, name) -> None:
    visit = Visit(browser, desk, bypass_csp=True)
    page = visit.go(places[name])
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(100)
        visit.shot(f"{name}-{theme}")
        assert faults(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(200)
    visit.shot(f"{name}-phone")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert [fault for fault in visit.faults if "404" not in fault] == []
    visit.context.close()


@pytest.mark.parametrize("opened", ["Decide …", "Search", "Who acts"])
def test_axe_finds_nothing_serious_in_dialogs(places, desk, browser, opened) -> None:
    visit = Visit(browser, desk, bypass_csp=True)
    page = visit.go(places["why"])
    page.get_by_role("button", name=opened).or_(page.get_by_title(opened)).first.click()
    page.get_by_role("dialog").wait_for()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    visit.context.close()


def test_a_page_is_printed_without_its_controls(places, desk, browser) -> None:
    visit = Visit(browser, desk)
    page = visit.go(places["why"])
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").first.is_visible()
    assert page.get_by_role("heading", name="n-0001").is_visible()
    assert not page.get_by_role("button", name="The rows behind it").first.is_visible()
    visit.context.close()


def test_everything_is_reached_by_keyboard(places, desk, browser) -> None:
    visit = Visit(browser, desk)
    page = visit.go("/c/bl")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.tagName") == "MAIN"
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement.type") == "search"
    page.keyboard.press("Escape")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="n-000").wait_for()
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").wait_for()
    page.keyboard.type("enf")
    page.get_by_role("dialog").get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Enforcement").wait_for()
    visit.context.close()


def test_the_address_is_the_state(places, desk, browser) -> None:
    visit = Visit(browser, desk)
    page = visit.go("/c/bl")
    page.get_by_label("Tier").select_option("confirmed")
    page.get_by_label("Order").select_option("accounts")
    page.wait_for_url("**/c/bl?tier=confirmed&order=accounts")
    visit.settle()
    rows = page.locator("tbody th a").all_inner_texts()
    other = Visit(browser, desk)
    assert (
        other.go("/c/bl?tier=confirmed&order=accounts").locator("tbody th a").all_inner_texts()
        == rows
    )
    page.go_back()
    page.wait_for_url("**/c/bl?tier=confirmed")
    for each in (visit, other):
        assert each.faults == []
        each.context.close()


def test_the_picture_is_filtered_brushed_and_lassoed(places, desk, browser) -> None:
    visit = Visit(browser, desk)
    page = visit.go(places["who"])
    status = page.locator("aside [role=status]")
    whole = status.inner_text()
    page.get_by_label("Significance of a line").select_option("0.000001")
    page.wait_for_url("**q=0.000001**")
    visit.settle()
    page.get_by_role("slider", name="Part of the time").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_url("**since=**")
    visit.settle()
    assert status.inner_text() != whole
    page.get_by_role("button", name="Lasso").click()
    page.locator(".stage").evaluate(
        "stage => stage.scrollIntoView({block: 'center', behavior: 'instant'})"
    )
    box = page.locator("svg.lasso").bounding_box()
    left, top, right, low = (
        box["x"] + 4,
        box["y"] + 60,
        box["x"] + box["width"] - 4,
        box["y"] + box["height"] - 4,
    )
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, low), (left, low), (left, top)):
        page.mouse.move(x, y, steps=4)
    page.mouse.up()
    page.get_by_role("heading", name="chosen").wait_for()
    visit.shot("lasso")
    page.get_by_role("button", name="Show all", exact=True).click()
    page.get_by_label("Colour by").select_option("kind")
    page.wait_for_url("**by=kind**")
    visit.settle()
    assert visit.faults == []
    visit.context.close()


def test_photos_are_blurred_until_somebody_looks(places, desk, browser) -> None:
    visit = Visit(browser, desk)
    page = visit.go(places["photos"])
    first = page.locator(".wall .photo").first
    assert "blurred" in (first.get_attribute("class") or "")
    first.click()
    assert "blurred" not in (first.get_attribute("class") or "")
    page.get_by_label("Blur the photos").uncheck()
    assert page.locator(".wall .photo.blurred").count() == 0
    page.reload()
    visit.settle()
    assert page.locator(".wall .photo.blurred").count() == 0
    visit.context.close()
