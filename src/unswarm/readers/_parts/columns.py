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
from unswarm.readers._parts.json import Broken, values
from unswarm.readers._parts.lines import Reject

SIZE = 50_000
LONGEST_FIELD = 1 << 25  # characters; beyond that a quotation mark is missing
DELIMITERS = ",\t;|"
DEPTH = 5  # levels of nested objects that become dotted names

_PARQUET = b"PAR1"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_END = "\x1a"  # a line that only a field which is still open can swallow

Cells = Mapping[str, list[Any]]
Record = tuple[int, list[str]]  # line, fields


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
        return ", ".join(f"{name}={value}" for name, value in cells if _is_said(value))


def _is_said(value: Any) -> bool:
    return value is not None and value != ""


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
    return "delimited" if len(header_of(source)) > 1 else None


def names(source: Source) -> list[str]:
    """The names of a table's columns; those of nested objects are dotted. [] if it is none."""
    kind = form(source)
    if kind == "parquet":
        schema = _parquet(source).schema_arrow
        return [name for field in schema for name in _leaves(field)]
    if kind == "json":
        return list(dict.fromkeys(chain.from_iterable(_first_records(source))))
    return header_of(source) if kind else []


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


def gathered(found: Iterator[tuple[Any, ...]]) -> list[list[Any]]:
    """Tuples → columns, a thousand at a time: more of them alive burden the garbage collector."""
    columns: list[list[Any]] = []
    while some := list(islice(found, 1_000)):
        columns = columns or [[] for _ in some[0]]
        for column, more in zip(columns, zip(*some, strict=True), strict=True):
            column.extend(more)
    return columns


# Delimited text


def _text(head: bytes) -> str:
    return head.decode("utf-16" if head.startswith(_UTF16) else "utf-8-sig", "replace")


def delimiter(source: Source) -> str:
    """The character between the columns: the one that splits the first line into most."""
    first = _text(source.head()).lstrip().partition("\n")[0]
    bare = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=bare.count)


def header_of(source: Source) -> list[str]:
    lines = _text(source.head()).replace("\0", "").splitlines(keepends=True)
    try:
        found = next(filter(None, csv.reader(lines, delimiter=delimiter(source))), [])
    except csv.Error:
        return []
    return [name.strip() for name in found]


def _delimited_chunks(
    source: Source, wanted: Collection[str], reject: Reject, size: int
) -> Iterator[Chunk]:
    header, mark = header_of(source), delimiter(source)
    places = [header.index(name) for name in wanted]
    records = (
        (line, *[row[place] for place in places])
        for line, row in Records(source.text_lines(reject), mark, len(header), reject)
    )
    while some := with_long_fields(records, size):
        yield Chunk(some[0], dict(zip(wanted, some[1:], strict=True)))


def with_long_fields(records: Iterator[tuple[Any, ...]], size: int) -> list[list[Any]]:
    """The next records as columns, read with room for long fields: the limit is the process's."""
    limit = csv.field_size_limit(LONGEST_FIELD)
    try:
        return gathered(islice(records, size))
    finally:
        csv.field_size_limit(limit)


class _Feed:
    """Lines for a parser, some of which can be handed back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._back: deque[str] = deque()
        self._last = "\n"
        self.held: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._back:
            line = self._back.popleft()
        else:
            line = self._last = next(self._lines)
        self.held.append(line)
        return line

    @property
    def is_between(self) -> bool:
        """Whether no line waits to be read again, and the last one was a whole one."""
        return not self._back and self._last.endswith("\n")

    def hand_back(self) -> str:
        """Let all lines held be read again but the first, which is returned."""
        first, *others = self.held
        self._back.extendleft(reversed(others))
        self.held = [first]
        return first


class Records:
    """The rows under a header that are whole, each with the 1-based line it begins in.

    A quoted field that is never closed swallows the lines after it. Then the first of them is
    rejected, unless it can be read by itself, and the others are read again.

    Attributes:
        line: where the next row begins.
        in_body: whether the header has been read.
    """

    def __init__(self, lines: Iterable[str], mark: str, width: int, reject: Reject) -> None:
        self.line, self.in_body = 1, False
        self._feed, self._mark, self._width, self._reject = _Feed(lines), mark, width, reject

    @property
    def is_between(self) -> bool:
        """Whether everything that was taken from the lines has been read, up to a line's end."""
        return self._feed.is_between

    def __iter__(self) -> Iterator[Record]:
        feed, parser = self._feed, csv.reader(self._feed, delimiter=self._mark, strict=True)
        while True:
            try:
                row, reason = next(parser), None
            except StopIteration:
                return
            except csv.Error:
                row, reason = _sloppy(feed.hand_back(), self._mark), "quotation marks do not match"
            line, text = self.line, feed.held[0]
            self.line += len(feed.held)
            feed.held.clear()
            if self.in_body and len(row) == self._width:
                yield line, row
            elif self.in_body and (row or reason):
                told = reason or f"{len(row)} fields where the header names {self._width}"
                self._reject(line, None, told, self._mark.join(row) or text)
            self.in_body = self.in_body or bool(row)


def _sloppy(line: str, mark: str) -> list[str]:
    """A line with quotation marks inside a field that are not doubled; [] if one stays open."""
    try:
        row = next(csv.reader([line, _END], delimiter=mark))
    except csv.Error:  # it ends in a lone return inside a field
        return []
    return [] if row[-1].endswith(_END) else row


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
