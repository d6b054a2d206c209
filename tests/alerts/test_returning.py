"""A network of the past comes back in what a watch keeps: told once, with what ties it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from test_expansion import KEY, _profile, comeback, planted, table
from unswarm import open_case
from unswarm.alerts import Alert, Kind
from unswarm.alerts.book import Book
from unswarm.case import Case
from unswarm.watch.detecting import Asked, look

FRESH = [("fresh", f"device {n}") for n in range(6)]
"""A new account on all the devices that members have."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A case of a network with devices of its own, looked at once. Not to be written to."""
    folder = tmp_path_factory.mktemp("returning")
    posts, members, others = planted(folder / "data")
    devices = [(who, f"device {n // 2}") for n, who in enumerate(members)]
    devices += strangers(others)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNSWARM_KEY", KEY)
        case = open_case(folder / "case")
        people = table(folder / "people.csv", [_profile(who, n) for n, who in enumerate(members)])
        case.read(posts, people, held(folder / "devices.csv", devices))
        looked_at(case)
    return folder / "case", members


def strangers(accounts: list[str]) -> list[tuple[str, str]]:
    """People with devices of their own."""
    return [(who, f"{number} of {who}") for who in accounts for number in range(4)]


def held(path: Path, devices: list[tuple[str, str]]) -> Path:
    """A table of who was seen with which device."""
    rows = [{"account": who, "value": value, "medium": "device"} for who, value in devices]
    return table(path, rows)


@pytest.fixture
def case(made: tuple[Path, list[str]], tmp_path: Path, monkeypatch) -> Case:
    monkeypatch.setenv("UNSWARM_KEY", KEY)
    shutil.copytree(made[0], tmp_path / "case")
    return open_case(tmp_path / "case")


def looked_at(case: Case, *past: Path) -> list[Alert]:
    """What one more detection tells."""
    before = len(Book(case.path).read().alerts)
    settings = case.settings.change({"stability": False})
    found = look(Asked(case.path, settings, None, past=tuple(map(str, past))))
    assert not found.fault, found.fault
    return list(Book(case.path).read().alerts[before:])


def test_a_network_called_inauthentic_that_comes_back_is_told_once(case, tmp_path) -> None:
    (first,) = Book(case.path).read().alerts
    assert first.kind is Kind.NEW
    assert looked_at(case) == []
    case.decide(first.network, "inauthentic", "one hand", "A")
    assert looked_at(case) == []
    case.read(held(tmp_path / "more.csv", FRESH))
    (back,) = looked_at(case)
    assert (back.kind, back.past, back.network) == (Kind.RETURN, "case", first.network)
    assert back.joined == ("fresh",)
    assert f"1 account has what was {first.network}'s in case, found before (devices of 1;" in (
        back.sentence
    )
    assert all(each.p is not None and each.p < 0.01 for each in back.evidence)
    assert "inauthentic" not in back.sentence
    assert looked_at(case) == []


def test_a_network_nobody_decided_on_is_none_of_the_past(case, tmp_path) -> None:
    case.read(held(tmp_path / "more.csv", FRESH))
    assert looked_at(case) == []


def test_a_past_case_is_looked_for(made, case, tmp_path) -> None:
    later = comeback(tmp_path, made[1], KEY)
    assert looked_at(later) == []
    (back,) = looked_at(later, case.path)
    assert (back.kind, back.past, back.case) == (Kind.RETURN, "case", "later")
    assert set(back.joined) == {f"new {n}" for n in range(6)}
    assert "in case, found before (profile of 6" in back.sentence
    assert all("looks like" in each.claim for each in back.evidence)
    assert looked_at(later, case.path) == []
