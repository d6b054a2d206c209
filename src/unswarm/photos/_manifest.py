"""What the user says about a detector of generated pictures: one TOML file, read strictly."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from unswarm.errors import InputError, did_you_mean

EXAMPLE = """\
name = "example"
version = "1"
licence = "Apache-2.0"
source = "https://example.org/where-it-comes-from"
file = "example.onnx"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
trained_on = ["StyleGAN2", "SDXL"]
[input]
size = [224, 224]
layout = "NCHW"
channels = "rgb"
scale = 255
mean = [0.485, 0.456, 0.406]
std = [0.229, 0.224, 0.225]
crop = "whole"
[output]
index = 0
kind = "logit"
generated = 0
"""
"""Every field of a manifest; `Manifest`, `Input` and `Output` say what they mean."""

SCORING = 1  # raise it when the way from a photo to a score changes: calibrations end with it
LARGEST = 1 << 20  # bytes
LARGEST_SIDE = 4096  # pixels
LONGEST_TEXT = 500  # characters
LEAST, MOST = 1e-6, 1e6  # of numbers, so that 32-bit floats hold what comes of them


@dataclass(frozen=True)
class Input:
    """How a picture goes into the model.

    Args:
        size: height and width, pixels.
        layout: NCHW or NHWC.
        channels: rgb or bgr.
        scale: what pixels (0 to 255) are divided by, before mean and std.
        mean: subtracted, one number for each of `channels`, in their order.
        std: divided by after that, likewise.
        crop: whole: the whole picture, squeezed to the size; face: a square around the eyes.
    """

    size: tuple[int, int]
    layout: str
    channels: str
    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    crop: str


@dataclass(frozen=True)
class Output:
    """How a score is read from what the model gives for one picture.

    Args:
        index: which output tensor.
        kind: logit: any number; probability: 0 to 1; softmax: a logit for each class.
        generated: the column that grows with the likeness to generated pictures.
    """

    index: int
    kind: str
    generated: int


@dataclass(frozen=True)
class Manifest:
    """What the user says about a detector.

    Args:
        name: shown in reports.
        version: the detector's, shown in reports.
        licence: under which the user may run it.
        source: where it comes from; nobody ever fetches it.
        file: the ONNX file beside the manifest.
        sha256: of that file, 64 hexadecimal digits.
        trained_on: engines whose pictures the detector has seen.
        input: how a picture goes in.
        output: how a score is read.
    """

    name: str
    version: str
    licence: str
    source: str
    file: str
    sha256: str
    trained_on: tuple[str, ...]
    input: Input
    output: Output

    @property
    def identity(self) -> str:
        """16 hexadecimal digits that change when the same photo could get another score."""
        decides = {"scoring": SCORING, "model": self.sha256}
        decides |= {"input": asdict(self.input), "output": asdict(self.output)}
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]


def read_manifest(path: Path) -> Manifest:
    """Read a manifest, all of it or nothing: a forgotten field would silently change the scores.

    Raises:
        InputError: it cannot be read, or a field is missing, unknown or outside its range.
    """
    try:
        values = tomllib.loads(read_bytes(path, LARGEST).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        hint = "write it like the example in the documentation."
        raise InputError(f"is no TOML file: {error}.", source=path, hint=hint) from None
    example = tomllib.loads(EXAMPLE)
    top = _Table(path, "", values, example)
    return Manifest(
        name=top.text("name"),
        version=top.text("version"),
        licence=top.text("licence"),
        source=top.text("source"),
        file=top.file_name("file"),
        sha256=top.checksum("sha256"),
        trained_on=top.texts("trained_on"),
        input=_input(_Table(path, "input.", top.table("input"), example["input"])),
        output=_output(_Table(path, "output.", top.table("output"), example["output"])),
    )


def _input(table: _Table) -> Input:
    return Input(
        size=table.size("size"),
        layout=table.choice("layout", ("NCHW", "NHWC")),
        channels=table.choice("channels", ("rgb", "bgr")),
        scale=table.number("scale", LEAST),
        mean=table.numbers("mean", -MOST),
        std=table.numbers("std", LEAST),
        crop=table.choice("crop", ("whole", "face")),
    )


def _output(table: _Table) -> Output:
    return Output(
        index=table.whole("index"),
        kind=table.choice("kind", ("logit", "probability", "softmax")),
        generated=table.whole("generated"),
    )


class _Table:
    """One table of a manifest; asking for a value checks it."""

    def __init__(
        self, path: Path, prefix: str, values: Mapping[str, Any], example: Mapping[str, Any]
    ) -> None:
        self.path, self.prefix, self.values, self.example = path, prefix, values, example
        for key in values:
            if key not in example:
                self.fault(key, "is unknown.", did_you_mean(key, example))

    def fault(self, key: str, message: str, hint: str | None = None) -> NoReturn:
        like = f"write it like {key} = {_toml(self.example.get(key))}"
        field = f"{self.prefix}{key}"
        raise InputError(message, source=self.path, field=field, hint=hint or like)

    def value(self, key: str) -> Any:
        if key not in self.values:
            self.fault(key, "is missing.")
        return self.values[key]

    def table(self, key: str) -> Mapping[str, Any]:
        value = self.values.get(key)
        if not isinstance(value, Mapping):
            self.fault(key, "must be a table.", f"add [{key}] and its fields.")
        return value

    def text(self, key: str) -> str:
        value = self.value(key)
        if not _is_text(value):
            self.fault(key, f"must be one line of 1 to {LONGEST_TEXT} characters.")
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.value(key)
        if not isinstance(value, list) or not value or not all(map(_is_text, value)):
            self.fault(key, "must be a list of names.", 'if nobody says, write ["unknown"].')
        return tuple(value)

    def file_name(self, key: str) -> str:
        name = self.text(key)
        if re.search(r"[/\\:]", name) or name in (".", ".."):
            hint = "put the ONNX file beside the manifest and write only its name."
            self.fault(key, "must be the name of a file, without folders.", hint)
        return name

    def checksum(self, key: str) -> str:
        value = self.text(key).lower()
        if not re.fullmatch("[0-9a-f]{64}", value):
            hint = "write what sha256sum prints for the file its publisher names."
            self.fault(key, "must be 64 hexadecimal digits.", hint)
        return value

    def choice(self, key: str, known: Collection[str]) -> str:
        value = self.value(key)
        if not isinstance(value, str) or value not in known:
            word = value if isinstance(value, str) else ""
            self.fault(key, f"must be {' or '.join(known)}.", did_you_mean(word, known))
        return value

    def whole(self, key: str) -> int:
        value = self.value(key)
        if not _is_whole(value) or not 0 <= value <= MOST:
            self.fault(key, f"must be a whole number from 0 to {MOST:.0f}.")
        return int(value)

    def size(self, key: str) -> tuple[int, int]:
        value = self.value(key)
        sides = value if isinstance(value, list) and all(map(_is_whole, value)) else []
        if len(sides) != 2 or not all(1 <= side <= LARGEST_SIDE for side in sides):
            self.fault(key, f"must be height and width, each 1 to {LARGEST_SIDE} pixels.")
        return sides[0], sides[1]

    def number(self, key: str, least: float) -> float:
        value = self.value(key)
        if not _is_number(value, least):
            self.fault(key, f"must be a number from {least:g} to {MOST:g}.")
        return float(value)

    def numbers(self, key: str, least: float) -> tuple[float, ...]:
        value = self.value(key)
        good = isinstance(value, list) and all(_is_number(one, least) for one in value)
        if not good or len(value) != 3:
            message = f"must be three numbers from {least:g} to {MOST:g}, one for each channel."
            self.fault(key, message)
        return tuple(map(float, value))


def _is_text(value: object) -> bool:
    good = isinstance(value, str) and value.isprintable() and value.strip()
    return bool(good) and len(str(value)) <= LONGEST_TEXT


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object, least: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return least <= value <= MOST


def _toml(value: object) -> str:
    return json.dumps(value)  # the same as TOML for texts, numbers and lists of them


def read_bytes(path: Path, most: int) -> bytes:
    """A whole file.

    Raises:
        InputError: it is missing, no plain file, or larger than that.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError("is no file.", source=path, hint="check the path.")
        if size > most:
            hint = "check that it is the right file."
            raise InputError(f"is larger than {most:,} bytes.", source=path, hint=hint)
        return path.read_bytes()
    except OSError as error:
        reason = f"cannot be opened: {(error.strerror or str(error)).lower()}."
        raise InputError(reason, source=path, hint="check the path.") from error
