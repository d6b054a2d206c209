"""When the accounts of a network acted: over time, by the hour of the week, account by account."""

from __future__ import annotations

from typing import Any

from unswarm.engines import quoted
from unswarm.exporters._report import queries
from unswarm.findings import Findings
from unswarm.looking import many, one
from unswarm.model import DAY, HOUR, MINUTE, SECOND

BARS = 120  # of a course over time, at most
ROWS = 80  # accounts in the map of accounts and times, those with most posts first
WIDTHS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY)
WEEK = 7 * 24

SPAN = """
SELECT min(p.time) AS first, max(p.time) AS last, max(p.precision) AS precision, count(*) AS posts
FROM post AS p JOIN membership AS m ON m.account = p.account
WHERE m.network = {network} AND p.time IS NOT NULL
"""
COURSE = """
SELECT CAST(floor((p.time - {since}) / {width}.0) AS BIGINT) AS bar, count(*) AS posts
FROM post AS p {join} WHERE {of} AND p.time >= {since} AND p.time < {until} GROUP BY 1 ORDER BY 1
"""
MEMBER = ("JOIN membership AS m ON m.account = p.account", "m.network = {network}")
OTHER = ("LEFT JOIN membership AS m ON m.account = p.account", "m.account IS NULL")
JOINT = """
SELECT CAST(floor((o.time - {since}) / {width}.0) AS BIGINT) AS bar, count(*) AS occasions
FROM occasion AS o WHERE o.network = {network} AND o.together
  AND o.time >= {since} AND o.time < {until} GROUP BY 1 ORDER BY 1
"""
HOURS = """
SELECT CAST(floor(p.time / 3600000.0) AS BIGINT) % 168 AS hour, count(*) AS posts
FROM post AS p {join} WHERE {of} AND p.time IS NOT NULL GROUP BY 1 ORDER BY 1
"""
ACCOUNTS = """
WITH own AS (
    SELECT p.account, p.time FROM post AS p JOIN membership AS m ON m.account = p.account
    WHERE m.network = {network} AND p.time >= {since} AND p.time < {until}
), busiest AS (
    SELECT account, count(*) AS posts FROM own GROUP BY 1 ORDER BY posts DESC, account LIMIT {rows}
)
SELECT b.account, b.posts AS posts_in_all, a.handle,
       CAST(floor((o.time - {since}) / {width}.0) AS BIGINT) AS bar, count(*) AS posts
FROM busiest AS b JOIN own AS o ON o.account = b.account
LEFT JOIN account AS a ON a.account = b.account
GROUP BY 1, 2, 3, 4 ORDER BY posts_in_all DESC, b.account, bar
"""
SIZES = """
SELECT (SELECT count(*) FROM membership WHERE network = {network}) AS members,
       (SELECT count(*) FROM account) - (SELECT count(DISTINCT account) FROM membership) AS others
"""


def times(
    findings: Findings, network: str, since: int | None = None, until: int | None = None
) -> dict[str, Any] | None:
    """The times of a network's posts; None where none of them has a time.

    Args:
        since, until: only from then until before then, milliseconds UTC; None: all.

    Returns:
        `first`, `last`, `width` of a bar, `bars`: number of posts of members, of others, and
        joint occasions; `week`: 168 hours from Monday 00:00 UTC, members and others; `accounts`:
        the busiest accounts, each with its posts by bar; `born`: creations by day.
    """
    name = quoted(network)
    span = one(findings, SPAN.format(network=name))
    if span is None or span["first"] is None:
        return None
    since = span["first"] if since is None else since
    until = span["last"] + SECOND if until is None else until
    width = _width(until - since, span["precision"] or SECOND)
    asked = {"network": name, "since": since, "until": until, "width": width}
    number = -(-(until - since) // width)

    def course(sql: str, value: str = "posts", **more: str) -> list[int]:
        rows = many(findings, sql.format(**asked, **more))
        return _filled(number, {row["bar"]: row[value] for row in rows})

    return {
        "first": span["first"],
        "last": span["last"],
        "since": since,
        "until": until,
        "width": width,
        "precision": span["precision"],
        "members": course(COURSE, **_of(MEMBER, name)),
        "others": course(COURSE, **_of(OTHER, name)),
        "joint": course(JOINT, "occasions"),
        "sizes": one(findings, SIZES.format(network=name)),
        "week": _week(findings, name, span["precision"] or SECOND),
        "accounts": _accounts(findings, asked, number),
        "born": _born(findings, network),
    }


def _of(who: tuple[str, str], name: str) -> dict[str, str]:
    join, of = who
    return {"join": join, "of": of.format(network=name)}


def _width(span: int, precision: int) -> int:
    fits = (width for width in WIDTHS if width >= precision and span / width <= BARS)
    return next(fits, max(WIDTHS[-1], -(-span // BARS // DAY) * DAY))


def _filled(number: int, bars: dict[int, int]) -> list[int]:
    return [bars.get(bar, 0) for bar in range(max(1, number))]


def _week(findings: Findings, name: str, precision: int) -> dict[str, list[int]] | None:
    """Posts by hour of the week from Monday on; None where times are too coarse to tell hours."""
    if precision > HOUR:
        return None
    found = {}
    for who, of in (("members", MEMBER), ("others", OTHER)):
        rows = many(findings, HOURS.format(**_of(of, name)))
        monday = 3 * 24  # the epoch was a Thursday
        hours = {(row["hour"] + monday) % WEEK: row["posts"] for row in rows}
        found[who] = _filled(WEEK, hours)
    return found


def _accounts(findings: Findings, asked: dict[str, Any], number: int) -> list[dict[str, Any]]:
    rows = many(findings, ACCOUNTS.format(**asked, rows=ROWS))
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        known = found.setdefault(
            row["account"],
            {
                "account": row["account"],
                "handle": row["handle"],
                "posts": row["posts_in_all"],
                "bars": [0] * max(1, number),
            },
        )
        if row["bar"] < len(known["bars"]):
            known["bars"][row["bar"]] = row["posts"]
    return list(found.values())


def _born(findings: Findings, network: str) -> list[dict[str, Any]]:
    """Day of creation (milliseconds UTC) → members created then."""
    days: dict[int, int] = {}
    for row in many(findings, queries.only(queries.BORN, [network])):
        day = row["hour"] // 24 * DAY
        days[day] = days.get(day, 0) + row["accounts"]
    return [{"day": day, "accounts": number} for day, number in sorted(days.items())]
