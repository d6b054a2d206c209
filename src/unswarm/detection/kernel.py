"""The compiled loops of detection, and the only home of numba.

Every function here has a slow, obvious twin in `tests/detection/reference.py`.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from unswarm.detection.layer import Flags, Floats, Ints


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
def _normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


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
    everybody = 0.0
    for k in range(len(low)):
        everybody += np.searchsorted(population, high[k], side="right") - np.searchsorted(
            population, low[k]
        )
    everybody /= max(len(population), 1)
    if len(latency) == 0:
        return everybody
    itself = np.argmin(np.abs(latency - own))
    mass = weights = 0.0
    for e in range(len(latency)):
        if e == itself:
            continue
        weight = 1.0 if origin[e] == source else 0.15
        weights += weight
        for k in range(len(low)):
            mass += weight * (
                _normal_cdf((high[k] - latency[e]) / 0.35)
                - _normal_cdf((low[k] - latency[e]) / 0.35)
            )
    return (mass + everybody) / (weights + 1.0)


@njit(cache=True)
def explain(
    members: Ints,
    bounds: Ints,
    account: Ints,
    item: Ints,
    time: Ints,
    reaction: Flags,
    hour: Ints,
    starts: Ints,
    born: Ints,
    source: Ints,
    rate: Floats,
    inside: Flags,
    tilt: Floats,
    history: Ints,
    latency: Floats,
    origin: Ints,
    population: Floats,
    window: int,
    kappa: float,
) -> tuple[Flags, Floats, Flags, Ints, Ints]:
    """For each event of a group: did it meet the group, and would an innocent account have?

    Args:
        members: the group's events, sorted by (item, time), on items with at least two of them.
        bounds: where each item begins in `members`, and the end.
        account, item, time, reaction, hour: all events of the layer.
        starts, born, source: of each item; see `Layer`.
        rate: of each event, the rate of its stratum: chance of another sharer within the window.
        inside: whether an account (by code) belongs to the group.
        tilt: each account's hour-of-day profile over everybody's, shape (accounts, 24).
        history, latency, origin: past reactions, by account: bounds, ln(seconds + 1), source.
        population: all latencies, sorted.
        window: milliseconds.
        kappa: weight of the stratum's rate.

    Returns:
        met: another member within the window; explained: the largest probability any innocent
        explanation gives to that; by_reaction: whether reaction speed gave it; partner: event of
        the nearest other member; outsiders: events of accounts outside the group on the item.
    """
    n = len(members)
    met = np.zeros(n, np.bool_)
    explained = np.zeros(n)
    by_reaction = np.zeros(n, np.bool_)
    partner = np.full(n, -1, np.int64)
    outsiders = np.zeros(n, np.int64)
    for b in range(len(bounds) - 1):
        first, last = bounds[b], bounds[b + 1]
        thing = item[members[first]]
        begin, end = starts[thing], starts[thing + 1]
        others = 0
        for e in range(begin, end):
            others += not inside[account[e]]
        low = np.empty(last - first)
        high = np.empty(last - first)
        for x in range(first, last):
            event = members[x]
            who = account[event]
            outsiders[x] = others
            pieces = 0
            miss = 1.0
            nearest = np.int64(-1)
            for y in range(first, last):
                if y == x:
                    continue
                other = members[y]
                gap = abs(time[other] - time[event])
                if nearest < 0 or gap < nearest:
                    nearest = gap
                    partner[x] = other
                if pieces == 0 or time[other] - window > high[pieces - 1]:
                    low[pieces] = time[other] - window
                    high[pieces] = time[other] + window
                    miss *= 1.0 - min(rate[other], 0.999)
                    pieces += 1
                else:
                    high[pieces - 1] = time[other] + window
            met[x] = nearest <= window
            total = close = 0.0
            piece = 0
            for e in range(begin, end):
                if inside[account[e]]:
                    continue
                weight = tilt[who, hour[e]]
                total += weight
                while piece < pieces and time[e] > high[piece]:
                    piece += 1
                if piece < pieces and time[e] >= low[piece]:
                    close += weight
            chance = (close + kappa * (1.0 - miss)) / (total + kappa)
            if reaction[event]:
                ahead = 0
                for k in range(pieces):
                    if high[k] > born[thing]:
                        low[ahead] = math.log(max(low[k] - born[thing], 0.0) / 1000.0 + 1.0)
                        high[ahead] = math.log((high[k] - born[thing]) / 1000.0 + 1.0)
                        ahead += 1
                own = math.log(max(time[event] - born[thing], 0) / 1000.0 + 1.0)
                past = slice(history[who], history[who + 1])
                habit = _habit_mass(
                    low[:ahead],
                    high[:ahead],
                    own,
                    source[thing],
                    latency[past],
                    origin[past],
                    population,
                )
                if habit > chance:
                    chance = habit
                    by_reaction[x] = True
            explained[x] = min(chance, 0.999999)
    return met, explained, by_reaction, partner, outsiders
