"""Pairs of accounts, found row by row: an account's row is everybody it met.

Pairs are never stored. A first pass over a row leaves one mark per partner, the item on which it
was met last, and finds those met on a second item; a second pass adds up these few. Accounts are
numbered by ascending activity and a row looks only at higher numbers, so each pair is found once,
from its less active side. Rows do not depend on each other: threads share them out, and the result
does not depend on how.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit, types

from unswarm.arrays import Ints, Small

MINE, PARTNER, ITEMS, OCCASIONS, OWN, THEIRS, SEEN_ITEM, SEEN_EVENT = range(8)
ACTIONS, LEAST, SUM = range(3)

Marks = npt.NDArray[np.uint32]
ONE, NONE, LAST_TICKET = np.uint32(1), np.int32(-1), 0xFFFFFFFF
NEVER = np.iinfo(np.int64).max


class Rows(NamedTuple):
    """The events of some accounts, account by account; and all events, as they are looked at.

    Args:
        account, time: of all events, sorted by (item, time); times are not negative.
        start: where each row begins among its events, and the end: shape (rows + 1,).
        low, high: of each event of the rows: the first event within reach, and the one behind the
            last.
        item, when: of each event of the rows.
        visits: events that the walk of each row looks at, shape (rows,).
        first: number of the account that has the first row.
    """

    account: Marks
    time: Ints
    start: Ints
    low: Small
    high: Small
    item: Small
    when: Ints
    visits: Ints
    first: int


class Desk(NamedTuple):
    """What one thread works with; every row finds it as the last one left it.

    Args:
        mark: of each account: `base` of the row if it is a partner, the ticket of the item on
            which it was met last, or a number below `base`, which is another row's.
        slot: of each partner: its place among the partners, and in `small` and `large`.
        partner: the partners found.
        near, spot: accounts of higher number within reach of the row's events, and their events.
        until: where those of each of the row's events end.
        small, large: totals by slot.
        keys: slot and occasion of each co-action.
    """

    mark: Marks
    slot: Small
    partner: Small
    near: Marks
    spot: Small
    until: Ints
    small: Small
    large: Ints
    keys: Ints


_I4, _I8, _U4 = types.int32[::1], types.int64[::1], types.uint32[::1]
_ROWS = types.NamedTuple((_U4, _I8, _I8, _I4, _I4, _I4, _I8, _I8, types.int64), Rows)
_DESK = types.NamedTuple(
    (_U4, _I4, _I4, _U4, _I4, _I8, types.int32[:, ::1], types.int64[:, ::1], _I8), Desk
)
_FOUND = types.Tuple((types.int32[:, ::1], types.int64[:, ::1]))


@njit("int32[::1](int32[::1])", cache=True, nogil=True)
def ranks(activity: Small) -> Small:
    """Each account's number by ascending activity; equals keep their order."""
    place = np.zeros(activity.max() + 2, np.int64)
    for a in range(len(activity)):
        place[activity[a] + 1] += 1
    for k in range(1, len(place)):
        place[k] += place[k - 1]
    rank = np.empty(len(activity), np.int32)
    for a in range(len(activity)):
        rank[a] = place[activity[a]]
        place[activity[a]] += 1
    return rank


@njit("void(int32[::1], int32[::1])", cache=True, nogil=True)
def renumber(account: Small, rank: Small) -> None:
    """Accounts → their ranks, in place."""
    for e in range(len(account)):
        account[e] = rank[account[e]]


@njit("int64[::1](int64[::1], int32[::1], int32[::1])", cache=True, nogil=True)
def visits(start: Ints, low: Small, high: Small) -> Ints:
    """Events that the walk of each row looks at."""
    count = np.zeros(len(start) - 1, np.int64)
    for a in range(len(start) - 1):
        for k in range(start[a], start[a + 1]):
            count[a] += high[k] - low[k]
    return count


