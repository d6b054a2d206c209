"""What a picture file holds, taken apart before a codec sees it.

Files come from strangers. Only what draws the picture is handed on: metadata, colour profiles and
later frames stay behind, and with them most ways to make a small file cost minutes or gigabytes.
Formats: ITU-T T.81 (JPEG), W3C PNG 3, CompuServe GIF89a, RFC 9649 (WebP), ISO 14496-12 and 23008-12
(AVIF), Microsoft BITMAPINFOHEADER; Exif 2.32 for which way up a picture is.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

PIECES = 20_000  # segments, chunks or frames that are looked at; more are made to waste time
SCANS = 50  # passes of one JPEG; encoders make 1 to 20, and each costs as much as the picture
HEAD = 1024  # bytes that tell what a file is
LONGEST = 64  # bytes of an Exif text that are looked at

_Order = Literal["little", "big"]
_Tag = tuple[int, int, bytes]  # type, count, the four bytes of the value or of its offset


class Unreadable(Exception):  # noqa: N818 — a finding about a file, not a fault of ours
    """A file that is no picture that can be looked at.

    Args:
        reason: why, in one plain sentence without path or full stop.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class File:
    """A picture file reduced to what its codec needs.

    Args:
        form: jpeg, png, gif, webp, avif or bmp.
        content: the reduced file.
        width: pixels, as its header says; an orientation is not applied.
        height: the same.
        frames: how many pictures it holds that are shown one after the other.
        exif: the first Exif block, as far as it is known without a codec.
        cut: the end of the file is missing; other codecs than JPEG's, PNG's and GIF's refuse that.
        partial: rows that are there can be used although others are missing.
        lacks: what is to be said if its codec fails, where it is shorter than it says.
    """

    form: str
    content: bytes
    width: int
    height: int
    frames: int = 1
    exif: bytes = b""
    cut: bool = False
    partial: bool = False
    lacks: str = ""


def reduced(content: bytes) -> File:
    """The file without what its codec does not need.

    Raises:
        Unreadable: it is none of the formats that are read, or its outer structure is broken.
    """
    head = content[:HEAD]
    if not content:
        raise Unreadable("empty")
    for pattern, take_apart in _FORMATS:
        if pattern.match(head):
            try:
                return take_apart(content)
            except (IndexError, struct.error):
                raise Unreadable("cut off before the picture begins") from None
    for pattern, what in _OTHERS:
        if pattern.match(head):
            raise Unreadable(what)
    raise Unreadable(f"no picture: {repr(content[:12])[1:]} …")


# --- Exif ---

MAKE, MODEL, ORIENTATION, EXIF_IFD, TAKEN = 0x010F, 0x0110, 0x0112, 0x8769, 0x9003
SHORT = 3
_ORDERS: dict[bytes, _Order] = {b"II*\0": "little", b"MM\0*": "big"}


def orientation_and_camera(exif: bytes) -> tuple[int, bool]:
    """How a picture must be turned (1–8), and whether a camera left its name or a time taken.

    Nothing else of the Exif block is looked at. A broken block says nothing: (1, False).
    """
    exif = exif.removeprefix(b"Exif\0\0")
    order = _ORDERS.get(exif[:4])
    if order is None:
        return 1, False
    main = _tags(exif, order, exif[4:8])
    more = _tags(exif, order, main[EXIF_IFD][2]) if EXIF_IFD in main else {}
    kind, _, value = main.get(ORIENTATION, (SHORT, 1, b""))
    turned = int.from_bytes(value[: 2 if kind == SHORT else 4], order)
    traces = [main.get(MAKE), main.get(MODEL), more.get(TAKEN)]
    camera = any(_says(exif, order, trace) for trace in traces if trace)
    return turned if 1 <= turned <= 8 else 1, camera


def _tags(exif: bytes, order: _Order, pointer: bytes) -> dict[int, _Tag]:
    """The directory that a pointer leads to, as far as it is there."""
    at = int.from_bytes(pointer, order)
    count = int.from_bytes(exif[at : at + 2], order)
    rows = (exif[row : row + 12] for row in range(at + 2, at + 2 + 12 * count, 12))
    return {
        int.from_bytes(row[:2], order): (
            int.from_bytes(row[2:4], order),
            int.from_bytes(row[4:8], order),
            row[8:],
        )
        for row in rows
        if len(row) == 12
    }


def _says(exif: bytes, order: _Order, tag: _Tag) -> bool:
    """Whether a text holds more than blanks; what, nobody asks."""
    _, size, value = tag
    at = int.from_bytes(value, order)
    text = value[:size] if size <= 4 else exif[at : at + min(size, LONGEST)]
    return bool(text.strip(b"\0 "))


