"""Rows out of CSV files that were published as they came: cut, torn, or fine."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.json import Broken
from unswarm.readers._parts.tweets import Add, attempt

END = ["\x1a", "\x1a"]  # a row given after the last line; a quoted field left open swallows it

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Row = dict[str, str]


def header(source: Source) -> set[str]:
    """The column names of a comma-separated file; empty when its beginning is none."""
    head = source.head()
    text = head.decode("utf-16" if head.startswith(_UTF16) else "utf-8-sig", "replace")
    try:
        return {name.strip() for name in next(csv.reader(io.StringIO(text)), [])}
    except csv.Error:
        return set()


def rows(lines: Iterable[str]) -> Iterator[tuple[int, Row | Broken]]:
    """The rows under a header, each with the 1-based line it begins in; unusable ones as `Broken`.

    Reading goes on after a row with too few or too many fields and after a field that is longer
    than 128 KiB, which is what a lost quotation mark looks like.
    """
    parser = csv.reader(chain(lines, [",".join(END)]))
    names = [name.strip() for name in next(parser, [])]
    line = parser.line_num + 1
    for fields in _lenient(parser):
        if isinstance(fields, Broken):
            yield line, fields
        elif fields and fields != END:
            yield line, _row(names, fields)
        line = parser.line_num + 1


def read_rows(source: Source, add: Add) -> Iterator[tuple[str, pa.Table]]:
    """Every row of a source through `add`, in bounded batches."""
    batch = Batch(source)
    for line, row in rows(source.text_lines(batch.reject)):
        if isinstance(row, Broken):
            batch.reject(line, None, row.reason, row.content)
        else:
            attempt(add, batch, line, row)
        if batch.full:
            yield from batch.drain()
    yield from batch.drain()


def _lenient(parser: Iterator[list[str]]) -> Iterator[list[str] | Broken]:
    while True:
        try:
            yield next(parser)
        except StopIteration:
            return
        except csv.Error as error:
            yield Broken(f"not CSV: {error}", "")


def _row(names: list[str], fields: list[str]) -> Row | Broken:
    if fields[-1].endswith(",".join(END)):
        reason = "cut: the file ends inside a quoted field"
    elif len(fields) != len(names):
        reason = f"{len(fields)} fields where the header names {len(names)}"
    else:
        return dict(zip(names, fields, strict=True))
    return Broken(reason, ",".join(fields).removesuffix(",".join(END)))
