"""The same picture again: PDQ hashes of photos and of the faces in them, and all pairs that match.

PDQ is the perceptual hash of ThreatExchange (Facebook 2019, "The TMK+PDQF Video-Hashing Algorithm
and the PDQ Image-Hashing Algorithm"): grey values, a Jarosz filter, 64 × 64 pixels, the lowest
16 × 16 frequencies, and one bit for each that lies above their median. All but the last step is
linear and works on rows and columns separately, so here it is two sparse products. Hashes are the
same 64 hexadecimal digits that other PDQ programs write and can be compared with theirs.

Two hashes of one picture differ in few bits, two of different pictures in about 128.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

SAME = 31
"""Most bits in which two hashes of the same picture differ; what ThreatExchange recommends."""
SAME_FACE = 50
"""The same for `face_pdq`, which bears less: where a face is, is found with errors."""
LOWEST_QUALITY = 50
"""A picture below this shows too little for its hash to be compared: flat, or one soft gradient."""

BITS = 256
SIDE = 64  # of the picture whose frequencies are taken
KEPT = 16  # frequencies in each direction, without the constant
SMALLEST = 5  # pixels; the reference hashes nothing smaller
CACHED = 1 << 16  # pixels worked on at once: they stay in the processor's cache
ROUNDING = 1e-3  # grey values: frequencies this near the median differ from it by rounding alone
FEWEST_CLEAR = 64  # frequencies that must differ from the median by more
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
COSINES: Floats = np.float32(math.sqrt(2 / SIDE)) * np.cos(
    np.outer(np.arange(1, KEPT + 1), 2 * np.arange(SIDE) + 1) * (math.pi / 2 / SIDE)
).astype(np.float32)


@dataclass(frozen=True)
class Hashed:
    """The hashes of a picture.

    Args:
        plain: 64 hexadecimal digits, the highest bit first.
        mirrored: the hash of the same picture with left and right exchanged.
        quality: 0 to 100; see `LOWEST_QUALITY`.
    """

    plain: str
    mirrored: str
    quality: int


def pdq(rgb: Pixels) -> Hashed:
    """The PDQ hash of a picture.

    It is that of the reference up to rounding, with one exception: where fewer than `FEWEST_CLEAR`
    frequencies differ from their median, as in a flag of plain stripes, the reference's bits are
    rounding errors under a good quality. Here such bits are 0, and so is the quality.

    Args:
        rgb: (height, width, 3), upright. All zero, with quality 0, if a side is below `SMALLEST`.
    """
    height, width = rgb.shape[:2]
    if min(height, width) < SMALLEST:
        return Hashed("0" * (BITS // 4), "0" * (BITS // 4), 0)
    shrinking, band = _shrinking(height), max(1, CACHED // height)
    bands = (rgb[:, left : left + band] for left in range(0, width, band))
    rows = (shrinking @ columns.reshape(height, -1).astype(np.float32) for columns in bands)
    return _hashed(np.concatenate([r.reshape(SIDE, -1, 3) @ LUMINANCE for r in rows], axis=1))


def distance(a: str, b: str) -> int:
    """In how many of 256 bits two hashes differ (Hamming).

    Raises:
        ValueError: one of them is no hexadecimal number.
    """
    return (int(a, 16) ^ int(b, 16)).bit_count()


def _hashed(rows: Floats) -> Hashed:
    """(64, width) grey values, their height already shrunk → the hashes."""
    shrinking = _shrinking(rows.shape[1])
    picture, mirrored = (np.asarray(shrinking @ side).T for side in (rows.T, rows.T[::-1]))
    plain, clear = _above_median(picture)
    return Hashed(plain, _above_median(mirrored)[0], _quality(picture) if clear else 0)


def _above_median(picture: Floats) -> tuple[str, bool]:
    """(64, 64) grey values → the hash, and whether it is more than rounding errors."""
    frequencies = (COSINES @ picture @ COSINES.T).ravel()[::-1]
    above = frequencies - np.partition(frequencies, BITS // 2 - 1)[BITS // 2 - 1]
    clear = np.count_nonzero(np.abs(above) > ROUNDING) >= FEWEST_CLEAR
    return np.packbits(above > ROUNDING).tobytes().hex(), bool(clear)


def _quality(picture: Floats) -> int:
    """The reference's figure: how many steps between neighbouring pixels are of 1 % or more."""
    steps = (np.diff(picture, axis=axis) * np.float32(100 / 255) for axis in (0, 1))
    return min(100, int(sum(np.abs(np.trunc(step)).sum() for step in steps)) // 90)


@lru_cache(maxsize=1024)
def _shrinking(side: int) -> sparse.csr_array[np.float32]:
    """What filters a line of `side` pixels and picks 64 of them, as a (64, side) matrix."""
    box = _box(side, -(-side // (2 * SIDE)))
    picked = ((np.arange(SIDE) + 0.5) * side / SIDE).astype(np.int64)
    return sparse.csr_array((box[picked] @ box).astype(np.float32))


def _box(side: int, window: int) -> sparse.csr_array[np.float64]:
    """Means over a window about each pixel, which is smaller at the ends of the line."""
    here = np.arange(side)
    first = np.maximum(here - (window - 1) // 2, 0)
    last = np.minimum(here + window // 2 + 1, side)
    columns = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)])
    start = np.concatenate([[0], np.cumsum(last - first)])
    weights = np.repeat(1 / (last - first), last - first)
    return sparse.csr_array((weights, columns, start), shape=(side, side))


# --- the face in a picture

SMALLEST_FACE = 24
"""Pixels that the square about a face must measure: 1.5 for each of 16 half waves."""
MOST_OUTSIDE = 0.1
"""Share of the square that may lie outside the picture; there its edge is repeated."""

# In a square with sides of 1: eyes, nose, corners of the mouth as faces have them on average.
# Eyes count twice: where they are is found most exactly.
PLACES = np.array([0.325 + 0.38j, 0.675 + 0.38j, 0.5 + 0.5914j, 0.3369 + 0.7433j, 0.6631 + 0.7433j])
WEIGHTS = np.array([2.0, 2.0, 1.0, 1.0, 1.0])
_CENTRES = (np.arange(SIDE) + 0.5) / SIDE
GRID = _CENTRES[None, :] + 1j * _CENTRES[:, None]


def face_pdq(rgb: Pixels, points: NDArray[Any]) -> Hashed | None:
    """The PDQ hash of a face, turned upright and scaled to a square before it is hashed.

    It finds the same picture of a face again after cropping, turning or scaling, which change a
    whole picture's hash. It matches images and recognises nobody: two different photos of one
    person differ as much as those of two.

    The square is placed by the similarity transform with the least squared error (Umeyama 1991,
    "Least-squares estimation of transformation parameters between two point patterns", IEEE TPAMI
    13:4), in two dimensions a regression of complex numbers.

    Args:
        rgb: (height, width, 3), upright.
        points: (5, 2) x and y in pixels, where pixel `i` spans `i` to `i + 1`: the eye on the left
            of the picture, the one on the right, nose, left and right corner of the mouth.

    Returns:
        None if the square is smaller than `SMALLEST_FACE` pixels or more than `MOST_OUTSIDE` of it
        lies outside the picture.
    """
    scale, shift = _similarity(PLACES, points[:, 0] + 1j * np.asarray(points[:, 1], np.float64))
    if not abs(scale) >= SMALLEST_FACE:  # nor if it is no number
        return None
    where = scale * GRID + shift
    x, y = where.real, where.imag
    outside = (x < 0) | (y < 0) | (x > rgb.shape[1]) | (y > rgb.shape[0])
    if outside.mean() > MOST_OUTSIDE:
        return None
    return _hashed(_sampled(rgb, x, y, max(1, int(abs(scale) / SIDE))))


def _similarity(
    source: NDArray[np.complex128], target: NDArray[np.complex128]
) -> tuple[complex, complex]:
    """(a, b) of the a·source + b that is nearest to the target."""
    middle = np.average(source, weights=WEIGHTS)
    centred = WEIGHTS * (source - middle).conj()
    scale = complex(centred @ target / (centred @ (source - middle)))
    return scale, complex(np.average(target, weights=WEIGHTS) - scale * middle)


def _sampled(rgb: Pixels, x: NDArray[Any], y: NDArray[Any], block: int) -> Floats:
    """Grey values at places of the picture, between the means of blocks of pixels (bilinear)."""
    height, width = rgb.shape[:2]
    left, top = (int(max(axis.min() - block, 0)) for axis in (x, y))
    right, bottom = int(min(x.max() + 2 * block, width)), int(min(y.max() + 2 * block, height))
    grey = _blocks(rgb[top:bottom, left:right], block)
    column, x = _between((x - left) / block, grey.shape[1])
    row, y = _between((y - top) / block, grey.shape[0])
    first, flat = row * grey.shape[1] + column, grey.ravel()
    upper, lower = (
        flat[line] * (1 - x) + flat[line + 1] * x for line in (first, first + grey.shape[1])
    )
    return np.asarray(upper * (1 - y) + lower * y, np.float32)


def _blocks(rgb: Pixels, block: int) -> Floats:
    """Mean grey value of each block of pixels; what is left over at the end is not looked at."""
    high, wide = rgb.shape[0] // block, rgb.shape[1] // block
    rows = rgb[: high * block, : wide * block].astype(np.float32).reshape(high, block, -1).sum(1)
    grey: Floats = rows.reshape(-1, 3) @ (LUMINANCE / np.float32(block * block))
    return np.asarray(grey.reshape(high, wide, block).sum(2))


def _between(place: NDArray[Any], length: int) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """The pixel whose centre lies before a place, and how far the place is on to the next one."""
    place = np.clip(place - 0.5, 0, length - 1)
    before = np.minimum(place.astype(np.intp), length - 2)
    return before, place - before


# --- matching: multi-index hashing
#
# Cut the 256 bits into m parts. Two hashes that differ in at most m·r + a bits, a < m, differ in at
# most r bits in one of the first a + 1 parts, or in at most r - 1 in one of the others (Norouzi,
# Punjani & Fleet 2012, "Fast search in Hamming space with multi-index hashing", CVPR). So for each
# part the hashes are sorted by it, and compared with those whose part differs by a few flips.

AT_ONCE = 1 << 16  # pairs compared in one step
LONGEST_PART = 20  # bits
SECONDS = {"step": 6e-5, "hash": 15e-9, "pair": 16e-9, "key": 3e-9}  # what each costs, about


def matches(
    hashes: Sequence[str], most: int = SAME, others: Sequence[str] | None = None
) -> NDArray[np.int64]:
    """All pairs of hashes that differ in few bits; exact.

    Every pair of equal hashes is one row: of a picture that 10,000 accounts have there are fifty
    million. Give each distinct hash once where that may be.

    Args:
        hashes: 64 hexadecimal digits each.
        most: largest distance of a pair.
        others: compare with these, instead of the hashes with each other.

    Returns:
        (n, 3), sorted: i and j, which count from 0, and their distance. Without `others`, i < j.

    Raises:
        ValueError: something is not 64 hexadecimal digits.
    """
    left = _distinct(hashes)
    right = left if others is None else _distinct(others)
    rows = list(_copies(left, right, *_near(left.words, right.words, most)))
    if others is None:
        rows += [np.column_stack([i, j, np.zeros_like(i)]) for i, j in _equal(left)]
    found = np.concatenate([np.empty((0, 3), np.int64), *rows])
    if others is None:
        found[:, :2].sort(axis=1)
    return found[np.lexsort(found[:, 1::-1].T)]


class _Distinct(NamedTuple):
    """The different ones of some hashes: words (n, 4), and who has which.

    The members of hash `k` are `members[start[k] : start[k + 1]]`; hash `i` is `inverse[i]`.
    """

    words: Words
    inverse: NDArray[np.intp]
    members: NDArray[np.intp]
    start: Ints


def _distinct(hashes: Sequence[str]) -> _Distinct:
    words, inverse = np.unique(_words(hashes), axis=0, return_inverse=True)
    start = np.concatenate([[0], np.bincount(inverse, minlength=len(words)).cumsum()])
    return _Distinct(words, inverse, np.argsort(inverse, kind="stable"), start)


def _words(hashes: Sequence[str]) -> Words:
    try:
        content = bytes.fromhex("".join(hashes))
    except ValueError:
        content = b""
    if len(content) * 8 != len(hashes) * BITS or any(len(h) * 4 != BITS for h in hashes):
        raise ValueError("a PDQ hash is 64 hexadecimal digits")
    return np.frombuffer(content, np.uint64).reshape(-1, BITS // 64)


def _copies(left: _Distinct, right: _Distinct, i: Ints, j: Ints, far: Ints) -> Iterator[Ints]:
    """Pairs of different hashes → rows for all pairs of their members."""
    for pair, a in _spans(left.start[i], left.start[i + 1]):
        of = j[pair]
        for one, b in _spans(right.start[of], right.start[of + 1]):
            yield np.column_stack([left.members[a[one]], right.members[b], far[pair[one]]])


def _equal(distinct: _Distinct) -> Iterator[tuple[Ints, Ints]]:
    """All pairs of members that have the same hash."""
    here = np.arange(len(distinct.members))
    ends = np.repeat(distinct.start[1:], np.diff(distinct.start))
    for a, b in _spans(here + 1, ends):
        yield distinct.members[a], distinct.members[b]


def _spans(first: Ints, last: Ints) -> Iterator[tuple[Ints, Ints]]:
    """All (i, j) with first[i] <= j < last[i], at most about `AT_ONCE` in one piece."""
    some = np.flatnonzero(last > first)
    first, length = first[some], (last - first)[some]
    ends = np.cumsum(length)
    begin = 0
    while begin < len(some):
        before = ends[begin] - length[begin]
        end = max(begin + 1, int(np.searchsorted(ends, before + AT_ONCE, "right")))
        here, piece = np.s_[begin:end], length[begin:end]
        offset = first[here] - (ends[here] - piece - before)
        j = np.arange(ends[end - 1] - before) + np.repeat(offset, piece)
        yield np.repeat(some[here], piece), j
        begin = end


def _near(own: Words, others: Words, most: int) -> tuple[Ints, Ints, Ints]:
    """Pairs (i, j, distance); of hashes with themselves each once, and i < j."""
    found = np.empty(0, np.int64)
    for part in _parts(most, len(own), len(others)):
        left = _sorted(own, part.columns)
        right = left if own is others else _sorted(others, part.columns)
        pairs = [i * len(others) + j for i, j in _alike(left, right, part, most)]
        found = np.unique(np.concatenate([found, *pairs]))
    i, j = np.divmod(found, max(1, len(others)))
    return i, j, np.bitwise_count(own[i] ^ others[j]).sum(1, dtype=np.int64)


class _Part(NamedTuple):
    """Some of the 256 bits, and how many of them may differ."""

    columns: Ints
    most: int

    @property
    def flips(self) -> list[int]:
        """All ways to change that many of its bits or fewer, 0 first."""
        bits = [1 << k for k in range(len(self.columns))]
        return [sum(c) for k in range(self.most + 1) for c in combinations(bits, k)]


def _parts(most: int, own: int, others: int) -> list[_Part]:
    """The cheapest of all ways to cut the bits, among them not to cut and compare every pair."""
    fewest = -(-BITS // LONGEST_PART)
    cuts = [_cut(most, parts) for parts in range(fewest, min(most, BITS // 4) + 2)]
    return min([[_Part(np.arange(0), 0)], *cuts], key=lambda cut: _cost(cut, own, others))


def _cut(most: int, parts: int) -> list[_Part]:
    radius, left = divmod(most, parts)
    shares = [(first, radius - (first > left)) for first in range(parts)]
    return [_Part(np.arange(p, BITS, parts), few) for p, few in shares if few >= 0]


def _cost(cut: list[_Part], own: int, others: int) -> float:
    """Seconds, about."""
    total = 0.0
    for columns, most in cut:
        bits = len(columns)
        steps = sum(math.comb(bits, k) for k in range(most + 1))
        each = SECONDS["hash"] * own + SECONDS["pair"] * own * others / 2**bits
        total += steps * (SECONDS["step"] + each) + SECONDS["key"] * 2**bits
    return total


class _Sorted(NamedTuple):
    """Hashes sorted by one part of their bits: its value, where each was, words (4, n)."""

    key: Ints
    place: NDArray[np.intp]
    words: Words


def _sorted(words: Words, columns: Ints) -> _Sorted:
    bits = np.unpackbits(words.view(np.uint8), axis=1)
    key = bits[:, columns] @ (1 << np.arange(len(columns)))
    place = np.argsort(key, kind="stable")
    return _Sorted(key[place], place, np.ascontiguousarray(words[place].T))


def _alike(left: _Sorted, right: _Sorted, part: _Part, most: int) -> Iterator[tuple[Ints, Ints]]:
    """Pairs near each other among those whose part is near."""
    counts = np.bincount(right.key, minlength=1 << len(part.columns))
    start = np.concatenate([[0], counts.cumsum()])
    for flip in part.flips:
        key = left.key ^ flip
        first, last = start[key], start[key + 1]
        if left is right:  # each pair is met from both sides: look from one
            first = np.where(key > left.key, first, last) if flip else np.arange(1, len(key) + 1)
        for i, j in _spans(first, last):
            i, j = _close(left.words, right.words, i, j, most)
            i, j = left.place[i], right.place[j]
            yield (np.minimum(i, j), np.maximum(i, j)) if left is right else (i, j)


def _close(own: Words, others: Words, i: Ints, j: Ints, most: int) -> tuple[Ints, Ints]:
    """The pairs within the distance; after half of the bits most have left."""
    half = sum(np.bitwise_count(own[w][i] ^ others[w][j]) for w in (0, 1))
    some = np.flatnonzero(half <= most)
    i, j = i[some], j[some]
    rest = sum(np.bitwise_count(own[w][i] ^ others[w][j]) for w in (2, 3))
    kept = half[some].astype(np.int64) + rest <= most
    return i[kept], j[kept]
