"""Records one by one, out of JSON or any table: where one field takes several columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.columns import chunks, form, names
from unswarm.readers._parts.json import beginning
from unswarm.readers._parts.tweets import Add, attempt, read_values


def first_records(source: Source) -> list[Any]:
    """What a format can be recognised by: the first JSON values, or the names of the columns."""
    if form(source) == "json":
        return beginning(source)
    return [dict.fromkeys(names(source))]


def read_records(source: Source, add: Add) -> Iterator[tuple[str, pa.Table]]:
    """Every record of a source through `add`, in bounded batches.

    Args:
        add: called with the batch, the 1-based line and the record: a JSON value, or a row of a
            table as column → value.
    """
    return read_values(source, add) if form(source) == "json" else _read_rows(source, add)


def _read_rows(source: Source, add: Add) -> Iterator[tuple[str, pa.Table]]:
    batch = Batch(source)
    for chunk in chunks(source, list(dict.fromkeys(names(source))), batch.reject):
        for row, line in enumerate(chunk.lines):
            record = {name: values[row] for name, values in chunk.columns.items()}
            attempt(add, batch, line, record)
            if batch.full:
                yield from batch.drain()
        yield from batch.drain()
    yield from batch.drain()
