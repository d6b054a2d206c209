"""Whom the network amplifies: the accounts it reposts, and itself.

Descriptions: staff, fans and single-issue users repost one account too. The members that repost
one account almost alone are compared with those others that repost it at all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import (
    FEWEST,
    Count,
    Row,
    against,
    evidence,
    holm,
    listed,
    noteworthy,
    percent,
    quoted,
    rows,
)

FEWEST_REPOSTS = 20
WORTH_SAYING = 0.1  # of a network's reposts; below, nobody is amplified
MOSTLY = 0.8  # of an account's reposts go to one account: single-source

REPOSTS = """
    SELECT m.network AS network, p.account AS account, p.target_account AS target,
           count(*) AS reposts
    FROM post p JOIN membership m ON p.account = m.account
    WHERE p.kind = 'repost' AND p.target_account IS NOT NULL
    GROUP BY m.network, p.account, p.target_account
"""
OUTSIDE = """
    SELECT p.account AS account, p.target_account AS target, count(*) AS reposts
    FROM post p ANTI JOIN membership USING (account)
    WHERE p.kind = 'repost' AND p.target_account IN ({targets})
    GROUP BY p.account, p.target_account
"""
OUTSIDE_TOTALS = """
    SELECT p.account AS account, count(*) AS reposts
    FROM post p ANTI JOIN membership USING (account)
    WHERE p.kind = 'repost' AND p.target_account IS NOT NULL AND p.account IN
          (SELECT account FROM post WHERE kind = 'repost' AND target_account IN ({targets}))
    GROUP BY p.account
"""
OUTSIDE_TOTAL = """
    SELECT count(*) AS reposts FROM post p ANTI JOIN membership USING (account)
    WHERE p.kind = 'repost' AND p.target_account IS NOT NULL
"""
REPOSTED = """
    SELECT p.account, p.time, p.post, p.target_account, p.target_post
    FROM post p JOIN membership m ON p.account = m.account
    WHERE m.network = {network} AND p.kind = 'repost' AND p.target_account = {target}
    ORDER BY p.time, p.account
"""
# what an account aims at another one; ids and handles both name members
AIMED = """
    SELECT p.account, p.time, p.post, p.kind AS how, p.target_account AS target
    FROM post p WHERE p.target_account IS NOT NULL AND p.target_account <> p.account
    UNION ALL
    SELECT n.account, n.time, n.post, 'mention' AS how, n.target
    FROM mention n WHERE n.target IS NOT NULL AND n.target <> n.account
"""
NAMES = """
    SELECT m.network AS network, m.account AS name FROM membership m
    UNION
    SELECT m.network, lower(a.handle) FROM membership m JOIN account a ON a.account = m.account
    WHERE a.handle IS NOT NULL
"""
ECHO = f"""
    SELECT m.network AS network, count(*) AS aimed, count(n.name) AS inside
    FROM ({AIMED}) AS x JOIN membership m ON x.account = m.account
         LEFT JOIN ({NAMES}) AS n ON n.network = m.network AND n.name = x.target
    GROUP BY m.network
"""
ECHO_OUTSIDE = f"""
    SELECT n.network AS network, count(*) AS inside
    FROM (SELECT * FROM ({AIMED}) AS a ANTI JOIN membership USING (account)) AS x
         JOIN ({NAMES}) AS n ON n.name = x.target
    GROUP BY n.network
"""
ECHO_OUTSIDE_TOTAL = (
    f"SELECT count(*) AS aimed FROM ({AIMED}) AS a ANTI JOIN membership USING (account)"
)
ECHOED = f"""
    SELECT x.account, x.time, x.how, x.target, x.post
    FROM ({AIMED}) AS x JOIN membership m ON x.account = m.account
         JOIN ({NAMES}) AS n ON n.network = m.network AND n.name = x.target
    WHERE m.network = {{network}} ORDER BY x.time, x.account
