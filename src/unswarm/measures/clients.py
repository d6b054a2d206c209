"""The program the accounts post with, where the source names it.

A program that most members use mostly, and few others do, shows one hand or one habit; schedulers
are used by newsrooms and companies too.
"""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import (
    SIDES,
    Row,
    Shared,
    against,
    evidence,
    most_shared,
    noteworthy,
    quoted,
    rows,
)

POSTS_BY_CLIENT = f"""
    SELECT s.network AS network, p.account AS account, p.client AS client, count(*) AS posts
    FROM post p JOIN {SIDES} s ON p.account = s.account
    WHERE p.client IS NOT NULL GROUP BY s.network, p.account, p.client
"""
QUERY = """
    SELECT p.account, p.client, count(*) AS posts, min(p.time) AS first, max(p.time) AS last
    FROM post p JOIN membership m ON p.account = m.account
    WHERE m.network = {network} AND p.client = {client}
    GROUP BY p.account, p.client ORDER BY posts DESC, p.account
"""


def measure(engine: Engine) -> pa.Table:
    """The main program of the members that sets each network apart most."""
    posts: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for row in rows(engine, POSTS_BY_CLIENT):
        posts[row["network"], row["account"]].append((row["posts"], row["client"]))
    shared = most_shared((network, [max(own)[1]]) for (network, _), own in posts.items())
    return evidence(_row(n, found) for n, found in shared.items() if noteworthy(found.p))


def _row(network: str, found: Shared) -> Row:
    members = found.members
    return {
        "network": network,
        "measure": "clients",
        "family": "rhythm",
        "inauthentic": False,
        "claim": f"{members.have:,} of {members.of:,} members post mostly with "
        f"“{found.option}”; {against(found.others)}.",
        "value": members.share,
        "baseline": found.others.share,
        "n": members.of,
        "p": found.p,
        "query": QUERY.format(network=quoted(network), client=quoted(found.option)),
    }
