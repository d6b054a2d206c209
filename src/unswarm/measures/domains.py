"""Where the network sends people: the sites it links to, how exclusively, and who else does.

A description, never a sign of guilt: staff, fans and single-issue users push one site too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import (
    FEWEST,
    NO_DESTINATION,
    OTHERS,
    SIDES,
    Count,
    Row,
    against,
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
ALMOST_ALL = 0.9  # of an account's links: it hardly leads anywhere else

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
LED = f"""
    SELECT s.network AS network, l.account AS account, l.domain AS domain, count(*) AS links
    FROM link l JOIN {SIDES} s ON l.account = s.account
    WHERE l.domain IS NOT NULL AND l.domain NOT IN ({_HIDDEN})
    GROUP BY s.network, l.account, l.domain
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
    """The sites each network links to most, whose links to them are, and their inequality."""
    networks: dict[str, list[Row]] = defaultdict(list)
    for row in rows(engine, OWN):
        networks[row["network"]].append(row)
    everybody = {row["domain"]: row for row in rows(engine, EVERYBODY)}
    led = _led(engine) if networks else {}
    (others,) = rows(engine, OTHERS_LINKS)
    return evidence(
        row
        for network in sorted(networks)
        for row in (
            *_network(network, networks[network], everybody, others["links"]),
            *_together(network, networks[network], everybody, led),
        )
    )


Led = dict[str, dict[str, Counter[str]]]  # network → account → site → links


def _led(engine: Engine) -> Led:
    led: Led = defaultdict(lambda: defaultdict(Counter))
    for row in rows(engine, LED):
        led[row["network"]][row["account"]][row["domain"]] = row["links"]
    return led


def _network(
    network: str, sites: list[Row], everybody: dict[str, Row], others: int
) -> Iterator[Row]:
    sites, links = _by_links(sites), _links(sites)
    if links < FEWEST_LINKS:
        return
    for site in _shown(sites):
        own, all_links = Count(site["links"], links), everybody[site["domain"]]
        if site["accounts"] < FEWEST_ACCOUNTS:
            continue
        yield _destination(network, site, own, Count(all_links["others"], others))
        if site["links"] >= WORTH_SHOWING * all_links["links"]:
            yield _exclusive(network, site["domain"], Count(site["links"], all_links["links"]))
    if len(sites) > 1:
        yield _concentration(network, [site["links"] for site in sites], sites[0]["domain"])


def _links(sites: Sequence[Row]) -> int:
    return sum(site["links"] for site in sites)


def _by_links(sites: list[Row]) -> list[Row]:
    return sorted(sites, key=lambda site: (-site["links"], site["domain"]))


def _shown(sites: Sequence[Row]) -> list[Row]:
    """The site most links lead to, and the next ones that are worth showing."""
    enough = WORTH_SHOWING * _links(sites)
    return [*sites[:1], *(site for site in sites[1:SHOWN] if site["links"] >= enough)]


# --- the sites worth showing, taken together


def _together(
    network: str, sites: list[Row], everybody: Mapping[str, Row], led: Led
) -> Iterator[Row]:
    shown = [s for s in _shown(_by_links(sites)) if s["accounts"] >= FEWEST_ACCOUNTS]
    if _links(sites) < FEWEST_LINKS or not shown:
        return
    if len(shown) > 1:
        yield _voice(network, shown, [everybody[site["domain"]] for site in shown])
    domains = [site["domain"] for site in shown]
    members = _devoted(led.get(network, {}), domains)
    if members.have >= FEWEST:
        yield _devotion(network, domains, members, _devoted(led.get(OTHERS, {}), domains))


def _voice(network: str, own: Sequence[Row], everybody: Sequence[Row]) -> Row:
    """Share of voice: whose the links to the network's top sites are."""
    links, all_links = _links(own), _links(everybody)
    others = sum(row["others"] for row in everybody)
    parts = [f"{links:,} ({percent(links / all_links)}) are the network's"]
    if rest := all_links - links - others:
        parts.append(f"{rest:,} ({percent(rest / all_links)}) are other networks'")
    parts.append(f"{others:,} ({percent(others / all_links)}) are those of accounts in none")
    claim = (
        f"Of all {all_links:,} links in this data to the {len(own):,} sites it links to most, "
        f"{', '.join(parts)}."
    )
    values = {"claim": claim, "value": links / all_links, "n": all_links}
    return _row(network, [site["domain"] for site in own], values)


def _devoted(accounts: Mapping[str, Counter[str]], domains: Sequence[str]) -> Count:
    """Accounts that hardly lead anywhere else, of those with enough links."""
    able = [sites for sites in accounts.values() if sites.total() >= FEWEST_LINKS]
    devoted = [s for s in able if sum(s[d] for d in domains) >= ALMOST_ALL * s.total()]
    return Count(len(devoted), len(able))


def _devotion(network: str, domains: Sequence[str], members: Count, others: Count) -> Row:
    where = domains[0] if len(domains) == 1 else f"the {len(domains):,} sites it links to most"
    claim = (
        f"{members.have:,} of {members.of:,} members with {FEWEST_LINKS} links or more lead at "
        f"least {percent(ALMOST_ALL)} of them to {where}; "
        f"{against(others, f'other accounts with {FEWEST_LINKS} links or more')}."
    )
    figures = {"value": members.share, "baseline": others.share, "n": members.of}
    return _row(network, domains, {"claim": claim, **figures})


def _row(network: str, domains: Sequence[str], values: Row) -> Row:
    query = QUERY.format(network=quoted(network), domains=listed(domains))
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
    return _row(network, [site["domain"]], {"claim": claim, **figures})


def _exclusive(network: str, domain: str, own: Count) -> Row:
    claim = (
        f"{percent(own.share)} of all {own.of:,} links to {domain} in this data come from the "
        f"network; {own.of - own.have:,} come from accounts outside it."
    )
    return _row(network, [domain], {"claim": claim, "value": own.share, "n": own.of})


def _concentration(network: str, links: Sequence[int], top: str) -> Row:
    claim = (
        f"Its {sum(links):,} links lead to {len(links):,} sites; their inequality (Gini) is "
        f"{gini(links):.2f} (0: all alike, 1: one site only)."
    )
    return _row(network, [top], {"claim": claim, "value": gini(links), "n": sum(links)})


def gini(counts: Sequence[int]) -> float:
    """Gini coefficient, corrected for few items so that it reaches 1; a single item is 1."""
    ordered, n = sorted(counts), len(counts)
    if n == 1:
        return 1.0
    weighted = sum(rank * count for rank, count in enumerate(ordered, 1))
    return (2 * weighted / (n * sum(ordered)) - (n + 1) / n) * n / (n - 1)
