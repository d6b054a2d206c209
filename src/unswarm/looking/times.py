"""When the accounts of a network acted: over time, by the hour of the week, account by account."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unswarm.engines import quoted
from unswarm.exporters._report import queries
from unswarm.findings import Findings
from unswarm.looking import Asked, many, one
from unswarm.model import DAY, HOUR, MINUTE, SECOND

BARS = 120  # of a course over time, about
ROWS = 80  # accounts in the map of accounts and times, those with most posts first
WIDTHS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY)
WEEK = 7 * 24
MONDAY = 3 * 24  # hours from the Monday before it to the epoch, a Thursday

POSTS = """
SELECT p.account, p.time, p.precision FROM post AS p
JOIN membership AS m ON m.account = p.account
WHERE m.network = {network} AND p.time IS NOT NULL ORDER BY p.account
"""
OTHERS = """
SELECT CAST(floor((p.time - {since}) / {width}.0) AS BIGINT) AS bar, count(*) AS posts
FROM post AS p LEFT JOIN membership AS m ON m.account = p.account
WHERE m.account IS NULL AND p.time >= {since} AND p.time < {until} GROUP BY 1 ORDER BY 1
"""
JOINT = "SELECT o.time FROM occasion AS o WHERE o.network = {network} AND o.together"
HANDLES = """
SELECT a.account, a.handle FROM account AS a JOIN membership AS m ON m.account = a.account
WHERE m.network = {network}
"""
SIZES = """
SELECT (SELECT count(*) FROM membership WHERE network = {network}) AS members,
       (SELECT count(*) FROM account) - (SELECT count(DISTINCT account) FROM membership) AS others
"""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Bars:
    """Where the bars of a course stand: from `since` on, each `width` milliseconds."""

    since: int
    width: int
    number: int

    @classmethod
    def of(cls, since: int, until: int, precision: int) -> Bars:
        """Bars from a moment to another one, their edges on multiples of their width."""
        fits = (w for w in WIDTHS if w >= precision and (until - since) / w <= BARS)
        width = next(fits, max(WIDTHS[-1], -(-(until - since) // BARS // DAY) * DAY))
        first = since // width * width
        return cls(first, width, max(1, -(-(until - first) // width)))

    @property
    def until(self) -> int:
        """Where they end."""
        return self.since + self.width * self.number

    def count(self, times: Ints, weights: Ints | None = None) -> list[int]:
        """How many of some moments lie in each."""
        place = (times - self.since) // self.width
        inside = (place >= 0) & (place < self.number)
        kept = None if weights is None else weights[inside]
        return np.bincount(place[inside], kept, self.number).astype(int).tolist()  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Own:
    """The posts of a network's members: the place of the account in `accounts`, and the time."""

    accounts: list[str]
    account: Ints
    time: Ints
    precision: int
    joint: Ints
    handles: dict[str, str | None]
    sizes: dict[str, int]
    born: list[dict[str, int]]


def times(
    findings: Findings, network: str, since: int | None = None, until: int | None = None
) -> dict[str, Any] | None:
    """The times of a network's posts; None where none of them has a time.

    Args:
        since, until: only from then until before then, milliseconds UTC; None: all.

    Returns:
        `first`, `last`; `since`, `until`, `width` of the bars; `members`, `others`, `joint`: posts
        and joint occasions by bar; `week`: 168 hours from Monday 00:00 UTC, members and others;
        `accounts`: the busiest accounts, each with its posts by bar; `born`: creations by day.
    """
    own = _own(Asked(findings, network))
    if own is None:
        return None
    first, last = int(own.time.min()), int(own.time.max())
    since = first if since is None else since
    until = last + SECOND if until is None else max(until, since + 1)
    bars = Bars.of(since, until, own.precision)
    return {
        "first": first,
        "last": last,
        "since": bars.since,
        "until": bars.until,
        "width": bars.width,
        "precision": own.precision,
        "members": bars.count(own.time),
        "others": _others(findings, bars),
        "joint": bars.count(own.joint),
        "sizes": own.sizes,
        "week": _week(findings, own),
        "accounts": _accounts(own, bars),
        "born": own.born,
    }


@lru_cache(maxsize=32)
def _own(asked: Asked) -> Own | None:
    name = quoted(asked.network)
    posts = asked.findings.engine.fetch(POSTS.format(network=name))
    if not len(posts):
        return None
    accounts = posts["account"].combine_chunks().dictionary_encode()
    joint = asked.findings.engine.fetch(JOINT.format(network=name))["time"]
    return Own(
        accounts=accounts.dictionary.to_pylist(),
        account=accounts.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        time=posts["time"].to_numpy(),
        precision=max(filter(None, posts["precision"].to_pylist()), default=SECOND),
        joint=joint.to_numpy().astype(np.int64),
        handles={
            row["account"]: row["handle"]
            for row in many(asked.findings, HANDLES.format(network=name))
        },
        sizes=one(asked.findings, SIZES.format(network=name)) or {},
        born=_born(asked.findings, asked.network),
    )


def _others(findings: Findings, bars: Bars) -> list[int]:
    """Posts of everybody else by bar: of bars of whole hours from what is known of the hours."""
    if bars.width >= HOUR:
        hour, posts = _hours(Asked(findings))
        return bars.count(hour * HOUR, posts)
    rows = many(findings, OTHERS.format(since=bars.since, until=bars.until, width=bars.width))
    found = {row["bar"]: row["posts"] for row in rows}
    return [found.get(bar, 0) for bar in range(bars.number)]


@lru_cache(maxsize=8)
def _hours(asked: Asked) -> tuple[Ints, Ints]:
    """Hours since the epoch, and the posts of accounts in no network in each."""
    rows = asked.findings.engine.fetch(queries.OTHER_HOURS)
    known = rows.filter(rows["hour"].is_valid())
    return known["hour"].to_numpy().astype(np.int64), known["posts"].to_numpy().astype(np.int64)


def _week(findings: Findings, own: Own) -> dict[str, list[int]] | None:
    """Posts by hour of the week from Monday on; None where times are too coarse to tell hours."""
    if own.precision > HOUR:
        return None
    hour, posts = _hours(Asked(findings))
    return {
        "members": np.bincount((own.time // HOUR + MONDAY) % WEEK, minlength=WEEK).tolist(),
        "others": np.bincount((hour + MONDAY) % WEEK, posts, WEEK).astype(int).tolist(),
    }


def _accounts(own: Own, bars: Bars) -> list[dict[str, Any]]:
    """The accounts with most posts in the time shown, each with its posts by bar."""
    place = (own.time - bars.since) // bars.width
    inside = (place >= 0) & (place < bars.number)
    cells = own.account[inside] * bars.number + place[inside]
    posts = np.bincount(cells, minlength=len(own.accounts) * bars.number)
    posts = posts.reshape(len(own.accounts), bars.number)
    busiest = np.argsort(-posts.sum(axis=1), kind="stable")[:ROWS]
    return [
        {
            "account": own.accounts[account],
            "handle": own.handles.get(own.accounts[account]),
            "posts": int(posts[account].sum()),
            "bars": posts[account].tolist(),
        }
        for account in busiest
        if posts[account].any()
    ]


def _born(findings: Findings, network: str) -> list[dict[str, int]]:
    """Day of creation (milliseconds UTC) → members created then."""
    days: dict[int, int] = {}
    for row in many(findings, queries.only(queries.BORN, [network])):
        day = row["hour"] // 24 * DAY
        days[day] = days.get(day, 0) + row["accounts"]
    return [{"day": day, "accounts": number} for day, number in sorted(days.items())]
