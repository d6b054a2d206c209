"""The walk through a JSON object, against reading it whole."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.readers._parts.json import Broken
from unswarm.readers._parts.nested import ITEM, START, Path, members


class Pieces:
    """A text that comes a few characters at a time."""

    def __init__(self, text: str, size: int) -> None:
        self._text, self._size = io.StringIO(text), size

    def read(self, size: int, /) -> str:
        return self._text.read(min(size, self._size))


def reference(value: Any, path: Path, depth: int) -> list[tuple[Path, Any]]:
    """What the walk must give, from the value itself."""
    if not isinstance(value, dict | list) or len(path) > depth:
        return [(path, value)]
    inner = value.items() if isinstance(value, dict) else ((ITEM, item) for item in value)
    found = [one for key, item in inner for one in reference(item, (*path, key), depth)]
    return [(path, START), *found]


KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.integers(-1, 3), st.integers(1, 50), st.sampled_from([None, 1]))
def test_it_gives_what_reading_the_whole_gives(
    value: Any, depth: int, size: int, indent: int | None
) -> None:
    text = Pieces(json.dumps(value, indent=indent), size)
    found = [(path, one) for _, path, one in members(text, lambda path: len(path) <= depth)]
    assert found == reference(value, (), depth)


def walk(text: str) -> list[tuple[int, Path, Any]]:
    """Two levels deep; broken values as their reasons."""
    found = members(io.StringIO(text), lambda path: len(path) < 2)
    return [
        (line, path, value.reason if isinstance(value, Broken) else value)
        for line, path, value in found
        if value is not START
    ]


def test_lines_are_those_where_values_begin() -> None:
    text = '{\n "a": 1,\n "b": [\n  {\n   "c": 2\n  },\n  3\n ]\n}'
    assert walk(text) == [(2, ("a",), 1), (4, ("b", ITEM), {"c": 2}), (7, ("b", ITEM), 3)]


def test_reading_goes_on_behind_what_is_broken() -> None:
    text = '{\n "b": [\n  {\n   "c": oops\n  },\n  {\n   "c": 3\n  }\n ],\n "d": 4\n}'
    assert walk(text) == [
        (3, ("b", ITEM), "not JSON: expecting value"),
        (6, ("b", ITEM), {"c": 3}),
        (10, ("d",), 4),
    ]


@pytest.mark.parametrize("text", ['{"a": [1, 2', '{"a": 1, "b', '{"a": 1, "b"', '{"a":'])
def test_a_cut_is_told_once(text: str) -> None:
    assert [value for _, _, value in walk(text) if isinstance(value, str)][-1].startswith("cut")
    assert sum(isinstance(value, str) for _, _, value in walk(text)) == 1


@given(st.text(st.sampled_from('{}[]",:\\x1 \na'), max_size=40))
def test_whatever_it_is_given_it_comes_to_an_end(text: str) -> None:
    assert len(walk(text)) <= 2 * len(text) + 1
