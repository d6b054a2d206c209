"""Rhythm, programs, traffic and amplification, with the innocent explanations beside them."""

from typing import Any

import pyarrow as pa
import pytest
from worlds import accounts, claims, world

from unswarm.measures import (
    amplification,
    clients,
    coordination,
    domains,
    fans,
    feeds,
    ownership,
    rhythm,
)
from unswarm.measures._automation import says_automated
from unswarm.measures.domains import gini
from unswarm.model import DAY, HOUR, MINUTE

START = 1_500_000_000_000
MEMBERS = [f"m{i}" for i in range(5)]
PEOPLE = [f"o{i}" for i in range(100)]


def clockwork(account: str, client: str | None = None) -> list[dict[str, Any]]:
    times = [START + i * 30 * MINUTE for i in range(400)]
    return [post(account, t, client) for t in times]


def person(account: str, number: int) -> list[dict[str, Any]]:
    """Five posts a day, in the waking hours."""
    odd = 7_919 * (number + 1)
    times = [
        START + day * DAY + hour * 2 * HOUR + (odd * (day * 7 + hour * hour) ** 2) % (HOUR * 2)
        for day in range(14)
        for hour in range(5)
    ]
    return [post(account, t, "Web") for t in times]


def post(account: str, time: int, client: str | None = None) -> dict[str, Any]:
    key = f"{account}-{time}"
    return {"account": account, "time": time, "precision": 1, "post": key, "client": client}


def machines(client: str | None = None, **profile: Any) -> Any:
    posts = [p for a in MEMBERS for p in clockwork(a, client)]
    posts += [p for i, a in enumerate(PEOPLE) for p in person(a, i)]
    rows = accounts(MEMBERS, **profile) + accounts(PEOPLE)
    return world({"n1": MEMBERS}, account=rows, post=posts)


def concealed(evidence: pa.Table) -> bool:
    return any(row["inauthentic"] for row in evidence.to_pylist())


def test_clockwork_without_a_word_is_a_sign() -> None:
    evidence = rhythm.measure(machines())
    assert concealed(evidence)
    assert any("pause for less than 3 hours" in claim for claim in claims(evidence))


@pytest.mark.parametrize(
    "engine", [{"client": "dlvr.it"}, {"bio": "Automated updates"}, {"kind": "page"}]
)
def test_clockwork_that_says_so_is_none(engine: dict[str, str]) -> None:
    assert not concealed(rhythm.measure(machines(**engine)))


def test_clockwork_that_says_so_is_an_innocent_explanation() -> None:
    (claim,) = claims(feeds.measure(machines("dlvr.it")))
    assert claim.startswith("automated, disclosed: 5 of 5 members")
    (claim,) = claims(feeds.measure(machines("TweetDeck")))
    assert claim.startswith("automated feed possible: 5 of 5 members")
    assert claims(feeds.measure(machines("Web"))) == []


@pytest.mark.parametrize(
    ("bio", "says"),
    [("I am a bot", True), ("RSS feed of …", True), ("not a bot!", False), ("robotics", False)],
)
def test_what_a_profile_says(bio: str, says: bool) -> None:
    assert says_automated(bio) is says


def test_a_rare_program() -> None:
    (claim,) = claims(clients.measure(machines("It's ours")))
    assert claim.startswith("5 of 5 members post mostly with “It's ours”; 0 of 100")
    assert claims(clients.measure(machines("Web"))) == []


def reposts(of: dict[str, str], times: int = 10) -> list[dict[str, Any]]:
    return [
        {**post(account, START + i), "kind": "repost", "target_account": target}
        for account, target in of.items()
        for i in range(times)
    ]


def test_whom_a_network_amplifies() -> None:
    others = {a: "idol" if i < 15 else f"x{i}" for i, a in enumerate(PEOPLE)}
    posts = reposts(dict.fromkeys(MEMBERS, "idol")) + reposts(others)
    engine = world({"n1": MEMBERS}, account=accounts(MEMBERS + PEOPLE), post=posts)
    (favourite,) = claims(amplification.measure(engine))
    assert favourite.startswith("50 of 50 reposts (100 %) repeat @idol; 15 % of 1,000")
    (fan_club,) = claims(fans.measure(engine))
    assert fan_club.startswith("fan club possible: 100 % of the 50 reposts")