@njit(types.void(_I4, _I4, _I4, _I8, _ROWS), cache=True, nogil=True)
def fill(item: Small, low: Small, high: Small, place: Ints, rows: Rows) -> None:
    """Put the events of the accounts that have rows where they lie.

    Args:
        item, low, high: of all events.
        place: where each row begins, shape (rows,); moved on.
        rows: `account` and `time` are read; `low`, `high`, `item` and `when` are written.
    """
    for e in range(len(item)):
        row = np.int64(rows.account[e]) - rows.first
        if 0 <= row < len(place):
            p = place[row]
            place[row] = p + 1
            rows.low[p], rows.high[p], rows.item[p] = low[e], high[e], item[e]
            rows.when[p] = rows.time[e]


@njit(types.void(_ROWS, _DESK, types.int64), cache=True, nogil=True)
def _look(rows: Rows, desk: Desk, row: int) -> None:
    """Who of higher number is within reach of the row's events: filtered without a branch."""
    mine, n = np.uint32(row + rows.first), 0
    first = rows.start[row]
    for k in range(first, rows.start[row + 1]):
        for f in range(rows.low[k], rows.high[k]):
            other = rows.account[f]
            desk.near[n] = other
            desk.spot[n] = f
            n += other > mine
        desk.until[k - first] = n


@njit(types.int64(_ROWS, _DESK, types.int64, types.uint32, types.int64), cache=True, nogil=True)
def _meet(rows: Rows, desk: Desk, row: int, base: np.uint32, minimum: int) -> int:
    """The first pass: partners met on a second item, or on one, if one is enough; how many."""
    met, n, current, ticket = 0, 0, NONE, base
    first = rows.start[row]
    for k in range(first, rows.start[row + 1]):
        if rows.item[k] != current:
            current = rows.item[k]
            ticket += ONE
        for other in desk.near[n : desk.until[k - first]]:
            seen = desk.mark[other]
            if seen < base and minimum > 1:  # by far the most frequent
                desk.mark[other] = ticket
            elif seen != ticket and seen != base:
                desk.mark[other] = base
                desk.slot[other] = met
                desk.partner[met] = other
                met += 1
        n = desk.until[k - first]
    return met


@njit(types.void(_DESK, types.int64), cache=True, nogil=True)
def _clear(desk: Desk, met: int) -> None:
    desk.small[:met, :SEEN_ITEM] = 0
    desk.small[:met, SEEN_ITEM:] = NONE
    desk.large[:met, :] = 0
    desk.large[:met, LEAST] = NEVER


@njit(types.int64(_DESK, types.int64, types.int64, types.uint32), cache=True, nogil=True)
def _partners(desk: Desk, begin: int, end: int, base: np.uint32) -> int:
    """Move the partners' events among those near to the front of their stretch; their number."""
    n = begin
    for j in range(begin, end):
        other = desk.near[j]
        desk.near[n], desk.spot[n] = other, desk.spot[j]
        n += desk.mark[other] == base
    return n


