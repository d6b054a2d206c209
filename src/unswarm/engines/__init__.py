"""Where SQL runs. Tables flow through an engine; Python sees results, not events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Protocol, TypeAlias

import pyarrow as pa

from unswarm.errors import SettingsError, did_you_mean

FEW = 100_000  # rows that several cores handle no sooner than one, at more cost


Rows: TypeAlias = Path | str | Sequence[Path] | pa.Table
"""What an engine can see: Parquet (a file, a folder, a URL, some files), or an Arrow table."""


class Engine(Protocol):
    """One place where the portable SQL of `sql/` and of the signals runs.

    `many`: whether it has the memory and the disks of other machines, too.
    """

    many: bool

    def see(self, name: str, rows: Rows) -> None:
        """Let SQL read rows as `name`: Parquet, or an Arrow table; see `Rows`."""

    def view(self, name: str, query: str) -> None:
        """Let SQL read a query's rows as `name`, computed when they are read."""

    def keep(self, name: str, query: str) -> None:
        """Let SQL read a query's rows as `name`, computed now and once."""

    def save(self, query: str, path: Path) -> None:
        """A query's rows → one Parquet file."""

    def fetch(self, query: str) -> pa.Table:
        """A query's rows → memory; for results, not for events."""

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """A query's rows some at a time; nothing else may be asked until all are read."""


def open_engine(name: str = "duckdb", *, rows: int | None = None) -> Engine:
    """The engine a case asks for: `duckdb` (one machine) or `spark` (many).

    Args:
        name: which.
        rows: about how many there will be, if that is known: few need no second core.

    Raises:
        SettingsError: there is no such engine.
    """
    if name == "duckdb":
        from unswarm.engines.duckdb import DuckDB

        return DuckDB(threads=1 if rows is not None and rows < FEW else None)
    if name == "spark":
        from unswarm.engines.spark import Spark

        return Spark()
    raise SettingsError(f"Unknown engine '{name}'. Hint: {did_you_mean(name, ['duckdb', 'spark'])}")


def quoted(text: object) -> str:
    """A text, or a path, as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def step(name: str, **values: int | float | str) -> str:
    """The text of `sql/<name>.sql` with `{placeholders}` filled in."""
    return _text(name).format(**values)


@cache
def _text(name: str) -> str:
    return (resources.files("unswarm") / "sql" / f"{name}.sql").read_text("utf-8")
