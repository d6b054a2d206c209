"""How often the accounts post, compared with the others.

Posts per day between an account's first and last post in the data, at least one day. Many posts a
day are no proof of a machine: newsrooms and enthusiasts post as much.
"""

from __future__ import annotations

from statistics import median

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import (
    MEMBERS,
    OTHERS,
    SIDES,
    Row,
    Trait,
    evidence,
    quoted,
    rows,
)
from unswarm.model import DAY

MANY = 72  # posts a day; one every ten minutes for twelve hours, the mark of the DFRLab
FEWEST_POSTS = 5

RATES = f"""
    SELECT s.network AS network, p.account AS account, count(*) AS posts,
           min(p.time) AS first, max(p.time) AS last,
           CAST(count(*) AS DOUBLE) * {DAY}
               / greatest(max(p.time) - min(p.time), {DAY}) AS rate
    FROM post p JOIN {{sides}} s ON p.account = s.account
    GROUP BY s.network, p.account HAVING count(*) >= {FEWEST_POSTS}
"""
QUERY = f"SELECT * FROM ({RATES.format(sides=MEMBERS)}) AS rates ORDER BY rate DESC, account"

_many = Trait(
    "posting",
    "rhythm",
    f"post at least {MANY} times a day",
    f"with {FEWEST_POSTS} posts or more",
    QUERY,
)


def measure(engine: Engine) -> pa.Table:
    """The median rate of each network, and the members above `MANY` posts a day."""
    rates = rows(engine, RATES.format(sides=SIDES))
    networks: dict[str, list[float]] = {}
    for row in rates:
        networks.setdefault(row["network"], []).append(row["rate"])
    usual = networks.pop(OTHERS, [])
    medians = [_median(network, networks[network], usual) for network in sorted(networks)]
    return evidence(medians + _many.evidence((r["network"], r["rate"] >= MANY) for r in rates))


def _median(network: str, rates: list[float], usual: list[float]) -> Row:
    own, other = median(rates), median(usual) if usual else None
    comparison = (
        "no other accounts to compare with"
        if other is None
        else f"the median of {len(usual):,} other accounts is {other:,.1f}"
    )
    return {
        "network": network,
        "measure": "posting",
        "family": "rhythm",
        "inauthentic": False,
        "claim": f"The median of {len(rates):,} members is {own:,.1f} posts a day; {comparison}.",
        "value": own,
        "baseline": other,
        "n": len(rates),
        "query": QUERY.format(network=quoted(network)),
    }
