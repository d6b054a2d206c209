"""Columns out of large tables as Arrow arrays, in bounded batches, without a Python object per row.

Delimited text goes through Arrow's reader. Where that gives up, e.g. at a quotation mark that is
never closed, the slower reader of `columns` goes on from the row that was reached.
"""

from __future__ import annotations

import codecs
import io
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from unswarm.readers import Source
from unswarm.readers._parts.columns import Chunk, chunks, delimiter, form, names
from unswarm.readers._parts.files import BROKEN
from unswarm.readers._parts.lines import Reject

BLOCK = 1 << 24  # bytes of text that are parsed at once
ROWS = 1 << 19  # of Parquet

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Rows:
    """Some rows of a table.

    Args:
        columns: name → Arrow array: of text (strings), or of the types of Parquet.
        lines: 1-based line or record of each row.
    """

    columns: Mapping[str, pa.Array]
    lines: Sequence[int]

    def __len__(self) -> int:
        return len(self.lines)

    def shown(self, row: int) -> str:
        """A row for people."""
        said = ((name, values[row].as_py()) for name, values in self.columns.items())
        return ", ".join(f"{name}={value}" for name, value in said if value not in (None, ""))


def flat_names(source: Source) -> list[str]:
    """The columns of a table that hold one value a row; [] where it is neither CSV nor Parquet."""
    kind = form(source)
    if kind == "parquet":
        return [f.name for f in _schema(source) if not pa.types.is_nested(f.type)]
    return names(source) if kind == "delimited" else []


def _schema(source: Source) -> pa.Schema:
    try:
        return pq.read_schema(source.path)
    except (pa.ArrowInvalid, OSError):  # whoever reads it says what is wrong
        return pa.schema([])


def streamed(source: Source, wanted: Sequence[str], reject: Reject) -> Iterator[Rows]:
    """The wanted columns of delimited text or Parquet, whatever its length.

    Args:
        reject: called as `(line, field, reason, content)` with each row that is torn.
    """
    if form(source) == "parquet":
        return _parquet(source, wanted, reject)
    return _Delimited(source, wanted, reject).rows()


def _parquet(source: Source, wanted: Sequence[str], reject: Reject) -> Iterator[Rows]:
    line = 1
    try:
        file = pq.ParquetFile(source.path)
        for batch in file.iter_batches(batch_size=ROWS, columns=list(wanted)):
            columns = {name: _plain(batch.column(name)) for name in wanted}
            yield Rows(columns, range(line, line + len(batch)))
            line += len(batch)
    except (pa.ArrowInvalid, OSError):
        reject(line, None, "the Parquet file is damaged from here on", "")


