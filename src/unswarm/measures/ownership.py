"""Innocent explanations: one owner, named openly or not, and newsrooms that share their texts.

Pages of one company act in concert because one hand runs them. What shows it: most of them lead to
one site that hardly anybody else leads to, carry its name, or name the same account in their
profiles.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from unswarm.canonical import mentions_in
from unswarm.engines import Engine
from unswarm.measures._evidence import (
    NO_DESTINATION,
    OTHERS,
    SIDES,
    Count,
    Row,
    against,
    evidence,
    listed,
    quoted,
    rows,
)

FEWEST_LINKS = 10
HOME = 0.5  # of an account's links lead to it: its home site
MOST = 2 / 3  # of the members
RARE = 0.1  # of the other accounts
FEWEST_TEXTS = 5
SHORTEST_NAME = 4

SITES = f"""
    SELECT s.network AS network, l.account AS account, l.domain AS domain, count(*) AS links
    FROM link l JOIN {SIDES} s ON l.account = s.account
    WHERE l.domain IS NOT NULL AND l.domain NOT IN ({listed(NO_DESTINATION)})
    GROUP BY s.network, l.account, l.domain
"""
PROFILES = f"""
    SELECT s.network AS network, a.account AS account, a.handle AS handle, a.name AS name,
           a.bio AS bio
    FROM account a JOIN {SIDES} s ON a.account = s.account
"""
SHARED_TEXTS = """
    SELECT network, count(*) AS texts FROM (
        SELECT m.network AS network, t.object AS object
        FROM trace t JOIN membership m ON t.account = m.account WHERE t.signal = 'texts'
        GROUP BY m.network, t.object HAVING count(DISTINCT t.account) > 1) AS shared
    GROUP BY network
"""
LINKS = """
    SELECT l.account, l.time, l.url, l.domain, l.post
    FROM link l JOIN membership m ON l.account = m.account
    WHERE m.network = {network} AND l.domain IN ({domains}) ORDER BY l.time, l.account
"""
MEMBERS = """
    SELECT account, handle, name, bio FROM account
    WHERE account IN (SELECT account FROM membership WHERE network = {network})
    ORDER BY account
"""


@dataclass(frozen=True)
class _Home:
    """The site most of an account's links lead to."""

    domain: str
    links: int
    of: int


Homes = dict[str, dict[str, _Home]]  # network → account → its home site
Profiles = dict[str, dict[str, Row]]  # network → account → its profile


def measure(engine: Engine) -> pa.Table:
    """Networks of one owner, openly organised ones, and newsrooms that syndicate."""
    homes, profiles = _homes(engine), _profiles(engine)
    texts = {row["network"]: row["texts"] for row in rows(engine, SHARED_TEXTS)}
    networks = sorted(set(profiles) - {OTHERS})
    return evidence(
        row
        for network in networks
        for row in (
            *_owner(network, homes, profiles),
            *_named_in_profiles(network, profiles),
            *_syndication(network, homes, len(profiles[network]), texts.get(network, 0)),
        )
    )


def _homes(engine: Engine) -> Homes:
    sites: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows(engine, SITES):
        sites[row["network"], row["account"]][row["domain"]] = row["links"]
    homes: Homes = defaultdict(dict)
    for (network, account), links in sites.items():
        ((domain, most),) = links.most_common(1)
        if links.total() >= FEWEST_LINKS and most >= HOME * links.total():
            homes[network][account] = _Home(domain, most, links.total())
    return homes


def _profiles(engine: Engine) -> Profiles:
    profiles: Profiles = defaultdict(dict)
    for row in rows(engine, PROFILES):
        profiles[row["network"]][row["account"]] = row
    return profiles


# --- one owner


