"""Columns out of any table, chunk by chunk: delimited text, JSON, Parquet."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from unswarm.errors import InputError
from unswarm.readers import Source, is_binary
from unswarm.readers._json import Broken, values
from unswarm.readers._lines import Reject

SIZE = 50_000
LONGEST_FIELD = 1 << 25  # characters; beyond that a quotation mark is missing
DELIMITERS = ",\t;|"
DEPTH = 5  # levels of nested objects that become dotted names

_PARQUET = b"PAR1"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_END = "\x1a"  # given to the parser after the last line; a field that is never closed eats it

Cells = Mapping[str, list[Any]]


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table, column by column.

    Args:
        lines: 1-based line or record of each row.
        columns: name → values, one per row; times of Parquet are milliseconds UTC.
    """

    lines: list[int]
    columns: Cells

    def __len__(self) -> int:
        return len(self.lines)

    def shown(self, row: int) -> str:
        """A row for people."""
        cells = ((name, values[row]) for name, values in self.columns.items())
        return ", ".join(f"{name}={value}" for name, value in cells if value not in {None, ""})


def form(source: Source) -> str | None:
    """What kind of table a source is: `parquet`, `json`, `delimited`; None if it is none."""
    head = source.head()
    if head.startswith(_PARQUET):
        return "parquet"
    if is_binary(head):
        return None
    begin = _text(head).lstrip("\x00 \r\n\t[,")[:1]
    if begin == "{":
        return "json"
    return "delimited" if len(_header(source)) > 1 else None


def names(source: Source) -> list[str]:
    """The names of a table's columns; those of nested objects are dotted. [] if it is no table."""
    kind = form(source)
    if kind == "parquet":
        schema = _parquet(source).schema_arrow
        return [name for field in schema for name in _leaves(field)]
    if kind == "json":
        return list(dict.fromkeys(chain.from_iterable(_first_records(source))))
    return _header(source) if kind else []


def chunks(
    source: Source, wanted: Collection[str], reject: Reject, size: int = SIZE
) -> Iterator[Chunk]:
    """The wanted columns of a table, `size` rows at a time, whatever its length.

    Args:
        reject: called as `(line, field, reason, content)` with each row that is torn.

    Raises:
        InputError: it is no table.
    """
    read = {"parquet": _parquet_chunks, "json": _json_chunks, "delimited": _delimited_chunks}
    kind = form(source)
    if kind is None:
        hint = "export it as CSV, JSON Lines or Parquet."
        raise InputError("This is no table.", source=source.path, hint=hint)
    return read[kind](source, wanted, reject, size)


# Delimited text


def _text(head: bytes) -> str:
    return head.decode("utf-16" if head.startswith(_UTF16) else "utf-8-sig", "replace")


def delimiter(source: Source) -> str:
    """The character between the columns: the one that splits the first line into most."""
    first = _text(source.head()).lstrip().partition("\n")[0]
    bare = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=bare.count)


def _header(source: Source) -> list[str]:
    lines = _text(source.head()).replace("\0", "").splitlines(keepends=True)
    try:
        found = next(filter(None, csv.reader(lines, delimiter=delimiter(source))), [])
    except csv.Error:
        return []
    return [name.strip() for name in found]


def _delimited_chunks(
    source: Source, wanted: Collection[str], reject: Reject, size: int
) -> Iterator[Chunk]:
    header, mark = _header(source), delimiter(source)
    places = {name: header.index(name) for name in wanted}
    records = _records(source.text_lines(reject), mark, len(header), reject)
    while some := list(islice(records, size)):
        cells = list(zip(*(row for _, row in some), strict=True))
        columns = {name: list(cells[place]) for name, place in places.items()}
        yield Chunk([line for line, _ in some], columns)


