"""Parquet in large blocks of Arrow arrays, wherever its columns can be read like text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unswarm.readers import Source
from unswarm.readers._parts.columns import Chunk, chunks
from unswarm.readers._parts.lines import Reject
from unswarm.readers._parts.plain import Block, Places

ROWS = 1 << 18
AS_TEXT = ("account", "time", "post", "permalink", "url", "text", "object")
PLAIN = 10**13  # numbers below are told to be seconds or milliseconds by their digits alone


def parquet(source: Source, roles: Mapping[str, str], reject: Reject) -> Iterator[Block | Chunk]:
    """The columns of a Parquet file under the names of their fields."""
    if _is_usual(source, roles):
        yield from _blocks(source, roles, reject)
        return
    wanted = list(dict.fromkeys(roles.values()))
    for raw in chunks(source, wanted, reject):
        yield Chunk(raw.lines, {field: raw.columns[name] for field, name in roles.items()})


def _is_usual(source: Source, roles: Mapping[str, str]) -> bool:
    """Whether no field is nested, and those that are read like text can be."""
    try:
        schema = pq.read_schema(source.path)
    except (pa.ArrowInvalid, OSError):
        return False
    kinds = {f: schema.field(n).type for f, n in roles.items() if n in schema.names}
    return len(kinds) == len(roles) and all(
        not pa.types.is_nested(kind) and (field not in AS_TEXT or _is_like_text(kind, field))
        for field, kind in kinds.items()
    )


def _is_like_text(kind: pa.DataType, field: str) -> bool:
    if pa.types.is_dictionary(kind):
        return bool(
            pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type)
        )
    if pa.types.is_floating(kind):
        return field == "time"
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_integer)
    return any(test(kind) for test in (*tests, pa.types.is_timestamp))


def _blocks(source: Source, roles: Mapping[str, str], reject: Reject) -> Iterator[Block | Chunk]:
    line = 1
    try:
        file = pq.ParquetFile(source.path)
        columns = list(dict.fromkeys(roles.values()))
        for batch in file.iter_batches(batch_size=ROWS, columns=columns):
            numbers = np.arange(line, line + len(batch))
            arrays = {field: _values(batch.column(name)) for field, name in roles.items()}
            line += len(batch)
            if len(batch):
                yield _block(numbers, arrays)
    except (pa.ArrowInvalid, OSError) as error:
        reject(line, None, f"the Parquet file is damaged from here on: {error}", "")


def _values(column: pa.Array) -> pa.Array:
    """A column; times as milliseconds UTC."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("ms"), safe=False).cast(pa.int64())
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column.cast(pa.string()) if pa.types.is_large_string(column.type) else column


def _block(numbers: Places, arrays: Mapping[str, pa.Array]) -> Block | Chunk:
    time = _plain(arrays["time"])
    if time is None:
        return Chunk(numbers.tolist(), {name: v.to_pylist() for name, v in arrays.items()})
    usual = {**arrays, "time": time}
    text = {name: usual[name].cast(pa.string()) for name in AS_TEXT if name in arrays}
    return Block(numbers, {**arrays, **text})


def _plain(times: pa.Array) -> pa.Array | None:
    """Times whose digits say what they are; None where some do not."""
    if pa.types.is_string(times.type):
        return times
    try:
        numbers = times.cast(pa.int64())  # fractions do not fit
    except pa.ArrowInvalid:
        return None
    ends = pc.min_max(numbers)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    return numbers if low is not None and low >= 0 and high < PLAIN else None
