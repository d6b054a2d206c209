"""Confirmed networks that are one: parts of an operation, on one platform or on several.

Each was confirmed by itself, by what its accounts did. Two are one operation if the accounts of one
have what is the other's: compared with accounts in no network, more of them do than chance allows,
in two families of ties, at least one of which is not open to everybody: fans of one thing share
photo, slogan, site and the day on which they signed up. Or, on two platforms, if a part of the
accounts of one are almost certainly the counterparts of accounts of the other, one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from unswarm.detection.held import Held, Holdings
from unswarm.detection.layer import Flags, Ints
from unswarm.detection.networks import components
from unswarm.detection.significance import betabinomial_tail, upper_bound
from unswarm.settings import Settings
from unswarm.ties import FEWEST_COMMON

FEWEST = 3  # accounts of one network that have things of the other's
FAMILIES = 2
SURE = 0.9  # probability from which a pair of counterparts counts
PART = 0.1  # of the accounts of the smaller network

Pair = tuple[int, int]


def operations(
    held: Holdings,
    networks: Sequence[Sequence[str]],
    settings: Settings,
    counterparts: Iterable[Mapping[str, Any]] = (),
) -> list[list[int]]:
    """Places of the networks that belong together; each place once, in order.

    Args:
        held: what accounts have in common.
        networks: members of each confirmed network.
        counterparts: rows of `model.COUNTERPART` of their members.
    """
    inside = [held.codes(list(members)) for members in networks]
    outside = np.ones(len(held.ids), bool)
    for members in inside:
        outside[members] = False
    tests = max(1, len(networks) * (len(networks) - 1))
    shared: dict[Pair, dict[str, float]] = {}
    for name, each in held.ties.items():
        for pair, p in shared_p(each, inside, outside, settings):
            shared.setdefault(pair, {})[name] = p
    joined = [pair for pair, ps in shared.items() if _are_one(held, ps, settings.q / tests)]
    joined += _paired(networks, counterparts)
    if not joined:
        return [[place] for place in range(len(networks))]
    source, target = np.array(joined, np.int64).T
    groups = [group.tolist() for group in components(source, target)]
    alone = set(range(len(networks))) - {place for group in groups for place in group}
    return sorted([*groups, *([place] for place in alone)])


def _paired(
    networks: Sequence[Sequence[str]], counterparts: Iterable[Mapping[str, Any]]
) -> list[Pair]:
    """Networks of which enough accounts are counterparts of each other's."""
    owner = {account: place for place, members in enumerate(networks) for account in members}
    met: dict[Pair, set[str]] = {}
    for row in counterparts:
        a, b = owner.get(row["account"]), owner.get(row["other"])
        if a is not None and b is not None and a != b and row["probability"] >= SURE:
            met.setdefault((a, b), set()).add(row["other"])
    return [
        (a, b)
        for (a, b), others in met.items()
        if len(others) >= max(FEWEST, PART * min(len(networks[a]), len(networks[b])))
    ]


def _are_one(held: Holdings, ps: Mapping[str, float], q: float) -> bool:
    """Whether the accounts of one network have what is another one's; ps: tie → `shared_p`."""
    kinds = Counter(held.ties[name].tie.family for name in ps)
    standing = {
        name for name, p in ps.items() if p * kinds[held.ties[name].tie.family] * len(kinds) <= q
    }
    families = {held.ties[name].tie.family for name in standing}
    hidden = any(not held.ties[name].tie.open for name in standing)
    return hidden and len(families) >= FAMILIES


def shared_p(
    held: Held, networks: Sequence[Ints], outside: Flags, settings: Settings
) -> Iterator[tuple[Pair, float]]:
    """Probability that as many accounts of a network have things of another one's by chance.

    Args:
        networks: codes of the members of each.
        outside: accounts in no network: their share with such a thing is the chance, at its upper
            95 % bound.

    Yields:
        Places of the network whose things they are and of the one that has them, with p; only where
        at least `FEWEST` accounts have any.
    """
    some = np.zeros(len(outside), bool)
    some[held.account] = True
    people = int((some & outside).sum())
    theirs = np.bincount(held.object[outside[held.account]], minlength=held.objects)
    rare = theirs <= max(FEWEST_COMMON, held.tie.common * people)
    for a, owner in enumerate(networks):
        inside = np.zeros(len(outside), bool)
        inside[owner] = True
        having = _having(held, inside, theirs, rare)
        rate = float(upper_bound(int(outside[having].sum()), people))
        for b, other in enumerate(networks):
            hits = int(having[other].sum())
            if a != b and hits >= FEWEST:
                able = int(some[other].sum())
                yield (a, b), betabinomial_tail(hits, able, rate, settings.rho)


def _having(held: Held, inside: Flags, theirs: Ints, rare: Flags) -> Flags:
    """Accounts that have things of a network's; inside: its members, both of shape (accounts,)."""
    mine = np.bincount(held.object[inside[held.account]], minlength=held.objects)
    own = rare & (mine > 0) & (mine >= theirs)
    own |= (held.self >= 0) & inside[np.maximum(held.self, 0)]
    having = np.zeros(len(inside), bool)
    having[held.account[own[held.object]]] = True
    return having
