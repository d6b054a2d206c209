"""What heavy events add to the pairs that passed without them."""

from __future__ import annotations

from typing import NamedTuple

from unswarm.arrays import Flags, Ints, IntsTable, Small, SmallTable
from unswarm.co_actions.kernel.walking import ACTIONS, ITEMS, LEAST, OWN, SUM, THEIRS
from unswarm.native import inner, native


class Touches(NamedTuple):
    """The events on items with heavy events, account by account, in the order (item, time).

    Args:
        start: where each account begins, and the end.
        item, time, heavy, reach: of each event.
    """

    start: Ints
    item: Small
    time: Ints
    heavy: Flags
    reach: Ints


@inner
def _end(touches: Touches, begin: int, last: int) -> int:
    """Behind the last event of its account on the item of `begin`."""
    end = begin + 1
    while end < last and touches.item[end] == touches.item[begin]:
        end += 1
    return end


@inner
def _only_heavy(touches: Touches, mine: tuple[int, int], theirs: tuple[int, int]) -> int:
    """How many of my events meet theirs, but not as two light ones."""
    count = 0
    for x in range(mine[0], mine[1]):
        light = heavy = False
        for y in range(theirs[0], theirs[1]):
            if abs(touches.time[x] - touches.time[y]) <= touches.reach[x]:
                light |= not (touches.heavy[x] or touches.heavy[y])
                heavy |= touches.heavy[x] or touches.heavy[y]
        count += heavy and not light
    return count


@inner
def _complete(
    touches: Touches, mine: tuple[int, int], theirs: tuple[int, int], small: Small, large: Ints
) -> None:
    """Add one item's co-actions with a heavy event to a pair's totals."""
    light = heavy = False
    for x in range(mine[0], mine[1]):
        for y in range(theirs[0], theirs[1]):
            gap = abs(touches.time[x] - touches.time[y])
            if gap > touches.reach[x]:
                continue
            if not (touches.heavy[x] or touches.heavy[y]):
                light = True
                continue
            heavy = True
            large[ACTIONS] += 1
            large[LEAST] = min(large[LEAST], gap)
            large[SUM] += gap
    small[ITEMS] += heavy and not light
    small[OWN] += _only_heavy(touches, mine, theirs)
    small[THEIRS] += _only_heavy(touches, theirs, mine)


@native
def complete(
    touches: Touches, source: Small, target: Small, small: SmallTable, large: IntsTable
) -> None:
    """Add to the totals of each pair its co-actions with heavy events, in place.

    Args:
        touches: on the items with heavy events.
        source, target: the pairs' accounts.
        small, large: their totals, in the columns of `walking.walk`.
    """
    for p in range(len(source)):
        i, j = touches.start[source[p]], touches.start[target[p]]
        last_i, last_j = touches.start[source[p] + 1], touches.start[target[p] + 1]
        while i < last_i and j < last_j:
            if touches.item[i] < touches.item[j]:
                i += 1
            elif touches.item[j] < touches.item[i]:
                j += 1
            else:
                mine, theirs = (i, _end(touches, i, last_i)), (j, _end(touches, j, last_j))
                _complete(touches, mine, theirs, small[p], large[p])
                i, j = mine[1], theirs[1]
