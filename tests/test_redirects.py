"""Links and ads lead where the redirects end that somebody brings; nothing is looked up."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm import open_case
from unswarm.canonical import SHORTENERS, clean_url
from unswarm.detection.caveats import _shortened
from unswarm.engines import Engine, open_engine
from unswarm.measures._evidence import NO_DESTINATION
from unswarm.model import AD, LINK, POST, REDIRECT, SECOND
from unswarm.store import Intake, Taken, resolved, see_events

SHORT = "https://bit.ly/1"


def site(url: str) -> str:
    """The domain of an address like https://a.example/1; of a bare letter, a letter."""
    return url.split("/")[2] if "//" in url else url.upper()


def table(*steps: tuple[str | None, str | None]) -> pa.Table:
    return REDIRECT.rows(
        [
            {"url": url, "target": to, "domain": None if to is None else site(to)}
            for url, to in steps
        ]
    )


def ends(*steps: tuple[str | None, str | None]) -> dict[str, tuple[str, int]]:
    rows = resolved(table(*steps)).to_pylist()
    assert len({row["url"] for row in rows}) == len(rows)
    assert all(row["domain"] == site(row["target"]) for row in rows)
    return {row["url"]: (row["target"], row["hops"]) for row in rows}


# --- where an address ends


def test_a_chain_ends_at_its_last_address() -> None:
    assert ends(("a", "b"), ("c", "d"), ("b", "c")) == {
        "a": ("d", 3),
        "b": ("d", 2),
        "c": ("d", 1),
    }


def test_of_several_targets_the_first_in_order_counts_whatever_the_rows_order() -> None:
    assert ends(("a", "z"), ("a", "m")) == ends(("a", "m"), ("a", "z")) == {"a": ("m", 1)}


def test_an_address_that_leads_to_itself_leads_nowhere() -> None:
    assert ends(("a", "a")) == {}
    assert ends(("a", "b"), ("b", "b")) == {"a": ("b", 1)}
    assert ends(("b", "b"), ("b", "c"), ("a", "b")) == {"a": ("c", 2), "b": ("c", 1)}


def test_addresses_of_a_loop_stay_and_what_leads_into_it_ends_where_it_enters() -> None:
    assert ends(("a", "b"), ("b", "a")) == {}
    assert ends(("s", "a"), ("a", "b"), ("b", "c"), ("c", "a")) == {"s": ("a", 1)}
    assert ends(("r", "s"), ("s", "b"), ("a", "b"), ("b", "a")) == {"r": ("b", 2), "s": ("b", 1)}


def test_rows_without_an_address_or_a_target_lead_nowhere() -> None:
    assert ends((None, "b"), ("a", None), ("c", "")) == {}
    assert ends(("a", None), ("a", "b")) == {"a": ("b", 1)}


def test_a_long_chain_is_walked_once() -> None:
    last = 20_000
    chain = [(f"u{n:05}", f"u{n + 1:05}") for n in range(last)]
    assert ends(*chain)["u00000"] == (f"u{last:05}", last)


def slowly(steps: list[tuple[str, str]]) -> dict[str, tuple[str, int]]:
    """Follow each address alone, one step at a time, until it stops or has been there before."""
    found = {}
    for start, _ in steps:
        walk = [start]
        while True:
            onward = sorted(to for url, to in steps if url == walk[-1] and to != url)
            if not onward or onward[0] in walk:
                break
            walk.append(onward[0])
        end = walk.index(onward[0]) if onward else len(walk) - 1
        in_loop = onward and end == 0
        if len(walk) > 1 and not in_loop and end:
            found[start] = (walk[end], end)
    return found


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=14))
def test_ends_are_those_of_walking_step_by_step(steps: list[tuple[str, str]]) -> None:
    assert ends(*steps) == slowly(steps)


