"""Values deep inside one JSON object that is too long to hold, one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from unswarm.readers._parts.json import Broken, Text, Window

ITEM = "*"  # stands in a path for the place in a list
START = object()  # the value of an object or list that is stepped into

Path = tuple[str, ...]
Found = tuple[int, Path, Any]

_BETWEEN = re.compile(r"[\s,:\ufeff]*")
_DECODER = json.JSONDecoder(strict=False)
_HEX_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})")
_CLOSES = {"{": "}", "[": "]"}


def members(text: Text, inside: Callable[[Path], bool]) -> Iterator[Found]:
    """The values of a JSON text: (1-based line, path, value).

    Objects and lists whose path is `inside` are stepped into, which is told by `START`; all other
    values come whole. Memory is bounded by the longest of them. `\\x1b`, which is no JSON but what
    some programs write, is read as `\\u001b`. A value that is no JSON comes as `Broken`, as does a
    cut end; reading goes on where it closes, as far as the lines are indented.
    """
    return _Members(text, inside).read()


class _Members(Window):
    """The members of a text's objects and lists, inside out."""

    def __init__(self, text: Text, inside: Callable[[Path], bool]) -> None:
        super().__init__(text)
        self.inside = inside
        self.open: list[tuple[str, Path]] = []  # what closes it, path

    def read(self) -> Iterator[Found]:
        while mark := self._next():
            if self.open and mark == self.open[-1][0]:
                self.open.pop()
                self.move(self.at + 1)
                continue
            yield from self._member(mark)
        if self.open:
            yield self.line, self.open[-1][1], Broken("cut: the file ends inside it", "")

    def _member(self, mark: str) -> Iterator[Found]:
        line, path = self.line, self.open[-1][1] if self.open else ()
        if self.open and self.open[-1][0] == "}":
            key = self._value()
            if isinstance(key, Broken):
                yield line, path, key
                return
            mark = self._next()
            if not mark:
                return
            path, line = (*path, str(key)), self.line
        elif self.open:
            path = (*path, ITEM)
        if mark in _CLOSES and self.inside(path):
            self.open.append((_CLOSES[mark], path))
            self.move(self.at + 1)
            yield line, path, START
        else:
            yield line, path, self._value()

    def _next(self) -> str:
        """Move to the next mark and return it; empty at the end."""
        while True:
            between = _BETWEEN.match(self.buffer, self.at)
            gap = between.group() if between else ""
            if "\n" in gap:
                self.indent = gap.rpartition("\n")[2]
            self.move(self.at + len(gap))
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self.fill():
                return ""

    def _value(self) -> Any:
        """The value that begins here, or what is wrong with it."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.at)
            except json.JSONDecodeError as error:
                if not (self._mended(error) or (self.is_cut(error) and self.fill())):
                    return self._skip(error)
                continue
            if self.unfinished(end) and self.fill():
                continue
            self.move(end)
            return value

    def _mended(self, error: json.JSONDecodeError) -> bool:
        r"""Whether the error was `\x1b`, which now is `\u001b`."""
        wrong = _HEX_ESCAPE.match(self.buffer, error.pos)
        if wrong is None:
            return False
        self.buffer = f"{self.buffer[: error.pos]}\\u00{wrong[1]}{self.buffer[wrong.end() :]}"
        return True

    def _skip(self, error: json.JSONDecodeError) -> Broken:
        """Report a value, and move behind the line that closes it; else to the end of the file."""
        broken = self.broken(error)
        nested = self.buffer[self.at] in _CLOSES
        resume = re.compile(rf"\n{self.indent}[}}\]],?" if nested else rf"\n(?={self.indent}\S)")
        while not (found := resume.search(self.buffer, self.at)):
            self.move(max(self.at, len(self.buffer) - len(self.indent) - 4))
            if not self.fill():
                self.move(len(self.buffer))
                self.open.clear()
                return broken
        self.move(found.end())
        return broken
