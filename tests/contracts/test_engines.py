"""Both engines keep the same promises."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from unswarm.engines import Engine, open_engine, step
from unswarm.errors import ResourceError, SettingsError

ROWS = pa.table({"account": ["ann", "bob", None], "time": pa.array([-1, 2**53 + 1, None])})


def test_sees_tables_files_and_folders(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    for number in range(2):
        pq.write_table(ROWS, folder / f"{number}.parquet")
    engine.see("given", ROWS)
    engine.see("one", folder / "0.parquet")
    engine.see("all_of_them", folder)
    engine.see("two_files", [folder / "1.parquet", folder / "0.parquet"])
    assert engine.fetch("SELECT * FROM given ORDER BY account").num_rows == 3
    assert engine.fetch("SELECT * FROM one WHERE time > 0")["time"].to_pylist() == [2**53 + 1]
    assert engine.fetch("SELECT account FROM all_of_them").num_rows == 6
    assert engine.fetch("SELECT account FROM two_files").num_rows == 6


def test_views_follow_and_kept_tables_stay(engine: Engine) -> None:
    engine.see("rows_now", ROWS)
    engine.view("seen", "SELECT account FROM rows_now WHERE account IS NOT NULL")
    engine.keep("kept", "SELECT * FROM seen")
    assert engine.fetch("SELECT count(*) AS n FROM kept")["n"].to_pylist() == [2]
    engine.keep("kept", "SELECT * FROM seen WHERE account = 'ann'")
    assert engine.fetch("SELECT account FROM kept")["account"].to_pylist() == ["ann"]
    engine.view("kept", "SELECT 'zoe' AS account")
    assert engine.fetch("SELECT account FROM kept")["account"].to_pylist() == ["zoe"]


def test_saves_one_parquet_file(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    engine.see("to_save", ROWS)
    for query in ("SELECT * FROM to_save", "SELECT * FROM to_save WHERE account = 'ann'"):
        engine.save(query, path)
    assert pq.read_table(path).to_pylist() == [{"account": "ann", "time": -1}]
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_saves_tables_without_rows(engine: Engine, tmp_path: Path) -> None:
    engine.see("to_save", ROWS)
    engine.save("SELECT * FROM to_save WHERE account = 'zoe'", tmp_path / "none.parquet")
    assert pq.read_table(tmp_path / "none.parquet").column_names == ["account", "time"]


def test_duckdb_spills_among_temporary_files_and_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "it's"))
    (tmp_path / "it's").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    engine = open_engine("duckdb")
    engine.connection.execute("SET memory_limit = '60MB'")
    engine.keep("long", "SELECT md5(CAST(n AS STRING)) AS text FROM range(3000000) AS r(n)")
    assert list((tmp_path / "it's").iterdir()) and not list(Path().iterdir())
    engine.connection.close()
    assert not list((tmp_path / "it's").iterdir())


def test_unknown_engine() -> None:
    with pytest.raises(SettingsError, match="did you mean 'duckdb'"):
        open_engine("duckbd")


def test_spark_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from unswarm.engines import spark

    monkeypatch.setattr(spark.shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    if "pyspark" in sys.modules or spark.find_spec("pyspark"):
        with pytest.raises(ResourceError, match="Java 17"):
            open_engine("spark")
    monkeypatch.setattr(spark, "find_spec", lambda name: None)
    with pytest.raises(ResourceError, match="pip install"):
        open_engine("spark")


def test_steps_are_filled_in() -> None:
    assert "HAVING count(*) >= 3" in step("passing", minimum=3)
