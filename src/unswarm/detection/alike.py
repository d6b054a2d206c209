"""Which accounts of two sides are worth comparing: those that agree, or nearly, on something rare.

Comparing every account with every other one is left to a library written for it (RapidFuzz), and to
one product of matrices for the photos.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from unswarm.detection.layer import Floats
from unswarm.fingerprint import Profile

SAME_PICTURE = 31  # bits of 256 by which two PDQ hashes of one picture may differ
NEAR = 0.92  # Jaro-Winkler similarity from which two names are nearly the same
SHORTEST = 4  # characters of a handle or name that is compared
COMMON = 50  # accounts of the other side with one value; beyond that it says nothing
ROWS = 256  # names or photos compared with all others at a time

Pair = tuple[int, int]


VALUES: Mapping[str, Callable[[Profile], str]] = {
    "handle": lambda profile: profile.stem,
    "name": lambda profile: profile.name,
    "bio": lambda profile: profile.bio,
    "website": lambda profile: profile.website,
}
FUZZY = ("handle", "name")


@dataclass(frozen=True)
class Alike:
    """Accounts of two sides that have something in common.

    Args:
        pairs: places of ours and theirs, sorted.
        near: handle or name → a value of ours → how many of theirs have nearly the same; equal ones
            do not count.
        neighbours: handle or name → a value of ours → these values of theirs, where they are rare.
        pictures: the pairs whose photos are one picture.
    """

    pairs: Sequence[Pair]
    near: Mapping[str, Mapping[str, int]]
    neighbours: Mapping[str, Mapping[str, frozenset[str]]]
    pictures: frozenset[Pair]


def alike(ours: Sequence[Profile], theirs: Sequence[Profile]) -> Alike:
    """The pairs of two sides that are worth comparing."""
    found: set[Pair] = set()
    near: dict[str, Mapping[str, int]] = {}
    neighbours: dict[str, Mapping[str, frozenset[str]]] = {}
    for what, value in VALUES.items():
        mine, other = _places(map(value, ours)), _places(map(value, theirs))
        found |= _equal(mine, other)
        if what in FUZZY:
            near[what], neighbours[what] = _near(mine, other)
            found |= _pairs(neighbours[what], mine, other)
    pictures = _one_picture(ours, theirs)
    found |= pictures
    different = {(a, b) for a, b in found if ours[a].account != theirs[b].account}
    return Alike(sorted(different), near, neighbours, frozenset(pictures))


Places = Mapping[str, Sequence[int]]


def _places(values: Iterable[str]) -> Places:
    places: dict[str, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        if len(value) >= SHORTEST:
            places[value].append(place)
    return places


def _equal(mine: Places, other: Places) -> set[Pair]:
    shared = (value for value in mine if 0 < len(other.get(value, ())) <= COMMON)
    return {(a, b) for value in shared for a in mine[value] for b in other[value]}


def _near(mine: Places, other: Places) -> tuple[dict[str, int], dict[str, frozenset[str]]]:
    """How many of theirs are near each value of ours, and which values, where they are rare."""
    close = dict(near_values(list(mine), list(other)))
    count = {left: sum(len(other[right]) for right in rights) for left, rights in close.items()}
    rare = {left: frozenset(close[left]) for left in close if count[left] <= COMMON}
    return count, rare


def _pairs(neighbours: Mapping[str, frozenset[str]], mine: Places, other: Places) -> set[Pair]:
    return {
        (a, b)
        for left, rights in neighbours.items()
        for right in rights
        for a in mine[left]
        for b in other[right]
    }


def near_values(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Values of ours, each with those of theirs whose similarity is `NEAR` or more, not equal.

    The similarity is that of Jaro and Winkler (1990).
    """
    from rapidfuzz import process  # slow to load, and not every run compares names
    from rapidfuzz.distance import JaroWinkler

    found = []
    for start in range(0, len(ours), ROWS):
        some = ours[start : start + ROWS]
        scores = process.cdist(some, theirs, scorer=JaroWinkler.similarity, score_cutoff=NEAR)
        for left, row in zip(some, scores >= NEAR, strict=True):
            rights = [
                theirs[place] for place in np.flatnonzero(row).tolist() if theirs[place] != left
            ]
            if rights:
                found.append((left, rights))
    return found


def _one_picture(ours: Sequence[Profile], theirs: Sequence[Profile]) -> set[Pair]:
    mine = [(a, profile.pictures[0]) for a, profile in enumerate(ours) if profile.pictures]
    other = [(b, bits) for b, profile in enumerate(theirs) for bits in profile.pictures]
    if not mine or not other:
        return set()
    right = _signs([bits for _, bits in other]).T
    found: set[Pair] = set()
    for start in range(0, len(mine), ROWS):
        some = mine[start : start + ROWS]
        close = np.argwhere(_signs([bits for _, bits in some]) @ right >= 256 - 2 * SAME_PICTURE)
        found |= {(some[i][0], other[j][0]) for i, j in close.tolist()}
    return found


def _signs(hashes: Sequence[int]) -> Floats:
    """Hashes as rows of +1 and -1, so that a product counts the bits that agree."""
    raw = np.frombuffer(b"".join(bits.to_bytes(32, "big") for bits in hashes), np.uint8)
    return np.asarray(np.unpackbits(raw).reshape(-1, 256).astype(np.float32) * 2 - 1)
