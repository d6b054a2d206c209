"""What pairs of accounts did together, as the kernel writes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from unswarm.arrays import Ints, Small
from unswarm.co_actions.kernel import sorting, walking

Part = tuple[Small, Ints]
"""Totals as the kernel writes them."""


@dataclass(frozen=True)
class Totals:
    """What each pair did together; one row a pair, sorted by (source, target).

    Args:
        small, large: as the kernel writes them; the properties below are their columns.
    """

    small: Small
    large: Ints

    def __len__(self) -> int:
        return len(self.small)

    source = property(lambda self: np.ascontiguousarray(self.small[:, walking.MINE]))
    target = property(lambda self: np.ascontiguousarray(self.small[:, walking.PARTNER]))
    occasions = property(lambda self: np.ascontiguousarray(self.small[:, walking.OCCASIONS]))

    @property
    def columns(self) -> dict[str, Small | Ints]:
        """By name: objects (on which they met), actions (pairs of events), min_gap and sum_gap,
        source_actions and target_actions (events of each with the other within reach)."""
        return {
            "objects": self.small[:, walking.ITEMS],
            "actions": self.large[:, walking.ACTIONS],
            "min_gap": self.large[:, walking.LEAST],
            "sum_gap": self.large[:, walking.SUM],
            "source_actions": self.small[:, walking.OWN],
            "target_actions": self.small[:, walking.THEIRS],
        }


def facing(small: Small, large: Ints) -> Totals:
    """A part of the walk with each pair in the order of its codes; overwritten."""
    swap = small[:, walking.MINE] > small[:, walking.PARTNER]
    small[swap, :2] = small[swap, 1::-1]
    small[swap, walking.OWN :] = small[swap, : walking.OCCASIONS : -1]
    return Totals(small, large)


def collected(parts: Iterable[Part], accounts: int) -> Totals:
    """The parts as one, sorted by (source, target)."""
    found = list(parts)
    small = np.concatenate([part[0] for part in found] or [np.empty((0, 6), np.int32)])
    large = np.concatenate([part[1] for part in found] or [np.empty((0, 3), np.int64)])
    del found
    totals = facing(small, large)
    order = _order(totals.source, totals.target, accounts)
    return Totals(small[order], large[order])


def _order(source: Small, target: Small, accounts: int) -> Ints:
    """The order of pairs by (source, target)."""
    order, before = np.empty(len(source), np.int64), np.arange(len(source))
    sorting.by_code(target, np.zeros(accounts + 1, np.int64), before, order)
    sorting.by_code(source, np.zeros(accounts + 1, np.int64), order, before)
    return before
