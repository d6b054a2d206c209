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

from unswarm.arrays import Ints, IntsTable, Marks, Small, SmallTable
from unswarm.native import inner, native

MINE, PARTNER, ITEMS, OCCASIONS, OWN, THEIRS, SEEN_ITEM, SEEN_EVENT = range(8)
ACTIONS, LEAST, SUM = range(3)
NEXT, TICKET, WANTED = range(3)

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
        hit: places among them that hold a partner, of one event.
        small, large: totals by slot.
        keys: slot and occasion of each co-action.
    """

    mark: Marks
    slot: Small
    partner: Small
    near: Marks
    spot: Small
    until: Ints
    hit: Small
    small: SmallTable
    large: IntsTable
    keys: Ints


@native
def ranks(activity: Small, place: Ints, rank: Small) -> None:
    """Each account's number by ascending activity; equals keep their order.

    Args:
        place: zeros, two more than the highest activity.
        rank: where the numbers go, shape (accounts,).
    """
    for a in range(len(activity)):
        place[activity[a] + 1] += 1
    for k in range(1, len(place)):
        place[k] += place[k - 1]
    for a in range(len(activity)):
        rank[a] = place[activity[a]]
        place[activity[a]] += 1


@native
def renumber(account: Small, rank: Small) -> None:
    """Accounts → their ranks, in place."""
    for e in range(len(account)):
        account[e] = rank[account[e]]


@native
def visits(start: Ints, low: Small, high: Small, count: Ints) -> None:
    """Set in `count` how many events the walk of each row looks at."""
    for a in range(len(start) - 1):
        count[a] = 0
        for k in range(start[a], start[a + 1]):
            count[a] += high[k] - low[k]


@native
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


@inner
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


@inner
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


@inner
def _clear(desk: Desk, met: int) -> None:
    for s in range(met):
        for column in range(SEEN_ITEM):
            desk.small[s, column] = 0
        desk.small[s, SEEN_ITEM] = desk.small[s, SEEN_EVENT] = NONE
        desk.large[s, ACTIONS] = desk.large[s, SUM] = 0
        desk.large[s, LEAST] = NEVER


@inner
def _partners(desk: Desk, begin: int, end: int, base: np.uint32) -> int:
    """Which of those near are partners: their places, in `hit`; how many."""
    n = 0
    for j in range(begin, end):
        desk.hit[n] = j
        n += desk.mark[desk.near[j]] == base
    return n


@inner
def _sort(keys: Ints, n: int) -> None:
    """Heapsort (Williams 1964) of the first n keys."""
    for root in range(n // 2 - 1, -1, -1):
        _sink(keys, root, n)
    for last in range(n - 1, 0, -1):
        keys[0], keys[last] = keys[last], keys[0]
        _sink(keys, 0, last)


@inner
def _sink(keys: Ints, root: int, n: int) -> None:
    key, child = keys[root], 2 * root + 1
    while child < n:
        if child + 1 < n and keys[child + 1] > keys[child]:
            child += 1
        if keys[child] <= key:
            break
        keys[root] = keys[child]
        root, child = child, 2 * child + 1
    keys[root] = key


@inner
def _add(rows: Rows, desk: Desk, row: int, base: np.uint32, occasion: int) -> None:
    """The second pass: totals of the partners found."""
    n = keys = 0
    first = rows.start[row]
    for k in range(first, rows.start[row + 1]):
        again = k > first and rows.item[k - 1] == rows.item[k]
        counted = rows.high[k - 1] if again else 0
        item, when = rows.item[k], rows.when[k]
        for h in range(_partners(desk, n, desk.until[k - first], base)):
            j = desk.hit[h]
            f, s = desk.spot[j], desk.slot[desk.near[j]]
            gap = abs(rows.time[f] - when)
            desk.small[s, ITEMS] += desk.small[s, SEEN_ITEM] != item
            desk.small[s, OWN] += desk.small[s, SEEN_EVENT] != k - first
            desk.small[s, THEIRS] += f >= counted  # the event before on this item went no further
            desk.small[s, SEEN_ITEM], desk.small[s, SEEN_EVENT] = item, k - first
            desk.large[s, ACTIONS] += 1
            desk.large[s, LEAST] = min(desk.large[s, LEAST], gap)
            desk.large[s, SUM] += gap
            if occasion:
                desk.keys[keys] = (np.int64(s) << 32) | (min(rows.time[f], when) // occasion)
                keys += 1
        n = desk.until[k - first]
    _sort(desk.keys, keys)
    for c in range(keys):
        if c == 0 or desk.keys[c] != desk.keys[c - 1]:
            desk.small[desk.keys[c] >> 32, OCCASIONS] += 1


@inner
def _passes(desk: Desk, s: int, minimum: int, occasion: int) -> bool:
    often = desk.small[s, OCCASIONS] if occasion else desk.small[s, ITEMS]
    return bool(min(often, desk.small[s, ITEMS]) >= minimum)


@inner
def _passing(desk: Desk, met: int, minimum: int, occasion: int) -> int:
    """How many of the partners found pass."""
    count = 0
    for s in range(met):
        count += _passes(desk, s, minimum, occasion)
    return count


@inner
def _write(desk: Desk, s: int, mine: int, small: SmallTable, large: IntsTable, place: int) -> None:
    """Put the totals of one pair where they belong."""
    small[place, MINE], small[place, PARTNER] = mine, desk.partner[s]
    for column in range(ITEMS, THEIRS + 1):
        small[place, column] = desk.small[s, column]
    for column in range(SUM + 1):
        large[place, column] = desk.large[s, column]


@native
def walk(
    rows: Rows,
    desk: Desk,
    state: Ints,
    end: int,
    minimum: int,
    occasion: int,
    small: SmallTable,
    large: IntsTable,
) -> int:
    """Totals of every pair whose less active account has one of some rows.

    Args:
        rows: all of them.
        desk: to work with.
        state: `NEXT`: the row to begin with, counted from the first there is; `TICKET`: 1 at first;
            `WANTED`. It is moved on to where the walk stopped: behind the last row, or where the
            pairs of a row, as many as `WANTED` says, do not fit in `small` any more.
        end: behind the last row.
        minimum: items on which a pair must have met, and on as many occasions where these count.
        occasion: its length in the unit of time; 0: occasions do not count.
        small, large: where the totals go, a row for each pair, the columns being `MINE` …
            `THEIRS` and `ACTIONS` … `SUM`.

    Returns:
        How many pairs were written.
    """
    kept, base = 0, np.uint32(state[TICKET])
    state[WANTED] = 0
    for row in range(state[NEXT], end):
        events = rows.start[row + 1] - rows.start[row]
        if np.int64(base) + events + 2 > LAST_TICKET:
            for account in range(len(desk.mark)):
                desk.mark[account] = 0
            base = ONE
        _look(rows, desk, row)
        met = _meet(rows, desk, row, base, minimum)
        base += np.uint32(events + 1)
        state[TICKET] = base
        if met:
            _clear(desk, met)
            _add(rows, desk, row, base - np.uint32(events + 1), occasion)
            passed = _passing(desk, met, minimum, occasion)
            if kept + passed > len(small):
                state[NEXT], state[WANTED] = row, passed
                return kept
            for s in range(met):
                if _passes(desk, s, minimum, occasion):
                    _write(desk, s, row + rows.first, small, large, kept)
                    kept += 1
    state[NEXT] = end
    return kept
