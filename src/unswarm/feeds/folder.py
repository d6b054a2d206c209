"""A folder into which files of any format that a reader knows are put.

`folder:DIR`, or the folder alone. A file is read once it has not changed for two seconds; a file
that changes after it was read is read again, and rows that were there before count once. Files are
taken in the order of their names. One that no reader knows, or that holds nothing usable, is
reported and left.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

from unswarm.errors import InputError, SettingsError
from unswarm.feeds import PATIENCE, Intake
from unswarm.readers import Source, recognise

STILL = 2.0  # seconds a file must not have changed


def open_feed(where: str) -> Folder:
    """The folder at a path.

    Raises:
        SettingsError: there is none.
    """
    path = Path(where)
    if not path.is_dir():
        raise SettingsError(f"'{where}' is no folder. Hint: make it, then follow it.")
    return Folder(path)


class Folder:
    """A folder that is followed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def follow(self, cursor: str, intake: Intake) -> Iterator[str]:
        """Files that the cursor does not name, or names as they were before."""
        done: dict[str, str] = json.loads(cursor or "{}")
        while True:
            present = self._present()
            done = {name: mark for name, mark in done.items() if name in present}
            new = sorted(name for name in present if done.get(name) != present[name])
            for name in new:
                if _still(self._path / name):
                    _take(self._path / name, intake)
                    done[name] = present[name]
                    yield json.dumps(done)
            yield json.dumps(done)
            if not new:
                time.sleep(PATIENCE)

    def _present(self) -> dict[str, str]:
        """Path below the folder → its size and when it was changed."""
        found = {}
        for path in self._path.rglob("*"):
            below = path.relative_to(self._path)
            if path.is_file() and not any(part.startswith(".") for part in below.parts):
                found[str(below)] = _mark(path)
        return found


def _mark(path: Path) -> str:
    said = path.stat()
    return f"{said.st_size} {said.st_mtime_ns}"


def _still(path: Path) -> bool:
    """Whether nobody writes to a file any more; one dated later than now is."""
    age = time.time() - path.stat().st_mtime
    return age >= STILL or age < 0


def _take(path: Path, intake: Intake) -> None:
    try:
        source = Source(path, report=intake.say)
        _, reader = recognise(source)
        for name, rows in reader.read(source):
            intake.events += len(rows) if name == "post" else 0
            intake.add(name, rows)
    except InputError as error:
        intake.say(f"{error} It is left.")
        intake.batch.reject(1, None, "the file cannot be used", str(path))
