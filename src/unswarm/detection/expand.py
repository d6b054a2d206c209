"""From a confirmed network to the accounts that are tied to it by what they have.

Two roads lead into the list, each with its own error.

*Control.* A page is the network's if most of those who run it are: the probability is that of more
than half of its administrators being members, each with its own probability. The list ends where
the mean of what could be wrong exceeds the error rate (a Bayesian false-discovery rate).

*Coincidence.* An account outside is compared with the other accounts outside: how many of the
things it has are the network's, and how many of theirs are? A thing is the network's if its members
have it and no more accounts outside do. Accounts that are tied by another family of ties as well
are no innocent reference, and left out of it; under the null they are too few to matter. So are
accounts that stand, and the pass is repeated: under the null its first pass decides.

Chance is not all that innocent people have in common. Who lives with a member shares every device
and address with him: that is one thing, and one more for each further member. Fans share photo,
slogan and site: what is open to everybody counts only beside a thing that is not. An agency pays
and runs: that is one family. And volunteers, agencies run other pages, too: what somebody runs
counts only if at least half of it is the network's.

Whoever stands joins the network with its probability, and its things are looked through in the
next round. Control carries the doubt about those who run a page along; coincidence spends half the
error of the round before.

Sources: beta-binomial tails (overdispersed draws), Clopper and Pearson (1934) for the bound of a
share, Fisher (1932) for products of p, Benjamini and Hochberg (1995) for the error of the list.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from unswarm.detection.held import Held
from unswarm.detection.layer import Flags, Floats, Ints
from unswarm.detection.significance import (
    adjusted,
    benjamini_hochberg,
    betabinomial_tail,
    upper_bound,
)
from unswarm.settings import Settings
from unswarm.ties import FEWEST_COMMON, Tie

ROUNDS = 4
PASSES = 20  # of one round, until nobody new stands
LOOK = 0.01  # p below which an account that does not stand is worth a look
DOUBTFUL = 0.05  # p of acting together below which an account is no innocent reference

# the error that one, two or three families of ties that agree may spend
WEIGHTS = (1 / 2, 1 / 3, 1 / 6)

COORDINATION = "coordination"
PLACES = "infrastructure"  # the family of what people share who share a roof
SAME = {"advertising": "administration"}  # families that one agency makes agree


@dataclass(frozen=True)
class Shared:
    """One kind of tie between every account and a network.

    Args:
        hits: how many of the things an account has are the network's, shape (accounts,); those that
            come in bundles count once.
        things: how many things it has, common ones left out, shape (accounts,).
        outside: things of the reference: accounts outside that nothing else ties.
        known: how many of these are the network's.
        p: probability of as many hits for an account that has nothing to do with the network.
    """

    hits: Ints
    things: Ints
    outside: int
    known: int
    p: Floats

    @property
    def bound(self) -> float:
        """Upper 95 % bound of the share of things outside that are the network's."""
        return float(upper_bound(self.known, self.outside))


@dataclass(frozen=True)
class Growth:
    """What a network grew to. All arrays have shape (accounts,).

    Args:
        named: accounts that stand.
        round: in which round an account was judged last, from 1; 0: not at all.
        belongs: probability that it belongs to the network; for members as given.
        p: of coincidence, all ties together; 1 where it has none.
        q: p after Benjamini-Hochberg over the accounts looked at in that round.
        control: probability that most of those who run it belong to the network; 0: nobody known.
        shared: tie → `Shared`, as of the last round.
        stands: tie → accounts that this tie alone makes worth a look.
    """

    named: Flags
    round: Ints
    belongs: Floats
    p: Floats
    q: Floats
    control: Floats
    shared: Mapping[str, Shared] = field(default_factory=dict)
    stands: Mapping[str, Flags] = field(default_factory=dict)


