"""One hand on two platforms, or the same hand again: pairs of accounts that look alike.

Each pair is weighed trait by trait (Fellegi and Sunter 1969): how much oftener do two accounts of
one hand agree on it than two accounts that have nothing to do with each other? How often the latter
do is taken from the data, value by value, so that agreeing on a rare handle says more than on a
common one; how often the former do is assumed, and stated in `AGREE`. Handles are often made of
names: of the two the one that says more counts. The chance that an account has a counterpart at all
is estimated from the data, and an account has one at most on the other side.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unswarm.detection.alike import FUZZY, VALUES, Alike, alike
from unswarm.detection.layer import Floats, Ints
from unswarm.fingerprint import Profile
from unswarm.tails import poisson_tail

STEPS = 50  # of the estimate of how many have a counterpart
BATCH = 600_000  # milliseconds between two creations of one batch
MOMENT = 60  # seconds between two posts of one scheduler
SHIFTS = tuple(minutes * 60 for minutes in (-21, -17, -13, -9, -5, 5, 9, 13, 17, 21))
SURPRISING = 1e-4  # p below which posting at the same moments says something
OTHERS = 300  # accounts that tell how surprisingly strangers meet

# How often two accounts of one hand agree: assumed, and deliberately low. What nobody agrees on by
# chance decides, not these.
AGREE = {
    "handle": 0.3,
    "name": 0.3,
    "nearly the same handle": 0.1,
    "nearly the same name": 0.1,
    "photo": 0.3,
    "bio": 0.15,
    "website": 0.2,
    "created": 0.2,
    "moments": 0.2,
}

LIKELY = 0.5  # pairs below this probability are not worth a row

Moments = Mapping[str, Ints]

Weight = tuple[str, float]
"""What two accounts agree or disagree on, and what that says, in bits."""


@dataclass(frozen=True)
class Counterpart:
    """A pair that belongs together with some probability; see `model.COUNTERPART`."""

    ours: Profile
    theirs: Profile
    probability: float
    weight: float
    agrees: tuple[Weight, ...]


def counterparts(
    ours: Sequence[Profile],
    theirs: Sequence[Profile],
    moments: Moments | None = None,
    likely: float = LIKELY,
    here: Sequence[Profile] = (),
) -> list[Counterpart]:
    """Pairs that belong together, most probable first; each of theirs once.

    Args:
        ours: a network's accounts.
        theirs: all accounts of the other side, innocent ones too: they tell what is common.
        moments: account → seconds UTC at which it posted, sorted, where both sides are known.
        likely: pairs below this probability are left out.
        here: all accounts of our side, where they are known: whose profile they may have copied.
    """
    if not ours or not theirs:
        return []
    found = alike(ours, theirs)
    crowd = Crowd.of(here or ours, theirs, found)
    clock = Clock(theirs, moments or {})
    said = [
        (
            *agreements(ours, theirs, (a, b), crowd),
            *clock.posted(ours[a].account, theirs[b].account),
        )
        for a, b in found.pairs
    ]
    weights = np.array([sum(weight for _, weight in agrees) for agrees in said])
    who = np.array([a for a, _ in found.pairs], np.int64)
    chances = posteriors(who, weights, len(ours), len(theirs))
    best: dict[int, Counterpart] = {}
    for place in np.flatnonzero(chances >= likely).tolist():
        a, b = found.pairs[place]
        pair = Counterpart(
            ours[a], theirs[b], float(chances[place]), float(weights[place]), said[place]
        )
        if b not in best or _order(pair) < _order(best[b]):
            best[b] = pair
    return sorted(best.values(), key=_order)


def _order(found: Counterpart) -> tuple[float, str, str]:
    return -found.probability, found.theirs.account, found.ours.account


# --- what agreeing says


@dataclass(frozen=True)
class Crowd:
    """How common values are among the accounts of the other side.

    Args:
        counts: trait → value → accounts that have it.
        total: trait → accounts that have any value.
        own: trait → value → accounts of our side that have it.
        found: the pairs looked at.
    """

    counts: Mapping[str, Counter[str]]
    total: Mapping[str, int] = field(repr=False)
    own: Mapping[str, Counter[str]] = field(repr=False)
    found: Alike = field(repr=False)

    @classmethod
    def of(cls, here: Sequence[Profile], theirs: Sequence[Profile], found: Alike) -> Crowd:
        """Count the values of all accounts of both sides."""
        counts = _counts(theirs)
        total = {what: count.total() for what, count in counts.items()}
        return cls(counts, total, _counts(here), found)

    def share(self, what: str, value: str) -> float:
        """Chance that an account taken at random has a value; never less than one account's."""
        return max(self.counts[what][value], 1) / max(self.total[what], 1)

    def share_near(self, what: str, value: str) -> float:
        """Chance that an account taken at random has nearly a value of ours, or just that."""
        near = self.found.near[what].get(value, 0) + self.counts[what][value]
        return max(near, 1) / max(self.total[what], 1)

    def copied(self, what: str, value: str) -> int:
        """How many of our side have a value of ours; the other's counterpart is one of them."""
        return max(self.own[what][value], 1)


