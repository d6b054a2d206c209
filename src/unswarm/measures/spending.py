"""What the network spent on advertising: how much, when, at whom it was aimed, and who paid.

Counts the ads of members and of the accounts tied to a network (table `linked`), each ad once; of
several states of one ad the one with the largest spend counts, because spend only grows. Ranges
stay ranges. Other currencies are named beside each other; they are added up only in currencies
that the user's rates lead to, each ad at the latest rate not after its start. Totals that an ad
library's report states for a page are told apart from ads. A description, never a sign of guilt.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import Row, evidence, quoted, rows
from unswarm.measures._money import (
    AS_IT_IS,
    Converted,
    Rate,
    Rates,
    Spend,
    added,
    converted,
)

SHOWN = 5  # sites, payers and parts of the targeting that are named
TOTALS = "total:%"  # ids of rows that state a page's total, as `readers/meta_ad_library.py` writes

WHOSE = """(
    SELECT network, account, 0 AS tied FROM membership
    UNION SELECT l.network, l.account, 1 AS tied FROM linked AS l
    LEFT JOIN membership AS m ON l.network = m.network AND l.account = m.account
    WHERE l.named AND m.account IS NULL
)"""
# each ad once for each network: the state of it in which most was spent
_STATES = f"""(
    SELECT *, row_number() OVER (
        PARTITION BY network, platform, ad
        ORDER BY spend_low DESC NULLS LAST, spend_high DESC NULLS LAST,
            impressions_low DESC NULLS LAST, impressions_high DESC NULLS LAST,
            clicks DESC NULLS LAST, time NULLS LAST, until NULLS LAST, account, payer NULLS LAST,
            currency NULLS LAST, url NULLS LAST, targeting NULLS LAST, text NULLS LAST
    ) AS nth FROM (
        SELECT w.network, w.tied, a.ad, a.account, a.platform, a.payer, a.time, a.until,
            a.currency,
            CASE WHEN a.currency IS NULL THEN NULL
                 WHEN a.spend_high IS NOT NULL THEN coalesce(a.spend_low, 0)
                 ELSE a.spend_low END AS spend_low,
            CASE WHEN a.currency IS NOT NULL THEN a.spend_high END AS spend_high,
            a.impressions_low, a.impressions_high, a.clicks, a.url, a.domain, a.targeting, a.text
        FROM ad AS a JOIN {WHOSE} AS w ON a.account = w.account
    ) AS stated
)"""
ADS = f"""(
    SELECT * FROM {_STATES} AS states
    WHERE (nth = 1 OR ad IS NULL) AND coalesce(ad, '') NOT LIKE '{TOTALS}'
)"""
REPORTED = f"""(
    SELECT * FROM {_STATES} AS states WHERE nth = 1 AND ad LIKE '{TOTALS}'
)"""

_MONEY = """count(a.spend_low) AS ads,
    CAST(coalesce(sum(a.spend_low), 0) AS BIGINT) AS low,
    CAST(coalesce(sum(a.spend_high), 0) AS BIGINT) AS high,
    count(a.spend_low) - count(a.spend_high) AS open"""
OVERVIEW = f"""
    SELECT a.network, count(*) AS ads, count(DISTINCT a.account) AS accounts,
        count(DISTINCT CASE WHEN a.tied = 1 THEN a.account END) AS tied,
        min(a.time) AS first, max(coalesce(a.until, a.time)) AS last,
        count(*) - count(a.spend_low) AS unstated,
        count(CASE WHEN coalesce(a.impressions_low, a.impressions_high) IS NOT NULL THEN 1 END)
            AS counted,
        CAST(coalesce(sum(a.impressions_low), 0) AS BIGINT) AS low,
        CAST(coalesce(sum(a.impressions_high), 0) AS BIGINT) AS high,
        count(CASE WHEN a.impressions_low IS NOT NULL AND a.impressions_high IS NULL THEN 1 END)
            AS open,
        count(a.clicks) AS clicked, CAST(coalesce(sum(a.clicks), 0) AS BIGINT) AS clicks
    FROM {ADS} AS a GROUP BY a.network ORDER BY a.network
