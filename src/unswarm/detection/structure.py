"""Networks that ties alone give away: accounts that have the same rare things.

What somebody has says nothing of what he did, so nothing found here is a finding: the networks stay
leads until what their accounts did confirms them. Two accounts are joined when they have more
things of one kind in common than two accounts with as many things drawn at random (hypergeometric,
Tumminello et al. 2011, PLoS ONE e17994), Bonferroni over all pairs of accounts and all kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from unswarm.detection.held import Held, Holdings
from unswarm.detection.layer import Flags, Floats, Ints
from unswarm.detection.networks import components
from unswarm.detection.profiles import NAMED, ProfileNetwork
from unswarm.settings import Settings
from unswarm.ties import FEWEST_COMMON

FEWEST_SHARED = 2  # one thing in common is a coincidence or a household


def tied_networks(
    held: Holdings, settings: Settings, seen: Sequence[frozenset[str]] = ()
) -> list[ProfileNetwork]:
    """Groups of accounts that have the same rare things, largest first.

    Args:
        held: what accounts have; only ties that a sign of concealment may rest on are looked at.
        seen: members of the networks that behaviour shows, whom nothing more is said of here.
    """
    kinds = {name: each for name, each in held.ties.items() if each.tie.conceals}
    names = held.ids.to_pylist()
    found = [
        network
        for each in kinds.values()
        for network in _networks(each, names, settings, len(kinds))
        if not any(2 * len(known & set(network.members)) >= len(network.members) for known in seen)
    ]
    return sorted(found, key=lambda n: (-len(n.members), sorted(n.members), n.kind))


def _networks(
    held: Held, names: Sequence[str], settings: Settings, kinds: int
) -> list[ProfileNetwork]:
    pairs = joined(held, settings.q / kinds)
    groups = components(pairs.source, pairs.target) if len(pairs.source) else []
    return [
        _network(held, pairs, group, names)
        for group in groups
        if len(group) >= settings.min_members
    ]


@dataclass(frozen=True)
class Joined:
    """Pairs of accounts with surprisingly much in common.

    Args:
        source, target: account codes, source < target.
        shared: things in common.
        p: Bonferroni over all pairs of accounts that have any.
        rare: which objects are no common ones, shape (objects,).
    """

    source: Ints
    target: Ints
    shared: Ints
    p: Floats
    rare: Flags


def joined(held: Held, q: float) -> Joined:
    """Pairs that a chance of at most q, over all pairs, would join."""
    people = len(np.unique(held.account))
    holders = np.bincount(held.object, minlength=held.objects)
    rare = holders <= max(FEWEST_COMMON, held.tie.common * people)
    kept = rare[held.object]
    account, thing = held.account[kept], held.object[kept]
    size = int(account.max(initial=-1)) + 1
    has = sparse.csr_array(
        (np.ones(len(account), np.int64), (account, thing)), shape=(size, held.objects)
    )
    common = sparse.coo_array(sparse.triu(has @ has.T, 1))
    enough = common.data >= FEWEST_SHARED
    source, target, shared = (v[enough] for v in (common.row, common.col, common.data))
    things = np.bincount(account, minlength=size)
    chance = _as_much(shared.astype(np.int64), int(rare.sum()), things[source], things[target])
    p = chance * (people * (people - 1) / 2)
    stands = p <= q
    return Joined(
        source[stands].astype(np.int64),
        target[stands].astype(np.int64),
        shared[stands].astype(np.int64),
        p[stands],
        rare,
    )


def _as_much(shared: Ints, things: int, ours: Ints, theirs: Ints) -> Floats:
    """P(as many in common or more) of two that draw so many of all things (hypergeometric)."""
    if not len(shared):
        return np.zeros(0)
    from scipy import stats  # slow to load, and mostly nobody shares anything

    return np.asarray(stats.hypergeom.sf(shared - 1, things, ours, theirs), float)


def _network(held: Held, pairs: Joined, group: Ints, names: Sequence[str]) -> ProfileNetwork:
    inside = np.isin(pairs.source, group)
    mine = np.isin(held.account, group) & pairs.rare[held.object]
    count = np.bincount(held.object[mine], minlength=held.objects)
    words = held.tie.words
    claim = (
        f"{len(group):,} accounts have {int((count > 1).sum()):,} {words} in common; each is joined"
        f" to another one by {int(pairs.shared[inside].min()):,} or more that hardly anybody else "
        f"has. One owner, an agency or a household would look the same."
    )
    members = {names[code]: NAMED for code in group.tolist()}
    p = float(min(1.0, pairs.p[inside].max()))
    return ProfileNetwork(f"shared {words}", members, None, None, claim, p, "ties")
