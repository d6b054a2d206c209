"""Sketches say how many people there are, within the error they state."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from unswarm import sketches
from unswarm.cli import app
from unswarm.errors import SettingsError
from unswarm.model import FOLLOW, ROLE
from unswarm.readers import Source, operation
from unswarm.sketches import METHODS, Estimate, Sketcher, decoded, merged, unsound

every_method = pytest.mark.parametrize("method", METHODS)
Lists = dict[str, set[int]]


def sketcher_of(lists: Lists, key: str = "key", method: str = "hll", **how: Any) -> Sketcher:
    sketcher = Sketcher(key, method, **how)
    rows = [{"account": f"p{n}", "target": target} for target, of in lists.items() for n in of]
    sketcher.add("follow", FOLLOW.rows(rows))
    return sketcher


def pairs(*made: Sketcher) -> list[tuple[str, bytes]]:
    return [(row["method"], row["sketch"]) for one in made for row in one.rows().to_pylist()]


@every_method
@settings(max_examples=50, deadline=None)
@given(
    lists=st.dictionaries(
        st.sampled_from(["page1", "page2", "page3"]), st.sets(st.integers(0, 60), min_size=1)
    )
)
def test_few_people_are_counted_exactly(method: str, lists: Lists) -> None:
    truth = len(set().union(*lists.values()))
    found = merged(pairs(sketcher_of(lists, method=method)))
    assert [(e.low, e.high) for e in found] == [(truth, truth)] * bool(lists)


@every_method
def test_many_people_are_counted_within_the_stated_error(method: str) -> None:
    """12 keys are 12 draws: at 95 % hardly one lies outside, 5 or more with p < 1e-3."""
    lists = {"page1": set(range(90_000)), "page2": set(range(70_000, 160_000))}
    found = [merged(pairs(sketcher_of(lists, str(key), method)))[0] for key in range(12)]
    assert sum(not e.low <= 160_000 <= e.high for e in found) < 5
    assert all(0.001 < e.error < 0.03 for e in found)
    assert all(abs(e.value - 160_000) < 0.04 * 160_000 for e in found)


@every_method
def test_merging_is_the_sketch_of_everybody(method: str) -> None:
    apart = [sketcher_of({"page1": of}, method=method) for of in ({1, 2, 3}, {3, 4})]
    assert merged(pairs(*apart)) == merged(
        pairs(sketcher_of({"page1": {1, 2, 3, 4}}, method=method))
    )


def test_the_order_and_repetition_of_rows_make_no_difference() -> None:
    rows = [{"account": f"p{n % 50}", "target": f"page{n % 3}"} for n in range(300)]
    once, again = Sketcher("key"), Sketcher("key")
    once.add("follow", FOLLOW.rows(rows))
    for row in reversed(rows):
        again.add("follow", FOLLOW.rows([row]))
    assert merged(pairs(once)) == merged(pairs(again))
    assert once.rows()["target"].to_pylist() == ["page0", "page1", "page2"]


def test_only_who_has_the_key_gets_the_same_sketch() -> None:
    of = {"page1": {1, 2, 3}}
    first, second, other = (sketcher_of(of, key) for key in ("a", "a", "b"))
    assert first.rows().equals(second.rows()) and not first.rows().equals(other.rows())
    assert merged(pairs(first, other))[0].value == pytest.approx(6)


def test_members_are_taken_from_roles() -> None:
    sketcher = Sketcher()
    roles = [("a", "member"), ("b", "administers"), (None, "member"), ("c", "member")]
    table = ROLE.rows([{"account": a, "role": r, "target": "group1"} for a, r in roles])
    assert (sketcher.add("role", table), sketcher.add("site", pa.table({}))) == (2, 0)
    (row,) = sketcher.rows().to_pylist()
    assert (row["target"], row["relation"]) == ("group1", "member")
    assert merged([(row["method"], row["sketch"])])[0].low == 2


@every_method
def test_what_is_no_sketch_is_told(method: str) -> None:
    (good,) = pairs(sketcher_of({"page1": set(range(2_000))}, method=method))
    cut = good[1][: len(good[1]) // 2]
    given = [(method, b""), good, (method, b"abc"), (method, b"\0" * 100), ("bloom", b""), good]
    assert unsound([*given, (method, cut)]) == {0, 2, 3, 4, 6}
    assert unsound([]) == set()
    with pytest.raises(ValueError, match=f"not a sketch of the method {method}"):
        merged([(method, b"abc")])


def test_damaged_sketches_end_no_reading() -> None:
    """Some damaged sketches end the process that merges them; those that are left end none."""
    draw = random.Random(0)
    (good,) = pairs(sketcher_of({"page1": set(range(30_000))}))
    given = [("hll", damaged(good[1], draw)) for _ in range(40)]
    bad = unsound([good, *given, good])
    assert bad and 0 not in bad and len(given) + 1 not in bad
    for at in set(range(len(given))) - {place - 1 for place in bad}:
        merged([good, given[at], good])


def damaged(sketch: bytes, draw: random.Random) -> bytes:
    changed = bytearray(sketch)
    for _ in range(2):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


@given(st.binary(max_size=90))
def test_base64_of_either_alphabet_is_read(content: bytes) -> None:
    import base64

    for write in (base64.b64encode, base64.urlsafe_b64encode):
        text = write(content).decode()
        assert decoded(text) == decoded(text.rstrip("=")) == content


def test_an_estimate_of_nobody_has_no_error() -> None:
    assert (Estimate(0, 0.0, 0).error, Estimate(90, 100.0, 120).error) == (0, 0.2)


def test_without_the_extra_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketches, "available", lambda: False)
    with pytest.raises(SettingsError, match=r"pip install 'unswarm\[sketches\]'"):
        Sketcher()
    path = Path(__file__).parent / "data" / "operation" / "sketches.csv"
    with pytest.raises(SettingsError, match="extra"):
        list(operation.read(Source(path)))


def test_an_unknown_method_is_told() -> None:
    with pytest.raises(SettingsError, match=r"Unknown method 'bloom'.*hll or theta"):
        Sketcher(method="bloom")


# --- the command


def run(*args: str) -> Any:
    return CliRunner().invoke(app, ["sketch", *args], env={"UNSWARM_KEY": ""})


def test_the_command_writes_what_the_reader_reads(tmp_path: Path) -> None:
    source, to = tmp_path / "f.csv", tmp_path / "sketches.csv"
    source.write_text("follower,followee,country\na,page1,RO\nb,page1,\n,page1,\nc,page2,MD\n")
    done = run(str(source), "--to", str(to), "--key", "secret", "--by-country")
    assert done.exit_code == 0, done.output
    assert "4 sketches of 3 rows; 1 rows rejected." in done.output and "Note" not in done.output
    ((_, rows),) = operation.read(Source(to))
    assert list(zip(rows["target"].to_pylist(), rows["country"].to_pylist(), strict=True)) == [
        ("page1", None),
        ("page1", "RO"),
        ("page2", None),
        ("page2", "MD"),
    ]
    assert b"secret" not in to.read_bytes()


def test_the_command_warns_without_a_key(tmp_path: Path) -> None:
    source = tmp_path / "f.csv"
    source.write_text("account,target\na,page1\n")
    assert "Note: without --key" in run(str(source), "--to", str(tmp_path / "s.csv")).output


def test_the_command_says_that_nobody_follows(tmp_path: Path) -> None:
    source = tmp_path / "rates.csv"
    source.write_text("currency,into,rate\nEUR,USD,1.1\n")
    done = run(str(source), "--to", str(tmp_path / "s.csv"))
    assert "no followers and no members" in str(done.exception)
    assert not (tmp_path / "s.csv").exists()
