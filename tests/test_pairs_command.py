"""`unswarm pairs`: a file of events → a file of edges."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from unswarm.cli import app
from unswarm.cli.saying import memory_said
from unswarm.errors import InputError, SettingsError

EVENTS = {
    "account": ["ann", "bob", "cat", "ann", "bob", "dan", "ann"],
    "object": ["x", "x", "x", "y", "y", "y", "z"],
    "time": [0, 5_000, 200_000, 10_000, 12_000, 500_000, None],
}


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.parquet"
    pq.write_table(pa.table({**EVENTS, "time": pa.array(EVENTS["time"], pa.int64())}), path)
    return path


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["pairs", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


@pytest.mark.parametrize("engine", ["auto", "duckdb", "kernel"])
def test_edges_are_written(events, tmp_path, engine):
    to = tmp_path / "edges.parquet"
    said = run(events, "--to", to, "--engine", engine)
    assert pq.read_table(to).to_pylist() == [
        {
            **{"signal": "events", "source": "ann", "target": "bob", "objects": 2, "actions": 2},
            **{"min_gap": 2_000, "sum_gap": 7_000, "source_actions": 2, "target_actions": 2},
        }
    ]
    assert "6 traces, 2 pairs of them within the window." in said
    assert "Rows without account, object or time, not read: 1" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edges.parquet", "events.parquet"]


def test_csv_in_seconds_with_columns_of_other_names(tmp_path):
    source = tmp_path / "shares.csv"
    source.write_text(
        "object_id,account_id,timestamp_share\nx,ann,0\nx,bob,5\ny,ann,10\ny,bob,12\n"
    )
    names = {"account": "account_id", "object": "object_id", "time": "timestamp_share"}
    mapped = [word for name, column in names.items() for word in ("--map", f"{name}={column}")]
    said = json.loads(run(source, "--to", tmp_path / "e.parquet", *mapped, "--unit", "s", "--json"))
    assert (said["pairs_of_accounts"], said["pairs_of_traces"], said["counted_by"]) == (1, 2, "sql")
    assert pq.read_table(tmp_path / "e.parquet")["sum_gap"].to_pylist() == [7_000]


def test_what_the_cap_leaves_out_is_told(events, tmp_path):
    to = tmp_path / "e.parquet"
    said = run(events, "--to", to, "--min", "1", "--cap", "1", "--window", "10m")
    assert "Left out by the cap: 6 pairs of traces on 2 objects" in said
    heavy = pq.read_table(tmp_path / "e.heavy.parquet").to_pylist()
    assert [row["object"] for row in heavy] == ["x", "y"]
    assert run(events, "--to", to) and not (tmp_path / "e.heavy.parquet").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--map", "account=who"], r"field 'who': there is no such column. Hint: its columns are"),
        (["--map", "time=object"], r"field 'object': times are no whole numbers"),
    ],
)
def test_a_wrong_column_is_named(events, tmp_path, arguments, message):
    with pytest.raises(InputError, match=message):
        run(events, "--to", tmp_path / "e.parquet", *arguments)
    assert not (tmp_path / "e.parquet").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--engine", "krenel"], "did you mean 'kernel'"),
        (["--unit", "hours"], "--unit is ms or s"),
        (["--memory", "much"], "'much' is no size. Hint: e.g. 4GB"),
        (["--window", "soon"], "'soon' is no duration"),
    ],
)
def test_a_wrong_option_is_named(events, arguments, message):
    with pytest.raises(SettingsError, match=message):
        run(events, *arguments)


def test_a_broken_file_is_named(tmp_path):
    source = tmp_path / "events.csv"
    source.write_bytes(b'account,object,time\n"ann,x\n')
    with pytest.raises(InputError, match=r"events.csv: this is no table"):
        run(source)


@pytest.mark.parametrize(
    ("text", "size"), [("4GB", 4 << 30), ("1.5 GiB", 3 << 29), ("500m", 500 << 20), ("12", 12)]
)
def test_sizes_are_understood(text, size):
    assert memory_said(text) == size
