"""What counts as the same text, and that nothing but sameness does."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import needs
from unswarm.engines import open_engine
from unswarm.model import POST
from unswarm.signals import texts

WORDS = [f"{letter}{number:05}" for letter in "abc" for number in range(12)]


def groups(written: Sequence[str]) -> list[int | None]:
    """For each text, the place of the first text of its object; None: too short."""
    return _places(texts.group(written, [1] * len(written)))


def _places(objects: list[str | None]) -> list[int | None]:
    first: dict[str | None, int] = {None: -1}
    return [None if name is None else first.setdefault(name, n) for n, name in enumerate(objects)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Everyone must vote on Sunday", "everyone MUST vote, on sunday!!! 🎉"),
        ("Everyone must vote on Sunday", "RT @ann: Everyone must vote on Sunday"),
        ("Everyone must vote on Sunday https://t.co/a", "@bob Everyone must vote on Sunday"),
        ("one two three four five six seven", "one two three four five six seven eight"),
        (
            "今天我们在广场上集合请大家一起来参加这个活动吧",
            "今天我们在广场上集合请大家一起来参加这个活动哦",
        ),
    ],
)
def test_the_same(first: str, second: str) -> None:
    assert groups([first, second]) == [0, 0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("one two three four five six seven", "one two three zero five six seven"),
        ("one two three four five six seven", "seven six five four three two one"),
        (
            "今天我们在广场上集合请大家一起来参加这个活动",
            "昨天他们从车站出发没有人愿意留下来等候下一班",
        ),
    ],
)
def test_not_the_same(first: str, second: str) -> None:
    assert groups([first, second]) == [0, 1]


@pytest.mark.parametrize("short", ["", "@ann https://a.example/1 🎉", "Good morning!", "a" * 40])
def test_too_short_to_say_that_authors_met(short: str) -> None:
    assert groups([short, short]) == [None, None]


def test_no_texts() -> None:
    assert groups([]) == []


def test_likeness_reaches_over_a_text_in_between() -> None:
    chain = [f"one two three four five six seven {' '.join('xyz'[:n])}" for n in range(3)]
    assert groups(chain) == [0, 0, 0]


def test_the_most_frequent_form_gives_the_name() -> None:
    long = "one two three four five six seven eight"
    assert texts.group(["one two three four five six seven", long], [1, 2]) == [long, long]


def test_long_names_are_cut_and_stay_apart() -> None:
    words = [f"word{n:03}" for n in range(60)]
    names = texts.group([" ".join(words), " ".join(words[:15] + words[40:])], [1, 1])
    assert names[0] != names[1]
    assert all(name is not None and len(name) < 140 for name in names)
    assert names[0][:120] == names[1][:120]  # type: ignore[index]


def test_table_tells_what_is_too_short() -> None:
    engine = open_engine()
    rows = [{"text": "Good morning!"}, {"text": "Everyone must vote on Sunday"}, {"text": None}]
    engine.see("post", POST.rows(rows))
    texts.prepare(engine)
    found = engine.fetch("SELECT text, object FROM text_object ORDER BY text").to_pylist()
    assert [row["object"] for row in found] == ["everyone must vote on sunday", None]


def _replaced(written: Sequence[str], seed: int) -> list[str]:
    """Every word replaced, one for one, by another of seven letters."""
    words = sorted({word for text in written for word in text.split()})
    numbers = random.Random(seed).sample(range(26**6), len(words))
    news = {word: _spelled(number) for word, number in zip(words, numbers, strict=True)}
    return [" ".join(news[word] for word in text.split()) for text in written]


def _spelled(number: int) -> str:
    return "w" + "".join(chr(ord("a") + number // 26**place % 26) for place in range(6))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), max_size=25),
    st.integers(0, 1000),
)
def test_words_say_nothing_but_same_or_not(written: list[list[str]], seed: int) -> None:
    sentences = [" ".join(words) for words in written]
    assert groups(_replaced(sentences, seed)) == groups(sentences)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS[:9]), min_size=4, max_size=9), max_size=25))
def test_groups_are_what_the_jaccard_index_connects(written: list[list[str]]) -> None:
    forms = list(dict.fromkeys(" ".join(words) for words in written))
    clusters = texts.clusters_of(forms)
    pairs = combinations(range(len(forms)), 2)
    same = [pair for pair in pairs if _alike(*(forms[place] for place in pair))]
    assert all(clusters[a] == clusters[b] for a, b in same)
    assert len(set(clusters)) == _components(len(forms), same)


def _shingles(form: str) -> set[object]:
    words = form.split()
    return {*words, *pairwise(words)}


def _alike(first: str, second: str) -> bool:
    a, b = _shingles(first), _shingles(second)
    return len(a & b) / len(a | b) >= texts.SIMILARITY


def _components(size: int, pairs: list[tuple[int, int]]) -> int:
    parent = list(range(size))
    find: Callable[[int], int] = lambda x: x if parent[x] == x else find(parent[x])  # noqa: E731
    for a, b in pairs:
        parent[find(a)] = find(b)
    return len({find(x) for x in range(size)})


def test_real_texts_do_not_depend_on_their_words() -> None:
    path = needs("positive_only", "ira_2016_autumn", "events.parquet")
    column = pq.read_table(path, columns=["text"]).column("text").to_pylist()
    forms = [texts.same_text(text) for text in column[:20_000] if text]
    once, again = (texts.group(_replaced(forms, seed), [1] * len(forms)) for seed in (0, 1))
    assert _places(once) == _places(again)
    assert len(set(once)) < len(set(forms))
