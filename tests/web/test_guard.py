"""What every request passes before it is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request
from starlette.testclient import TestClient

from unswarm.errors import CaseError, SettingsError
from unswarm.record.people import Role
from unswarm.web.errors import handle_errors
from unswarm.web.guard import Guard, Person, may, note, someone
from unswarm.web.guard.audit import Audit
from unswarm.web.guard.exposure import exposure
from unswarm.web.guard.limits import Buckets
from unswarm.web.guard.people import add, people, remove, verified
from unswarm.web.guard.sessions import IDLE, LONGEST, Sessions

PASSWORD = "four words that rhyme"
Someone = Annotated[Person, Depends(someone)]
Analyst = Annotated[Person, Depends(may(Role.ANALYST))]
Approver = Annotated[Person, Depends(may(Role.APPROVER))]


def app_of(guard: Guard) -> FastAPI:
    app = FastAPI()
    handle_errors(app)

    @app.get("/api/seen")
    def seen(request: Request, person: Someone) -> str:
        note(request, "see", thing="it")
        return person.name

    @app.post("/api/decided")
    def decided(person: Analyst) -> str:
        return person.name

    @app.post("/api/approved")
    def approved(person: Approver) -> str:
        return person.name

    @app.put("/api/uploads/x")
    async def upload(request: Request, _: Someone) -> int:
        return len(await request.body())

    @app.put("/api/other")
    async def other(request: Request, _: Someone) -> int:
        return len(await request.body())

    @app.get("/")
    def page() -> str:
        return "page"

    guard.install(app)
    return app


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / ".unswarm"


def visitor(guard: Guard, base: str = "http://localhost") -> TestClient:
    client = TestClient(app_of(guard), base_url=base)
    client.headers["X-CSRF-Token"] = client.get("/api/session").json()["csrf"]
    return client


@pytest.fixture
def client(home: Path) -> Iterator[TestClient]:
    with visitor(Guard(home, largest_upload=3_000_000)) as client:
        yield client


def kind(answer: object) -> str:
    return str(answer.json()["error"]["kind"])  # type: ignore[attr-defined]


# --- without accounts


def test_without_accounts_whoever_sits_here_acts_under_the_name_they_say(client):
    assert client.get("/api/session").json()["open"]
    assert client.get("/api/seen").status_code == 200
    said = client.put("/api/session/person", json={"name": " A.  Analyst ", "role": "analyst"})
    assert said.json()["who"] == "A. Analyst"
    assert client.post("/api/decided").json() == "A. Analyst"
    refused = client.post("/api/approved")
    assert refused.status_code == 403 and kind(refused) == "role"
    assert "approver" in refused.json()["error"]["message"]


def test_a_name_of_blanks_is_none(client):
    assert (
        client.put("/api/session/person", json={"name": "  ", "role": "admin"}).status_code == 422
    )


# --- other pages


def test_a_change_without_the_token_is_refused(client):
    del client.headers["X-CSRF-Token"]
    refused = client.post("/api/decided")
    assert refused.status_code == 403 and kind(refused) == "token"
    refused = client.post("/api/decided", headers={"X-CSRF-Token": "é".encode()})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1234"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_change_that_another_page_asks_for_is_refused(client, headers):
    refused = client.post("/api/decided", headers=headers)
    assert refused.status_code == 403 and kind(refused) == "origin"


def test_a_change_from_the_own_page_is_let_through(client):
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/decided", headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "10.0.0.1"])
def test_only_its_own_names_are_answered(client, host):
    refused = client.get("/api/session", headers={"Host": host})
    assert refused.status_code == 421 and kind(refused) == "host"


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080", "desk.example"])
def test_its_names_are_answered(home, host):
    client = visitor(Guard(home, hosts=["Desk.example"]))
    assert client.get("/api/session", headers={"Host": host}).status_code == 200


def test_every_answer_carries_the_headers_that_bind_a_browser(client):
    for path in ("/", "/api/session", "/api/nothing", "/api/seen"):
        head = client.get(path).headers
        assert "default-src 'none'" in head["Content-Security-Policy"]
        assert "unsafe" not in head["Content-Security-Policy"]
        assert head["X-Frame-Options"] == "DENY"
        assert head["X-Content-Type-Options"] == "nosniff"
        assert head["Referrer-Policy"] == "no-referrer"
    assert client.get("/api/session").headers["Cache-Control"] == "no-store"
    refused = client.get("/", headers={"Host": "evil.example"})
    assert "Content-Security-Policy" in refused.headers


def test_the_cookie_is_kept_from_scripts_and_other_pages(home):
    said = TestClient(app_of(Guard(home)), base_url="http://localhost").get("/api/session")
    cookie = said.headers["set-cookie"].casefold()
    assert "httponly" in cookie and "samesite=strict" in cookie and "secure" not in cookie


# --- how much, how often


def test_a_body_may_not_be_larger_than_what_is_asked_for(client):
    refused = client.put("/api/other", content=b"x" * 1_100_000)
    assert refused.status_code == 413 and kind(refused) == "large"
    assert client.put("/api/uploads/x", content=b"x" * 1_100_000).json() == 1_100_000


def test_a_body_is_counted_while_it_streams(client):
    def stream() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 100_000

    refused = client.put("/api/uploads/x", content=stream())
    assert refused.status_code == 413 and kind(refused) == "large"


def test_a_bucket_fills_up_again():
    now = 0.0
    bucket = Buckets(2, 60, lambda: now)
    assert [bucket.take("a"), bucket.take("a")] == [0, 0]
    assert bucket.take("a") == pytest.approx(1)
    assert bucket.take("b") == 0
    now = 1.0
    assert bucket.take("a") == 0
    assert bucket.take("a") > 0


def test_who_asks_too_often_is_told_when_to_come_back(home):
    client = visitor(Guard(home, per_minute=20))
    answers = [client.get("/api/session") for _ in range(30)]
    late = [answer for answer in answers if answer.status_code == 429]
    assert late and int(late[-1].headers["Retry-After"]) >= 1 and kind(late[-1]) == "often"


# --- accounts


@pytest.fixture
def guarded(home: Path) -> Guard:
    add(home, "V. Viewer", "viewer", PASSWORD)
    add(home, "A. Analyst", "analyst", PASSWORD)
    return Guard(home)


def signed_in(client: TestClient, name: str, password: str = PASSWORD):
    said = client.post("/api/session", json={"name": name, "password": password})
    if said.status_code == 200:
        client.headers["X-CSRF-Token"] = said.json()["csrf"]
    return said


@pytest.fixture
def browser(guarded: Guard) -> TestClient:
    return TestClient(app_of(guarded), base_url="http://localhost")


def test_with_accounts_nobody_is_in_before_they_sign_in(browser):
    view = browser.get("/api/session").json()
    assert (view["who"], view["csrf"], view["open"]) == (None, "", False)
    refused = browser.get("/api/seen")
    assert refused.status_code == 401 and kind(refused) == "login"


def test_signing_in_and_out(browser):
    assert signed_in(browser, " a.  analyst").json()["who"] == "A. Analyst"
    assert browser.get("/api/seen").json() == "A. Analyst"
    assert browser.post("/api/decided").status_code == 200
    assert browser.delete("/api/session").json()["who"] is None
    assert browser.get("/api/seen").status_code == 401


@pytest.mark.parametrize("name", ["A. Analyst", "Nobody"])
def test_a_wrong_password_and_an_unknown_name_look_the_same(browser, name):
    refused = signed_in(browser, name, "not the password at all")
    assert refused.status_code == 401
    assert refused.json()["error"]["message"] == "The name or the password is wrong."


def test_a_viewer_may_not_decide_and_an_analyst_may_not_approve(browser):
    signed_in(browser, "V. Viewer")
    assert kind(browser.post("/api/decided")) == "role"
    signed_in(browser, "A. Analyst")
    assert kind(browser.post("/api/approved")) == "role"


def test_nobody_says_who_they_are_where_everybody_signs_in(browser):
    signed_in(browser, "V. Viewer")
    refused = browser.put("/api/session/person", json={"name": "Boss", "role": "admin"})
    assert refused.status_code == 403 and kind(refused) == "accounts"


def test_another_page_opens_no_session(home):
    client = TestClient(app_of(Guard(home)), base_url="http://localhost")
    said = client.get("/api/session", headers={"Sec-Fetch-Site": "cross-site"})
    assert said.json()["who"] is None and "set-cookie" not in said.headers


def test_a_fault_of_ours_carries_the_headers_too(home):
    app = app_of(Guard(home))

    @app.get("/api/broken")
    def broken() -> None:
        raise RuntimeError("a secret detail")

    answer = TestClient(app, base_url="http://localhost").get("/api/broken")
    assert answer.status_code == 500 and kind(answer) == "fault"
    assert "secret" not in answer.text and "Content-Security-Policy" in answer.headers


def test_guessing_is_slow(browser):
    answers = [signed_in(browser, "A. Analyst", f"guess number {n:04}") for n in range(7)]
    assert [answer.status_code for answer in answers[-2:]] == [429, 429]
    assert signed_in(browser, "V. Viewer").status_code == 429  # from the same address


@pytest.mark.parametrize("change", ["role", "password", "gone"])
def test_a_session_ends_when_the_account_changes(browser, guarded, change):
    signed_in(browser, "A. Analyst")
    assert browser.get("/api/seen").status_code == 200
    if change == "gone":
        remove(guarded.home, "A. Analyst")
    else:
        role, word = ("viewer", PASSWORD) if change == "role" else ("analyst", PASSWORD + "!")
        add(guarded.home, "A. Analyst", role, word)
    assert browser.get("/api/seen").status_code == 401


def test_the_first_account_ends_the_sessions_of_those_who_said_who_they_are(home):
    client = visitor(Guard(home))
    assert client.get("/api/seen").status_code == 200
    add(home, "A. Analyst", "admin", PASSWORD)
    assert client.get("/api/seen").status_code == 401


def test_a_new_session_at_every_sign_in(browser):
    signed_in(browser, "A. Analyst")
    first = browser.cookies["unswarm"]
    signed_in(browser, "A. Analyst")
    assert browser.cookies["unswarm"] != first
    browser.cookies.set("unswarm", first, domain="localhost.local", path="/")
    alone = TestClient(browser.app, base_url="http://localhost", cookies={"unswarm": first})
    assert alone.get("/api/seen").status_code == 401


def test_passwords_are_kept_as_hashes_that_only_the_owner_reads(guarded):
    path = guarded.home / "people.toml"
    assert PASSWORD not in path.read_text("utf-8")
    assert "argon2id" in path.read_text("utf-8")
    assert path.stat().st_mode & 0o077 == 0
    assert guarded.home.stat().st_mode & 0o077 == 0
    assert verified(guarded.home, "A. Analyst", PASSWORD)
    assert not verified(guarded.home, "A. Analyst", PASSWORD.upper())


@pytest.mark.parametrize("password", ["", "short", "Somebody Longname"])
def test_weak_passwords_are_refused(home, password):
    with pytest.raises(SettingsError, match="at least 12"):
        add(home, "Somebody Longname", "viewer", password)


def test_one_person_has_one_account(home):
    add(home, "A. Analyst", "viewer", PASSWORD)
    add(home, "a.  ANALYST", "admin", PASSWORD)
    assert [(person.name, str(person.role)) for person in people(home)] == [("a. ANALYST", "admin")]
    with pytest.raises(SettingsError, match="did you mean"):
        remove(home, "a. ANALIST")


def test_sessions_end_by_time():
    now = 0.0
    sessions = Sessions(lambda: now)
    cookie, _ = sessions.open(Person("A", Role.VIEWER))
    now = IDLE - 1
    assert sessions.get(cookie)
    now += IDLE + 1
    assert sessions.get(cookie) is None
    cookie, _ = sessions.open(Person("A", Role.VIEWER))
    began = now
    while now < began + LONGEST:
        assert sessions.get(cookie)
        now += IDLE - 1
    assert sessions.get(cookie) is None
    assert sessions.get("made up") is None


# --- proxies and TLS


def forwarded(client: TestClient, **headers: str):
    return client.get("/api/session", headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_nothing_travels_in_the_clear(home):
    add(home, "A", "admin", PASSWORD)
    client = TestClient(app_of(Guard(home, secure=True)), base_url="http://localhost")
    refused = client.get("/api/session")
    assert refused.status_code == 403 and kind(refused) == "insecure"
    spoofed = forwarded(client, X_Forwarded_Proto="https")
    assert spoofed.status_code == 403
    safe = TestClient(app_of(Guard(home, secure=True)), base_url="https://localhost")
    assert safe.get("/api/session").headers["Strict-Transport-Security"]
    said = safe.post("/api/session", json={"name": "A", "password": PASSWORD})
    assert "secure" in said.headers["set-cookie"].casefold()


def test_forwarding_headers_are_believed_of_allowed_proxies_only(home):
    add(home, "A", "admin", PASSWORD)
    guard = Guard(home, secure=True, proxies=["10.0.0.0/24"])
    proxy = TestClient(app_of(guard), base_url="http://localhost", client=("10.0.0.7", 1))
    said = forwarded(
        proxy, X_Forwarded_Proto="https", X_Forwarded_For="1.2.3.4, 203.0.113.9, 10.0.0.8"
    )
    assert said.status_code == 200
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4, 203.0.113.9, 10.0.0.8"}
    proxy.post("/api/session", json={"name": "A", "password": "wrong wrong wrong"}, headers=headers)
    assert guard.audit.latest(0, 1)[0]["address"] == "203.0.113.9"
    stranger = TestClient(app_of(guard), base_url="http://localhost", client=("10.0.1.7", 1))
    assert forwarded(stranger, X_Forwarded_Proto="https").status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_alone_needs_nothing(host):
    exposure(host, people=False, tls=False, proxies=[])


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "desk.example"])
def test_others_are_let_in_by_accounts_and_encryption_only(host):
    with pytest.raises(SettingsError, match="nobody has an account"):
        exposure(host, people=False, tls=True, proxies=[])
    with pytest.raises(SettingsError, match="in the clear"):
        exposure(host, people=True, tls=False, proxies=[])
    exposure(host, people=True, tls=True, proxies=[])
    exposure(host, people=True, tls=False, proxies=["10.0.0.1"])


def test_a_proxy_in_front_of_this_machine_lets_others_in():
    with pytest.raises(SettingsError, match="nobody has an account"):
        exposure("127.0.0.1", people=False, tls=False, proxies=["127.0.0.1"])
    with pytest.raises(SettingsError, match="--proxy"):
        exposure("127.0.0.1", people=True, tls=False, proxies=["not an address"])


# --- the audit log


def test_who_saw_what_is_written_down_and_shown_to_admins(browser, guarded):
    add(guarded.home, "Admin", "admin", PASSWORD)
    signed_in(browser, "V. Viewer")
    browser.get("/api/seen")
    assert kind(browser.get("/api/audit")) == "role"
    assert kind(browser.get("/api/people")) == "role"
    signed_in(browser, "Admin")
    acts = [(line["act"], line["who"]) for line in browser.get("/api/audit").json()["lines"]]
    assert acts == [("sign in", "Admin"), ("see", "V. Viewer"), ("sign in", "V. Viewer")]
    names = [person["name"] for person in browser.get("/api/people").json()["people"]]
    assert names == ["A. Analyst", "Admin", "V. Viewer"]
    assert "password" not in browser.get("/api/people").text


def test_the_audit_log_is_a_chain_from_day_to_day(home, monkeypatch):
    audit = Audit(home)
    for day in ("2026-01-01", "2026-01-02"):
        monkeypatch.setattr("unswarm.log.now", lambda day=day: f"{day}T00:00:00+00:00")
        audit.write("see", who="A", thing=day)
        audit.write("see", who="A", thing="more")
    first, second = sorted((home / "audit").glob("*.jsonl"))
    last = json.loads(first.read_text("utf-8").splitlines()[-1])["hash"]
    assert json.loads(second.read_text("utf-8").splitlines()[0])["after"] == last
    assert [line["thing"] for line in audit.latest(0, 3)] == ["more", "2026-01-02", "more"]
    assert [line["thing"] for line in audit.latest(3, 9)] == ["2026-01-01"]
    monkeypatch.setattr("unswarm.web.guard.audit.FULL", 1)
    audit.write("see", who="A", thing="last")
    assert len(list((home / "audit").glob("2026-01-02.*.jsonl"))) == 2
    assert [line["thing"] for line in audit.latest(0, 2)] == ["last", "more"]
    second.write_text(second.read_text("utf-8").replace("more", "less"), encoding="utf-8")
    with pytest.raises(CaseError, match="chain is broken"):
        audit.latest(0, 9)
