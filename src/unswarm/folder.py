"""Files of a case: written aside and renamed, so that a crash leaves nothing half-written."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from unswarm.errors import CaseError


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A path to write to; it takes the place of `path` when the block ends without an error."""
    partial = path.with_name(path.name + ".partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_toml(path: Path, values: Mapping[str, Any]) -> None:
    """Write a TOML file in one step; a `TOMLDocument` keeps its comments."""
    with aside(path) as partial:
        partial.write_text(tomlkit.dumps(values), encoding="utf-8")


def read_toml(path: Path) -> tomlkit.TOMLDocument:
    """Read a TOML file.

    Raises:
        CaseError: it is missing or is no TOML; the message says where.
    """
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CaseError(f"{path} is missing.") from None
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise CaseError(f"{path} cannot be read: {error}.") from None


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder for writing; a second process that writes is refused at once.

    Raises:
        CaseError: another process holds it.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CaseError(
            f"Another unswarm is writing to {folder}. Hint: wait for it, or use another --case."
        ) from None
