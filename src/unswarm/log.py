"""What people said and did with a case: one line each, never changed, each hashing the one before.

Every line is a JSON object. Its `before` is the hash of the line before it and its `hash` covers
everything else in it, so a line that was changed, removed or put elsewhere is found. A last line
without its line break was cut off while it was being written; it never happened.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unswarm.errors import CaseError

BEGINNING = "0" * 64


def now() -> str:
    """This moment, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def append(path: Path, act: str, /, **entry: Any) -> dict[str, Any]:
    """Add one line: what was done (`act`), when, and whatever else there is to say.

    Raises:
        CaseError: the chain is broken; nothing is added to a log that cannot be trusted.
    """
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        found = file.read()
        whole = found[: found.rfind(b"\n") + 1]
        last = _last(path, whole)
        added = {"before": last, "when": now(), "act": act, **entry}
        added["hash"] = _hash(added)
        file.truncate(len(whole))
        file.write(json.dumps(added, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return added


_checked_before: dict[Path, tuple[int, bytes, int, str]] = {}
"""File → what this process has checked of it: bytes, their hash, lines, the last line's hash."""


def _last(path: Path, text: bytes) -> str:
    """The hash of the last line; what was checked before and is the same is not parsed again."""
    size, digest, lines, last = _checked_before.get(path, (0, b"", 0, BEGINNING))
    if hashlib.sha256(text[:size]).digest() != digest:
        size, lines, last = 0, 0, BEGINNING
    for line in _checked(path, text[size:], lines, last):
        lines, last = lines + 1, line["hash"]
    _checked_before[path] = (len(text), hashlib.sha256(text).digest(), lines, last)
    return last


def entries(path: Path) -> list[dict[str, Any]]:
    """Every line, oldest first.

    Raises:
        CaseError: the chain is broken; the message names the line.
    """
    if not path.exists():
        return []
    found = path.read_bytes()
    return list(_checked(path, found[: found.rfind(b"\n") + 1]))


def _checked(
    path: Path, text: bytes, before: int = 0, last: str = BEGINNING
) -> Iterator[dict[str, Any]]:
    """The lines of a text that has `before` lines above it, the last with hash `last`."""
    for number, raw in enumerate(text.splitlines(), start=before + 1):
        line = _parsed(raw)
        if line is None or line.get("before") != last or line.get("hash") != _hash(line):
            raise CaseError(
                f"{path}, line {number}: the log's chain is broken here: this line or the one "
                "before it was changed or removed. Hint: restore log.jsonl from a copy."
            )
        last = line["hash"]
        yield line


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def _hash(line: Mapping[str, Any]) -> str:
    said = {key: value for key, value in line.items() if key != "hash"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
