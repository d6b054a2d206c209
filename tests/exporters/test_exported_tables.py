"""The three tables: columns, completeness, order, and cells that a spreadsheet must not run."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from invented_case import PEOPLE, World, findings

from unswarm.exporters import accounts_csv, edges_csv, networks_csv
from unswarm.findings import Findings
from unswarm.plugins import load

COLUMNS = {
    accounts_csv: "account,platform,handle,network,tier,probability,signals,posts",
    networks_csv: "network,tier,reason,accounts,probability,signals,first,last,top_objects,"
    "inauthenticity,label",
    edges_csv: "source,target,signal,objects,actions,expected,p,q",
}


def rows(exporter: object, case: Findings, folder: Path) -> list[dict[str, str]]:
    path = folder / "table.csv"
    exporter.export(case, path)  # type: ignore[attr-defined]
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("exporter", COLUMNS, ids=lambda module: module.__name__)
def test_columns_are_the_promised_ones_also_when_nothing_was_found(
    exporter: object, case: Findings, nothing: Findings, tmp_path: Path
) -> None:
    for number, some in enumerate((case, nothing)):
        path = tmp_path / f"{number}.csv"
        exporter.export(some, path)  # type: ignore[attr-defined]
        assert path.read_text("utf-8").splitlines()[0] == COLUMNS[exporter]


@pytest.mark.parametrize("exporter", COLUMNS, ids=lambda module: module.__name__)
def test_the_same_case_gives_the_same_bytes(
    exporter: object, case: Findings, tmp_path: Path
) -> None:
    for name in ("one.csv", "two.csv"):
        exporter.export(case, tmp_path / name)  # type: ignore[attr-defined]
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.csv", "two.csv"]


def test_every_account_of_the_input_is_listed_once(case: Findings, tmp_path: Path) -> None:
    listed = rows(accounts_csv, case, tmp_path)
    assert len(listed) == len({row["account"] for row in listed}) == PEOPLE
    posts = {
        row["account"]: row["n"]
        for row in case.query("SELECT account, count(*) AS n FROM post GROUP BY account")
    }
    assert {row["account"]: int(row["posts"]) for row in listed} == posts


def test_an_account_outside_every_network_has_none(case: Findings, tmp_path: Path) -> None:
    by_account = {row["account"]: row for row in rows(accounts_csv, case, tmp_path)}
    outsider, member = by_account["a300"], by_account["a012"]
    assert [outsider[name] for name in ("network", "tier", "probability", "signals")] == [
        "", "", "0", "",
    ]  # fmt: skip
    assert (member["network"], member["tier"], member["probability"]) == (
        "n2", "confirmed", "0.998",
    )  # fmt: skip


def test_an_account_stands_in_its_confirmed_then_most_probable_network_or_is_a_candidate(
    tmp_path: Path,
) -> None:
    member = {"account": "ann", "signals": "links"}
    case = findings(
        {
            "account": [{"account": "ann"}, {"account": "bob"}, {"account": "eve"}],
            "candidate": [
                {"account": "ann", "probability": 0.2},
                {"account": "eve", "probability": 0.49},
            ],
            "network": [
                {"network": "n1", "tier": "lead"},
                {"network": "n2", "tier": "confirmed"},
                {"network": "n3", "tier": "confirmed"},
            ],
            "membership": [
                {**member, "network": "n1", "probability": 0.99},
                {**member, "network": "n2", "probability": 0.91},
                {**member, "network": "n3", "probability": 0.95},
                {"account": "bob", "network": "n1", "probability": 0.5},
            ],
        }
    )
    ann, bob, eve = rows(accounts_csv, case, tmp_path)
    assert (ann["network"], ann["tier"], ann["probability"]) == ("n3", "confirmed", "0.95")
    assert (bob["network"], bob["tier"], bob["posts"]) == ("n1", "lead", "0")
    assert (eve["network"], eve["tier"], eve["probability"]) == ("", "", "0.49")


def test_networks_tell_times_in_iso_and_leads_their_reason_but_no_label(
    case: Findings, tmp_path: Path
) -> None:
    listed = rows(networks_csv, case, tmp_path)
    assert [row["network"] for row in listed] == ["n1", "n2", "n3", "n4"]
    assert all(row["first"].startswith("2026-01-01T08:0") for row in listed)
    assert all(row["last"].endswith("Z") and len(row["last"]) == 20 for row in listed)
    assert [bool(row["label"]) for row in listed] == [True, True, False, False]
    assert [bool(row["reason"]) for row in listed] == [False, False, True, True]


def test_edges_are_those_of_the_case_in_order(case: Findings, tmp_path: Path) -> None:
    listed = rows(edges_csv, case, tmp_path)
    keys = [(row["source"], row["target"], row["signal"]) for row in listed]
    assert len(listed) == len(case.edges)
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("found", "written"),
    [
        ("=HYPERLINK(\"https://evil.example\")", "'=HYPERLINK(\"https://evil.example\")"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("@SUM(A1:A9)", "'@SUM(A1:A9)"),
        ("\t=1+f(2)", "'\t=1+f(2)"),
        ("＝f(2)", "'＝f(2)"),
        ("'=f(2)", "''=f(2)"),
        ("+aB3/xY9=", "+aB3/xY9="),  # a hashed id
        ("-1001234567", "-1001234567"),  # an id below zero
        ("@handle", "@handle"),
        ("a,b \"c\"\nd", "a,b \"c\"\nd"),
        ("مرحبا 🐝", "مرحبا 🐝"),
    ],
)  # fmt: skip
def test_formulas_are_disarmed_and_everything_else_is_exact(
    found: str, written: str, tmp_path: Path
) -> None:
    case = findings({"account": [{"account": found, "handle": found}]})
    (row,) = rows(accounts_csv, case, tmp_path)
    assert (row["account"], row["handle"]) == (written, written)


def test_more_rows_than_one_batch_arrive_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unswarm.exporters._tables.BATCH", 64)
    accounts = World().tables["account"]
    listed = rows(accounts_csv, findings({"account": accounts}), tmp_path)
    assert [row["account"] for row in listed] == [row["account"] for row in accounts]


@pytest.mark.parametrize("table", ["accounts", "edges", "networks"])
def test_parquet_holds_the_rows_of_the_csv(case: Findings, tmp_path: Path, table: str) -> None:
    known = load("exporters")
    known[f"{table}_csv"].export(case, tmp_path / "rows.csv")
    known[f"{table}_parquet"].export(case, tmp_path / "rows.parquet")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        header, *written = csv.reader(file)
    found = pq.read_table(tmp_path / "rows.parquet")
    assert found.column_names == header
    assert len(found) == len(written)
    assert [str(cell) for cell in found.column(0).to_pylist()] == [row[0] for row in written]
    if table == "networks":
        assert str(found.schema.field("first").type) == "timestamp[ms, tz=UTC]"
