"""What every tie owes, on every engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import pytest
from example_cases import Events, Pair, show

from unswarm.engines import Engine, open_engine
from unswarm.model import EVENTS, TEXT
from unswarm.plugins import load, summary
from unswarm.ties import Tie, ties

every_tie = pytest.mark.parametrize(("name", "tie"), list(ties().items()))

FAMILIES = {
    *("identity", "photos", "creation", "administration", "infrastructure"),
    *("advertising", "traffic"),
}
MEDIA = ("ip", "network", "device", "phone", "payment", "email", "pattern", "invite", "app")
NOTHING = (None, "", " ")


def tied(engine: Engine, events: Events, tie: Tie) -> set[Pair]:
    """The pairs of accounts that have an object in common, or of which one is the other's."""
    holders: dict[str, set[str]] = defaultdict(set)
    for account, thing in objects(engine, events, tie):
        holders[thing].add(account)
    pairs = {pair for held in holders.values() for pair in combinations(sorted(held), 2)}
    if not tie.between:
        return pairs
    return pairs | ordered((a, thing) for thing, held in holders.items() for a in held)


def objects(engine: Engine, events: Events, tie: Tie) -> set[Pair]:
    """Account and object of every row; null and blank ones are dropped."""
    show(engine, events)
    if tie.prepare:
        tie.prepare(engine)
    rows = engine.fetch(f"SELECT account, object FROM ({tie.rows}) AS seen").to_pylist()
    return {(r["account"], r["object"]) for r in rows if all((v or "").strip() for v in r.values())}


def ordered(pairs: Iterable[tuple[str, str]]) -> set[Pair]:
    return {(min(pair), max(pair)) for pair in pairs}


@every_tie
def test_examples_tie_and_keep_apart(name: str, tie: Tie) -> None:
    assert tie.example.tied
    assert tie.example.apart
    pairs = tied(open_engine(), tie.example.events, tie)
    assert ordered(tie.example.tied) <= pairs
    assert not ordered(tie.example.apart) & pairs


@every_tie
def test_spark_sees_the_same_objects(name: str, tie: Tie, spark: Engine) -> None:
    events = {
        table: [*tie.example.events.get(table, ()), *blank_rows(table)] for table in tie.needs
    }
    assert objects(spark, events, tie) == objects(open_engine(), events, tie)


@every_tie
@pytest.mark.parametrize("nothing", NOTHING)
def test_blanks_tie_nobody(name: str, tie: Tie, nothing: str | None) -> None:
    events = {table: blank_rows(table, (nothing,)) for table in tie.needs}
    assert tied(open_engine(), events, tie) == set()


@every_tie
def test_an_empty_case_ties_nobody(name: str, tie: Tie) -> None:
    assert tied(open_engine(), {}, tie) == set()


@every_tie
def test_reads_only_event_tables(name: str, tie: Tie) -> None:
    """With nothing but the tables it says it needs, it sees the same."""
    assert tie.needs
    assert set(tie.needs) <= set(EVENTS)
    assert set(tie.example.events) <= set(tie.needs)
    engine = open_engine()
    for table in tie.needs:
        engine.see(table, EVENTS[table].rows(list(tie.example.events.get(table, ()))))
    if tie.prepare:
        tie.prepare(engine)
    assert len(engine.fetch(tie.rows))


@every_tie
def test_says_what_it_is(name: str, tie: Tie) -> None:
    line = summary(load("ties")[name])
    assert line.endswith(".")
    assert line.count(". ") == 0
    assert line.split()[0] in ("Accounts", "Pages,")
    assert tie.words == tie.words.strip() != ""
    assert tie.family in FAMILIES
    assert 0 < tie.common < 1


def blank_rows(table: str, nothings: Iterable[str | None] = NOTHING) -> list[Mapping[str, Any]]:
    """Two accounts with whatever kind of row there is, of which every text is blank."""
    texts = [f.name for f in EVENTS[table].fields if f.type == TEXT]
    return [
        dict.fromkeys(texts, nothing) | {"account": who} | kind
        for who in ("ann", "bob")
        for nothing in nothings
        for kind in _kinds(table)
    ]


def _kinds(table: str) -> list[dict[str, str]]:
    """What says which kind of row it is must be there for the blank to be looked at."""
    if table == "infrastructure":
        return [{"medium": medium} for medium in MEDIA]
    if table == "site":
        return [{"trait": trait} for trait in ("analytics", "ads", "verification", "certificate")]
    if table == "role":
        return [{"role": role} for role in ("administers", "moderates", "owns", "advertises")]
    return [{}]
