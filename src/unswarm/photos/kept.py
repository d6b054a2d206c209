"""What was measured in photos, kept by content: nothing is looked at twice.

A folder of Parquet files, each added whole: work that is cut off goes on where the last one ended.
A row holds what `look` says of one file, whatever accounts use it and whatever it is called.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from unswarm.folder import aside
from unswarm.model import MEASURED, PREVIEW, TEXT, Field
from unswarm.photos import UNREADABLE
from unswarm.photos.mtcnn import NAME

SCORES = Field("scores", TEXT, "identity of each trained detector → its score, JSON")
SCHEMA = pa.schema(
    [
        *(pa.field(f.name, f.type) for f in (*PREVIEW.fields, *MEASURED)),
        pa.field(SCORES.name, SCORES.type),
    ]
)
SAVED_EVERY = 256  # photos; at most so many are looked at again after a crash


@dataclass(frozen=True)
class Kept:
    """The rows of a folder."""

    folder: Path

    def known(self, models: Sequence[str]) -> set[str]:
        """The photos that need not be looked at: by this detector, and by all these models."""
        rows = self._read(["photo", "detector", "result", "scores"])
        if rows is None:
            return set()
        latest = {row["photo"]: row for row in rows.to_pylist()}
        return {photo for photo, row in latest.items() if _complete(row, models)}

    def add(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[int]:
        """Keep rows of `look`, a file at a time; yields how many are safe."""
        waiting: list[Mapping[str, Any]] = []
        done = 0
        for row in rows:
            waiting.append(row)
            if len(waiting) == SAVED_EVERY:
                self._write(waiting)
                done, waiting = done + len(waiting), []
                yield done
        if waiting:
            self._write(waiting)
            yield done + len(waiting)

    def rows(self) -> pa.Table:
        """What is known of every photo, the latest look at each, without the previews."""
        names = [name for name in SCHEMA.names if name != "jpeg"]
        rows = self._read(names)
        if rows is None:
            return pa.schema([SCHEMA.field(name) for name in names]).empty_table()
        last = {photo: place for place, photo in enumerate(rows["photo"].to_pylist())}
        return rows.take(sorted(last.values()))

    def _read(self, names: list[str]) -> pa.Table | None:
        files = sorted(self.folder.glob("*.parquet"))
        if not files:
            return None
        return ds.dataset(files, schema=SCHEMA).to_table(columns=names)

    def _write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        number = max((int(file.stem) for file in self.folder.glob("*.parquet")), default=0) + 1
        ready = [dict(row) | {"scores": json.dumps(row.get("scores") or {})} for row in rows]
        table = pa.Table.from_pylist(ready, schema=SCHEMA)
        with aside(self.folder / f"{number:06}.parquet") as partial:
            pq.write_table(table, partial, compression="zstd")


def _complete(row: Mapping[str, Any], models: Sequence[str]) -> bool:
    if row["result"] == UNREADABLE:
        return True
    return row["detector"] == NAME and set(models) <= set(json.loads(row["scores"]))
