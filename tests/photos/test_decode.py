"""Photos from strangers: a small upright picture or a plain reason, quickly and without a trace."""

import io
import itertools
import json
import pickle
import re
import struct
import sys
import time
import warnings
import zlib
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile, ImageOps, features

from shared import needs
from unswarm.errors import SettingsError
from unswarm.photos.decode import (
    PREVIEW,
    WORKING,
    Picture,
    Unreadable,
    decode,
    pixels,
    png,
    preview,
)

PATIENCE = 3.0  # seconds of processor time that no file may take
FORMS = ("jpeg", "png", "gif", "webp", "bmp", *(("avif",) if features.check("avif") else ()))


# --- builders ---


@cache
def drawn(width=64, height=48, mode="RGB"):
    """A picture whose every region differs: two gradients and a square."""
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    square = np.full((height, width), 40.0)
    square[height // 4 : height // 2, width // 8 : width // 3] = 230
    rgb = np.stack([across, down, square], axis=2).astype(np.uint8)
    return Image.fromarray(rgb).convert(mode)


def saved(form="jpeg", image=None, **options):
    out = io.BytesIO()
    (image or drawn()).save(out, form, **options)
    return out.getvalue()


def noise(width, height, seed=0):
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values)


def moving(form):
    first, *others = (Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "lime"))
    return saved(form, first, save_all=True, append_images=others, duration=100)


def chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width, height, *before, data=None):
    """A PNG of 8-bit RGB; by default its image data are those of a black picture."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = zlib.compress(bytes(height * (3 * width + 1))) if data is None else data
    parts = [header, *before, chunk(b"IDAT", data), chunk(b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def interlaced(side):
    """A PNG that comes in the seven passes of Adam7 (W3C PNG 3, 8.1)."""
    rgb = np.asarray(noise(side, side))
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2)]
    rows = [
        b"\0" + row.tobytes()
        for top, left, down, across in [*passes, (1, 0, 2, 1)]
        for row in rgb[top::down, left::across]
    ]
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 1))
    data = chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND")


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def with_segments(content, *segments):
    return content[:2] + b"".join(segments) + content[2:]


def of_size(content, width, height):
    """The same JPEG, whose header claims another size."""
    at = re.search(rb"\xff[\xc0\xc2]\0\x11\x08", content).end()
    return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]


def exif(order="<", rows=(), more=()):
    """An Exif block with a main directory and one behind it; rows are (tag, type, count, value)."""
    head = b"II*\0" if order == "<" else b"MM\0*"
    after = 8 + 2 + 12 * (len(rows) + 1) + 4
    main = [*rows, (0x8769, 4, 1, struct.pack(f"{order}I", after))]
    return (
        b"Exif\0\0" + head + struct.pack(f"{order}I", 8) + listed(order, main) + listed(order, more)
    )


def listed(order, rows):
    packed = (struct.pack(f"{order}HHI4s", tag, kind, n, value) for tag, kind, n, value in rows)
    return struct.pack(f"{order}H", len(rows)) + b"".join(packed) + bytes(4)


def turned(orientation, order="<"):
    return exif(order, [(0x0112, 3, 1, struct.pack(f"{order}H", orientation))])


def tiff_bomb(size):
    """An Exif block whose tags, up to 65,535, each claim nearly all of it as their value."""
    row = struct.pack("<HHII", 0x9999, 7, size - 10, 8)
    rows = min(65_535, size // 12 - 2)
    count = struct.pack("<H", rows)
    return (b"Exif\0\0II*\0\x08\0\0\0" + count + row * rows).ljust(size, b"\0")


def webp_with(kind, data):
    content = saved("webp", drawn(mode="RGBA"), exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0")
    at = content.index(b"EXIF")
    body = content[8:at] + kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def more_passes(content, passes):
    """A progressive JPEG whose last pass is repeated until there are so many."""
    at = content.rindex(b"\xff\xc4", 0, content.rindex(b"\xff\xda"))
    more = passes - content.count(b"\xff\xda")
    return content[:-2] + content[at:-2] * more + content[-2:]


def at_offset(content, offset, new):
    return content[:offset] + new + content[offset + len(new) :]


def gif_of(canvas, corner, size):
    """A GIF whose first image need not lie inside its canvas."""
    head = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    control = b"!\xf9\x04\x09\0\0\0\0"
    return head + control + b"," + struct.pack("<HHHHB", *corner, *size, 0) + b"\x02\x01\x04\0;"


# --- what is read ---


def reference(content):
    """The slow way: Pillow's own orientation, all pixels, white paper, then the same filter."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    factor = min(1, WORKING / max(image.size))
    size = [round(side * factor) for side in image.size]
    return np.asarray(paper.convert("RGB").resize(size, Image.Resampling.LANCZOS))


