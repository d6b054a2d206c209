"""Nearly the same texts, against a slow and obvious way to find them."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import needs
from unswarm import likeness
from unswarm.canonical import same_text

SIMILARITY = 0.8

words = st.text(st.characters(codec="utf-8", exclude_characters=" "), max_size=3)
forms = st.lists(st.lists(words, min_size=1, max_size=9).map(" ".join), max_size=30)


def packed(some: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Texts as the bytes of all and where each begins."""
    written = [text.encode() for text in some]
    starts = np.cumsum([0, *map(len, written)], dtype=np.int64)
    return np.frombuffer(b"".join(written), np.uint8), starts


def sets(some: list[str]) -> list[frozenset[object]]:
    """The words and the pairs of neighbours of each text."""
    split = [text.split(" ") for text in some]
    return [frozenset([*own, *pairwise(own)]) for own in split]


def alike(one: frozenset[object], other: frozenset[object]) -> bool:
    return len(one & other) / len(one | other) >= SIMILARITY


@settings(deadline=None)  # the first call compiles
@given(forms)
def test_words_are_numbered_as_they_appear(some: list[str]) -> None:
    numbers, begins, count = likeness.numbered(*packed(some))
    known: dict[str, int] = {}
    split = [text.split(" ") for text in some]
    assert numbers.tolist() == [known.setdefault(w, len(known)) for own in split for w in own]
    assert begins.tolist() == np.cumsum([0, *map(len, split)]).tolist()
    assert count == len(known)


def test_more_words_than_the_first_table_holds() -> None:
    some = [" ".join(f"w{n}" for n in range(at, at + 50)) for at in range(0, 30_000, 10)]
    numbers, _, count = likeness.numbered(*packed(some))
    assert count == 30_040
    assert numbers.max() == count - 1


@settings(deadline=None)  # the first call compiles
@given(forms)
def test_texts_are_sets_of_words_and_neighbours(some: list[str]) -> None:
    codes, bounds = likeness.shingles(*likeness.numbered(*packed(some)))
    assert np.diff(bounds).tolist() == [len(own) for own in sets(some)]
    parts = [codes[a:b].tolist() for a, b in pairwise(bounds.tolist())]
    assert all(part == sorted(set(part)) for part in parts)


def test_long_texts_are_sorted_too() -> None:
    draw = np.random.default_rng(1)
    some = [" ".join(map(str, draw.integers(0, size, size))) for size in (3, 200, 5_000)]
    codes, bounds = likeness.shingles(*likeness.numbered(*packed(some)))
    assert np.diff(bounds).tolist() == [len(own) for own in sets(some)]
    assert all((np.diff(codes[a:b]) > 0).all() for a, b in pairwise(bounds.tolist()))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=4, max_size=9), max_size=25))
def test_clusters_are_what_the_jaccard_index_connects(written: list[list[str]]) -> None:
    some = list(dict.fromkeys(map(" ".join, written)))
    own, parent = sets(some), list(range(len(some)))
    for one, other in combinations(range(len(some)), 2):
        if alike(own[one], own[other]):
            left, right = sorted((parent[one], parent[other]))
            parent = [left if root == right else root for root in parent]
    assert likeness.clusters(*packed(some), SIMILARITY).tolist() == parent


def test_of_real_texts_one_pair_in_a_thousand_may_be_missed() -> None:
    path = needs("positive_only", "ira_2016_autumn", "events.parquet")
    column = pq.read_table(path, columns=["text"]).column("text").to_pylist()
    some = list(dict.fromkeys(form for text in column if (form := same_text(text or ""))))[:20_000]
    found = likeness.clusters(*packed(some), SIMILARITY)
    pairs = exact(sets(some))
    missed = sum(found[one] != found[other] for one, other in pairs)
    assert len(pairs) > 100
    assert missed <= len(pairs) / 1_000


def exact(own: list[frozenset[object]]) -> list[tuple[int, int]]:
    """Every pair of alike sets: two such share one of the rarest fifth of the items of each."""
    count: dict[object, int] = {}
    for some in own:
        for item in some:
            count[item] = count.get(item, 0) + 1
    holders: dict[object, list[int]] = {}
    found = set()
    for place, some in enumerate(own):
        rarest = sorted(some, key=lambda item: (count[item], str(item)))
        for item in rarest[: len(some) - int(np.ceil(SIMILARITY * len(some))) + 1]:
            near = holders.setdefault(item, [])
            found |= {(other, place) for other in near if alike(own[other], some)}
            near.append(place)
    return sorted(found)
