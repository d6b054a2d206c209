"""A file of events → a file of edges: the hot path by itself, for any events whatever.

No case, no statistics, nobody named. `docs/performance.md` says how fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from unswarm.co_actions.plan import chosen_engine
from unswarm.co_actions.totals import Request, Tally, totals
from unswarm.engines import Engine, open_engine
from unswarm.errors import InputError, SettingsError
from unswarm.progress import Progress, silent

FIELDS = ("account", "object", "time")
TABLES = (".csv", ".tsv", ".txt")
UNITS = {"ms": 1, "s": 1000}


@dataclass(frozen=True)
class Done:
    """What came of it.

    Args:
        edges: the file of edges.
        heavy: the file of what the cap set aside; None: nothing was.
        left_out: rows without account, object or time.
        tally: what was counted.
    """

    edges: Path
    heavy: Path | None
    left_out: int
    tally: Tally


def count_pairs(
    source: Path | str,
    to: Path,
    request: Request,
    *,
    engine: str = "auto",
    columns: Mapping[str, str] | None = None,
    unit: str = "ms",
    progress: Progress = silent,
) -> Done:
    """Count who met whom in a Parquet file (or a folder of them), or in a CSV file.

    Args:
        source: rows of events: account, object, time, and signal if there are several. A text is
            a URL that Spark reads.
        to: the Parquet file to write: signal, source, target, objects, actions, min_gap, sum_gap,
            source_actions, target_actions. Gaps are milliseconds.
        request: what to count; its `way` is overruled by `engine`.
        engine: `auto`, `duckdb`, `kernel` or `spark`.
        columns: our name → the file's, where they differ.
        unit: of the times: `ms` or `s`.
        progress: is told of each step, and of the plan.

    Raises:
        InputError: a column is missing, or times are no whole numbers.
        ResourceError: it can not be done with this memory.
        SettingsError: there is no such engine.
    """
    where, way = chosen_engine(engine)
    opened = open_engine(where)
    left_out = _see(opened, source, columns or {}, unit)
    aside = to.with_name(f".{to.name}.partial")
    try:
        schema = _schema(opened)
        words = [field.name for field in schema if pa.types.is_string(field.type)]
        with pq.ParquetWriter(aside, schema, compression="snappy", use_dictionary=words) as file:
            tally = totals(
                opened,
                replace(request, way=way),
                lambda table: file.write_table(table.cast(schema)),
                progress,
            )
        aside.replace(to)
    finally:
        aside.unlink(missing_ok=True)
    return Done(to, _heavy(tally, to), left_out, tally)


def _see(engine: Engine, source: Path | str, columns: Mapping[str, str], unit: str) -> int:
    """Let the engine see `trace`; tells how many rows are left out."""
    if isinstance(source, str) and not engine.many:
        raise SettingsError(f"{source} is read by Spark only. Hint: --engine spark.")
    is_text = isinstance(source, Path) and source.suffix in TABLES
    engine.see("given", _table(Path(source)) if is_text else source)
    there = {f.name: f.type for f in engine.fetch("SELECT * FROM given LIMIT 0").schema}
    named = {name: columns.get(name, name) for name in FIELDS}
    for name, column in named.items():
        if column not in there:
            hint = f"its columns are {', '.join(there)}; say --map {name}=COLUMN."
            raise InputError("there is no such column.", source=source, field=column, hint=hint)
    time = named["time"]
    if not pa.types.is_integer(there[time]):
        hint = f"milliseconds or seconds since 1970 are read (--unit); this is {there[time]}."
        raise InputError("times are no whole numbers.", source=source, field=time, hint=hint)
    signal = columns.get("signal", "signal")
    kept = {
        "signal": f'"{signal}"' if signal in there else "'events'",
        "account": f'"{named["account"]}"',
        "object": f'"{named["object"]}"',
        "time": f'CAST("{time}" AS BIGINT) * {UNITS[unit]}',
    }
    chosen = ", ".join(f"{value} AS {name}" for name, value in kept.items())
    whole = " AND ".join(f'"{column}" IS NOT NULL' for column in named.values())
    engine.view("trace", f"SELECT {chosen} FROM given WHERE {whole}")
    missing = engine.fetch(f"SELECT count(*) AS n FROM given WHERE NOT ({whole})")
    return int(missing["n"][0].as_py())


def _table(source: Path) -> pa.Table:
    """A CSV file, its types guessed from all of it."""
    delimiter = "\t" if source.suffix == ".tsv" else ","
    try:
        return csv.read_csv(source, parse_options=csv.ParseOptions(delimiter=delimiter))
    except pa.ArrowInvalid as error:
        raise InputError(f"this is no table: {error}.", source=source) from None


def _schema(engine: Engine) -> pa.Schema:
    kind = engine.fetch("SELECT account FROM trace LIMIT 0").schema.field("account").type
    sums = ("objects", "actions", "min_gap", "sum_gap", "source_actions", "target_actions")
    ends = [pa.field("source", kind), pa.field("target", kind)]
    return pa.schema([("signal", pa.string()), *ends, *((name, pa.int64()) for name in sums)])


def _heavy(tally: Tally, to: Path) -> Path | None:
    """What the cap set aside, beside the edges; a file of another run goes."""
    beside = to.with_name(f"{to.stem}.heavy.parquet")
    beside.unlink(missing_ok=True)
    if not len(tally.heavy):
        return None
    pq.write_table(tally.heavy, beside)
    return beside
