"""Who met whom, by the compiled kernel: coded traces → totals of every pair, exactly.

The same as `co_action` says in SQL, for one set of traces in memory. Traces are sorted by (item,
time); heavy events are set aside; events and accounts that can not be part of a result are dropped
(which changes none); then each account's row is walked. Memory grows with traces and with what
passes, never with the pairs that are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from queue import SimpleQueue

import numpy as np

from unswarm.arrays import Flags, Ints, Small
from unswarm.co_actions.kernel import sorting, walking
from unswarm.co_actions.kernel.completing import Touches, complete
from unswarm.co_actions.kernel.walking import Desk
from unswarm.co_actions.plan import must_fit
from unswarm.machine import cores, free_memory

# Another round of dropping is worth its time only where the last one dropped so much.
WORTH = 0.05
ROUNDS = 5
# Rows are shared out in so many parts per thread, so that none waits long for the last.
PARTS = 8
# Bytes a thread may come to hold for each event that the walk of one row looks at.
DESK = 20
ROOM = 1 << 12  # pairs for whose totals a part of the walk makes room at first
NO_CAP = np.iinfo(np.int32).max
Room = Callable[[int], Small]
Part = tuple[Small, Ints]
"""Totals as the kernel writes them."""

Desks = SimpleQueue[tuple[Desk, Ints]]

LOOPS = [*vars(sorting).values(), *vars(walking).values(), complete]
"""Everything compiled here, for `native.prepare`."""


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


def ordered(traces: Coded) -> Coded:
    """The traces sorted by (item, time)."""
    if sorting.is_sorted(traces.item, traces.time):
        return traces
    place = _starts(traces.item, traces.items)[:-1]
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


def _starts(code: Small, codes: int) -> Ints:
    """Where the events of each code begin once they are sorted by it, and the end."""
    count = np.zeros(codes, np.int32)
    sorting.sizes(code, count)
    start = np.zeros(codes + 1, np.int64)
    np.cumsum(count, out=start[1:])
    return start


def pairs_of_events(traces: Coded) -> int:
    """P: pairs of events of different accounts on one item within reach, exactly, in O(events)."""
    return _crowds(traces)[1]


def _crowds(traces: Coded) -> tuple[Small, int]:
    """Events within reach of each event, its account's own ones too; and P."""
    low, near = within(traces)
    near -= low
    near -= 1
    both = int(near.sum(dtype=np.int64))
    return near, both // 2 - _own_before(traces, np.empty(0, np.int32))


def others(traces: Coded) -> Small:
    """Events of other accounts within reach of each event."""
    near, _ = _crowds(traces)
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
            traces = _first(traces, left)
        if before - left <= WORTH * before:
            return traces
    return traces


def _first(traces: Coded, n: int) -> Coded:
    return replace(traces, account=traces.account[:n], item=traces.item[:n], time=traces.time[:n])


def walked(
    traces: Coded,
    minimum: int,
    occasion: int = 0,
    threads: int | None = None,
    room: Room = memory,
    block: int | None = None,
) -> Iterator[tuple[Small, Ints]]:
    """Totals of the pairs of pruned traces, part by part; see `kernel.walking.walk`.

    Accounts in the result have their own codes; the less active one stands first.

    Args:
        traces: sorted and pruned; overwritten.
        minimum: items a pair needs, and as many occasions, where these are counted.
        occasion: length of one; 0: occasions are not counted.
        threads: that share the rows; None: one a core.
        room: where arrays as long as the traces are put.
        block: events whose rows are held at once; None: all.
    """
    if not len(traces):
        return
    rank = _ranked(traces)
    code = np.empty(len(rank), np.int32)
    code[rank] = np.arange(len(rank), dtype=np.int32)
    _from_zero(traces.time, occasion)
    low, high = within(traces, room)
    start = _starts(traces.account, traces.accounts)
    workers = threads or cores()
    with ThreadPoolExecutor(workers) as pool:
        for first, last in _blocks(start, block or len(traces)):
            rows = _rows(traces, start, first, last)
            walking.fill(traces.item, low, high, rows.start[:-1].copy(), rows)
            walking.visits(rows.start, rows.low, rows.high, rows.visits)
            needed = DESK * workers * int(rows.visits.max(initial=0))
            must_fit(needed, free_memory(), "a cap (--cap 1000), or fewer --threads.")
            cuts = _cuts(rows.visits, PARTS * workers)
            part = _walker(rows, _desks(rows, workers, len(rank)), minimum, occasion)
            for parts in pool.map(part, pairwise(cuts)):
                for small, large in parts:
                    small[:, : walking.ITEMS] = code[small[:, : walking.ITEMS]]
                    yield small, large


def _walker(
    rows: walking.Rows, desks: Desks, minimum: int, occasion: int
) -> Callable[[tuple[int, int]], list[Part]]:
    """What walks the rows from one to another, at any desk that is free."""

    def part(span: tuple[int, int]) -> list[Part]:
        desk, state = desks.get()
        state[walking.NEXT] = span[0]
        found = _walk(rows, desk, state, span[1], minimum, occasion)
        desks.put((desk, state))
        return found

    return part


def _ranked(traces: Coded) -> Small:
    """Number the accounts by ascending activity, in place; tells each account's number."""
    activity = np.zeros(traces.accounts, np.int32)
    sorting.sizes(traces.account, activity)
    rank = np.empty(traces.accounts, np.int32)
    walking.ranks(activity, np.zeros(int(activity.max()) + 2, np.int64), rank)
    walking.renumber(traces.account, rank)
    return rank