"""


def measure(engine: Engine) -> pa.Table:
    """The account each network reposts most, its single-source members, and its echo."""
    return evidence([*_favourites(engine), *_echoes(engine)])


# --- whom it reposts


@dataclass(frozen=True)
class _Favourite:
    """The account a network reposts most.

    Args:
        reposts: the network's reposts of it, of all its reposts.
        outside: the same for all other accounts together.
        loyal: members that repost it almost alone, of those with reposts enough.
        fans: the same for the other accounts that repost it at all.
    """

    network: str
    target: str
    reposts: Count
    outside: Count
    loyal: Count
    fans: Count


def _favourites(engine: Engine) -> Iterator[Row]:
    networks: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for row in rows(engine, REPOSTS):
        networks[row["network"]][row["account"]][row["target"]] = row["reposts"]
    favourites = {network: _most_reposted(networks[network]) for network in sorted(networks)}
    outside = _outside(engine, set(favourites.values()))
    found = [_favourite(n, target, networks[n], outside) for n, target in favourites.items()]
    p = holm({f.network: f.loyal.tail(f.fans) for f in found})
    for favourite in found:
        if (
            favourite.reposts.of >= FEWEST_REPOSTS
            and (favourite.reposts.share or 0) >= WORTH_SAYING
        ):
            yield _favourite_row(favourite)
        if favourite.loyal.have >= FEWEST and noteworthy(p[favourite.network]):
            yield _single_source_row(favourite, p[favourite.network])


def _most_reposted(members: Mapping[str, Counter[str]]) -> str:
    totals: Counter[str] = sum(members.values(), Counter())
    return min(totals, key=lambda target: (-totals[target], target))


@dataclass(frozen=True)
class _Outside:
    """Reposts by the other accounts.

    Args:
        all: how many they made.
        by_fan: all reposts of each other account that reposts a favourite.
        of: favourite → other account → its reposts of it.
    """

    all: int
    by_fan: dict[str, int]
    of: dict[str, dict[str, int]]


def _outside(engine: Engine, targets: set[str]) -> _Outside:
    if not targets:
        return _Outside(0, {}, {})
    (total,) = rows(engine, OUTSIDE_TOTAL)
    by_fan = rows(engine, OUTSIDE_TOTALS.format(targets=listed(targets)))
    of: dict[str, dict[str, int]] = {target: {} for target in targets}
    for row in rows(engine, OUTSIDE.format(targets=listed(targets))):
        of[row["target"]][row["account"]] = row["reposts"]
    return _Outside(total["reposts"], {r["account"]: r["reposts"] for r in by_fan}, of)


def _favourite(
    network: str, target: str, members: Mapping[str, Counter[str]], outside: _Outside
) -> _Favourite:
    own = {account: (by[target], by.total()) for account, by in members.items()}
    theirs = {account: (n, outside.by_fan[account]) for account, n in outside.of[target].items()}
    return _Favourite(
        network,
        target,
        Count(sum(n for n, _ in own.values()), sum(of for _, of in own.values())),
        Count(sum(n for n, _ in theirs.values()), outside.all),
        _loyal(own),
        _loyal(theirs),
    )


def _loyal(reposts: Mapping[str, tuple[int, int]]) -> Count:
    enough = [(n, of) for n, of in reposts.values() if of >= FEWEST_REPOSTS]
    return Count(sum(n >= MOSTLY * of for n, of in enough), len(enough))


def _row(favourite: _Favourite, values: Row) -> Row:
    network, target = quoted(favourite.network), quoted(favourite.target)
    return {
        "network": favourite.network,
        "measure": "amplification",
        "family": "amplification",
        "inauthentic": False,
        "query": REPOSTED.format(network=network, target=target),
        **values,
    }


def _favourite_row(favourite: _Favourite) -> Row:
    own, outside = favourite.reposts, favourite.outside
    comparison = (
        f"{percent(outside.share)} of {outside.of:,} reposts of other accounts do"
        if outside.of
        else "no reposts of other accounts to compare with"
    )
    claim = (
        f"{own.have:,} of {own.of:,} reposts ({percent(own.share)}) repeat @{favourite.target}; "
        f"{comparison}."
    )
    figures = {"value": own.share, "baseline": outside.share, "n": own.of}
    return _row(favourite, {"claim": claim, **figures})


def _single_source_row(favourite: _Favourite, p: float | None) -> Row:
    loyal, fans = favourite.loyal, favourite.fans
    claim = (
        f"Single-source: {loyal.have:,} of {loyal.of:,} members with {FEWEST_REPOSTS} reposts or "
        f"more take {percent(MOSTLY)} of them or more from @{favourite.target}; "
        f"{against(fans, f'other accounts that repost @{favourite.target}')}."
    )
    figures = {"value": loyal.share, "baseline": fans.share, "n": loyal.of, "p": p}
    return _row(favourite, {"claim": claim, **figures})


# --- how much it aims at itself


def _echoes(engine: Engine) -> Iterator[Row]:
    (total,) = rows(engine, ECHO_OUTSIDE_TOTAL)
    inside = {row["network"]: row["inside"] for row in rows(engine, ECHO_OUTSIDE)}
    for row in rows(engine, f"SELECT * FROM ({ECHO}) AS echo ORDER BY network"):
        own = Count(row["inside"], row["aimed"])
        if own.have and own.of >= FEWEST_REPOSTS:
            yield _echo_row(
                row["network"], own, Count(inside.get(row["network"], 0), total["aimed"])
            )


def _echo_row(network: str, own: Count, others: Count) -> Row:
    comparison = (
        f"{percent(others.share)} of {others.of:,} of the other accounts are"
        if others.of
        else "no other accounts to compare with"
    )
    return {
        "network": network,
        "measure": "amplification",
        "family": "amplification",
        "inauthentic": False,
        "claim": f"{own.have:,} of {own.of:,} reposts, replies, quotes and mentions "
        f"({percent(own.share)}) are aimed at other members; {comparison}.",
        "value": own.share,
        "baseline": others.share,
        "n": own.of,
        "query": ECHOED.format(network=quoted(network)),
    }