class _Feed:
    """Lines for a parser, some of which can be handed back; `_END` comes after the last."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = chain(lines, [_END])
        self._back: deque[str] = deque()
        self.held: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.held.append(line)
        return line

    def hand_back(self) -> str:
        """Give the lines held to be read again, but for the first, which is returned."""
        self._back.extendleft(reversed(self.held[1:]))
        return self.held[0]


def _records(
    lines: Iterable[str], mark: str, width: int, reject: Reject
) -> Iterator[tuple[int, list[str]]]:
    """The rows under a header that are whole, each with the 1-based line it begins in.

    A quoted field that is never closed swallows the lines after it. Then the first of them is
    rejected and the others are read again.
    """
    csv.field_size_limit(LONGEST_FIELD)
    feed, line, in_body = _Feed(lines), 1, False
    while True:
        for row in _parsed(feed, mark):
            if row == [_END]:
                return
            if row is None or (row and row[-1].endswith(_END)):
                reject(line, None, "a quoted field is never closed", feed.hand_back())
                line += 1
                feed.held.clear()
                break
            if in_body and len(row) == width:
                yield line, row
            elif in_body and row:
                reason = f"{len(row)} fields where the header names {width}"
                reject(line, None, reason, mark.join(row))
            in_body = in_body or bool(row)
            line += len(feed.held)
            feed.held.clear()


def _parsed(feed: _Feed, mark: str) -> Iterator[list[str] | None]:
    """The rows of a fresh parser; None where a field exceeds `LONGEST_FIELD`."""
    try:
        yield from csv.reader(feed, delimiter=mark)
    except csv.Error:
        yield None


# JSON


def _first_records(source: Source) -> Iterator[Iterator[str]]:
    text = _text(source.head(1 << 20))
    records = (record for _, record in values(io.StringIO(text)) if isinstance(record, Mapping))
    return (_keys(record, DEPTH) for record in islice(records, 1_000))


def _keys(record: Mapping[str, Any], depth: int) -> Iterator[str]:
    """The keys of a record; of a nested object its own, dotted."""
    for key, value in record.items():
        if isinstance(value, Mapping) and value and depth:
            yield from (f"{key}.{inner}" for inner in _keys(value, depth - 1))
        else:
            yield key


def _value(record: Any, name: str) -> Any:
    """The value under a dotted name; None where the record has none."""
    if not isinstance(record, Mapping):
        return None
    if name in record:
        return record[name]
    key, dot, inner = name.partition(".")
    while dot and key not in record:
        more, dot, inner = inner.partition(".")
        key = f"{key}.{more}"
    return _value(record.get(key), inner) if dot else None


def _json_chunks(
    source: Source, wanted: Collection[str], reject: Reject, size: int
) -> Iterator[Chunk]:
    records = _objects(source, reject)
    while some := list(islice(records, size)):
        columns = {name: [_value(record, name) for _, record in some] for name in wanted}
        yield Chunk([line for line, _ in some], columns)


def _objects(source: Source, reject: Reject) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for line, value in values(source.text_lines(reject)):
        if isinstance(value, Mapping):
            yield line, value
        elif isinstance(value, Broken):
            reject(line, None, value.reason, value.content)
        else:
            reject(line, None, "not an object", json.dumps(value))


# Parquet


def _parquet(source: Source) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(source.path)
    except (pa.ArrowInvalid, OSError) as error:
        hint = "write it again; a Parquet file must be whole and not compressed as a file."
        message = "The Parquet file cannot be opened."
        raise InputError(message, source=source.path, hint=hint) from error


def _leaves(field: pa.Field) -> Iterator[str]:
    if not pa.types.is_struct(field.type):
        yield field.name
        return
    for inner in field.type:
        yield from (f"{field.name}.{leaf}" for leaf in _leaves(inner))


def _parquet_chunks(
    source: Source, wanted: Collection[str], reject: Reject, size: int
) -> Iterator[Chunk]:
    file, line = _parquet(source), 1
    columns = list(wanted)
    try:
        for batch in file.iter_batches(batch_size=size, columns=columns):
            rows = pa.Table.from_batches([batch])
            cells = {name: _cells(rows, name) for name in columns}
            yield Chunk(list(range(line, line + len(rows))), cells)
            line += len(rows)
    except (pa.ArrowInvalid, OSError) as error:
        reject(line, None, f"the Parquet file is damaged from here on: {error}", "")


def _cells(rows: pa.Table, name: str) -> list[Any]:
    if name not in rows.column_names:
        root = name.partition(".")[0]
        return [_value({root: value}, name) for value in rows.column(root).to_pylist()]
    column = rows.column(name)
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("ms"), safe=False).cast(pa.int64())
    found: list[Any] = column.to_pylist()
    return found