def _walk(
    rows: walking.Rows,
    desk: walking.Desk,
    state: Ints,
    end: int,
    minimum: int,
    occasion: int,
) -> list[Part]:
    """Rows from where `state` is, whose pairs are written wherever there is room."""
    parts, size = [], ROOM
    while state[walking.NEXT] < end:
        small, large = _room(size)
        kept = walking.walk(rows, desk, state, end, minimum, occasion, small, large)
        parts.append((small[:kept], large[:kept]))
        size = max(2 * size, int(state[walking.WANTED]))
    return parts


def _room(size: int) -> tuple[Small, Ints]:
    small = np.empty((size, walking.THEIRS + 1), np.int32)
    return small, np.empty((size, walking.SUM + 1), np.int64)


def _desks(rows: walking.Rows, workers: int, accounts: int) -> Desks:
    """A desk for each worker, and where it is."""
    desks: Desks = SimpleQueue()
    for _ in range(workers):
        desks.put((_desk(rows, accounts), np.array([0, 1, 0], np.int64)))
    return desks


def _desk(rows: walking.Rows, accounts: int) -> Desk:
    """A desk for any of some rows; what is never touched takes no memory."""
    most = int(rows.visits.max(initial=1))
    events = int(np.diff(rows.start).max(initial=1))
    pairs = min(most, accounts)
    return Desk(
        mark=np.zeros(accounts, np.uint32),
        slot=np.empty(accounts, np.int32),
        partner=np.empty(accounts, np.int32),
        near=np.empty(most, np.uint32),
        spot=np.empty(most, np.int32),
        until=np.empty(events, np.int64),
        hit=np.empty(most, np.int32),
        small=np.empty((pairs, walking.SEEN_EVENT + 1), np.int32),
        large=np.empty((pairs, walking.SUM + 1), np.int64),
        keys=np.empty(most, np.int64),
    )


def _from_zero(time: Ints, occasion: int) -> None:
    """Shift times, in place, so that none is negative and occasions begin where they did."""
    least = int(time.min())
    time -= least - (least % occasion if occasion else 0)


def _blocks(start: Ints, block: int) -> Iterator[tuple[int, int]]:
    """Stretches of accounts with at most `block` events; or of one account."""
    first, accounts = 0, len(start) - 1
    while first < accounts:
        last = int(np.searchsorted(start, start[first] + block, side="right")) - 1
        last = max(last, first + 1)
        yield first, last
        first = last


def _rows(traces: Coded, start: Ints, first: int, last: int) -> walking.Rows:
    """Rows for the events of some accounts, to be filled."""
    begin = start[first : last + 1] - start[first]
    n = int(begin[-1])
    low, high, item = (np.empty(n, np.int32) for _ in range(3))
    when, visits = np.empty(n, np.int64), np.empty(last - first, np.int64)
    account = traces.account.view(np.uint32)
    return walking.Rows(account, traces.time, begin, low, high, item, when, visits, first)


def _cuts(visits: Ints, parts: int) -> list[int]:
    """Rows at which to cut, so that the parts cost about the same."""
    cost = np.cumsum(visits)
    wanted = np.arange(1, parts) * (cost[-1] / parts)
    inner = np.searchsorted(cost, wanted)
    return [int(cut) for cut in np.unique(np.concatenate([[0], inner, [len(visits)]]))]


def facing(small: Small, large: Ints) -> Totals:
    """A part of the walk with each pair in the order of its codes; overwritten."""
    swap = small[:, walking.MINE] > small[:, walking.PARTNER]
    small[swap, :2] = small[swap, 1::-1]
    small[swap, walking.OWN :] = small[swap, : walking.OCCASIONS : -1]
    return Totals(small, large)


def collected(parts: Iterable[tuple[Small, Ints]], accounts: int) -> Totals:
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


@dataclass(frozen=True)
class Counted:
    """What was counted.

    Args:
        totals: of the pairs that pass.
        heavy: what was set aside.
        pairs: P, all pairs of events within reach, heavy ones too.
    """

    totals: Totals
    heavy: Heavy
    pairs: int


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
    near, pairs = _crowds(traces)
    crowded = near > (cap or NO_CAP)
    if not crowded.any():
        return Sifted(traces, pairs, NOTHING_HEAVY, (_first(traces, 0), np.empty(0, bool)))
    there = np.flatnonzero(_on_items(traces, crowded))
    some = traces.only(there)
    crowd = others(some)
    flags = crowd > cap
    if not flags.any():
        return Sifted(traces, pairs, NOTHING_HEAVY, (_first(traces, 0), np.empty(0, bool)))
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


def count(traces: Coded, *, minimum: int = 1, cap: int = 0, threads: int | None = None) -> Counted:
    """Totals of every pair of accounts that met on `minimum` items, counted over light events.

    Args:
        traces: overwritten.
        minimum: items on which a pair must have met with light events.
        cap: others within reach above which an event is heavy; 0: none is.
        threads: that share the work; None: one a core.
    """
    found = sifted(ordered(traces), cap)
    del traces
    light = pruned(found.light, minimum)
    totals = collected(walked(light, minimum, threads=threads), light.accounts)
    completion([found.touched])(totals)
    return Counted(totals, found.heavy, found.pairs)


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