"""
BY_START = f"""
    SELECT a.network, a.currency, a.time, {_MONEY} FROM {ADS} AS a WHERE a.spend_low IS NOT NULL
    GROUP BY a.network, a.currency, a.time ORDER BY a.network, a.currency, a.time
"""
BY_PART = """
    SELECT a.network, a.{part} AS part, a.currency, count(*) AS carried, {money} FROM {ads} AS a
    WHERE a.{part} IS NOT NULL GROUP BY a.network, a.{part}, a.currency
    ORDER BY a.network, a.{part}, a.currency
"""
TARGETED = f"""
    SELECT a.network, a.targeting, count(*) AS ads FROM {ADS} AS a
    WHERE a.targeting IS NOT NULL GROUP BY a.network, a.targeting ORDER BY a.network, a.targeting
"""
IN_REPORTS = f"""
    SELECT a.network, a.currency, count(DISTINCT a.account) AS pages, {_MONEY}
    FROM {REPORTED} AS a WHERE a.spend_low IS NOT NULL
    GROUP BY a.network, a.currency ORDER BY a.network, a.currency
"""
# `into` is a keyword: it stands after a dot or not at all
RATES = """
    SELECT r.currency, r.into, r.rate, r.time FROM rate AS r
    WHERE r.currency IS NOT NULL AND r.into IS NOT NULL AND r.rate IS NOT NULL
"""

QUERY = """
    SELECT a.ad, a.account, a.platform, a.payer, a.time, a.until, a.currency, a.spend_low,
        a.spend_high, a.impressions_low, a.impressions_high, a.clicks, a.url, a.targeting
    FROM {ads} AS a WHERE a.network = {network}{only} ORDER BY a.time, a.ad, a.account
"""
QUERY_CONVERTED = """
    SELECT ad, account, time, currency, spend_low, spend_high, rate, since FROM (
        SELECT a.*, r.rate, r.time AS since, rank() OVER (
            PARTITION BY a.platform, a.ad, a.nth ORDER BY r.time DESC NULLS LAST
        ) AS age FROM {ads} AS a LEFT JOIN rate AS r ON r.currency = a.currency
            AND r.into = {into} AND (r.time IS NULL OR r.time <= a.time)
        WHERE a.network = {network} AND a.spend_low IS NOT NULL
    ) AS rated WHERE age = 1 ORDER BY time, ad, account
