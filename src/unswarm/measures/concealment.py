"""Accounts that state one country and are run from another one, as the platform says.

What the profile states is compared with the country the source names as the operator's, and with
the countries of the people who run a page: it is another one when more than half of those known sit
elsewhere. Expatriates and foreign newsrooms do this too: the network is compared with the other
accounts of the same kinds, and whoever names an owner openly is left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._countries import Codes, countries, elsewhere, name
from unswarm.measures._evidence import (
    FEWEST,
    OTHERS,
    SIDES,
    Count,
    Row,
    against,
    evidence,
    holm,
    listed,
    noteworthy,
    rows,
    significant,
)

SHOWN = 3  # pairs of countries that a sentence names

_STATED = f"""
    SELECT s.network AS network, a.account AS account, a.kind AS kind,
           a.claimed_country AS stated, a.operator_country AS operator, a.owner AS owner
    FROM account a JOIN {SIDES} s ON a.account = s.account
    WHERE trim(a.claimed_country) <> '' ORDER BY network, account
"""
_PEOPLE = f"""
    SELECT r.target AS account, r.country AS country,
           CAST(sum(coalesce(r.people, 1)) AS BIGINT) AS people
    FROM role r SEMI JOIN {SIDES} s ON r.target = s.account
    WHERE r.role IN ('administers', 'owns', 'advertises', 'moderates')
        AND r.until IS NULL AND trim(r.country) <> ''
    GROUP BY r.target, r.country
"""
_QUERY = """
    SELECT a.account, a.kind, a.name, a.claimed_country, a.operator_country,
           r.role, r.country, coalesce(r.people, 1) AS people, r.time
    FROM account a LEFT JOIN role r
        ON r.target = a.account AND r.until IS NULL AND trim(r.country) <> ''
    WHERE a.account IN ({accounts}) ORDER BY a.account, r.country, r.role, r.time
"""

People = Mapping[str, Mapping[str, int]]  # account → country as written → people


@dataclass(frozen=True)
class _Seen:
    """One account whose stated and actual country can be read.

    Args:
        stated: the countries its profile may mean.
        actual: where it is run from: the commonest country of those who run it.
        people: of those who run it, how many sit where; empty: the source names the operator's
            country alone.
        other: whether it is run from another country than the stated one.
    """

    network: str
    account: str
    kind: str | None
    owner: str
    stated: Codes
    actual: str
    people: Mapping[str, int]
    other: bool


def measure(engine: Engine) -> pa.Table:
    """The members of each network that are run from elsewhere, beside others of their kinds."""
    people = _people(engine)
    networks: dict[str, list[_Seen]] = defaultdict(list)
    for row in rows(engine, _STATED):
        if seen := _seen(row, people.get(row["account"], {})):
            networks[seen.network].append(seen)
    others = networks.pop(OTHERS, [])
    counts = {n: _counts(networks[n], others) for n in sorted(networks)}
    p = holm({n: members.tail(reference) for n, (members, reference) in counts.items()})
    return evidence(
        _row(networks[n], *counts[n], p[n])
        for n in counts
        if counts[n][0].have >= FEWEST and noteworthy(p[n])
    )


def _people(engine: Engine) -> People:
    people: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows(engine, _PEOPLE):
        people[row["account"]][row["country"]] = row["people"]
    return people


def _seen(row: Row, people: Mapping[str, int]) -> _Seen | None:
    """What can be read of one account; None where a country is not known."""
    stated = countries(row["stated"])
    known = {country: n for country, n in people.items() if countries(country)}
    operator = row["operator"] if row["operator"] and countries(row["operator"]) else None
    if not stated or not (known or operator):
        return None
    return _Seen(
        row["network"],
        row["account"],
        row["kind"],
        (row["owner"] or "").strip(),
        stated,
        operator or min(known, key=lambda country: (-known[country], country)),
        known,
        _run_from_elsewhere(stated, operator, known),
    )


def _run_from_elsewhere(stated: Codes, operator: str | None, people: Mapping[str, int]) -> bool:
    """Whether everything that is known says so: the operator's country, and most of the people."""
    away = sum(n for country, n in people.items() if elsewhere(stated, countries(country)))
    says = [2 * away > sum(people.values())] if people else []
    return all([*says, *([elsewhere(stated, countries(operator))] if operator else [])])


def _counts(members: Iterable[_Seen], others: Iterable[_Seen]) -> tuple[Count, Count]:
    """How many members are run from elsewhere, and others of their kinds; without named owners."""
    own = list(_unnamed(members))
    kinds = {seen.kind for seen in own}
    matched = [seen for seen in _unnamed(others) if seen.kind in kinds]
    return _count(own), _count(matched)


def _unnamed(accounts: Iterable[_Seen]) -> Iterator[_Seen]:
    return (seen for seen in accounts if not seen.owner)


def _count(accounts: list[_Seen]) -> Count:
    return Count(sum(seen.other for seen in accounts), len(accounts))


def _row(seen: list[_Seen], members: Count, others: Count, p: float | None) -> Row:
    away = [one for one in _unnamed(seen) if one.other]
    owned = len(seen) - members.of
    openly = f" {owned:,} more name an owner and are not counted." if owned else ""
    return {
        "network": away[0].network,
        "measure": "concealment",
        "family": "concealment",
        "inauthentic": significant(p),
        "claim": f"{members.have:,} of {members.of:,} members whose stated and actual country are "
        f"known state one country and are run from another one ({_pairs(away)}{_staff(away)}); "
        f"{against(others, 'other accounts of the same kinds', 'are')}.{openly}",
        "value": members.share,
        "baseline": others.share,
        "n": members.of,
        "p": p,
        "query": _QUERY.format(accounts=listed(one.account for one in away)),
    }


def _pairs(away: Iterable[_Seen]) -> str:
    pairs = Counter(_pair(one) for one in away)
    ordered = sorted(pairs, key=lambda pair: (-pairs[pair], pair))
    more = ["…"] if len(ordered) > SHOWN else []
    return "; ".join([*(f"{pair}: {pairs[pair]:,}" for pair in ordered[:SHOWN]), *more])


def _pair(one: _Seen) -> str:
    return f"{_words(one.stated)}, run from {_words(countries(one.actual))}"


def _words(codes: Codes) -> str:
    return " or ".join(sorted(name(code) for code in codes))


def _staff(away: Iterable[_Seen]) -> str:
    """How many of the people who run them sit elsewhere, where people are counted."""
    counted = [one for one in away if one.people]
    of = sum(sum(one.people.values()) for one in counted)
    have = sum(
        n
        for one in counted
        for country, n in one.people.items()
        if elsewhere(one.stated, countries(country))
    )
    return f"; {have:,} of the {of:,} people who run them are elsewhere" if of else ""