def grow(
    held: Mapping[str, Held],
    belongs: Floats,
    settings: Settings,
    beside: Floats | None = None,
    owned: Mapping[str, Flags] | None = None,
) -> Growth:
    """Accounts tied to a network, at a false-discovery rate of `settings.q`.

    Args:
        held: what accounts have.
        belongs: probability of each member, 0 for the accounts outside, shape (accounts,).
        beside: p of each account for acting together with members, infinite where it does not act;
            None: not looked at.
        owned: tie → objects known to be the network's from elsewhere, shape (objects,).
    """
    zeros, ones = np.zeros(len(belongs)), np.ones(len(belongs))
    growth = Growth(belongs < 0, zeros.astype(int), belongs, ones, ones, zeros)
    ground = _Ground(held, beside, owned or {}, settings)
    for number in range(1, ROUNDS + 1):
        before, growth = growth, _round(ground, growth, number)
        if (growth.named == before.named).all():
            break
    return growth


@dataclass(frozen=True)
class _Ground:
    """What stays the same from round to round."""

    held: Mapping[str, Held]
    beside: Floats | None
    owned: Mapping[str, Flags]
    settings: Settings


def _round(ground: _Ground, growth: Growth, number: int) -> Growth:
    """One round: accounts outside against the network as it stands."""
    q = ground.settings.q / 2**number
    inside = growth.belongs > 0
    control = _control(ground.held, growth.belongs)
    run = _certain(control, inside, ground.settings.q)
    named, shared, p, rates = _coincidence(ground, inside, q)
    stands = {name: each.p <= LOOK for name, each in shared.items()}
    if ground.beside is not None:
        stands[COORDINATION] = ground.beside <= LOOK
    better = ~inside & (p < growth.p)
    new = ~inside & (run | named)
    chance = np.maximum(np.where(named, 1 - rates, 0.0), np.where(run, control, 0.0))
    looked = new | better | (~inside & (control > growth.control))
    return Growth(
        growth.named | new,
        np.where(looked, number, growth.round),
        np.where(new, chance, growth.belongs),
        np.where(better, p, growth.p),
        np.where(better, rates, growth.q),
        np.where(inside, growth.control, np.maximum(control, growth.control)),
        {**growth.shared, **shared},
        {
            name: growth.stands.get(name, False) | (flags & ~inside)
            for name, flags in stands.items()
        },
    )


# --- control


def _control(held: Mapping[str, Held], belongs: Floats) -> Floats:
    """Probability that more than half of those who run an account belong to the network."""
    control = np.zeros(len(belongs))
    for each in held.values():
        if each.tie.controls:
            control = np.maximum(control, _majorities(each, belongs))
    return control


def _majorities(held: Held, belongs: Floats) -> Floats:
    chance = np.where(held.self >= 0, belongs[np.maximum(held.self, 0)], 0.0)[held.object]
    control, looked = np.zeros(len(belongs)), np.zeros(len(belongs), bool)
    looked[held.account[chance > 0]] = True
    rows = np.flatnonzero(looked[held.account])
    rows = rows[np.argsort(held.account[rows], kind="stable")]
    accounts, starts = np.unique(held.account[rows], return_index=True)
    for account, some in zip(accounts, np.split(chance[rows], starts[1:]), strict=False):
        control[account] = majority(some)
    return control


