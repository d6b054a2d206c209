"""Accounts created together, and old accounts that woke up.

The densest windows of 5 minutes, 1 hour, 1 day and 7 days are compared with the other accounts
created in the same window, matched on the month they were first seen posting. Migrations, launches
and sign-up drives make such windows too; they show among the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import (
    FEWEST,
    MEMBERS,
    OTHERS,
    SIDES,
    Count,
    Row,
    Trait,
    against,
    evidence,
    holm,
    noteworthy,
    quoted,
    rows,
    significant,
)
from unswarm.model import DAY, HOUR, MINUTE

WINDOWS = {5 * MINUTE: "5 minutes", HOUR: "one hour", DAY: "one day", 7 * DAY: "seven days"}
SHARE_OF_A_DAY = 0.3  # of the members inside one day, where no hour holds FEWEST of them
MONTH = 30 * DAY
OLD = 365 * DAY

BIRTHS = """
    SELECT s.network AS network, a.account AS account, a.created AS created,
           coalesce(a.created_precision, 1000) AS precision, a.posts AS lifetime,
           p.posts AS posts, p.first AS first
    FROM account a JOIN {sides} s ON a.account = s.account
         LEFT JOIN (SELECT account, count(*) AS posts, min(time) AS first FROM post
                    GROUP BY account) p ON a.account = p.account
    WHERE a.created IS NOT NULL
"""
QUERY = """
    SELECT a.account, a.handle, a.name, a.created, a.created_precision
    FROM account a JOIN membership m ON a.account = m.account
    WHERE m.network = {network} AND a.created BETWEEN {start} AND {end}
    ORDER BY a.created, a.account
"""

_dormant = Trait(
    "creation",
    "creation",
    "were at least a year old, and had posted less than in this data, when first seen here",
    "of known age and number of posts",
    f"SELECT * FROM ({BIRTHS.format(sides=MEMBERS)}) AS births ORDER BY created, account",
)


def measure(engine: Engine) -> pa.Table:
    """The densest creation window of each network, and its members that woke up."""
    births = rows(engine, BIRTHS.format(sides=SIDES))
    networks: dict[str, list[Row]] = defaultdict(list)
    for row in births:
        networks[row["network"]].append(row)
    others = networks.pop(OTHERS, [])
    dormant = ((r["network"], _woke_up(r)) for r in births if r["lifetime"] and r["posts"])
    return evidence([*_bursts(networks, others), *_dormant.evidence(dormant)])


def _woke_up(row: Row) -> bool:
    old = row["first"] - row["created"] >= OLD
    return bool(old and row["lifetime"] < 2 * row["posts"])


@dataclass(frozen=True)
class _Burst:
    """The creation window of a network that its reference explains least."""

    width: int
    start: int
    members: Count
    others: Count
    p: float | None


def _bursts(networks: dict[str, list[Row]], others: list[Row]) -> list[Row]:
    found = {name: _burst(networks[name], others) for name in sorted(networks)}
    p = holm({name: burst.p if burst else 1.0 if others else None for name, burst in found.items()})
    return [
        _row(name, burst, p[name]) for name, burst in found.items() if burst and noteworthy(p[name])
    ]


def _burst(members: list[Row], others: list[Row]) -> _Burst | None:
    reference = _matched(members, others)
    windows = (_densest(members, width) for width in WINDOWS)
    bursts = [
        _against(width, start, Count(have, len(members)), reference)
        for width, (have, start) in zip(WINDOWS, windows, strict=True)
        if have >= FEWEST
    ]
    if not _together(bursts):
        return None
    return min(bursts, key=lambda burst: (1.0 if burst.p is None else burst.p, burst.width))


def _together(bursts: Iterable[_Burst]) -> bool:
    return any(
        burst.width <= HOUR
        or (burst.width == DAY and burst.members.have >= SHARE_OF_A_DAY * burst.members.of)
        for burst in bursts
    )


def _matched(members: list[Row], others: list[Row]) -> list[Row]:
    """The other accounts first seen posting in a month in which a member was."""
    months = {_month(row) for row in members}
    return [row for row in others if _month(row) in months]


def _month(row: Row) -> int | None:
    return None if row["first"] is None else int(row["first"] // MONTH)


def _densest(members: list[Row], width: int) -> tuple[int, int]:
    """(how many were created in the densest window, when it starts); coarse times are left out."""
    created = np.sort([row["created"] for row in members if row["precision"] <= width])
    if not len(created):
        return 0, 0
    inside = np.searchsorted(created, created + width, side="right") - np.arange(len(created))
    first = int(inside.argmax())
    return int(inside[first]), int(created[first])


def _against(width: int, start: int, members: Count, reference: list[Row]) -> _Burst:
    """p of one window, corrected for every start and width tried."""
    fine = [row["created"] for row in reference if row["precision"] <= width]
    others = Count(sum(start <= created <= start + width for created in fine), len(fine))
    p = members.tail(others)
    tried = members.of * len(WINDOWS)
    return _Burst(width, start, members, others, None if p is None else min(1.0, p * tried))


def _row(network: str, burst: _Burst, p: float | None) -> Row:
    members, end = burst.members, burst.start + burst.width
    day = datetime.fromtimestamp(burst.start / 1000, UTC).strftime("%Y-%m-%d %H:%M")
    return {
        "network": network,
        "measure": "creation",
        "family": "creation",
        "inauthentic": significant(p),
        "claim": f"{members.have:,} of {members.of:,} members of known age were created within "
        f"{WINDOWS[burst.width]} from {day} UTC; "
        f"{against(burst.others, 'other accounts first seen in the same months', 'were')}.",
        "value": members.share,
        "baseline": burst.others.share,
        "n": members.of,
        "p": p,
        "query": QUERY.format(network=quoted(network), start=burst.start, end=end),
    }
