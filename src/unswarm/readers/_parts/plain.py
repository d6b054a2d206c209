"""Delimited text block by block, as Arrow arrays, wherever nothing in a block is unusual.

A block is usual when it is UTF-8 without NULs and lone returns, its quotation marks stand where
they should, and every row has as many fields as the header: then every reader of CSV finds the same
rows. Any other block is read line by line by `columns`, which knows what to do with it. Lines are
counted exactly, also where fields hold line ends.
"""

from __future__ import annotations

import io
from codecs import BOM_UTF8
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
from numpy.typing import NDArray

from unswarm.readers import Source
from unswarm.readers._parts.columns import (
    SIZE,
    Cells,
    Chunk,
    Records,
    delimiter,
    header_of,
    with_long_fields,
)
from unswarm.readers._parts.files import BROKEN, BUFFER
from unswarm.readers._parts.lines import Lines, Reject

BLOCK = 1 << 24  # bytes that are parsed at once
LEAST = 10_000  # rows of the first block: they decide how a source writes its times
LARGEST = 1 << 28

_QUOTE, _RETURN, _NEWLINE = b'"\r\n'

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """Some rows of a table.

    Args:
        numbers: 1-based line or record of each row.
        arrays: name → text of each row.
    """

    numbers: Places
    arrays: Mapping[str, pa.Array]

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def chunk(self) -> Chunk:
        """The same rows as Python values."""
        return Chunk(self.numbers.tolist(), {n: v.to_pylist() for n, v in self.arrays.items()})

    @property
    def columns(self) -> Cells:
        """The same columns as Python values, each made when it is asked for."""
        return _Lists(self.arrays)


class _Lists(Mapping[str, list[Any]]):
    """Arrays as lists, each turned into one once."""

    def __init__(self, arrays: Mapping[str, pa.Array]) -> None:
        self._arrays = arrays
        self._lists: dict[str, list[Any]] = {}

    def __getitem__(self, name: str) -> list[Any]:
        if name not in self._lists:
            self._lists[name] = self._arrays[name].to_pylist()
        return self._lists[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


def blocks(source: Source, wanted: Collection[str], reject: Reject) -> Iterator[Block | Chunk]:
    """The wanted columns of delimited text, in order; chunks where something is unusual."""
    with source.open() as raw:
        yield from _Reading(source, wanted, reject, raw).parts()


class _Reading:
    """One file, read by blocks or by lines from one stream."""

    def __init__(
        self, source: Source, wanted: Collection[str], reject: Reject, raw: BinaryIO
    ) -> None:
        self.header, self.mark = header_of(source), delimiter(source)
        self.places = {name: self.header.index(name) for name in wanted}
        self.raw, self.stream = raw, _Shared(raw)
        self.lines = Lines(source.name, source.head(4), self._open, source.report, reject)
        self.records = Records(self.lines, self.mark, len(self.header), reject)
        self.rows = iter(self.records)
        self.size, self.first = BLOCK, True

    def _open(self) -> AbstractContextManager[BinaryIO]:
        """The stream that lines come from: UTF-16 is read by lines alone."""
        whole = self.lines.encoding != "utf-8"
        return nullcontext(self.raw if whole else cast("BinaryIO", self.stream))

    def parts(self) -> Iterator[Block | Chunk]:
        """Blocks, or chunks of what is unusual."""
        usual = self._skip_header()
        while usual and (text := self._block()):
            found = self._parsed(text)
            if found:  # not empty
                yield found
            elif found is None:
                self.stream.give_back(text)
                yield from self._by_line(lambda: not self.stream.back and self.records.is_between)
            self.first = False
        yield from self._by_line(lambda: False)

    def _skip_header(self) -> bool:
        """Read up to the header; false, and nothing is read, where it is unusual."""
        if self.lines.encoding != "utf-8":
            return False
        seen: list[bytes] = []
        try:
            while not b"".join(seen).removeprefix(BOM_UTF8).strip(b"\r\n"):
                seen.append(self.stream.readline(BLOCK))
                if not seen[-1]:
                    break
        except BROKEN:  # kept, and raised again where lines are read
            pass
        head = b"".join(seen)
        if head.count(b'"') % 2 or _is_odd(head) or not head.endswith(b"\n"):
            self.stream.give_back(head)
            return False
        self._count(len(seen))
        self.records.in_body = self.stream.inside = True
        return True

    def _count(self, lines: int) -> None:
        self.lines.number += lines
        self.records.line += lines

    def _block(self) -> bytes:
        """The next bytes; the first ones hold `LEAST` lines if there are as many."""
        while True:
            text = self.stream.block(self.size)
            enough = not self.first or self.stream.ended or text.count(b"\n") > LEAST
            if enough or self.size >= LARGEST:
                return text
            self.size *= 2
            self.stream.give_back(text)

    def _parsed(self, text: bytes) -> Block | None:
        """The rows of a block but for a last one that is cut, which is given back."""
        found = _found(text, self.mark, self.stream.ended and self.stream.broken is None)
        if found is None:
            return None
        table = self._table(pa.py_buffer(text).slice(0, found.end))
        if table is None or len(table) != len(found.lines):
            return None
        self.stream.give_back(text[found.end :])
        numbers = found.lines + self.records.line
        self._count(found.count)
        columns = {name: table.column(str(place)) for name, place in self.places.items()}
        return Block(numbers, {n: column.combine_chunks() for n, column in columns.items()})

    def _table(self, text: pa.Buffer) -> pa.Table | None:
        names = [str(place) for place in range(len(self.header))]
        options = (
            csv.ReadOptions(use_threads=False, column_names=names, block_size=text.size + 1),
            csv.ParseOptions(delimiter=self.mark, newlines_in_values=True),
            csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=[names[place] for place in sorted({*self.places.values()})],
                strings_can_be_null=False,
            ),
        )
        try:
            return csv.read_csv(pa.BufferReader(text), *options)
        except pa.ArrowInvalid:
            return None

    def _by_line(self, is_done: Callable[[], bool]) -> Iterator[Chunk]:
        """Rows line by line, until nothing is left or what was given back has been read."""
        while found := with_long_fields(self._until(is_done), SIZE):
            yield Chunk(found[0], dict(zip(self.places, found[1:], strict=True)))
            if is_done():
                return

    def _until(self, is_done: Callable[[], bool]) -> Iterator[tuple[Any, ...]]:
        for line, row in self.rows:
            yield (line, *[row[place] for place in self.places.values()])
            if is_done():
                return


