"""Whose sites the network leads to: those that share an owner's ids, as a crawl saw them.

Links to sister sites are no sign of guilt: publishers have many sites, and readers who like them
all. How many other sites of the crawl carry the same ids says how much sharing one means.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from unswarm.canonical import clean_url
from unswarm.engines import Engine
from unswarm.measures._evidence import (
    NO_DESTINATION,
    Row,
    evidence,
    listed,
    percent,
    rows,
)
from unswarm.sites import OWNERS, SPOKEN, Crawl, Sisters

SHOWN = 3  # groups of sisters per network
NAMED = 6  # sites and ids in a sentence
FEWEST_ACCOUNTS = 2  # one member's site says nothing of the network

_HIDDEN = listed(NO_DESTINATION)
LINKS = f"""
    SELECT m.network AS network, l.domain AS domain, count(*) AS links,
           count(DISTINCT l.account) AS accounts
    FROM link l JOIN membership m ON l.account = m.account
    WHERE l.domain IS NOT NULL AND l.domain NOT IN ({_HIDDEN}) GROUP BY m.network, l.domain
"""
ADS = f"""
    SELECT DISTINCT m.network AS network, a.domain AS domain
    FROM ad a JOIN membership m ON a.account = m.account
    WHERE a.domain IS NOT NULL AND a.domain NOT IN ({_HIDDEN})
"""
PROFILES = """
    SELECT DISTINCT m.network AS network, a.website AS website
    FROM account a JOIN membership m ON a.account = m.account WHERE a.website IS NOT NULL
"""
EVERYBODY = "SELECT l.domain AS domain, count(*) AS links FROM link l GROUP BY l.domain"
QUERY = f"""
    SELECT s.domain, s.trait, CASE WHEN s.trait IN ({listed(SPOKEN)}) THEN s.value END AS value,
           min(s.time) AS first
    FROM site s WHERE s.domain IN ({{domains}}) AND s.trait IN ({{traits}})
    GROUP BY s.domain, s.trait, CASE WHEN s.trait IN ({listed(SPOKEN)}) THEN s.value END
    ORDER BY s.trait, value, s.domain
"""
WORDS = {
    "ads": "advertising account",
    "analytics": "visitor counter",
    "registrant": "registrant",
    "verification": "proof of ownership",
}
BESIDE = {"address": "an address", "certificate": "a certificate"}


def measure(engine: Engine) -> pa.Table:
    """The largest groups of sister sites among those each network leads to."""
    crawl = Crawl.of(engine)
    if not crawl.sites:
        return evidence([])
    links = _links(engine)
    everybody = {row["domain"]: row["links"] for row in rows(engine, EVERYBODY)}
    return evidence(
        row
        for network, sites in sorted(_led_to(engine, links).items())
        for row in _network(network, sorted(sites), links[network], (crawl, everybody))
    )


def _links(engine: Engine) -> dict[str, dict[str, Row]]:
    """Network → site → its row of `LINKS`."""
    links: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows(engine, LINKS):
        links[row["network"]][row["domain"]] = row
    return links


def _led_to(engine: Engine, links: Mapping[str, Mapping[str, Row]]) -> dict[str, set[str]]:
    """Network → the sites that its posts, advertisements and profiles lead to."""
    sites: dict[str, set[str]] = defaultdict(set)
    for network, own in links.items():
        sites[network] = {d for d, row in own.items() if row["accounts"] >= FEWEST_ACCOUNTS}
    for row in rows(engine, ADS):
        sites[row["network"]].add(row["domain"])
    for row in rows(engine, PROFILES):
        found = clean_url(row["website"])
        if found and found[1] not in NO_DESTINATION:
            sites[row["network"]].add(found[1])
    return sites


def _network(
    network: str,
    sites: Sequence[str],
    links: Mapping[str, Row],
    known: tuple[Crawl, Mapping[str, int]],
) -> Iterator[Row]:
    crawl, everybody = known
    crawled = crawl.sites.intersection(sites)
    others = crawl.sites - crawled
    alike = len(crawl.alike(others))
    for group in crawl.sisters(sorted(crawled))[:SHOWN]:
        spoken = (
            f"{_are(group, len(crawled))} {_marks(group)}; {_elsewhere(group, len(others))}. "
            f"{_traffic(group, links, everybody)}"
        )
        yield {
            "network": network,
            "measure": "sites",
            "family": "traffic",
            "inauthentic": False,
            "claim": spoken.strip(),
            "value": len(group.sites) / len(crawled),
            "baseline": alike / len(others) if others else None,
            "n": len(crawled),
            "query": _query(group),
        }


def _are(group: Sisters, crawled: int) -> str:
    """`3 of the 9 crawled sites it leads to (a.example, b.example, c.example) share`."""
    which = f"{len(group.sites):,} of the {crawled:,} crawled sites it leads to"
    return f"sister sites: {which} ({_some(group.sites)}) share"


def _some(names: Sequence[str]) -> str:
    left = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {left:,} more" if left > 0 else "")


def _marks(group: Sisters) -> str:
    """What they share: `1 visitor counter (ua-4711 on 3 of them) and an address`."""
    parts = []
    counts = Counter(mark.trait for mark in group.marks)
    for trait, number in sorted(counts.items()):
        what = WORDS[trait] + ("s" if number > 1 and trait != "verification" else "")
        parts.append(f"{number:,} {what}{_ids(group, trait)}")
    parts += [BESIDE[trait] for trait in group.beside]
    return parts[0] if len(parts) < 2 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _ids(group: Sisters, trait: str) -> str:
    if trait not in SPOKEN:
        return ""
    own = [f"{m.value} on {len(m.sites):,}" for m in group.marks if m.trait == trait]
    return f" ({_some(own)} of them)"


def _elsewhere(group: Sisters, others: int) -> str:
    if not others:
        return "the crawl holds no other sites to compare with"
    verb = "carries" if len(group.elsewhere) == 1 else "carry"
    return (
        f"{len(group.elsewhere):,} of {others:,} other sites in the crawl {verb} one of these ids"
    )


def _traffic(group: Sisters, links: Mapping[str, Row], everybody: Mapping[str, int]) -> str:
    own = sum(links[site]["links"] for site in group.sites if site in links)
    if not own:
        return ""
    total = sum(row["links"] for row in links.values())
    every = sum(everybody.get(site, 0) for site in group.sites)
    return (
        f"{own:,} of the network's {total:,} links lead to them, {percent(own / every)} of all "
        f"{every:,} links to them in this data."
    )


def _query(group: Sisters) -> str:
    """The ids of these sites and of the others that carry one; registrants stay unsaid."""
    return QUERY.format(
        domains=listed([*group.sites, *group.elsewhere]),
        traits=listed({mark.trait for mark in group.marks} & set(OWNERS)),
    )