def _plain(values: pa.Array) -> pa.Array:
    """Text as strings, whatever type of text it is; other types as they are."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    large = pa.types.is_large_string(values.type) or pa.types.is_string_view(values.type)
    return values.cast(pa.string()) if large else values


Torn = tuple[int, str | None, str, str]  # record or line, field, reason, content


@dataclass
class _Delimited:
    """Reads one file of delimited text.

    A record is a row, whole or torn; records are counted from 1 under the header.
    """

    source: Source
    wanted: Sequence[str]
    reject: Reject
    torn: list[Torn] = field(default_factory=list)  # seen by the parser, and not yet rejected
    above: int = 0  # lines up to the header
    done: int = 0  # records given out or rejected
    foreign: bool = False  # some values are not UTF-8
    broken: str | None = None  # why the compressed file ends early

    def rows(self) -> Iterator[Rows]:
        if self.source.head(2).startswith(_UTF16):
            yield from self._slowly()
            return
        with self.source.open() as raw:
            stream = cast(BinaryIO, io.BufferedReader(_Whole(raw, self), BLOCK))
            self.above = _skip_header(stream)
            try:
                yield from self._fast(stream)
            except pa.ArrowInvalid:
                yield from self._slowly()
                return
        self._end()

    def _fast(self, stream: BinaryIO) -> Iterator[Rows]:
        header = names(self.source)
        places = {name: str(header.index(name)) for name in self.wanted}
        for batch in _batches(stream, self, len(header), sorted({*places.values()})):
            lines = self._lines(len(batch))
            columns = {name: self._text(batch.column(place)) for name, place in places.items()}
            yield Rows(columns, lines)

    def _lines(self, rows: int) -> Sequence[int]:
        """The lines of the next whole rows; torn ones between them are rejected."""
        first, last = self.done + 1, self.done + rows
        between = set()
        for record, *_ in self.torn:
            if record > last:
                break
            between.add(record)
            last += 1  # each one moves the end
        self._tell(len(between))
        self.done = last
        found = range(first + self.above, last + self.above + 1)
        return [line for line in found if line - self.above not in between] if between else found

    def _tell(self, count: int) -> None:
        """Reject the first of the torn records."""
        for record, column, reason, content in self.torn[:count]:
            self.reject(record + self.above, column, reason, content)
            self.done = max(self.done, record)
        del self.torn[:count]

    def _text(self, values: pa.Array) -> pa.Array:
        try:
            return values.cast(pa.string())
        except pa.ArrowInvalid:
            self.foreign = True
            return pa.array([_decoded(value) for value in values.to_pylist()], pa.string())

    def _end(self) -> None:
        self._tell(len(self.torn))
        if self.broken is not None:
            self.reject(self.done + self.above + 1, None, self.broken, "")
        if self.foreign:
            self.source.report(
                f"{self.source.name}: some values are not UTF-8 and were read as Windows-1252."
            )

    def _slowly(self) -> Iterator[Rows]:
        """The records that are not done, read one by one."""
        torn: list[Torn] = []
        end = Chunk([], {})  # what is torn after the last row
        skip = self.done
        found = chunks(self.source, self.wanted, lambda *fault: torn.append(fault))
        for chunk in chain(found, [end]):
            lines = sorted([*chunk.lines, *(line for line, *_ in torn)])
            skipped = min(skip, len(lines))
            skip -= skipped
            after = lines[skipped - 1] if skipped else 0
            for fault in torn:
                if fault[0] > after:
                    self.reject(*fault)
            torn.clear()
            first = bisect_right(chunk.lines, after)
            if first < len(chunk):
                columns = {n: pa.array(v[first:], pa.string()) for n, v in chunk.columns.items()}
                yield Rows(columns, chunk.lines[first:])


class _Whole(io.RawIOBase):
    """A stream that simply ends where a damaged compressed file breaks off, and says so."""

    def __init__(self, stream: BinaryIO, reading: _Delimited) -> None:
        self._stream, self._reading = stream, reading

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            return cast(io.BufferedReader, self._stream).readinto1(buffer)
        except BROKEN as error:
            reason = "the compressed file is damaged or cut here"
            self._reading.broken = f"{reason}: {str(error).lower()}"
            return 0


def _skip_header(stream: BinaryIO) -> int:
    """Read up to the end of the first line that says something; how many lines that were."""
    count = 0
    while line := stream.readline():
        count += 1
        if line.strip(b"\r\n\t \0" + codecs.BOM_UTF8):
            break
    return count


def _batches(
    stream: BinaryIO, reading: _Delimited, width: int, places: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    def tear(row: csv.InvalidRow) -> str:
        if "\n" in row.text:  # a field left open may have swallowed good lines
            return "error"
        reason = f"{row.actual_columns} fields where the header names {row.expected_columns}"
        reading.torn.append((row.number, None, reason, row.text))
        return "skip"

    columns = [str(place) for place in range(width)]
    return csv.open_csv(  # type: ignore[no-any-return]
        stream,
        csv.ReadOptions(use_threads=False, column_names=columns, block_size=BLOCK),
        csv.ParseOptions(
            delimiter=delimiter(reading.source),
            newlines_in_values=True,
            invalid_row_handler=tear,
        ),
        csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.binary()),  # not UTF-8 is no reason to stop
            include_columns=places,
            strings_can_be_null=False,
        ),
    )


def _decoded(value: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode("latin-1")
