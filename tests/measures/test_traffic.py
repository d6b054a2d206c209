"""Where a network leads people: whose the links to its sites are, and whose the sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
from worlds import claims, world

from unswarm.measures import domains, sites

MEMBERS = ["ann", "bob", "cat", "dan"]


def links(each: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """Account → site → number of links."""
    return [
        {"account": account, "time": n, "post": f"{account} {site} {n}", "domain": site,
         "url": f"https://{site}/{n}"}
        for account, to in each.items() for site, number in to.items() for n in range(number)
    ]  # fmt: skip


def linking(each: Mapping[str, Mapping[str, int]], **tables: Any) -> pa.Table:
    return world(
        {"n1": MEMBERS}, link=links(each), account=[{"account": a} for a in each], **tables
    )


def said_by(measure: Any, engine: Any, about: str) -> list[str]:
    return [claim for claim in claims(measure.measure(engine)) if about in claim]


# --- whose links


def test_share_of_voice_counts_everybodys_links_to_the_top_sites() -> None:
    each = {name: {"a.example": 10, "b.example": 5} for name in MEMBERS}
    engine = linking({**each, "zoe": {"a.example": 4, "c.example": 9}})
    (claim,) = said_by(domains, engine, "Of all")
    assert claim == (
        "Of all 64 links in this data to the 2 sites it links to most, 60 (94 %) are the "
        "network's, 4 (6.2 %) are those of accounts in none."
    )


def test_other_networks_have_a_share_of_their_own() -> None:
    each = {name: {"a.example": 10, "b.example": 5} for name in MEMBERS}
    rival = {"eve": {"b.example": 20}}
    engine = world({"n1": MEMBERS, "n2": ["eve"]}, link=links({**each, **rival}))
    claim = said_by(domains, engine, "Of all")[0]
    assert "60 (75 %) are the network's, 20 (25 %) are other networks', 0 (0 %) are those" in claim


def test_members_that_hardly_lead_anywhere_else_are_counted_beside_others() -> None:
    each = {name: {"a.example": 19, "b.example": 1} for name in MEMBERS[:3]}
    each |= {"dan": {"a.example": 5, "b.example": 2, "c.example": 3}}
    others = {f"o{n}": {"c.example": 9, "a.example": n == 0} for n in range(20)}
    engine = linking({**each, **others, "zoe": {"a.example": 6}})
    (claim,) = said_by(domains, engine, "at least 90 %")
    assert claim.startswith(
        "3 of 4 members with 5 links or more lead at least 90 % of them to a.example; "
        "1 of 21 other accounts with 5 links or more do"
    )


def test_two_devoted_members_are_not_worth_a_sentence() -> None:
    each = {name: {"a.example": 9, "b.example": 1, "c.example": 1} for name in MEMBERS}
    each |= {name: {"a.example": 20, "c.example": 1} for name in MEMBERS[:2]}
    assert said_by(domains, linking(each), "at least 90 %") == []


# --- whose sites

EACH = {name: {"a.example": 6, "b.example": 3, "c.example": 1} for name in MEMBERS}


def crawl(*seen: tuple[str, str, str], others: int = 40) -> list[dict[str, Any]]:
    """(site, trait, value), beside other sites with ids of their own."""
    alone = [(f"o{n}.example", "analytics", f"UA-{7000 + n}-1") for n in range(others)]
    return [{"domain": d, "trait": t, "value": v} for d, t, v in (*seen, *alone)]


def test_sites_that_share_a_counter_are_sisters() -> None:
    site = crawl(
        ("a.example", "analytics", "UA-4711-1"),
        ("b.example", "analytics", "UA-4711-2"),
        ("c.example", "analytics", "UA-9-1"),
        ("o1.example", "analytics", "UA-4711-9"),
        ("a.example", "ads", "ca-pub-9988776655"),
        ("b.example", "ads", "google.com, pub-9988776655, DIRECT"),
        ("a.example", "address", "192.0.2.7"),
        ("b.example", "address", "192.0.2.7"),
    )
    each = {**EACH, "zoe": {"a.example": 4}}
    (row,) = sites.measure(linking(each, site=site)).to_pylist()
    assert row["claim"] == (
        "sister sites: 2 of the 3 crawled sites it leads to (a.example, b.example) share "
        "1 advertising account (pub-9988776655 on 2 of them), 1 visitor counter (ua-4711 on 2 of "
        "them) and an address; 1 of 40 other sites in the crawl carries one of these ids. "
        "36 of the network's 40 links lead to them, 90 % of all 40 links to them in this data."
    )
    assert (row["family"], row["inauthentic"], row["p"]) == ("traffic", False, None)
    assert row["value"] == pytest.approx(2 / 3)
    assert row["baseline"] == 0


@pytest.mark.parametrize(
    "seen",
    [
        [("a.example", "address", "192.0.2.7"), ("b.example", "address", "192.0.2.7")],
        [("a.example", "certificate", "ab12cd"), ("b.example", "certificate", "ab12cd")],
        [("a.example", "ads", "ca-host-pub-11"), ("b.example", "ads", "ca-host-pub-11")],
        [("a.example", "analytics", "UA-XXXXX-Y"), ("b.example", "analytics", "UA-XXXXX-Y")],
        [("a.example", "registrant", "Redacted for privacy")] * 2
        + [("b.example", "registrant", "REDACTED FOR PRIVACY")],
        [(f"{s}.example", "ads", "google.com, pub-55667788, RESELLER") for s in "ab"],
        [(f"{s}.example", "analytics", "G-REAL12345") for s in ("a", "b", "o1", "o2", "o3", "o4")],
        [("a.example", "analytics", "G-REAL12345")],
    ],
    ids=["host", "certificate", "platform", "manual", "privacy", "reseller", "common", "alone"],
)
def test_what_many_sites_share_is_no_evidence(seen: Sequence[tuple[str, str, str]]) -> None:
    assert claims(sites.measure(linking(EACH, site=crawl(*seen)))) == []


def test_a_crawl_of_its_sites_alone_says_that_nothing_was_compared() -> None:
    site = crawl(*((f"{s}.example", "analytics", "G-REAL12345") for s in "ab"), others=0)
    (row,) = sites.measure(linking(EACH, site=site)).to_pylist()
    assert "the crawl holds no other sites to compare with" in row["claim"]
    assert row["baseline"] is None


def test_sites_of_advertisements_and_profiles_count_too() -> None:
    site = crawl(*((f"{s}.example", "verification", "token-77") for s in ("shop", "about")))
    engine = world(
        {"n1": MEMBERS},
        ad=[{"ad": "1", "account": "ann", "domain": "shop.example"}],
        account=[{"account": "bob", "website": "https://about.example/us"}],
        site=site,
    )
    (claim,) = claims(sites.measure(engine))
    assert claim.startswith("sister sites: 2 of the 2 crawled sites it leads to (about.example,")
    assert claim.endswith("carry one of these ids.")


def test_registrants_and_addresses_are_never_said() -> None:
    site = crawl(
        *((f"{s}.example", "registrant", "ann@mail.example") for s in "ab"),
        *((f"{s}.example", "address", "192.0.2.7") for s in "ab"),
    )
    engine = linking(EACH, site=site)
    (row,) = sites.measure(engine).to_pylist()
    assert "1 registrant and an address" in row["claim"]
    behind = engine.fetch(row["query"]).to_pylist()
    assert {r["domain"] for r in behind} == {"a.example", "b.example"}
    assert "192.0.2.7" not in f"{row}{behind}"
    assert "ann@mail" not in f"{row}{behind}"
