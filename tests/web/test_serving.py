"""The commands that serve the desk and say who may come in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from browsing import served
from typer.testing import CliRunner

from unswarm import open_case
from unswarm.cli import app
from unswarm.errors import UserError
from unswarm.web.server import Place

PASSWORD = "four words that rhyme\n"


def failed(*words: str) -> str:
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, UserError), (words, result.output, result.exception)
    return str(result.exception)


def said(*words: str, given: str = "") -> str:
    result = CliRunner().invoke(app, words, input=given)
    assert result.exit_code == 0, (words, result.output, result.exception)
    return result.output


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    open_case(tmp_path / "shelf" / "one")
    return tmp_path / "shelf"


def test_others_are_not_served_by_accident(shelf):
    open_to_all = ("serve", str(shelf), "--host", "0.0.0.0", "--no-browse")
    assert "nobody has an account" in failed(*open_to_all)
    said("people", "add", "A. Analyst", "--role", "admin", "--in", str(shelf), given=PASSWORD)
    assert "in the clear" in failed(*open_to_all)
    assert "both" in failed("serve", str(shelf), "--tls-cert", str(shelf / "one" / "case.toml"))
    assert "--proxy" in failed(*open_to_all, "--proxy", "nowhere")


def test_people_are_let_in_and_out(shelf):
    where = ("--in", str(shelf))
    assert "Nobody" in said("people", "list", *where)
    said("people", "add", "A. Analyst", *where, given=PASSWORD)
    assert said("people", "list", *where) == "A. Analyst: analyst\n"
    assert "at least 12" in failed_with("short\n", "people", "add", "B", *where)
    assert "Unknown role" in failed_with(PASSWORD, "people", "add", "B", "--role", "boss", *where)
    said("people", "remove", "A. Analyst", *where)
    assert "There is no" in failed("people", "remove", "A. Analyst", *where)
    assert "there is no such" in failed("people", "list", "--in", str(shelf / "none"))


def failed_with(given: str, *words: str) -> str:
    result = CliRunner().invoke(app, words, input=given)
    assert isinstance(result.exception, UserError), (words, result.output)
    return str(result.exception)


def test_a_place_that_is_taken_or_missing_is_said(shelf):
    assert "no such file or folder" in failed("serve", str(shelf / "none"))
    with served(shelf) as address:
        port = address.rpartition(":")[2]
        assert "--port 0" in failed("serve", str(shelf), "--port", port, "--no-browse")


def test_what_is_not_installed_is_named(shelf):
    code = (
        "import sys; sys.modules['fastapi'] = None\n"
        f"sys.argv = ['unswarm', 'serve', {str(shelf)!r}]\n"
        "from unswarm.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "unswarm[web]" in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("place", "secure"),
    [
        (Place(), False),
        (Place(host="::1"), False),
        (Place(host="192.168.1.5"), True),
        (Place(proxies=["127.0.0.1"]), True),
        (Place(certificate=Path("c.pem")), True),
    ],
)
def test_what_others_reach_is_secure(place, secure):
    assert place.secure is secure


def test_a_server_is_called_by_its_own_address(shelf):
    assert Place(host="192.168.1.5", names=["desk.example"]).called == [
        "desk.example",
        "192.168.1.5",
    ]
    assert Place(host="::1").called == ["[::1]"]
    assert Place(host="0.0.0.0").called == []
