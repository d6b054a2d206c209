"""A network grown, remembered, and recognised when it comes back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from unswarm import open_case
from unswarm.case import Case
from unswarm.cli import main
from unswarm.errors import CaseError, InputError, SettingsError
from unswarm.fingerprint import dumps, loads
from unswarm.simulate import Group, plant, world, write

KEY = "the key of both cases"


def table(path: Path, rows: list[dict]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def planted(folder: Path) -> tuple[Path, list[str], list[str]]:
    """Posts of 800 accounts, 12 of which act in concert; the ids of these and of the others."""
    data = world("independent", 3, accounts=800, objects=4000, days=15, communities=12)
    posts = write(plant(data, [Group(12, 24, mode="viral")], 5), folder)
    labels = list(csv.DictReader((folder / "labels.csv").open()))
    members = [row["account"] for row in labels if row["group"]]
    return posts, members, [row["account"] for row in labels if not row["group"]]


def roles(members: list[str], others: list[str]) -> list[dict]:
    """Ten pages of the network's, one infiltrated, three hundred of other people."""
    rows = [{"account": m, "target": f"their page {n % 10}"} for n, m in enumerate(members)]
    rows += [{"account": m, "target": f"their page {n % 10}"} for n, m in enumerate(members[3:])]
    rows += [{"account": who, "target": "infiltrated"} for who in (members[0], *others[:4])]
    rows += [{"account": who, "target": f"page {n % 300}"} for n, who in enumerate(others[4:604])]
    return [{**row, "role": "administers", "time": "2024-01-01T00:00:00Z"} for row in rows]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, list[str]]:
    folder = tmp_path_factory.mktemp("expansion")
    posts, members, others = planted(folder / "data")
    devices = [{"account": who, "value": f"device {n // 2}"} for n, who in enumerate(members)]
    devices += [{"account": who, "value": f"device of {who}"} for who in others]
    tables = [
        table(folder / "roles.csv", roles(members, others)),
        table(folder / "devices.csv", [{**row, "medium": "device"} for row in devices]),
        table(folder / "accounts.csv", [_profile(who, n) for n, who in enumerate(members)]),
    ]
    patch = pytest.MonkeyPatch()
    patch.setenv("UNSWARM_KEY", KEY)
    case = open_case(folder / "case")
    case.read(posts, *tables)
    case.detect(stability=False)
    patch.undo()
    return case, members


def _profile(account: str, number: int) -> dict:
    return {
        "account": account, "platform": "synthetic", "handle": f"gardensong{number}lantern",
        "name": f"Song Lantern {chr(97 + number) * 3}", "bio": f"all about {chr(97 + number) * 4}",
        "created": "2023-01-01T00:00:00Z",
    }  # fmt: skip


def network(case: Case) -> str:
    return next(row["network"] for row in case.findings.networks if row["tier"] == "confirmed")


def test_pages_that_members_run_are_linked_and_the_infiltrated_one_is_not(made) -> None:
    case, members = made
    rows = list(case.findings.query("SELECT * FROM linked WHERE named"))
    assert {row["account"] for row in rows} == {f"their page {n}" for n in range(10)}
    assert all("Most of the accounts that run it" in row["explanation"] for row in rows)
    listed = list(csv.DictReader((case.exports / "accounts.csv").open()))
    tiers = {row["account"]: row["tier"] for row in listed}
    assert tiers["their page 0"] == "linked" and tiers["infiltrated"] == ""
    assert {who for who, tier in tiers.items() if tier == "confirmed"} <= set(members)


def test_the_verb_lists_them_and_writes_the_tables(made) -> None:
    case, _ = made
    (found,) = case.expand(network(case))
    named = [row["account"] for row in found.linked if row["named"]]
    assert len(named) == 10
    rows = list(csv.DictReader((found.folder / "linked.csv").open()))
    assert {row["account"] for row in rows if row["named"] == "true"} == set(named)


def test_devices_are_kept_as_keyed_hashes_only(made) -> None:
    case, _ = made
    values = [r["value"] for r in case.findings.query("SELECT DISTINCT value FROM infrastructure")]
    assert values and all(
        len(value) == 32 and set(value) <= set("0123456789abcdef") for value in values
    )
    stored = b"".join(path.read_bytes() for path in case.path.rglob("*") if path.is_file())
    assert b"device of" not in stored
    assert (case.path / "seal.key").stat().st_mode & 0o777 == 0o600


def test_a_lead_is_not_grown_until_a_person_says_more(made) -> None:
    case, _ = made
    with pytest.raises(CaseError, match="No network, account or domain"):
        case.expand("n-9999")
    with pytest.raises(CaseError, match="is an account"):
        case.expand(made[1][0])


def test_a_fingerprint_is_read_as_it_was_written(made, tmp_path: Path) -> None:
    case, _ = made
    prints = case.fingerprints()
    path = case.export("fingerprint", tmp_path / "print.json")
    assert loads(path) == prints
    assert dumps(prints) == path.read_text()
    assert "devices" in prints[0].owned and "administrators" in prints[0].owned


