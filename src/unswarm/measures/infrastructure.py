"""Devices, addresses, phones, means of payment and e-mail addresses that members share.

What more than one in a thousand outsiders use, and more than one of them, is nobody's mark: a
carrier's or a university's address, a shop's telephone. Internet addresses are compared among the
accounts of the same countries only. Whoever names one owner openly may share all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import (
    FEWEST,
    Count,
    Row,
    evidence,
    holm,
    noteworthy,
    percent,
    quoted,
    significant,
)
from unswarm.measures._sharing import (
    Sharing,
    accounts_of,
    declared,
    owners,
    ownership,
    sharings,
)

MEDIA = {
    "device": "devices",
    "ip": "internet addresses",
    "phone": "phone numbers",
    "payment": "means of payment",
    "email": "e-mail addresses",
}
FEWEST_COMMON = 2  # outsiders that must use a thing before it is common
PLACED = ("ip",)  # rare in one country, common in another

_USED = """
    SELECT DISTINCT account, value AS object, {stratum} AS stratum FROM infrastructure
    WHERE medium = {medium} AND trim(value) <> '' AND trim(account) <> ''
"""
# the hashes stay where they are: what is shared is numbered
_QUERY = """
    SELECT u.account, u.medium, dense_rank() OVER (ORDER BY u.value) AS thing,
           min(u.time) AS first, max(u.time) AS last, min(u.country) AS country
    FROM infrastructure u JOIN membership m ON u.account = m.account
    WHERE m.network = {network} AND u.medium = {medium} AND u.value IN (
        SELECT i.value FROM infrastructure i JOIN membership n ON i.account = n.account
        WHERE n.network = {network} AND i.medium = {medium}
        GROUP BY i.value HAVING count(DISTINCT i.account) > 1)
    GROUP BY u.account, u.medium, u.value ORDER BY thing, u.account
"""


def measure(engine: Engine) -> pa.Table:
    """What the members of each network share, medium by medium."""
    found = {
        (medium, sharing.network): sharing
        for medium in MEDIA
        for sharing in sharings(engine, _used(medium), FEWEST_COMMON)
    }
    p = holm({f"{medium} {network}": found[medium, network].p for medium, network in found})
    named = owners(engine) if found else {}
    return evidence(
        row
        for (medium, network), sharing in found.items()
        for row in _rows(sharing, medium, p[f"{medium} {network}"], named)
    )


def _used(medium: str) -> str:
    stratum = "coalesce(country, '')" if medium in PLACED else "''"
    return _USED.format(stratum=stratum, medium=quoted(medium))


def _rows(
    sharing: Sharing, medium: str, p: float | None, named: Mapping[str, set[str]]
) -> Iterator[Row]:
    if sharing.members.have < FEWEST or not noteworthy(p):
        return
    said = declared(accounts_of(sharing.shared), named)
    row = _row(sharing, medium, p, said)
    yield row
    if said:
        yield ownership(sharing.network, "infrastructure", said, row["query"])


def _row(sharing: Sharing, medium: str, p: float | None, said: tuple[str, Count] | None) -> Row:
    members, things = sharing.members, MEDIA[medium]
    openly = f"; {said[1].have:,} of them name the same owner ({said[0]})" if said else ""
    return {
        "network": sharing.network,
        "measure": "infrastructure",
        "family": "infrastructure",
        "inauthentic": significant(p) and not said,
        "claim": f"{members.have:,} of {members.of:,} members whose {things} are known share one "
        f"with another member ({things}: {len(sharing.shared):,}); "
        f"{_others(sharing.others, things, medium)}{openly}.",
        "value": members.share,
        "baseline": sharing.others.share,
        "n": members.of,
        "p": p,
        "query": _QUERY.format(network=quoted(sharing.network), medium=quoted(medium)),
    }


def _others(others: Count, things: str, medium: str) -> str:
    where = " of the same countries" if medium in PLACED else ""
    if not others.of:
        return f"no others{where} to compare with"
    return (
        f"of {others.of:,} others{where}, {others.have:,} have one of the {things} of the network "
        f"(at most {percent(others.upper)})"
    )
