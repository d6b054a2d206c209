"""One signal's traces as arrays: the form in which the statistics read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unswarm.arrays import Flags, Floats, Ints

__all__ = ["Flags", "Floats", "Ints", "Layer", "account_ids", "codes", "fuse", "layers"]


@dataclass(frozen=True)
class Layer:
    """Events of one signal, or of several, sorted by (object, time, account).

    An account touches an object once.

    Args:
        account: code of each event's account, shape (events,); codes are shared by all layers.
        object: code of each event's object, shape (events,).
        time: milliseconds UTC, shape (events,).
        reaction: whether the event answers a post, shape (events,).
        row: row of the event in the trace table, shape (events,).
        light: whether few enough others are near for the event to suggest a pair, shape (events,).
        born: when each object appeared, milliseconds UTC, shape (objects,).
        source: code of where each object comes from, shape (objects,).
        names: id of each object, shape (objects,).
        signal: code of the signal that sees each object, shape (objects,).
        signals: names behind those codes.
        accounts: number of account codes.
        precision: coarsest width of a time's last digit, milliseconds.
    """

    account: Ints
    object: Ints
    time: Ints
    reaction: Flags
    row: Ints
    light: Flags
    born: Ints
    source: Ints
    names: pa.Array
    signal: Ints
    signals: tuple[str, ...]
    accounts: int
    precision: int = 1

    @property
    def objects(self) -> int:
        """Number of object codes."""
        return len(self.born)

    @cached_property
    def size(self) -> Ints:
        """Events of each object, shape (objects,)."""
        return np.bincount(self.object, minlength=self.objects)

    @cached_property
    def activity(self) -> Ints:
        """Events of each account, shape (accounts,)."""
        return np.bincount(self.account, minlength=self.accounts)

    @cached_property
    def starts(self) -> Ints:
        """First event of each object, and the end: shape (objects + 1,)."""
        return np.searchsorted(self.object, np.arange(self.objects + 1))

    @cached_property
    def hour(self) -> Ints:
        """Hour of the day (UTC) of each event."""
        return (self.time // 3_600_000) % 24

    def shifted(self, rows: int) -> Layer:
        """The layer whose trace table lies behind `rows` others."""
        return replace(self, row=self.row + rows)

    def only(self, keep: Flags) -> Layer:
        """The layer with only the events where `keep` holds; codes stay as they are."""
        return replace(
            self,
            account=self.account[keep],
            object=self.object[keep],
            time=self.time[keep],
            reaction=self.reaction[keep],
            row=self.row[keep],
            light=self.light[keep],
        )


def account_ids(*tables: pa.Table) -> pa.Array:
    """Every account of some traces, sorted: codes count along it, whatever the rows' order."""
    chunks = [chunk for table in tables for chunk in table["account"].chunks]
    return pc.unique(pa.chunked_array(chunks, pa.string())).sort()


def layers(traces: pa.Table, ids: pa.Array) -> dict[str, Layer]:
    """Traces (`model.TRACE`) → a layer for each signal; `ids` holds every account of them."""
    account = codes(traces["account"], ids)
    found = {}
    for signal in sorted(pc.unique(traces["signal"]).to_pylist()):
        rows = np.flatnonzero(pc.equal(traces["signal"], signal).to_numpy())
        found[signal] = _layer(signal, traces.take(rows), account[rows], rows, len(ids))
    return found


def _layer(signal: str, traces: pa.Table, account: Ints, rows: Ints, accounts: int) -> Layer:
    objects = _objects(traces, account)
    item = codes(traces["object"], objects)
    time = traces["time"].to_numpy().astype(np.int64)
    born = pc.coalesce(traces["born"], traces["time"]).to_numpy().astype(np.int64)
    first = np.full(len(objects), np.iinfo(np.int64).max)
    np.minimum.at(first, item, np.minimum(born, time))
    source = pc.fill_null(traces["source"], "")
    code = codes(source, pc.unique(source).sort())
    reaction = pc.fill_null(traces["reaction"], True).to_numpy(zero_copy_only=False)
    order = np.lexsort((account, time, item))
    known = np.asarray(pc.not_equal(source, "").to_numpy())
    latest = order[::-1]
    where = np.zeros(len(objects), np.int64)
    for told in (latest[~known[latest]], latest[known[latest]]):  # the earliest that tells stays
        where[item[told]] = code[told]
    return Layer(
        account[order],
        item[order],
        time[order],
        reaction[order].astype(bool),
        rows[order],
        np.ones(len(order), bool),
        first,
        where,
        objects,
        np.zeros(len(objects), np.int64),
        (signal,),
        accounts,
        int(pc.max(traces["precision"]).as_py() or 1),
    )


def _objects(traces: pa.Table, account: Ints) -> pa.Array:
    """The objects in the order in which they were first touched.

    Not in that of their names: what is drawn object by object must not depend on words.
    """
    names = pc.unique(traces["object"])
    item, time = codes(traces["object"], names), traces["time"].to_numpy()
    order = np.lexsort((account, time, item))
    first = order[np.searchsorted(item[order], np.arange(len(names)))]
    touch = {"time": time[first], "account": account[first], "post": traces["post"].take(first)}
    keys = [(name, "ascending") for name in touch]
    return names.take(pc.sort_indices(pa.table(touch), sort_keys=keys))


def fuse(parts: Sequence[Layer]) -> Layer:
    """Several layers as one: each post counts in one signal, so nothing is counted twice."""
    sizes = [part.objects for part in parts]
    shift = np.cumsum([0, *sizes[:-1]])
    sources = np.cumsum([0, *(int(part.source.max(initial=0)) + 1 for part in parts[:-1])])

    def joined(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    return Layer(
        account=joined("account"),
        object=np.concatenate([p.object + by for p, by in zip(parts, shift, strict=True)]),
        time=joined("time"),
        reaction=joined("reaction"),
        row=joined("row"),
        light=joined("light"),
        born=joined("born"),
        source=np.concatenate([p.source + by for p, by in zip(parts, sources, strict=True)]),
        names=pa.concat_arrays([part.names.cast(pa.string()) for part in parts]),
        signal=np.repeat(np.arange(len(parts)), sizes),
        signals=tuple(part.signals[0] for part in parts),
        accounts=parts[0].accounts,
        precision=max(part.precision for part in parts),
    )


def codes(values: pa.ChunkedArray, ids: pa.Array) -> Ints:
    """Place of each value among the ids, which hold all of them."""
    return np.asarray(pc.index_in(values, ids).to_numpy(), np.int64)
