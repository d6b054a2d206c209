"""Ties → arrays: who has what, in the form in which the statistics read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unswarm.detection.layer import Ints, codes
from unswarm.engines import Engine
from unswarm.ties import Tie, holders, ties


@dataclass(frozen=True)
class Held:
    """What accounts have in one kind of tie: a row for each account and object.

    Args:
        name: the tie's name.
        tie: what it is.
        account: code of each row's account, shape (rows,); codes are shared by all ties.
        object: code of each row's object, shape (rows,).
        names: id of each object, shape (objects,).
        self: code of the account that each object is, where the tie is between accounts; else -1.
    """

    name: str
    tie: Tie
    account: Ints
    object: Ints
    names: pa.Array
    self: Ints

    @property
    def objects(self) -> int:
        """Number of objects."""
        return len(self.names)


@dataclass(frozen=True)
class Holdings:
    """Every tie of a case.

    Args:
        ids: account ids behind the codes, sorted.
        ties: by name; those without a row are left out.
    """

    ids: pa.Array
    ties: Mapping[str, Held]

    def codes(self, accounts: list[str]) -> Ints:
        """Codes of some accounts that the case holds."""
        return codes(pa.chunked_array([pa.array(accounts, pa.string())]), self.ids)


def holdings(engine: Engine, acting: pa.Array | None = None) -> Holdings:
    """Every tie of the events that the engine sees (`model.EVENTS`).

    Args:
        acting: ids of accounts with traces, which may have no row of their own.
    """
    accounts = engine.fetch("SELECT account FROM account")["account"].chunks
    known = pa.chunked_array([*accounts, acting if acting is not None else []], pa.string())
    ids = pc.unique(known).sort()
    found = {name: held for name, tie in ties().items() if (held := _held(engine, name, tie, ids))}
    return Holdings(ids, found)


def _held(engine: Engine, name: str, tie: Tie, ids: pa.Array) -> Held | None:
    rows = holders(engine, tie)
    if not len(rows):
        return None
    names = pc.unique(rows["object"]).sort()
    itself = pc.fill_null(pc.index_in(names, ids), -1) if tie.between else None
    return Held(
        name,
        tie,
        codes(rows["account"], ids),
        codes(rows["object"], names),
        names,
        np.full(len(names), -1) if itself is None else np.asarray(itself.to_numpy(), np.int64),
    )
