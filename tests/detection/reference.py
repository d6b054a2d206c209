"""The statistics of detection, written slowly and plainly; the fast ones are raced against them.

Everything here reads like `docs/statistics.md`: plain Python over lists of events, no cleverness.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
LATENCY_EDGES_S = (0, 10, 30, 60, 120, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400)


class Event(NamedTuple):
    """One account touches one object once."""

    account: int
    object: int
    time: int
    reaction: bool
    born: int
    source: int
    signal: int = 0


Stratum = tuple[int, int, int]
"""Signal, size class of the object, latency class of the event."""


def neighbours(events: Sequence[Event], window: int) -> list[int]:
    """Others on the same object within the window, for each event."""
    return [
        sum(near(a, b, window) for j, b in enumerate(events) if i != j)
        for i, a in enumerate(events)
    ]


def near(a: Event, b: Event, window: int) -> bool:
    return a.object == b.object and abs(a.time - b.time) <= window


# ------------------------------------------------------------------ tails and error control


def betabinomial_tail(count: int, n: int, mean: Fraction, rho: Fraction) -> Fraction:
    """P(BetaBin >= count), exactly: rising factorials instead of beta functions."""
    total = 1 / rho - 1
    a, b = mean * total, (1 - mean) * total
    masses = (
        math.comb(n, k) * rising(a, k) * rising(b, n - k) / rising(total, n)
        for k in range(count, n + 1)
    )
    return sum(masses, Fraction(0))


def rising(x: Fraction, times: int) -> Fraction:
    return math.prod((x + step for step in range(times)), start=Fraction(1))


def benjamini_hochberg(p: Sequence[float], q: float, tests: int | None = None) -> list[bool]:
    """Rejected are all p up to the largest p_(i) that is at most q i / m."""
    m = tests or max(len(p), 1)
    cuts = [value for i, value in enumerate(sorted(p), start=1) if value <= q * i / m]
    return [bool(cuts) and value <= max(cuts) for value in p]


def adjusted(p: Sequence[float], tests: int) -> list[float]:
    """The smallest error rate at which each p is rejected."""
    ranked = sorted(p)
    return [
        min(1.0, min(v * tests / i for i, v in enumerate(ranked, start=1) if v >= value))
        for value in p
    ]


def upper_bound(hits: int, n: int) -> float:
    """The share at which `hits` or fewer of n still happen once in twenty (Clopper, Pearson)."""
    if hits >= n:
        return 1.0
    low, high = hits / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        below = sum(math.comb(n, k) * middle**k * (1 - middle) ** (n - k) for k in range(hits + 1))
        low, high = (middle, high) if below > 0.05 else (low, middle)
    return low


# ------------------------------------------------------------------ strata


def stratum(event: Event, events: Sequence[Event]) -> Stratum:
    """Events alike in signal, popularity of their object and time since it appeared."""
    size = sum(e.object == event.object for e in events)
    seconds = max(event.time - event.born, 0) / 1000
    latency = sum(edge <= seconds for edge in LATENCY_EDGES_S) - 1
    return event.signal, min(int(math.log2(max(size, 2))), 9), latency


def rates(
    events: Sequence[Event], groups: Sequence[Iterable[int]], window: int
) -> dict[Stratum, float]:
    """Chance that another sharer is near, by stratum; pairs inside one group are not looked at."""
    close: dict[Stratum, int] = defaultdict(int)
    possible: dict[Stratum, int] = defaultdict(int)
    members = [set(group) for group in groups]
    for i, a in enumerate(events):
        for j, b in enumerate(events):
            together = any(a.account in group and b.account in group for group in members)
            if i != j and a.object == b.object and not together:
                possible[stratum(a, events)] += 1
                close[stratum(a, events)] += near(a, b, window)
    seen = {stratum(event, events) for event in events}
    return {s: shrunk(s, close, possible) for s in seen}


def shrunk(s: Stratum, close: dict[Stratum, int], possible: dict[Stratum, int]) -> float:
    """With 20 pseudo-sharers of the rate of all objects of that signal and size."""
    alike = sum(v for k, v in close.items() if k[:2] == s[:2])
    of = sum(v for k, v in possible.items() if k[:2] == s[:2])
    return (close[s] + 20 * alike / max(of, 1)) / (possible[s] + 20)


# ------------------------------------------------------------------ habits


def tilt(past: Sequence[Event], account: int, hour: int) -> float:
    """How much likelier the account acts at this hour than everybody, after smoothing."""

    def count(h: int, own: bool) -> int:
        return sum(
            (e.time // HOUR_MS) % 24 == h % 24 for e in past if not own or e.account == account
        )

    everybody = (count(hour, False) + 1e-9) / (len(past) + 24e-9)
    smooth = 0.5 * count(hour, True) + 0.25 * count(hour - 1, True) + 0.25 * count(hour + 1, True)
    activity = sum(e.account == account for e in past)
    return (smooth + 12 * everybody) / (activity + 12) / everybody


def habit_mass(past: Sequence[Event], event: Event, pieces: Sequence[tuple[int, int]]) -> float:
    """N2: mass of the pieces (times) under the account's own reaction speeds.

    Of equally fast reactions the first counts as the event itself.
    """
    reactions = [e for e in past if e.reaction]
    own = [e for e in reactions if e.account == event.account]
    latencies = [latency(e) for e in own]
    if latency(event) in latencies:
        del own[latencies.index(latency(event))]
    elif own:
        del own[min(range(len(own)), key=lambda i: abs(ln(latency(own[i])) - ln(latency(event))))]
    ahead = [(max(a - event.born, 0), b - event.born) for a, b in pieces if b > event.born]
    crowd = sum(a <= latency(e) <= b for e in reactions for a, b in ahead)
    mass = crowd / max(len(reactions), 1)
    weights = 1.0
    for e in own:
        weight = 1.0 if e.source == event.source else 0.15
        weights += weight
        mass += weight * sum(normal(ln(b), e) - normal(ln(a), e) for a, b in ahead)
    return mass / weights


def latency(event: Event) -> int:
    return max(event.time - event.born, 0)


def ln(milliseconds: float) -> float:
    return math.log(milliseconds / 1000 + 1)


def normal(x: float, about: Event) -> float:
    return 0.5 * math.erfc((ln(latency(about)) - x) / 0.35 / math.sqrt(2))


# ------------------------------------------------------------------ meetings


class Meeting(NamedTuple):
    """One member event, and what would have been innocent."""

    event: Event
    met: bool
    explained: float
    by_reaction: bool
    gap: int
    outsiders: int


class Before(NamedTuple):
    """What a group is judged by: the tested events, all events of the layer, other candidates."""

    tested: Sequence[Event]
    past: Sequence[Event]
    groups: Sequence[Iterable[int]]
    window: int
    kappa: float = 5.0


def meetings(group: Iterable[int], court: Before) -> list[Meeting]:
    """The members' events on objects that two of them touched, in the order of the events."""
    members = set(group)
    theirs = [e for e in court.tested if e.account in members]
    rate = rates(court.tested, court.groups, court.window)
    found = []
    for event in theirs:
        others = [e for e in theirs if e.object == event.object and e.account != event.account]
        if others:
            found.append(meeting(event, others, members, rate, court))
    return found