def _counts(people: Sequence[Profile]) -> dict[str, Counter[str]]:
    counts = {what: Counter(filter(None, map(of, people))) for what, of in VALUES.items()}
    counts["photo"] = Counter(str(p.pictures[0]) for p in people if p.pictures)
    counts["created"] = Counter(str(p.created // BATCH) for p in people if p.created)
    return counts


def agreements(
    ours: Sequence[Profile], theirs: Sequence[Profile], pair: tuple[int, int], crowd: Crowd
) -> Iterator[Weight]:
    """What a pair agrees or disagrees on, each with its weight in bits."""
    mine, other = ours[pair[0]], theirs[pair[1]]
    yield from _called(mine, other, crowd)
    if mine.pictures and other.pictures:
        one = pair in crowd.found.pictures
        copied = crowd.copied("photo", str(mine.pictures[0])) if one else 1
        yield weighed("photo", one, copied * crowd.share("photo", str(other.pictures[0])))
    for what in ("bio", "website"):
        value = VALUES[what](other)
        if value and value == VALUES[what](mine):
            yield weighed(what, True, crowd.copied(what, value) * crowd.share(what, value))
    if mine.created and other.created and abs(mine.created - other.created) <= BATCH:
        yield weighed("created", True, 3 * crowd.share("created", str(other.created // BATCH)))


def weighed(what: str, agrees: bool, share: float) -> Weight:
    """log2 of how much likelier one hand makes it (Fellegi and Sunter 1969).

    To agree on what is common says nothing, not the contrary.
    """
    m, u = AGREE[what], min(max(share, 1e-12), 0.999)
    if agrees:
        return what, max(0.0, math.log2(m / u))
    return f"other {what}", math.log2((1 - m) / (1 - u))


def _called(mine: Profile, other: Profile, crowd: Crowd) -> Iterator[Weight]:
    """Handle and name; where the handle is made of the name, the one that says more."""
    said = [w for what in FUZZY if (w := _named(what, mine, other, crowd))]
    made = bool(other.name) and (other.stem in other.name or other.name in other.stem)
    if made and len(said) > 1 and all(weight > 0 for _, weight in said):
        said = [max(said, key=lambda each: each[1])]
    yield from said


def _named(what: str, mine: Profile, other: Profile, crowd: Crowd) -> Weight | None:
    left, right = VALUES[what](mine), VALUES[what](other)
    if not (left and right):
        return None
    share, copied = crowd.share(what, right), crowd.copied(what, left)
    if what == "handle" and mine.handle == other.handle:
        return weighed("handle", True, copied * share * 10.0**-other.digits)
    if what == "name" and left == right:
        return weighed("name", True, copied * share)
    if left == right or right in _neighbours(crowd, what, left):
        return weighed(f"nearly the same {what}", True, copied * crowd.share_near(what, left))
    return weighed(what, False, share)


def _neighbours(crowd: Crowd, what: str, value: str) -> Iterable[str]:
    return crowd.found.neighbours[what].get(value, ())


class Clock:
    """Posts within a minute of each other, against as many at shifted minutes of the same hours.

    What happens in the world brings strangers together, too: the weight is no more than the share
    of other accounts of theirs that met ours as surprisingly allows.
    """

    def __init__(self, theirs: Sequence[Profile], moments: Moments) -> None:
        known = [person.account for person in theirs if person.account in moments]
        self.moments = moments
        self.others = known[:: -(-len(known) // OTHERS)] if known else []
        self.usual: dict[str, Floats] = {}

    def posted(self, mine: str, other: str) -> Iterator[Weight]:
        """The weight of a pair, where its moments say something."""
        if mine not in self.moments or other not in self.moments:
            return
        tail = surprise(self.moments[mine], self.moments[other])
        if tail < SURPRISING:
            if mine not in self.usual:
                self.usual[mine] = self._of_others(mine)
            alike = float((self.usual[mine] <= tail).sum()) - (other in self.others)
            yield weighed("moments", True, max(tail, 1e-6, alike / max(len(self.others), 1)))

    def _of_others(self, mine: str) -> Floats:
        ours = self.moments[mine]
        return np.array([surprise(ours, self.moments[other]) for other in self.others])


def surprise(ours: Ints, theirs: Ints) -> float:
    """Probability of as many meetings, if those at shifted minutes tell how many are usual."""
    usual = (sum(meetings(ours, theirs, shift) for shift in SHIFTS) + 1) / len(SHIFTS)
    return float(poisson_tail(np.array([meetings(ours, theirs, 0)]), np.array([usual]))[0])


def meetings(ours: Ints, theirs: Ints, shift: int) -> int:
    """How many of ours have one of theirs within a minute, theirs shifted by some seconds."""
    first = np.searchsorted(theirs + shift, ours - MOMENT, "left")
    last = np.searchsorted(theirs + shift, ours + MOMENT, "right")
    return int((last > first).sum())


# --- how probable


def posteriors(ours: Ints, weights: Floats, size: int, others: int) -> Floats:
    """Probability of each pair, when an account has at most one counterpart on the other side.

    The share of accounts that have one is estimated by expectation maximisation (Dempster, Laird
    and Rubin 1977), begun at a tenth and kept below nine tenths.

    Args:
        ours: place of our account of each pair, shape (pairs,).
        weights: bits, shape (pairs,).
        size: accounts on our side.
        others: accounts on the other side.
    """
    if not len(weights):
        return weights
    ratio = np.exp2(np.clip(weights, -200, 200)) / others
    share, chance = 0.1, weights
    for _ in range(STEPS):
        odds = share * ratio
        chance = odds / (1 - share + np.bincount(ours, odds, size))[ours]
        share = float(np.clip(chance.sum() / size, 1 / (10 * size), 0.9))
    return np.asarray(chance, float)


def as_rows(
    network: str, found: Iterable[Counterpart], past: str | None = None
) -> list[dict[str, Any]]:
    """Rows of `model.COUNTERPART`."""
    return [
        {
            "network": network,
            "account": each.ours.account,
            "other": each.theirs.account,
            "platform": each.theirs.platform,
            "probability": each.probability,
            "weight": each.weight,
            "agrees": "\n".join(f"{what}: {weight:+.1f}" for what, weight in each.agrees),
            "past": past,
        }
        for each in found
    ]
