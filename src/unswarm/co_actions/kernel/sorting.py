"""Events in the order in which pairs are looked for, and without those that can meet nobody.

Accounts and items are codes from 0; times are integers of any unit, windows of the same. An item is
one object of one signal. Events are three arrays (account, item, time), sorted by (item, time), or
at least with the events of an item together and in order.
"""

from __future__ import annotations

from typing import NamedTuple

from unswarm.arrays import Flags, Ints, Small
from unswarm.native import inner, native

NOBODY = -1
FEW = 48  # so many events are sorted by insertion


class Chain(NamedTuple):
    """The events of one account on one item, by their place among the item's events.

    Args:
        after: the next of them.
        oldest: the first of them within reach.
        held: how many lie between that and the event.
    """

    after: Small
    oldest: Small
    held: Small


@native
def sizes(code: Small, count: Small) -> None:
    """Add to `count` how many events bear each code."""
    for e in range(len(code)):
        count[code[e]] += 1


@native
def is_sorted(item: Small, time: Ints) -> bool:
    """Whether events are sorted by (item, time) already."""
    for e in range(1, len(item)):
        if item[e] < item[e - 1] or (item[e] == item[e - 1] and time[e] < time[e - 1]):
            return False
    return True


@native
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


@native
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
            _heap(account, time, begin, end)
        begin = end


@inner
def _insert(account: Small, time: Ints, begin: int, end: int) -> None:
    for e in range(begin + 1, end):
        who, when, f = account[e], time[e], e
        while f > begin and time[f - 1] > when:
            account[f], time[f] = account[f - 1], time[f - 1]
            f -= 1
        account[f], time[f] = who, when


@inner
def _heap(account: Small, time: Ints, begin: int, end: int) -> None:
    """Heapsort (Williams 1964): in place, and never worse than n log n."""
    n = end - begin
    for root in range(n // 2 - 1, -1, -1):
        _sink(account, time, begin, root, n)
    for last in range(n - 1, 0, -1):
        account[begin], account[begin + last] = account[begin + last], account[begin]
        time[begin], time[begin + last] = time[begin + last], time[begin]
        _sink(account, time, begin, 0, last)


@inner
def _sink(account: Small, time: Ints, begin: int, root: int, n: int) -> None:
    """Let an event sink to where no later one lies below it."""
    who, when = account[begin + root], time[begin + root]
    child = 2 * root + 1
    while child < n:
        if child + 1 < n and time[begin + child + 1] > time[begin + child]:
            child += 1
        if time[begin + child] <= when:
            break
        account[begin + root], time[begin + root] = account[begin + child], time[begin + child]
        root, child = child, 2 * child + 1
    account[begin + root], time[begin + root] = who, when


@native
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


@native
def longest(item: Small) -> int:
    """Events of the item that has most."""
    most = begin = 0
    for e in range(len(item)):
        if item[e] != item[begin]:
            begin = e
        most = max(most, e - begin + 1)
    return most


@native
def own_before(
    account: Small,
    item: Small,
    time: Ints,
    reach: Ints,
    last: Small,
    chain: Chain,
    before: Small,
) -> int:
    """How many earlier events of its own account lie within reach of each event; their sum.

    Each account's events on an item are a chain; the oldest within reach only ever moves on.

    Args:
        last: filled with `NOBODY`, shape (accounts,).
        chain: to work with, as long as the item with most events is.
        before: where the counts go, shape (events,); or empty, if nobody wants them.
    """
    total = begin = 0
    for e in range(len(item)):
        if item[e] != item[begin]:
            begin = e
        here, p = e - begin, last[account[e]] - begin
        last[account[e]] = e
        chain.oldest[here], chain.held[here] = here, 0
        if p >= 0:
            window = reach[item[e]] if len(reach) > 1 else reach[0]
            chain.after[p] = here
            first, own = chain.oldest[p], chain.held[p] + 1
            while time[e] - time[begin + first] > window:
                first, own = chain.after[first], own - 1
            chain.oldest[here], chain.held[here] = first, own
            total += own
        if len(before):
            before[e] = chain.held[here]
    return total


@native
def company(account: Small, low: Small, high: Small, keep: Flags) -> None:
    """Set in `keep` which events have another account within reach."""
    n = len(account)
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


@native
def able(account: Small, item: Small, keep: Flags, last: Small, count: Small, minimum: int) -> int:
    """Keep of the kept events those of accounts with `minimum` items; tells how many stay.

    Args:
        last, count: filled with `NOBODY` and with 0, shape (accounts,).
    """
    for e in range(len(item)):
        if keep[e] and last[account[e]] != item[e]:
            last[account[e]] = item[e]
            count[account[e]] += 1
    left = 0
    for e in range(len(item)):
        keep[e] &= count[account[e]] >= minimum
        left += keep[e]
    return left


@native
def compact(account: Small, item: Small, time: Ints, keep: Flags) -> int:
    """Move the kept events to the front, in their order; tells how many there are."""
    n = 0
    for e in range(len(item)):
        if keep[e]:
            account[n], item[n], time[n] = account[e], item[e], time[e]
            n += 1
    return n


@native
def by_code(column: Small, place: Ints, before: Ints, order: Ints) -> None:
    """Rows in the order of a column of codes; those that are equal stay in the order `before`.

    Args:
        place: zeros, shape (codes + 1,).
        order: where the result goes.
    """
    for r in range(len(column)):
        place[column[r] + 1] += 1
    for c in range(len(place) - 1):
        place[c + 1] += place[c]
    for row in before:
        order[place[column[row]]] = row
        place[column[row]] += 1
