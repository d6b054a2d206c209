"""Accounts that published the same or nearly the same text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pyarrow as pa

from unswarm.canonical import same_text
from unswarm.engines import Engine
from unswarm.likeness import clusters
from unswarm.signals import Example, Signal

MIN_TEXT = 20
"""Characters of the normal form; what is shorter joins nobody."""

MIN_WORDS = 4
"""Words, in scripts that put spaces between them."""

SIMILARITY = 0.8
"""Jaccard index of their shingles above which two texts are one object."""

SHOWN = 120
"""Characters of a text in its object's name."""

# Scripts without spaces: Thai to Myanmar, Khmer, kana to CJK, compatibility and beyond.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)

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
    places = clusters_of(forms)
    best: dict[int, tuple[int, str]] = {}
    for place, form, count in zip(places, forms, counts, strict=True):
        best[place] = min(best.get(place, (0, "")), (-count, form))
    names = {place: _name(form) for place, (_, form) in best.items()}
    return [names[place] for place in places]


def _name(form: str) -> str:
    if len(form) <= SHOWN:
        return form
    return f"{form[:SHOWN]} … {hashlib.sha256(form.encode()).hexdigest()[:8]}"


def clusters_of(forms: list[str]) -> list[int]:
    """Normal forms → for each the place of the first of the nearly same forms it stands with.

    Each form is its words and pairs of neighbouring words; clusters are what pairs of forms of
    `SIMILARITY` connect.
    """
    if not forms:
        return []
    spaced = [_spaced(form) if _is_unspaced(form) else form for form in forms]
    _, offsets, text = pa.array(spaced, pa.large_string()).buffers()
    starts = np.frombuffer(offsets, np.int64, len(forms) + 1)
    found: list[int] = clusters(np.frombuffer(text, np.uint8), starts, SIMILARITY).tolist()
    return found


def _spaced(form: str) -> str:
    """Overlapping pairs of characters stand in for words where a script does not show them."""
    bare = form.replace(" ", "")
    return " ".join(bare[place : place + 2] for place in range(max(len(bare) - 1, 1)))


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
