"""The slot for a trained detector of generated pictures, which the user brings as an ONNX file.

unswarm ships none and fetches none. A manifest next to the file says what it is, where it comes
from and how pictures go in and numbers come out (`EXAMPLE`). The file is held to the checksum in
the manifest and runs from the very bytes that were checked. Its scores mean nothing by themselves:
a `Reference` of real photos from the user's platform says how rare a score is there.
"""

from __future__ import annotations

import hashlib
import importlib
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from unswarm.errors import InputError, SettingsError
from unswarm.photos._external import external
from unswarm.photos._manifest import EXAMPLE, Input, Manifest, Output, read_bytes, read_manifest
from unswarm.photos._reference import Reference, Tail, reference
from unswarm.photos.resample import resize

__all__ = [
    "EXAMPLE",
    "Input",
    "Manifest",
    "Output",
    "Reference",
    "Tail",
    "Trained",
    "around",
    "open_trained",
    "read_manifest",
    "reference",
]

LARGEST = (1 << 31) - 1  # bytes; Protocol Buffers reads no more

FLOATS = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64}
ROUNDING = 1e-3  # how far a half-precision probability may lie outside 0 and 1

# FFHQ, on whose framing generators of faces and their detectors are trained, as the eyes lie in it
EYE_DISTANCE = 0.2537  # of the side of the picture
EYE_LINE = 0.4690  # of the side, from the top

Point = tuple[float, float]
Eyes = tuple[Point, Point]
Shape = Sequence[int | str | None]


def open_trained(path: Path) -> Trained:
    """Open the detector that a manifest describes, and try it on a made-up picture.

    Raises:
        InputError: the manifest is wrong; the file is not the one with that checksum, keeps weights
            elsewhere, or is no model that takes and gives what the manifest says.
        SettingsError: onnxruntime is missing.
    """
    manifest = read_manifest(path)
    source = path.with_name(manifest.file)
    model = _verified(source, manifest.sha256)
    _require_whole(model, source)
    session = _session(model, source)
    _require_input(session, manifest.input, source)
    _require_output(session, manifest.output, source)
    trained = Trained(manifest, source, session)
    trained._run(_made_up(*manifest.input.size))
    return trained


class Trained:
    """An opened detector; `open_trained` makes it.

    Photos are scored one by one: on one core a batch is no faster, and alone a photo's score cannot
    depend on its neighbours.
    """

    def __init__(self, manifest: Manifest, source: Path, session: Any) -> None:
        self.manifest = manifest
        self._source, self._session = source, session
        taken, given = session.get_inputs()[0], session.get_outputs()[manifest.output.index]
        self._takes, self._type, self._gives = taken.name, FLOATS[taken.type], given.name

    def __repr__(self) -> str:
        return f"detector {self.manifest.name} {self.manifest.version} ({self.identity})"

    @property
    def identity(self) -> str:
        """What a calibration is bound to, see `Manifest.identity`."""
        return self.manifest.identity

    def score(self, rgb: NDArray[np.uint8], eyes: Eyes | None) -> float | None:
        """How much a photo is like the generated pictures the detector was trained on.

        Args:
            rgb: (h, w, 3), upright.
            eyes: centres of the eyes as (x, y) pixels, the left one in the picture first; None
                where there is no face.

        Returns:
            Any finite number, higher for generated pictures; for `softmax` the log-odds of the
            class, which unlike its probability does not end at 1. None where the detector wants a
            face and there is none.

        Raises:
            InputError: the model fails, or gives what the manifest does not promise.
        """
        picture = rgb if self.manifest.input.crop == "whole" else around(rgb, eyes)
        return None if picture is None else self._run(picture)

    def _run(self, picture: NDArray[np.uint8]) -> float:
        feed = _feed(picture, self.manifest.input).astype(self._type)
        with _explained(self._source, "fails on a picture", "export it again."):
            (given,) = self._session.run([self._gives], {self._takes: feed})
        return _read_score(given, self.manifest.output, self._source)