def _owner(network: str, homes: Homes, profiles: Profiles) -> Iterator[Row]:
    own = homes.get(network, {})
    domain = _commonest(home.domain for home in own.values())
    if domain is None:
        return
    at_home = {account: home for account, home in own.items() if home.domain == domain}
    members, others = _most_of(at_home, profiles[network]), _others_at(domain, homes)
    if members is None or (others.of and others.have > RARE * others.of):
        return
    yield _owner_row(network, domain, members, others, list(at_home.values()))
    named = _most_of(_carriers(domain, at_home, profiles[network]), profiles[network])
    if named:
        yield _open_row(network, named, f"carry the name of the site they lead to ({domain})")


def _commonest(options: Iterator[str]) -> str | None:
    counts = Counter(options)
    return min(counts, key=lambda option: (-counts[option], option), default=None)


def _most_of(some: Collection[str], members: Collection[str]) -> Count | None:
    """The count, if it is two members and most of them."""
    count = Count(len(some), len(members))
    return count if count.have > 1 and count.have >= MOST * count.of else None


def _others_at(domain: str, homes: Homes) -> Count:
    others = homes.get(OTHERS, {})
    return Count(sum(home.domain == domain for home in others.values()), len(others))


def _carriers(domain: str, accounts: Iterable[str], profiles: dict[str, Row]) -> list[str]:
    label = _plain(domain.split(".")[0])
    if len(label) < SHORTEST_NAME:
        return []
    return [account for account in accounts if label in _names(profiles[account])]


def _names(profile: Row) -> str:
    return _plain(f"{profile['handle'] or profile['account']}|{profile['name'] or ''}")


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _owner_row(
    network: str, domain: str, members: Count, others: Count, homes: Sequence[_Home]
) -> Row:
    to_domain, links = sum(home.links for home in homes), sum(home.of for home in homes)
    claim = (
        f"shared ownership possible: {members.have:,} of {members.of:,} members lead mostly to "
        f"{domain} ({to_domain:,} of their {links:,} links); "
        f"{against(others, 'other accounts with such a site')}."
    )
    query = LINKS.format(network=quoted(network), domains=quoted(domain))
    return _row(network, claim, members, query, others.share)


def _open_row(network: str, members: Count, how: str) -> Row:
    claim = f"openly organised: {members.have:,} of {members.of:,} members {how}."
    return _row(network, claim, members, MEMBERS.format(network=quoted(network)))


def _row(
    network: str, claim: str, members: Count, query: str, baseline: float | None = None
) -> Row:
    return {
        "network": network,
        "measure": "ownership",
        "family": "innocent",
        "inauthentic": False,
        "claim": claim,
        "value": members.share,
        "baseline": baseline,
        "n": members.of,
        "query": query,
    }


# --- the same account named in the profiles


def _named_in_profiles(network: str, profiles: Profiles) -> Iterator[Row]:
    naming = _naming(profiles[network])
    handle = _commonest(name for name, accounts in naming.items() for _ in accounts)
    if handle is None:
        return
    members = _most_of(naming[handle], profiles[network])
    others = profiles.get(OTHERS, {})
    reference = Count(len(_naming(others).get(handle, ())), len(others))
    if members and not (reference.of and reference.have > RARE * reference.of):
        who = f"name @{handle} in their profile; {against(reference)}"
        yield _open_row(network, members, who)


def _naming(profiles: dict[str, Row]) -> dict[str, set[str]]:
    """Handle → the accounts whose profile names it."""
    naming: dict[str, set[str]] = defaultdict(set)
    for account, profile in profiles.items():
        for handle in mentions_in(profile["bio"] or ""):
            naming[handle].add(account)
    return naming


# --- newsrooms


def _syndication(network: str, homes: Homes, members: int, texts: int) -> Iterator[Row]:
    own = homes.get(network, {})
    domains = {home.domain for home in own.values()}
    most = Count(len(domains), members)
    if texts < FEWEST_TEXTS or most.have < MOST * most.of or most.have < 2:
        return
    claim = (
        f"newsroom syndication possible: {len(own):,} of {members:,} members lead mostly to a site "
        f"of their own, {len(domains):,} sites in all, and {texts:,} texts were published by two "
        f"members or more."
    )
    query = LINKS.format(network=quoted(network), domains=listed(domains))
    yield _row(network, claim, most, query)
