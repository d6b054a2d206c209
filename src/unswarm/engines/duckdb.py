"""One machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

import duckdb
import pyarrow as pa

from unswarm.engines import Rows, quoted

BATCH = 1 << 18


def _files(rows: Path | str | Sequence[Path]) -> Sequence[Path | str]:
    if isinstance(rows, Path):
        return sorted(rows.glob("*.parquet")) if rows.is_dir() else [rows]
    return [rows] if isinstance(rows, str) else rows


class DuckDB:
    """An in-memory DuckDB that reads Parquet where it lies and spills when memory is short."""

    many = False

    def __init__(self, threads: int | None = None) -> None:
        self.connection = duckdb.connect(config={"threads": threads} if threads else {})
        self.connection.execute("SET enable_progress_bar = false")
        self.connection.execute("SET TimeZone = 'UTC'")
        # made when memory is short, gone with the connection; by default it is the folder one is in
        spill = Path(gettempdir()) / f"unswarm-{uuid4().hex}"
        self.connection.execute(f"SET temp_directory = {quoted(spill)}")

    def see(self, name: str, rows: Rows) -> None:
        """Let SQL read rows as `name`: Parquet, or an Arrow table; see `Rows`."""
        if isinstance(rows, pa.Table):
            self.connection.register(f"_{name}_rows", rows)
            self.view(name, f'SELECT * FROM "_{name}_rows"')
            return
        listed = ", ".join(map(quoted, _files(rows)))
        self.view(name, f"SELECT * FROM read_parquet([{listed}])")

    def view(self, name: str, query: str) -> None:
        """Let SQL read a query's rows as `name`, computed when they are read."""
        self.connection.execute(f'DROP TABLE IF EXISTS "{name}"') if self._is_table(name) else None
        self.connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS {query}')

    def keep(self, name: str, query: str) -> None:
        """Let SQL read a query's rows as `name`, computed now and once."""
        self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {query}')

    def save(self, query: str, path: Path) -> None:
        """A query's rows → one Parquet file, written aside and renamed."""
        aside = path.with_suffix(".partial")
        form = "(FORMAT parquet, COMPRESSION zstd)"
        self.connection.execute(f"COPY ({query}) TO {quoted(aside)} {form}")
        aside.replace(path)

    def fetch(self, query: str) -> pa.Table:
        """A query's rows → memory."""
        return self.connection.sql(query).to_arrow_table()

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """A query's rows some at a time; nothing else may be asked until all are read."""
        yield from self.connection.sql(query).to_arrow_reader(BATCH)

    def _is_table(self, name: str) -> bool:
        found = self.connection.execute(
            "SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [name]
        ).fetchone()
        return found is not None