# --- JPEG ---

SCAN, END, COMMENT, APP1, ADOBE = 0xDA, 0xD9, 0xFE, 0xE1, 0xEE
ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a segment
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
LEFT_BEHIND = {*range(APP1, 0xF0), COMMENT} - {ADOBE}  # Adobe's says how colours are coded
_MARKER = re.compile(rb"\xff([^\0\xff])", re.DOTALL)


def _jpeg(content: bytes) -> File:
    *before, (_, start, _) = _segments(content)
    kept, exif, size, progressive = [b"\xff\xd8"], b"", (0, 0), False
    for marker, _, segment in before:
        if marker == APP1 and segment[4:10] == b"Exif\0\0":
            exif = exif or segment[4:]
        if marker in FRAMES:
            size, progressive = struct.unpack_from(">HH", segment, 5), marker in PROGRESSIVE
        if marker not in LEFT_BEHIND:
            kept.append(segment)
    end = content.find(b"\xff\xd9", start)
    body = content[start:] if end < 0 else content[start : end + 2]
    if body.count(b"\xff\xda") > SCANS:
        raise Unreadable(f"a JPEG of more than {SCANS} passes, made to waste time")
    if end < 0 and progressive:
        raise Unreadable("cut off: a progressive JPEG without its end is not sharp enough")
    height, width = size
    joined = b"".join([*kept, body])
    return File("jpeg", joined, width, height, exif=exif, cut=end < 0, partial=True)


