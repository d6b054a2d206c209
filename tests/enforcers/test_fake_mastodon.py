"""The stand-in answers as a real Mastodon did: the same status, the same shape."""

import http.client
import json
import re
from pathlib import Path

import pytest
from fake_mastodon import OWNER, FakeMastodon, Token

RECORDED = Path(__file__).parents[1] / "data" / "mastodon_cassettes"
FILES = sorted(RECORDED.glob("*.json"))
ADMIN, ADMIN_2, ANN, BOB = (
    "117020565693913441", "117020565837443964", "117020565966271181", "117020566092212359",
)  # fmt: skip


def exchanges(path):
    return json.loads(path.read_text("utf-8"))


def place(exchange):
    """A call without its numbers and its query."""
    return exchange["method"], re.sub(r"/\d+(?=/|$)", "/N", exchange["path"].split("?")[0])


def members(value):
    """(keys of a record, one of them, the type of its value), of every record within a value."""
    if isinstance(value, list):
        for each in value:
            yield from members(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield frozenset(value), name, type(each).__name__
            yield from members(each)


def keys(value, at="") -> dict[str, set[str]]:
    """Where → the keys that stand there."""
    if isinstance(value, list):
        below = [("[]", each) for each in value]
        found = {}
    else:
        below = list(value.items()) if isinstance(value, dict) else []
        found = {at: set(value)} if isinstance(value, dict) else {}
    for name, each in below:
        for where, names in keys(each, f"{at}.{name}").items():
            found.setdefault(where, set()).update(names)
    return found


def recorded_types():
    """(keys of a record, one of them) → every type that the real server was seen to give there.

    Records of the same keys are of one kind, wherever they stand.
    """
    found = {}
    for path in FILES:
        for each in exchanges(path):
            for record, name, kind in members(each["answer"]):
                found.setdefault((record, name), set()).add(kind)
    return found


TYPES = recorded_types()


@pytest.fixture
def fake():
    server = FakeMastodon().start()
    server.join("admin", id=ADMIN, permissions=OWNER)
    server.join("admin2", id=ADMIN_2, permissions=OWNER)
    server.join("mastodonpy_test", id=ANN)
    server.join("mastodonpy_test_2", id=BOB)
    server.tokens = {"admin": Token(ADMIN), "bob": Token(BOB)}
    yield server
    server.shutdown()
    server.server_close()


def call(fake, exchange):
    whose = "bob" if exchange["path"].endswith("accounts/verify_credentials") else "admin"
    headers = {
        "Authorization": f"Bearer {whose}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection = http.client.HTTPConnection(fake.host, timeout=10)
    connection.request(exchange["method"], exchange["path"], exchange["body"] or None, headers)
    answer = connection.getresponse()
    said = answer.status, answer.getheader("Link") or "", json.loads(answer.read())
    connection.close()
    return said


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_the_stand_in_answers_as_the_real_server_did(fake, path):
    for each in exchanges(path):
        status, link, answer = call(fake, each)
        assert status == each["status"], each["path"]
        theirs, ours = keys(each["answer"]), keys(answer)
        for where in theirs.keys() & ours.keys():
            assert ours[where] == theirs[where], (place(each), where)
        assert type(answer) is type(each["answer"])
        for record, name, kind in members(answer):
            assert kind in TYPES[record, name], (place(each), name, kind)
        relations = re.compile(r'rel="(\w+)"').findall
        assert relations(link) == relations(each["link"]), each["path"]


def test_what_the_recordings_say_of_an_account_is_told_by_the_stand_in(fake):
    wanted = [each for path in FILES for each in exchanges(path) if place(each)[1].endswith("/N")]
    flags = [
        tuple(each["answer"].get(name) for name in ("suspended", "silenced", "disabled"))
        for each in wanted if "suspended" in each["answer"]
    ]  # fmt: skip
    assert (True, False, False) in flags and (False, True, False) in flags


def test_a_key_that_the_stand_in_lacks_is_found():
    assert keys({"a": [{"b": 1}]}) != keys({"a": [{"c": 1}]})
    assert set(members({"a": None})) != set(members({"a": "x"}))
