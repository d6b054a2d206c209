"""Remembers which ids came by, in about eight bytes each."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

RECENT = 1 << 20


class Seen:
    """A set of ids that only grows: 64-bit hashes, the newest in a set, older ones in sorted runs.

    Two ids in 10 million collide with probability 0.000003.
    """

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._runs: list[NDArray[np.int64]] = []

    def add(self, item: Hashable) -> bool:
        """Remember an id; whether it is new."""
        key = hash(item)
        if key in self._recent or (self._runs and self._settled(key)):
            return False
        self._recent.add(key)
        if len(self._recent) >= RECENT:
            self._settle()
        return True

    def __contains__(self, item: Hashable) -> bool:
        key = hash(item)
        return key in self._recent or self._settled(key)

    def _settled(self, key: int) -> bool:
        return any(_holds(run, key) for run in self._runs)

    def _settle(self) -> None:
        """Turn the newest into a sorted run; each run stays twice as long as the next."""
        run = np.fromiter(self._recent, np.int64, len(self._recent))
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = np.concatenate([self._runs.pop(), run])
        self._runs.append(np.sort(run))
        self._recent = set()


def _holds(run: NDArray[np.int64], key: int) -> bool:
    at = int(np.searchsorted(run, key))
    return at < len(run) and bool(run[at] == key)
