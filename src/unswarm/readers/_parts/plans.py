"""Records of known shape → event tables, by a plan of what lies where.

A plan names, for each field of `posts.FIELDS`, the paths where a record may hold it, best first.
It may hold names of its own besides, for `adapt` to work with; those end there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.columns import Chunk, chunks, form, names
from unswarm.readers._parts.json import Broken, values
from unswarm.readers._parts.paths import Path, find, parse_path
from unswarm.readers._parts.posts import ReadTime, events, profiles
from unswarm.readers._parts.values import NULLS, parse_int

SIZE = 50_000
LISTS = frozenset(("urls", "hashtags", "mentions", "media", "effects"))
"""Fields that hold several values; of the others the first counts."""
WHOLE = frozenset(("account", "time", "clock", "created", "target_time", "seen"))
"""Fields whose values are read by what they are; the others are words and numbers."""
TEXTS = frozenset(("text", "title", "html"))
"""What is text, and of which several parts are put together."""

Row = dict[str, Any]  # field → value, of one record
Record = Mapping[str, Any]


def leave(row: Row) -> None:
    """Changes nothing."""


@dataclass(frozen=True, eq=False)
class Plan:
    """What lies where in records of one shape.

    Args:
        paths: field → where it may lie, best first.
        constants: field → what every record has.
        adapt: changes what was found in one record, in place.
    """

    paths: Mapping[str, tuple[Path, ...]]
    constants: Mapping[str, Any] = field(default_factory=dict)
    adapt: Callable[[Row], None] = leave

    def row(self, record: Record) -> Row:
        """What a record says: field → value; None where it says nothing."""
        row: Row = {name: _first(record, name, paths) for name, paths in self.paths.items()}
        row.update(self.constants)
        self.adapt(row)
        return row


def plan(
    constants: Mapping[str, Any] | None = None,
    adapt: Callable[[Row], None] = leave,
    **paths: str | Sequence[str],
) -> Plan:
    """A plan whose paths are written out: `plan({"platform": "vk"}, account="from.id", …)`."""
    several = {n: (p,) if isinstance(p, str) else tuple(p) for n, p in paths.items()}
    parsed = {name: tuple(map(parse_path, written)) for name, written in several.items()}
    return Plan(parsed, constants or {}, adapt)


def said(value: Any) -> bool:
    """Whether a value says anything."""
    if isinstance(value, str):
        return value.strip() not in NULLS
    return value is not None and value not in ([], {})


def total(row: Row, *names: str) -> int | None:
    """The sum of the counts that are there, at least 0; they leave the row. None: there is none."""
    counts = [parse_int(row.pop(name, None)) for name in names]
    known = [count for count in counts if count is not None]
    return min(max(sum(known), 0), 2**63 - 1) if known else None


def _first(record: Record, name: str, paths: Iterable[Path]) -> Any:
    for path in paths:
        value = find(record, path)
        if said(value):
            return _shaped(name, value)
    return None


def _shaped(name: str, value: Any) -> Any:
    """A value as its field takes it."""
    if name in LISTS or name in WHOLE or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value) if name in TEXTS else value
    if isinstance(value, list):
        items = [str(item) for item in value if said(item)]
        return "\n".join(items) if name in TEXTS else next(iter(items), None)
    return json.dumps(value, ensure_ascii=False, default=str)


# --- records


def records(source: Source, batch: Batch) -> Iterator[tuple[int, Any]]:
    """The rows of any table, or the values of any JSON, each with its line."""
    if form(source) == "json":
        for line, value in values(source.text_lines(batch.reject)):
            if isinstance(value, Broken):
                batch.reject(line, None, value.reason, value.content)
            else:
                yield line, value
        return
    for chunk in chunks(source, list(dict.fromkeys(names(source))), batch.reject):
        rows = zip(*chunk.columns.values(), strict=True)
        for line, cells in zip(chunk.lines, rows, strict=True):
            yield line, dict(zip(chunk.columns, cells, strict=True))


def shown(record: Any) -> str:
    """A record for people, as the quarantine keeps it."""
    return json.dumps(record, ensure_ascii=False, default=str)


Planned = Iterator[tuple[int, Plan, Record]]  # line, what lies where, the record


def read_planned(
    source: Source,
    planned: Callable[[Source, Batch], Planned],
    read_time: ReadTime | None = None,
) -> Iterator[tuple[str, pa.Table]]:
    """The event tables of records, each read by its plan.

    Args:
        planned: gives the records of a source that are posts; what is none it rejects.
        read_time: as `posts.events` takes it.
    """
    batch = Batch(source)
    yield from events(source, _chunks(planned(source, batch), batch), batch, read_time=read_time)


def read_profiles(
    source: Source, planned: Callable[[Source, Batch], Planned]
) -> Iterator[tuple[str, pa.Table]]:
    """The accounts of records that describe accounts, each read by its plan."""
    batch = Batch(source)
    yield from profiles(_chunks(planned(source, batch), batch), batch)


def _chunks(found: Planned, batch: Batch) -> Iterator[Chunk]:
    """Chunks of one plan each; within `SIZE` records those of one plan stand together."""
    while some := list(islice(found, SIZE)):
        for one in dict.fromkeys(made for _, made, _ in some):
            rows = [(line, record) for line, made, record in some if made is one]
            if whole := _chunk(one, rows, batch):
                yield whole


def _chunk(made: Plan, records: Sequence[tuple[int, Record]], batch: Batch) -> Chunk | None:
    lines, rows = [], []
    for line, record in records:
        try:
            rows.append(made.row(record))
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            batch.reject(line, None, f"not of the shape it should have: {error}", shown(record))
        else:
            lines.append(line)
    fields = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [row.get(name) for row in rows] for name in fields}
    return Chunk(lines, columns) if rows else None
