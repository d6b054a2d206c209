"""Accounts as moderators of Mastodon see them; nothing that gives people away is shown."""

import json
from pathlib import Path

import pytest
from reading import read, write

from unswarm import open_case
from unswarm.readers import Source, mastodon, mastodon_admin, recognise

FILE = Path(__file__).parents[1] / "data" / "mastodon_admin" / "accounts.json"
HOME = "https://home.example"
ANN, EVE, FAY = f"{HOME}/@ann", f"{HOME}/@eve", f"{HOME}/@fay"
SECRETS = ("203.0.113", "2001:db8", "198.51.100", "smith", "Smith", "mail.example", "let me in")


def accounts() -> list[dict]:
    return json.loads(FILE.read_text("utf-8"))


def used(path: Path, account: str) -> list[tuple[str, str]]:
    rows = read(path)["infrastructure"]
    return [(row["medium"], row["value"]) for row in rows if row["account"] == account]


def test_profiles_and_their_status():
    assert recognise(Source(FILE))[0] == "mastodon_admin"
    assert not mastodon.recognises(Source(FILE))
    rows = read(FILE)["account"]
    assert [row["status"] for row in rows] == ["active", "suspended", "pending", "silenced"]
    ann = rows[0]
    assert (ann["account"], ann["handle"], ann["language"]) == (ANN, "ann@home.example", "de")
    assert (ann["created"], ann["created_precision"]) == (1667718489123, 1)


def test_what_an_account_used():
    assert used(FILE, ANN) == [
        *(("ip", "203.0.113.9"), ("network", "203.0.113.0/24")),
        *(("ip", "2001:db8:1:2::3"), ("network", "2001:db8:1::/48")),
        *(("email", "ann.smith82@mail.example"), ("pattern", "a.a0@mail.example")),
        *(("invite", "home.example/7"), ("app", "home.example/12")),
    ]
    times = [row["time"] for row in read(FILE)["infrastructure"] if row["account"] == ANN]
    assert times == [*[1714557600000] * 2, *[1714561200500] * 2, *[None] * 4]


def test_what_says_nothing_is_left_out():
    assert used(FILE, EVE) == [("email", "eve1@yahoo.example")]  # its address is the proxy's
    assert used(FILE, FAY) == [
        *(("ip", "198.51.100.7"), ("network", "198.51.100.0/24"), ("email", "fay@gmail.com"))
    ]
    said = []
    list(mastodon_admin.read(Source(FILE, report=said.append)))
    assert len(said) == 1 and "1 IP addresses lie inside own networks" in said[0]


def test_addresses_as_objects(tmp_path):
    one = accounts()[0] | {"ips": None, "ip": {"ip": "203.0.113.9", "used_at": "2024-05-01"}}
    path = write(tmp_path / "a.json", json.dumps(one))
    assert used(path, ANN)[:2] == [("ip", "203.0.113.9"), ("network", "203.0.113.0/24")]


def test_a_webhook_s_event(tmp_path):
    event = {"event": "account.created", "created_at": "2024-05-01", "object": accounts()[0]}
    path = write(tmp_path / "hook.jsonl", json.dumps(event))
    assert recognise(Source(path))[0] == "mastodon_admin"
    assert used(path, ANN) == used(FILE, ANN)


def hostile() -> list[str]:
    good = accounts()[0]
    return [
        json.dumps(good),
        json.dumps({**good, "ip": "203.0.113.999", "ips": [{"ip": "2001:db8::zz"}, 5]}),
        json.dumps({**good, "email": "ann smith@mail.example"}),
        json.dumps({**good, "account": {"acct": "smith"}}),
        json.dumps(
            {**good, "account": {**good["account"], "url": 5, "uri": "https://h.example/a"}}
        ),
        json.dumps({**good, "id": "ann.smith82@mail.example", "account": None}),
        json.dumps({**good, "ips": {"ip": "203.0.113.9"}, "invited_by_account_id": ["203.0.113"]}),
        json.dumps("203.0.113.9"),
        json.dumps(good)[:400],
    ]


def test_hostile_rows_go_to_the_quarantine_and_show_nothing(tmp_path):
    path = write(tmp_path / "odd.jsonl", *hostile())
    rejected = read(path)["quarantine"]
    assert [(row["line"], row["field"]) for row in rejected] == [
        *((2, "ips"), (2, "ip"), (3, "email"), (4, None), (6, None), (8, None), (9, None))
    ]
    assert {row["content"] for row in rejected} <= {"", "account 1"}
    text = json.dumps(rejected)
    assert not [secret for secret in SECRETS if secret in text]


def test_the_case_holds_hashes_only(tmp_path):
    path = write(tmp_path / "odd.jsonl", *hostile())
    case = open_case(tmp_path / "case")
    case.read(path)
    stored = b"".join(file.read_bytes() for file in (tmp_path / "case").rglob("*.parquet"))
    assert stored
    import pyarrow.parquet as pq

    shown = "".join(
        str(pq.read_table(file).to_pylist()) for file in (tmp_path / "case").rglob("*.parquet")
    )
    shown += "".join(f.read_text("utf-8") for f in (tmp_path / "case").rglob("*.toml"))
    assert "infrastructure" in {folder.name for folder in (tmp_path / "case/events").iterdir()}
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize("missing", ["email", "suspended", "account"])
def test_other_accounts_are_not_recognised(tmp_path, missing):
    other = {key: value for key, value in accounts()[0].items() if key != missing}
    assert not mastodon_admin.recognises(Source(write(tmp_path / "x.json", json.dumps(other))))
