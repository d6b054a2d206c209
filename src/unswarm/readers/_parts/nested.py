"""Values deep inside one JSON object that is too long to hold, one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from unswarm.readers._parts.json import CHUNK, LIMIT, Broken, Text

ITEM = "*"  # stands in a path for the place in a list
START = object()  # the value of an object or list that is stepped into

Path = tuple[str, ...]
Found = tuple[int, Path, Any]

_BETWEEN = re.compile(r"[\s,:\ufeff]*")
_DECODER = json.JSONDecoder(strict=False)
_HEX_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})")
_TAIL = 16  # an error this near to the end may be a number, a word or an escape that is cut
_CLOSES = {"{": "}", "[": "]"}


def members(text: Text, inside: Callable[[Path], bool]) -> Iterator[Found]:
    """The values of a JSON text: (1-based line, path, value).

    Objects and lists whose path is `inside` are stepped into, which is told by `START`; all other
    values come whole. Memory is bounded by the longest of them. `\\x1b`, which is no JSON but what
    some programs write, is read as `\\u001b`. A value that is no JSON comes as `Broken`, as does a
    cut end; reading goes on where it closes, as far as the lines are indented.
    """
    return _Members(text, inside).read()


class _Members:
    """A window on the text: `at` is where it is looked at, `line` its line."""

    def __init__(self, text: Text, inside: Callable[[Path], bool]) -> None:
        self.text, self.inside = text, inside
        self.buffer, self.at, self.line = "", 0, 1
        self.indent = ""
        self.open: list[tuple[str, Path]] = []  # what closes it, path

    def read(self) -> Iterator[Found]:
        while mark := self._next():
            if self.open and mark == self.open[-1][0]:
                self.open.pop()
                self._move(self.at + 1)
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
            self._move(self.at + 1)
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
            self._move(self.at + len(gap))
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self._fill():
                return ""

    def _value(self) -> Any:
        """The value that begins here, or what is wrong with it."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.at)
            except json.JSONDecodeError as error:
                if not (self._mended(error) or (self._is_cut(error) and self._fill())):
                    return self._skip(error)
                continue
            if end > len(self.buffer) - _TAIL and self._fill():
                continue  # a number may go on in what was not read yet
            self._move(end)
            return value

    def _mended(self, error: json.JSONDecodeError) -> bool:
        r"""Whether the error was `\x1b`, which now is `\u001b`."""
        wrong = _HEX_ESCAPE.match(self.buffer, error.pos)
        if wrong is None:
            return False
        self.buffer = f"{self.buffer[: error.pos]}\\u00{wrong[1]}{self.buffer[wrong.end() :]}"
        return True

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        at_end = error.pos >= len(self.buffer) - _TAIL or error.msg.startswith("Unterminated")
        return at_end and len(self.buffer) - self.at < LIMIT

    def _skip(self, error: json.JSONDecodeError) -> Broken:
        """Report a value, and move behind the line that closes it; else to the end of the file."""
        cut = self._is_cut(error)
        broken = Broken(
            "cut: the file ends inside it" if cut else f"not JSON: {error.msg.lower()}",
            self.buffer[self.at : self.at + 200],
        )
        nested = self.buffer[self.at] in _CLOSES
        resume = re.compile(rf"\n{self.indent}[}}\]],?" if nested else rf"\n(?={self.indent}\S)")
        while not (found := resume.search(self.buffer, self.at)):
            self._move(max(self.at, len(self.buffer) - len(self.indent) - 4))
            if not self._fill():
                self._move(len(self.buffer))
                self.open.clear()
                return broken
        self._move(found.end())
        return broken

    def _fill(self) -> bool:
        """Read as much again as is held, at least a chunk; false when nothing is left to read."""
        more = self.text.read(max(CHUNK, len(self.buffer) - self.at))
        if more:
            self.buffer, self.at = self.buffer[self.at :] + more, 0
        return bool(more)

    def _move(self, to: int) -> None:
        self.line += self.buffer.count("\n", self.at, to)
        self.at = to
