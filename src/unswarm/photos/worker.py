"""The process that opens photos: files of strangers are decoded here and nowhere else.

It reads questions (paths) from standard input and writes answers (rows of `look`), as JSON, each
after its length. A photo that makes a codec crash or hang takes this process with it, and no more;
one that takes it over can send nothing but rows.
"""

from __future__ import annotations

import base64
import json
import os
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from unswarm.photos import UNREADABLE, look
from unswarm.photos.decode import LARGEST
from unswarm.photos.trained import open_trained

LENGTH = struct.Struct("<Q")
LONGEST = 1 << 27  # bytes of a message; sixteen rows with previews are a thousandth of it


def send(stream: BinaryIO, message: Any) -> None:
    """Write one message."""
    packed = json.dumps(message, default=_text).encode()
    stream.write(LENGTH.pack(len(packed)) + packed)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read one message.

    Raises:
        EOFError: the other side has ended, or sends what is no message.
    """
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    packed = stream.read(length) if length <= LONGEST else b""
    if len(packed) < length:
        raise EOFError
    try:
        return json.loads(packed, object_hook=_bytes)
    except ValueError:
        raise EOFError from None


def _text(value: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(value).decode()}


def _bytes(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value


def main() -> None:
    """Answer until there are no more questions. The arguments are manifests of detectors."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    models = [open_trained(Path(argument)) for argument in sys.argv[1:]]
    while True:
        try:
            paths: list[str] = receive(sys.stdin.buffer)
            send(answers, [_looked(Path(path), models) for path in paths])
        except (EOFError, BrokenPipeError):
            return


def _looked(path: Path, models: list[Any]) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        return {"result": UNREADABLE, "reason": f"cannot be opened: {error.strerror}".lower()}
    return look(content, models)


if __name__ == "__main__":
    main()
