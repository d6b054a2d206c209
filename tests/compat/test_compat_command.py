"""`unswarm compat`: files in, the peers' tables out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from unswarm.cli import app
from unswarm.errors import InputError, SettingsError

SHARES = """object_id,account_id,content_id,timestamp_share
x,ann,1,0
x,bob,2,5
y,ann,3,50
y,bob,4,51
"""


def run(*words: object) -> str:
    result = CliRunner().invoke(app, ["compat", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "shares.csv"
    path.write_text(SHARES)
    return path


def test_coortweets_tables_are_written(events: Path, tmp_path: Path) -> None:
    said = run("coortweet", events, "--to", tmp_path / "out")
    assert said == f"2 pairs: {tmp_path}/out/pairs.csv\n1 edges: {tmp_path}/out/edges.csv\n"
    with (tmp_path / "out" / "edges.csv").open() as file:
        (edge,) = csv.DictReader(file)
    assert (edge["account_id"], edge["account_id_y"], edge["weight"]) == ("ann", "bob", "2")
    assert edge["avg_time_delta"] == "3"


def test_coornet_reads_columns_of_other_names(events: Path, tmp_path: Path) -> None:
    names = ("account=account_id", "url=object_id", "date=timestamp_share")
    mapped = [word for name in names for word in ("--map", name)]
    said = json.loads(
        run("coornet", events, "--to", tmp_path / "o", *mapped, "--interval", "9s", "--json")
    )
    assert said["edges"]["rows"] == 1 and said["interval"]["rows"] == 1


def test_the_toolkit_writes_parquet_too(tmp_path: Path) -> None:
    source = Path(__file__).parent / "data" / "toolkit" / "messages.csv"
    run(
        "toolkit",
        source,
        "--network",
        "co_post",
        "--to",
        tmp_path,
        "--format",
        "parquet",
        "--quiet",
    )
    assert (tmp_path / "edges.parquet").exists()


def test_mistakes_are_named(events: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"field 'account': there is no such column"):
        run("coornet", events, "--to", tmp_path)
    with pytest.raises(InputError, match=r"field 'account_id': .*it must be double"):
        run("coortweet", events, "--map", "timestamp_share=account_id", "--to", tmp_path)
    with pytest.raises(SettingsError, match="--format is csv or parquet, not 'xlsx'"):
        run("coortweet", events, "--format", "xlsx", "--to", tmp_path)
