"""Who runs what, with what, from where: what is hidden, and whom it must not touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from worlds import claims, world

from unswarm.measures import administration, concealment, creation, infrastructure, renames
from unswarm.measures._countries import countries, elsewhere
from unswarm.measures._evidence import Count
from unswarm.measures._sharing import Sharing, meetings, shared_by, sharings
from unswarm.model import DAY, MINUTE

START = 1_500_000_000_000
PAGES = [f"page {i}" for i in range(6)]
OTHERS = [f"other {i}" for i in range(100)]
SEALED = "0123456789abcdef" * 2

Row = dict[str, Any]


def roles(targets: Iterable[str], account: str | None = None, role: str = "administers") -> Any:
    """One administrator for all of them, or one for each."""
    return [{"account": account or f"{t}'s", "role": role, "target": t} for t in targets]


def administered(*role: Any, account: Sequence[Row] = (), **more: Any) -> list[Row]:
    rows = [row for some in role for row in some]
    found = administration.measure(world({"n1": PAGES}, role=rows, account=account, **more))
    return found.to_pylist()


def used(
    accounts: Iterable[str], value: str | None = None, medium: str = "device", **more: Any
) -> list[Row]:
    """One thing for all of them, or one for each."""
    return [{"account": a, "medium": medium, "value": value or f"{a}'s", **more} for a in accounts]


def shared(*used_by: list[Row], account: Sequence[Row] = ()) -> list[Row]:
    rows = [row for some in used_by for row in some]
    engine = world({"n1": PAGES}, infrastructure=rows, account=account)
    return infrastructure.measure(engine).to_pylist()


# --- administration


def test_one_hand_behind_six_pages() -> None:
    (row,) = administered(roles(PAGES, "zoe"), roles(OTHERS))
    assert row["inauthentic"]
    assert row["p"] < 1e-6
    assert row["claim"] == (
        "6 of 6 members whose administrators are known are run by an account that runs another one "
        "of the network, too (administrators: 1); of 100 others, 0 have one of the administrators "
        "of the network (at most 3.0 %); not declared: their profiles name no common owner."
    )


def test_a_chain_of_administrators() -> None:
    """Nobody runs all of them: each two that follow one another have one in common."""
    chain = [r for i, page in enumerate(PAGES) for r in roles([page], f"z{i}")]
    chain += [r for i, page in enumerate(PAGES[1:]) for r in roles([page], f"z{i}")]
    (row,) = administered(chain, roles(OTHERS))
    assert row["inauthentic"]
    assert "6 of 6" in row["claim"]
    assert "(administrators: 5)" in row["claim"]


def test_the_rows_behind_it() -> None:
    engine = world({"n1": PAGES}, role=roles(PAGES, "zoe") + roles(PAGES) + roles(OTHERS))
    (row,) = administration.measure(engine).to_pylist()
    found = engine.fetch(row["query"]).to_pylist()
    assert [(r["account"], r["target"]) for r in found] == [("zoe", page) for page in PAGES]


@pytest.mark.parametrize(
    "profile", [{"owner": "Garden Press"}, {"bio": "part of @garden_press, write to us"}]
)
def test_a_newsroom_group_that_names_its_owner(profile: Row) -> None:
    account = [{"account": page, **profile} for page in PAGES]
    row, innocent = administered(roles(PAGES, "zoe"), roles(OTHERS), account=account)
    assert not row["inauthentic"]
    assert "declared: 6 of 6 profiles name the same owner" in row["claim"]
    assert innocent["family"] == "innocent"
    assert innocent["claim"].startswith("shared ownership possible: 6 of the 6 members concerned")


def test_owners_that_differ_declare_nothing() -> None:
    account = [{"account": page, "owner": f"{page} Ltd"} for page in PAGES]
    (row,) = administered(roles(PAGES, "zoe"), roles(OTHERS), account=account)
    assert row["inauthentic"]


def test_an_agency_that_runs_many_unrelated_pages() -> None:
    (row,) = administered(roles([*PAGES[:4], *OTHERS[:40]], "agency"), roles([*PAGES, *OTHERS]))
    assert row["family"] == "innocent"
    assert not row["inauthentic"]
    assert row["claim"].startswith("an agency or a volunteer possible: 4 of 6 members")
    assert row["claim"].endswith("one of them 40.")


def test_two_agencies_do_not_add_up() -> None:
    found = administered(
        roles([*PAGES[:3], *OTHERS[:3]], "one"),
        roles([*PAGES[3:], *OTHERS[5:8]], "two"),
        roles([*PAGES, *OTHERS]),
    )
    assert [row["family"] for row in found] == ["innocent"]


def test_volunteers_who_moderate_several_groups() -> None:
    (row,) = administered(
        roles(PAGES, "ann", "moderates"), roles(PAGES, "bob", "moderates"), roles(OTHERS)
    )
    assert "have a moderator who moderates another one" in row["claim"]
    assert not row["inauthentic"]


def test_members_who_run_one_group_together_hide_nothing() -> None:
    engine = world(
        {"n1": PAGES},
        role=[{"account": p, "role": "administers", "target": "the club"} for p in PAGES]
        + [{"account": o, "role": "administers", "target": f"{o}'s"} for o in OTHERS],
    )
    (row,) = administration.measure(engine).to_pylist()
    assert "6 of 6 members who run pages, groups or channels run one together" in row["claim"]
    assert not row["inauthentic"]


def test_without_others_nothing_is_a_sign() -> None:
    (row,) = administered(roles(PAGES, "zoe"))
    assert row["p"] is None
    assert not row["inauthentic"]
    assert "no others to compare with" in row["claim"]


def test_pages_without_a_common_administrator_are_not_mentioned() -> None:
    assert administered(roles([*PAGES, *OTHERS])) == []
    assert administered(roles(PAGES[:2], "zoe"), roles([*PAGES, *OTHERS])) == []


def test_people_who_are_only_counted_are_nobody() -> None:
    counted = [{"role": "administers", "target": p, "people": 3, "country": "US"} for p in PAGES]
    blank = [{"account": " ", "role": "administers", "target": p} for p in PAGES]
    assert administered(counted, blank, roles(OTHERS)) == []


def test_linked_accounts_are_counted_and_not_tested() -> None:
    linked = [{"network": "n1", "account": o, "named": i < 3} for i, o in enumerate(OTHERS[:5])]
    alone = roles([*PAGES, *OTHERS])
    assert administered(roles(OTHERS[:5], "zoe"), alone, linked=linked) == []
    (row,) = administered(roles([*PAGES, *OTHERS[:3]], "zoe"), alone, linked=linked)
    assert row["claim"].endswith("With the 3 linked accounts: 9 of 9.")
    assert "of 97 others, 0 have" in row["claim"]
    assert row["n"] == 6


def test_an_administrator_of_two_networks() -> None:
    networks = {"n1": PAGES[:3], "n2": PAGES[3:]}
    engine = world(networks, role=roles(PAGES[2:4], "zoe") + roles([*PAGES, *OTHERS]))
    rows = administration.measure(engine)
    assert claims(rows, "n1") == [
        "of the accounts that run pages, groups or channels of this network, 1 run such of another "
        "network as well (n2): 1 here, 1 there."
    ]
    assert claims(rows, "n2")
    assert not any(row["inauthentic"] for row in rows.to_pylist())


# --- infrastructure


def test_one_telephone_for_six_accounts() -> None:
    (row,) = shared(used(PAGES, SEALED, "phone"), used(OTHERS, medium="phone"))
    assert row["inauthentic"]
    assert row["claim"] == (
        "6 of 6 members whose phone numbers are known share one with another member (phone "
        "numbers: 1); of 100 others, 0 have one of the phone numbers of the network (at most "
        "3.0 %)."
    )


@pytest.mark.parametrize("medium", infrastructure.MEDIA)
def test_nothing_says_what_was_shared(medium: str) -> None:
    rows = used(PAGES, SEALED, medium) + used(OTHERS, medium=medium)
    engine = world({"n1": PAGES}, infrastructure=rows)
    (row,) = infrastructure.measure(engine).to_pylist()
    behind = engine.fetch(row["query"]).to_pylist()
    assert [r["account"] for r in behind] == PAGES
    assert SEALED not in str(row) + str(behind)


def test_a_carrier_puts_everybody_behind_one_address() -> None:
    assert shared(used([*PAGES, *OTHERS[:50]], "nat", "ip"), used(OTHERS, medium="ip")) == []


def test_a_university_network() -> None:
    """Two students of it outside are enough; where nobody is to compare with, nothing is said."""
    students = used([*PAGES[:5], *OTHERS[:2]], "campus", "ip")
    assert shared(students, used([*PAGES, *OTHERS], medium="ip")) == []
    (row,) = shared(used(PAGES, "campus", "ip", country="GE"), used(OTHERS, medium="ip"))
    assert row["p"] is None
    assert not row["inauthentic"]
    assert "no others of the same countries to compare with" in row["claim"]


def test_colleagues_of_an_openly_declared_owner() -> None:
    account = [{"account": page, "owner": "Garden Press"} for page in PAGES]
    row, innocent = shared(used(PAGES, "office"), used(OTHERS), account=account)
    assert not row["inauthentic"]
    assert "6 of them name the same owner (garden press)" in row["claim"]
    assert innocent["family"] == "innocent"


def test_weak_media_are_no_sign() -> None:
    for medium in ("network", "pattern", "invite", "app"):
        assert shared(used(PAGES, "x", medium), used(OTHERS, medium=medium)) == []


def test_blank_values_are_nothing() -> None:
    assert shared(used(PAGES, " "), used(OTHERS)) == []


# --- what all of it rests on

things = st.frozensets(st.sampled_from("abcde"), max_size=3)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(things, max_size=5),
    st.lists(things, max_size=3),
    st.lists(things, max_size=8),
    st.sampled_from(["", "xy"]),
)
def test_sql_counts_what_the_definition_says(
    first: list[frozenset[str]],
    second: list[frozenset[str]],
    outside: list[frozenset[str]],
    strata: str,
) -> None:
    sides = {"n1": first, "n2": second, "": outside}
    held = {f"{n} {i}": own for n, side in sides.items() for i, own in enumerate(side)}
    stratum = {a: strata[i % 2] if strata else "" for i, a in enumerate(sorted(held))}
    networks = {n: [a for a in held if a.startswith(n)] for n in ("n1", "n2")}
    rows = [{"account": a, "medium": "device", "value": t, "country": stratum[a]}
            for a, own in held.items() for t in own]  # fmt: skip
    found = sharings(
        world(networks, infrastructure=rows),
        "SELECT account, value AS object, country AS stratum FROM infrastructure",
    )
    expected = [_slow(n, members, held, stratum) for n, members in networks.items()]
    assert [_told(s) for s in found] == [e for e in expected if e]


def _told(s: Sharing) -> tuple[Any, ...]:
    return s.network, dict(s.held), dict(s.hubs), s.others


def _slow(
    network: str,
    members: list[str],
    held: Mapping[str, frozenset[str]],
    stratum: Mapping[str, str],
) -> tuple[Any, ...] | None:
    own = {a: held[a] for a in members if held[a]}
    outside = {a: held[a] for a in held if a.startswith(" ") and held[a]}
    having = Counter(thing for things in outside.values() for thing in things)
    hubs = {thing for thing, times in having.items() if times >= len(own)}
    near = [a for a in outside if stratum[a] in {stratum[m] for m in own}]
    rare = {thing for things in own.values() for thing in things} - hubs
    others = Count(sum(bool(outside[a] & rare) for a in near), len(near))
    parts = {a: things - hubs for a, things in own.items()}, {a: t & hubs for a, t in own.items()}
    return (network, *parts, others) if own else None


@given(st.lists(things, max_size=6), things)
def test_meetings_are_counted_one_after_the_other(
    held: list[frozenset[str]], counted: frozenset[str]
) -> None:
    slow = [any(own & before & counted for before in held[:i]) for i, own in enumerate(held)]
    assert meetings(held, counted) == sum(slow)


WORLDS = [(60, 40, 1.2), (200, 60, 0.8), (1_000, 300, 0.6), (1_000, 800, 2.5)]
"""Pages, administrators, exponent of how many pages they run: the smaller, the heavier the tail."""


@pytest.mark.parametrize(("pages", "people", "tail"), WORLDS)
def test_random_pages_accuse_nobody(pages: int, people: int, tail: float) -> None:
    """Networks of pages drawn at random, whose administrators run few pages or very many."""
    chance = np.random.default_rng(1)
    p = [
        random_network(chance, administrators, int(size)).p or 0.0
        for administrators in (random_pages(chance, pages, people, tail) for _ in range(10))
        for size in chance.choice([3, 4, 6, 10, 20], 25)
    ]
    for level in (0.01, 0.05):
        assert sum(value <= level for value in p) <= stats.binom.ppf(0.99, len(p), level)


@pytest.mark.parametrize("most", [1, 20])
@pytest.mark.parametrize("household", [2, 3, 4, 11, 21])
def test_households_accuse_nobody(household: int, most: int) -> None:
    """Everything is shared by equally many, so that what members took is missing outside."""
    chance = np.random.default_rng(3)
    accounts = [frozenset([str(i // household)]) for i in range(200)]
    p = [random_network(chance, accounts, 20, most).p or 0.0 for _ in range(200)]
    assert sum(value <= 0.01 for value in p) <= stats.binom.ppf(0.99, len(p), 0.01)


def random_pages(
    chance: np.random.Generator, pages: int, people: int, tail: float
) -> list[frozenset[str]]:
    """Up to three administrators of each page, by how busy they are."""
    busy = chance.pareto(tail, people) + 0.05
    share = busy / busy.sum()
    drawn = (chance.choice(people, chance.integers(1, 4), False, share) for _ in range(pages))
    return [frozenset(map(str, some)) for some in drawn]


def random_network(
    chance: np.random.Generator, administrators: Sequence[frozenset[str]], size: int, most: int = 20
) -> Sharing:
    """Pages drawn at random as if they were a network, the others as its outsiders."""
    drawn = set(chance.choice(len(administrators), size, replace=False).tolist())
    members = {f"{i:04}": administrators[i] for i in sorted(drawn)}
    outside = [own for i, own in enumerate(administrators) if i not in drawn]
    having = Counter(thing for own in outside for thing in own)
    rare = {t for own in members.values() for t in own if having[t] < size}
    others = Count(sum(bool(own & rare) for own in outside), len(outside))
    return shared_by("n", members, {}, having, most, {"n": others})


def test_random_networks_of_a_case_accuse_nobody() -> None:
    chance = np.random.default_rng(2)
    pages = random_pages(chance, 1_500, 500, 0.9)
    order = chance.permutation(1_500)
    networks = {f"n{i:02}": [f"p{j}" for j in order[8 * i : 8 * i + 8]] for i in range(40)}
    role = [
        {"account": f"a{who}", "role": "administers", "target": f"p{i}"}
        for i, people in enumerate(pages)
        for who in sorted(people)
    ]
    rows = administration.measure(world(networks, role=role)).to_pylist()
    assert any("run such of another network" in row["claim"] for row in rows)
    assert not [row for row in rows if row["inauthentic"]]


# --- concealment


def places(members: Iterable[Row], others: Iterable[Row], role: Iterable[Row] = ()) -> list[Row]:
    rows = [{"account": a, **said} for a, said in zip(PAGES, members, strict=False)]
    rows += [{"account": a, **said} for a, said in zip(OTHERS, others, strict=False)]
    engine = world({"n1": PAGES}, account=rows, role=list(role))
    return concealment.measure(engine).to_pylist()


HOME = [{"claimed_country": "United States", "operator_country": "US"}] * 60


def test_american_pages_run_from_elsewhere() -> None:
    (row,) = places([{"claimed_country": "USA", "operator_country": "Vietnam"}] * 6, HOME)
    assert row["inauthentic"]
    assert row["claim"] == (
        "6 of 6 members whose stated and actual country are known state one country and are run "
        "from another one (United States, run from Vietnam: 6); 0 of 60 other accounts of the same "
        "kinds are (at most 4.9 %)."
    )


def test_people_who_manage_a_page_are_counted() -> None:
    staff = [
        {"role": "administers", "target": page, "country": country, "people": people}
        for page in PAGES
        for country, people in [("Vietnam", 5), ("Viet Nam", 2), ("United States", 1)]
    ]
    (row,) = places([{"claimed_country": "US"}] * 6, HOME, staff)
    assert "run from Vietnam: 6; 42 of the 48 people who run them are elsewhere)" in row["claim"]


def test_a_few_people_abroad_are_nothing() -> None:
    staff = [
        {"role": "administers", "target": page, "country": country, "people": people}
        for page in PAGES
        for country, people in [("Vietnam", 2), ("US", 2)]
    ]
    assert places([{"claimed_country": "US"}] * 6, HOME, staff) == []


def test_people_who_left_do_not_count() -> None:
    staff = [
        {"role": "administers", "target": page, "country": country, "until": until, "people": 3}
        for page in PAGES
        for country, until in [("Vietnam", START), ("US", None)]
    ]
    assert places([{"claimed_country": "US"}] * 6, HOME, staff) == []


def test_what_contradicts_itself_is_no_sign() -> None:
    staff = roles(PAGES)
    staff = [{**row, "country": "US"} for row in staff]
    away = [{"claimed_country": "US", "operator_country": "Vietnam"}] * 6
    assert places(away, HOME, staff) == []


def test_expatriates_are_everywhere() -> None:
    away = [{"claimed_country": "Georgia", "operator_country": "Germany"}]
    assert places(away * 6, away * 40 + HOME[:20]) == []


def test_a_foreign_newsroom_that_names_its_owner() -> None:
    away = {"claimed_country": "US", "operator_country": "Vietnam", "owner": "Garden Press"}
    assert places([away] * 6, HOME) == []


def test_compared_with_its_own_kind() -> None:
    away = [{"claimed_country": "US", "operator_country": "VN", "kind": "page"}] * 6
    (row,) = places(away, [{**said, "kind": "person"} for said in HOME])
    assert row["p"] is None
    assert not row["inauthentic"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("US", {"US"}),
        ("u.s.a.", {"US"}),
        ("the United States of America", {"US"}),
        ("Việt Nam", {"VN"}),
        ("Россия", {"RU"}),
        ("Korea, Republic of", {"KR"}),
        ("Paris, France", {"FR"}),
        ("Texas", {"US"}),
        ("Los Angeles, CA", {"CA", "US"}),
        ("CA", {"CA", "US"}),
        ("Georgia", {"GE", "US"}),
        ("Côte d'Ivoire", {"CI"}),
        ("EU", set()),
        ("everywhere", set()),
        ("", set()),
    ],
)
def test_countries_as_people_write_them(written: str, meant: set[str]) -> None:
    assert countries(written) == meant


def test_doubt_is_no_difference() -> None:
    assert elsewhere(countries("US"), countries("Vietnam"))
    assert not elsewhere(countries("Georgia"), countries("US"))
    assert not elsewhere(countries("Puerto Rico"), countries("US"))
    assert not elsewhere(countries("the moon"), countries("US"))


# --- changes


def test_changes_are_told_with_their_dates() -> None:
    rename = [
        {"account": page, "what": "name", "before": "a", "after": f"b{i}", "time": START + i * DAY}
        for i, page in enumerate([*PAGES[:3], PAGES[2]])
    ]
    rename.append({"account": PAGES[0], "what": "country", "before": "US", "after": "VN"})
    rows = renames.measure(world({"n1": PAGES}, rename=rename)).to_pylist()
    assert [row["claim"] for row in rows] == [
        "1 account of the network changed their country (changes: 1), on unknown days.",
        "3 accounts of the network changed their name (changes: 4), between 2017-07-14 and "
        "2017-07-17.",
    ]
    assert {row["family"] for row in rows} == {"identity"}
    assert not any(row["inauthentic"] for row in rows)


def test_a_handle_that_went_from_one_account_to_another() -> None:
    rename = [
        {"account": PAGES[0], "what": "handle", "before": "patriot", "after": "river"},
        {"account": PAGES[1], "what": "handle", "before": "x1", "after": "Patriot", "time": START},
        {"account": PAGES[2], "what": "handle", "before": "x2", "after": "unheard"},
    ]
    found = claims(renames.measure(world({"n1": PAGES}, rename=rename)))
    assert found[-1] == (
        "1 account of the network took a handle that another account had or has (handles: 1), on "
        "2017-07-14."
    )


def test_administration_that_changed_hands() -> None:
    went = [{**row, "until": START} for row in roles(PAGES, "ann")]
    came = [{**row, "time": START + 3 * DAY} for row in roles(PAGES[:4], "zoe")]
    late = [{**row, "time": START + 40 * DAY} for row in roles(PAGES[4:], "zoe")]
    engine = world({"n1": PAGES}, role=went + came + late)
    (row,) = renames.measure(engine).to_pylist()
    assert row["claim"] == (
        "pages, groups and channels whose administration changed hands: 4; an administrator left "
        "and another one came within 30 days, on 2017-07-17."
    )
    assert len(engine.fetch(row["query"])) == 4


# --- created together


@pytest.mark.parametrize("kind", ["page", "group"])
def test_pages_and_groups_created_together(kind: str) -> None:
    """They need not have posted anything."""
    account = [{"account": p, "kind": kind, "created": START + i * MINUTE, "created_precision": 1}
               for i, p in enumerate(PAGES)]  # fmt: skip
    account += [{"account": o, "kind": kind, "created": START - i * DAY, "created_precision": 1}
                for i, o in enumerate(OTHERS, start=3)]  # fmt: skip
    (row,) = creation.measure(world({"n1": PAGES}, account=account)).to_pylist()
    assert row["inauthentic"]
    assert row["claim"].startswith("6 of 6 members of known age were created within 5 minutes")