@dataclass(frozen=True)
class _Found:
    """Where the rows of a block are.

    Args:
        lines: in which line each begins, from 0.
        end: bytes up to the end of the last row.
        count: lines up to there.
    """

    lines: Places
    end: int
    count: int


def _found(text: bytes, mark: str, is_last: bool) -> _Found | None:
    """The rows of a block, blank ones left out; None where something in it is unusual."""
    if _is_odd(text):
        return None
    codes = np.frombuffer(text, np.uint8)
    newlines = np.flatnonzero(codes == _NEWLINE)
    quotes = np.flatnonzero(codes == _QUOTE)
    if len(quotes):
        between = np.searchsorted(quotes, newlines) % 2 == 0
        ending, ends = np.flatnonzero(between), newlines[between]
    else:
        ending, ends = np.arange(len(newlines)), newlines
    if is_last and not text.endswith(b"\n"):
        ending, ends = np.r_[ending, len(newlines)], np.r_[ends, len(text)]
    if not len(ends) or not _are_paired(codes, quotes[quotes < ends[-1]], ord(mark)):
        return None
    begins = np.r_[0, ends[:-1] + 1]
    empty = (ends == begins) | ((ends == begins + 1) & (codes[begins] == _RETURN))
    lines = np.r_[0, ending[:-1] + 1][~empty]
    return _Found(lines, min(int(ends[-1]) + 1, len(text)), int(ending[-1]) + 1)


def _is_odd(text: bytes) -> bool:
    """Whether there are NULs, or returns that end no line."""
    if b"\0" in text:
        return True
    returns = text.count(b"\r")
    return bool(returns) and returns != text.count(b"\r\n")


def _are_paired(codes: NDArray[np.uint8], quotes: Places, mark: int) -> bool:
    """Whether quotation marks open and close whole fields; two inside of one are one."""
    if len(quotes) % 2:
        return False
    before, after = codes[quotes[::2] - 1], codes[np.minimum(quotes[1::2] + 1, len(codes) - 1)]
    opens = np.isin(before, (mark, _NEWLINE, _QUOTE)) | (quotes[::2] == 0)
    closes = np.isin(after, (mark, _NEWLINE, _RETURN, _QUOTE))
    return bool(opens.all() and closes.all())


class _Shared(io.RawIOBase):
    """A stream that is read by lines and by blocks, and takes back what was read too early.

    Attributes:
        back: whether there is something that was given back.
        ended: whether the last byte has been read.
        broken: what the damaged end of a compressed file raised.
        inside: whether the beginning has been read: a byte-order mark means nothing there.
    """

    def __init__(self, raw: BinaryIO) -> None:
        self._raw, self._back, self._at = raw, b"", 0
        self.ended = self.inside = False
        self.broken: BaseException | None = None

    @property
    def back(self) -> bool:
        return self._at < len(self._back)

    def give_back(self, text: bytes) -> None:
        """Let bytes be read again, before all others."""
        self._back, self._at = text + self._back[self._at :], 0

    def block(self, size: int) -> bytes:
        """So many bytes, or all that are left; what a damaged end raises is kept."""
        parts = [self._back[self._at :]]
        self._back, self._at = b"", 0
        held = len(parts[0])
        while held < size and not self.ended:
            parts.append(self._more(min(size - held, BUFFER)))
            held += len(parts[-1])
        return b"".join(parts)

    def _more(self, size: int) -> bytes:
        """What the stream gives at once: where it is damaged, the rest of that is lost."""
        try:
            found = self._raw.read1(size)  # type: ignore[attr-defined]
        except BROKEN as error:
            self.broken, found = error, b""
        self.ended = not found
        return bytes(found)

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next line, or the beginning of it; what was raised before is raised where it was."""
        most = LARGEST if size is None or size < 0 else size
        end = self._back.find(b"\n", self._at, self._at + most) + 1
        if end or len(self._back) - self._at >= most:
            begin, self._at = self._at, end or self._at + most
            return self._back[begin : self._at]
        rest = self._back[self._at :]
        self._back, self._at = b"", 0
        if self.broken is not None:
            raise self.broken
        return rest if self.ended else rest + self._line(most - len(rest))

    def _line(self, size: int) -> bytes:
        try:
            return self._raw.readline(size)
        except BROKEN as error:
            self.broken, self.ended = error, True
            raise

    def peek(self, size: int = 0, /) -> bytes:
        """What comes next, and stays."""
        if self.inside and size == 3:
            return b""
        return self._back[self._at : self._at + size] or self._raw.peek(size)  # type: ignore[attr-defined]

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; fewer where what was given back ends."""
        found = self._back[self._at : self._at + size] or self._raw.read(size)
        self._at += len(found)
        return found
