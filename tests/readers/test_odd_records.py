"""Records that a stranger wrote: whatever stands where, rows are set aside and nothing breaks."""

import io
import json
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unswarm.model import EVENTS, QUARANTINE
from unswarm.plugins import load
from unswarm.readers import Source
from unswarm.readers._parts.json import values
from unswarm.readers._parts.values import parse_int, parse_time

DATA = Path(__file__).parents[1] / "data"
NAMES = ("reddit", "tiktok", "youtube", "zeeschuimer_platforms", "fourcat", "junkipedia")
FILES = [
    (name, path)
    for name in NAMES
    for path in sorted((DATA / name).iterdir())
    if path.suffix in (".json", ".jsonl", ".ndjson")
]
ODD = [None, True, 0, -1, 10**30, 1.5, 9.06e17, float("inf"), "", "x", [], [None], {}, {"id": [1]}]
TABLES = {**EVENTS, QUARANTINE.name: QUARANTINE}


def spoilt(value: Any, chance: random.Random, share: float) -> Any:
    """A value with some of what is inside replaced by something odd, or left out."""
    if chance.random() < share:
        return chance.choice(ODD)
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if chance.random() > share / 4}
        return {key: spoilt(inner, chance, share) for key, inner in kept.items()}
    return [spoilt(inner, chance, share) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("name", "path"), FILES, ids=[f"{n}/{p.name}" for n, p in FILES])
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.sampled_from((0.02, 0.1, 0.3)))
def test_odd_values_break_nothing(name: str, path: Path, seed: int, share: float) -> None:
    chance = random.Random(seed)
    with path.open(encoding="utf-8") as text:
        whole = [value for _, value in values(text)]
    with tempfile.TemporaryDirectory() as folder:
        odd = Path(folder) / path.name
        records = ({k: spoilt(v, chance, share) for k, v in record.items()} for record in whole)
        odd.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
        for table, rows in load("readers")[name].read(Source(odd)):
            assert rows.schema.equals(TABLES[table].schema)
            if table == "post":
                assert not rows["account"].null_count and not rows["time"].null_count


def test_a_value_nested_too_deeply_is_set_aside() -> None:
    text = io.StringIO('{"a": 1}\n' + '{"a":' * 100_000 + "1\n" + '{"b": 2}\n')
    first, broken, last = (value for _, value in values(text))
    assert (first, last) == ({"a": 1}, {"b": 2})
    assert "nested too deeply" in broken.reason


@pytest.mark.parametrize("number", [10**30, -(10**30), "9" * 400, 1e300, float("inf")])
def test_numbers_beyond_any_column_are_no_counts_and_no_times(number: object) -> None:
    assert parse_int(number) is None
    with pytest.raises(ValueError):
        parse_time(number)
