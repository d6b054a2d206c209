"""What a watch is doing, in a file that the desk shows: `watch/status.json` of the case."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from unswarm.folder import aside
from unswarm.journal import STATUS, State
from unswarm.log import now


class Status:
    """The status of one watch.

    Args:
        case: the case's folder.
        source: what is followed.
    """

    def __init__(self, case: Path, source: str) -> None:
        self._path = case / STATUS
        self._said: dict[str, Any] = {"source": source, "since": now()}
        self._events, self._at = 0, time.monotonic()

    def committed(self, state: State, events: int, rows: int) -> None:
        """After a commit: what came and how fast."""
        elapsed = max(time.monotonic() - self._at, 1e-3)
        lag = None if state.clock is None else int(time.time() * 1000) - state.clock
        self._said |= {
            "events": events,
            "posts": state.taken.get("post", 0),
            "quarantined": state.taken.get("quarantine", 0),
            "per_second": round((events - self._events) / elapsed, 1),
            "lag_ms": lag,
            "cursor": state.cursor[:200],
            "gaps": len(state.gaps),
        }
        self._events, self._at = events, time.monotonic()
        self.save("following", note="")

    def looked(self, run: str, seconds: float) -> None:
        """After a detection."""
        self._said |= {"last_run": run, "last_run_seconds": round(seconds, 2)}

    def save(self, state: str, **said: Any) -> None:
        """Write it; a full disk does not matter here."""
        self._said |= {"state": state, "updated": now(), **said}
        with suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
            with aside(self._path) as partial:
                partial.write_text(json.dumps(self._said), encoding="utf-8")
