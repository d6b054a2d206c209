"""The API over a real case: what it answers, what it writes, what it refuses."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from web_shared import act_as, client_of

from unswarm import open_case
from unswarm.looking.networks import ORDERS

BL = "/api/cases/bl"


def get(client: TestClient, path: str, **query: Any) -> Any:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


def post(client: TestClient, path: str, **said: Any) -> Any:
    answer = client.post(path, json=said)
    assert answer.status_code < 300, (path, answer.text)
    return answer.json()


def refused(answer: Any, status: int, kind: str) -> str:
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["kind"] == kind, answer.text
    return str(answer.json()["error"]["message"])


def finished(client: TestClient, job: dict[str, Any]) -> dict[str, Any]:
    """A job when it is over, from its events."""
    with client.stream("GET", f"/api/jobs/{job['id']}/events") as events:
        lines = [line.removeprefix("data: ") for line in events.iter_lines() if line]
    last: dict[str, Any] = json.loads(lines[-1])
    return last


@pytest.fixture(scope="module")
def reading(operation: Path) -> Any:
    """A client that only reads, so that one case serves many tests."""
    with client_of(operation.parent) as client:
        yield client


@pytest.fixture(scope="module")
def top(reading: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = get(reading, f"{BL}/networks")["rows"][0]
    return found


# --- cases


def test_the_shelf_says_what_each_case_holds(reading, operation):
    (case,) = get(reading, "/api/cases")["cases"]
    counts = open_case(operation).findings.run["counts"]
    assert {key: case[key] for key in ("posts", "accounts", "confirmed", "leads")} == {
        key: counts[key] for key in ("posts", "accounts", "confirmed", "leads")
    }
    assert case["synthetic"]
    view = get(reading, BL)
    assert len(view["files"]) == case["sources"]
    assert view["caveats"] and view["power"] and view["targets"] == ["handover"]
    assert "/" not in "".join(each["name"] for each in view["files"])


def test_a_case_is_made_and_is_empty(client):
    made = post(client, "/api/cases", name="spring 2026")
    assert (made["name"], made["run"]) == ("spring 2026", "")
    view = get(client, "/api/cases/spring 2026")
    assert view["files"] == []
    answer = client.get("/api/cases/spring 2026/networks")
    assert "no data" in refused(answer, 409, "case") or "no run" in answer.text
    refused(client.post("/api/cases", json={"name": "bl"}), 409, "case")


@pytest.mark.parametrize("name", ["..", ".", "../x", "a/b", ".hidden", "-x", "a\x00b", "é"])
def test_a_case_is_made_nowhere_else(client, shelf, name):
    before = sorted(shelf.parent.rglob("case.toml"))
    refused(client.post("/api/cases", json={"name": name}), 409, "case")
    assert sorted(shelf.parent.rglob("case.toml")) == before


def test_one_case_alone_can_be_served(shelf):
    with client_of(shelf / "bl") as client:
        cases = get(client, "/api/cases")
        assert cases["single"] and [each["name"] for each in cases["cases"]] == ["bl"]
        refused(client.post("/api/cases", json={"name": "other"}), 409, "case")


@pytest.mark.parametrize("path", ["/api/cases/nobody", "/api/nothing", f"{BL}/networks/n-9999"])
def test_what_is_not_there_is_said_in_one_shape(reading, path):
    answer = reading.get(path)
    assert answer.status_code == 404 and set(answer.json()) == {"error"}


# --- networks


def test_the_list_is_ranked_and_filtered(reading):
    whole = get(reading, f"{BL}/networks")
    tiers = [row["tier"] for row in whole["rows"]]
    assert tiers == sorted(tiers)
    assert whole["rows"][0]["label"] == "coordinated, signs of inauthenticity"
    for order in ORDERS:
        rows = get(reading, f"{BL}/networks", order=order)["rows"]
        assert {row["network"] for row in rows} == {row["network"] for row in whole["rows"]}
    signal = whole["signals"][0]
    kept = get(reading, f"{BL}/networks", signal=signal)["rows"]
    assert kept and all(signal in row["signals"].split() for row in kept)
    member = get(reading, f"{BL}/networks/{kept[0]['network']}/members")["rows"][0]
    found = get(reading, f"{BL}/networks", text=member["account"].upper())["rows"]
    assert kept[0]["network"] in [row["network"] for row in found]
    assert get(reading, f"{BL}/networks", text="no such thing")["rows"] == []
    assert get(reading, f"{BL}/networks", verdict="inauthentic")["rows"] == []
    assert get(reading, f"{BL}/networks", verdict="none")["rows"] == whole["rows"]


def test_every_sentence_of_evidence_shows_its_rows(reading, top):
    network = get(reading, f"{BL}/networks/{top['network']}")
    assert {"coordination", "signs"} <= {row["question"] for row in network["evidence"]}
    for row in network["evidence"]:
        path = f"{BL}/networks/{top['network']}/evidence/{row['place']}"
        if row["query"]:
            behind = get(reading, path, limit=5)
            assert len(behind["rows"]) == min(5, behind["total"])
        else:
            assert reading.get(path).status_code == 404
    assert "coordination" in network["citable"]


def test_members_come_in_pages(reading, top):
    path = f"{BL}/networks/{top['network']}/members"
    whole = get(reading, path, limit=500)
    pages = [get(reading, path, offset=at, limit=10)["rows"] for at in range(0, whole["total"], 10)]
    assert [row for rows in pages for row in rows] == whole["rows"]
    assert len(whole["rows"]) == whole["total"]


def test_the_picture_keeps_its_places_under_every_filter(reading, top):
    path = f"{BL}/networks/{top['network']}/graph"
    whole = get(reading, path)
    where = {node["account"]: (node["x"], node["y"]) for node in whole["nodes"]}
    signal = max(whole["signals"], key=whole["signals"].get)
    part = get(reading, path, signals=[signal], objects=3, q=0.01)
    assert {node["account"]: (node["x"], node["y"]) for node in part["nodes"]} == where
    edges = part["edges"]
    assert (
        set(edges["signal"]) == {signal} and min(edges["objects"]) >= 3 and max(edges["q"]) <= 0.01
    )
    assert 0 < len(edges["source"]) < whole["edges_in_all"]
    middle = (top["first"] + top["last"]) // 2
    early = get(reading, path, until=middle)["edges_in_all"]
    late = get(reading, path, since=middle)["edges_in_all"]
    assert 0 < early < whole["edges_in_all"] and 0 < late < whole["edges_in_all"]
    assert early + late >= whole["edges_in_all"]
    assert (
        get(reading, path, since=top["first"], until=top["last"] + 1)["edges_in_all"]
        <= whole["edges_in_all"]
    )


def test_the_times_add_up(reading, operation, top):
    path = f"{BL}/networks/{top['network']}/times"
    times = get(reading, path)
    findings = open_case(operation).findings
    (own,) = findings.query(
        "SELECT count(*) AS posts FROM post AS p JOIN membership AS m ON m.account = p.account "
        f"WHERE m.network = '{top['network']}'"
    )
    assert sum(times["members"]) == own["posts"] == sum(times["week"]["members"])
    (row,) = findings.query(
        f"SELECT count(*) AS n FROM occasion WHERE network = '{top['network']}' AND together"
    )
    assert sum(times["joint"]) == row["n"] > 0
    half = get(reading, path, since=times["first"], until=(times["first"] + times["last"]) // 2)
    assert 0 < sum(half["members"]) < own["posts"]
    assert half["width"] <= times["width"]


def test_an_edge_leads_to_its_posts(reading, top):
    graph = get(reading, f"{BL}/networks/{top['network']}/graph")
    edges = graph["edges"]
    ends = [graph["nodes"][edges[end][0]]["account"] for end in ("source", "target")]
    pair = get(reading, f"{BL}/pairs", one=ends[0], other=ends[1])
    assert pair == get(reading, f"{BL}/pairs", one=ends[1], other=ends[0])
    signal = edges["signal"][0]
    met = get(reading, f"{BL}/pairs/meetings", one=ends[0], other=ends[1], signal=signal)
    assert met["total"] >= edges["objects"][0]
    for meeting in met["rows"]:
        first, second = meeting["first"], meeting["second"]
        assert {first["account"], second["account"]} == set(ends)
        assert second["time"] - first["time"] == meeting["gap"] >= 0
        for post, parts in ((first, "left"), (second, "right")):
            assert "".join(part["text"] for part in meeting[parts]) == (post["text"] or "")
    answer = reading.get(
        f"{BL}/pairs/meetings", params={"one": "x", "other": "y", "signal": signal}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("part", ["flows", "operation", "photos", "linked"])
def test_the_other_sides_of_a_network(reading, part):
    networks = [row["network"] for row in get(reading, f"{BL}/networks")["rows"]]
    found = [get(reading, f"{BL}/networks/{network}/{part}") for network in networks]
    assert any(found)


def test_photos_are_shown_small_and_kept_by_nobody_else(reading, operation):
    networks = [row["network"] for row in get(reading, f"{BL}/networks")["rows"]]
    walls = [get(reading, f"{BL}/networks/{network}/photos") for network in networks]
    photo = next(p for wall in walls if wall for p in wall["photos"] if p["kept"])
    answer = reading.get(f"{BL}/photos/{photo['photo']}")
    assert answer.headers["content-type"] == "image/jpeg" and answer.content[:2] == b"\xff\xd8"
    assert "private" in answer.headers["cache-control"]
    assert reading.get(f"{BL}/photos/none").status_code == 404


# --- accounts, search


def test_the_dossier_of_a_member_and_of_an_outsider(reading, operation, top):
    member = get(reading, f"{BL}/networks/{top['network']}/members")["rows"][0]["account"]
    about = get(reading, f"{BL}/account", id=member)
    assert about["memberships"][0]["network"] == top["network"]
    assert about["neighbours"] and about["signals"] and about["activity"]["posts"] > 0
    posts = get(reading, f"{BL}/account/posts", id=member, limit=500)
    assert posts["total"] == about["activity"]["posts"]
    assert any(post["together"] for post in posts["rows"])
    findings = open_case(operation).findings
    (outsider,) = findings.query(
        "SELECT account FROM account WHERE account NOT IN (SELECT account FROM membership) "
        "AND account NOT IN (SELECT account FROM linked) ORDER BY account LIMIT 1"
    )
    assert get(reading, f"{BL}/account", id=outsider["account"])["memberships"] == []
    assert reading.get(f"{BL}/account", params={"id": "' OR 1=1 --"}).status_code == 404


def test_posts_are_found_by_their_words(reading, top):
    member = get(reading, f"{BL}/networks/{top['network']}/members")["rows"][0]["account"]
    whole = get(reading, f"{BL}/account/posts", id=member, limit=500)["rows"]
    word = next(post["text"].split()[0] for post in whole if post["text"])
    found = get(reading, f"{BL}/account/posts", id=member, text=word.upper(), limit=500)["rows"]
    assert found == [p for p in whole if p["text"] and word.casefold() in p["text"].casefold()]


def test_a_few_letters_find_networks_accounts_and_sites(reading, top):
    member = get(reading, f"{BL}/networks/{top['network']}/members")["rows"][0]
    kinds = {
        hit["kind"]: hit for hit in get(reading, f"{BL}/search", q=top["network"].upper())["hits"]
    }
    assert kinds["network"]["id"] == top["network"]
    hits = get(reading, f"{BL}/search", q="@" + member["handle"])["hits"]
    assert hits[0]["kind"] == "account" and hits[0]["id"] == member["account"]
    assert any(hit["kind"] == "domain" for hit in get(reading, f"{BL}/search", q="lantern")["hits"])
    assert get(reading, f"{BL}/search", q="' OR '1'='1")["hits"] == []


# --- acts


def concealing(client: TestClient, network: str) -> str:
    """Evidence that says these hide who they are."""
    rows = get(client, f"{BL}/networks/{network}")["evidence"]
    return str(next(row["measure"] for row in rows if row["inauthentic"]))


def decide(client: TestClient, network: str, **more: Any) -> Any:
    cites = ["coordination", concealing(client, network)]
    said = {"ground": "coordinated inauthentic behaviour", "cites": cites, "reason": "one hand"}
    return post(client, f"{BL}/decisions", subject=network, verdict="inauthentic", **said | more)


def test_a_decision_takes_two_people(client, top):
    act_as(client, "A. Analyst", "analyst")
    made = decide(client, top["network"])
    (row,) = get(client, f"{BL}/record")["decisions"]
    assert (row["id"], row["who"], row["approvals"]) == (made["id"], "A. Analyst", [])
    approve = {"json": {"of": made["id"]}}
    refused(client.post(f"{BL}/approvals", **approve), 403, "role")
    act_as(client, "a. analyst", "approver")
    said = refused(client.post(f"{BL}/approvals", **approve), 422, "settings")
    assert "a different person" in said
    act_as(client, "B. Approver", "approver")
    post(client, f"{BL}/approvals", of=made["id"])
    (row,) = get(client, f"{BL}/record")["decisions"]
    assert [given["who"] for given in row["approvals"]] == ["B. Approver"]
    (listed,) = get(client, f"{BL}/networks", verdict="inauthentic")["rows"]
    assert listed["approved"] and not listed["stale"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("decisions", {"subject": "n-0001", "verdict": "undecided", "reason": "looked"}),
        ("considered", {"network": "n-0001", "explanation": "fans", "outcome": "fits"}),
        ("appeals", {"account": "x", "statement": "no"}),
        ("plans", {}),
        ("report/sign", {}),
        ("runs", {}),
        ("exports", {"format": "stix"}),
        ("imports", {"files": [{"upload": "0" * 16}]}),
    ],
)
def test_a_viewer_changes_nothing(client, shelf, path, said):
    act_as(client, "V. Viewer", "viewer")
    before = (shelf / "bl" / "log.jsonl").read_bytes()
    refused(client.post(f"{BL}/{path}", json=said), 403, "role")
    assert (shelf / "bl" / "log.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    "path", ["approvals", "appeals/a-0001/answer", "plans/p-0001/run", "plans/p-0001/undo",
             "report/publish", "errata"]
)  # fmt: skip
def test_an_analyst_does_not_act_alone(client, path):
    act_as(client, "A. Analyst", "analyst")
    said = {"of": "d-0001", "outcome": "upheld", "reason": "x", "text": "x"}
    keys = {"approvals": ["of"], "errata": ["text"], "appeals/a-0001/answer": ["outcome", "reason"]}
    body = {key: said[key] for key in keys.get(path, [])}
    refused(client.post(f"{BL}/{path}", json=body), 403, "role")


def test_a_reason_that_quotes_a_post_is_refused_with_what_to_do(client, operation, top):
    (post_row,) = open_case(operation).findings.query(
        "SELECT text FROM post WHERE length(text) > 40 ORDER BY post LIMIT 1"
    )
    said = {"subject": top["network"], "verdict": "undecided", "reason": post_row["text"]}
    answer = client.post(f"{BL}/decisions", json=said)
    assert "quotes post" in refused(answer, 422, "settings")
    assert answer.json()["error"]["hint"]


def test_what_was_looked_into_stays_ticked(client, top):
    said = {"network": top["network"], "explanation": "fans", "outcome": "ruled out"}
    post(client, f"{BL}/considered", **said, note="no idol")
    post(client, f"{BL}/considered", **{**said, "explanation": "party", "outcome": "fits"})
    post(client, f"{BL}/considered", **{**said, "explanation": "party"})
    found = {r["explanation"]: r for r in get(client, f"{BL}/record")["considered"]}
    assert (found["fans"]["outcome"], found["fans"]["note"]) == ("ruled out", "no idol")
    assert found["party"]["outcome"] == "ruled out"
    wrong = client.post(f"{BL}/considered", json={**said, "explanation": "fan"})
    assert "did you mean 'fans'" in wrong.json()["error"]["hint"]
    missing = client.post(f"{BL}/considered", json={**said, "network": "n-9999"})
    refused(missing, 409, "case")


def test_appeals_are_answered_by_somebody_else(client, top):
    act_as(client, "A. Analyst", "analyst")
    decide(client, top["network"])
    member = get(client, f"{BL}/networks/{top['network']}/members")["rows"][0]["account"]
    made = post(client, f"{BL}/appeals", account=member, statement="I am a person")
    answer = {"json": {"outcome": "reinstated", "reason": "met her"}}
    act_as(client, "A. Analyst", "approver")
    assert "stands behind" in client.post(f"{BL}/appeals/{made['id']}/answer", **answer).text
    act_as(client, "R. Reviewer", "approver")
    assert client.post(f"{BL}/appeals/{made['id']}/answer", **answer).status_code == 201
    (row,) = get(client, f"{BL}/record")["appeals"]
    assert (row["outcome"], row["reviewer"]) == ("reinstated", "R. Reviewer")


def test_both_sides_of_a_claim(client, top):
    claim = {"entity": "Lantern Media", "confidence": "low", "by": "a lab", "source": "page, 2019"}
    made = post(client, f"{BL}/claims", network=top["network"], evidence_for=["sites"], **claim)
    path = f"{BL}/claims/{made['id']}"
    post(client, f"{path}/ask", party="Lantern Media")
    post(client, f"{path}/reply", party="Lantern Media", text="not us", contests=True)
    (row,) = get(client, f"{BL}/record")["claims"]
    assert row["status"] == "contested" and row["statements"][0]["text"] == "not us"
    post(client, f"{path}/status", status="withdrawn", reason="no longer held")
    (row,) = get(client, f"{BL}/record")["claims"]
    assert [step["status"] for step in row["history"]] == ["asserted", "contested", "withdrawn"]
    account = get(client, f"{BL}/networks/{top['network']}/members")["rows"][0]["account"]
    wrong = client.post(f"{BL}/claims", json={"network": account, "evidence_for": ["x"], **claim})
    assert "is an account" in refused(wrong, 409, "case")


def approved_plan(client: TestClient, network: str) -> str:
    act_as(client, "A. Analyst", "analyst")
    decision = decide(client, network)["id"]
    act_as(client, "B. Approver", "approver")
    post(client, f"{BL}/approvals", of=decision)
    act_as(client, "A. Analyst", "analyst")
    plan = str(post(client, f"{BL}/plans")["id"])
    act_as(client, "B. Approver", "approver")
    return plan


def test_a_plan_from_dry_run_to_read_back_and_back(client, shelf, top):
    assert post(client, f"{BL}/plans/draft")["orders"] == []
    plan = approved_plan(client, top["network"])
    draft = post(client, f"{BL}/plans/draft")
    assert len(draft["orders"]) >= top["named"] and draft["target"] == "handover:orders.csv"
    assert "a second person" in client.post(f"{BL}/plans/{plan}/run").text
    post(client, f"{BL}/approvals", of=plan)
    job = finished(client, post(client, f"{BL}/plans/{plan}/run"))
    assert job["state"] == "done", job
    (row,) = get(client, f"{BL}/plans")["plans"]
    assert row["counts"] == {"done": len(draft["orders"])}
    assert row["orders"][0]["read_back"] == "ordered"
    lines = (shelf / "bl" / "exports" / "orders.csv").read_text("utf-8").splitlines()
    assert len(lines) == len(draft["orders"]) + 1
    assert len(post(client, f"{BL}/plans/draft")["before"]) == len(draft["orders"])
    job = finished(client, post(client, f"{BL}/plans/{plan}/undo"))
    assert job["state"] == "done", job
    (row,) = get(client, f"{BL}/plans")["plans"]
    assert row["counts"] == {"undone": len(draft["orders"])}


@pytest.mark.parametrize(
    "said",
    [
        {"file": "../orders.csv"}, {"file": "/tmp/orders.csv"}, {"file": "case.toml"},
        {"file": "a/b.csv"}, {"target": "webhook:https://evil.example"}, {"target": "nowhere"},
    ],
)  # fmt: skip
def test_orders_go_nowhere_that_the_settings_do_not_name(client, said):
    refused(client.post(f"{BL}/plans/draft", json=said), 422, "settings")


def test_targets_stand_in_the_settings(client, shelf):
    path = shelf / "bl" / "case.toml"
    added = '\n[targets]\n"trust team" = "webhook:https://team.example/orders"\n'
    path.write_text(path.read_text("utf-8") + added, encoding="utf-8")
    assert get(client, BL)["targets"] == ["handover", "trust team"]
    draft = client.post(f"{BL}/plans/draft", json={"target": "trust team"})
    assert draft.status_code in (200, 422), draft.text


# --- report, release, exports


def test_the_report_says_what_is_missing_and_then_goes_out(client, shelf, top):
    facts = get(client, f"{BL}/report")
    assert any("Nothing was decided" in each for each in facts["obstacles"])
    approved_plan(client, top["network"])
    for name in ("A. Analyst", "B. Approver"):
        act_as(client, name, "approver")
        post(client, f"{BL}/report/sign")
    facts = get(client, f"{BL}/report")
    assert facts["obstacles"] == [] and len(facts["signed"]) == 2
    preview = client.get(f"{BL}/report/preview")
    assert "sandbox" in preview.headers["content-security-policy"]
    assert "script-src" not in preview.headers["content-security-policy"]
    job = finished(client, post(client, f"{BL}/report/publish"))
    assert job["state"] == "done", job
    names = [each["name"] for each in get(client, f"{BL}/exports")["files"]]
    assert "public_report.html" in names
    page = client.get(f"{BL}/exports/public_report.html")
    assert "attachment" in page.headers["content-disposition"]
    assert page.content == (shelf / "bl" / "exports" / "public_report.html").read_bytes()


@pytest.mark.parametrize(
    "name", ["../case.toml", "..%2Fcase.toml", "%2e%2e/log.jsonl", "/etc/passwd", "", "a%00b",
             "....//case.toml", "%252e%252e/case.toml"]
)  # fmt: skip
def test_no_file_outside_the_exports_is_given(reading, name):
    answer = reading.get(f"{BL}/exports/{name}")
    assert answer.status_code in (200, 404), answer.text
    assert b"[settings]" not in answer.content and b"root:" not in answer.content
    if answer.status_code == 200:
        assert "files" in answer.json() or answer.text.startswith("<!doctype")


def test_a_link_out_of_the_exports_is_not_followed(client, shelf):
    (shelf / "bl" / "exports" / "key").symlink_to(shelf / "bl" / "case.toml")
    assert client.get(f"{BL}/exports/key").status_code == 404


def test_a_release_says_what_it_would_hash(reading):
    some = get(reading, f"{BL}/release", threshold=5000)
    every = get(reading, f"{BL}/release", threshold=10**9)
    none = get(reading, f"{BL}/release", threshold=0)
    assert every["hidden"] == every["accounts"] >= some["hidden"] >= none["hidden"]
    for person in some["sample"]:
        assert person["hidden"] == (person["shown"] != person["account"])


def test_exports_are_written_by_the_command_line(client):
    known = {each["name"] for each in get(client, "/api/formats")["exporters"]}
    assert {"stix", "release", "gexf"} <= known
    release = next(e for e in get(client, "/api/formats")["exporters"] if e["name"] == "release")
    assert "key" not in release["options"] and "signing_key" not in release["options"]
    job = finished(client, post(client, f"{BL}/exports", format="networks.csv"))
    assert job["state"] == "done", job
    refused(client.post(f"{BL}/exports", json={"format": "nothing"}), 422, "settings")
    secret = {"format": "release", "options": {"key": "00" * 16}}
    assert client.post(f"{BL}/exports", json=secret).status_code == 404


# --- files, runs, jobs

POSTS = "account_id,created_at,text,url\n" + "".join(
    f"u{n % 7},2026-01-0{1 + n % 5}T10:{n % 60:02}:00Z,text {n},https://site{n}.example/\n"
    for n in range(200)
)


def upload(client: TestClient, text: str, name: str = "posts.csv") -> Any:
    answer = client.put(f"/api/uploads/new/{name}", content=text.encode())
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def new(client: TestClient) -> TestClient:
    post(client, "/api/cases", name="new")
    return client


def test_a_file_comes_in(new):
    sent = upload(new, POSTS)
    assert sent["reader"] == "tables" and sent["roles"]["account"] == "account_id"
    assert len(sent["tables"]["post"]) == 8 and not sent["problem"]
    files = [{"upload": sent["upload"]}]
    job = finished(new, post(new, "/api/cases/new/imports", files=files, detect=True))
    assert job["state"] == "done", job
    assert job["steps"] and job["steps"][0]["what"].startswith("reading")
    (case,) = (c for c in get(new, "/api/cases")["cases"] if c["name"] == "new")
    assert (case["posts"], case["accounts"], case["confirmed"]) == (200, 7, 0)
    assert get(new, "/api/cases/new/networks")["rows"] == []


def test_columns_are_named_by_hand(new):
    odd = POSTS.replace("account_id,created_at,text,url", "colour,shape,size,weight")
    sent = upload(new, odd)
    assert sent["problem"] and sent["columns"] == ["colour", "shape", "size", "weight"]
    columns = {"account": "colour", "time": "shape", "text": "size"}
    seen = post(new, f"/api/cases/new/incoming/{sent['upload']}", columns=columns)
    assert not seen["problem"] and seen["roles"]["account"] == "colour"
    files = [{"upload": sent["upload"], "columns": columns}]
    job = finished(new, post(new, "/api/cases/new/imports", files=files, detect=False))
    assert job["state"] == "done", job
    assert get(new, "/api/cases/new")["files"][0]["rows"]["post"] == 200


@pytest.mark.parametrize("text", ["", "\x00\x01\x02" * 50, "no table at all"])
def test_what_cannot_be_read_says_why(new, text):
    sent = upload(new, text, "odd.bin")
    assert sent["problem"]
    files = [{"upload": sent["upload"]}]
    job = finished(new, post(new, "/api/cases/new/imports", files=files))
    assert job["state"] == "failed" and job["message"]
    assert get(new, "/api/cases/new")["files"] == []


@pytest.mark.parametrize("name", ["..%2F..%2Fcase.toml", "%2Fetc%2Fx.csv", "....", "a b;c.csv"])
def test_a_file_lies_in_its_own_folder(new, shelf, name):
    answer = new.put(f"/api/uploads/new/{name}", content=POSTS.encode())
    if answer.status_code == 201:
        assert "/" not in answer.json()["name"]
    outside = {path for path in shelf.parent.rglob("*") if path.is_file()}
    inside = set((shelf / "new" / "incoming").rglob("*"))
    assert not [p for p in outside - inside if p.read_bytes() == POSTS.encode()]


def test_a_file_is_forgotten(new, shelf):
    sent = upload(new, POSTS)
    assert new.delete(f"/api/cases/new/incoming/{sent['upload']}").status_code == 204
    assert new.delete(f"/api/cases/new/incoming/{sent['upload']}").status_code == 404
    assert new.post("/api/cases/new/incoming/..", json={}).status_code in (404, 405)
    files = [{"upload": sent["upload"]}]
    assert new.post("/api/cases/new/imports", json={"files": files}).status_code == 404


@pytest.mark.parametrize("words", ["--help", "-x", "a=b=c", "$(id)", "; ls", "a\nb"])
def test_no_word_of_a_page_becomes_an_option(new, words):
    sent = upload(new, POSTS)
    files = [{"upload": sent["upload"], "columns": {"text": words}}]
    job = finished(new, post(new, "/api/cases/new/imports", files=files, detect=False))
    assert job["state"] == "failed" and "no such column" in job["message"].casefold(), job
    bad = new.post("/api/cases/new/runs", json={"signals": [words]})
    assert bad.status_code == 404
    assert new.post(f"/api/cases/new/networks/{'--help'}/expand").status_code == 404


def test_a_job_is_stopped_and_leaves_the_case_as_it_was(client, shelf):
    before = (shelf / "bl" / "case.toml").read_bytes()
    job = post(client, f"{BL}/runs", q=0.02)
    other = post(client, f"{BL}/runs", q=0.03)
    assert get(client, f"/api/jobs/{other['id']}")["state"] == "waiting"
    post(client, f"/api/jobs/{other['id']}/stop")
    time.sleep(0.5)
    post(client, f"/api/jobs/{job['id']}/stop")
    assert finished(client, job)["state"] == "stopped"
    assert finished(client, other)["state"] == "stopped"
    assert (shelf / "bl" / "case.toml").read_bytes() == before
    assert [each["id"] for each in get(client, f"{BL}/jobs")["jobs"]] == [other["id"], job["id"]]
    assert client.get("/api/jobs/none").status_code == 404


# --- what changes beside the server


def test_what_another_terminal_says_is_seen_at_once(client, shelf, top):
    get(client, f"{BL}/networks")
    case = open_case(shelf / "bl")
    case.decide(top["network"], "undecided", "looked at it", "Somebody Else")
    (row,) = get(client, f"{BL}/networks", verdict="undecided")["rows"]
    assert row["network"] == top["network"]
    assert get(client, f"{BL}/log")["lines"][0]["who"] == "Somebody Else"


def test_a_broken_log_is_said_and_nothing_is_written(client, shelf, top):
    path = shelf / "bl" / "log.jsonl"
    path.write_text(path.read_text("utf-8").replace('"detect"', '"detest"'), encoding="utf-8")
    said = {"subject": top["network"], "verdict": "undecided", "reason": "x"}
    for answer in (client.get(f"{BL}/networks"), client.post(f"{BL}/decisions", json=said)):
        message = refused(answer, 409, "case")
        assert "chain is broken" in message and str(shelf) not in message


def test_who_saw_what_is_written_down(client, shelf, top):
    act_as(client, "V. Viewer", "viewer")
    get(client, f"{BL}/networks/{top['network']}")
    get(
        client,
        f"{BL}/account",
        id=get(client, f"{BL}/networks/{top['network']}/members")["rows"][0]["account"],
    )
    client.get(f"{BL}/exports/accounts.csv")
    act_as(client, "Admin", "admin")
    lines = get(client, "/api/audit")["lines"]
    acts = [(line["who"], line["act"]) for line in lines if line["who"] == "V. Viewer"]
    assert {act for _, act in acts} >= {"see network", "see account", "take export"}


def test_a_fault_of_ours_shows_a_number_and_nothing_else(client, monkeypatch, caplog):
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("unswarm.web.routes.cases.search", broken)
    quiet = TestClient(client.app, base_url="http://localhost", raise_server_exceptions=False)
    quiet.get("/api/session")
    answer = quiet.get(f"{BL}/search", params={"q": "x"})
    assert answer.status_code == 500 and "secret" not in answer.text
    number = answer.json()["error"]["message"].split()[-1].rstrip(".")
    assert number in caplog.text