def majority(chances: Iterable[float]) -> float:
    """Probability that more than half of some independent events happen (Poisson binomial)."""
    counts = np.ones(1)
    for chance in chances:
        counts = np.convolve(counts, [1 - chance, chance])
    return float(counts[len(counts) // 2 + len(counts) % 2 :].sum()) if len(counts) > 1 else 0.0


def _certain(control: Floats, inside: Flags, q: float) -> Flags:
    """The surest accounts, as many as keep the mean of what could be wrong at or below q."""
    order = np.argsort(-np.where(inside, 0.0, control), kind="stable")
    order = order[control[order] > 0.5]
    order = order[~inside[order]]
    wrong = np.cumsum(1 - control[order]) / np.arange(1, len(order) + 1)
    found = np.zeros(len(control), bool)
    found[order[wrong <= q]] = True
    return found


# --- coincidence


def _coincidence(
    ground: _Ground, inside: Flags, q: float
) -> tuple[Flags, Mapping[str, Shared], Floats, Floats]:
    """Who stands; each tie; p and q of each account."""
    named = np.zeros(len(inside), bool)
    counted = {
        name: _counted(each, inside, ground.owned.get(name)) for name, each in ground.held.items()
    }
    for _ in range(PASSES):
        shared = _shared(ground, counted, inside, named)
        p = _together(ground, shared, inside)
        looked = np.flatnonzero(~inside & _looked_at(ground, shared, inside))
        stands = np.zeros(len(inside), bool)
        stands[looked[benjamini_hochberg(p[looked], q)]] = True
        if not (stands & ~named).any():
            break
        named |= stands
    rates = np.ones(len(inside))
    rates[looked] = adjusted(p[looked], len(looked)) if len(looked) else []
    return named, shared, p, rates


def _looked_at(ground: _Ground, shared: Mapping[str, Shared], inside: Flags) -> Flags:
    """Accounts that have anything of a kind of which the network has some, or that act at all."""
    looks = [np.zeros(len(inside), bool)]
    looks += [each.things > 0 for each in shared.values() if each.hits.any()]
    if ground.beside is not None:
        looks.append(np.isfinite(ground.beside))
    return np.asarray(np.logical_or.reduce(looks), bool)


def _counted(held: Held, inside: Flags, owned: Flags | None) -> tuple[Ints, Ints]:
    """Hits and things of each account in one kind of tie."""
    mine = inside[held.account]
    within = np.bincount(held.object[mine], minlength=held.objects)
    without = np.bincount(held.object[~mine], minlength=held.objects)
    people = len(np.unique(held.account[~mine]))
    kept = without[held.object] <= max(FEWEST_COMMON, held.tie.common * people)
    account, thing = held.account[kept], held.object[kept]
    theirs = without[thing] - ~inside[account]  # whoever is judged does not count against itself
    own = (within[thing] > 0) & (within[thing] >= theirs)
    own |= (held.self[thing] >= 0) & inside[np.maximum(held.self[thing], 0)]
    if owned is not None:
        own |= owned[thing] & (theirs <= 1)
    hits, things = (np.bincount(a, minlength=len(inside)) for a in (account[own], account))
    if held.tie.family == PLACES:
        own &= ~inside[account]
        rows = (account[own], thing[own], held.account[mine], held.object[mine])
        once = _once(*rows, len(inside), held.tie.bundled)
        hits, things = np.where(inside, hits, once), np.where(inside, things, things - hits + once)
    return hits, things


def _once(account: Ints, thing: Ints, member: Ints, theirs: Ints, size: int, bundled: bool) -> Ints:
    """How many things each account has in common with members: no more than there are members.

    Args:
        account, thing: who outside has what of the network's, shape (rows,).
        member, theirs: which member has what, shape (more rows,).
        size: number of accounts.
        bundled: all that one member has, too, are one thing, and so on from member to member.
    """
    order = np.argsort(theirs, kind="stable")
    first, last = (np.searchsorted(theirs[order], thing, side) for side in ("left", "right"))
    count = last - first
    row = np.repeat(np.arange(len(thing)), count)
    place = np.arange(len(row)) + np.repeat(first - np.cumsum(count) + count, count)
    lost = np.flatnonzero(count == 0)  # a past network's: nobody says whose, so they are one's
    row, other = np.r_[row, lost], np.r_[member[order[place]], np.full(len(lost), size)]
    met, link = np.unique(account[row] * (size + 1) + other, return_inverse=True)
    if not bundled:
        people = np.bincount(met // (size + 1), minlength=size)
        return np.minimum(people, np.bincount(account, minlength=size))
    from scipy.sparse import csgraph  # slow to load, and only bundles need it

    nodes = len(thing) + len(met)
    graph = sparse.coo_array((np.ones(len(row)), (row, len(thing) + link)), shape=(nodes, nodes))
    _, piece = csgraph.connected_components(graph, directed=False)
    _, one = np.unique(piece[: len(thing)], return_index=True)
    return np.bincount(account[one], minlength=size)


def _shared(
    ground: _Ground, counted: Mapping[str, tuple[Ints, Ints]], inside: Flags, named: Flags
) -> dict[str, Shared]:
    """Every tie, each against the accounts outside that no other family ties."""
    families: dict[str, Flags] = {}
    for name, (hits, _) in counted.items():
        family = _family(ground.held[name].tie)
        families[family] = families.get(family, False) | (hits > 0)
    if ground.beside is not None:
        families[COORDINATION] = ground.beside <= DOUBTFUL
    outside = ~inside & ~named
    found = {}
    for name, (hits, things) in counted.items():
        family = _family(ground.held[name].tie)
        others = [flags for other, flags in families.items() if other != family]
        reference = outside & ~np.logical_or.reduce([~outside, *others])
        known, everything = int(hits[reference].sum()), int(things[reference].sum())
        p = _tails(hits, things, reference, (known, everything), ground.settings)
        p[inside | (2 * hits < things) & _runs(ground.held[name].tie)] = 1.0
        found[name] = Shared(hits, things, everything, known, p)
    return found


def _tails(
    hits: Ints, things: Ints, reference: Flags, totals: tuple[int, int], settings: Settings
) -> Floats:
    """p of each account; its own things do not count in the reference."""
    p = np.ones(len(hits))
    rows = np.flatnonzero(hits > 0)
    k, n, own = hits[rows], things[rows], reference[rows]
    cases, place = np.unique(
        np.stack([k, n, totals[0] - k * own, totals[1] - n * own]), axis=1, return_inverse=True
    )
    rates = upper_bound(cases[2], cases[3])
    tails = [
        betabinomial_tail(int(a), int(b), rate, settings.rho)
        for a, b, rate in zip(cases[0], cases[1], rates, strict=True)
    ]
    p[rows] = np.array(tails)[place.reshape(-1)] if len(rows) else []
    return p


def _together(ground: _Ground, shared: Mapping[str, Shared], inside: Flags) -> Floats:
    """p of each account over all ties.

    Ties of one family may say the same thing twice: the smallest of a family counts, times their
    number. Families speak for themselves: the product of the smallest one, two or three, each
    corrected for how many ways there are to choose them. Open ties say nothing where no hidden one
    is worth a look.
    """
    families: dict[str, list[Floats]] = {}
    hidden = _hidden(ground, shared, inside)
    for name, each in shared.items():
        if each.hits.any():
            tie = ground.held[name].tie
            p = np.where(hidden, each.p, 1.0) if tie.open else each.p
            families.setdefault(_family(tie), []).append(p)
    if ground.beside is not None:
        acted = np.where(np.isfinite(ground.beside), ground.beside, 1.0)
        families.setdefault(COORDINATION, []).append(acted)
    if not families:
        return np.ones(len(inside))
    smallest = [np.minimum(1, len(ps) * np.min(ps, axis=0)) for ps in families.values()]
    return np.where(inside, 1.0, products(np.stack(smallest)))


def _hidden(ground: _Ground, shared: Mapping[str, Shared], inside: Flags) -> Flags:
    """Accounts with something of the network's that people do not have in common openly."""
    looks = [np.zeros(len(inside), bool)]
    looks += [each.p <= LOOK for name, each in shared.items() if ground.held[name].tie.conceals]
    return np.asarray(np.logical_or.reduce(looks), bool)


def _runs(tie: Tie) -> bool:
    """Whether the things are those that an account runs."""
    return tie.between and not tie.controls


def _family(tie: Tie) -> str:
    return SAME.get(tie.family, tie.family)


def products(p: Floats) -> Floats:
    """Independent p, shape (families, accounts) → p of the best one, two or three of each account.

    The product w of j uniform p is at most w with probability w * sum over i < j of
    (-ln w)^i / i! (Fisher 1932).
    """
    ordered = np.sort(p, axis=0)
    best = np.ones(p.shape[1])
    for j, weight in enumerate(WEIGHTS[: len(p)], 1):
        w = np.maximum(np.prod(ordered[:j], axis=0), 1e-300)
        series = np.sum([(-np.log(w)) ** i / math.factorial(i) for i in range(j)], axis=0)
        best = np.minimum(best, w * series * math.comb(len(p), j) / weight)
    return np.asarray(np.minimum(best, 1.0), float)