def _segments(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(marker, where it starts, marker with segment) up to the header of the first scan."""
    at = 2
    for _ in range(PIECES):
        found = _MARKER.search(content, at)
        if found is None:
            raise IndexError
        marker, at = found[1][0], found.end()
        if marker in ALONE:
            continue
        (length,) = struct.unpack_from(">H", content, at)
        if length < 2 or marker == END:
            raise Unreadable("damaged: its header cannot be read")
        if at + length > len(content):
            raise IndexError
        yield marker, at - 2, content[at - 2 : at + length]
        if marker == SCAN:
            return
        at += length
    raise Unreadable(f"made of more than {PIECES:,} pieces")


# --- PNG ---

NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT")
_IEND = b"\0\0\0\0IEND\xaeB`\x82"


def _png(content: bytes) -> File:
    kept, exif, frames, cut, has_picture = [content[:8]], b"", 0, True, False
    for kind, chunk in _chunks(content):
        if kind in NEEDED:
            kept.append(chunk)
        elif kind == b"eXIf":
            exif = chunk[8:-4]
        frames += kind == b"fcTL"
        has_picture |= kind == b"IDAT"
        cut = kind != b"IEND"
    width, height, interlaced = struct.unpack_from(">II4xB", content, 16)
    if not has_picture:
        raise IndexError
    joined, frames = b"".join([*kept, _IEND]), max(frames, 1)
    return File("png", joined, width, height, frames, exif, cut, partial=not interlaced)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, whole chunk) up to IEND or the end of the file; image data may be cut."""
    at = 8
    for _ in range(PIECES):
        if at + 8 > len(content):
            return
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end <= len(content):
            yield kind, content[at:end]
        elif kind == b"IDAT":
            held = content[at + 8 : at + 8 + length]
            yield kind, struct.pack(">I4s", len(held), kind) + held + bytes(4)
        if kind == b"IEND":
            return
        at = end
    raise Unreadable(f"made of more than {PIECES:,} pieces")


# --- GIF ---

EXTENSION, IMAGE, CONTROL, TRAILER = 0x21, 0x2C, 0xF9, 0x3B


def _gif(content: bytes) -> File:
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    at = 13 + _colours(flags)
    head, control, first, frames, cut = content[:at], b"", b"", 0, False
    try:
        for kind, start, end in _blocks(content, at):
            if kind == IMAGE:
                first = first or content[start:end]
                frames += 1
            elif content[start + 1] == CONTROL and not first:
                control = _transparency(content[start + 3 : start + 7])
    except IndexError:
        cut = True
    left, top, wide, high = struct.unpack_from("<HHHH", first, 1)
    joined = head + control + first + bytes([TRAILER])
    size = max(width, left + wide), max(height, top + high)
    return File("gif", joined, *size, max(frames, 1), cut=cut)


def _blocks(content: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """(kind, start, end) of extensions and images; beyond `PIECES` the rest is not looked at."""
    for _ in range(PIECES):
        kind, start = content[at], at
        if kind not in (EXTENSION, IMAGE):
            return
        at += 2 if kind == EXTENSION else 11 + _colours(content[at + 9])
        while content[at]:
            at += content[at] + 1
        at += 1
        yield kind, start, at


def _colours(flags: int) -> int:
    """Bytes of the colour table that such flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _transparency(control: bytes) -> bytes:
    """A control extension that keeps the transparent colour and no other wish."""
    return bytes([EXTENSION, CONTROL, 4, control[0] & 1, 0, 0, control[3], 0])


# --- WebP, AVIF, BMP ---


def _lacks(content: bytes, whole: int) -> str:
    return f"cut off: {len(content):,} of {whole:,} bytes" if whole > len(content) else ""


def _webp(content: bytes) -> File:
    kind = content[12:16]
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(content[at : at + 3], "little") for at in (24, 27))
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", content, 26))
    (length,) = struct.unpack_from("<I", content, 4)
    return File("webp", content, width, height, lacks=_lacks(content, length + 8))


_SIZE = re.compile(rb"ispe....(.{4})(.{4})", re.DOTALL)


def _avif(content: bytes) -> File:
    """Exif items are renamed: codecs skip what they do not know, and nobody unpacks them."""
    parts, sizes, at = [], [(0, 0)], 0
    for kind, end in _boxes(content):
        part = content[at:end]
        if kind != b"mdat":
            sizes += [struct.unpack(">II", w + h) for w, h in _SIZE.findall(part)]
            part = part.replace(b"Exif", b"none")
        parts.append(part)
        at = end
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return File("avif", b"".join(parts), width, height, lacks=_lacks(content, at))


def _boxes(content: bytes) -> Iterator[tuple[bytes, int]]:
    """(kind, where it ends) of the outermost boxes, one behind the other."""
    at = 0
    for _ in range(PIECES):
        if at + 8 > len(content):
            return
        length, kind = struct.unpack_from(">I4s", content, at)
        if length == 1:
            (length,) = struct.unpack_from(">Q", content, at + 8)
        at = at + max(length, 8) if length else len(content)
        yield kind, at
    raise Unreadable(f"made of more than {PIECES:,} pieces")


def _bmp(content: bytes) -> File:
    (whole, header) = struct.unpack_from("<I8xI", content, 2)
    width, height = struct.unpack_from("<HH" if header == 12 else "<Ii", content, 18)
    if header > 12 and struct.unpack_from("<I", content, 30)[0] in (1, 2):
        raise Unreadable("a run-length coded BMP, which is not read")
    return File("bmp", content, width, abs(height), lacks=_lacks(content, whole))


_FORMATS: tuple[tuple[re.Pattern[bytes], Callable[[bytes], File]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), take_apart)
    for pattern, take_apart in (
        (rb"\xff\xd8\xff", _jpeg),
        (rb"\x89PNG\r\n\x1a\n", _png),
        (rb"GIF8[79]a", _gif),
        (rb"RIFF....WEBPVP8[ XL]", _webp),
        (rb"\0...ftyp(....){0,20}?avi[fs]", _avif),
        (rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", _bmp),
    )
)

_TEXT = rb"(\xef\xbb\xbf)?\s*"
_OTHERS = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), what)
    for pattern, what in (
        (
            _TEXT + rb"<(!doctype html|html|head|body|script|meta|title)",
            "a web page, not a picture",
        ),
        (_TEXT + rb"<(svg|.*<svg)", "an SVG drawing, which is not read"),
        (_TEXT + rb"<!--", "a web page, not a picture"),
        (_TEXT + rb"<[?a-z]", "an XML message, not a picture"),
        (_TEXT + rb"[{\[]\s*[\"{\[}\]]", "a JSON message, not a picture"),
        (rb"....ftyp(....){0,20}?(hei[cmsx]|hev[cx]|mif1)", "an HEIC photo, which is not read"),
        (rb"....ftyp|\x1a\x45\xdf\xa3", "a video, not a picture"),
        (rb"II[*+]\0|MM\0[*+]", "a TIFF file, which is not read"),
        (rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL file, which is not read"),
        (rb"\xff\x4f\xff\x51|\0\0\0\x0cjP  ", "a JPEG 2000 file, which is not read"),
        (rb"\x00\x00\x01\x00", "an icon file, which is not read"),
        (rb"8BPS", "a Photoshop file, which is not read"),
        (rb"%PDF", "a PDF document, not a picture"),
        (rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript file, which is not read"),
        (
            rb"PK\x03\x04|\x1f\x8b|Rar!|7z\xbc\xaf|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd",
            "a packed file, not a picture",
        ),
    )
)