def test_a_network_that_repeats_itself() -> None:
    posts = reposts({a: MEMBERS[i - 1] for i, a in enumerate(MEMBERS)})
    posts += reposts({a: f"x{a}" for a in PEOPLE})
    engine = world({"n1": MEMBERS}, account=accounts(MEMBERS + PEOPLE), post=posts)
    assert any(
        claim.startswith("50 of 50 reposts, replies, quotes and mentions (100 %)")
        for claim in claims(amplification.measure(engine))
    )


def test_a_campaign_that_says_what_it_is() -> None:
    bios = [f"{word} volunteer, Green Valley district" for word in ("First", "Old", "Proud")]
    rows = [{"account": MEMBERS[i], "bio": bio} for i, bio in enumerate(bios)]
    rows += [{"account": a, "bio": f"likes {a} and tea"} for a in PEOPLE]
    (claim,) = claims(fans.measure(world({"n1": MEMBERS[:3]}, account=rows)))
    assert claim.startswith("party or campaign possible: 3 of 3 differently worded descriptions")


def links(sites: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"account": account, "time": START + i, "post": f"{account}{i}", "url": f"{site}/{i}",
         "domain": site}
        for account, site in sites.items()
        for i in range(12)
    ]  # fmt: skip


def home_world(sites: dict[str, str], **tables: Any) -> Any:
    others = {a: f"{a}.example" for a in PEOPLE}
    rows = accounts(list(sites) + PEOPLE)
    return world({"n1": list(sites)}, account=rows, link=links(sites | others), **tables)


def test_pages_of_one_company() -> None:
    engine = home_world(dict.fromkeys(["dailyglobe", "globe_sport"], "globe.example"))
    owner, openly = claims(ownership.measure(engine))
    assert owner.startswith("shared ownership possible: 2 of 2 members lead mostly to globe.exam")
    assert openly.startswith("openly organised: 2 of 2 members carry the name of the site")


def test_newsrooms_that_share_their_texts() -> None:
    papers = {a: f"{a}.example" for a in MEMBERS}
    texts = [
        {"signal": "texts", "account": a, "object": f"text {i}"} for a in MEMBERS for i in range(6)
    ]
    (claim,) = claims(ownership.measure(home_world(papers, trace=texts)))
    assert claim.startswith("newsroom syndication possible: 5 of 5 members")
    assert claims(ownership.measure(home_world(papers))) == []


def test_profiles_that_name_one_account() -> None:
    rows = accounts(MEMBERS, bio="Staff of @The_Office") + accounts(PEOPLE, bio="hi")
    (claim,) = claims(ownership.measure(world({"n1": MEMBERS}, account=rows)))
    assert claim.startswith("openly organised: 5 of 5 members name @the_office in their profile")


def test_where_a_network_sends_people() -> None:
    top, exclusive, devoted = claims(
        domains.measure(home_world(dict.fromkeys(MEMBERS, "site.example")))
    )
    assert top.startswith("60 of 60 links (100 %) of 5 members lead to site.example; 0 % of 1,200")
    assert exclusive.startswith("100 % of all 60 links to site.example")
    assert devoted.startswith("5 of 5 members with 5 links or more lead at least 90 % of them to")


def test_one_members_site_says_nothing_of_the_network() -> None:
    sites = dict.fromkeys(MEMBERS, "site.example") | {MEMBERS[0]: "alone.example"}
    said = claims(domains.measure(home_world(sites)))
    assert not any("alone.example" in claim for claim in said)
    assert any("their inequality (Gini) is" in claim for claim in said)


def test_gini_spans_zero_to_one() -> None:
    assert gini([5, 5, 5]) == pytest.approx(0)
    assert gini([0, 0, 9]) == pytest.approx(1)
    assert gini([7]) == 1


def test_joint_occasions_without_a_comparison_are_described() -> None:
    network = {"network": "n1", "tier": "lead", "accounts": 2, "occasions": 9, "together": 6}
    rows = [network | {"expected": expected, "days": 2, "objects": 4} for expected in (1.25, None)]
    met = [{"network": "n1", "account": "a", "window": 60_000, "together": True, "gap": 9_000}]
    compared, alone = (
        claims(coordination.measure(world({"n1": ["a", "b"]}, network=[row], occasion=met)))[0]
        for row in rows
    )
    assert compared.endswith("acted together; innocent explanations account for 1.2.")
    assert "6 of 9 possible occasions" in alone and "too few other accounts" in alone
