"""One signal's traces as arrays: the form in which the statistics read them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Layer:
    """Events of one signal, sorted by (object, time, account); an account touches an object once.

    Args:
        account: code of each event's account, shape (events,); codes are shared by all layers.
        object: code of each event's object, shape (events,).
        time: milliseconds UTC, shape (events,).
        reaction: whether the event answers a post, shape (events,).
        row: row of the event in the trace table, shape (events,).
        born: when each object appeared, milliseconds UTC, shape (objects,).
        source: code of where each object comes from, shape (objects,).
        names: id of each object, shape (objects,).
        accounts: number of account codes.
        precision: coarsest width of a time's last digit, milliseconds.
    """

    account: Ints
    object: Ints
    time: Ints
    reaction: Flags
    row: Ints
    born: Ints
    source: Ints
    names: pa.Array
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

    def only(self, keep: Flags) -> Layer:
        """The layer with only the events where `keep` holds; codes stay as they are."""
        return replace(
            self,
            account=self.account[keep],
            object=self.object[keep],
            time=self.time[keep],
            reaction=self.reaction[keep],
            row=self.row[keep],
        )


def layers(traces: pa.Table) -> tuple[dict[str, Layer], pa.Array]:
    """Traces (`model.TRACE`) → a layer for each signal, and the account ids behind the codes.

    Codes follow the sorted ids, so that the same traces in any order give the same layers.
    """
    ids = pc.unique(traces["account"]).sort()
    account = codes(traces["account"], ids)
    signals = sorted(pc.unique(traces["signal"]).to_pylist())
    found = {}
    for signal in signals:
        rows = np.flatnonzero(pc.equal(traces["signal"], signal).to_numpy())
        found[signal] = _layer(traces.take(rows), account[rows], rows, len(ids))
    return found, ids


def _layer(traces: pa.Table, account: Ints, rows: Ints, accounts: int) -> Layer:
    objects = pc.unique(traces["object"]).sort()
    item = codes(traces["object"], objects)
    time = traces["time"].to_numpy().astype(np.int64)
    born = pc.coalesce(traces["born"], traces["time"]).to_numpy().astype(np.int64)
    first = np.full(len(objects), np.iinfo(np.int64).max)
    np.minimum.at(first, item, np.minimum(born, time))
    source = pc.fill_null(traces["source"], "")
    code = codes(source, pc.unique(source).sort())
    where = np.zeros(len(objects), np.int64)
    np.maximum.at(where, item, code)
    reaction = pc.fill_null(traces["reaction"], True).to_numpy(zero_copy_only=False)
    order = np.lexsort((account, time, item))
    return Layer(
        account[order],
        item[order],
        time[order],
        reaction[order].astype(bool),
        rows[order],
        first,
        where,
        objects,
        accounts,
        int(pc.max(traces["precision"]).as_py() or 1),
    )


def codes(values: pa.ChunkedArray, ids: pa.Array) -> Ints:
    """Place of each value among the ids, which hold all of them."""
    return np.asarray(pc.index_in(values, ids).to_numpy(), np.int64)
