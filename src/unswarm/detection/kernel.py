"""Would an innocent account have met the group? The loops over events of the member tests.

Every function here has a slow, obvious twin in `tests/detection/reference.py`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from unswarm.detection.layer import Flags, Floats, Ints

NO_PARTNER = -1
WIDTH = 0.35  # of the kernel about a past reaction, in ln(seconds)
FAR = 6 * WIDTH


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

    tilt: Floats
    history: Ints
    latency: Floats
    origin: Ints
    population: Floats


@njit(cache=True)
def neighbours(item: Ints, time: Ints, window: int) -> Ints:
    """Others on the same object within the window of each event; events sorted by (item, time)."""
    count = np.zeros(len(item), np.int64)
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
    return count


@njit(cache=True)
def explain(
    members: Ints,
    bounds: Ints,
    asked: Flags,
    inside: Flags,
    events: Events,
    past: Past,
    window: int,
    kappa: float,
) -> tuple[Flags, Floats, Flags, Ints, Ints]:
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

    Returns:
        met: another member within the window; explained: the largest probability any innocent
        explanation gives to that; by_reaction: whether reaction speed gave it; partner: event of
        the nearest other member; outsiders: events of accounts outside the group on the item.
    """
    n = len(members)
    met, by_reaction = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    explained = np.zeros(n)
    partner, outsiders = np.full(n, NO_PARTNER, np.int64), np.zeros(n, np.int64)
    for b in range(len(bounds) - 1):
        group = members[bounds[b] : bounds[b + 1]]
        others = _outside(group[0], inside, events)
        for x in range(len(group)):
            place = bounds[b] + x
            if not asked[place]:
                continue
            outsiders[place] = others
            partner[place], gap = _nearest(group, x, events.time)
            met[place] = gap <= window
            low, high, prior = _pieces(group, x, events, window)
            chance = _burst(group[x], low, high, prior, inside, events, past, kappa)
            if events.reaction[group[x]]:
                habit = _reaction(group[x], low, high, events, past)
                by_reaction[place] = habit > chance
                chance = max(chance, habit)
            explained[place] = min(chance, 0.999999)
    return met, explained, by_reaction, partner, outsiders


@njit(cache=True)
def _outside(event: int, inside: Flags, events: Events) -> int:
    """Events on the same item by accounts outside the group."""
    thing = events.item[event]
    count = 0
    for e in range(events.starts[thing], events.starts[thing + 1]):
        count += not inside[events.account[e]]
    return count


@njit(cache=True)
def _nearest(group: Ints, x: int, time: Ints) -> tuple[int, int]:
    """The member's event nearest in time to that of x, and the time between; earliest of equals."""
    best, gap = NO_PARTNER, np.iinfo(np.int64).max
    for y in range(len(group)):
        if y != x and abs(time[group[y]] - time[group[x]]) < gap:
            best, gap = group[y], abs(time[group[y]] - time[group[x]])
    return best, gap


@njit(cache=True)
def _pieces(group: Ints, x: int, events: Events, window: int) -> tuple[Floats, Floats, float]:
    """Where x would meet another member: the windows about the others, overlaps joined.

    Also the chance that a sharer of the strata meets one of the pieces.
    """
    low, high = np.empty(len(group)), np.empty(len(group))
    count, miss = 0, 1.0
    for y in range(len(group)):
        if y == x:
            continue
        begin, end = events.time[group[y]] - window, events.time[group[y]] + window
        if count and begin <= high[count - 1]:
            high[count - 1] = end
            continue
        low[count], high[count] = begin, end
        miss *= 1.0 - min(events.rate[group[y]], 0.999)
        count += 1
    return low[:count], high[:count], 1.0 - miss


@njit(cache=True)
def _burst(
    event: int,
    low: Floats,
    high: Floats,
    prior: float,
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
        while piece < len(low) and events.time[e] > high[piece]:
            piece += 1
        if piece < len(low) and events.time[e] >= low[piece]:
            close += weight
    return (close + kappa * prior) / (total + kappa)


@njit(cache=True)
def _reaction(event: int, low: Floats, high: Floats, events: Events, past: Past) -> float:
    """N2: the mass of the pieces under the account's own past reaction speeds to this source."""
    thing, who = events.item[event], events.account[event]
    born = events.born[thing]
    ahead = high > born
    begin = np.log(np.maximum(low[ahead] - born, 0.0) / 1000.0 + 1.0)
    end = np.log((high[ahead] - born) / 1000.0 + 1.0)
    own = math.log(max(events.time[event] - born, 0) / 1000.0 + 1.0)
    first, last = past.history[who], past.history[who + 1]
    return _habit_mass(
        begin,
        end,
        own,
        events.source[thing],
        past.latency[first:last],
        past.origin[first:last],
        past.population,
    )


@njit(cache=True)
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
    itself = np.argmin(np.abs(latency - own)) if len(latency) else -1
    for e in range(len(latency)):
        if e != itself:
            weight = 1.0 if origin[e] == source else 0.15
            weights += weight
            mass += weight * _kernel_mass(low, high, latency[e])
    return (mass + _population_mass(low, high, population)) / (weights + 1.0)


@njit(cache=True)
def _kernel_mass(low: Floats, high: Floats, centre: float) -> float:
    """Mass of the intervals under one Gaussian; what lies six deviations off holds 1e-9 at most."""
    mass = 0.0
    for k in range(len(low)):
        if high[k] < centre - FAR or low[k] > centre + FAR:
            continue
        mass += _normal_cdf((high[k] - centre) / WIDTH) - _normal_cdf((low[k] - centre) / WIDTH)
    return mass


@njit(cache=True)
def _population_mass(low: Floats, high: Floats, population: Floats) -> float:
    count = 0
    for k in range(len(low)):
        count += np.searchsorted(population, high[k], side="right")
        count -= np.searchsorted(population, low[k])
    return count / max(len(population), 1)


@njit(cache=True)
def _normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))
