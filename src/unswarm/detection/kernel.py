"""Would an innocent account have met the group? The loops over events of the member tests.

Every function here has a slow, obvious twin in `tests/detection/reference.py`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from unswarm.arrays import Flags, Floats, FloatsTable, Ints
from unswarm.native import inner, native

NO_PARTNER = -1
WIDTH = 0.35  # of the kernel about a past reaction, in ln(seconds)
FAR = 6 * WIDTH
FARTHEST = np.iinfo(np.int64).max


class Events(NamedTuple):
    """All events of a layer, sorted by (item, time), and what is known of the items.

    `rate` is each event's stratum rate; `starts`, `born`, `source` belong to the items.
    """

    account: Ints
    item: Ints
    time: Ints
    reaction: Flags
    hour: Ints
    rate: Floats
    starts: Ints
    born: Ints
    source: Ints


class Past(NamedTuple):
    """What the accounts did before: see `significance.Habits`."""

    tilt: FloatsTable
    history: Ints
    latency: Floats
    origin: Ints
    population: Floats


class Explained(NamedTuple):
    """What is said of each event of a group, shape (members,).

    Args:
        met: another member within the window.
        explained: the largest probability any innocent explanation gives to that.
        by_reaction: whether reaction speed gave it.
        partner: event of the nearest other member.
        outsiders: events of accounts outside the group on the item.
    """

    met: Flags
    explained: Floats
    by_reaction: Flags
    partner: Ints
    outsiders: Ints


class Pieces(NamedTuple):
    """Stretches of time to work with, as many as the largest item has members.

    `low`, `high` are moments (ms); `begin`, `end` the same as ln(latency + 1).
    """

    low: Floats
    high: Floats
    begin: Floats
    end: Floats


def neighbours(item: Ints, time: Ints, window: int) -> Ints:
    """Others on the same object within the window of each event; events sorted by (item, time)."""
    count = np.empty(len(item), np.int64)
    _neighbours(np.ascontiguousarray(item), np.ascontiguousarray(time), window, count)
    return count


def explain(
    members: Ints,
    bounds: Ints,
    asked: Flags,
    inside: Flags,
    events: Events,
    past: Past,
    window: int,
    kappa: float,
) -> Explained:
    """For each event of a group: did it meet the group, and would an innocent account have?

    Args:
        members: the group's events, sorted by (item, time), on items with at least two of them.
        bounds: where each item begins in `members`, and the end.
        asked: which of them to look at, shape (members,); the others' results are empty.
        inside: whether an account (by code) belongs to the group.
        events: all events of the layer.
        past: the accounts' habits.
        window: milliseconds.
        kappa: weight of the stratum's rate.
    """
    n, most = len(members), int(np.diff(bounds).max(initial=0))
    found = Explained(
        np.zeros(n, bool),
        np.zeros(n),
        np.zeros(n, bool),
        np.full(n, NO_PARTNER, np.int64),
        np.zeros(n, np.int64),
    )
    pieces = Pieces(*(np.empty(most) for _ in Pieces._fields))
    _explain(members, bounds, asked, inside, events, past, pieces, window, kappa, found)
    return found


@native
def _neighbours(item: Ints, time: Ints, window: int, count: Ints) -> None:
    left = right = 0
    for here in range(len(item)):
        while item[left] != item[here] or time[here] - time[left] > window:
            left += 1
        right = max(right, here)
        while (
            right + 1 < len(item)
            and item[right + 1] == item[here]
            and time[right + 1] - time[here] <= window
        ):
            right += 1
        count[here] = right - left


@native
def _explain(  # noqa: PLR0913
    members: Ints,
    bounds: Ints,
    asked: Flags,
    inside: Flags,
    events: Events,
    past: Past,
    pieces: Pieces,
    window: int,
    kappa: float,
    found: Explained,
) -> None:
    for b in range(len(bounds) - 1):
        group = members[bounds[b] : bounds[b + 1]]
        others = _outside(group[0], inside, events)
        for x in range(len(group)):
            place = bounds[b] + x
            if not asked[place]:
                continue
            event = group[x]
            found.outsiders[place] = others
            found.partner[place] = _nearest(group, x, events.time)
            gap = abs(events.time[found.partner[place]] - events.time[event])
            found.met[place] = found.partner[place] != NO_PARTNER and gap <= window
            count = _join(group, x, events, window, pieces)
            prior = _prior(group, x, events, window)
            chance = _burst(event, count, prior, pieces, inside, events, past, kappa)
            if events.reaction[event]:
                habit = _reaction(event, count, pieces, events, past)
                found.by_reaction[place] = habit > chance
                chance = max(chance, habit)
            found.explained[place] = min(chance, 0.999999)


@inner
def _outside(event: int, inside: Flags, events: Events) -> int:
    """Events on the same item by accounts outside the group."""
    thing = events.item[event]
    count = 0
    for e in range(events.starts[thing], events.starts[thing + 1]):
        count += not inside[events.account[e]]
    return count


@inner
def _nearest(group: Ints, x: int, time: Ints) -> int:
    """The member's event nearest in time to that of x; the earliest of equals."""
    best, gap = NO_PARTNER, FARTHEST
    for y in range(len(group)):
        if y != x and abs(time[group[y]] - time[group[x]]) < gap:
            best, gap = group[y], abs(time[group[y]] - time[group[x]])
    return best


