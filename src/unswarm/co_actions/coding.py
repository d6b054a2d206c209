"""Traces of an engine → codes: every id encoded once, as the compiled kernel reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from unswarm.arrays import Ints, Small
from unswarm.engines import Engine
from unswarm.errors import ResourceError

# Numbers serve as codes themselves while so few of them are missing between.
SPARSE = 8
MOST = 2**31 - 1


@dataclass(frozen=True)
class Codes:
    """What the codes of one column stand for.

    Args:
        count: codes go from 0 to count - 1, in the order of the ids.
        ids: the ids, by code; None: each code is its own id.
        table: the engine's table (id, code); empty where `ids` is None.
    """

    count: int
    ids: pa.Array | None
    table: str = ""

    def named(self, codes: Small) -> pa.Array:
        """The ids of some codes."""
        return pa.array(codes) if self.ids is None else self.ids.take(pa.array(codes))


@dataclass(frozen=True)
class Source:
    """Traces of one signal, ready to be read as codes.

    Args:
        engine, query: SELECT account, object, time FROM …, the first two as codes.
        events: how many there are.
        accounts, objects: what the codes stand for.
    """

    engine: Engine
    query: str
    events: int
    accounts: Codes
    objects: Codes

    def batches(self) -> Iterator[tuple[Small, Small, Ints]]:
        """Account, object and time (ms) of the traces, some at a time."""
        for batch in self.engine.batches(self.query):
            account, item, time = (batch.column(n) for n in ("account", "object", "time"))
            yield _codes(account), _codes(item), np.asarray(np.from_dlpack(time), np.int64)

    def read(self) -> tuple[Small, Small, Ints]:
        """All of them; arrays of their own."""
        account, item = np.empty(self.events, np.int32), np.empty(self.events, np.int32)
        time, n = np.empty(self.events, np.int64), 0
        for some in self.batches():
            end = n + len(some[0])
            account[n:end], item[n:end], time[n:end] = some
            n = end
        return account, item, time


def _codes(column: pa.Array) -> Small:
    """Whole numbers of any width, without nulls."""
    return np.asarray(np.from_dlpack(column), np.int32)


def source(engine: Engine, traces: str) -> Source:
    """The traces of a table (account, object, time) as codes.

    Raises:
        ResourceError: there are more than the kernel can number.
    """
    told = engine.fetch(f"SELECT count(*) AS n FROM {traces}")
    events = int(told["n"][0].as_py())
    accounts = _column(engine, traces, "account", events)
    objects = _column(engine, traces, "object", events)
    if max(events, accounts.count, objects.count) > MOST:
        raise ResourceError(
            f"{events:,} traces are more than one machine's kernel can number ({MOST:,}). "
            "Hint: --engine spark, or fewer days at a time."
        )
    selected, joins = "", ""
    for name, codes in (("account", accounts), ("object", objects)):
        selected += f"{codes.table or 't'}.{'code' if codes.table else name} AS {name}, "
        if codes.table:
            joins += f" JOIN {codes.table} ON {codes.table}.id = t.{name}"
    query = f"SELECT {selected}t.time AS time FROM {traces} t{joins}"
    return Source(engine, query, events, accounts, objects)


def _column(engine: Engine, traces: str, name: str, events: int) -> Codes:
    kind = engine.fetch(f"SELECT {name} FROM {traces} LIMIT 0").schema.field(name).type
    if pa.types.is_integer(kind):
        ends = engine.fetch(f"SELECT min({name}) AS least, max({name}) AS most FROM {traces}")
        least, most = ends["least"][0].as_py(), ends["most"][0].as_py()
        if least is None:
            return Codes(0, None)
        if least >= 0 and most < max(SPARSE * events, 1 << 20):
            return Codes(int(most) + 1, None)
    table = f"{name}_code"
    engine.keep(
        table,
        f"SELECT id, CAST(row_number() OVER (ORDER BY id) - 1 AS INTEGER) AS code "
        f"FROM (SELECT DISTINCT {name} AS id FROM {traces}) d",
    )
    ids = engine.fetch(f"SELECT id FROM {table} ORDER BY code")["id"].combine_chunks()
    return Codes(len(ids), ids, table)