@given(st.permutations([("a", "b"), ("b", "c"), ("a", "d"), ("e", "f"), ("f", "e"), ("g", "e")]))
def test_the_order_of_the_rows_changes_nothing(steps: list[tuple[str, str]]) -> None:
    assert ends(*steps) == {"a": ("c", 2), "b": ("c", 1), "g": ("e", 1)}


# --- a case as Parquet


def links(*urls: tuple[str, str]) -> pa.Table:
    """(post, address) → links of ann."""
    return LINK.rows(
        [
            {"account": "ann", "time": 0, "precision": SECOND, "post": post, "kind": "original",
             "url": url, "domain": site(url)}
            for post, url in urls
        ]
    )  # fmt: skip


def engine_of(folder: Path, *sources: dict[str, pa.Table]) -> Engine:
    """An engine that sees a case whose sources gave these tables."""
    taken = []
    for number, tables in enumerate(sources, start=1):
        intake = Intake(folder / "events", number)
        for name, rows in tables.items():
            intake.write(name, rows)
        taken.append(
            Taken(
                number, "f.csv", f"{number}", 1, "tables", "", rows=intake.rows, files=intake.files
            )
        )
    engine = open_engine()
    see_events(engine, folder / "events", taken)
    return engine


def led(engine: Engine, name: str = "link") -> list[tuple[str | None, str | None]]:
    rows = engine.fetch(f"SELECT url, domain FROM {name} ORDER BY url").to_pylist()
    return [(row["url"], row["domain"]) for row in rows]


def test_links_and_ads_lead_where_the_redirects_end(tmp_path: Path) -> None:
    ads = AD.rows(
        [
            {"ad": "1", "account": "page", "url": SHORT, "domain": "bit.ly"},
            {"ad": "2", "account": "page"},
        ]
    )
    redirects = table((SHORT, "https://t.co/2"), ("https://t.co/2", "https://a.example/x"))
    posts = {"link": links(("p1", SHORT), ("p2", "https://b.example/y"), ("p3", "https://t.co/3"))}
    engine = engine_of(tmp_path, posts | {"ad": ads}, {"redirect": redirects})
    assert led(engine) == [
        ("https://a.example/x", "a.example"),
        ("https://b.example/y", "b.example"),
        ("https://t.co/3", "t.co"),
    ]
    assert led(engine, "ad") == [("https://a.example/x", "a.example"), (None, None)]


def test_what_was_led_on_can_be_looked_up(tmp_path: Path) -> None:
    redirects = table((SHORT, "https://t.co/2"), ("https://t.co/2", "https://a.example/x"))
    engine = engine_of(tmp_path, {"link": links(("p1", SHORT)), "redirect": redirects})
    assert engine.fetch("SELECT * FROM led_link").to_pylist() == [
        {"account": "ann", "post": "p1", "url": SHORT, "domain": "bit.ly", "hops": 2,
         "target": "https://a.example/x", "target_domain": "a.example"}
    ]  # fmt: skip


def test_without_redirects_links_stay_what_they_are(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, {"link": links(("p1", SHORT))})
    assert led(engine) == [(SHORT, "bit.ly")]


def test_a_loop_of_shorteners_stays_with_its_domain(tmp_path: Path) -> None:
    loop = table((SHORT, "https://t.co/2"), ("https://t.co/2", SHORT))
    engine = engine_of(tmp_path, {"link": links(("p1", SHORT)), "redirect": loop})
    assert led(engine) == [(SHORT, "bit.ly")]


def test_a_target_without_a_domain_does_not_keep_the_shorteners(tmp_path: Path) -> None:
    redirect = REDIRECT.rows([{"url": SHORT, "target": "https://10.0.0.1/x"}])
    engine = engine_of(tmp_path, {"link": links(("p1", SHORT)), "redirect": redirect})
    assert led(engine) == [("https://10.0.0.1/x", None)]


