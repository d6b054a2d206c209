"""Accounts that published the same or nearly the same text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from unswarm.canonical import same_text
from unswarm.engines import Engine
from unswarm.signals import Example, Signal

MIN_TEXT = 20
"""Characters of the normal form; what is shorter joins nobody."""

MIN_WORDS = 4
"""Words, in scripts that put spaces between them."""

SIMILARITY = 0.8
"""Jaccard index of their shingles above which two texts are one object."""

SHOWN = 120
"""Characters of a text in its object's name."""

BANDS, ROWS = 16, 4
"""MinHash: of two texts of similarity s, a bucket is shared with probability 1 - (1 - s^4)^16."""

# Scripts without spaces: Thai to Myanmar, Khmer, kana to CJK, compatibility and beyond.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)

Indices = NDArray[np.int64]
Keys = NDArray[np.uint64]

_PAIRS_AT_ONCE = 1 << 17

# A repost whose target is unknown repeats a text; with a target it belongs to `reposts`.
_TEXTS = "NOT (coalesce(kind, '') = 'repost' AND trim(coalesce(target_post, '')) <> '')"


def prepare(engine: Engine) -> None:
    """Keep `text_object` (text, object): every text and the object it is, null if too short."""
    texts = engine.fetch(f"""
        SELECT text, count(*) AS posts FROM post WHERE text IS NOT NULL AND {_TEXTS}
        GROUP BY text ORDER BY min(time), min(post), min(account)
    """)
    objects = group(texts.column("text").to_pylist(), texts.column("posts").to_pylist())
    rows = {"text": texts.column("text"), "object": pa.array(objects, pa.string())}
    engine.see("text_rows", pa.table(rows))
    engine.keep("text_object", "SELECT text, object FROM text_rows")


def group(texts: Sequence[str], posts: Sequence[int]) -> list[str | None]:
    """Texts → the object each of them is; None: too short to say that two authors met in it.

    Only sameness decides: replacing words one for one changes no group, because words are numbered
    in the order in which they first appear.

    Args:
        texts: in an order that does not depend on what they say.
        posts: how many posts carry each text; the most frequent form gives the object its name.
    """
    forms = [same_text(text) for text in texts]
    long_enough = [form for form in forms if _is_long_enough(form)]
    counts: dict[str, int] = dict.fromkeys(long_enough, 0)
    for form, number in zip(forms, posts, strict=True):
        if form in counts:
            counts[form] += number
    names = dict(zip(counts, _named(list(counts), list(counts.values())), strict=True))
    return [names.get(form) for form in forms]


def _is_long_enough(form: str) -> bool:
    return len(form) >= MIN_TEXT and (form.count(" ") + 1 >= MIN_WORDS or _is_unspaced(form))


def _is_unspaced(form: str) -> bool:
    return not form.isascii() and 2 * len(_UNSPACED.findall(form)) > len(form)


def _named(forms: list[str], counts: list[int]) -> list[str]:
    """Distinct normal forms → the name of the cluster of each."""
    clusters = clusters_of(forms)
    best: dict[int, tuple[int, str]] = {}
    for cluster, form, count in zip(clusters, forms, counts, strict=True):
        best[cluster] = min(best.get(cluster, (0, "")), (-count, form))
    names = {cluster: _name(form) for cluster, (_, form) in best.items()}
    return [names[cluster] for cluster in clusters]


def _name(form: str) -> str:
    if len(form) <= SHOWN:
        return form
    return f"{form[:SHOWN]} … {hashlib.sha256(form.encode()).hexdigest()[:8]}"


def clusters_of(forms: list[str]) -> list[int]:
    """Normal forms → the number of the cluster of nearly the same forms that each is in.

    Candidates by MinHash and banding (Broder 1997), verified by the exact Jaccard index; clusters
    are what verified pairs connect.
    """
    if not forms:
        return []
    shingles = _shingles(forms)
    left, right = _candidates(shingles)
    alike = _jaccard(shingles, left, right) >= SIMILARITY
    ends = (left[alike], right[alike])
    links = csr_array((np.ones(len(ends[0]), np.int8), ends), shape=(len(forms), len(forms)))
    return [int(label) for label in connected_components(links, directed=False)[1]]


