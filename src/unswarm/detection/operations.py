"""Confirmed networks that are one: parts of an operation, on one platform or on several.

Each was confirmed by itself, by what its accounts did. Two are one operation if the accounts of one
have what is the other's: compared with accounts in no network, more of them do than chance allows,
in two families of ties, at least one of which fans of one thing do not share by being its fans.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from unswarm.detection.choice import upper_bound
from unswarm.detection.held import Held, Holdings
from unswarm.detection.layer import Flags
from unswarm.detection.networks import components
from unswarm.detection.significance import betabinomial_tail
from unswarm.settings import Settings
from unswarm.ties import FEWEST_COMMON

FEWEST = 3  # accounts of one network that have things of the other's
FAMILIES = 2

# what people have in common who like the same thing, or who openly belong together
OPEN = frozenset(
    (
        *("bios", "destinations", "handles", "invites"),
        *("mail_patterns", "networks", "owners", "websites"),
    )
)


def operations(
    held: Holdings, networks: Sequence[Sequence[str]], settings: Settings
) -> list[list[int]]:
    """Places of the networks that belong together; each place once, in order.

    Args:
        held: what accounts have in common.
        networks: members of each confirmed network.
    """
    inside = [_flags(held, members) for members in networks]
    tests = max(1, len(networks) * (len(networks) - 1))
    joined = [
        (a, b)
        for a, b in permutations(range(len(networks)), 2)
        if _are_one(held, inside, a, b, settings, tests)
    ]
    if not joined:
        return [[place] for place in range(len(networks))]
    source, target = np.array(joined, np.int64).T
    groups = [group.tolist() for group in components(source, target)]
    alone = set(range(len(networks))) - {place for group in groups for place in group}
    return sorted([*groups, *([place] for place in alone)])


def _flags(held: Holdings, members: Sequence[str]) -> Flags:
    flags = np.zeros(len(held.ids), bool)
    flags[held.codes(list(members))] = True
    return flags


def _are_one(
    held: Holdings, inside: Sequence[Flags], a: int, b: int, settings: Settings, tests: int
) -> bool:
    """Whether the accounts of network b have what is network a's."""
    outside = ~np.logical_or.reduce(inside)
    families: dict[str, list[tuple[str, float]]] = {}
    for name, each in held.ties.items():
        p = shared_p(each, inside[a], inside[b], outside, settings)
        if p is not None:
            families.setdefault(each.tie.family, []).append((name, p))
    standing = {
        name
        for some in families.values()
        for name, p in some
        if p * len(some) * len(families) * tests <= settings.q
    }
    strong = standing - OPEN
    return bool(strong) and len({held.ties[name].tie.family for name in standing}) >= FAMILIES


def shared_p(
    held: Held, owner: Flags, other: Flags, outside: Flags, settings: Settings
) -> float | None:
    """Probability that as many accounts of a network have things of another one's by chance.

    Args:
        owner: accounts of the network whose things they are, shape (accounts,).
        other: those of the network that may have them.
        outside: accounts in no network: their share with such a thing is the chance, at its upper
            95 % bound.

    Returns:
        None where fewer than `FEWEST` accounts have any.
    """
    theirs = np.bincount(held.object[outside[held.account]], minlength=held.objects)
    mine = np.bincount(held.object[owner[held.account]], minlength=held.objects)
    people = np.unique(held.account[outside[held.account]])
    rare = theirs <= max(FEWEST_COMMON, held.tie.common * len(people))
    own = rare & (mine > 0) & (mine >= theirs)
    own |= (held.self >= 0) & owner[np.maximum(held.self, 0)]
    having = np.unique(held.account[own[held.object]])
    hits = int(other[having].sum())
    if hits < FEWEST:
        return None
    able = int(other[np.unique(held.account)].sum())
    known = int(outside[having].sum())
    return betabinomial_tail(hits, able, float(upper_bound(known, len(people))), settings.rho)