"""


def measure(engine: Engine) -> pa.Table:
    """What the ads of each network say of money, time, reach, targeting, sites and payers."""
    found = rows(engine, OVERVIEW)
    by_start = _by_network(rows(engine, BY_START))
    told = [
        *(row for network in found for row in _overview(network)),
        *(row for network in by_start for row in _spent(network, by_start[network])),
        *(row for network in found for row in _reach(network)),
        *_targets(_by_network(rows(engine, TARGETED))),
        *_parts(engine, "domain", ("leads to", "lead to"), "sites"),
        *_parts(engine, "payer", ("names", "name"), "payers"),
        *_in_one_currency(by_start, Rates(rows(engine, RATES))),
        *map(_reported, rows(engine, IN_REPORTS)),
    ]
    return evidence(sorted(told, key=lambda row: str(row["network"])))


def _by_network(found: Iterable[Row]) -> dict[str, list[Row]]:
    networks: dict[str, list[Row]] = defaultdict(list)
    for row in found:
        networks[row["network"]].append(row)
    return networks


def _row(
    network: str, claim: str, value: float | None, n: int, only: str = "", ads: str = ADS
) -> Row:
    query = QUERY.format(ads=ads, network=quoted(network), only=f" AND {only}" if only else "")
    return {
        "network": network,
        "measure": "spending",
        "family": "advertising",
        "inauthentic": False,
        "claim": claim,
        "value": value,
        "n": n,
        "query": query,
    }


def _spend(row: Row) -> Spend:
    return Spend(row["currency"], row["ads"], row["low"], row["high"], row["open"])


def _summed(found: Iterable[Row]) -> list[Spend]:
    """Spends by currency, the largest number of ads first; those that state none are no spend."""
    sums: dict[str, Spend] = {}
    for row in found:
        if row["ads"]:
            sums[row["currency"]] = added(sums.get(row["currency"]), _spend(row))
    return sorted(sums.values(), key=lambda spend: (-spend.ads, spend.currency))


def _ads(number: int, one: str = "", several: str = "") -> str:
    """`1 ad`, `2 ads`; with the verb that follows, if there is one."""
    said = f"1 ad {one}" if number == 1 else f"{number:,} ads {several}"
    return said.strip()


def _day(time: int) -> str:
    return datetime.fromtimestamp(time / 1_000, UTC).strftime("%Y-%m-%d")


def _overview(found: Row) -> Iterator[Row]:
    tied = f" ({found['tied']:,} of them tied to it, no members)" if found["tied"] else ""
    claim = (
        f"{_ads(found['ads'])} ran for {found['accounts']:,} of its accounts{tied}{_when(found)}."
    )
    yield _row(found["network"], claim, found["ads"], found["accounts"])
    if found["unstated"]:
        unstated = f"{_ads(found['unstated'])} without a spend, or without its currency"
        claim = f"{unstated}: in no sum."
        only = "a.spend_low IS NULL"
        yield _row(found["network"], claim, found["unstated"], found["ads"], only)


def _when(found: Row) -> str:
    if found["first"] is None:
        return ", at no stated time"
    first, last = _day(found["first"]), _day(found["last"])
    return f" on {first}" if first == last else f" between {first} and {last}"


def _spent(network: str, by_start: list[Row]) -> Iterator[Row]:
    for spend in _summed(by_start):
        ends = f"; {_ads(spend.open)} of them without an upper bound" if spend.open else ""
        claim = f"{_ads(spend.ads)} cost {spend.in_words()} together{ends}."
        only = f"a.currency = {quoted(spend.currency)} AND a.spend_low IS NOT NULL"
        yield _row(network, claim, spend.low / 100, spend.ads, only)


def _reach(found: Row) -> Iterator[Row]:
    if found["counted"]:
        claim = f"{_ads(found['counted'], 'was', 'were')} shown {_times(found)} together."
        only = "coalesce(a.impressions_low, a.impressions_high) IS NOT NULL"
        yield _row(found["network"], claim, found["low"], found["counted"], only)
    if found["clicked"]:
        clicked = _ads(found["clicked"], "was", "were")
        claim = f"{clicked} clicked {found['clicks']:,} times together."
        only = "a.clicks IS NOT NULL"
        yield _row(found["network"], claim, found["clicks"], found["clicked"], only)


def _times(found: Row) -> str:
    low, high = found["low"], found["high"]
    if found["open"]:
        return f"at least {low:,} times"
    return f"{low:,} times" if low == high else f"between {low:,} and {high:,} times"


def _targets(networks: dict[str, list[Row]]) -> Iterator[Row]:
    for network, found in networks.items():
        parts: Counter[str] = Counter()
        for row in found:
            for part in dict.fromkeys(row["targeting"].splitlines()):
                parts[part] += row["ads"]
        ads = sum(row["ads"] for row in found)
        top = sorted(parts.items(), key=lambda part: (-part[1], part[0]))[:SHOWN]
        named = "; ".join(f"“{part}” {number:,}" for part, number in top)
        aimed = _ads(ads, "says at whom it was", "say at whom they were")
        claim = f"{aimed} aimed, most often: {named}."
        yield _row(network, claim, top[0][1] / ads, ads, "a.targeting IS NOT NULL")


def _parts(engine: Engine, part: str, verb: tuple[str, str], what: str) -> Iterator[Row]:
    """The most frequent values of a column, each with its ads and what they cost."""
    query = BY_PART.format(part=part, money=_MONEY, ads=ADS)
    for network, found in _by_network(rows(engine, query)).items():
        by_part: dict[str, list[Row]] = defaultdict(list)
        for row in found:
            by_part[row["part"]].append(row)
        carried = {name: sum(row["carried"] for row in own) for name, own in by_part.items()}
        top = sorted(carried, key=lambda name: (-carried[name], name))[:SHOWN]
        named = "; ".join(_part(name, carried[name], by_part[name]) for name in top)
        number = f"{len(carried):,} {what if len(carried) > 1 else what[:-1]}"
        total = sum(carried.values())
        claim = f"{_ads(total, *verb)} {number}: {named}{_rest(len(carried))}."
        yield _row(network, claim, len(carried), total, f"a.{part} IS NOT NULL")


def _part(name: str, ads: int, found: Sequence[Row]) -> str:
    spends = _summed(found)
    cost = ", ".join(spend.in_words() for spend in spends) if spends else "no spend stated"
    return f"{name} ({_ads(ads)}, {cost})"


def _rest(number: int) -> str:
    return f"; and {number - SHOWN:,} more" if number > SHOWN else ""


def _in_one_currency(networks: dict[str, list[Row]], rates: Rates) -> Iterator[Row]:
    for network, found in networks.items():
        spends = [(row["time"], _spend(row)) for row in found]
        for into in rates.targets():
            sums = converted(spends, into, rates)
            if sums.without or any(currency != into for currency, _ in sums.used):
                yield _converted(network, sums)


def _converted(network: str, sums: Converted) -> Row:
    spend = sums.spend
    query = QUERY_CONVERTED.format(ads=ADS, network=quoted(network), into=quoted(spend.currency))
    if not sums.used:
        claim = f"No rate given leads to {spend.currency} from {_named(sums.without)}."
        left = sum(without.ads for without in sums.without)
        return {**_row(network, claim, None, left), "query": query}
    by_currency: dict[str, list[Rate]] = defaultdict(list)
    for currency, rate in sums.used:
        by_currency[currency].append(rate)
    used = "; ".join(_rates(c, spend.currency, rates) for c, rates in by_currency.items())
    total = f"By the rates given, {_ads(spend.ads)} cost {spend.in_words()} together ({used})"
    claim = f"{total}{_without(sums.without)}."
    return {**_row(network, claim, spend.low / 100, spend.ads), "query": query}


def _rates(currency: str, into: str, rates: Sequence[Rate]) -> str:
    if rates == [AS_IT_IS] and currency == into:
        return f"{currency} as it is"
    since = [_since(rate) for rate in rates]
    if len(rates) == 1:
        return f"{rates[0].rate:f} {into} for 1 {currency}, {since[0]}"
    lowest, highest = min(rate.rate for rate in rates), max(rate.rate for rate in rates)
    span = f"{lowest:f} to {highest:f} {into} for 1 {currency}"
    return f"{len(rates):,} rates of {span}, the first {since[0]}, the last {since[-1]}"


def _since(rate: Rate) -> str:
    return "at all times" if rate.since is None else f"since {_day(rate.since)}"


def _without(spends: Sequence[Spend]) -> str:
    return f"; without a rate, and not in it: {_named(spends)}" if spends else ""


def _named(spends: Sequence[Spend]) -> str:
    return ", ".join(f"{_ads(spend.ads)} of {spend.in_words()}" for spend in spends)


def _reported(found: Row) -> Row:
    spend, pages = _spend(found), found["pages"]
    claim = (
        f"The ad library's report states {spend.in_words()} for {pages:,} of its pages, "
        "the largest of the reports read; this is not added to the ads."
    )
    only = f"a.currency = {quoted(spend.currency)} AND a.spend_low IS NOT NULL"
    return _row(found["network"], claim, spend.low / 100, pages, only, REPORTED)