def test_a_short_and_a_long_form_in_one_post_are_one_link(tmp_path: Path) -> None:
    both = links(("p1", SHORT), ("p1", "https://a.example/x"), ("p2", SHORT))
    engine = engine_of(tmp_path, {"link": both, "redirect": table((SHORT, "https://a.example/x"))})
    assert engine.fetch("SELECT post FROM link ORDER BY post")["post"].to_pylist() == ["p1", "p2"]


def test_several_targets_of_two_sources_multiply_no_link(tmp_path: Path) -> None:
    one, other = (table((SHORT, f"https://{name}.example/x")) for name in "ab")
    engine = engine_of(
        tmp_path, {"link": links(("p1", SHORT)), "redirect": other}, {"redirect": one}
    )
    assert led(engine) == [("https://a.example/x", "a.example")]


def test_a_post_that_two_sources_hold_is_led_on_once(tmp_path: Path) -> None:
    post = POST.rows([{"post": "p1", "account": "ann", "time": 0, "precision": SECOND}])
    source = {"post": post, "link": links(("p1", SHORT))}
    engine = engine_of(
        tmp_path, source, source, {"redirect": table((SHORT, "https://a.example/x"))}
    )
    assert led(engine) == [("https://a.example/x", "a.example")]


# --- a case as files


@pytest.mark.skipif(
    not Path(__file__).parent.joinpath("../src/unswarm/readers/operation.py").exists(),
    reason="the reader of our own tables is not there",
)
def test_a_table_of_redirects_beside_posts_resolves_them(tmp_path: Path) -> None:
    posts, redirects = tmp_path / "posts.csv", tmp_path / "redirects.csv"
    posts.write_text(
        "post,account,time,text\n"
        "1,ann,2026-01-01T00:00:00Z,see https://bit.ly/Ab1?utm_source=x\n"
        "2,bob,2026-01-01T00:00:05Z,see http://www.a.example/story/\n"
        "3,eve,2026-01-01T00:00:09Z,see https://bit.ly/unknown\n"
    )
    redirects.write_text(
        "url,target\n"
        "http://bit.ly/Ab1,https://ow.ly/Z9\n"
        "https://ow.ly/Z9,https://www.a.example/story?utm_medium=social\n"
        "https://a.example/story,http://www.a.example/story/\n"
    )
    case = open_case(tmp_path / "case")
    case.read(posts)
    case.read(redirects)
    engine = case.engine()
    rows = engine.fetch("SELECT account, url, domain FROM link ORDER BY account").to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("ann", "https://a.example/story", "a.example"),
        ("bob", "https://a.example/story", "a.example"),
        ("eve", "https://bit.ly/unknown", "bit.ly"),
    ]
    assert [row[2] for row in _shortened(engine)] == [1.0]


# --- what stays short


def test_the_run_says_how_many_links_hide_where_they_end(tmp_path: Path) -> None:
    short = links(("p1", SHORT), ("p2", "https://t.co/2"), ("p3", "https://b.example/y"))
    ((name, claim, value),) = _shortened(engine_of(tmp_path, {"link": short}))
    assert (name, value) == ("shortened links", 2.0)
    assert claim.startswith("2 of 3 links lead to shorteners")
    assert "redirects" in claim


def test_nothing_is_said_where_every_link_shows_its_end(tmp_path: Path) -> None:
    redirects = table((SHORT, "https://a.example/x"))
    engine = engine_of(tmp_path, {"link": links(("p1", SHORT)), "redirect": redirects})
    assert list(_shortened(engine)) == []
    assert list(_shortened(engine_of(tmp_path / "bare", {}))) == []


def test_shorteners_are_registered_domains_that_measures_take_for_no_destination() -> None:
    for name in SHORTENERS:
        found = clean_url(f"https://{name}/abc")
        assert found is not None
        assert found[1] == name
    assert set(NO_DESTINATION) > SHORTENERS
    assert "facebook.com" in NO_DESTINATION
    assert "facebook.com" not in SHORTENERS