def far(one, other):
    assert one.shape == other.shape
    return np.abs(one.astype(int) - other).mean()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [(64, 48), (401, 399), (1023, 640)])
def test_every_form_is_what_the_slow_way_gives(form, size):
    content = saved(form, drawn(*size))
    found = decode(content)
    assert (found.form, found.width, found.height, found.frames) == (form, *size, 1)
    assert not (found.truncated or found.camera)
    assert found.rgb.dtype == np.uint8
    assert far(found.rgb, reference(content)) < 0.6


@settings(max_examples=40, deadline=None)
@given(
    st.integers(16, 1700),
    st.integers(16, 1700),
    st.integers(0, 9),
    st.sampled_from("<>"),
    st.booleans(),
)
def test_any_size_and_orientation_is_what_the_slow_way_gives(width, height, turn, order, passes):
    if min(width, height) * WORKING < 16.5 * max(width, height):
        width = height
    picture = drawn(width, height)
    content = saved("jpeg", picture, exif=turned(turn, order), quality=95, progressive=passes)
    found, expected = decode(content), reference(content)
    assert far(found.rgb, expected) < 1.5
    assert max(found.rgb.shape) <= WORKING
    assert (found.width, found.height) == ((height, width) if 5 <= turn <= 8 else (width, height))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", sorted({*FORMS} - {"gif", "bmp"}))
def test_every_form_is_turned_upright(form, orientation):
    content = saved(form, drawn(64, 48), exif=turned(orientation))
    assert far(decode(content).rgb, reference(content)) < 0.6


SIZES = [(97, 61), (400, 400), (401, 399), (640, 480), (1023, 1025), (1600, 900), (3333, 2222)]


@pytest.mark.parametrize(
    ("form", "size", "orientation"),
    [
        *itertools.product(["jpeg"], SIZES, range(1, 9)),
        *itertools.product(["png", "webp"], SIZES[:5], [1, 6]),
    ],
)
def test_a_point_keeps_its_fraction_of_width_and_height(form, size, orientation):
    upright = size[::-1] if orientation >= 5 else size
    stored = lying(dotted(upright, 0.3733, 0.4690), orientation)
    content = saved(form, stored, exif=turned(orientation), quality=95, lossless=True)
    x, y = middle(decode(content).rgb)
    assert abs(x - 0.3733) < 0.0004  # a shift of half a pixel would be 0.00125
    assert abs(y - 0.4690) < 0.0004


def dotted(size, x, y):
    """A soft dark dot at fractions of width and height, which count from edge to edge."""
    width, height = size
    radius = max(width, height) / 30
    across = (np.arange(width) + 0.5 - x * width) / radius
    down = (np.arange(height) + 0.5 - y * height) / radius
    dark = 200 * np.exp(-(across[None, :] ** 2 + down[:, None] ** 2))
    return Image.fromarray(np.round(255 - dark).astype(np.uint8)).convert("RGB")


def lying(image, orientation):
    """The picture as a camera stores it that says `orientation`: Exif 2.32, by pixel position."""
    stored = np.asarray(image)
    mirrored = {2: "x", 3: "xy", 4: "y", 5: "t", 6: "ty", 7: "tyx", 8: "tx"}.get(orientation, "")
    for step in mirrored:
        stored = {"x": stored[:, ::-1], "y": stored[::-1], "t": stored.transpose(1, 0, 2)}[step]
    return Image.fromarray(np.ascontiguousarray(stored))


def middle(rgb):
    dark = 255.0 - rgb.mean(axis=2)
    dark[dark < 4] = 0
    down, across = np.indices(dark.shape) + 0.5
    height, width = dark.shape
    return (dark * across).sum() / dark.sum() / width, (dark * down).sum() / dark.sum() / height


