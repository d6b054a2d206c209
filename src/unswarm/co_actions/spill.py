"""Traces that do not fit in memory: sorted and pruned some objects at a time, on disk.

All that is asked of an event before accounts are compared concerns its object alone, so objects can
be taken in shares. What survives lies in files that are mapped into memory as the walk reads
them; only the rows of some accounts are held at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from unswarm.arrays import Small
from unswarm.co_actions.coded import Coded, ordered
from unswarm.co_actions.coding import Source
from unswarm.co_actions.heavy import Sifted, sifted

# Bytes an event of a share takes while it is sorted, and one of a block of rows while it is walked.
SORTING, WALKING = 64, 40
SCATTER = np.uint32(2654435761)  # spreads codes, which often follow popularity, over the shares
COLUMNS = (("account", np.int32), ("item", np.int32), ("time", np.int64))


class Spill:
    """Files of events in a folder that is the caller's to remove.

    Args:
        folder: where they lie.
        source: of the events.
        reach: window of every item.
        memory: bytes that may be held at once.
    """

    def __init__(self, folder: Path, source: Source, reach: int, memory: int) -> None:
        self._folder, self._source = folder, source
        self._reach = np.array([reach], np.int64)
        self._memory = memory
        self._rooms = 0

    @property
    def block(self) -> int:
        """Events whose rows may be held at once."""
        return max(self._memory // (2 * WALKING), 1)

    def room(self, n: int) -> Small:
        """An int32 array on disk."""
        self._rooms += 1
        room: Small = self._mapped(self._folder / f"room-{self._rooms}", np.int32, n)
        return room

    def sifted(self, cap: int) -> Iterator[Sifted]:
        """The shares of the objects one after the other, heavy events set aside."""
        for number in range(self._cut()):
            yield sifted(ordered(self._share(number)), cap)

    def keep(self, traces: Coded) -> None:
        """Append what survives of a share."""
        self._append("kept", (traces.account, traces.item, traces.time))

    def _append(self, stem: str, arrays: Sequence[npt.NDArray[Any]]) -> None:
        for (name, kind), values in zip(COLUMNS, arrays, strict=True):
            with (self._folder / f"{stem}-{name}").open("ab") as file:
                values.astype(kind, copy=False).tofile(file)

    def kept(self) -> Coded:
        """All that survived, mapped."""
        size = (self._folder / "kept-account").stat().st_size // 4
        return self._coded(
            *(self._mapped(self._folder / f"kept-{name}", kind, size) for name, kind in COLUMNS)
        )

    def _cut(self) -> int:
        """Share the events out to files by their objects; how many shares there are."""
        shares = max(1, -(-self._source.events * SORTING // max(self._memory // 2, 1)))
        for some in self._source.batches():
            share = (some[1].astype(np.uint32) * SCATTER).astype(np.int64) * shares >> 32
            for number in np.unique(share):
                chosen = share == number
                self._append(f"share-{number}", [values[chosen] for values in some])
        return shares

    def _share(self, number: int) -> Coded:
        files = ((self._folder / f"share-{number}-{name}", kind) for name, kind in COLUMNS)
        return self._coded(*(_taken(*file) for file in files))

    def _coded(self, account: Any, item: Any, time: Any) -> Coded:
        counts = (self._source.accounts.count, self._source.objects.count)
        return Coded(account, item, time, self._reach, *counts)

    @staticmethod
    def _mapped(path: Path, kind: Any, n: int) -> Any:
        if not n:
            return np.empty(0, kind)
        return np.asarray(np.memmap(path, kind, "r+" if path.exists() else "w+", shape=(n,)))


def _taken(path: Path, kind: Any) -> Any:
    """What a file holds; it is gone afterwards."""
    if not path.exists():
        return np.empty(0, kind)
    values = np.fromfile(path, kind)
    path.unlink()
    return values
