"""How the members acted together: how often, how closely, on how many objects and days.

The figures are those of the members' own tests; the baseline is what innocent explanations, taken
from the outsiders on the same objects and from each account's own habits, account for.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import Row, evidence, quoted, rows
from unswarm.model import DAY, HOUR, MINUTE, SECOND

NETWORKS = """
    SELECT network, tier, accounts, occasions, together, expected, days, objects, exclusive
    FROM network WHERE together > 0
"""
GAPS = """
    SELECT network, "window", count(*) AS meetings, median(gap) AS gap
    FROM occasion WHERE together GROUP BY network, "window"
"""
TOGETHER = """
    SELECT account, object, time, post, partner, partner_post, gap, outsiders, explained
    FROM occasion WHERE network = {network} AND together ORDER BY time, account
"""
POSSIBLE = """
    SELECT account, object, time, post, together, explained
    FROM occasion WHERE network = {network} ORDER BY time, account
"""


def measure(engine: Engine) -> pa.Table:
    """Joint occasions against explained ones, the objects and days, and the median gap."""
    gaps: dict[str, Row] = {}
    for row in sorted(rows(engine, GAPS), key=lambda r: (r["network"], r["window"])):
        gaps.setdefault(row["network"], row)
    found = sorted(rows(engine, NETWORKS), key=lambda r: str(r["network"]))
    known = [row for row in found if row["network"] in gaps]
    return evidence([said for row in known for said in _said(row, gaps[row["network"]])])


def _said(network: Row, gap: Row) -> Iterator[Row]:
    name = network["network"]
    expected = network["expected"]
    explained = (
        "too few other accounts are in this data to say how many of them are innocent"
        if expected is None
        else f"innocent explanations account for {expected:.1f}"
    )
    yield _row(
        name,
        f"On {network['together']:,} of {network['occasions']:,} possible occasions its "
        f"{network['accounts']:,} members acted together; {explained}.",
        (network["together"], expected, network["occasions"]),
        POSSIBLE,
    )
    yield _row(
        name,
        f"They met on {network['objects']:,} objects on {network['days']:,} "
        f"{'day' if network['days'] == 1 else 'days'}; nobody else touched "
        f"{round((network['exclusive'] or 0) * network['objects']):,} of these objects.",
        (network["objects"], None, network["objects"]),
        TOGETHER,
    )
    yield _row(
        name,
        f"In half of {gap['meetings']:,} joint actions the nearest other member was no more "
        f"than {_duration(gap['gap'])} away.",
        (gap["gap"] / SECOND, None, gap["meetings"]),
        TOGETHER,
    )


def _row(network: str, claim: str, figures: tuple[float, float | None, int], query: str) -> Row:
    value, baseline, n = figures
    return {
        "network": network,
        "measure": "coordination",
        "family": "coordination",
        "inauthentic": False,
        "claim": claim,
        "value": float(value),
        "baseline": baseline,
        "n": n,
        "p": None,
        "query": query.format(network=quoted(network)),
    }


def _duration(milliseconds: float) -> str:
    for unit, name in ((DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes")):
        if milliseconds >= 2 * unit:
            return f"{milliseconds / unit:.1f} {name}"
    return f"{milliseconds / SECOND:.0f} seconds"
