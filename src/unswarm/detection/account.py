"""Group → what each member did: its counts, its probability, its occasions, its explanation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unswarm.detection.confirm import Fold, Meetings, Tests
from unswarm.detection.groups import Group
from unswarm.detection.layer import Ints
from unswarm.detection.membership import probabilities
from unswarm.detection.search import Found
from unswarm.model import DAY, Tier

# A lead says "worth a look"; an account in a candidate group that did not stand says less.
MOST_FOR_LEADS, MOST_FOR_CANDIDATES = 0.89, 0.49


@dataclass(frozen=True)
class Member:
    """One member of one network.

    Args:
        account: its code.
        fold: where its evidence is strongest.
        occasions, together, expected, p: of all folds at that signal and window in which the group
            was tested; p is the smallest of any fold.
        probability: that it belongs to the coordinated core.
        signals: in which it met the others.
    """

    account: int
    fold: Fold
    occasions: int
    together: int
    expected: float
    p: float
    probability: float
    signals: tuple[str, ...]


@dataclass(frozen=True)
class Heard:
    """A group before one fold: its tests and the events behind them."""

    fold: Fold
    tests: Tests
    meetings: Meetings


def hear(group: Group) -> list[Heard]:
    """The group before every fold that knows it."""
    return [
        Heard(fold, fold.court.test([group.accounts]), fold.court.meetings(group.accounts))
        for fold in group.folds
    ]


def members(group: Group, heard: Sequence[Heard], known: dict[int, float]) -> Iterator[Member]:
    """The members of a group, each by its own evidence. `known`: probability of each account."""
    for place, account in enumerate(group.accounts.tolist()):
        best = min(heard, key=lambda h: (h.tests.p[place], -h.tests.together[place], h.fold.window))
        same = [
            h
            for h in heard
            if (h.fold.signal, h.fold.window) == (best.fold.signal, best.fold.window)
        ]
        yield Member(
            account=account,
            fold=best.fold,
            occasions=int(sum(h.tests.occasions[place] for h in same)),
            together=int(sum(h.tests.together[place] for h in same)),
            expected=float(sum(h.tests.expected[place] for h in same)),
            p=float(best.tests.p[place]),
            probability=known.get(account, 0.0),
            signals=tuple(sorted({name for h in heard for name in _met_in(h, account)})),
        )


def _met_in(heard: Heard, account: int) -> list[str]:
    """The signals in which an account met the others."""
    layer, meetings = heard.fold.court.layer, heard.meetings
    events = meetings.event[meetings.met & (layer.account[meetings.event] == account)]
    return [layer.signals[code] for code in np.unique(layer.signal[layer.object[events]])]


def signals_met(heard: Sequence[Heard]) -> list[str]:
    """The signals in which members met, sorted."""
    found = set()
    for each in heard:
        layer, meetings = each.fold.court.layer, each.meetings
        met = layer.object[meetings.event[meetings.met]]
        found |= {layer.signals[code] for code in np.unique(layer.signal[met])}
    return sorted(found)


def account_probabilities(found: Found, groups: Sequence[Group]) -> dict[int, float]:
    """Probability of each account that stands in any candidate group; others have 0.

    Each candidate group is a list of its own; an account takes its largest value, but no more
    than its tier allows.
    """
    best = np.zeros(len(found.ground.ids))
    for fold in found.folds:
        lists = [fold.tests.of(number) for number in range(len(fold.groups))]
        for tests in [*lists, *(fold.court.test([two]) for two in fold.twos)]:
            best[tests.account] = np.maximum(best[tests.account], probabilities(tests))
    limit = np.full(len(best), MOST_FOR_CANDIDATES)
    for group in sorted(groups, key=lambda g: g.tier is Tier.CONFIRMED):
        limit[group.accounts] = 1.0 if group.tier is Tier.CONFIRMED else MOST_FOR_LEADS
    best = np.minimum(best, limit)
    return {int(account): float(best[account]) for account in np.flatnonzero(best > 0)}


def occasions(found: Found, network: str, heard: Sequence[Heard]) -> Iterator[dict[str, Any]]:
    """Rows of `model.OCCASION`: every object on which a member met, or could have met, another.

    A member's n, K and lambda are those of its rows of one `search` and `window`, counted in
    occasions, half by half.
    """
    for each in heard:
        layer, meetings = each.fold.court.layer, each.meetings
        names = layer.names.take(layer.object[meetings.event]).to_pylist()
        signals = [layer.signals[code] for code in layer.signal[layer.object[meetings.event]]]
        own = found.ground.traces.select(["account", "time", "post"]).take(
            layer.row[meetings.event]
        )
        near = np.maximum(meetings.partner, 0)
        other = found.ground.traces.select(["account", "time", "post"]).take(layer.row[near])
        mine, theirs = own.to_pylist(), other.to_pylist()
        for i in range(len(mine)):
            met_anyone = meetings.partner[i] >= 0
            yield {
                "network": network,
                "account": mine[i]["account"],
                "signal": signals[i],
                "window": each.fold.window,
                "object": names[i],
                "time": mine[i]["time"],
                "post": mine[i]["post"],
                "together": bool(meetings.met[i]),
                "partner": theirs[i]["account"] if met_anyone else None,
                "partner_post": theirs[i]["post"] if met_anyone else None,
                "gap": abs(mine[i]["time"] - theirs[i]["time"]) if met_anyone else None,
                "outsiders": int(meetings.outsiders[i]),
                "explained": float(meetings.explained[i]),
                "by": "reaction" if meetings.by_reaction[i] else _by(each.fold),
                "search": each.fold.signal,
                "half": each.fold.half,
            }


def _by(fold: Fold) -> str:
    return "choice" if fold.window == DAY else "burst"


def joint_times(found: Found, heard: Sequence[Heard]) -> Ints:
    """Times of the members' joint events, milliseconds UTC, sorted."""
    times = [h.fold.court.layer.time[h.meetings.event[h.meetings.met]] for h in heard]
    return np.unique(np.concatenate(times)) if times else np.zeros(0, np.int64)
