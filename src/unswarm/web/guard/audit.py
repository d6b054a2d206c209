"""Who saw and took what: files of a day, each line with the hash of the one before."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from unswarm import log
from unswarm.errors import CaseError
from unswarm.web.guard.people import own

FOLDER = "audit"
FULL = 1 << 18  # bytes of a file after which the next one begins: a line is added in a millisecond


class Audit:
    """The audit log of a server.

    A file holds a part of a day, so that a line costs the same on the last day of a year as on the
    first. The first line of a file names the last hash of the file before.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._lock = threading.Lock()

    def write(self, act: str, **said: Any) -> None:
        """Add a line."""
        with self._lock:
            own(self._folder.parent)
            own(self._folder)
            path = self._current(log.now()[:10])
            if not path.exists():
                path.touch(mode=0o600)
                log.append(path, "begin", after=self._last_before(path))
            log.append(path, act, **said)

    def _current(self, day: str) -> Path:
        """The file of a day that is not full, or the next one."""
        files = sorted(self._folder.glob(f"{day}.*.jsonl"))
        if files and files[-1].stat().st_size < FULL:
            return files[-1]
        return self._folder / f"{day}.{len(files):03}.jsonl"

    def _last_before(self, path: Path) -> str:
        earlier = [other for other in self._files() if other < path]
        return _last(log.entries(earlier[-1])) if earlier else log.BEGINNING

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))

    def latest(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """Some lines, the latest first.

        Raises:
            CaseError: the chain is broken, within a file or from one to the next.
        """
        return list(islice(self._backwards(), offset, offset + limit))

    def _backwards(self) -> Iterator[dict[str, Any]]:
        after = None
        for path in reversed(self._files()):
            lines = log.entries(path)
            if after not in (None, _last(lines)):
                raise CaseError(
                    f"{path}: the audit log's chain is broken after this file: its end, or a file "
                    "that came next, was removed. Hint: restore the folder from a copy."
                )
            yield from (line for line in reversed(lines) if line["act"] != "begin")
            after = lines[0].get("after") if lines else None


def _last(lines: Sequence[Mapping[str, Any]]) -> str:
    return str(lines[-1]["hash"]) if lines else log.BEGINNING
