"""Files as published: plain, compressed, or the one member of a zip; told by content, not name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

from unswarm.errors import InputError

CHUNK = 1 << 16
BUFFER = 1 << 20
WINDOW = 1 << 31  # Pushshift and Arctic Shift compress with `zstd --long=31`

BROKEN = (
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zstandard.ZstdError,
)
"""What reading a damaged or truncated compressed file raises."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file's content as bytes, decompressed.

    Raises:
        InputError: the file cannot be opened, or is a zip without exactly one file of data.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        reason = f"cannot be opened: {(error.strerror or str(error)).lower()}."
        raise InputError(reason, source=path, hint="check the path.") from error
    with raw:
        magic = raw.read(16)
        raw.seek(0)
        for pattern, decompress in _FORMATS.items():
            if pattern.match(magic):
                with cast(BinaryIO, io.BufferedReader(decompress(raw), BUFFER)) as stream:
                    yield stream
                return
        yield raw


def _zip_member(raw: BinaryIO) -> io.RawIOBase:
    try:
        archive = zipfile.ZipFile(raw)
    except zipfile.BadZipFile as error:
        hint = "download it again."
        raise InputError("The zip file is damaged.", source=raw.name, hint=hint) from error
    names = [info.filename for info in archive.infolist() if _is_data(info)]
    if "[Content_Types].xml" in names:
        hint = "save the sheet as CSV."
        raise InputError("This is an office document.", source=raw.name, hint=hint)
    if len(names) != 1:
        found = ", ".join(names[:5]) + (" …" if len(names) > 5 else "") or "nothing"
        hint = "unpack it and name one file, or the folder."
        message = f"The zip must hold one file; it holds {found}."
        raise InputError(message, source=raw.name, hint=hint)
    return cast(io.RawIOBase, archive.open(names[0]))


def _is_data(info: zipfile.ZipInfo) -> bool:
    """Whether a member is more than a folder or what macOS leaves beside files."""
    name = info.filename
    return not (info.is_dir() or name.startswith("__MACOSX/") or name.endswith(".DS_Store"))


class _Zstd(io.RawIOBase):
    """Zstandard frames one after another; unlike zstandard's own reader it notices a cut end."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=WINDOW)
        self._frame = self._decompressor.decompressobj()
        self._rest = memoryview(b"")
        self._inside = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            packed = self._frame.unused_data if self._frame.eof else b""
            packed = packed or self._raw.read(CHUNK)
            if not packed:
                return self._end()
            if self._frame.eof:
                self._frame = self._decompressor.decompressobj()
            self._rest = memoryview(self._frame.decompress(packed))
            self._inside = not self._frame.eof
        taken = self._rest[: len(buffer)]
        self._rest = self._rest[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)

    def _end(self) -> int:
        if self._inside:
            raise EOFError("Compressed file ended before the end-of-stream marker was reached")
        return 0


_FORMATS: dict[re.Pattern[bytes], Callable[[BinaryIO], io.RawIOBase]] = {
    re.compile(rb"\x1f\x8b"): lambda raw: cast(io.RawIOBase, gzip.GzipFile(fileobj=raw)),
    re.compile(rb"\x28\xb5\x2f\xfd"): _Zstd,
    re.compile(rb"BZh[1-9]1AY&SY"): lambda raw: cast(io.RawIOBase, bz2.BZ2File(raw)),
    re.compile(rb"\xfd7zXZ\x00"): lambda raw: cast(io.RawIOBase, lzma.LZMAFile(raw)),  # noqa: SIM115
    re.compile(rb"PK(\x03\x04|\x05\x06)"): _zip_member,
}
