"""The alerts of a case and the status of its watch, as their files tell; the case is not opened.

A watch writes both while the desk is open. What was read is kept until the file changes.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from unswarm.alerts import Alert
from unswarm.alerts.book import FILE, Book, Told
from unswarm.errors import CaseError
from unswarm.folder import read_toml
from unswarm.journal import STATUS
from unswarm.web.shapes.alerts import AlertRow, Alerts, Kind, Watching, WatchView

SILENCE = timedelta(minutes=2)  # after which a watch that said nothing runs no more
KEPT = 16  # books
JOINED = 100  # accounts of one alert that are given
Stamp = tuple[int, int, int]


class Bulletin:
    """The books of alerts of a server."""

    def __init__(self) -> None:
        self._books: OrderedDict[Path, tuple[Stamp, Told]] = OrderedDict()
        self._lock = threading.Lock()

    def told(self, case: Path) -> Told:
        """All that was told in a case.

        Raises:
            CaseError: a line of its book is none.
        """
        stamp = stamp_of(case)
        with self._lock:
            kept = self._books.get(case)
        if kept and kept[0] == stamp:
            return kept[1]
        found = Book(case).read()
        with self._lock:
            self._books[case] = (stamp, found)
            self._books.move_to_end(case)
            while len(self._books) > KEPT:
                self._books.popitem(last=False)
        return found

    def alerts(self, case: Path, kind: str, tier: str, offset: int, limit: int) -> Alerts:
        """Alerts of a kind and a tier, the latest first; empty: of any."""
        told = self.told(case)
        wanted = [
            alert
            for alert in reversed(told.alerts)
            if kind in ("", alert.kind) and tier in ("", alert.tier)
        ]
        kinds: dict[Kind, int] = {}
        for alert in told.alerts:
            kinds[alert.kind.value] = kinds.get(alert.kind.value, 0) + 1
        return Alerts(
            rows=list(_rows(case, told, wanted[offset : offset + limit])),
            total=len(wanted),
            in_all=len(told.alerts),
            kinds=kinds,
        )

    def after(self, case: Path, number: int) -> list[AlertRow]:
        """Alerts that were told after so many, the oldest first."""
        told = self.told(case)
        return list(_rows(case, told, told.alerts[number:]))


def stamp_of(case: Path) -> Stamp:
    """Changes whenever something is added to the book of a case."""
    try:
        found = (case / FILE).stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _rows(case: Path, told: Told, alerts: list[Alert] | tuple[Alert, ...]) -> Iterator[AlertRow]:
    here = _networks(case) if alerts else frozenset()
    outcome: dict[str, dict[str, bool]] = {}
    for each in told.deliveries:
        courier = each.to.partition(":")[0]  # an address may hold what is nobody's business
        reached = outcome.setdefault(each.alert, {})
        reached[courier] = each.ok or reached.get(courier, False)
    for alert in alerts:
        said: dict[str, Any] = alert.as_dict()
        del said["case"]
        couriers = outcome.get(alert.id, {})
        yield AlertRow(
            **{
                **said,
                "number": int(alert.id.rpartition("-")[2]),
                "here": alert.network in here and alert.past in ("", alert.case),
                "joined": alert.joined[:JOINED],
                "joined_in_all": len(alert.joined),
                "reached": sorted(name for name, ok in couriers.items() if ok),
                "missed": sorted(name for name, ok in couriers.items() if not ok),
            }
        )


def _networks(case: Path) -> frozenset[str]:
    """The networks of the latest run; none where that cannot be read now."""
    try:
        run = read_toml(case / "case.toml").unwrap().get("run", {}).get("latest", "")
        rows = pq.read_table(case / "runs" / str(run) / "network.parquet", columns=["network"])
    except (CaseError, OSError, pa.ArrowException):
        return frozenset()
    return frozenset(rows["network"].to_pylist())


def watching(case: Path) -> WatchView:
    """What the watch of a case is doing, as far as it says."""
    try:
        said = Watching.model_validate(json.loads((case / STATUS).read_text("utf-8")))
    except (OSError, ValueError, ValidationError):
        said = Watching.model_validate({})
    running = said.state != "stopped" and _is_fresh(said)
    return WatchView(**{**said.model_dump(), "source": _shown(said.source), "running": running})


def _shown(source: str | None) -> str | None:
    """A source as `NAME:WHERE`; of one that lies on this machine, its last name only."""
    name, _, where = (source or "").partition(":")
    return f"{name}:{Path(where).name}" if where.startswith("/") else source


def _is_fresh(said: Watching) -> bool:
    try:
        updated = datetime.fromisoformat(said.updated or "")
    except ValueError:
        return False
    updated = updated if updated.tzinfo else updated.replace(tzinfo=UTC)
    return datetime.now(UTC) - updated < SILENCE