def _shingles(forms: list[str]) -> csr_array:
    """Forms × their distinct words and pairs of neighbouring words, as a sparse matrix of ones."""
    words, starts = _numbered_words(forms)
    texts = np.repeat(np.arange(len(forms)), np.diff(starts))
    within = texts[1:] == texts[:-1]
    pairs = (words[:-1] + 1) * (words.max() + 1) + words[1:]
    codes = np.concatenate([words, pairs[within]])
    rows = np.concatenate([texts, texts[1:][within]])
    _, columns = np.unique(codes, return_inverse=True)
    matrix = csr_array((np.ones(len(codes), np.int32), (rows, columns)))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def _numbered_words(forms: list[str]) -> tuple[Indices, Indices]:
    """All words of all forms, numbered as they first appear, and where each form starts."""
    spaced = [_spaced(form) if _is_unspaced(form) else form for form in forms]
    words = pc.split_pattern(pa.array(spaced, pa.large_string()), " ")
    numbers = words.values.dictionary_encode().indices.to_numpy().astype(np.int64)
    return numbers, words.offsets.to_numpy().astype(np.int64)


def _spaced(form: str) -> str:
    """Overlapping pairs of characters stand in for words where a script does not show them."""
    bare = form.replace(" ", "")
    return " ".join(bare[place : place + 2] for place in range(max(len(bare) - 1, 1)))


def _candidates(shingles: csr_array) -> tuple[Indices, Indices]:
    """Pairs of texts that share a bucket: each with the next and with the first in the bucket."""
    size = shingles.shape[0]
    pairs = np.unique(np.concatenate([_bucket_mates(keys) for keys in _buckets(shingles)]))
    return pairs // size, pairs % size


def _buckets(shingles: csr_array) -> Iterator[Keys]:
    """For each band, the bucket of each text; the constants never change, so neither do groups."""
    random = np.random.default_rng(2**31 - 1)
    spread = random.permutation(shingles.shape[1]).astype(np.uint32) * np.uint32(0x9E3779B1)
    codes = spread[shingles.indices]
    for _ in range(BANDS):
        keys = np.zeros(shingles.shape[0], np.uint64)
        for factor, offset in random.integers(0, 2**32, (ROWS, 2), np.uint32):
            lowest = np.minimum.reduceat(codes * (factor | 1) + offset, shingles.indptr[:-1])
            keys = keys * np.uint64(0x9E3779B97F4A7C15) + lowest
        yield keys


def _bucket_mates(keys: Keys) -> Indices:
    """Pairs within equal keys, each as left · n + right with left < right."""
    order = np.argsort(keys, kind="stable")
    new = np.r_[True, keys[order][1:] != keys[order][:-1]]
    first = order[np.maximum.accumulate(np.where(new, np.arange(len(keys)), 0))]
    later = np.flatnonzero(~new)
    left = np.concatenate([first[later], order[later - 1]])
    return left * len(keys) + np.tile(order[later], 2)


def _jaccard(shingles: csr_array, left: Indices, right: Indices) -> NDArray[np.float64]:
    """The share of two texts' shingles that both have, for each pair."""
    sizes = np.diff(shingles.indptr)
    parts = [slice(at, at + _PAIRS_AT_ONCE) for at in range(0, len(left), _PAIRS_AT_ONCE)]
    both = [shingles[left[part]].multiply(shingles[right[part]]).sum(axis=1) for part in parts]
    common: NDArray[np.float64] = np.concatenate([np.zeros(0), *both])
    return common / (sizes[left] + sizes[right] - common)


signal = Signal(
    traces=f"""
        SELECT account, object, time, post, kind IS NULL OR kind = 'repost' AS reaction,
               CASE WHEN kind = 'repost' THEN target_time END AS born,
               CASE WHEN kind = 'repost' THEN target_account END AS source, precision
        FROM (SELECT * FROM post WHERE {_TEXTS}) p JOIN text_object USING (text)
    """,
    window=timedelta(seconds=300),
    specificity=80,
    needs=("post",),
    chosen=True,
    prepare=prepare,
    example=Example(
        events={
            "post": [
                {"account": who, "text": text, "kind": kind, "time": time, "post": who}
                for who, text, kind, time in [
                    ("ann", "Everyone should vote on Sunday! https://a.example/1", "original", 0),
                    ("bob", "RT @ann: everyone SHOULD vote on Sunday", "repost", 300_000),
                    ("cat", "everyone should vote on sunday morning", "original", 9),
                    ("dan", "everyone should vote on sunday", "original", 600_001),
                    ("eve", "everyone should stay home on monday", "original", 0),
                    ("fay", "@zoe @yan https://a.example/1", "original", 0),
                    ("gus", "@zoe @yan https://a.example/1", "original", 0),
                    ("hal", "Good morning!", "original", 0),
                    ("ida", "Good morning!", "original", 0),
                    ("jon", "", "original", 0),
                    ("kim", "", "original", 0),
                ]
            ]
        },
        together=[("ann", "bob"), ("ann", "cat")],
        apart=[("bob", "dan"), ("ann", "eve"), ("fay", "gus"), ("hal", "ida"), ("jon", "kim")],
    ),
)