def test_a_file_that_is_no_fingerprint_is_refused(tmp_path: Path) -> None:
    for content in ("", "{}", '{"form": "other", "networks": []}', "[1]"):
        (tmp_path / "print.json").write_text(content)
        with pytest.raises(InputError, match=r"print\.json"):
            loads(tmp_path / "print.json")


def comeback(folder: Path, members: list[str], key: str) -> Case:
    """Other data: six accounts come back under new ids, with old devices and names."""
    people = [
        {
            **_profile(f"new {n}", n),
            "handle": f"gardensong{n}lantern" if n % 2 else f"freshname{n}",
            "platform": "elsewhere",
            "created": "2025-06-01T00:00:00Z",
        }
        for n in range(6)
    ]
    people += [
        {
            "account": f"someone {n}",
            "platform": "elsewhere",
            "handle": f"{chr(97 + n % 26)}{n * 7919}x",
            "name": f"Some One {n * 104729}",
            "bio": f"number {n}",
            "created": f"2020-01-{1 + n % 28:02}T{n % 24:02}:00:00Z",
        }
        for n in range(2000)
    ]
    devices = [{"account": f"new {n}", "value": f"device {n // 2}"} for n in range(6)]
    devices += [{"account": f"someone {n}", "value": f"device of {n}"} for n in range(2000)]
    patch = pytest.MonkeyPatch()
    patch.setenv("UNSWARM_KEY", key)
    case = open_case(folder / "later")
    case.read(
        table(folder / "people.csv", people),
        table(folder / "devices.csv", [{**row, "medium": "device"} for row in devices]),
    )
    patch.undo()
    return case


def test_a_banned_network_that_comes_back_is_recognised(made, tmp_path: Path) -> None:
    case, members = made
    later = comeback(tmp_path, members, KEY)
    (found,) = later.expand(recidivism=[case.path])
    sure = {row["other"]: row for row in found.counterparts if row["probability"] >= 0.9}
    assert set(sure) == {f"new {n}" for n in range(6)}
    assert sure["new 1"]["account"] == members[1]
    assert {row["past"] for row in sure.values()} == {case.name}
    assert {row["account"] for row in found.linked if row["named"]} <= set(sure)


def test_devices_compare_only_under_one_key(made, tmp_path: Path) -> None:
    case, members = made
    (same,) = comeback(tmp_path / "a", members, KEY).expand(recidivism=[case.path])
    (other,) = comeback(tmp_path / "b", members, "another key").expand(recidivism=[case.path])
    assert any("devices" in row["ties"] for row in same.linked)
    assert not any("devices" in row["ties"] for row in other.linked)
    assert (same.sealed_apart, other.sealed_apart) == (False, True)


def test_a_case_with_a_key_refuses_another_one(tmp_path: Path, monkeypatch) -> None:
    rows = [{"account": "ann", "medium": "device", "value": "one"}]
    case = open_case(tmp_path / "case")
    case.read(table(tmp_path / "one.csv", rows))
    monkeypatch.setenv("UNSWARM_KEY", "another")
    more = table(tmp_path / "two.csv", [*rows, {**rows[0], "account": "bob"}])
    with pytest.raises(SettingsError, match="unset UNSWARM_KEY"):
        case.read(more)
    monkeypatch.setenv("UNSWARM_KEY", (case.path / "seal.key").read_text())
    assert case.read(more)[0].rows == {"infrastructure": 2}


def test_a_network_that_a_person_cleared_is_neither_grown_nor_remembered(made) -> None:
    case, _ = made
    cleared = network(case)
    case.decide(cleared, "authentic", "a fan club", "kim")
    try:
        with pytest.raises(CaseError, match="was called authentic"):
            case.expand(cleared)
        assert cleared not in [print.network for print in case.fingerprints()]
    finally:
        case.decide(cleared, "inauthentic", "a mistake", "kim")
    assert cleared in [print.network for print in case.fingerprints()]


def test_the_same_in_other_data_from_the_networks_side(made, tmp_path: Path) -> None:
    case, members = made
    later = comeback(tmp_path, members, KEY)
    here, there = case.expand(network(case), against=[later.path])
    assert here.place == case.name and there.place == "later"
    assert {r["other"] for r in there.counterparts if r["probability"] >= 0.9} == {
        f"new {n}" for n in range(6)
    }


def test_the_command(made, tmp_path: Path, monkeypatch, capsys) -> None:
    case, members = made
    later = comeback(tmp_path, members, KEY)
    print_ = case.export("fingerprint", tmp_path / "print.json")
    argv = ["unswarm", "expand", "--recidivism", str(print_), "--case", str(later.path), "--json"]
    monkeypatch.setattr("sys.argv", argv)
    with pytest.raises(SystemExit) as done:
        main()
    assert done.value.code in (0, None)
    said = json.loads(capsys.readouterr().out)
    assert len(said["expansions"][0]["counterparts"]) >= 6
    monkeypatch.setattr("sys.argv", ["unswarm", "expand", "--case", str(case.path)])
    with pytest.raises(SystemExit) as refused:
        main()
    assert refused.value.code == 2
    assert "name a network" in capsys.readouterr().err
