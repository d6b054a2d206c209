"""Innocent explanation: the members are feeds, or are posted ahead, and say so."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._automation import FEEDS, SCHEDULERS, Side, automated
from unswarm.measures._evidence import (
    FEWEST,
    OTHERS,
    Count,
    Row,
    against,
    counted,
    evidence,
    quoted,
    rows,
)

ENOUGH = 0.5  # of the members

MEMBERS = "SELECT network, count(*) AS members FROM membership GROUP BY network ORDER BY network"
QUERY = """
    SELECT a.account, a.handle, a.bio, p.client, count(p.post) AS posts
    FROM membership m JOIN account a ON a.account = m.account
         LEFT JOIN post p ON p.account = m.account
    WHERE m.network = {network} GROUP BY a.account, a.handle, a.bio, p.client
    ORDER BY a.account, posts DESC
"""


def measure(engine: Engine) -> pa.Table:
    """Networks half of whose members disclose that programs post for them."""
    members = {row["network"]: row["members"] for row in rows(engine, MEMBERS)}
    openly = automated(engine, FEEDS)
    found = list(_rows(members, openly, "automated, disclosed", "say in their profile or by"))
    named = {row["network"] for row in found}
    rest = {network: n for network, n in members.items() if network not in named}
    planned = automated(engine, FEEDS + SCHEDULERS)
    found += _rows(rest, planned, "automated feed possible", "post ahead, or say by")
    return evidence(found)


def _rows(members: dict[str, int], shown: dict[Side, bool], name: str, how: str) -> Iterator[Row]:
    counts = counted((network, yes) for (network, _), yes in shown.items())
    others = counts.pop(OTHERS, Count())
    for network, of in members.items():
        count = Count(counts.get(network, Count()).have, of)
        if count.have >= FEWEST and count.have >= ENOUGH * of:
            yield _row(network, count, others, name, how)


def _row(network: str, count: Count, others: Count, name: str, how: str) -> Row:
    return {
        "network": network,
        "measure": "feeds",
        "family": "innocent",
        "inauthentic": False,
        "claim": f"{name}: {count.have:,} of {count.of:,} members {how} the program they post "
        f"with that they are automated; {against(others)}.",
        "value": count.share,
        "baseline": others.share,
        "n": count.of,
        "query": QUERY.format(network=quoted(network)),
    }
