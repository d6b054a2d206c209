"""Events in the order in which pairs are looked for, and without those that can meet nobody.

Accounts and items are codes from 0; times are integers of any unit, windows of the same. An item is
one object of one signal. Events are three arrays (account, item, time), sorted by (item, time).
All signatures are explicit: compiled once, kept on disk.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from unswarm.arrays import Flags, Ints, Small

NOBODY = -1
FEW = 48  # so many events are sorted by insertion


@njit("int32[::1](int32[::1], int64)", cache=True, nogil=True)
def sizes(code: Small, codes: int) -> Small:
    """How many events bear each code."""
    count = np.zeros(codes, np.int32)
    for e in range(len(code)):
        count[code[e]] += 1
    return count


@njit("boolean(int32[::1], int64[::1])", cache=True, nogil=True)
def is_sorted(item: Small, time: Ints) -> bool:
    """Whether events are sorted by (item, time) already."""
    for e in range(1, len(item)):
        if item[e] < item[e - 1] or (item[e] == item[e - 1] and time[e] < time[e - 1]):
            return False
    return True


@njit(
    "void(int32[::1], int32[::1], int64[::1], int64[::1], int32[::1], int32[::1], int64[::1])",
    cache=True,
    nogil=True,
)
def scatter(
    account: Small,
    item: Small,
    time: Ints,
    place: Ints,
    to_account: Small,
    to_item: Small,
    to_time: Ints,
) -> None:
    """Put events where their item lies; `place`: the next free place of each item, moved on."""
    for e in range(len(item)):
        p = place[item[e]]
        place[item[e]] = p + 1
        to_account[p] = account[e]
        to_item[p] = item[e]
        to_time[p] = time[e]


@njit("void(int32[::1], int64[::1], int64, int64)", cache=True, nogil=True)
def _insert(account: Small, time: Ints, begin: int, end: int) -> None:
    for e in range(begin + 1, end):
        who, when, f = account[e], time[e], e
        while f > begin and time[f - 1] > when:
            account[f], time[f] = account[f - 1], time[f - 1]
            f -= 1
        account[f], time[f] = who, when


@njit("void(int32[::1], int32[::1], int64[::1])", cache=True, nogil=True)
def settle(account: Small, item: Small, time: Ints) -> None:
    """Sort the events of each item by time, in place; events of an item already stand together."""
    begin, n = 0, len(item)
    while begin < n:
        end, straight = begin + 1, True
        while end < n and item[end] == item[begin]:
            straight &= time[end] >= time[end - 1]
            end += 1
        if not straight and end - begin <= FEW:
            _insert(account, time, begin, end)
        elif not straight:
            order = np.argsort(time[begin:end], kind="mergesort")
            account[begin:end] = account[begin:end][order]
            time[begin:end] = time[begin:end][order]
        begin = end


@njit("void(int32[::1], int64[::1], int64[::1], int32[::1], int32[::1])", cache=True, nogil=True)
def bounds(item: Small, time: Ints, reach: Ints, low: Small, high: Small) -> None:
    """First event within reach of each event, and the one behind the last.

    Args:
        item, time: of the events.
        reach: window of each item; or one for all.
        low, high: where the results go, shape (events,).
    """
    begin, n = 0, len(item)
    while begin < n:
        window = reach[item[begin]] if len(reach) > 1 else reach[0]
        left = right = here = begin
        while here < n and item[here] == item[begin]:
            while time[here] - time[left] > window:
                left += 1
            while right < n and item[right] == item[begin] and time[right] - time[here] <= window:
                right += 1
            low[here], high[here] = left, right
            here += 1
        begin = here


@njit(
    "int64(int32[::1], int32[::1], int64[::1], int64[::1], int64, int32[::1])",
    cache=True,
    nogil=True,
)
def own_before(
    account: Small, item: Small, time: Ints, reach: Ints, accounts: int, before: Small
) -> int:
    """How many earlier events of its own account lie within reach of each event; their sum.

    Each account's events on an item are a chain; the oldest within reach only ever moves on.

    Args:
        before: where the counts go, shape (events,); or empty, if nobody wants them.
    """
    n = len(item)
    last = np.full(accounts, NOBODY, np.int32)
    after, oldest, count = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    total = 0
    for e in range(n):
        p = last[account[e]]
        last[account[e]] = e
        if p == NOBODY or item[p] != item[e]:
            oldest[e], count[e] = e, 0
            continue
        window = reach[item[e]] if len(reach) > 1 else reach[0]
        after[p] = e
        first, own = oldest[p], count[p] + 1
        while time[e] - time[first] > window:
            first, own = after[first], own - 1
        oldest[e], count[e] = first, own
        total += own
    before[:] = count[: len(before)]
    return total


@njit("boolean(int32[::1], int32[::1], int64)", cache=True, nogil=True)
def repeats(account: Small, item: Small, accounts: int) -> bool:
    """Whether any account touches an item twice."""
    last = np.full(accounts, NOBODY, np.int32)
    for e in range(len(item)):
        if last[account[e]] == item[e]:
            return True
        last[account[e]] = item[e]
    return False


@njit("boolean[::1](int32[::1], int32[::1], int32[::1])", cache=True, nogil=True)
def company(account: Small, low: Small, high: Small) -> Flags:
    """Which events have another account within reach."""
    n = len(account)
    keep = np.zeros(n, np.bool_)
    run = 0  # where the row of neighbouring events of one account began
    for e in range(n):
        if account[e] != account[run]:
            run = e
        keep[e] = run > low[e]
    run = n - 1
    for e in range(n - 1, -1, -1):
        if account[e] != account[run]:
            run = e
        keep[e] |= run < high[e] - 1
    return keep


@njit("int64(int32[::1], int32[::1], boolean[::1], int64, int64)", cache=True, nogil=True)
def able(account: Small, item: Small, keep: Flags, accounts: int, minimum: int) -> int:
    """Keep of the kept events those of accounts with `minimum` items; tells how many stay."""
    last, count = np.full(accounts, NOBODY, np.int32), np.zeros(accounts, np.int32)
    for e in range(len(item)):
        if keep[e] and last[account[e]] != item[e]:
            last[account[e]] = item[e]
            count[account[e]] += 1
    left = 0
    for e in range(len(item)):
        keep[e] &= count[account[e]] >= minimum
        left += keep[e]
    return left


@njit("int64(int32[::1], int32[::1], int64[::1], boolean[::1])", cache=True, nogil=True)
def compact(account: Small, item: Small, time: Ints, keep: Flags) -> int:
    """Move the kept events to the front, in their order; tells how many there are."""
    n = 0
    for e in range(len(item)):
        if keep[e]:
            account[n], item[n], time[n] = account[e], item[e], time[e]
            n += 1
    return n


@njit("int64[::1](int32[::1], int32[::1], int64)", cache=True, nogil=True)
def order_of(first: Small, second: Small, codes: int) -> Ints:
    """The order of rows by two columns of codes; rows that are equal keep theirs."""
    n = len(first)
    order, before = np.empty(n, np.int64), np.arange(n)
    for column in (second, first):
        place = np.zeros(codes + 1, np.int64)
        for r in range(n):
            place[column[r] + 1] += 1
        for c in range(codes):
            place[c + 1] += place[c]
        for row in before:
            order[place[column[row]]] = row
            place[column[row]] += 1
        order, before = before, order
    return before
