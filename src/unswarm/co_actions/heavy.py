"""What the cap sets aside, and what it adds to the totals of pairs that passed without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from unswarm.arrays import Flags, Ints, Small
from unswarm.co_actions.coded import Coded, crowds, first, others
from unswarm.co_actions.kernel.completing import Touches, complete
from unswarm.co_actions.pair_totals import Totals

NO_CAP = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Heavy:
    """What the cap set aside, by item.

    Args:
        item: items with heavy events.
        events: how many there are on each.
        pairs: pairs of events within reach of which at least one is heavy.
    """

    item: Small
    events: Ints
    pairs: Ints


NOTHING_HEAVY = Heavy(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True)
class Sifted:
    """Traces with what is heavy set aside.

    Args:
        light: sorted traces.
        pairs: P of all traces, heavy ones too.
        heavy: what was set aside.
        touched: all traces of the items with heavy ones, and which are heavy.
    """

    light: Coded
    pairs: int
    heavy: Heavy
    touched: tuple[Coded, Flags]


def sifted(traces: Coded, cap: int) -> Sifted:
    """Set heavy events aside; the traces are sorted, all those of an item are among them."""
    if not len(traces):
        return Sifted(traces, 0, NOTHING_HEAVY, (traces, np.empty(0, bool)))
    near, pairs = crowds(traces)
    crowded = near > (cap or NO_CAP)
    if not crowded.any():
        return Sifted(traces, pairs, NOTHING_HEAVY, (first(traces, 0), np.empty(0, bool)))
    there = np.flatnonzero(_on_items(traces, crowded))
    some = traces.only(there)
    crowd = others(some)
    flags = crowd > cap
    if not flags.any():
        return Sifted(traces, pairs, NOTHING_HEAVY, (first(traces, 0), np.empty(0, bool)))
    light = np.ones(len(traces), bool)
    light[there[flags]] = False
    touched = _on_items(some, flags)
    aside = _set_aside(some, crowd, flags)
    return Sifted(traces.only(light), pairs, aside, (some.only(touched), flags[touched]))


def _on_items(traces: Coded, flags: Flags) -> Flags:
    """All events of the items of some of them."""
    items = np.zeros(traces.items, bool)
    items[traces.item[flags]] = True
    return items[traces.item]


def _set_aside(traces: Coded, crowd: Small, flags: Flags) -> Heavy:
    """Each pair with a heavy event once: seen from heavy events, a pair of two counts twice."""
    heavy = traces.only(flags)
    item, begin, events = np.unique(heavy.item, return_index=True, return_counts=True)
    order = np.argsort(begin)  # items stand together, but not always in the order of their codes
    seen = 2 * crowd[flags].astype(np.int64) - others(heavy)
    pairs = np.add.reduceat(seen, begin[order]) // 2
    return Heavy(item[order], events[order].astype(np.int64), pairs)


def completion(touched: Sequence[tuple[Coded, Flags]]) -> Callable[[Totals], None]:
    """What adds the co-actions with heavy events to totals, in place.

    Args:
        touched: all traces of the items with heavy ones, and which are heavy.
    """
    parts = [part for part in touched if len(part[1])]
    if not parts:
        return lambda totals: None
    account = np.concatenate([traces.account for traces, _ in parts])
    item = np.concatenate([traces.item for traces, _ in parts])
    time = np.concatenate([traces.time for traces, _ in parts])
    heavy = np.concatenate([flags for _, flags in parts])
    one = parts[0][0]
    reach = one.reach[item] if len(one.reach) > 1 else np.full(len(item), one.reach[0])
    order = np.lexsort((time, item, account))
    start = np.zeros(one.accounts + 1, np.int64)
    np.cumsum(np.bincount(account, minlength=one.accounts), out=start[1:])
    touches = Touches(start, item[order], time[order], heavy[order], reach[order])
    return lambda totals: complete(
        touches, totals.source, totals.target, totals.small, totals.large
    )