def meeting(
    event: Event,
    others: Sequence[Event],
    members: set[int],
    rate: dict[Stratum, float],
    court: Before,
) -> Meeting:
    pieces, firsts = union(others, court.window)
    outside = [e for e in court.tested if e.object == event.object and e.account not in members]
    hours = [tilt(court.past, event.account, (e.time // HOUR_MS) % 24) for e in outside]
    close = sum(
        w for w, e in zip(hours, outside, strict=True) if any(a <= e.time <= b for a, b in pieces)
    )
    miss = math.prod(1 - min(rate[stratum(e, court.tested)], 0.999) for e in firsts)
    burst = (close + court.kappa * (1 - miss)) / (sum(hours) + court.kappa)
    habit = habit_mass(court.past, event, pieces) if event.reaction else 0.0
    gap = min(abs(e.time - event.time) for e in others)
    explained = min(max(burst, habit), 0.999999)
    return Meeting(event, gap <= court.window, explained, habit > burst, gap, len(outside))


def union(others: Sequence[Event], window: int) -> tuple[list[tuple[int, int]], list[Event]]:
    """The windows about the others, overlapping ones joined, and the first event of each piece."""
    pieces: list[tuple[int, int]] = []
    firsts: list[Event] = []
    for e in sorted(others, key=lambda e: e.time):
        if pieces and e.time - window <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], e.time + window)
        else:
            pieces.append((e.time - window, e.time + window))
            firsts.append(e)
    return pieces, firsts


class Count(NamedTuple):
    """One member's occasions: all, joint, explained, and how much of that by its speed."""

    occasions: int
    together: int
    expected: float
    fast: float


def occasions(account: int, found: Sequence[Meeting], occasion_ms: int) -> Count:
    """Several actions in one half hour of the clock are one occasion."""
    slots: dict[int, list[Meeting]] = defaultdict(list)
    for each in found:
        if each.event.account == account:
            slots[each.event.time // occasion_ms].append(each)
    chances = {s: 1 - math.prod(1 - m.explained for m in here) for s, here in slots.items()}
    return Count(
        len(slots),
        sum(any(m.met for m in here) for here in slots.values()),
        sum(chances.values()),
        sum(chances[s] for s, here in slots.items() if any(m.by_reaction for m in here)),
    )


def admit(
    tests: Sequence[tuple[int, int, float]], q: float, min_members: int, fewest: int
) -> list[list[int]]:
    """(Group, account, p) → named members. Bonferroni over all declares, BH inside names."""
    named = []
    for group in sorted({g for g, _, _ in tests}):
        own = [(account, p) for g, account, p in tests if g == group]
        sure = [p for _, p in own if p <= q / max(len(tests), fewest)]
        passed = benjamini_hochberg([p for _, p in own], q)
        accounts = sorted(a for (a, _), yes in zip(own, passed, strict=True) if yes)
        if len(sure) >= min_members and len(accounts) >= min_members:
            named.append(accounts)
    return named


# ------------------------------------------------------------------ choice


def choice_rate(
    events: Sequence[Event], group: Iterable[int], outsiders: Iterable[int], occasion_ms: int
) -> float:
    """How often an outsider's occasion holds what anybody else wrote: the larger upper bound."""
    days = {e.time // DAY_MS for e in events if e.account in set(group)}
    theirs = [e for e in events if e.account in set(outsiders)]
    same_days = [e for e in theirs if e.time // DAY_MS in days]
    bounds = (shared_occasions(rows, events, occasion_ms) for rows in (theirs, same_days))
    return min(max(upper_bound(*bound) for bound in bounds), 0.999999)


def shared_occasions(
    rows: Sequence[Event], events: Sequence[Event], occasion_ms: int
) -> tuple[int, int]:
    """Occasions with a text somebody else wrote too, and all occasions."""
    slots: dict[tuple[int, int], bool] = defaultdict(bool)
    for e in rows:
        shared = any(o.object == e.object and o.account != e.account for o in events)
        slots[e.account, e.time // occasion_ms] |= shared
    return sum(slots.values()), len(slots)


def wrote_alike(event: Event, events: Sequence[Event], group: Iterable[int]) -> bool:
    """Another member wrote the same within a day, and more members than outsiders wrote it."""
    others = [e for e in events if e.object == event.object and e.account != event.account]
    near_one = any(e.account in set(group) and abs(e.time - event.time) <= DAY_MS for e in others)
    return is_choice(event, events, group) and near_one


def is_choice(event: Event, events: Sequence[Event], group: Iterable[int]) -> bool:
    """Two members or more wrote it, and fewer outsiders than members."""
    inside = [e.account in set(group) for e in events if e.object == event.object]
    return sum(inside) >= 2 and len(inside) - sum(inside) < sum(inside)


def timeless(
    event: Event, events: Sequence[Event], group: Iterable[int]
) -> list[tuple[bool, float]]:
    """For each other member's use of the same text: whether it was near, and the chance of that."""
    others = [e for e in events if e.object == event.object and e.account in set(group)]
    found = []
    for other in others:
        if other.account != event.account:
            theirs = [e for e in events if e.account == other.account]
            near_own = [abs(e.time - event.time) <= DAY_MS for e in theirs]
            found.append((abs(other.time - event.time) <= DAY_MS, sum(near_own) / len(theirs)))
    return found


def timeless_counts(
    account: int, events: Sequence[Event], group: Iterable[int]
) -> tuple[int, int, float]:
    """Uses of chosen texts near another member's, all such pairs of uses, and their mean chance."""
    chosen = [e for e in events if e.account == account and is_choice(e, events, group)]
    pairs = [pair for e in chosen for pair in timeless(e, events, group)]
    mean = sum(chance for _, chance in pairs) / max(len(pairs), 1)
    return sum(close for close, _ in pairs), len(pairs), mean


# ------------------------------------------------------------------ membership


def probabilities(counts: Sequence[tuple[int, int, float]]) -> list[float]:
    """(n, K, lambda) of the accounts of one list → P(core), by 50 rounds of EM."""
    weight, mean = 0.2, 0.5
    belongs = [0.0] * len(counts)
    for _ in range(50):
        for i, (n, k, expected) in enumerate(counts):
            core = weight * mass(k, max(n, 1), mean, 0.1)
            innocent = (1 - weight) * mass(k, max(n, 1), expected / max(n, 1), 0.05)
            belongs[i] = core / (core + innocent)
        size = sum(belongs)
        weight = min(max((size + 1) / (len(counts) + 5), 0.02), 0.9)
        hits = sum(b * k for b, (_, k, _) in zip(belongs, counts, strict=True))
        chances = sum(b * max(n, 1) for b, (n, _, _) in zip(belongs, counts, strict=True))
        mean = min(max((hits + 1) / (chances + 2), 0.2), 0.95)
    return [b if n else 0.0 for b, (n, _, _) in zip(belongs, counts, strict=True)]


def mass(k: int, n: int, mean: float, rho: float) -> float:
    """P(BetaBin = k), in floats."""
    mean = min(max(mean, 1e-6), 1 - 1e-6)
    total = 1 / rho - 1
    a, b = mean * total, (1 - mean) * total
    rise = [math.prod(x + i for i in range(m)) for x, m in ((a, k), (b, n - k), (total, n))]
    return math.comb(n, k) * rise[0] * rise[1] / rise[2]


def book(events: Sequence[Event], group: Sequence[int]) -> float:
    """P(so few texts used by three members), if each drew from a book; half the bound."""
    texts = {e.object for e in events if e.account in set(group)}
    uses = [[e.account in set(group) for e in events if e.object == text] for text in texts]
    own = [len(inside) for inside in uses if all(inside)]
    once, twice, thrice = (own.count(number) for number in (1, 2, 3))
    if not once or len(group) < 3:
        return 1.0
    mean = 2 / 3 * (len(group) - 2) / (len(group) - 1) * twice**2 / once / 2
    return sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(thrice + 1))
