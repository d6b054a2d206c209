"""Photos decoded: files from strangers become small upright pictures, or a sentence why not.

The only module that knows Pillow. A file is first reduced to what draws the picture
(`_containers`), its size is judged by its header, and one codec, named by the content, sees the
rest. TIFF, HEIC and SVG are not read: no platform serves profile photos in them, and their
decoders do far more than draw pictures. Colours are taken as sRGB; embedded profiles are ignored.

Pictures are scaled with a Lanczos filter that widens with the factor, so nothing aliases, over the
exact area of the original, so a point keeps its fraction of width and height. Large JPEGs are
decoded at 1/2, 1/4 or 1/8 of their size first, never below `WORKING`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from unswarm.errors import SettingsError
from unswarm.photos._containers import File, Unreadable, orientation_and_camera, reduced

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["PREVIEW", "WORKING", "Picture", "Unreadable", "decode", "pixels", "png", "preview"]

WORKING = 400  # largest side of the picture that is looked at, pixels
PREVIEW = 128  # largest side of what is kept, pixels

LARGEST = 20_000_000  # bytes of a file
MOST_PIXELS = 50_000_000  # of a file
LONGEST_SIDE = 30_000  # of a file, pixels
SMALLEST_SIDE = 16  # of a file and of the picture that is looked at, pixels
COUNTED = ("webp", "avif")  # formats whose codec counts the frames
ENOUGH = 0.75  # share of rows from which on a cut file is looked at; eyes lie in the upper half

Rgb = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Picture:
    """A photo that can be looked at, and the few traces its file leaves.

    Args:
        rgb: (height, width, 3), largest side at most `WORKING`; upright, on white where it was
            transparent, the first of several frames; read-only.
        width: of the file, upright, pixels.
        height: the same.
        form: jpeg, png, gif, webp, avif or bmp.
        frames: 1 unless animated.
        truncated: the end of the file is missing, but the first frame is complete or at least
            `ENOUGH` of its rows are there (JPEG, PNG); missing rows are black or white.
        camera: the file names a camera, its maker or a time taken; which, is not read.
        tables: the quantisation tables of a JPEG: 12 hex digits of SHA-256; None for others.
        quality: 1–100 if libjpeg's scaling of the tables of ITU-T T.81 Annex K gives these tables.
    """

    rgb: Rgb
    width: int
    height: int
    form: str
    frames: int
    truncated: bool
    camera: bool
    tables: str | None
    quality: int | None


def decode(content: bytes) -> Picture:
    """The picture in a file.

    Needs up to 16 bytes for each pixel of the file's header for PNG, GIF, WebP and BMP, much less
    for JPEG. An AVIF file can decode to more pixels than its header says; libavif stops at 16,384 ×
    16,384, about 600 MB.

    Raises:
        Unreadable: with the reason. Nothing else that codecs raise escapes, except interrupts.
        SettingsError: Pillow is not installed.
    """
    file, image = _admitted(content)
    width, height = image.size
    orientation, camera = orientation_and_camera(file.exif or image.info.get("exif") or b"")
    turned = orientation >= 5
    tables = dict(getattr(image, "quantization", {}))
    rgb = _upright(_scaled_down(image, file), orientation)
    return Picture(
        rgb=rgb,
        width=height if turned else width,
        height=width if turned else height,
        form=file.form,
        frames=int(getattr(image, "n_frames", 1)) if file.form in COUNTED else file.frames,
        truncated=file.cut,
        camera=camera,
        tables=_short_hash(tables) if tables else None,
        quality=_quality(tables),
    )


def preview(rgb: Rgb) -> bytes:
    """A JPEG of at most `PREVIEW` pixels a side, quality 85, without metadata."""
    image: Image = _pillow().fromarray(rgb)
    bicubic = _pillow().Resampling.BICUBIC
    small = image.resize(_fitted(image.size, PREVIEW), bicubic, reducing_gap=1.5)
    return _saved(small, "JPEG", quality=85)


def pixels(jpeg: bytes) -> Rgb:
    """A preview back: (height, width, 3).

    Raises:
        Unreadable: the bytes are no picture of that size.
    """
    _pillow()
    file = reduced(jpeg)
    if max(file.width, file.height) > PREVIEW:
        raise Unreadable(f"no preview: {_size(file.width, file.height)}")
    image = _opened(file)
    with _codec("its picture", file):
        return np.asarray(image.convert("RGB"))


def png(rgb: Rgb) -> bytes:
    """A PNG without metadata; the same picture gives the same bytes."""
    return _saved(_pillow().fromarray(rgb), "PNG")


def check() -> None:
    """Make sure that Pillow is there.

    Raises:
        SettingsError: it is not installed.
    """
    _pillow()


def _pillow() -> ModuleType:
    """Pillow's main module.

    Raises:
        SettingsError: Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        hint = "Hint: pip install 'unswarm[photos]'"
        raise SettingsError(f"Photos need the photos extra. {hint}") from None
    return Image


@contextmanager
def _codec(part: str, file: File) -> Iterator[None]:
    """Whatever a codec raises becomes `Unreadable`, in our words."""
    from PIL import ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = False  # other libraries of the process set it, WeasyPrint too
    try:
        yield
    except Unreadable:
        raise
    except MemoryError:
        raise Unreadable("needs more memory than there is") from None
    except Exception as error:
        if isinstance(error, _pillow().DecompressionBombError):  # the host program's limit
            raise Unreadable("too many pixels") from error
        raise Unreadable(file.lacks or f"damaged: {part} cannot be read") from error


