"""Tables whose columns are known → event tables, the quickest way that gives what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.columns import Chunk, chunks, form
from unswarm.readers._parts.lines import Reject
from unswarm.readers._parts.parquet import parquet
from unswarm.readers._parts.plain import Block, blocks
from unswarm.readers._parts.posts import events, profiles
from unswarm.readers._parts.swift import Swift

Adapt = Callable[[Chunk], Chunk]


def read_as(
    source: Source,
    roles: Mapping[str, str],
    adapt: Adapt | None = None,
    opaque: frozenset[str] = frozenset(),
) -> Iterator[tuple[str, pa.Table]]:
    """The tables of a source whose columns are known.

    Args:
        roles: field of `FIELDS` → column. Without `time` the rows are profiles.
        adapt: changes or adds fields of a chunk before it is read.
        opaque: fields whose values are the source's own ids, to be taken as they are.
    """
    batch, wanted = Batch(source), list(dict.fromkeys(roles.values()))
    kind = form(source) if "time" in roles and adapt is None else None
    if kind in PARTS:
        yield from _swiftly(source, PARTS[kind](source, roles, batch.reject), batch, opaque)
        return
    meant = (_meant(raw, roles) for raw in chunks(source, wanted, batch.reject))
    adapted = map(adapt, meant) if adapt else meant
    made = events(source, adapted, batch, opaque) if "time" in roles else profiles(adapted, batch)
    yield from made


def _meant(raw: Chunk, roles: Mapping[str, str]) -> Chunk:
    return Chunk(raw.lines, {field: raw.columns[name] for field, name in roles.items()})


def _swiftly(
    source: Source, parts: Iterator[Block | Chunk], batch: Batch, opaque: frozenset[str]
) -> Iterator[tuple[str, pa.Table]]:
    posts = Swift(source, batch, opaque)
    for part in parts:
        yield from posts.block(part) if isinstance(part, Block) else posts.tables(part)
        yield from batch.drain()
    yield from batch.drain()
    posts.lenient.report(source)


def _delimited(source: Source, roles: Mapping[str, str], reject: Reject) -> Iterator[Block | Chunk]:
    for part in blocks(source, list(dict.fromkeys(roles.values())), reject):
        if isinstance(part, Block):
            yield replace(part, arrays={field: part.arrays[name] for field, name in roles.items()})
        else:
            yield _meant(part, roles)


PARTS = {"delimited": _delimited, "parquet": parquet}
"""Form of a table → its parts under the names of fields."""
