"""One action counts once, in the signal that says most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from unswarm.detection.traces import trace
from unswarm.engines import Engine, open_engine
from unswarm.errors import SettingsError
from unswarm.model import EVENTS

Rows = Sequence[Mapping[str, Any]]


def shown(**events: Rows) -> Engine:
    """An engine that sees these events and no others."""
    engine = open_engine()
    for name, table in EVENTS.items():
        engine.see(name, table.rows(list(events.get(name, ()))))
    return engine


def traced(engine: Engine, *names: str) -> list[dict[str, Any]]:
    trace(engine, names)
    query = "SELECT * FROM trace ORDER BY signal, object, time, account"
    rows: list[dict[str, Any]] = engine.fetch(query).to_pylist()
    return rows


def link(account: str, url: str = "u", time: int = 0, **more: Any) -> dict[str, Any]:
    known = {"domain": "d", "post": f"{account}{time}", "precision": 1, "kind": "original"}
    return {"account": account, "url": url, "time": time} | known | more


def post(account: str, text: str, time: int = 0, **more: Any) -> dict[str, Any]:
    known = {"post": f"{account}{time}", "precision": 1, "kind": "original"}
    return {"account": account, "text": text, "time": time} | known | more


TEXT = "we shall all meet at the harbour"


def test_first_touch_counts() -> None:
    rows = traced(shown(link=[link("ann", time=9), link("ann", time=5), link("bob")]), "links")
    assert [(row["account"], row["time"]) for row in rows] == [("bob", 0), ("ann", 5)]


def test_ties_go_to_the_first_post() -> None:
    same = [link("ann", post="b"), link("ann", post="a"), link("bob")]
    assert {row["post"] for row in traced(shown(link=same), "links")} == {"a", "bob0"}


def test_a_post_that_joins_nobody_stays_where_it_says_most() -> None:
    engine = shown(
        link=[link("ann")], media=[{"account": "ann", "media": "m", "time": 0, "post": "ann0"}]
    )
    assert [(row["signal"], row["object"]) for row in traced(engine)] == [("media", "m")]


def test_a_post_counts_in_its_most_specific_signal() -> None:
    engine = shown(
        link=[link("ann"), link("bob"), link("cat")],
        post=[post("ann", TEXT), post("bob", TEXT), post("cat", "something else altogether here")],
    )
    rows = traced(engine, "links", "texts")
    assert {(row["signal"], row["account"]) for row in rows} == {
        ("texts", "ann"),
        ("texts", "bob"),
        ("links", "cat"),
    }


def test_a_text_of_ones_own_leaves_the_link_to_count() -> None:
    engine = shown(
        link=[link("ann"), link("bob")],
        post=[post("ann", TEXT), post("bob", "something else altogether here")],
    )
    assert {row["signal"] for row in traced(engine)} == {"links"}


def test_posts_without_id_are_told_apart_by_their_time() -> None:
    engine = shown(
        link=[link("ann", post=None, time=5), link("bob")],
        post=[post("ann", TEXT, post=None), post("bob", TEXT, time=1)],
    )
    signals = {(row["signal"], row["account"]) for row in traced(engine, "links", "texts")}
    assert signals == {("links", "ann"), ("links", "bob"), ("texts", "ann"), ("texts", "bob")}


def test_unknown_kind_is_a_reaction() -> None:
    rows = traced(shown(link=[link("ann", kind=None), link("bob")]), "links")
    assert {row["account"]: row["reaction"] for row in rows} == {"ann": True, "bob": False}


def test_an_object_is_born_once_and_never_after_it_is_touched() -> None:
    def repost(account: str, time: int, target_time: int | None) -> dict[str, Any]:
        more = {"kind": "repost", "target_post": "o", "target_time": target_time}
        return post(account, "", time, **more)

    known = shown(post=[repost("ann", 10, None), repost("bob", 20, 3)])
    assert [row["born"] for row in traced(known, "reposts")] == [3, 3]
    late = shown(post=[repost("ann", 10, 90), repost("bob", 20, 90)])
    assert [row["born"] for row in traced(late, "reposts")] == [10, 10]


def test_what_is_unknown_is_filled_in() -> None:
    rows = traced(shown(link=[link(w, domain=None, precision=None) for w in "ab"]), "links")
    assert [(row["source"], row["precision"]) for row in rows] == [("", 1), ("", 1)]


def test_rows_without_account_or_time_are_no_traces() -> None:
    broken = [link("", post="x"), link("ann", post="y") | {"time": None}, link("bob")]
    assert [row["account"] for row in traced(shown(link=broken), "links")] == ["bob"]


def test_names_of_the_signals_with_traces() -> None:
    engine = shown(link=[link("ann"), link("bob")], media=[])
    assert trace(engine) == ["links"]
    assert trace(engine, ["domains", "media"]) == ["domains"]


def test_no_events_no_traces() -> None:
    engine = shown()
    assert trace(engine) == []
    assert engine.fetch("SELECT * FROM trace").num_rows == 0


def test_unknown_signal() -> None:
    with pytest.raises(SettingsError, match="did you mean 'links'"):
        trace(shown(), ["lnks"])
