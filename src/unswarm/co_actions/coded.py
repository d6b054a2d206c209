"""Traces as codes, and what can be told of them before accounts are compared.

Sorted by (item, time); who has company within reach; the number of pairs of events; and what can
not be part of any result, dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from unswarm.arrays import Flags, Ints, Small
from unswarm.co_actions.kernel import sorting

# Another round of dropping is worth its time only where the last one dropped so much.
WORTH = 0.05
ROUNDS = 5
Room = Callable[[int], Small]


def memory(n: int) -> Small:
    """An int32 array of n, to be filled."""
    return np.empty(n, np.int32)


@dataclass(frozen=True)
class Coded:
    """Traces as codes. Events are sorted by (item, time) once `ordered` has seen them.

    Args:
        account: code of each event's account, shape (events,).
        item: code of each event's object in its signal, shape (events,).
        time: of each event, milliseconds; or any unit, if `reach` has the same.
        reach: the window: one value, or one for each item.
        accounts, items: how many codes there are.
    """

    account: Small
    item: Small
    time: Ints
    reach: Ints
    accounts: int
    items: int

    def __len__(self) -> int:
        return len(self.account)

    def only(self, keep: Flags | Ints) -> Coded:
        """The events where `keep` holds, or those it lists; arrays are copied."""
        return replace(self, account=self.account[keep], item=self.item[keep], time=self.time[keep])


def ordered(traces: Coded) -> Coded:
    """The traces sorted by (item, time)."""
    if sorting.is_sorted(traces.item, traces.time):
        return traces
    place = starts(traces.item, traces.items)[:-1]
    account, item = np.empty_like(traces.account), np.empty_like(traces.item)
    time = np.empty_like(traces.time)
    sorting.scatter(traces.account, traces.item, traces.time, place, account, item, time)
    sorting.settle(account, item, time)
    return replace(traces, account=account, item=item, time=time)


def within(traces: Coded, room: Room = memory) -> tuple[Small, Small]:
    """First event within reach of each, and the one behind the last; traces sorted."""
    low, high = room(len(traces)), room(len(traces))
    sorting.bounds(traces.item, traces.time, traces.reach, low, high)
    return low, high


def starts(code: Small, codes: int) -> Ints:
    """Where the events of each code begin once they are sorted by it, and the end."""
    count = np.zeros(codes, np.int32)
    sorting.sizes(code, count)
    start = np.zeros(codes + 1, np.int64)
    np.cumsum(count, out=start[1:])
    return start


def pairs_of_events(traces: Coded) -> int:
    """P: pairs of events of different accounts on one item within reach, exactly, in O(events)."""
    return crowds(traces)[1]


def crowds(traces: Coded) -> tuple[Small, int]:
    """Events within reach of each event, its account's own ones too; and P."""
    low, near = within(traces)
    near -= low
    near -= 1
    both = int(near.sum(dtype=np.int64))
    return near, both // 2 - _own_before(traces, np.empty(0, np.int32))


def others(traces: Coded) -> Small:
    """Events of other accounts within reach of each event."""
    near, _ = crowds(traces)
    before, after = np.empty(len(traces), np.int32), np.empty(len(traces), np.int32)
    _own_before(traces, before)
    back = replace(
        traces,
        account=traces.account[::-1].copy(),
        item=(traces.items - 1 - traces.item[::-1]).astype(np.int32),
        time=-traces.time[::-1],
        reach=traces.reach[::-1].copy(),
    )
    _own_before(back, after)
    return np.asarray(near - before - after[::-1], np.int32)


def _own_before(traces: Coded, before: Small) -> int:
    most = sorting.longest(traces.item)
    chain = sorting.Chain(*(np.empty(most, np.int32) for _ in sorting.Chain._fields))
    last = np.full(traces.accounts, sorting.NOBODY, np.int32)
    return sorting.own_before(
        traces.account, traces.item, traces.time, traces.reach, last, chain, before
    )


def pruned(traces: Coded, minimum: int, room: Room = memory) -> Coded:
    """Without events that meet nobody and accounts with too few items; arrays are overwritten.

    An event needs another account within reach, an account `minimum` items with such events; and
    again, while much falls away.
    """
    for _ in range(ROUNDS):
        before = len(traces)
        low, high = within(traces, room)
        keep = np.empty(before, bool)
        sorting.company(traces.account, low, high, keep)
        del low, high
        last = np.full(traces.accounts, sorting.NOBODY, np.int32)
        count = np.zeros(traces.accounts, np.int32)
        left = sorting.able(traces.account, traces.item, keep, last, count, minimum)
        if left < before:
            sorting.compact(traces.account, traces.item, traces.time, keep)
            traces = first(traces, left)
        if before - left <= WORTH * before:
            return traces
    return traces


def first(traces: Coded, n: int) -> Coded:
    return replace(traces, account=traces.account[:n], item=traces.item[:n], time=traces.time[:n])
