"""Which of very many short texts are nearly the same, whatever they say.

Words are numbered in the order in which they first appear, and nothing else is known of them. A
text is the set of its words and of its pairs of neighbouring words; candidates come from MinHash
and banding (Broder 1997), and every one that counts is verified by the exact Jaccard index. The
constants never change, so neither do the clusters. Memory: some 45 bytes a word and 150 a text.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from unswarm.arrays import Bytes, Ints, IntsTable, Marks, Small
from unswarm.native import inner, native

BANDS, ROWS = 16, 4
"""MinHash: of two texts of similarity s, a bucket is shared with probability 1 - (1 - s^4)^16."""

REACH = 64
"""Texts before it in a bucket that each is compared with; 16 would lose one pair in a thousand."""

_SPACE = 32
_FIRST_TABLE = 1 << 12
_FNV, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)  # Fowler, Noll, Vo
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)  # splitmix64, Steele et al. 2014
_HALF, _SHIFT = np.uint64(32), np.uint64(29)
_NOTHING = np.uint32(0xFFFFFFFF)


def clusters(text: Bytes, starts: Ints, similarity: float) -> Ints:
    """For each text, the first text of its cluster: what pairs of that similarity connect.

    Args:
        text: all texts, UTF-8, one after the other; one blank between words.
        starts: where each begins, and where the last one ends; shape (texts + 1,).
        similarity: Jaccard index from which two texts are one.
    """
    codes, bounds = shingles(*numbered(text, starts))
    keys = buckets(codes, bounds)
    texts = len(bounds) - 1
    parent, before = np.arange(texts), np.empty(texts, np.int32)
    last = np.empty(_power_of_two(2 * texts), np.int32)
    _connect(codes, bounds, keys, similarity, parent, last, before)
    return parent


def _power_of_two(least: int) -> int:
    return 1 << max(least - 1, 15).bit_length()


# --- words


def numbered(text: Bytes, starts: Ints) -> tuple[Small, Ints, int]:
    """All words, numbered as they first appear; where each text's begin; how many there are."""
    texts = len(starts) - 1
    total = int(np.count_nonzero(text[starts[0] : starts[-1]] == _SPACE)) + texts
    numbers, begins = np.empty(total, np.int32), np.zeros(texts + 1, np.int64)
    known = Known(*(np.empty(total, np.int64) for _ in Known._fields))
    table, done = np.full(_FIRST_TABLE, -1, np.int32), np.zeros(2, np.int64)
    while (need := _number(text, starts, known, table, numbers, begins, done)) > 0:
        table = np.full(_power_of_two(4 * need), -1, np.int32)
        _refill(table, known.code, int(done[1]))
    return numbers, begins, int(done[1])


class Known(NamedTuple):
    """Words by number: the bytes where each stands first, and its hash."""

    first: Ints
    end: Ints
    code: Ints


@inner
def _equal(text: Bytes, one: int, other: int, length: int) -> bool:
    place = 0
    while place < length and text[one + place] == text[other + place]:
        place += 1
    return place == length


@inner
def _mixed(code: np.uint64) -> np.uint64:
    return (code ^ (code >> _SHIFT)) * _MIX


@native
def _refill(table: Small, code: Ints, count: int) -> None:
    """Put the numbers known so far into an empty table."""
    mask = len(table) - 1
    for number in range(count):
        slot = np.int64(np.uint64(code[number]) >> _HALF) & mask
        while table[slot] >= 0:
            slot = (slot + 1) & mask
        table[slot] = number


