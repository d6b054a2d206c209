"""JSON values out of any file that holds some: JSONL, arrays, objects one after another."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from unswarm.readers import HEAD, Source

CHUNK = 1 << 20  # characters read at a time
PEEKED = 1 << 23  # bytes within which the first value must end for a file to be recognised
LIMIT = 1 << 28  # characters one value may have; a longer one is reported as broken

_BETWEEN = re.compile(r"[\s,\[\]\ufeff\x1e]*")
_DECODER = json.JSONDecoder()
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SHOWN = 200  # characters of a broken value
TAIL = 16  # an error this near to the end may be a number, a word or an escape that is cut


class Text(Protocol):
    """What is read from: an open text file."""

    def read(self, size: int, /) -> str:
        """The next characters, at most `size`; empty at the end."""


@dataclass(frozen=True)
class Broken:
    """A stretch of a file that is no JSON: why, and how it begins."""

    reason: str
    content: str


def values(text: Text) -> Iterator[tuple[int, Any]]:
    """The values of a file, each with the 1-based line it begins in.

    Top-level arrays are transparent: their items are the values, so an array of any length streams
    through a buffer that is bounded by the longest single value. A stretch that is no JSON comes
    out as `Broken`; reading goes on at the next line that begins a value and is indented alike.
    """
    return _Values(text).read()


def beginning(source: Source, number: int = 20) -> list[Any]:
    """The first values of a file, by which a reader recognises it; empty when it holds no JSON."""
    for size in (HEAD, PEEKED):
        head = source.head(size)
        text = head.decode("utf-16" if head.startswith(_UTF16) else "utf-8-sig", "replace")
        if not text.lstrip().startswith(("{", "[")):
            return []
        sound = (value for _, value in values(io.StringIO(text)) if not isinstance(value, Broken))
        found = list(islice(sound, number))
        if found or len(head) < size:
            return found
    return []


class Window:
    """A window on the text: `at` is where the value looked at begins, `line` its line.

    `indent` is how far that line is indented, as whoever moves the window says.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        self.buffer, self.at, self.line = "", 0, 1
        self.indent = ""

    def fill(self) -> bool:
        """Read as much again as is held, at least a chunk; false when nothing is left to read."""
        more = self.text.read(max(CHUNK, len(self.buffer) - self.at))
        if more:
            self.buffer, self.at = self.buffer[self.at :] + more, 0
        return bool(more)

    def move(self, to: int) -> None:
        """Go on to a place of the buffer."""
        self.line += self.buffer.count("\n", self.at, to)
        self.at = to

    def unfinished(self, end: int) -> bool:
        """Whether a value that ends there may go on in what was not read yet, as a number does."""
        return end > len(self.buffer) - TAIL

    def is_cut(self, error: json.JSONDecodeError) -> bool:
        """Whether the value may merely not have been read to its end."""
        at_end = error.pos >= len(self.buffer) - TAIL or error.msg.startswith("Unterminated")
        return at_end and len(self.buffer) - self.at < LIMIT

    def broken(self, error: json.JSONDecodeError, until: re.Pattern[str] | None = None) -> Broken:
        """What is wrong with the value, and how it begins, up to a pattern."""
        cut = self.is_cut(error)
        reason = "cut: the file ends inside it" if cut else f"not JSON: {error.msg.lower()}"
        content = self.buffer[self.at : self.at + SHOWN]
        return Broken(reason, until.split(content)[0] if until else content)


class _Values(Window):
    """The values of a text one after the other."""

    def read(self) -> Iterator[tuple[int, Any]]:
        while self._begin():
            line = self.line
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.at)
            except json.JSONDecodeError as error:
                if not (self.is_cut(error) and self.fill()):
                    yield line, self._skip(error)
                continue
            except RecursionError:
                deep = json.JSONDecodeError("nested too deeply", self.buffer, self.at)
                yield line, self._skip(deep)
                continue
            if self.unfinished(end) and self.fill():
                continue
            self.move(end)
            yield line, value

    def _begin(self) -> bool:
        """Move to the next value; false at the end of the file."""
        gap = self._gap()
        while self.at == len(self.buffer):
            if not self.fill():
                return False
            gap += self._gap()
        indent = gap.rpartition("\n")[2]
        self.indent = "" if indent.strip() else indent
        return True

    def _gap(self) -> str:
        """Move over what stands between two values, and return it."""
        between = _BETWEEN.match(self.buffer, self.at)
        gap = between.group() if between else ""
        self.move(self.at + len(gap))
        return gap

    def _skip(self, error: json.JSONDecodeError) -> Broken:
        """Report the value looked at, and move to the line in which the next may begin."""
        start = re.compile(rf"\n(?={self.indent}[\[{{])")
        broken = self.broken(error, start)
        while not (found := start.search(self.buffer, self.at)):
            self.move(max(self.at, len(self.buffer) - len(self.indent) - 2))
            if not self.fill():
                self.move(len(self.buffer))
                return broken
        self.move(found.end())
        return broken
