"""The tutorial's commands, run as they stand, and its numbers against the truth."""

from __future__ import annotations

import csv
import json
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from unswarm import open_case
from unswarm.cli import app
from unswarm.release import people, protected, verify
from unswarm.takedown import Facts
from unswarm.takedown.covered import covered

PAGE = Path(__file__).parents[1] / "docs" / "tutorial-takedown.md"
BLOCK = re.compile(r"<!-- (setup|run) -->\n```\n(.*?)```", re.DOTALL)
ROW = re.compile(r"^\| ([^|]+) \| ([\d,. to]+) \| ([\d,.]+) \|$", re.MULTILINE)


def commands(*kinds: str) -> list[list[str]]:
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    lines = [line for kind, block in blocks if kind in kinds for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines]


def shown() -> dict[str, tuple[str, str]]:
    """What the page's table says: (the report, the truth)."""
    rows = ROW.findall(PAGE.read_text("utf-8"))
    return {name.strip(): (report.strip(), truth.strip()) for name, report, truth in rows}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which somebody followed the tutorial."""
    folder = tmp_path_factory.mktemp("tutorial")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for words in commands("setup", "run"):
            result = CliRunner().invoke(app, words)
            assert result.exit_code == 0, (words, result.output, result.exception)
    return folder


@pytest.fixture(scope="module")
def facts(folder: Path) -> Facts:
    return Facts.of(open_case(folder / "bl").findings)


@pytest.fixture(scope="module")
def labels(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "replica" / "truth" / "labels.csv").open(encoding="utf-8") as file:
        return {row["account"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def truth(folder: Path) -> dict[str, dict[str, int]]:
    text = (folder / "replica" / "truth" / "truth.json").read_text("utf-8")
    return dict(json.loads(text))


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "takedown" / "public_report.md").read_text("utf-8")


def test_it_takes_fewer_than_ten_commands() -> None:
    assert 0 < len(commands("run")) < 10


def test_everything_that_it_promises_is_there(folder: Path) -> None:
    for name in ("bl/exports/bl.zip", "bl/exports/stix.json", "takedown/public_report.html"):
        assert (folder / name).stat().st_size > 10_000, name


def test_nobody_innocent_is_reported(folder: Path, labels: dict[str, dict[str, str]]) -> None:
    named = covered(open_case(folder / "bl").findings)
    said = Counter(labels.get(each.account, {}).get("label") for each in named)
    assert said.keys() <= {"coordinated", None}
    payers = {each.kind for each in named if each.account not in labels}
    assert payers == {"advertiser"}


def test_counts_are_those_of_the_labels(
    facts: Facts, folder: Path, labels: dict[str, dict[str, str]], page: str
) -> None:
    named = {each.account for each in covered(open_case(folder / "bl").findings)}
    found = Counter((labels[a]["platform"], labels[a]["type"]) for a in named if a in labels)
    assert {(c.platform, c.kind): c.accounts for c in facts.counts if c.kind != "advertiser"} == (
        dict(found)
    )
    words = {"person": "Accounts", "page": "Pages", "group": "Groups"}
    for (platform, kind), number in found.items():
        assert f"| {platform.capitalize()} | {words[kind]} | {number:,} |" in page


def test_nobody_who_posted_is_missing(
    folder: Path, labels: dict[str, dict[str, str]], facts: Facts
) -> None:
    named = {each.account for each in covered(open_case(folder / "bl").findings)}
    missing = Counter(
        row["kind"]
        for account, row in labels.items()
        if row["label"] == "coordinated" and account not in named
    )
    assert missing.keys() <= {"silent", "group"}
    assert facts.accounts >= 0.94 * sum(r["label"] == "coordinated" for r in labels.values())


def test_the_table_of_the_page_is_true(
    facts: Facts, truth: dict[str, dict[str, int]], page: str
) -> None:
    table, planted = shown(), truth["planted"]
    for name, platform, kind, key in (
        ("Facebook accounts", "facebook", "person", "facebook_accounts"),
        ("Pages", "facebook", "page", "facebook_pages"),
        ("Groups", "facebook", "group", "facebook_groups"),
        ("Instagram accounts", "instagram", "person", "instagram_accounts"),
        ("Twitter accounts", "twitter", "person", "twitter_accounts"),
    ):
        (count,) = (c.accounts for c in facts.counts if (c.platform, c.kind) == (platform, kind))
        assert table[name] == (str(count), str(planted[key])), name
    spent = truth["ad_spending"]["us_cents"] / 100
    assert table["spent on ads, USD"] == (f"{spent:,.2f}", f"{spent:,.2f}")
    assert f"cost {spent:,.2f} USD together" in page
    followed = truth["audience"]["accounts_following_pages"]
    bounds, said = table["accounts that follow a Page"]
    low, high = (int(n.replace(",", "")) for n in bounds.split(" to "))
    assert low <= followed <= high
    assert said == f"{followed:,}"
    assert bounds in page


def test_the_pack_names_nobody_it_hides(folder: Path) -> None:
    from unswarm.release import leaks

    case = open_case(folder / "bl")
    pack = folder / "bl" / "exports" / "bl.zip"
    assert verify(pack) == []
    hidden = protected(people(case.findings, b"0" * 32))
    assert len(hidden) > 100
    assert leaks(pack, hidden) == []
