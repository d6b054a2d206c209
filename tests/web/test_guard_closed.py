"""What stays shut when accounts or files of the guard are taken away."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from typer.testing import CliRunner

from unswarm.cli import app as commands
from unswarm.errors import CaseError, SettingsError
from unswarm.web.errors import handle_errors
from unswarm.web.guard import Guard
from unswarm.web.guard.audit import Audit
from unswarm.web.guard.people import add, people, remove, verified

PASSWORD = "four words that rhyme"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / ".unswarm"


def client_of(guard: Guard) -> TestClient:
    app = FastAPI()
    handle_errors(app)
    guard.install(app)
    return TestClient(app, base_url="http://localhost")


@pytest.mark.parametrize("how", ["removed", "file"])
def test_a_server_that_had_accounts_is_not_open_when_they_are_gone(home, how):
    add(home, "A. Admin", "admin", PASSWORD)
    client = client_of(Guard(home))
    if how == "removed":
        remove(home, "A. Admin")
    else:
        (home / "people.toml").unlink()
    view = client.get("/api/session").json()
    assert (view["who"], view["open"]) == (None, False)
    assert client.get("/api/people").status_code == 401
    assert Guard(home).open  # started anew, where only this machine reaches it


def test_an_account_made_while_it_runs_closes_it_for_good(home):
    client = client_of(Guard(home))
    assert client.get("/api/session").json()["open"]
    add(home, "A. Admin", "admin", PASSWORD)
    assert not client.get("/api/session").json()["open"]
    remove(home, "A. Admin")
    assert not client.get("/api/session").json()["open"]


def test_only_the_owner_looks_into_its_folders(home):
    home.mkdir(mode=0o755)
    Audit(home).write("see")
    for path in (home, home / "audit"):
        assert path.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in (home / "audit").iterdir())
    home.chmod(0o755)
    add(home, "A. Admin", "admin", PASSWORD)
    assert home.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("what", ["a day", "the end of a day"])
def test_a_day_of_the_audit_log_that_is_gone_is_noticed(home, monkeypatch, what):
    audit = Audit(home)
    for day in ("2026-01-01", "2026-01-02", "2026-01-03"):
        monkeypatch.setattr("unswarm.log.now", lambda day=day: f"{day}T00:00:00+00:00")
        audit.write("see", thing=day)
    assert [line["thing"][-1] for line in audit.latest(0, 9)] == ["3", "2", "1"]
    path = home / "audit" / "2026-01-02.000.jsonl"
    if what == "a day":
        path.unlink()
    else:
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(CaseError, match="chain is broken"):
        audit.latest(0, 9)


def test_the_oldest_days_may_be_removed(home, monkeypatch):
    audit = Audit(home)
    for day in ("2026-01-01", "2026-01-02"):
        monkeypatch.setattr("unswarm.log.now", lambda day=day: f"{day}T00:00:00+00:00")
        audit.write("see", thing=day)
    (home / "audit" / "2026-01-01.000.jsonl").unlink()
    assert [line["thing"] for line in audit.latest(0, 9)] == ["2026-01-02"]


def test_a_password_that_is_taken_opens(home):
    longest = "x y " * 250
    add(home, "A. Admin", "admin", longest)
    assert verified(home, "A. Admin", longest)
    with pytest.raises(SettingsError, match="at most"):
        add(home, "A. Admin", "admin", longest + "z")


def test_the_command_line_writes_down_who_let_whom_in(tmp_path):
    def run(*words: str) -> int:
        said = CliRunner().invoke(commands, ["people", *words], input=f"{PASSWORD}\n")
        return said.exit_code

    place = ["--in", str(tmp_path)]
    assert run("add", "A. Analyst", "--role", "analyst", *place) == 0
    assert run("list", *place) == 0
    assert run("remove", "a. analyst", *place) == 0
    assert people(tmp_path / ".unswarm") == []
    lines = Audit(tmp_path / ".unswarm").latest(0, 9)
    assert [line["act"] for line in lines] == ["let out", "let in"]
    assert lines[1]["name"] == "A. Analyst" and lines[1]["as"] == "analyst"
    assert all(line["who"] for line in lines)
