"""What a feed fills and a journal keeps: rows, whole tables, and what the feed itself recalls."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unswarm.feeds import Followed
from unswarm.journal import Journal
from unswarm.model import EVENTS, INTEGER, QUARANTINE, REVISION, TEXT
from unswarm.readers._parts.batch import Batch
from unswarm.store import coarsest, stored

LARGE = 200_000  # rows that are written without waiting for the commit
PRIVATE = "own-"  # how tables begin that only a feed sees again


class Intake:
    """The intake of one source; see `unswarm.feeds.Intake`.

    Args:
        case: the case's folder.
        number: of the source.
        address: how rows name it.
        journal: what keeps the rows.
        say: told lines for people.
    """

    def __init__(
        self, case: Path, number: int, address: str, journal: Journal, say: Callable[[str], None]
    ) -> None:
        self.events = 0
        self.say = say
        self._case, self._number, self._journal = case, number, journal
        self._source = Followed(Path(address), address=address)
        self._pending: list[tuple[str, pa.Table]] = []
        self._kept: dict[str, list[tuple[str, ...]]] = {}
        self._precision = journal.state.precision
        self.batch = Batch(self._source, repeats=True)

    # --- what feeds do

    def add(self, name: str, rows: pa.Table) -> None:
        """Take a whole table."""
        if len(rows):
            self._pending.append((name, rows))
            if sum(len(each) for _, each in self._pending) > LARGE:
                self.write()

    def keep(self, what: str, *values: str) -> None:
        """Keep a row of texts for the feed itself."""
        self._kept.setdefault(what, []).append(values)

    def kept(self, what: str) -> Sequence[tuple[str, ...]]:
        """The rows of texts that were kept, oldest first."""
        paths = self._journal.paths(PRIVATE + what)
        tables = [pq.read_table(path) for path in paths]
        before = [tuple(row.values()) for each in tables for row in each.drop("time").to_pylist()]
        return [*before, *self._kept.get(what, [])]

    def stored(self, name: str, columns: Sequence[str]) -> pa.Table:
        """What the journal holds of a table, with what is not written yet."""
        paths = self._journal.paths(name)
        tables = [pq.read_table(path, columns=list(columns)) for path in paths]
        waiting = [rows.select(list(columns)) for table, rows in self._pending if table == name]
        empty = EVENTS[name].schema.empty_table().select(list(columns))
        return pa.concat_tables([empty, *tables, *waiting])

    # --- what the watch does

    def write(self) -> None:
        """Write what came into the journal; what cannot be written is kept for the next time.

        Raises:
            OSError: the disk is full, or gone.
        """
        self._drain()
        while self._pending:
            name, rows = self._pending[0]
            self._journal.write(name, rows)
            self._pending.pop(0)

    def commit(self, cursor: str) -> int:
        """Make all that came part of the case; returns the rows.

        Raises:
            OSError: the disk is full, or gone.
        """
        self.write()
        rows = self._journal.waiting
        self._journal.commit(cursor, latest=_now(), precision=self._precision)
        return rows

    def _drain(self) -> None:
        """Rows of the batch, ready to be stored, behind those that wait."""
        found = list(self.batch.drain())
        self.batch = Batch(self._source, repeats=True)
        taken, self._pending = [*self._pending, *found], []
        for name, rows in taken:
            if name in EVENTS or name == QUARANTINE.name:
                rows = self._ready(name, rows)
            self._pending.append((name, rows))
        for what, kept in self._kept.items():
            self._pending.append((PRIVATE + what, _texts(kept)))
        self._kept = {}

    def _ready(self, name: str, rows: pa.Table) -> pa.Table:
        if "batch" in rows.column_names:  # it waits since a time when the disk was full
            return rows
        if name == REVISION.name:
            rows = _dated(rows)
        ready = stored(name, rows, self._case, self._number)
        self._precision = max(self._precision, coarsest(ready))
        return ready


def _dated(rows: pa.Table) -> pa.Table:
    """Edits and deletions that nobody dated happened when they were told."""
    now = pa.repeat(pa.scalar(_now(), INTEGER), len(rows))
    at = rows.schema.get_field_index("time")
    return rows.set_column(at, "time", pc.coalesce(rows["time"], now))


def _texts(rows: Sequence[tuple[str, ...]]) -> pa.Table:
    columns = {f"c{n}": pa.array(each, TEXT) for n, each in enumerate(zip(*rows, strict=True))}
    return pa.table({**columns, "time": pa.repeat(pa.scalar(_now(), INTEGER), len(rows))})


def _now() -> int:
    return int(time.time() * 1000)
