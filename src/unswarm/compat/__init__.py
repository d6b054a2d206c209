"""What other programs compute, exactly as they compute it, so that one can move over and check.

A peer is one module: `coortweet`, `toolkit`, `coornet`. Each says what it reproduces, which of its
quirks it keeps, and what `fix` mends. None of this names a network: the thresholds are those of the
peers, and `docs/compat.md` says what unswarm does instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from unswarm.engines import Engine, open_engine
from unswarm.errors import InputError, did_you_mean
from unswarm.folder import aside

PARQUET = ".parquet"


def table_of(source: Path, wanted: Mapping[str, pa.DataType], said: Mapping[str, str]) -> pa.Table:
    """The columns a peer needs, from a CSV or Parquet file, and `n`, the place of each row.

    Args:
        source: the file.
        wanted: the peer's name of each column → its type.
        said: the peer's name → the file's, where they differ.

    Raises:
        InputError: the file is no table, a column is missing or holds something else.
    """
    names = {column: said.get(column, column) for column in wanted}
    rows = _read(source)
    for name in names.values():
        if name not in rows.column_names:
            hint = did_you_mean(name, rows.column_names)
            raise InputError("there is no such column.", source=source, field=name, hint=hint)
    columns = {c: _as(rows[name], wanted[c], source, name) for c, name in names.items()}
    return pa.table({**columns, "n": pa.array(range(len(rows)), pa.int64())})


def _read(source: Path) -> pa.Table:
    try:
        if source.suffix == PARQUET:
            return pq.read_table(source)
        delimiter = "\t" if source.suffix == ".tsv" else ","
        parse = csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
        return csv.read_csv(source, parse_options=parse)
    except pa.ArrowInvalid as error:
        raise InputError(f"this is no table: {error}.", source=source) from None


def _as(column: pa.ChunkedArray, kind: pa.DataType, source: Path, name: str) -> pa.ChunkedArray:
    try:
        return column.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        hint = f"it must be {kind}."
        raise InputError(f"{error}.", source=source, field=name, hint=hint) from None


def engine_with(**tables: pa.Table) -> Engine:
    """An engine that sees some tables."""
    engine = open_engine()
    for name, rows in tables.items():
        engine.see(name, rows)
    return engine


def write(tables: Mapping[str, pa.Table], folder: Path, suffix: str) -> list[Path]:
    """Each table as one file of a folder.

    Args:
        suffix: `csv` or `parquet`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, rows in tables.items():
        path = folder / f"{name}.{suffix}"
        with aside(path) as partial:
            pq.write_table(rows, partial) if suffix == "parquet" else csv.write_csv(rows, partial)
        written.append(path)
    return written


def above(values: Sequence[float], share: float) -> float:
    """R's `quantile(values, share)`, type 7: linear between order statistics."""
    import numpy as np

    return float(np.quantile(np.asarray(values, float), share)) if len(values) else 0.0