@native
def _number(
    text: Bytes,
    starts: Ints,
    known: Known,
    table: Small,
    numbers: Small,
    begins: Ints,
    done: Ints,
) -> int:
    """Number the words of the texts not done; 0, or how many words the table must have room for.

    Args:
        table: numbers by hash; full only up to a half.
        known, numbers, begins: written.
        done: texts done and words known; moved on.
    """
    mask, count = len(table) - 1, done[1]
    for at in range(done[0], len(starts) - 1):
        done[0], done[1] = at, count
        begin, stop, word = starts[at], starts[at + 1], begins[at]
        most = int(count + (stop - begin) // 2 + 1)
        if 2 * most > len(table):
            return most
        while begin <= stop:
            end, code = begin, _FNV
            while end < stop and text[end] != _SPACE:
                code = (code ^ np.uint64(text[end])) * _FNV_PRIME
                end += 1
            code = _mixed(code)
            slot = np.int64(code >> _HALF) & mask
            number = table[slot]
            while number >= 0 and not (
                known.code[number] == np.int64(code)
                and known.end[number] - known.first[number] == end - begin
                and _equal(text, known.first[number], begin, end - begin)
            ):
                slot = (slot + 1) & mask
                number = table[slot]
            if number < 0:
                number = table[slot] = count
                known.first[count], known.end[count] = begin, end
                known.code[count] = np.int64(code)
                count += 1
            numbers[word] = number
            word += 1
            begin = end + 1
        begins[at + 1] = word
    done[1] = count
    return 0


# --- texts as sets


def shingles(numbers: Small, begins: Ints, words: int) -> tuple[Ints, Ints]:
    """Each text's distinct words and pairs of neighbours as numbers, ascending; where they begin.

    Args:
        numbers, begins: as `numbered` gives them.
        words: how many different words there are; a pair is (first + 1) · words + second.
    """
    codes, bounds = np.empty(2 * len(numbers), np.int64), np.zeros(len(begins), np.int64)
    _shingle(numbers, begins, words, codes, bounds)
    return codes[: bounds[-1]], bounds


@inner
def _sort(codes: Ints, begin: int, end: int) -> None:
    """In place (Shell 1959, with Knuth's gaps): most texts have thirty."""
    gap = 1
    while 3 * gap < end - begin:
        gap = 3 * gap + 1
    while gap > 0:
        for place in range(begin + gap, end):
            code, hole = codes[place], place
            while hole >= begin + gap and codes[hole - gap] > code:
                codes[hole] = codes[hole - gap]
                hole -= gap
            codes[hole] = code
        gap //= 3


@native
def _shingle(numbers: Small, begins: Ints, words: int, codes: Ints, bounds: Ints) -> None:
    used = 0
    for at in range(len(begins) - 1):
        begin = used
        for place in range(begins[at], begins[at + 1]):
            codes[used] = numbers[place]
            used += 1
        for place in range(begins[at], begins[at + 1] - 1):
            codes[used] = (np.int64(numbers[place]) + 1) * words + numbers[place + 1]
            used += 1
        _sort(codes, begin, used)
        end, used = used, begin + 1
        for place in range(begin + 1, end):
            if codes[place] != codes[place - 1]:
                codes[used] = codes[place]
                used += 1
        bounds[at + 1] = used


# --- buckets


def buckets(codes: Ints, bounds: Ints) -> IntsTable:
    """The bucket of each text in each band, shape (bands, texts)."""
    random = np.random.default_rng(2**31 - 1)
    factors = random.integers(0, 2**32, BANDS * ROWS, np.uint32) | np.uint32(1)
    offsets = random.integers(0, 2**32, BANDS * ROWS, np.uint32)
    keys = np.empty((BANDS, len(bounds) - 1), np.int64)
    _bucket(codes, bounds, factors, offsets, np.empty(BANDS * ROWS, np.uint32), keys)
    return keys


@native
def _bucket(
    codes: Ints, bounds: Ints, factors: Marks, offsets: Marks, lowest: Marks, keys: IntsTable
) -> None:
    """The hash functions are factor · x + offset of a well-mixed x, modulo 2^32."""
    for at in range(len(bounds) - 1):
        for row in range(BANDS * ROWS):
            lowest[row] = _NOTHING
        for place in range(bounds[at], bounds[at + 1]):
            half = np.uint32(_mixed((np.uint64(codes[place]) + np.uint64(1)) * _GOLDEN) >> _HALF)
            for row in range(BANDS * ROWS):
                lowest[row] = min(lowest[row], np.uint32(half * factors[row] + offsets[row]))
        for band in range(BANDS):
            key = np.uint64(0)
            for row in range(band * ROWS, (band + 1) * ROWS):
                key = key * _GOLDEN + np.uint64(lowest[row])
            keys[band, at] = np.int64(_mixed(key))


@inner
def _root(parent: Ints, at: int) -> int:
    while parent[at] != at:
        parent[at] = parent[parent[at]]
        at = parent[at]
    return at


@inner
def _alike(codes: Ints, bounds: Ints, one: int, other: int, similarity: float) -> bool:
    """Whether two texts' Jaccard index, common shingles by all, is as much or more."""
    left, right, common = bounds[one], bounds[other], 0
    ends = bounds[one + 1], bounds[other + 1]
    sizes = ends[0] - left, ends[1] - right
    if min(sizes) < similarity * max(sizes):
        return False
    while left < ends[0] and right < ends[1]:
        ours, theirs = codes[left], codes[right]
        common += ours == theirs
        left += ours <= theirs
        right += theirs <= ours
    return bool(common / (sizes[0] + sizes[1] - common) >= similarity)


@native
def _connect(
    codes: Ints,
    bounds: Ints,
    keys: IntsTable,
    similarity: float,
    parent: Ints,
    last: Small,
    before: Small,
) -> None:
    """Connect texts that share a bucket and are alike.

    Args:
        parent: each text itself; then the first text of its cluster.
        last: a table of buckets, at least twice as many as texts; scratch.
        before: the text before each in its bucket; scratch.
    """
    mask = len(last) - 1
    for band in range(len(keys)):
        for slot in range(len(last)):
            last[slot] = -1
        for at in range(len(parent)):
            key = keys[band, at]
            slot = int(np.uint64(key) >> _HALF) & mask
            while last[slot] >= 0 and keys[band, last[slot]] != key:
                slot = (slot + 1) & mask
            before[at] = other = last[slot]
            last[slot] = at
            for _ in range(REACH):
                if other < 0:
                    break
                left, right = _root(parent, other), _root(parent, at)
                if left != right and _alike(codes, bounds, other, at, similarity):
                    parent[max(left, right)] = min(left, right)
                other = before[other]
    for at in range(len(parent)):
        parent[at] = _root(parent, at)