def around(rgb: NDArray[np.uint8], eyes: Eyes | None) -> NDArray[np.uint8] | None:
    """The square around a face that FFHQ would show; a picture framed so comes back whole.

    Where the square does not fit it is made smaller and moved, never filled up: filled borders are
    in no photo. It is not rotated.

    Args:
        rgb: (h, w, 3).
        eyes: centres of the eyes, (x, y) pixels, or None.

    Returns:
        A view of the picture; None without eyes that are at least a pixel apart.
    """
    if eyes is None:
        return None
    (left, upper), (right, lower) = eyes
    distance = math.hypot(right - left, lower - upper)
    if not 1 <= distance < math.inf:
        return None
    height, width = rgb.shape[:2]
    side = round(min(distance / EYE_DISTANCE, height, width))
    x = _within((left + right) / 2 - side / 2, width - side)
    y = _within((upper + lower) / 2 - side * EYE_LINE, height - side)
    return rgb[y : y + side, x : x + side]


def _within(value: float, most: int) -> int:
    return round(min(max(value, 0), most))


def _feed(picture: NDArray[np.uint8], how: Input) -> NDArray[np.float32]:
    """(1, 3, height, width) or (1, height, width, 3)."""
    pixels = resize(picture, *how.size)
    if how.channels == "bgr":
        pixels = pixels[..., ::-1]
    mean, std = np.array(how.mean, np.float32), np.array(how.std, np.float32)
    values = (pixels / np.float32(how.scale) - mean) / std
    if how.layout == "NCHW":
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(values[np.newaxis])


def _made_up(height: int, width: int) -> NDArray[np.uint8]:
    """A picture of no face that is not flat: flat ones break models that divide by a spread."""
    row, column, channel = np.indices((height, width, 3))
    return np.asarray((row * 37 + column * 101 + channel * 59) % 256, np.uint8)


def _read_score(given: NDArray[Any], how: Output, source: Path) -> float:
    columns = given.astype(np.float64).ravel()
    if columns.size != max(given.shape, default=1):
        shape = "×".join(map(str, given.shape))
        hint = "choose another output.index, or export it with one row of numbers per picture."
        raise InputError(f"gives {shape} numbers for one picture.", source=source, hint=hint)
    if how.generated >= columns.size:
        hint = f"output.generated counts from 0: write 0 to {columns.size - 1}."
        message = f"gives {columns.size} columns, not {how.generated + 1}."
        raise InputError(message, source=source, hint=hint)
    if not np.isfinite(columns).all():
        hint = "check input.scale, input.mean and input.std."
        raise InputError("gives what is no finite number.", source=source, hint=hint)
    return _READ[how.kind](columns, how.generated, source)


def _logit(columns: NDArray[np.float64], at: int, source: Path) -> float:
    return float(columns[at])


def _probability(columns: NDArray[np.float64], at: int, source: Path) -> float:
    value = float(columns[at])
    if not -ROUNDING <= value <= 1 + ROUNDING:
        hint = 'write output.kind = "logit", or "softmax" where each class has a column.'
        raise InputError(f"gives {value:g}, which is no probability.", source=source, hint=hint)
    return min(max(value, 0.0), 1.0)


def _softmax(columns: NDArray[np.float64], at: int, source: Path) -> float:
    if columns.size < 2:
        hint = 'write output.kind = "logit" or "probability".'
        raise InputError("gives one column, not one per class.", source=source, hint=hint)
    return float(columns[at] - logsumexp(np.delete(columns, at)))


_READ = {"logit": _logit, "probability": _probability, "softmax": _softmax}


def _verified(source: Path, wanted: str) -> bytes:
    model = read_bytes(source, LARGEST)
    found = hashlib.sha256(model).hexdigest()
    if found != wanted:
        message = f"is another file than the manifest says: its SHA-256 is {found}."
        hint = "get the file again, or correct sha256 if its publisher names this one."
        raise InputError(message, source=source, hint=hint)
    return model


