"""Words that mean nothing, names of no people, sentences and their paraphrases."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from unswarm.simulate.worlds import Flags, Integers

Texts = NDArray[np.object_]

MARK = "_example"  # ends every handle: longer than Twitter allows, no name of anybody's

_NOUNS = """
acorn amber anchor apple arch aspen badge barley basil beacon bell birch bloom boat bridge brook
button cabin candle canyon cedar chalk cliff clover coast comet copper coral cotton crane creek
dawn delta dune ember falcon feather fern field fjord flint forest fox garden gate glacier grove
harbor hazel heron hill ivy jade juniper kettle kite lake lamp lantern larch leaf lily linden
lotus maple marble meadow mill mint mirror moon moss oak oasis olive opal orchard otter owl pearl
pebble pepper pine plum pond poppy prairie quartz quill rain raven reed ridge river robin rose
saddle sage sail shell silver sky slate snow sparrow spring spruce star stone summit thistle tide
timber tulip valley velvet violet walnut wave willow wind wren
"""
NOUNS: Texts = np.array(_NOUNS.split(), object)

_SYLLABLES = [a + b for a, b in product("bdfghklmnprstvwz", "aeiou")]


def either(holds: Flags, yes: Texts | str | None, no: Texts | str | None) -> Texts:
    """One text or the other, entry by entry; None: nothing."""
    made: Texts = np.full(len(holds), no, object) if not isinstance(no, np.ndarray) else no.copy()
    made[holds] = yes[holds] if isinstance(yes, np.ndarray) else yes
    return made


def is_said(texts: Texts) -> Flags:
    """Whether each is there."""
    return np.array([text is not None for text in texts], bool)


def blank(size: int) -> Texts:
    """That many times None."""
    return np.full(size, None, object)


def vocabulary(random: Generator, size: int = 4_000) -> Texts:
    """Words of two or three syllables, all different."""
    pairs = [a + b for a, b in product(_SYLLABLES, _SYLLABLES)]
    chosen = random.permutation(len(pairs))[: size // 2]
    short = [pairs[k] for k in chosen]
    return np.array(short + [w + _SYLLABLES[k % 80] for k, w in enumerate(short)], object)


def sentences(random: Generator, words: Texts, number: int, low: int = 7, high: int = 16) -> Texts:
    """Sentences of `low` to `high` words, the frequent words first in the vocabulary."""
    lengths = random.integers(low, high, number)
    picks = (random.random(int(lengths.sum())) ** 2 * len(words)).astype(np.int64)
    parts = np.split(words[picks], np.cumsum(lengths)[:-1]) if number else []
    said = blank(number)
    said[:] = [" ".join(part) for part in parts]
    return said


def paraphrases(random: Generator, words: Texts, texts: Texts, share: float) -> Texts:
    """Texts, of which that share has half of its words replaced by others."""
    changed = texts.copy()
    for row in np.flatnonzero(random.random(len(texts)) < share):
        said = np.array(str(texts[row]).split(), object)
        at = random.permutation(len(said))[: (len(said) + 1) // 2]
        said[at] = words[random.integers(0, len(words), len(at))]
        changed[row] = " ".join(said)
    return changed


def titled(words: Texts) -> Texts:
    """`lake` → `Lake`."""
    made = blank(len(words))
    made[:] = [word.capitalize() for word in words]
    return made


def nouns(random: Generator, number: int, first: int | None = None) -> Texts:
    """Nouns by chance, of the first so many."""
    return NOUNS[random.integers(0, first or len(NOUNS), number)]


def pairs_of_nouns(random: Generator, number: int) -> Texts:
    """Two nouns each, as displayed names: `Amber Lake`."""
    pair: Texts = titled(nouns(random, number)) + " " + titled(nouns(random, number))
    return pair


def handles(random: Generator, number: int) -> Texts:
    """Handles as people choose them: five styles."""
    one, two = nouns(random, number), nouns(random, number)
    digits = random.integers(1, 999, number)
    style = random.integers(0, 5, number)
    made = blank(number)
    made[:] = [_handle(*parts) + MARK for parts in zip(style, one, two, digits, strict=True)]
    return made


def _handle(style: int, one: str, two: str, digits: int) -> str:
    return (
        f"{one}.{two}{digits}",
        f"{one}{two}{digits}",
        f"{two}_{one}{digits % 100}",
        f"the{one}{two}{digits}",
        f"{one}{digits}{two}",
    )[style]


def numbered(prefix: str, numbers: Integers, digits: int = 7) -> Texts:
    """`synthetic-f-`, [12] → `synthetic-f-0000012`."""
    return np.array([f"{prefix}{number:0{digits}d}" for number in numbers.tolist()], object)
