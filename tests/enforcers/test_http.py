"""What the enforcers share of HTTP: how long to wait, and whom not to talk to."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from unswarm.enforcers._http import Answer, checked
from unswarm.errors import SettingsError

SOON = {  # told at the moment of the test
    "http": lambda when: format_datetime(when, usegmt=True),
    "iso": lambda when: when.isoformat().replace("+00:00", "Z"),
    "unix": lambda when: str(int(when.timestamp())),
}


@pytest.mark.parametrize(
    "headers, least, most",
    [
        ({}, 0, 0),
        ({"retry-after": "7"}, 7, 7),
        ({"retry-after": "http"}, 500, 600),
        ({"retry-after": "soon"}, 0, 0),
        ({"x-ratelimit-reset": "iso"}, 500, 600),
        ({"x-ratelimit-reset": "2001-01-01T00:00:00Z"}, 0, 0),
        ({"ratelimit-reset": "unix"}, 500, 600),
        ({"ratelimit-reset": "30"}, 30, 30),
        ({"retry-after": "7", "ratelimit-reset": "30"}, 7, 7),
    ],
)
def test_a_busy_server_says_how_long_to_wait(headers, least, most):
    when = datetime.now(UTC) + timedelta(seconds=600)
    said = {name: SOON[text](when) if text in SOON else text for name, text in headers.items()}
    assert least <= Answer(429, headers=said).wait <= most


def test_a_broken_server_is_not_waited_for_until_its_limit_resets():
    assert Answer(502, headers={"ratelimit-reset": "30"}).wait == 0
    assert Answer(503, headers={"retry-after": "7"}).wait == 7


@pytest.mark.parametrize(
    "code, ok, passing, lost",
    [
        (200, True, False, False), (302, False, False, False), (404, False, False, False),
        (429, False, True, False), (502, False, True, True), (0, False, True, True),
    ],
)  # fmt: skip
def test_what_an_answer_means(code, ok, passing, lost):
    answer = Answer(code)
    assert (answer.ok, answer.passing, answer.lost) == (ok, passing, lost)


def test_an_answer_that_is_no_json_is_none():
    assert Answer(200, b"<html>").json is None
    assert Answer(200, b"[" * 100_000).json is None
    assert Answer(200, b"\xff" * 900).words == "�" * 300


def test_an_address_is_checked():
    assert checked("https://a.example/", "webhook") == "https://a.example"
    assert checked("http://[::1]:80/x", "webhook") == "http://[::1]:80/x"
    for where in ("https://", "http://a.example", "https://u:p@a.example", "https://[a"):
        with pytest.raises(SettingsError, match="Hint: webhook:"):
            checked(where, "webhook")