@njit(types.void(_ROWS, _DESK, types.int64, types.uint32, types.int64), cache=True, nogil=True)
def _add(rows: Rows, desk: Desk, row: int, base: np.uint32, occasion: int) -> None:
    """The second pass: totals of the partners found."""
    n = keys = 0
    first = rows.start[row]
    for k in range(first, rows.start[row + 1]):
        again = k > first and rows.item[k - 1] == rows.item[k]
        counted = rows.high[k - 1] if again else 0
        item, when = rows.item[k], rows.when[k]
        for j in range(n, _partners(desk, n, desk.until[k - first], base)):
            f, s = desk.spot[j], desk.slot[desk.near[j]]
            small, large, gap = desk.small[s], desk.large[s], abs(rows.time[f] - when)
            small[ITEMS] += small[SEEN_ITEM] != item
            small[OWN] += small[SEEN_EVENT] != k - first
            small[THEIRS] += f >= counted  # the event before on this item reached no further
            small[SEEN_ITEM], small[SEEN_EVENT] = item, k - first
            large[ACTIONS] += 1
            large[LEAST] = min(large[LEAST], gap)
            large[SUM] += gap
            if occasion:
                desk.keys[keys] = (np.int64(s) << 32) | (min(rows.time[f], when) // occasion)
                keys += 1
        n = desk.until[k - first]
    desk.keys[:keys].sort()
    for c in range(keys):
        if c == 0 or desk.keys[c] != desk.keys[c - 1]:
            desk.small[desk.keys[c] >> 32, OCCASIONS] += 1


@njit(_FOUND(types.int32[:, ::1], types.int64[:, ::1], types.int64), cache=True, nogil=True)
def _grown(small: Small, large: Ints, used: int) -> tuple[Small, Ints]:
    more_small = np.empty((2 * len(small), small.shape[1]), np.int32)
    more_large = np.empty((2 * len(large), large.shape[1]), np.int64)
    more_small[:used], more_large[:used] = small[:used], large[:used]
    return more_small, more_large


@njit(
    types.int64(_DESK, types.int64, types.int64, types.int64, types.int64), cache=True, nogil=True
)
def _passing(desk: Desk, met: int, mine: int, minimum: int, occasion: int) -> int:
    """Move the totals of the pairs that pass to the front; their number."""
    n = 0
    for s in range(met):
        often = desk.small[s, OCCASIONS] if occasion else desk.small[s, ITEMS]
        if min(often, desk.small[s, ITEMS]) >= minimum:
            desk.small[n] = desk.small[s]
            desk.small[n, MINE], desk.small[n, PARTNER] = mine, desk.partner[s]
            desk.large[n] = desk.large[s]
            n += 1
    return n


@njit(_DESK(_ROWS, types.int64, types.int64, types.int64), cache=True, nogil=True)
def _desk(rows: Rows, begin: int, end: int, accounts: int) -> Desk:
    """A desk for some rows; what is never touched takes no memory."""
    most, events = 1, 1
    for row in range(begin, end):
        most = max(most, int(rows.visits[row]))
        events = max(events, int(rows.start[row + 1] - rows.start[row]))
    return Desk(
        np.zeros(accounts, np.uint32),
        np.empty(accounts, np.int32),
        np.empty(accounts, np.int32),
        np.empty(most, np.uint32),
        np.empty(most, np.int32),
        np.empty(events, np.int64),
        np.empty((min(most, accounts), SEEN_EVENT + 1), np.int32),
        np.empty((min(most, accounts), SUM + 1), np.int64),
        np.empty(most, np.int64),
    )


@njit(
    _FOUND(_ROWS, types.int64, types.int64, types.int64, types.int64, types.int64),
    cache=True,
    nogil=True,
)
def walk(
    rows: Rows, begin: int, end: int, accounts: int, minimum: int, occasion: int
) -> tuple[Small, Ints]:
    """Totals of every pair whose less active account has one of some rows.

    Args:
        rows: all of them.
        begin, end: those to walk, counted from the first row there is.
        accounts: how many there are.
        minimum: items on which a pair must have met, and on as many occasions where these count.
        occasion: its length in the unit of time; 0: occasions do not count.

    Returns:
        A row for each pair, the columns being `MINE` … `THEIRS` and `ACTIONS` … `SUM`.
    """
    desk = _desk(rows, begin, end, accounts)
    small, large = np.empty((64, THEIRS + 1), np.int32), np.empty((64, SUM + 1), np.int64)
    base, kept = ONE, 0
    for row in range(begin, end):
        events = rows.start[row + 1] - rows.start[row]
        if np.int64(base) + events + 2 > LAST_TICKET:
            desk.mark[:] = 0
            base = ONE
        _look(rows, desk, row)
        met = _meet(rows, desk, row, base, minimum)
        if met:
            _clear(desk, met)
            _add(rows, desk, row, base, occasion)
            passed = _passing(desk, met, row + rows.first, minimum, occasion)
            while kept + passed > len(small):
                small, large = _grown(small, large, kept)
            small[kept : kept + passed] = desk.small[:passed, : THEIRS + 1]
            large[kept : kept + passed] = desk.large[:passed]
            kept += passed
        base += np.uint32(events + 1)
    return small[:kept].copy(), large[:kept].copy()
