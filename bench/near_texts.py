"""How many texts a second are compared with all others, and which alike pairs are missed.

    python bench/near_texts.py TABLE.parquet [--column text] [--copies N] [--sample N]

TABLE holds one text a row, e.g. the tweets of an archive. Equal normal forms are put together;
what is timed is how the distinct ones are clustered. `--copies` makes N times as many, each of the
first half of one text and the second half of another. The floor is to number the words, which every
method must look at. Recall is against all pairs with a Jaccard index of 0.8 or more among the first
`--sample` forms, found by an exact join (prefix filter, Bayardo et al. 2007).
"""

from __future__ import annotations

import random
import resource
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from _runs import table
from unswarm import likeness
from unswarm.canonical import same_text
from unswarm.signals import texts

Shingles = frozenset[str | tuple[str, str]]


def main() -> None:
    """Read, group, cluster; print figures."""
    parser = ArgumentParser(description="Speed and recall of near-duplicate texts.")
    parser.add_argument("table", type=Path)
    parser.add_argument("--column", default="text")
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--sample", type=int, default=20_000)
    options = parser.parse_args()
    forms = distinct(options)
    texts.clusters_of(forms[:100])  # compiled, if it never was
    speed(forms)
    recall(forms[: options.sample])


def distinct(options: Namespace) -> list[str]:
    """The distinct normal forms that are long enough to be compared."""
    column = pq.read_table(options.table, columns=[options.column]).column(0)
    written = mixed([text for text in column.to_pylist() if text], options.copies)
    begin = time.process_time()
    forms = [form for form in map(same_text, written) if texts._is_long_enough(form)]
    found = list(dict.fromkeys(forms))
    seconds = time.process_time() - begin
    print(f"{len(written):,} texts, {len(found):,} distinct forms: {rate(len(written), seconds)}")
    return found


def mixed(written: list[str], copies: int) -> list[str]:
    """The texts, and others made of halves of two of them; the same ones every time."""
    draw, split = random.Random(1), [text.split() for text in written] if copies > 1 else []
    more: list[str] = []
    while len(more) < (copies - 1) * len(written):
        one, other = draw.choice(split), draw.choice(split)
        more.append(" ".join([*one[: len(one) // 2 + 1], *other[len(other) // 2 :]]))
    return [*written, *more]


def rate(count: int, seconds: float) -> str:
    """Seconds and how many that is in one."""
    return f"{seconds:.2f} CPU s, {count / seconds:,.0f} a CPU second"


def speed(forms: Sequence[str]) -> None:
    """Print what clustering costs, beside the floor."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.process_time()
    places = texts.clusters_of(list(forms))
    seconds = time.process_time() - begin
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
    _, offsets, text = pa.array(forms, pa.large_string()).buffers()
    begin = time.process_time()
    starts = np.frombuffer(offsets, np.int64, len(forms) + 1)
    likeness.numbered(np.frombuffer(text, np.uint8), starts)
    floor = time.process_time() - begin
    head = ["step", "CPU s", "texts a CPU second", "ratio to the floor", "MiB more"]
    rows = [
        ["floor: number the words", f"{floor:.2f}", f"{len(forms) / floor:,.0f}", "1.0", ""],
        [
            f"clusters: {len(set(places)):,}",
            *(f"{seconds:.2f}", f"{len(forms) / seconds:,.0f}", f"{seconds / floor:.1f}"),
            f"{peak:,}",
        ],
    ]
    print(table(head, rows))


def recall(forms: Sequence[str]) -> None:
    """Print how many alike pairs of some forms are in one cluster."""
    begin = time.process_time()
    pairs = exact([shingles(form) for form in forms])
    seconds = time.process_time() - begin
    places = texts.clusters_of(list(forms))
    missed = sum(places[one] != places[other] for one, other in pairs)
    share = 1 - missed / len(pairs) if pairs else 1.0
    print(f"exact join of {len(forms):,}: {rate(len(forms), seconds)}")
    print(f"{len(pairs):,} alike pairs, {missed} missed: recall {share:.4f}")


def shingles(form: str) -> Shingles:
    """The words of a form, and its pairs of neighbours."""
    words = form.split(" ")
    return frozenset([*words, *pairwise(words)])


def exact(sets: Sequence[Shingles]) -> list[tuple[int, int]]:
    """All pairs that are alike: such share one of the rarest items of each."""
    count = Counter(item for some in sets for item in some)
    holders: dict[str | tuple[str, str], list[int]] = {}
    found: set[tuple[int, int]] = set()
    for place, some in enumerate(sets):
        rarest = sorted(some, key=lambda item: (count[item], str(item)))
        for item in rarest[: len(some) - ceil(texts.SIMILARITY * len(some)) + 1]:
            near = holders.setdefault(item, [])
            found |= {(other, place) for other in near if alike(sets[other], some)}
            near.append(place)
    return sorted(found)


def alike(one: Shingles, other: Shingles) -> bool:
    """Whether the Jaccard index of two sets is `SIMILARITY` or more."""
    return len(one & other) / len(one | other) >= texts.SIMILARITY


if __name__ == "__main__":
    main()
