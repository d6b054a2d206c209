"""Changes of name, handle, owner or country, handles taken over, and hand-overs of administration.

Facts with their dates, for a person to judge: names change for many reasons, and whose handle was
taken may be a victim.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import Row, evidence, quoted, rows
from unswarm.measures._sharing import INVOLVED
from unswarm.model import DAY

SOON = 30 * DAY  # between one administrator's leaving and another one's coming

_CHANGES = f"""
    SELECT DISTINCT i.network AS network, r.account AS account, r.what AS what,
           r.before AS was, r.after AS became, r.time AS time
    FROM rename r JOIN {INVOLVED} i ON r.account = i.account
    WHERE trim(r.what) <> '' ORDER BY network, what, time, account, was, became
"""
_CHANGES_QUERY = """
    SELECT r.account, r.what, r.before, r.after, r.time, r.precision
    FROM rename r JOIN {involved} i ON r.account = i.account
    WHERE i.network = {network} AND r.what = {what} ORDER BY r.time, r.account
"""
# a handle that one account gave up or has, and another one took
_TAKEN = """
    SELECT DISTINCT i.network AS network, r.account AS account, h.account AS former,
           lower(trim(r.after)) AS handle, r.time AS time
    FROM rename r JOIN {involved} i ON r.account = i.account
    JOIN (
        SELECT account, lower(trim(before)) AS handle FROM rename WHERE what = 'handle'
        UNION
        SELECT account, lower(trim(handle)) AS handle FROM account
    ) h ON h.handle = lower(trim(r.after)) AND h.account <> r.account
    WHERE r.what = 'handle' AND h.handle <> '' {only}
    ORDER BY network, time, account, former
"""
_HANDED = """
    SELECT DISTINCT i.network AS network, went.target AS target, went.account AS former,
           went.until AS left_at, came.account AS account, came.time AS came_at
    FROM role went JOIN {involved} i ON went.target = i.account
    JOIN role came ON came.target = went.target AND came.account <> went.account
    WHERE went.role IN ('administers', 'owns') AND came.role IN ('administers', 'owns')
        AND came.time - went.until BETWEEN {earliest} AND {latest} {only}
    ORDER BY network, came_at, target, former, account
"""


def measure(engine: Engine) -> pa.Table:
    """What changed in each network and among the accounts tied to it, kind by kind."""
    return evidence([*_changes(engine), *_taken(engine), *_handed(engine)])


def _changes(engine: Engine) -> Iterator[Row]:
    changes: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows(engine, _CHANGES):
        changes[row["network"], row["what"]].append(row)
    for (network, what), found in changes.items():
        accounts = _distinct(found, "account")
        query = _CHANGES_QUERY.format(involved=INVOLVED, network=quoted(network), what=quoted(what))
        claim = (
            f"{_accounts(accounts)} changed their {what} (changes: {len(found):,})"
            f"{_when(row['time'] for row in found)}."
        )
        yield _row(network, claim, accounts, query)


def _taken(engine: Engine) -> Iterator[Row]:
    for network, found in _by_network(engine, _taken_query()).items():
        accounts = _distinct(found, "account")
        claim = (
            f"{_accounts(accounts)} took a handle that another account had or has "
            f"(handles: {_distinct(found, 'handle'):,}){_when(row['time'] for row in found)}."
        )
        yield _row(network, claim, accounts, _taken_query(network))


def _taken_query(network: str | None = None) -> str:
    return _TAKEN.format(involved=INVOLVED, only=_only(network))


def _handed(engine: Engine) -> Iterator[Row]:
    for network, found in _by_network(engine, _handed_query()).items():
        pages = _distinct(found, "target")
        claim = (
            f"pages, groups and channels whose administration changed hands: {pages:,}; an "
            f"administrator left and another one came within {SOON // DAY} days"
            f"{_when(row['came_at'] for row in found)}."
        )
        yield _row(network, claim, pages, _handed_query(network))


def _handed_query(network: str | None = None) -> str:
    return _HANDED.format(involved=INVOLVED, earliest=-SOON, latest=SOON, only=_only(network))


def _only(network: str | None) -> str:
    return "" if network is None else f"AND i.network = {quoted(network)}"


def _by_network(engine: Engine, query: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows(engine, query):
        found[row["network"]].append(row)
    return found


def _distinct(found: Iterable[Row], column: str) -> int:
    return len({row[column] for row in found})


def _accounts(count: int) -> str:
    return "1 account of the network" if count == 1 else f"{count:,} accounts of the network"


def _when(times: Iterable[int | None]) -> str:
    """The first and the last day, and the one on which most happened."""
    days = Counter(_day(time) for time in times if time is not None)
    if not days:
        return ", on unknown days"
    if len(days) == 1:
        return f", on {min(days)}"
    busiest = min(days, key=lambda day: (-days[day], day))
    most = f", most on {busiest} ({days[busiest]:,})" if days[busiest] > 1 else ""
    return f", between {min(days)} and {max(days)}{most}"


def _day(time: int) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%d")


def _row(network: str, claim: str, count: int, query: str) -> Row:
    return {
        "network": network,
        "measure": "renames",
        "family": "identity",
        "inauthentic": False,
        "claim": claim,
        "value": float(count),
        "n": count,
        "query": query,
    }