def test_fine_stripes_become_grey_and_not_broad_stripes():
    stripes = np.zeros((1400, 1400, 3), np.uint8)
    stripes[:, ::2] = 255
    for content in (
        saved("png", Image.fromarray(stripes)),
        saved("jpeg", Image.fromarray(stripes)),
    ):
        assert np.abs(decode(content).rgb[8:-8, 8:-8].astype(int) - 128).max() < 16


HALF = np.zeros((40, 40), np.uint8)
HALF[:, 20:] = 255


def half_transparent(mode):
    """Red or black on the right, on the left nothing."""
    image = Image.new(mode, (40, 40), {"RGBA": (255, 0, 0, 255), "LA": (0, 255)}[mode])
    image.putalpha(Image.fromarray(HALF))
    return image


def sixteen_bits():
    return Image.fromarray(np.repeat(HALF.astype(np.uint16) * 257 // 2, 1, axis=1))


def keyed(mode, key):
    return saved("png", Image.fromarray(HALF).convert(mode), transparency=key)


@pytest.mark.parametrize(
    ("content", "left", "right"),
    [
        (saved("png", half_transparent("RGBA")), (255, 255, 255), (255, 0, 0)),
        (saved("png", half_transparent("LA")), (255, 255, 255), (0, 0, 0)),
        (saved("webp", half_transparent("RGBA"), lossless=True), (255, 255, 255), (255, 0, 0)),
        (saved("gif", half_transparent("RGBA")), (255, 255, 255), (255, 0, 0)),
        (keyed("L", 0), (255, 255, 255), (255, 255, 255)),
        (keyed("L", 255), (0, 0, 0), (255, 255, 255)),
        (keyed("RGB", (0, 0, 0)), (255, 255, 255), (255, 255, 255)),
        (keyed("1", 0), (255, 255, 255), (255, 255, 255)),
        (keyed("P", bytes([0] * 255 + [255])), (255, 255, 255), (255, 255, 255)),
        (keyed("P", bytes([255] * 256)), (0, 0, 0), (255, 255, 255)),
        (saved("png", Image.fromarray(HALF).convert("1")), (0, 0, 0), (255, 255, 255)),
        (saved("png", sixteen_bits()), (0, 0, 0), (127, 127, 127)),
        (saved("jpeg", Image.fromarray(HALF)), (0, 0, 0), (255, 255, 255)),
        (saved("jpeg", Image.fromarray(HALF).convert("CMYK")), (0, 0, 0), (255, 255, 255)),
        (saved("bmp", Image.fromarray(HALF).convert("P")), (0, 0, 0), (255, 255, 255)),
    ],
)
def test_every_mode_lies_on_white(content, left, right):
    rgb = decode(content).rgb.astype(int)
    assert rgb.shape == (40, 40, 3)
    assert np.abs(rgb[20, 5] - left).max() < 8
    assert np.abs(rgb[20, 35] - right).max() < 8


@pytest.mark.parametrize("form", ["gif", "webp", "png"])
def test_the_first_frame_is_looked_at(form):
    found = decode(moving(form))
    assert found.frames == 3
    assert np.abs(found.rgb.astype(int) - (255, 0, 0)).max() < 8


# --- traces of the file ---


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("passes", [False, True])
def test_the_quality_is_the_one_libjpeg_was_asked_for(mode, passes):
    picture = drawn(mode=mode)
    asked = range(1, 101)
    found = [decode(saved("jpeg", picture, quality=q, progressive=passes)) for q in asked]
    assert [picture.quality for picture in found] == list(asked)
    assert len({picture.tables for picture in found}) == 100


def test_other_tables_have_a_hash_and_no_quality():
    tables = [[8] * 64, [9] * 64]
    found = decode(saved("jpeg", qtables=tables))
    assert found.quality is None
    assert re.fullmatch(r"[0-9a-f]{12}", found.tables)
    assert found.tables != decode(saved("jpeg", qtables=tables[::-1])).tables
    mixed = [*Image.open(io.BytesIO(saved("jpeg", quality=80))).quantization.values()]
    other = [*Image.open(io.BytesIO(saved("jpeg", quality=90))).quantization.values()]
    assert decode(saved("jpeg", qtables=[mixed[0], other[1]])).quality is None
    assert decode(saved("jpeg", qtables=[mixed[0], mixed[1]])).quality == 80


def test_the_hash_of_tables_stays_what_it_was():
    assert decode(saved("jpeg", quality=75)).tables == "54d05321e350"
    assert decode(saved("png")).tables is None


MAKE = (0x010F, 2, 4, b"Abc\0")
TAKEN = (0x9003, 2, 20, struct.pack("<I", 8))


@pytest.mark.parametrize(
    ("block", "camera"),
    [
        (exif(), False),
        (exif("<", [MAKE]), True),
        (exif(">", [MAKE]), True),
        (exif("<", [(0x0110, 2, 4, b"Abc\0")]), True),
        (exif("<", [(0x010F, 2, 4, b"   \0")]), False),
        (exif("<", [(0x0131, 2, 4, b"Gim\0")]), False),
        (exif("<", more=[TAKEN]), True),
        (exif("<", [(0x010F, 2, 99, b"\xff\xff\xff\xff")]), False),
        (exif("<", [MAKE])[:20], False),
    ],
)
@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
def test_whether_a_camera_left_a_trace(block, camera, form):
    assert decode(saved(form, exif=block)).camera is camera


@pytest.mark.parametrize("form", sorted({*FORMS} - {"gif", "bmp"}))
def test_pillow_is_never_asked_about_exif(form, monkeypatch):
    content = saved(form, exif=turned(6))

    def fail(*_):
        raise AssertionError

    monkeypatch.setattr(Image.Exif, "load", fail)
    assert decode(content).form == form


BROKEN_EXIF = {
    "nothing behind the mark": b"Exif\0\0",
    "no byte order": b"Exif\0\0" + bytes(40),
    "cut": turned(6)[:15],
    "a directory outside": b"Exif\0\0II*\0\xff\xff\xff\xff",
    "a directory inside itself": exif("<")[:-10] + struct.pack("<HHII", 0x8769, 4, 1, 8),
    "an orientation of 0": turned(0),
    "an orientation of 77": turned(77),
}


@pytest.mark.parametrize("name", BROKEN_EXIF)
def test_broken_exif_changes_nothing(name):
    plain = saved("jpeg")
    found = decode(with_segments(plain, segment(0xE1, BROKEN_EXIF[name])))
    assert np.array_equal(found.rgb, decode(plain).rgb)
    assert (found.width, found.height, found.camera) == (64, 48, False)


# --- what is not read ---

JPEG = saved("jpeg", noise(80, 80), quality=85)
LONG = saved("jpeg", noise(80, 80), quality=85, progressive=True)
PNG = saved("png", noise(80, 80))
WEBP = saved("webp", noise(80, 80))
GIF = saved("gif", noise(80, 80))
BMP = saved("bmp", noise(80, 80))

REFUSED = {
    "nothing": (b"", r"^empty$"),
    "zeros": (bytes(5000), r"^no picture: '\\x00"),
    "a sentence": (b"Not found. Try again later.", r"^no picture: 'Not found\. T' …$"),
    "a false GIF": (b"GIF8" + bytes(99), r"^no picture: 'GIF8\\x00"),
    "a word like a BMP": (b"BMW drivers of the world, unite", r"^no picture: 'BMW"),
    "a web page": (
        b"<!DOCTYPE html><html><body>Log in</body></html>",
        "^a web page, not a picture$",
    ),
    "a web page with a mark": (b"\xef\xbb\xbf\n\n <HTML><head>", "^a web page, not"),
    "a web page with a drawing": (b"<html><svg/></html>", "^a web page, not"),
    "many comments": (b"<!---->" * 3000, "^a web page, not"),
    "a drawing": (b'<?xml version="1.0"?><svg xmlns="x"/>', "^an SVG drawing, which is not read$"),
    "a message": (b"<?xml version='1.0'?><Error>AccessDenied</Error>", "^an XML message, not"),
    "an answer": (json.dumps({"error": "gone"}).encode(), "^a JSON message, not a picture$"),
    "a list": (json.dumps([{"error": "gone"}]).encode(), "^a JSON message, not a picture$"),
    "TIFF": (saved("tiff"), "^a TIFF file, which is not read$"),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "^an HEIC photo, which is not read$"),
    "MP4": (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2", "^a video, not a picture$"),
    "EPS": (saved("eps"), "^a PostScript file, which is not read$"),
    "PDF": (saved("pdf"), "^a PDF document, not a picture$"),
    "an icon": (saved("ico"), "^an icon file, which is not read$"),
    "a zip": (b"PK\x03\x04" + bytes(99), "^a packed file, not a picture$"),
    "21 MB": (JPEG.ljust(21_000_000, b"\0"), "^larger than 20 MB$"),
    # size
    "one pixel": (saved("png", drawn(1, 1)), "^too small to look at: 1 × 1 pixels$"),
    "15 pixels": (saved("jpeg", drawn(15, 400)), "^too small to look at: 15 × 400 pixels$"),
    "a ribbon": (saved("jpeg", drawn(1000, 20)), "^too narrow to look at: 1,000 × 20 pixels$"),
    "no height": (of_size(JPEG, 80, 0), "^damaged: its header names no size$"),
    "a JPEG of 65,535": (of_size(JPEG, 65_535, 65_535), "^too many pixels: 65,535 × 65,535$"),
    "a PNG of 60,000": (png_of(60_000, 60_000, data=b""), "^too many pixels: 60,000 × 60,000$"),
    "a PNG of 100 million": (png_of(10_000, 10_000, data=b""), "^too many pixels"),
    "a PNG of 2³¹": (png_of(2**31 - 1, 2**31 - 1, data=b""), "^too many pixels"),
    "a long PNG": (png_of(30_001, 20, data=b""), "^too many pixels: 30,001 × 20$"),
    "a GIF of 65,535": (gif_of((65_535, 65_535), (0, 0), (1, 1)), "^too many pixels"),
    "a GIF beyond its canvas": (
        gif_of((20, 20), (10_000, 2_500), (10_000, 2_500)),
        "^too many pixels: 20,000 × 5,000$",
    ),
    "a BMP of 60,000": (at_offset(BMP, 18, struct.pack("<ii", 60_000, -60_000)), "^too many"),
    "a WebP of 16,384": (at_offset(moving("webp"), 24, b"\xff\x3f\0\xff\x3f\0"), "^too many"),
    "a lossy WebP of 16,383": (at_offset(WEBP, 26, b"\xff\x3f\xff\x3f"), "^too many"),
    # the end is missing
    "half a JPEG": (
        JPEG[: len(JPEG) // 2],
        r"^cut off: (3\d|4\d|50)% of its rows are there, 75% are",
    ),
    "half a progressive JPEG": (LONG[: len(LONG) // 2], "^cut off: a progressive JPEG"),
    "the head of a JPEG": (JPEG[:300], "^cut off before the picture begins$"),
    "three bytes of a JPEG": (JPEG[:3], "^cut off before the picture begins$"),
    "half a PNG": (
        PNG[: len(PNG) // 2],
        r"^cut off: (4\d|50)% of its rows are there, 75% are needed$",
    ),
    "most of an interlaced PNG": (interlaced(40)[:-300], "^damaged: its picture cannot be read$"),
    "the head of a PNG": (PNG[:33], "^cut off before the picture begins$"),
    "half a GIF": (GIF[: len(GIF) // 2], "^cut off before the picture"),
    "the head of a GIF": (GIF[:8], "^cut off before the picture begins$"),
    "half a WebP": (WEBP[:2000], rf"^cut off: 2,000 of {len(WEBP):,} bytes$"),
    "half a BMP": (BMP[:3112], rf"^cut off: 3,112 of {len(BMP):,} bytes$"),
    "the head of a BMP": (BMP[:25], "^cut off before the picture begins$"),
    # damaged
    "a wrong checksum": (at_offset(PNG, 29, b"abcd"), "^damaged: its header cannot be read$"),
    "no image data": (png_of(80, 80, data=b"abc"), "^damaged: its picture cannot be read$"),
    "a JPEG without a frame": (
        JPEG.replace(b"\xff\xc0", b"\xff\xe7"),
        "^damaged: its header names",
    ),
    "a JPEG without tables": (JPEG.replace(b"\xff\xdb", b"\xff\xe7"), "^damaged: its picture"),
    "a JPEG that ends at once": (b"\xff\xd8\xff\xd9" + bytes(99), "^damaged: its header"),
    "a WebP of nothing": (WEBP[:30] + b"\xff" * (len(WEBP) - 30), "^damaged: its"),
    "a squeezed BMP": (at_offset(BMP, 30, b"\1"), "^a run-length coded BMP, which is not read$"),
    # made to waste time
    "51 passes": (more_passes(LONG, 51), "^a JPEG of more than 50 passes"),
    "a million segments": (
        with_segments(JPEG, segment(0xE1, b"Exif\0\0!") * 1_000_000),
        "^made of more than 20,000 pieces$",
    ),
    "a million chunks": (png_of(80, 80, chunk(b"aaAa") * 1_000_000), "^made of more than 20,000"),
    "junk between segments": (b"\xff\xd8\xff" + b"\0" * 15_000_000, "^cut off before the picture"),
    "marks between segments": (b"\xff\xd8" + b"\xff" * 15_000_000, "^cut off before the picture"),
}
if "avif" in FORMS:
    AVIF = saved("avif", noise(80, 80))
    SIDES = AVIF.index(b"ispe") + 8
    REFUSED |= {
        "an AVIF of 12,000": (
            at_offset(AVIF, SIDES, struct.pack(">II", 12_000, 12_000)),
            "^too many",
        ),
        "half an AVIF": (AVIF[: len(AVIF) // 2], r"^cut off: [\d,]+ of [\d,]+ bytes$"),
    }

BOMB = zlib.compress(bytes(10**8))
SURVIVED = {
    "51 passes, without the last": more_passes(LONG, 50),
    "text that unpacks to 60 MB": png_of(
        *(80, 80, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000))) * 60)
    ),
    "text that unpacks to 100 MB": png_of(80, 80, chunk(b"zTXt", b"a\0\0" + BOMB)),
    "a profile that unpacks to 100 MB": png_of(*(80, 80, chunk(b"iCCP", b"a\0\0" + BOMB))),
    "an animation of a huge canvas": png_of(
        *(80, 80, chunk(b"acTL", b"\xff" * 8), chunk(b"fcTL", b"\0" * 4 + b"\x7f" * 22))
    ),
    "64 kB of Exif, claimed 5,000 times": with_segments(JPEG, segment(0xE1, tiff_bomb(65_000))),
    "10 MB of Exif, claimed 65,535 times": png_of(80, 80, chunk(b"eXIf", tiff_bomb(10**7)[6:])),
    "10 MB of Exif in a WebP": webp_with(b"EXIF", tiff_bomb(10**7)),
    "a broken second picture": with_segments(JPEG, segment(0xE2, b"MPF\0II*\0\xff\xff\xff\xff")),
    "a broken profile": with_segments(JPEG, segment(0xE2, b"ICC_PROFILE\0\x01\x01" + b"\xff" * 99)),
    "comments of one letter": GIF[:781] + b"!\xfe" + b"\1a" * 4_000_000 + b"\0" + GIF[781:],
    "19,000 comments": GIF[:781] + b"!\xfe\1a\0" * 19_000 + GIF[781:],
    "junk behind the end": JPEG + b"<script>alert(1)</script>" * 99,
    "another picture behind the end": JPEG + PNG,
    "passes behind the end": JPEG + LONG * 20,
}
if "avif" in FORMS:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow complains while it writes the file
        SURVIVED["Exif in an AVIF"] = saved("avif", exif=tiff_bomb(200_000)[6:])


@pytest.fixture
def silent(capfd):
    """Fails where anything reaches the terminal, warns, or changes Pillow for the host program."""
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield
    assert [str(warning.message) for warning in said] == []
    assert before == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    assert capfd.readouterr() == ("", "")


def timed(content):
    """The picture or the reason, if it comes soon."""
    start = time.process_time()
    try:
        found = decode(content)
    except Unreadable as error:
        found = error.reason
    assert time.process_time() - start < PATIENCE
    return found


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_why(name, silent):
    content, reason = REFUSED[name]
    found = timed(content)
    assert isinstance(found, str)
    assert re.search(reason, found)
    assert "\n" not in found
    assert "object at" not in found


@pytest.mark.parametrize("name", SURVIVED)
def test_what_is_made_to_hurt_is_a_picture_at_once(name, silent):
    assert isinstance(timed(SURVIVED[name]), Picture)


@pytest.mark.parametrize("form", ["jpeg", "png"])
@pytest.mark.parametrize("width", [80, 900])
def test_a_cut_file_is_looked_at_from_three_quarters_on(form, width):
    content = saved(form, noise(width, width))
    whole = decode(content)
    outcomes = []
    for share in (0.5, 0.6, 0.85, 0.95, 0.999):
        try:
            found = decode(content[: int(share * len(content))])
        except Unreadable:
            outcomes.append(False)
            continue
        outcomes.append(True)
        assert found.truncated
        assert found.rgb.shape == whole.rgb.shape
        rows = len(whole.rgb) * 7 // 10
        assert far(found.rgb[:rows], whole.rgb[:rows]) < 3
    assert outcomes == [False, False, True, True, True]


def test_rows_that_cannot_be_seen_are_there_all_the_same():
    image = noise(80, 80).convert("RGBA")
    image.paste((9, 9, 9, 0), (0, 40, 80, 80))
    assert decode(saved("png", image)[:-40]).truncated


def test_an_interlaced_png_is_looked_at_if_whole():
    assert np.array_equal(decode(interlaced(40)).rgb, np.asarray(noise(40, 40)))


def test_a_cut_animation_still_has_its_first_frame():
    for form in ("gif", "png"):
        found = decode(moving(form)[:-30])
        assert found.truncated
        assert np.abs(found.rgb.astype(int) - (255, 0, 0)).max() < 8


def test_a_reason_travels_between_processes():
    error = pickle.loads(pickle.dumps(Unreadable("empty")))
    assert (error.reason, str(error)) == ("empty", "empty")


# --- faults of codecs ---


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (MemoryError(), "needs more memory than there is"),
        (OSError("at 0x7f1234 in /home/ann/x.jpg"), "damaged: its picture cannot be read"),
        (ZeroDivisionError(), "damaged: its picture cannot be read"),
        (RecursionError(), "damaged: its picture cannot be read"),
        (Image.DecompressionBombError("9 > 8"), "too many pixels"),
    ],
)
def test_any_fault_of_a_codec_becomes_a_reason(fault, reason, monkeypatch):
    def fail(self):
        raise fault

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    with pytest.raises(Unreadable) as error:
        decode(JPEG)
    assert error.value.reason == reason


def test_an_interrupt_is_not_swallowed(monkeypatch):
    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(ImageFile.ImageFile, "load", interrupted)
    with pytest.raises(KeyboardInterrupt):
        decode(JPEG)


def test_without_pillow_the_extra_is_named(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "PIL"]:
        monkeypatch.setitem(sys.modules, name, None)
    rgb = np.zeros((20, 20, 3), np.uint8)
    for use in (lambda: decode(JPEG), lambda: preview(rgb), lambda: pixels(JPEG), lambda: png(rgb)):
        with pytest.raises(SettingsError, match=r"pip install 'unswarm\[photos\]'"):
            use()


# --- fuzz ---

SEEDS = {
    "jpeg": saved("jpeg", drawn(40, 32), exif=turned(6)),
    "progressive": saved("jpeg", drawn(40, 32), progressive=True),
    "grey": saved("jpeg", drawn(40, 32, "L")),
    "cmyk": saved("jpeg", drawn(40, 32, "CMYK")),
    "png": saved("png", drawn(40, 32), exif=turned(3)),
    "palette": saved("png", drawn(40, 32, "P"), transparency=3),
    "sixteen": saved("png", sixteen_bits()),
    "gif": saved("gif", drawn(40, 32)),
    "webp": saved("webp", drawn(40, 32, "RGBA"), exif=turned(8)),
    "lossless": saved("webp", drawn(40, 32, "RGBA"), lossless=True),
    "bmp": saved("bmp", drawn(40, 32)),
    **{f"moving {form}": moving(form) for form in ("gif", "png", "webp")},
    **({"avif": saved("avif", drawn(40, 32), exif=turned(3))} if "avif" in FORMS else {}),
}

place = st.floats(0, 1, exclude_max=True)
mutation = st.one_of(
    st.tuples(st.just("flip"), place, st.integers(0, 7)),
    st.tuples(st.just("set"), place, st.sampled_from([0, 1, 0x7F, 0x80, 0xFE, 0xFF])),
    st.tuples(st.just("cut"), place, st.none()),
    st.tuples(st.just("drop"), place, st.integers(1, 40)),
    st.tuples(st.just("double"), place, st.integers(1, 400)),
)


def mutated(content, mutations):
    """Mended afterwards where a checksum alone would give the mutation away."""
    changed = bytearray(content)
    for kind, share, value in mutations:
        at = int(share * len(changed))
        if kind == "cut" or at >= len(changed):
            del changed[at:]
        elif kind == "flip":
            changed[at] ^= 1 << value
        elif kind == "set":
            changed[at] = value
        elif kind == "drop":
            del changed[at : at + value]
        else:
            changed[at:at] = changed[at : at + value]
    return bytes(changed)


def mended(content):
    """A PNG with right checksums, as far as its chunks can be followed."""
    parts, at = [content[:8]], 8
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        parts.append(chunk(content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    return b"".join(parts)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), st.lists(mutation, min_size=1, max_size=6), st.booleans())
def test_damaged_files_are_a_picture_or_a_reason(name, mutations, mend):
    content = mutated(SEEDS[name], mutations)
    if mend and content.startswith(b"\x89PNG"):
        content = mended(content)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = timed(content)
    assert [str(warning.message) for warning in said] == []
    if isinstance(found, Picture):
        height, width, colours = found.rgb.shape
        assert 16 <= min(height, width) <= max(height, width) <= WORKING
        assert colours == 3
        assert found.frames >= 1


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        ["", "\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF89a", "BM", "RIFF\0\0\0\0WEBPVP8X"]
    ),
    st.binary(max_size=200),
)
def test_any_bytes_are_a_reason(head, tail):
    assert isinstance(timed(head.encode("latin-1") + tail), str)


# --- what is kept ---

SECRET = b"Meadow Lane 7"


def with_secrets():
    place = Image.Exif()
    place[0x010F], place[0x010E] = "Maker", SECRET.decode()
    place.get_ifd(0x8825)[1] = "N"
    place.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return saved("jpeg", drawn(500, 300), exif=place, comment=SECRET, icc_profile=SECRET * 9)


def test_no_metadata_leaves_this_module():
    content = with_secrets()
    assert content.count(SECRET) >= 3
    found = decode(content)
    assert found.camera
    for kept in (preview(found.rgb), png(found.rgb)):
        image = Image.open(io.BytesIO(kept))
        assert SECRET not in kept
        assert not image.getexif()
        assert not {"exif", "comment", "icc_profile", "xmp"} & set(image.info)
    words = [str(value) for name, value in vars(found).items() if name != "rgb"]
    assert not any("Maker" in word or "Meadow" in word for word in words)


@pytest.mark.parametrize(
    ("size", "kept"), [((500, 300), (128, 77)), ((300, 500), (77, 128)), ((60, 40), (60, 40))]
)
def test_a_preview_is_small_and_comes_back(size, kept):
    rgb = decode(saved("png", drawn(*size))).rgb
    small = preview(rgb)
    assert small == preview(rgb.copy())
    assert len(small) < 8000
    back = pixels(small)
    assert back.shape == (kept[1], kept[0], 3)
    assert max(back.shape) <= PREVIEW
    assert far(back, np.asarray(Image.fromarray(rgb).resize(kept, Image.Resampling.BOX))) < 4


def test_a_preview_of_a_narrow_picture_comes_back():
    rgb = decode(saved("png", drawn(400, 16))).rgb
    assert pixels(preview(rgb)).shape == (5, 128, 3)


@pytest.mark.parametrize("content", [b"", b"abc", JPEG[:100], saved("jpeg", drawn(400, 300))])
def test_what_is_no_preview_is_refused(content):
    with pytest.raises(Unreadable):
        pixels(content)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 9))
def test_a_png_holds_the_picture_and_nothing_else(width, height, seed):
    rgb = np.asarray(noise(width, height, seed))
    content = png(rgb)
    assert content == png(rgb.copy())
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(content))), rgb)
    kinds, at = [], 8
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        kinds.append(kind)
        at += 12 + length
    assert [kind for kind, _ in itertools.groupby(kinds)] == [b"IHDR", b"IDAT", b"IEND"]


# --- real files ---


def test_real_photos_are_what_the_slow_way_gives():
    folder = needs("faces", "images")
    files = sorted(folder.glob("*.*"))[::9]
    assert files
    for path in files:
        content = path.read_bytes()
        found = decode(content)
        assert not found.truncated
        assert far(found.rgb, reference(content)) < 1.5, path.name


def test_other_libraries_do_not_make_cut_files_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import ImageFile

    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    content = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(content, "PNG")
    with pytest.raises(Unreadable):
        decode(content.getvalue()[:-60])
