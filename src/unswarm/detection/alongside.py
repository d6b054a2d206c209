"""Accounts outside a network that act with its members: each tested as if it were one of them.

The network stands already, so nothing is held out: all events count. Nobody outside is removed
from the innocent explanations for being a suspect, which makes the test quieter, not louder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from unswarm.detection.confirm import Court, member_p, occasion_counts
from unswarm.detection.crossfit import open_court
from unswarm.detection.layer import Flags, Floats, Ints, Layer, fuse
from unswarm.detection.pairs import decides
from unswarm.detection.search import FUSED, Ground, widened
from unswarm.detection.significance import Habits, habits
from unswarm.settings import Settings


@dataclass(frozen=True)
class Company:
    """One account in the company of a network, where that is least likely by chance.

    Args:
        p: corrected for the signals and windows it was tested in.
        search: the signal, or several signals as one.
        window: milliseconds.
        together, occasions, expected: as of a member, see `model.MEMBERSHIP`.
    """

    p: float
    search: str
    window: int
    together: int
    occasions: int
    expected: float


Scenes = Mapping[str, tuple[Layer, Habits]]


def scenes(ground: Ground) -> Scenes:
    """The layers that decide, and all of them as one, with the habits of everybody in them."""
    parts = {name: layer for name, layer in ground.layers.items() if decides(name)}
    if len(parts) > 1:
        parts[FUSED] = fuse(list(parts.values()))
    return {name: (layer, habits(layer)) for name, layer in parts.items()}


def alongside(known: Scenes, network: Ints, settings: Settings) -> Mapping[int, Company]:
    """Account code (of `Ground.ids`) → its company, for those that met members often enough.

    Args:
        known: what `scenes` gave.
        network: codes of its members.
    """
    tests = sum(len(widened(settings, layer)) for layer, _ in known.values())
    best: dict[int, Company] = {}
    for name, scene in known.items():
        for account, found in _in_layer(name, scene, network, settings):
            corrected = Company(min(1.0, found.p * tests), *_figures(found))
            if account not in best or corrected.p < best[account].p:
                best[account] = corrected
    return best


def _figures(found: Company) -> tuple[str, int, int, int, float]:
    return found.search, found.window, found.together, found.occasions, found.expected


def _in_layer(
    name: str, scene: tuple[Layer, Habits], network: Ints, settings: Settings
) -> Iterator[tuple[int, Company]]:
    layer, known = scene
    inside = np.zeros(layer.accounts, bool)
    inside[network] = True
    own = np.flatnonzero(inside[layer.account])
    if not len(own):
        return
    for window in widened(settings, layer):
        accounts, mine = met(layer, own, inside, window, settings.min_together)
        if not len(accounts):
            continue
        court = open_court(layer, known, [np.sort(np.r_[network, accounts])], window, settings)
        for account, events in zip(accounts.tolist(), mine, strict=True):
            yield account, _company(name, court, account, events, own, inside)


def met(
    layer: Layer, own: Ints, inside: Flags, window: int, fewest: int
) -> tuple[Ints, list[Ints]]:
    """Accounts outside with at least `fewest` events within the window of one of the network's.

    Returns:
        Their codes, and for each its events on objects that the network touched.
    """
    touched = np.zeros(layer.objects, bool)
    touched[layer.object[own]] = True
    theirs = np.flatnonzero(touched[layer.object] & ~inside[layer.account])
    close = _near(layer, own, theirs, window)
    often = np.bincount(layer.account[theirs[close]], minlength=layer.accounts) >= fewest
    theirs = theirs[often[layer.account[theirs]]]
    theirs = theirs[np.argsort(layer.account[theirs], kind="stable")]
    accounts, starts = np.unique(layer.account[theirs], return_index=True)
    return accounts, np.split(theirs, starts[1:]) if len(accounts) else []


def _near(layer: Layer, own: Ints, theirs: Ints, window: int) -> Flags:
    """Which events have one of the network's on the same object within the window."""
    place = np.searchsorted(own, theirs)
    close = np.zeros(len(theirs), bool)
    for side in (place - 1, place):
        there = (side >= 0) & (side < len(own))
        other = own[np.clip(side, 0, len(own) - 1)]
        same = layer.object[other] == layer.object[theirs]
        close |= there & same & (np.abs(layer.time[other] - layer.time[theirs]) <= window)
    return close


def _company(
    name: str, court: Court, account: int, mine: Ints, own: Ints, inside: Flags
) -> Company:
    layer, settings = court.layer, court.settings
    theirs = own[np.isin(layer.object[own], layer.object[mine])]
    meetings = court.as_member(account, mine, theirs, inside)
    counts = occasion_counts(layer, np.array([account]), meetings, settings)
    together, occasions = int(counts.together[0]), int(counts.occasions[0])
    expected = float(counts.expected[0])
    p = member_p(together, occasions, expected, settings, settings.rho) if occasions else 1.0
    return Company(p, name, court.window, together, occasions, expected)


def probabilities(
    found: Mapping[int, Company], ground: Ground, accounts: Ints, size: int
) -> Floats:
    """p of each account of a case: infinite where it never acted, 1 where it met nobody.

    Args:
        found: what `alongside` gave.
        accounts: code in the case of each account of `ground.ids`.
        size: accounts of the case.
    """
    p = np.full(size, np.inf)
    p[accounts[ground.active]] = 1.0
    for code, company in found.items():
        p[accounts[code]] = company.p
    return p
