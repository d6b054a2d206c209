"""How many people a network reached, against sets that hold everybody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import accounts, claims, world

from unswarm import sketches
from unswarm.measures import audience
from unswarm.measures.audience import Audience, Page, measure
from unswarm.model import FOLLOW
from unswarm.sketches import Sketcher

PAGES = ["page1", "page2", "page3"]
GROUP = "group1"
KINDS = [
    *accounts(PAGES, kind="page"),
    {"account": GROUP, "kind": "group"},
    {"account": "ann", "kind": "person"},
]
MEMBERS = [*PAGES, GROUP, "ann"]


def follows(lists: Mapping[str, Any], country: str | None = None) -> list[dict[str, Any]]:
    return [
        {"account": account, "target": target, "country": country}
        for target, people in lists.items()
        for account in people
    ]


def said(**tables: Any) -> list[str]:
    return claims(measure(world({"n1": MEMBERS}, **{"account": KINDS, **tables})))


def people(count: int, first: int = 0) -> list[str]:
    return [f"p{number}" for number in range(first, first + count)]


def sketched(
    lists: Mapping[str, Any], relation: str = "follow", **how: Any
) -> list[dict[str, Any]]:
    sketcher = Sketcher("key", **how)
    sketcher.add("follow", FOLLOW.rows(follows(lists)))
    return [row | {"relation": relation} for row in sketcher.rows().to_pylist()]


# --- lists


def test_everybody_is_counted_once_and_the_networks_own_apart() -> None:
    lists = {"page1": ["a", "b", "ann"], "page2": ["b", "c", "b"], "stranger": ["d"]}
    (exact, countries) = said(follow=follows(lists))
    assert exact == (
        "3 accounts outside the network followed at least one of 2 of its 3 pages, each counted "
        "once from the lists of followers; so did 1 account of the network itself."
    )
    assert countries.endswith(
        "of 3 (100 %) the country is not known. Of 2 more accounts nothing is given."
    )


def test_members_of_a_group_joined_it_whichever_table_says_so() -> None:
    roles = [
        {"account": "a", "role": "member", "target": GROUP},
        {"account": "b", "role": "administers", "target": GROUP},
    ]
    exact, _ = said(role=roles, follow=follows({GROUP: ["a", "c"]}))
    assert exact.startswith("2 accounts outside the network joined its group, ")


def test_countries_are_counted_where_they_are_known() -> None:
    rows = [
        *follows({"page1": ["a", "b", "c", "ann"]}, "RO"),
        *follows({"page1": ["d"], "page2": ["c"]}, "MD"),
        *follows({"page2": ["a", "e"]}),
    ]
    _, countries = said(follow=rows)
    assert "2 in RO, 1 in MD, 1 in more than one country; of 1 (20 %) the country" in countries


def test_linked_accounts_that_are_named_belong_to_the_network() -> None:
    linked = [
        {"network": "n1", "account": "page9", "kind": "page", "named": True},
        {"network": "n1", "account": "page8", "kind": "page", "named": False},
    ]
    exact, _ = said(linked=linked, follow=follows({"page9": ["a", "page1"], "page8": ["b"]}))
    assert exact.startswith("1 account outside") and "so did 1 account of the network" in exact


def test_each_network_has_its_own_people() -> None:
    engine = world(
        {"n1": ["page1", "x"], "n2": ["page1", "page2"]},
        follow=follows({"page1": ["a", "x"], "page2": ["a", "b"]}),
    )
    found = measure(engine)
    assert claims(found, "n1")[0].startswith("1 account outside")
    assert claims(found, "n2")[0].startswith("3 accounts outside")


# --- counts alone, and what is known of some pages only


def test_counts_alone_give_bounds() -> None:
    kinds = [
        {"account": p, "kind": "page", "followers": n}
        for p, n in zip(PAGES, (5, 70, 30), strict=True)
    ]
    found = measure(world({"n1": PAGES}, account=kinds)).to_pylist()
    assert [row["claim"] for row in found] == [
        "Between 70 and 105 accounts followed at least one of its 3 pages, accounts of the network "
        "among them: of 3 only their own counts of followers are given, 105 together, the largest "
        "70. How far these overlap is not known."
    ]
    assert (found[0]["value"], found[0]["n"], found[0]["inauthentic"]) == (70, 3, False)


def test_one_count_is_no_range() -> None:
    kinds = [{"account": "page1", "kind": "page", "followers": 5}]
    (claim,) = claims(measure(world({"n1": ["page1"]}, account=kinds)))
    assert claim.startswith("5 accounts followed its page, ")


def test_people_that_a_source_only_counts_are_members() -> None:
    roles = [{"role": "member", "target": GROUP, "people": n, "country": c}
             for n, c in ((40, "RO"), (2, "MD"))]  # fmt: skip
    (claim,) = said(role=roles)
    assert claim.startswith("42 accounts joined its group, ")


def test_lists_counts_and_sketches_are_put_together_without_counting_twice() -> None:
    kinds = [
        {"account": "page1", "kind": "page", "followers": 10},  # a list of 4 is short by 6
        {"account": "page2", "kind": "page", "followers": 3},  # a list that is whole
        {"account": "page3", "kind": "page", "followers": 50},  # only counted
        {"account": "page4", "kind": "page"},  # nothing
    ]
    found = measure(
        world(
            {"n1": [*PAGES, "page4"]},
            account=kinds,
            follow=follows({"page1": people(4), "page2": people(3, 2)}),
        )
    )
    exact, _, bounds = claims(found)
    assert exact.startswith("5 accounts outside")
    assert bounds == (
        "Between 50 and 61 accounts followed at least one of 3 of its 4 pages, accounts of the "
        "network among them: the lists of 2 hold 5; of 1 only their own counts of followers are "
        "given, 50 together, the largest 50; the lists of 1 lack 6 by their own counts. How far "
        "these overlap is not known. Of 1 more page nothing is given."
    )


a_page = st.tuples(
    st.sets(st.integers(0, 30)),  # who follows it
    st.sampled_from(["list", "half a list", "sketch", "count", "count and half a list"]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(a_page, min_size=1, max_size=5))
def test_bounds_hold_the_truth(given_pages: list[tuple[set[int], str]]) -> None:
    """Sketches of few people are exact, so what is said of 95 % holds always here."""
    found, lists = Audience("n1", "followed"), set()
    truth: set[int] = set()
    for number, (of, how) in enumerate(given_pages):
        target, half = f"page{number}", set(sorted(of)[::2])
        in_list = of if how == "list" else half if "half" in how else None
        known = of if how != "half a list" else half
        truth |= known
        lists |= in_list or set()
        total = len(of) if "count" in how else None
        found.pages.append(Page(target, "page", total, None if in_list is None else len(in_list)))
        if how == "sketch":
            rows = sketched({target: [str(person) for person in of] or ["nobody"]})
            truth |= of or {-1}
            found.sketches += [(target, None, row["method"], row["sketch"]) for row in rows]
    found.people[False, ""] = len(lists)
    low, high = found.bounds()
    assert low <= len(truth) <= high


# --- sketches


def test_sketches_alone_give_an_estimate_with_its_error() -> None:
    lists = {"page1": people(30_000), "page2": people(30_000, 20_000)}
    (claim,) = said(audience_sketch=sketched(lists))
    about, low, high = figures(claim)
    assert low <= 50_000 <= high and abs(about - 50_000) < 0.02 * 50_000
    assert "an error of 0.8" in claim and "one of 2 of its 3 pages" in claim


def figures(claim: str) -> list[int]:
    found = re.match(r"About ([\d,]+) .*\(at 95 %: ([\d,]+) to ([\d,]+),", claim)
    assert found is not None, claim
    return [int(number.replace(",", "")) for number in found.groups()]


def test_countries_of_sketches_are_estimated_too() -> None:
    sketcher = Sketcher("key", by_country=True)
    rows = [*follows({"page1": people(50)}, "RO"), *follows({"page2": people(20, 40)}, "MD")]
    sketcher.add("follow", FOLLOW.rows(rows))
    estimate, countries, *_ = said(audience_sketch=sketcher.rows().to_pylist())
    assert estimate.startswith("About 60 accounts followed at least one of 2 of its")
    assert countries.startswith("By country, as the sketches tell: RO about 50 (50 to 50), MD ")


def test_sketches_of_who_saw_a_post() -> None:
    (claim,) = said(audience_sketch=sketched({"page1": people(9)}, "saw"))
    assert claim.startswith("About 9 accounts saw a post of its page (at 95 %: 9 to 9")


def test_a_whole_list_needs_no_sketch_and_a_short_one_does() -> None:
    kinds = [{"account": "page1", "kind": "page", "followers": 9}]
    known = {"audience_sketch": sketched({"page1": people(9)}), "account": kinds}
    whole = claims(measure(world({"n1": ["page1"]}, follow=follows({"page1": people(9)}), **known)))
    assert len(whole) == 2 and whole[0].startswith("9 accounts outside")
    short = claims(measure(world({"n1": ["page1"]}, follow=follows({"page1": people(4)}), **known)))
    assert short[2].startswith("About 9 accounts") and short[3].startswith("Between 9 and 13 ")


def test_sketches_of_two_methods_are_added_not_merged() -> None:
    both = [*sketched({"page1": people(9)}), *sketched({"page2": people(7, 5)}, method="theta")]
    (claim,) = said(audience_sketch=both)
    assert claim.startswith("Between 9 and 16 accounts followed at least one of 2 of its")


def test_without_the_extra_sketches_are_said_to_be_left_out(monkeypatch: Any) -> None:
    tables = {"audience_sketch": sketched({"page1": people(9)})}
    monkeypatch.setattr(sketches, "available", lambda: False)
    (claim,) = said(**tables)
    assert claim == (
        "The sketches of the audience of 1 page are not counted: the extra 'sketches' is not "
        "installed."
    )


# --- views


def test_views_are_an_upper_statement_only() -> None:
    posts = [
        {"post": "1", "account": "page1", "views": 1_500},
        {"post": "2", "account": "ann", "views": 500},
        {"post": "3", "account": "ann"},
        {"post": "4", "account": "stranger", "views": 9_000},
    ]
    (claim,) = said(post=posts)
    assert claim == (
        "2 posts of the network with a count of views: seen 2,000 times in all, so at most as many "
        "people saw any of them; who saw several is in it several times. Of 1 other the views are "
        "not given."
    )


@pytest.mark.parametrize("kind", ["advertiser"])
def test_advertisers_have_no_followers(kind: str) -> None:
    found = measure(
        world({"n1": ["x"]}, account=[{"account": "x", "kind": kind}], follow=follows({"x": "ab"}))
    )
    assert len(found) == 0


def test_it_describes_and_accuses_nobody() -> None:
    found = measure(world({"n1": MEMBERS}, account=KINDS, follow=follows({"page1": "abc"})))
    assert {row["family"] for row in found.to_pylist()} == {"audience"}
    assert not any(row["inauthentic"] or row["p"] is not None for row in found.to_pylist())
    assert audience.__doc__
