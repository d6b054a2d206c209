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
