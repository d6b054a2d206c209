"""A watch without a platform: events into a journal by hand, and what a case then holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from fake_platform import Platform

from unswarm.case import Case, open_case
from unswarm.engines import open_engine
from unswarm.journal import Journal, folder_of
from unswarm.model import EVENTS
from unswarm.readers._parts.tweets import attempt
from unswarm.readers.jetstream import Stream
from unswarm.store import see_events
from unswarm.watch.intake import Intake

ADDRESS = "wss://stream.example"
SAME = ("network", "membership", "edge", "occasion", "evidence", "linked", "counterpart", "caveat")


class ByHand:
    """Takes batches of events into a case as a watch does."""

    def __init__(self, folder: Path) -> None:
        self.case: Case = open_case(folder)
        taken = self.case.follow("jetstream", ADDRESS)
        self.journal = Journal(folder_of(folder, taken.number))
        self.intake = Intake(folder, taken.number, ADDRESS, self.journal, lambda line: None)
        self.stream = Stream()
        self._commits = 0

    def take(self, events: Iterable[Any]) -> None:
        """Take some events and commit."""
        for number, event in enumerate(events, start=1):
            value = {key: said for key, said in event.items() if key != "seq"}
            attempt(self.stream.add, self.intake.batch, number, value)
        self._commits += 1
        self.intake.commit(str(self._commits))


def written(path: Path, events: Sequence[Any]) -> Path:
    """The same events as a file."""
    path.write_text("\n".join(map(Platform._jetstream, events)) + "\n", "utf-8")
    return path


def held(case: Case) -> dict[str, list[Any]]:
    """All that SQL sees of a case's events, whatever their order."""
    engine = open_engine()
    see_events(engine, case.path / "events", case.sources)
    return {name: sorted(_rows(engine.fetch(f"SELECT * FROM {name}"))) for name in EVENTS}


def found(case: Case) -> dict[str, list[str]]:
    """What the latest run of a case found."""
    findings = case.findings
    return {name: sorted(_rows(findings.engine.fetch(f"SELECT * FROM {name}"))) for name in SAME}


def _rows(table: pa.Table) -> list[str]:
    return [json.dumps(row, default=str) for row in table.to_pylist()]
