"""Who met whom, by the compiled kernel: coded traces → totals of every pair, exactly.

The same as `co_action` says in SQL, for one set of traces in memory. Traces are sorted by (item,
time); heavy events are set aside; events and accounts that can not be part of a result are dropped
(which changes none); then each account's row is walked. Memory grows with traces and with what
passes, never with the pairs that are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from queue import SimpleQueue

import numpy as np

from unswarm.arrays import Ints, Small
from unswarm.co_actions.coded import Coded, Room, memory, ordered, pruned, starts, within
from unswarm.co_actions.heavy import Heavy, completion, sifted
from unswarm.co_actions.kernel import sorting, walking
from unswarm.co_actions.kernel.completing import complete
from unswarm.co_actions.kernel.walking import Desk
from unswarm.co_actions.pair_totals import Part, Totals, collected
from unswarm.co_actions.plan import must_fit
from unswarm.machine import cores, free_memory

# Rows are shared out in so many parts per thread, so that none waits long for the last.
PARTS = 8
# Bytes a thread may come to hold for each event that the walk of one row looks at.
DESK = 24
ROOM = 1 << 12  # pairs for whose totals a part of the walk makes room at first
Desks = SimpleQueue[tuple[Desk, Ints]]

LOOPS = [*vars(sorting).values(), *vars(walking).values(), complete]
"""Everything compiled here, for `native.prepare`."""


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
    start = starts(traces.account, traces.accounts)
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
