"""Meta's kill chain: rows in its order and its words, read back by whoever reads Meta's files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from operation_case import SECRET
from operation_case import operation as operation_case

from unswarm.exporters import meta_csv, meta_md
from unswarm.findings import Findings
from unswarm.indicators import read_indicators
from unswarm.record import replay

WHEN = "2026-03-01T10:00:00+00:00"


def line(act: str, **said: Any) -> dict[str, Any]:
    return {"act": act, "who": "kim", "role": "analyst", "when": WHEN, **said}


def decided(network: str, verdict: str, number: int = 1) -> dict[str, Any]:
    said = {"reason": "one hand", "ground": "", "cites": [], "members": [], "run": "r"}
    return line("decide", id=f"d-000{number}", network=network, verdict=verdict, **said)


CLAIM = line(
    "attribute",
    id="c-0001",
    network="n2",
    entity="Blue Media Ltd",
    confidence="moderate",
    by="an observatory",
    source="page 3",
    **{"for": ["one payer"], "against": []},
)
DENIAL = line("reply", claim="c-0001", party="Blue Media Ltd", text="We deny it.", contests=True)
DENIAL |= {"answered": "2026-02-04", "source": "letter"}


@pytest.fixture(scope="module")
def operation() -> Findings:
    return replace(operation_case(), record=replay([decided("n2", "inauthentic"), CLAIM, DENIAL]))


def rows(findings: Findings, tmp_path: Path, **options: Any) -> list[list[str]]:
    path = tmp_path / "meta.csv"
    meta_csv.export(findings, path, meta_csv.Options(**options))
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def phases(found: list[list[str]]) -> Iterator[str]:
    return (row[0] for row in found[1:] if row[0])


def text(findings: Findings, tmp_path: Path) -> str:
    path = tmp_path / "meta.md"
    meta_md.export(findings, path)
    return path.read_text("utf-8")


def test_rows_stand_in_the_order_of_the_chain(operation: Findings, tmp_path: Path) -> None:
    found = rows(operation, tmp_path)
    assert found[0] == ["Tactic", "Technique", "Procedure", "Indicator", "Notes"]
    assert list(phases(found)) == sorted(phases(found))
    breaks = sum(not any(row) for row in found)
    assert breaks == len(set(phases(found))) - 1


def test_our_own_reader_gets_the_sites_back(operation: Findings, tmp_path: Path) -> None:
    found = rows(operation, tmp_path)
    sites = {row[3].replace("[.]", ".") for row in found if "[.]" in row[3] and " " not in row[3]}
    read = read_indicators(tmp_path / "meta.csv")
    assert sites
    assert sites <= set(read.domains)
    assert not read.rejected


def test_accounts_are_counted_and_not_listed(operation: Findings, tmp_path: Path) -> None:
    told = str(rows(operation, tmp_path)) + text(operation, tmp_path)
    assert "5 Pages" in told
    assert "4 Groups" in told
    handles = operation.query("SELECT handle FROM account WHERE handle IS NOT NULL")
    assert not [row["handle"] for row in handles if f" {row['handle']}" in told]


def test_accounts_are_listed_when_asked(operation: Findings, tmp_path: Path) -> None:
    rows(operation, tmp_path, accounts=True)
    assert read_indicators(tmp_path / "meta.csv").accounts
    assert SECRET not in (tmp_path / "meta.csv").read_text("utf-8")


def test_only_what_was_decided_is_told(tmp_path: Path) -> None:
    lines = [decided("n2", "authentic"), decided("n1", "authentic", 2)]
    cleared = replace(operation_case(), record=replay(lines))
    assert len(rows(cleared, tmp_path)) == 1
    one = replace(operation_case(), record=replay([decided("n2", "inauthentic")]))
    assert "n1" not in text(one, tmp_path)


def test_the_page_prints_both_sides(operation: Findings, tmp_path: Path) -> None:
    said = text(operation, tmp_path)
    assert said.startswith("# Indicators of Compromise: ")
    assert "Blue Media Ltd" in said
    assert "We deny it." in said
    for heading in ("Summary", "Indicators of Compromise", "Cross-Links"):
        assert f"## {heading}" in said or f"{heading}\n" in said


def test_headings_are_not_escaped(operation: Findings, tmp_path: Path) -> None:
    assert "### \\" not in text(operation, tmp_path)
