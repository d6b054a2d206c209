"""Who saw and took what: a file a day, each line with the hash of the one before."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from unswarm import log

FOLDER = "audit"


class Audit:
    """The audit log of a server.

    A file holds a day, so that a line costs the same on the last day of a year as on the first. The
    first line of a file names the last hash of the file before.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._lock = threading.Lock()

    def write(self, act: str, **said: Any) -> None:
        """Add a line."""
        with self._lock:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"{log.now()[:10]}.jsonl"
            if not path.exists():
                path.touch(mode=0o600)
                log.append(path, "begin", after=self._last_before(path))
            log.append(path, act, **said)

    def _last_before(self, path: Path) -> str:
        earlier = [other for other in self._files() if other < path]
        lines = log.entries(earlier[-1]) if earlier else []
        return str(lines[-1]["hash"]) if lines else log.BEGINNING

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))

    def latest(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """Some lines, the latest first.

        Raises:
            CaseError: the chain of a file is broken.
        """
        return list(islice(self._backwards(), offset, offset + limit))

    def _backwards(self) -> Iterator[dict[str, Any]]:
        for path in reversed(self._files()):
            yield from (line for line in reversed(log.entries(path)) if line["act"] != "begin")