def _admitted(content: bytes) -> tuple[File, Image]:
    """The file and its image, not decoded yet; judged before and after a codec reads the header."""
    _pillow()
    if len(content) > LARGEST:
        raise Unreadable(f"larger than {LARGEST // 1_000_000} MB")
    file = reduced(content)
    _reasonable(file.width, file.height)
    image = _opened(file)
    _reasonable(image.width, image.height)
    return file, image


def _reasonable(width: int, height: int) -> None:
    size = _size(width, height)
    if min(width, height) < 1:
        raise Unreadable("damaged: its header names no size")
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise Unreadable(f"too many pixels: {size}")
    if min(width, height) < SMALLEST_SIDE:
        raise Unreadable(f"too small to look at: {size} pixels")
    if min(_fitted((width, height), WORKING)) < SMALLEST_SIDE:
        raise Unreadable(f"too narrow to look at: {size} pixels")


def _size(width: int, height: int) -> str:
    return f"{width:,} × {height:,}"


def _opened(file: File) -> Image:
    """The image with its header read; only the codec of its format is asked."""
    from PIL import features

    if file.form in COUNTED and not features.check(file.form):
        raise Unreadable(f"{file.form.upper()}, which this build of Pillow cannot read")
    with _codec("its header", file):
        image: Image = _pillow().open(BytesIO(file.content), formats=[file.form])
        return image


def _scaled_down(image: Image, file: File) -> Rgb:
    """The picture as it lies in the file, at the size that is looked at, on white."""
    target = _fitted(image.size, WORKING)
    with _codec("its picture", file):
        drafted = image.draft(None, target) if file.form == "jpeg" else None
        area = drafted[1] if drafted else None
        _loaded(image, file)
        return np.asarray(_on_white(_resized(_eight_bits(image), target, area)))


def _loaded(image: Image, file: File) -> None:
    """Decode; a cut picture keeps the rows that are there.

    Raises:
        Unreadable: too few rows are there.
    """
    try:
        image.load()
    except OSError:
        if not (file.cut and file.partial):
            raise
        image.tile = []  # type: ignore[attr-defined]  # what is there is all there will be
        box = image.getbbox(alpha_only=False)  # what is missing is 0
        share = box[3] / image.height if box else 0.0
        if share < ENOUGH:
            needed = f"{ENOUGH:.0%} are needed"
            raise Unreadable(f"cut off: {share:.0%} of its rows are there, {needed}") from None


def _eight_bits(image: Image) -> Image:
    """The same picture in a mode that can be scaled: L, LA, RGB, RGBA or CMYK."""
    if image.mode.startswith("I"):
        high = (np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)
        return _pillow().fromarray(high)  # type: ignore[no-any-return]
    if image.mode not in ("LA", "RGBA") and image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode not in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image.convert("RGB")
    return image


def _resized(
    image: Image, size: tuple[int, int], area: tuple[float, float, float, float] | None = None
) -> Image:
    """An area of a picture, by default all of it, at another size."""
    if image.size == size and area in (None, (0, 0, *size)):
        return image
    lanczos = _pillow().Resampling.LANCZOS
    return image.resize(size, lanczos, box=area, reducing_gap=3.0)


def _on_white(image: Image) -> Image:
    if image.mode not in ("LA", "RGBA"):
        return image if image.mode == "RGB" else image.convert("RGB")
    paper: Image = _pillow().new("RGB", image.size, "white")
    paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return paper


def _upright(rgb: Rgb, orientation: int) -> Rgb:
    """Turned as Exif orientation 1–8 demands (Exif 2.32, tag 0x0112)."""
    if orientation >= 5:
        rgb = rgb.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        rgb = rgb[::-1]
    if orientation in (2, 3, 6, 7):
        rgb = rgb[:, ::-1]
    rgb = np.ascontiguousarray(rgb)
    rgb.setflags(write=False)
    return rgb


def _fitted(size: tuple[int, int], largest: int) -> tuple[int, int]:
    """Width and height, made smaller where the larger one exceeds `largest`."""
    factor = min(1.0, largest / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _saved(image: Image, form: str, **options: int) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


# --- JPEG quantisation tables ---

# ITU-T T.81 (1992), tables K.1 and K.2, row by row
LUMINANCE = (
    *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55),
    *(14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62),
    *(18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMINANCE = (
    *(17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99),
    *(24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99),
    *(99,) * 32,
)

Tables = dict[int, list[int]]


def _short_hash(tables: Tables) -> str:
    """Of the tables with their numbers, in the order of these."""
    held = b"".join(
        bytes([number]) + np.array(table, ">u2").tobytes()
        for number, table in sorted(tables.items())
    )
    return hashlib.sha256(held).hexdigest()[:12]


def _quality(tables: Tables) -> int | None:
    """The quality at which libjpeg writes these tables: the first for brightness, then colour."""
    if not tables:
        return None
    first, *others = (tuple(table) for _, table in sorted(tables.items()))
    quality = _qualities().get(first)
    if quality is None or any(table != _scaled(CHROMINANCE, quality) for table in others):
        return None
    return quality


@cache
def _qualities() -> dict[tuple[int, ...], int]:
    return {_scaled(LUMINANCE, quality): quality for quality in range(1, 101)}


def _scaled(base: tuple[int, ...], quality: int) -> tuple[int, ...]:
    """As `jpeg_set_quality` of libjpeg scales a table for baseline files."""
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    return tuple(min(max((step * percent + 50) // 100, 1), 255) for step in base)
