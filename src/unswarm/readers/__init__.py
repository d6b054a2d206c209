"""Formats in: one module per format family.

`Source` opens a file, compressed or not; a reader turns it into event tables in bounded batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, Protocol

import pyarrow as pa

from unswarm.errors import InputError, SettingsError, did_you_mean
from unswarm.plugins import load
from unswarm.readers._parts.files import BROKEN, opened
from unswarm.readers._parts.lines import Lines, Reject

HEAD = 1 << 16
DEFAULT_SPECIFICITY = 50


def nobody(line: str) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class Source:
    """One file to read.

    Args:
        path: the file.
        columns: what the person said about its columns: our field → their column (`--map`).
        report: called with a line the person should see, e.g. how many lines are not UTF-8.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    report: Callable[[str], None] = nobody

    @property
    def name(self) -> str:
        """The path as text: how rows and errors name the file."""
        return str(self.path)

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The content, decompressed: gzip, zstd, bzip2, xz, or the one member of a zip.

        Raises:
            InputError: it cannot be opened, or it is a zip of several files.
        """
        return opened(self.path)

    def head(self, size: int = HEAD) -> bytes:
        """The first `size` decompressed bytes; fewer if there are fewer."""
        return self._head[:size] if size <= HEAD else self._beginning(size)

    @cached_property
    def _head(self) -> bytes:
        return self._beginning(HEAD)

    def _beginning(self, size: int) -> bytes:
        found = bytearray()
        with self.open() as stream:
            try:
                while len(found) < size and (more := stream.read1(size - len(found))):  # type: ignore[attr-defined]
                    found += more
            except BROKEN:
                pass  # what is readable is read; the reader says where the file breaks off
        return bytes(found)

    def text_lines(self, reject: Reject | None = None) -> Lines:
        """The content as text, line by line with line ends kept, or by `read(size)`.

        A byte-order mark decides between UTF-8 and UTF-16; else it is UTF-8, and a line that is
        none is read as Windows-1252, counted in `Lines.foreign` and reported. NULs are dropped.

        Args:
            reject: called as `(line, field, reason, content)` where a damaged compressed file
                breaks off; without it that is an InputError.
        """
        return Lines(self.name, self.head(4), self.open, self.report, reject)


class Reader(Protocol):
    """One module per format family.

    A module may also have `specificity: int` (who is asked first; 50 unless it says otherwise) and
    `describe(source) -> str` (which columns it will read as what).
    """

    def recognises(self, source: Source) -> bool:
        """Whether the content, not the name, is of this format."""

    def read(self, source: Source) -> Iterator[tuple[str, pa.Table]]:
        """("post", rows), ("link", rows), ("quarantine", rows) … in bounded batches."""


def sources(
    paths: Iterable[Path],
    columns: Mapping[str, str] | None = None,
    report: Callable[[str], None] = nobody,
) -> list[Source]:
    """One source per file; a folder stands for the files in it, sorted, without hidden ones."""
    files = [file for path in paths for file in (_files(path) if path.is_dir() else [path])]
    return [Source(file, columns or {}, report) for file in files]


def _files(folder: Path) -> list[Path]:
    if (folder / "case.toml").exists():
        raise InputError(
            "This is a case, not data.", source=folder, hint=f"unswarm detect --case {folder}"
        )
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    )
    if not files:
        raise InputError("The folder holds no files.", source=folder, hint="name a file.")
    return files


def recognise(source: Source, reader: str | None = None) -> tuple[str, ModuleType]:
    """The reader of a source: the one asked for, or the most specific one that recognises it.

    Raises:
        InputError: the file is missing, empty, a folder, or of no known format.
        SettingsError: no reader is called `reader`.
    """
    readers = load("readers")
    if reader is not None and reader not in readers:
        hint = did_you_mean(reader, readers)
        raise SettingsError(f"Unknown reader '{reader}'. Hint: {hint}")
    _require_content(source)
    if reader is not None:
        return reader, readers[reader]
    for name in sorted(readers, key=lambda name: (-_specificity(readers[name]), name)):
        if readers[name].recognises(source):
            return name, readers[name]
    raise InputError("No reader recognises this file.", source=source.path, hint=_way_out(source))


def _specificity(module: ModuleType) -> int:
    return int(getattr(module, "specificity", DEFAULT_SPECIFICITY))


def _require_content(source: Source) -> None:
    path = source.path
    if path.is_dir():
        raise InputError("This is a folder, not a file.", source=path, hint="name its files.")
    if not path.exists():
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        hint = did_you_mean(path.name, siblings) if siblings else "check the path."
        raise InputError("There is no such file.", source=path, hint=hint)
    if not source.head().strip():
        raise InputError("The file is empty.", source=path, hint="export it again.")


def _way_out(source: Source) -> str:
    if is_binary(source.head()):
        return "it is binary; export it as CSV, JSON Lines or Parquet."
    return "name its format with --reader, or export it as CSV, JSON Lines or Parquet."


def is_binary(head: bytes) -> bool:
    """Whether the beginning of a file is no text: control characters in more than 2 % of it.

    Single NULs occur in damaged text files and do not make a file binary.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    controls = sum(head.count(code) for code in range(32) if code not in b"\t\n\r\f\x1b")
    return controls * 50 > len(head)
