"""Text out of bytes of any encoding, without ever failing on one."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO

from unswarm.errors import InputError
from unswarm.readers._parts.files import BROKEN

LONGEST = 1 << 26  # bytes of a line; a longer one is cut into several

Reject = Callable[[int, str | None, str, str], object]

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LONE_RETURN = re.compile(rb"(?<=\r)(?!\n)")


class Lines:
    """The lines of a file as text, line ends kept; read once, either by iterating or by `read`.

    Attributes:
        encoding: `utf-8` or `utf-16`, as the byte-order mark says.
        number: lines read so far.
        foreign: lines that are not UTF-8 and were read as Windows-1252.
    """

    def __init__(
        self,
        name: str,
        mark: bytes,
        open_bytes: Callable[[], AbstractContextManager[BinaryIO]],
        report: Callable[[str], None],
        reject: Reject | None,
    ) -> None:
        self.encoding = "utf-16" if mark.startswith(_UTF16) else "utf-8"
        self.number = self.foreign = 0
        self._name, self._open, self._report, self._reject = name, open_bytes, report, reject
        self._iterator: Iterator[str] | None = None
        self._line, self._at = "", 0

    def __iter__(self) -> Iterator[str]:
        first_foreign = 0
        with self._open() as stream:
            try:
                for line in self._decoded(stream):
                    self.number += 1
                    if self.foreign and not first_foreign:
                        first_foreign = self.number
                    yield line.replace("\0", "") if "\0" in line else line
            except BROKEN as error:
                self._breaks_off(error)
        if self.foreign:
            self._report(
                f"{self._name}: {self.foreign:,} of {self.number:,} lines are not UTF-8 and were "
                f"read as Windows-1252, the first is line {first_foreign:,}."
            )

    def read(self, size: int, /) -> str:
        """The next characters, at most `size`; empty at the end."""
        if self._iterator is None:
            self._iterator = iter(self)
        found: list[str] = []
        while size > 0:
            if self._at == len(self._line):
                self._line, self._at = next(self._iterator, ""), 0
                if not self._line:
                    break
            found.append(self._line[self._at : self._at + size])
            self._at += len(found[-1])
            size -= len(found[-1])
        return "".join(found)

    def _decoded(self, stream: BinaryIO) -> Iterator[str]:
        if self.encoding == "utf-16":
            yield from io.TextIOWrapper(stream, "utf-16", errors="replace", newline="")
            return
        if stream.peek(3)[:3] == codecs.BOM_UTF8:  # type: ignore[attr-defined]
            stream.read(3)
        while line := _whole(stream.readline(LONGEST), stream):
            if b"\r" in line[:-2]:
                yield from map(self._decode, filter(None, _LONE_RETURN.split(line)))
            else:
                yield self._decode(line)

    def _decode(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.foreign += 1
        try:
            return line.decode("cp1252")
        except UnicodeDecodeError:
            return line.decode("latin-1")

    def _breaks_off(self, error: BaseException) -> None:
        reason = f"the compressed file is damaged or cut here: {str(error).lower()}"
        if self._reject is None:
            hint = "download it again."
            raise InputError(reason, source=self._name, line=self.number + 1, hint=hint) from error
        self._reject(self.number + 1, None, reason, "")


def _whole(line: bytes, stream: BinaryIO) -> bytes:
    """A line cut for its length, with the rest of the character that the cut went through."""
    while len(line) >= LONGEST and 0x80 <= int.from_bytes(stream.peek(1)[:1]) < 0xC0:  # type: ignore[attr-defined]
        line += stream.read(1)
    return line
