"""What a co-action is, written slowly and plainly; the engines are raced against it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple


class Touch(NamedTuple):
    """One trace, as far as co-actions care."""

    signal: str
    account: str
    object: str
    time: int


Key = tuple[str, str, str, str]
"""Signal, source, target, object."""

Totals = tuple[int, int, int]
"""Actions, smallest gap, time of the earlier trace of the earliest co-action."""


def close_pairs(traces: Sequence[Touch], window: int) -> Iterator[tuple[Touch, Touch]]:
    """Two accounts, one object, at most `window` ms apart."""
    for a, b in combinations(traces, 2):
        same = (a.signal, a.object) == (b.signal, b.object) and a.account != b.account
        if same and abs(a.time - b.time) <= window:
            yield (a, b) if a.account < b.account else (b, a)


def others(traces: Sequence[Touch], window: int) -> Counter[Touch]:
    """How many touches of other accounts lie in the window of each trace (equal traces alike)."""
    met: Counter[int] = Counter()
    places = [(touch, place) for place, touch in enumerate(traces)]
    for (a, i), (b, j) in combinations(places, 2):
        same = (a.signal, a.object) == (b.signal, b.object) and a.account != b.account
        met.update([i, j] if same and abs(a.time - b.time) <= window else [])
    return Counter({touch: met[place] for place, touch in enumerate(traces)})


def co_actions(
    traces: Sequence[Touch], window: int, minimum: int = 1, cap: int = 0
) -> dict[Key, Totals]:
    """The co-actions of the pairs that meet on `minimum` objects with events that are light."""
    crowd = others(traces, window)
    found: dict[Key, list[tuple[int, int]]] = defaultdict(list)
    light: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for a, b in close_pairs(traces, window):
        pair = (a.signal, a.account, b.account)
        found[*pair, a.object].append((abs(a.time - b.time), min(a.time, b.time)))
        if not cap or max(crowd[a], crowd[b]) <= cap:
            light[pair].add(a.object)
    return {
        key: (len(met), min(gap for gap, _ in met), min(time for _, time in met))
        for key, met in found.items()
        if len(light[key[:3]]) >= minimum
    }


Sums = tuple[int, int, int, int, int, int]
"""Objects, actions, smallest gap, sum of gaps, traces of the source and of the target."""


def edges(
    traces: Sequence[Touch], window: int, minimum: int = 1, cap: int = 0
) -> dict[tuple[str, str, str], Sums]:
    """Signal, source, target → totals of the pairs that pass; equal traces are two traces."""
    passing = {key[:3] for key in co_actions(traces, window, minimum, cap)}
    met: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for (i, a), (j, b) in combinations(enumerate(traces), 2):
        pair = (a.signal, *sorted((a.account, b.account)))
        same = (a.signal, a.object) == (b.signal, b.object) and a.account != b.account
        if pair in passing and same and abs(a.time - b.time) <= window:
            met[pair].append((i, j) if a.account < b.account else (j, i))
    return {pair: _sums([(traces[i], traces[j]) for i, j in ij], ij) for pair, ij in met.items()}


def _sums(met: list[tuple[Touch, Touch]], places: list[tuple[int, int]]) -> Sums:
    gaps = [abs(a.time - b.time) for a, b in met]
    sides = [len({place[side] for place in places}) for side in (0, 1)]
    return (len({a.object for a, _ in met}), len(met), min(gaps), sum(gaps), sides[0], sides[1])


def heavy(traces: Sequence[Touch], window: int, cap: int) -> dict[tuple[str, str], tuple[int, int]]:
    """(Signal, object) → its heavy events, and the pairs of events that hold one."""
    crowd = others(traces, window)
    events: Counter[tuple[str, str]] = Counter(
        (t.signal, t.object) for t in traces if cap and crowd[t] > cap
    )
    pairs: Counter[tuple[str, str]] = Counter(
        (a.signal, a.object)
        for a, b in close_pairs(traces, window)
        if cap and max(crowd[a], crowd[b]) > cap
    )
    return {key: (number, pairs[key]) for key, number in events.items()}