def _require_whole(model: bytes, source: Path) -> None:
    try:
        elsewhere = external(model)
    except ValueError as error:
        hint = "check the file; it must be an ONNX model."
        raise InputError(f"is no ONNX model: {error}.", source=source, hint=hint) from None
    if elsewhere:
        message = "keeps weights in other files, which the checksum does not cover."
        hint = "save it again as one file (onnx.save with save_as_external_data=False)."
        raise InputError(message, source=source, hint=hint)


def _session(model: bytes, source: Path) -> Any:
    """One core, in a fixed order, nothing but the operators that onnxruntime itself brings."""
    runtime = _onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = 4
    options.add_session_config_entry("session.load_model_format", "ONNX")
    hint = "it must run on a CPU with onnxruntime alone, without libraries of further operators."
    with _explained(source, "cannot be opened", hint):
        return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _onnxruntime() -> Any:
    """The library, kept from reporting to its makers.

    From 1.29 on it does so by default, and once it is imported only partly stoppable: it keeps a
    device id in the home folder and uploads from a thread of its own.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        runtime = importlib.import_module("onnxruntime")
    except ImportError:
        message = "A trained detector needs the photos extra. Hint: pip install 'unswarm[photos]'"
        raise SettingsError(message) from None
    runtime.disable_telemetry_events()
    return runtime


def _require_input(session: Any, how: Input, source: Path) -> None:
    taken = session.get_inputs()
    if len(taken) != 1 or taken[0].type not in FLOATS:
        found = ", ".join(f"{one.name}: {one.type}" for one in taken) or "nothing"
        hint = "export it with one input of floats, the picture."
        raise InputError(f"takes {found}.", source=source, hint=hint)
    shape, wanted = taken[0].shape, _shape(how, how.layout)
    if not _fits(shape, wanted):
        message = f"takes {_shown(shape)}; the manifest says {_shown(wanted)}."
        raise InputError(message, source=source, hint=_how_to_fit(shape, how))


def _how_to_fit(shape: Shape, how: Input) -> str:
    other = "NHWC" if how.layout == "NCHW" else "NCHW"
    if _fits(shape, _shape(how, other)):
        return f'write input.layout = "{other}".'
    if not shape or _fits(shape[:1], (1,)):
        return "correct input.size or input.layout, or export it for pictures of three channels."
    return "export it for one picture at a time, or for any number of them."


def _shape(how: Input, layout: str) -> tuple[int, ...]:
    return (1, 3, *how.size) if layout == "NCHW" else (1, *how.size, 3)


def _fits(shape: Shape, wanted: tuple[int, ...]) -> bool:
    """Whether the model takes that; a side with a name, or with none, takes any length."""
    if len(shape) != len(wanted):
        return False
    sides = zip(shape, wanted, strict=True)
    return all(not isinstance(side, int) or side == want for side, want in sides)


def _shown(shape: Shape) -> str:
    return f"({', '.join('?' if side is None else str(side) for side in shape)})"


def _require_output(session: Any, how: Output, source: Path) -> None:
    given = session.get_outputs()
    if how.index >= len(given):
        names = ", ".join(one.name for one in given)
        hint = f"output.index counts from 0: write 0 to {len(given) - 1}."
        message = f"gives {len(given)} outputs ({names}), not {how.index + 1}."
        raise InputError(message, source=source, hint=hint)
    if given[how.index].type not in FLOATS:
        message = f"gives {given[how.index].type} as output {how.index}, which is no floats."
        raise InputError(message, source=source, hint="choose another output.index.")


@contextmanager
def _explained(source: Path, what: str, hint: str) -> Iterator[None]:
    """Turn whatever onnxruntime raises into a sentence; its errors share no class of their own."""
    try:
        yield
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError(f"{what}: {reason}", source=source, hint=hint) from error
