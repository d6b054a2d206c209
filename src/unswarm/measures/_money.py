"""Money as measures count it: whole hundredths of a currency, ranges, and rates as they are given.

Nothing is rounded before it is written, and nothing is converted without a rate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite

from unswarm.measures._evidence import Row


@dataclass(frozen=True)
class Spend:
    """What some ads cost together, between two bounds.

    Args:
        currency: ISO 4217 code.
        ads: ads that state a spend.
        low: at least so much, hundredths.
        high: at most so much for the ads whose range has an end, hundredths.
        open: ads whose range has none.
    """

    currency: str
    ads: int
    low: int
    high: int
    open: int

    def in_words(self) -> str:
        """`12.00 EUR`, `between 12.00 and 18.00 EUR`, `at least 12.00 EUR`."""
        if self.open:
            return f"at least {written(self.low)} {self.currency}"
        if self.low == self.high:
            return f"{written(self.low)} {self.currency}"
        return f"between {written(self.low)} and {written(self.high)} {self.currency}"


def written(hundredths: int) -> str:
    """Whole hundredths as people read money: `1,234.56`."""
    return f"{hundredths // 100:,}.{hundredths % 100:02}"


def half_up(amount: Fraction) -> int:
    """The nearest whole number; the upper one of two that are equally near."""
    return int((2 * amount + 1) // 2)


@dataclass(frozen=True)
class Rate:
    """What one unit of a currency was worth in another one.

    Args:
        rate: units of the other currency, exactly as the source wrote the number.
        since: when it began to hold, milliseconds UTC; None: always.
    """

    rate: Decimal
    since: int | None


AS_IT_IS = Rate(Decimal(1), None)  # a currency into itself


class Rates:
    """The rates somebody gave, looked up by currency and moment.

    Args:
        given: rows of `model.RATE`.
    """

    def __init__(self, given: Iterable[Row]) -> None:
        found: dict[tuple[str, str], dict[int | None, set[Decimal]]] = {}
        for row in given:
            if not isfinite(row["rate"]):
                continue
            of_pair = found.setdefault((row["currency"], row["into"]), defaultdict(set))
            of_pair[row["time"]].add(Decimal(repr(row["rate"])))
        self._found = found
        self._since = {
            pair: sorted(since for since in of_pair if since is not None)
            for pair, of_pair in found.items()
        }

    def targets(self) -> list[str]:
        """The currencies that something can be converted into, in order."""
        return sorted({into for _, into in self._found})

    def at(self, currency: str, into: str, time: int | None) -> Rate | None:
        """The latest rate not after a moment; None where there is none, or two that differ.

        Without a moment only a rate that always holds counts.
        """
        if currency == into:
            return AS_IT_IS
        of_pair = self._found.get((currency, into), {})
        before = self._since.get((currency, into), [])
        at = bisect_right(before, time) if time is not None else 0
        since = before[at - 1] if at else None
        rates = of_pair.get(since, set())
        return Rate(next(iter(rates)), since) if len(rates) == 1 else None


@dataclass(frozen=True)
class Converted:
    """Spends of several currencies as one, and what has no rate.

    Args:
        spend: the sum in the target currency, rounded once.
        used: (currency, rate) of each rate that was applied, in order.
        without: the spends that have no rate, by currency, in order.
    """

    spend: Spend
    used: Sequence[tuple[str, Rate]]
    without: Sequence[Spend]


def converted(spends: Iterable[tuple[int | None, Spend]], into: str, rates: Rates) -> Converted:
    """(when the ads began, what they cost) → their sum in one currency, each at its rate."""
    low = high = Fraction(0)
    ads = still_open = 0
    used: set[tuple[str, Rate]] = set()
    without: dict[str, Spend] = {}
    for time, spend in spends:
        rate = rates.at(spend.currency, into, time)
        if rate is None:
            without[spend.currency] = added(without.get(spend.currency), spend)
            continue
        low, high = low + spend.low * Fraction(rate.rate), high + spend.high * Fraction(rate.rate)
        ads, still_open = ads + spend.ads, still_open + spend.open
        used.add((spend.currency, rate))
    return Converted(
        Spend(into, ads, half_up(low), half_up(high), still_open),
        sorted(used, key=lambda u: (u[0], u[1].since or 0, u[1].rate)),
        [without[currency] for currency in sorted(without)],
    )


def added(one: Spend | None, other: Spend) -> Spend:
    """Two spends of one currency together."""
    if one is None:
        return other
    return Spend(
        one.currency,
        one.ads + other.ads,
        one.low + other.low,
        one.high + other.high,
        one.open + other.open,
    )
