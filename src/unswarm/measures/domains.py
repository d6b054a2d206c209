"""Where the network sends people: the sites it links to, and how exclusively.

A description, never a sign of guilt: staff, fans and single-issue users push one site too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import (
    NO_DESTINATION,
    Count,
    Row,
    evidence,
    listed,
    percent,
    quoted,
    rows,
)

SHOWN = 3  # sites per network
FEWEST_LINKS = 5
FEWEST_ACCOUNTS = 2  # one member's site says nothing of the network
WORTH_SHOWING = 0.1  # of its links

_HIDDEN = listed(NO_DESTINATION)
OWN = f"""
    SELECT m.network AS network, l.domain AS domain, count(*) AS links,
           count(DISTINCT l.account) AS accounts
    FROM link l JOIN membership m ON l.account = m.account
    WHERE l.domain IS NOT NULL AND l.domain NOT IN ({_HIDDEN}) GROUP BY m.network, l.domain
"""
EVERYBODY = f"""
    SELECT l.domain AS domain, count(*) AS links, count(o.account) AS others
    FROM link l LEFT JOIN (SELECT account FROM account ANTI JOIN membership USING (account)) o
         ON l.account = o.account
    WHERE l.domain IN (SELECT domain FROM ({OWN}) AS own) GROUP BY l.domain
"""
OTHERS_LINKS = f"""
    SELECT count(*) AS links FROM link l ANTI JOIN membership USING (account)
    WHERE l.domain IS NOT NULL AND l.domain NOT IN ({_HIDDEN})
"""
QUERY = """
    SELECT l.account, l.time, l.url, l.domain, l.post
    FROM link l JOIN membership m ON l.account = m.account
    WHERE m.network = {network} AND l.domain IN ({domains}) ORDER BY l.time, l.account
"""


def measure(engine: Engine) -> pa.Table:
    """The sites each network links to most, its share of all links to them, their inequality."""
    networks: dict[str, list[Row]] = defaultdict(list)
    for row in rows(engine, OWN):
        networks[row["network"]].append(row)
    everybody = {row["domain"]: row for row in rows(engine, EVERYBODY)}
    (others,) = rows(engine, OTHERS_LINKS)
    return evidence(
        row
        for network in sorted(networks)
        for row in _network(network, networks[network], everybody, others["links"])
    )


def _network(
    network: str, sites: list[Row], everybody: dict[str, Row], others: int
) -> Iterator[Row]:
    sites = sorted(sites, key=lambda site: (-site["links"], site["domain"]))
    links = sum(site["links"] for site in sites)
    if links < FEWEST_LINKS:
        return
    for site in sites[:1] + [s for s in sites[1:SHOWN] if s["links"] >= WORTH_SHOWING * links]:
        own, all_links = Count(site["links"], links), everybody[site["domain"]]
        if site["accounts"] < FEWEST_ACCOUNTS:
            continue
        yield _destination(network, site, own, Count(all_links["others"], others))
        if site["links"] >= WORTH_SHOWING * all_links["links"]:
            yield _exclusive(network, site["domain"], Count(site["links"], all_links["links"]))
    if len(sites) > 1:
        yield _concentration(network, [site["links"] for site in sites], sites[0]["domain"])


def _row(network: str, domain: str, values: Row) -> Row:
    query = QUERY.format(network=quoted(network), domains=quoted(domain))
    return {
        "network": network,
        "measure": "domains",
        "family": "traffic",
        "inauthentic": False,
        "query": query,
        **values,
    }


def _destination(network: str, site: Row, own: Count, others: Count) -> Row:
    comparison = (
        f"{percent(others.share)} of {others.of:,} links of other accounts do"
        if others.of
        else "no other accounts to compare with"
    )
    claim = (
        f"{own.have:,} of {own.of:,} links ({percent(own.share)}) of {site['accounts']:,} members "
        f"lead to {site['domain']}; {comparison}."
    )
    figures = {"value": own.share, "baseline": others.share, "n": own.of}
    return _row(network, site["domain"], {"claim": claim, **figures})


def _exclusive(network: str, domain: str, own: Count) -> Row:
    claim = (
        f"{percent(own.share)} of all {own.of:,} links to {domain} in this data come from the "
        f"network; {own.of - own.have:,} come from accounts outside it."
    )
    return _row(network, domain, {"claim": claim, "value": own.share, "n": own.of})


def _concentration(network: str, links: Sequence[int], top: str) -> Row:
    claim = (
        f"Its {sum(links):,} links lead to {len(links):,} sites; their inequality (Gini) is "
        f"{gini(links):.2f} (0: all alike, 1: one site only)."
    )
    return _row(network, top, {"claim": claim, "value": gini(links), "n": sum(links)})


def gini(counts: Sequence[int]) -> float:
    """Gini coefficient, corrected for few items so that it reaches 1; a single item is 1."""
    ordered, n = sorted(counts), len(counts)
    if n == 1:
        return 1.0
    weighted = sum(rank * count for rank, count in enumerate(ordered, 1))
    return (2 * weighted / (n * sum(ordered)) - (n + 1) / n) * n / (n - 1)