@inner
def _join(group: Ints, x: int, events: Events, window: int, pieces: Pieces) -> int:
    """Where x would meet another member: windows about the others, overlaps joined; how many."""
    count = 0
    for y in range(len(group)):
        if y == x:
            continue
        begin, end = events.time[group[y]] - window, events.time[group[y]] + window
        if count and begin <= pieces.high[count - 1]:
            pieces.high[count - 1] = end
            continue
        pieces.low[count], pieces.high[count] = begin, end
        count += 1
    return count


@inner
def _prior(group: Ints, x: int, events: Events, window: int) -> float:
    """The chance that a sharer of the strata meets one of the pieces."""
    miss, last = 1.0, -math.inf
    for y in range(len(group)):
        if y == x:
            continue
        begin, end = events.time[group[y]] - window, events.time[group[y]] + window
        if not begin <= last:
            miss *= 1.0 - min(events.rate[group[y]], 0.999)
        last = end
    return 1.0 - miss


@inner
def _burst(
    event: int,
    count: int,
    prior: float,
    pieces: Pieces,
    inside: Flags,
    events: Events,
    past: Past,
    kappa: float,
) -> float:
    """N1: the share of outsiders, weighed by the account's own hours, that fall into the pieces."""
    thing, who = events.item[event], events.account[event]
    total = close = 0.0
    piece = 0
    for e in range(events.starts[thing], events.starts[thing + 1]):
        if inside[events.account[e]]:
            continue
        weight = past.tilt[who, events.hour[e]]
        total += weight
        while piece < count and events.time[e] > pieces.high[piece]:
            piece += 1
        if piece < count and events.time[e] >= pieces.low[piece]:
            close += weight
    return (close + kappa * prior) / (total + kappa)


@inner
def _reaction(event: int, count: int, pieces: Pieces, events: Events, past: Past) -> float:
    """N2: the mass of the pieces under the account's own past reaction speeds to this source."""
    thing, who = events.item[event], events.account[event]
    born = events.born[thing]
    ahead = 0
    for k in range(count):
        if pieces.high[k] > born:
            pieces.begin[ahead] = _slowness(pieces.low[k] - born)
            pieces.end[ahead] = _slowness(pieces.high[k] - born)
            ahead += 1
    own = _slowness(events.time[event] - born)
    first, last = past.history[who], past.history[who + 1]
    return _habit_mass(
        pieces.begin[:ahead],
        pieces.end[:ahead],
        own,
        events.source[thing],
        past.latency[first:last],
        past.origin[first:last],
        past.population,
    )


@inner
def _slowness(latency: float) -> float:
    """ln(seconds + 1) of milliseconds."""
    return math.log(max(latency, 0.0) / 1000.0 + 1.0)


@inner
def _habit_mass(
    low: Floats,
    high: Floats,
    own: float,
    source: int,
    latency: Floats,
    origin: Ints,
    population: Floats,
) -> float:
    """Mass of some intervals of ln(latency + 1) under an account's own past reaction speeds.

    A Gaussian kernel of width 0.35 about each past reaction; reactions to the same source weigh 1,
    others 0.15; the population adds one pseudo-event; the event itself (nearest to `own`) is left
    out.
    """
    mass = weights = 0.0
    itself = _closest(latency, own)
    for e in range(len(latency)):
        if e != itself:
            weight = 1.0 if origin[e] == source else 0.15
            weights += weight
            mass += weight * _kernel_mass(low, high, latency[e])
    return (mass + _population_mass(low, high, population)) / (weights + 1.0)


@inner
def _closest(values: Floats, own: float) -> int:
    """Place of the value nearest to one's own, the first of equals; -1 of nothing."""
    best = -1
    for e in range(len(values)):
        if best < 0 or abs(values[e] - own) < abs(values[best] - own):
            best = e
    return best


@inner
def _kernel_mass(low: Floats, high: Floats, centre: float) -> float:
    """Mass of the intervals under one Gaussian; what lies six deviations off holds 1e-9 at most."""
    mass = 0.0
    for k in range(len(low)):
        if high[k] < centre - FAR or low[k] > centre + FAR:
            continue
        mass += _normal_cdf((high[k] - centre) / WIDTH) - _normal_cdf((low[k] - centre) / WIDTH)
    return mass


@inner
def _population_mass(low: Floats, high: Floats, population: Floats) -> float:
    count = 0
    for k in range(len(low)):
        count += _below(population, high[k], True) - _below(population, low[k], False)
    return count / max(len(population), 1)


@inner
def _below(values: Floats, limit: float, inclusive: bool) -> int:
    """How many of some sorted values lie below a limit, or at it."""
    begin, end = 0, len(values)
    while begin < end:
        middle = (begin + end) // 2
        if values[middle] < limit or (inclusive and values[middle] == limit):
            begin = middle + 1
        else:
            end = middle
    return begin


@inner
def _normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))
