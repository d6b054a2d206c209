"""Advertisements: exact sums that add up to the cent, and the ranges a public library shows."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.random import Generator

from unswarm.model import DAY
from unswarm.simulate.operation.cast import BRAND, SITES, Cast
from unswarm.simulate.operation.figures import Figures
from unswarm.simulate.operation.posts import DAYS, START
from unswarm.simulate.operation.words import Texts, either, is_said, sentences, titled
from unswarm.simulate.worlds import Integers

RATES = MappingProxyType({"EUR": 1.1, "VND": 0.00004})  # US dollars for one; invented, exact
_CURRENCIES = ("USD", "VND", "EUR")
_SHARES = (0.8, 0.15, 0.05)
# Hundredths of the currency for a US cent, as a fraction: 250 dong, 10/11 of a euro cent.
_PER_CENT = MappingProxyType({"USD": (1, 1), "VND": (25_000, 1), "EUR": (10, 11)})
_STEPS = (
    *range(0, 1_000, 100),
    *range(1_000, 5_000, 500),
    *range(5_000, 10_000, 1_000),
    *range(10_000, 50_000, 5_000),
    *range(50_000, 100_000, 10_000),
    *range(100_000, 1_000_001, 50_000),
)  # where the library's ranges of spend begin, whole units; the last one is open
_DONG = 10_000  # the same in dong: so many times as much
_MIDDLE = 1.4  # of the log of what an ad costs: a few ads cost most


@dataclass(frozen=True, eq=False)
class Ads:
    """Advertisements, one entry each.

    Args:
        page: row of the cast.
        payer: who paid.
        time, until: days, milliseconds UTC.
        currency: of the spend; spend: exact, hundredths of it; cents: the same in US cents.
        impressions: how often shown.
        url, text: what it says and where it leads.
    """

    page: Integers
    payer: Texts
    time: Integers
    until: Integers
    currency: Texts
    spend: Integers
    cents: Integers
    impressions: Integers
    url: Texts
    text: Texts

    def __len__(self) -> int:
        return len(self.page)


def ads(seed: int, people: Cast, size: Figures, words: Texts) -> Ads:
    """The ads of the operation, which cost `size.ad_cents` to the cent, then everybody else's."""
    random = np.random.default_rng([seed, 11])
    planted = people.rows(part="page")
    others = np.flatnonzero(people.are("facebook", "page") & ~people.planted)
    page = np.append(random.choice(planted, size.ads), random.choice(others, size.other_ads))
    currency = random.choice(_CURRENCIES, len(page), p=_SHARES).astype(object)
    currency[0] = "USD"
    cents = _costs(random, size, currency)
    begin = START - random.integers(0, 400, len(page)) * DAY + 20 * DAY
    return Ads(
        page=page,
        payer=_payers(random, people, page),
        time=begin,
        until=np.minimum(begin + random.integers(1, 15, len(page)) * DAY, START + DAYS * DAY),
        currency=currency,
        spend=_in_currency(cents, currency),
        cents=cents,
        impressions=(cents * random.uniform(0.8, 3, len(page))).astype(np.int64) + 1,
        url=_landing(random, people, page),
        text=sentences(random, words, len(page), 6, 14),
    )


def _costs(random: Generator, size: Figures, currency: Texts) -> Integers:
    """US cents of each ad: the operation's add up; euros need multiples of eleven."""
    weight = np.exp(random.normal(0, _MIDDLE, size.ads))
    cents = np.maximum((weight / weight.sum() * size.ad_cents).astype(np.int64), 11)
    euro = currency[: size.ads] == "EUR"
    cents[euro] = cents[euro] // 11 * 11
    dollars = np.flatnonzero(currency[: size.ads] == "USD")
    largest = dollars[np.argmax(cents[dollars])]
    cents[largest] += size.ad_cents - cents.sum()
    other = np.exp(random.normal(np.log(30_000), 1.2, size.other_ads)).astype(np.int64) // 11 * 11
    return np.append(cents, np.maximum(other, 11))


def _in_currency(cents: Integers, currency: Texts) -> Integers:
    spend = cents.copy()
    for name, (times, part) in _PER_CENT.items():
        chosen = currency == name
        spend[chosen] = cents[chosen] // part * times
    return spend


def _payers(random: Generator, people: Cast, page: Integers) -> Texts:
    """The operation pays by a few names; others in their own."""
    few = np.array([f"{BRAND} Media", f"{BRAND} Stories Ltd", "Bright Page Services"], object)
    own = either(~is_said(people.owner[page]), titled(people.name[page]), people.owner[page])
    return either(people.planted[page], random.choice(few, len(page), p=(0.6, 0.3, 0.1)), own)


def _landing(random: Generator, people: Cast, page: Integers) -> Texts:
    own = np.array([f"https://{s}" for s in SITES], object)[
        random.integers(0, len(SITES), len(page))
    ]
    return either(people.planted[page], own, people.website[page])


def ranges(made: Ads) -> tuple[Integers, Integers]:
    """What the library shows of each spend: whole units from, and to; -1: no upper bound."""
    unit = np.where(made.currency == "VND", _DONG, 1)
    steps = np.array(_STEPS)
    whole = made.spend // 100
    at = np.searchsorted(steps, whole // unit, side="right") - 1
    above = np.append(steps[1:], 0)[at]
    return steps[at] * unit, np.where(above > 0, above * unit - 1, -1)
