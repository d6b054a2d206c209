"""What a network spent on ads: sums, bounds and conversions against slow ones by hand."""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import accounts, claims, world

from shared import needs
from unswarm.engines import Engine
from unswarm.measures import spending
from unswarm.model import DAY
from unswarm.readers import Source, ira_ads, meta_ad_library

MEMBERS = ["ann", "bob", "cat"]
MONDAY = 1_600_041_600_000  # 2020-09-14
Ad = dict[str, Any]


def ad(number: int, account: str = "ann", **values: Any) -> Ad:
    given = {"time": MONDAY, "precision": 1, "currency": "EUR", "platform": "facebook"}
    return {"ad": f"a{number}", "account": account, **given, **values}


def costs(number: int, low: int | None, high: int | None, **values: Any) -> Ad:
    return ad(number, spend_low=low, spend_high=high, **values)


def told(ads: Sequence[Ad], **tables: Any) -> list[str]:
    return claims(spending.measure(world({"n1": MEMBERS}, ad=ads, **tables)))


def found(engine: Engine, begin: str) -> list[dict[str, Any]]:
    rows = spending.measure(engine).to_pylist()
    return [row for row in rows if begin in row["claim"]]


def test_exact_sums_need_no_range():
    ads = [costs(1, 150, 150), costs(2, 1_000_050, 1_000_050, account="bob")]
    assert "2 ads cost 10,002.00 EUR together." in told(ads)


def test_ranges_add_up_to_ranges():
    ads = [costs(1, 10_000, 19_900), costs(2, 0, 9_900)]
    assert "2 ads cost between 100.00 and 298.00 EUR together." in told(ads)


def test_an_open_range_leaves_the_sum_open():
    ads = [costs(1, 10_000, None), costs(2, 0, 9_900)]
    assert "2 ads cost at least 100.00 EUR together; 1 ad of them without an upper bound." in told(
        ads
    )


def test_currencies_stand_beside_each_other():
    ads = [costs(1, 100, 100), costs(2, 500, 500, currency="USD"), costs(3, 1, 1, currency="USD")]
    assert told(ads)[1:3] == ["2 ads cost 5.01 USD together.", "1 ad cost 1.00 EUR together."]


def test_what_states_no_spend_is_in_no_sum():
    ads = [costs(1, 100, 100), ad(2), costs(3, 700, 700, currency=None), costs(4, None, 300)]
    said = told(ads)
    assert "2 ads without a spend, or without its currency: in no sum." in said
    assert "2 ads cost between 1.00 and 4.00 EUR together." in said


def test_an_ad_counts_once_in_its_largest_state():
    ads = [costs(1, 0, 9_900), costs(1, 10_000, 19_900), costs(1, 10_000, 19_900, until=MONDAY)]
    said = told([*ads, costs(1, 500, 500, platform="google")])
    assert said[0].startswith("2 ads ran for 1 of its accounts on 2020-09-14")
    assert "2 ads cost between 105.00 and 204.00 EUR together." in said


def test_ads_without_ids_are_ads_of_their_own():
    ads = [{**costs(1, 100, 100), "ad": None}, {**costs(2, 100, 100), "ad": None}]
    assert "2 ads cost 2.00 EUR together." in told(ads)


def test_accounts_tied_to_the_network_count_and_others_do_not():
    ads = [
        costs(1, 100, 100),
        costs(2, 200, 200, account="page"),
        costs(3, 400, 400, account="eve"),
    ]
    linked = [
        {"network": "n1", "account": "page", "named": True},
        {"network": "n1", "account": "eve", "named": False},
        {"network": "n1", "account": "ann", "named": True},
    ]
    said = told(ads, linked=linked)
    assert "2 ads ran for 2 of its accounts (1 of them tied to it, no members)" in said[0]
    assert "2 ads cost 3.00 EUR together." in said


def test_period_reach_and_clicks():
    ads = [
        ad(1, time=MONDAY, until=MONDAY + 9 * DAY, impressions_low=0, impressions_high=999),
        ad(2, time=MONDAY + DAY, impressions_low=1_000, impressions_high=None, clicks=7),
        ad(3, time=None, clicks=5),
    ]
    said = told(ads)
    assert said[0] == "3 ads ran for 1 of its accounts between 2020-09-14 and 2020-09-23."
    assert "2 ads were shown at least 1,000 times together." in said
    assert "2 ads were clicked 12 times together." in said


def test_targeting_sites_and_payers():
    here, women = "location: Here", "gender: Women"
    ads = [
        costs(1, 100, 100, targeting=f"{here}\n{women}\n{here}", domain="a.example", payer="P"),
        costs(2, 100, 200, targeting=here, domain="a.example", payer="P"),
        ad(3, targeting=women, domain="b.example"),
        ad(4, targeting=here),
    ]
    said = told(ads)
    assert f"4 ads say at whom they were aimed, most often: “{here}” 3; “{women}” 2." in said
    assert (
        "3 ads lead to 2 sites: a.example (2 ads, between 2.00 and 3.00 EUR); "
        "b.example (1 ad, no spend stated)." in said
    )
    assert "2 ads name 1 payer: P (2 ads, between 2.00 and 3.00 EUR)." in said


def test_a_pages_total_is_told_apart_from_ads(tmp_path):
    """The reader of the report and this measure agree on what a total is."""
    report = tmp_path / "report.csv"
    report.write_text(
        "Page ID,Page name,Disclaimer,Amount spent (EUR),Number of ads in Library\n"
        "ann,Ann,Somebody,1000,12\nbob,Bob,Somebody,≤100,1\n"
    )
    (totals,) = [t for name, t in meta_ad_library.read(Source(report)) if name == "ad"]
    lower = {**totals.to_pylist()[0], "spend_low": 1, "spend_high": 1}
    said = told([costs(1, 100, 100), *totals.to_pylist(), lower])
    assert "1 ad cost 1.00 EUR together." in said
    assert (
        "The ad library's report states between 1,000.00 and 1,100.00 EUR for 2 of its pages, "
        "the largest of the reports read; this is not added to the ads." in said
    )


# --- conversion


def rate(currency: str, value: float, time: int | None = None, into: str = "USD") -> dict[str, Any]:
    return {"currency": currency, "into": into, "rate": value, "time": time}


def test_nothing_is_converted_without_a_rate():
    assert not any("rate" in claim for claim in told([costs(1, 100, 100)]))


def test_each_ad_at_the_latest_rate_not_after_its_start():
    ads = [
        costs(1, 10_000, 10_000, time=MONDAY),
        costs(2, 10_000, 10_000, time=MONDAY + 2 * DAY),
        costs(3, 10_000, 10_000, time=MONDAY + 5 * DAY),
    ]
    rates = [
        rate("EUR", 1.1),
        rate("EUR", 1.2, MONDAY + 2 * DAY),
        rate("EUR", 1.5, MONDAY + 9 * DAY),
    ]
    assert told(ads, rate=rates)[2] == (
        "By the rates given, 3 ads cost 350.00 USD together (2 rates of 1.1 to 1.2 USD for 1 EUR, "
        "the first at all times, the last since 2020-09-16)."
    )


def test_what_has_no_rate_is_stated():
    ads = [
        costs(1, 100, 100, time=MONDAY),
        costs(2, 200, 300, currency="RUB"),
        costs(3, 400, 400, currency="USD"),
        costs(4, 800, 800, time=None),
    ]
    said = told(ads, rate=[rate("EUR", 2.0, MONDAY)])
    assert (
        "By the rates given, 2 ads cost 6.00 USD together (2.0 USD for 1 EUR, since 2020-09-14; "
        "USD as it is); without a rate, and not in it: 1 ad of 8.00 EUR, "
        "1 ad of between 2.00 and 3.00 RUB." in said
    )


def test_no_fitting_rate_at_all_is_said():
    said = told([costs(1, 100, 100)], rate=[rate("GBP", 2.0)])
    assert "No rate given leads to USD from 1 ad of 1.00 EUR." in said


def test_two_rates_of_one_moment_that_differ_are_none():
    said = told([costs(1, 100, 100)], rate=[rate("EUR", 2.0), rate("EUR", 3.0)])
    assert "No rate given leads to USD from 1 ad of 1.00 EUR." in said


def test_rounding_happens_once_and_at_the_end():
    ads = [costs(n, 1, 1) for n in range(3)]
    said = told(ads, rate=[rate("EUR", 0.5)])
    assert any("3 ads cost 0.02 USD together" in claim for claim in said)  # 0.015, not 3 × 0.01


def test_the_rows_behind_a_conversion_carry_their_rates():
    engine = world(
        {"n1": MEMBERS},
        ad=[costs(1, 100, 100), {**costs(2, 1, 1, time=MONDAY + DAY), "ad": None},
            {**costs(3, 1, 1), "ad": None}, costs(4, 1, 1, currency="RUB")],
        rate=[rate("EUR", 1.1), rate("EUR", 1.2, MONDAY + DAY)],
    )  # fmt: skip
    (row,) = found(engine, "By the rates given")
    behind = engine.fetch(row["query"]).to_pylist()
    assert [(r["ad"], r["rate"]) for r in behind] == [
        ("a1", 1.1),
        ("a4", None),
        (None, 1.1),
        (None, 1.2),
    ]


# --- against a slow reference

AMOUNTS = st.integers(0, 10**9)
CURRENCIES = st.sampled_from(["EUR", "USD", "RUB"])


@st.composite
def some_ads(draw: st.DrawFn) -> list[Ad]:
    found = []
    for number in range(draw(st.integers(1, 12))):
        low = draw(st.none() | AMOUNTS)
        more = draw(st.none() | AMOUNTS)
        high = None if more is None else (low or 0) + more
        time = draw(st.none() | st.integers(-5, 5).map(lambda day: MONDAY + day * DAY))
        currency = draw(CURRENCIES)
        found.append(costs(number, low, high, time=time, currency=currency))
    return found


RATES = st.lists(
    st.builds(
        rate,
        currency=CURRENCIES,
        value=st.floats(1e-6, 1e6) | st.sampled_from([0.5, 0.0172, 1 / 3]),
        time=st.none() | st.integers(-6, 4).map(lambda day: MONDAY + day * DAY),
        into=st.sampled_from(["USD", "EUR"]),
    ),
    max_size=8,
)


def money(hundredths: Decimal) -> str:
    return f"{hundredths.quantize(Decimal(1), ROUND_HALF_UP).scaleb(-2):,.2f}"


def in_words(currency: str, ads: Sequence[Ad], rates: Sequence[Decimal]) -> str:
    """The sum of some ads, each times its rate, by Decimals with digits to spare."""
    with decimal.localcontext(prec=200):
        low = sum((Decimal(a["spend_low"] or 0) * r for a, r in zip(ads, rates, strict=True)),
                  Decimal(0))  # fmt: skip
        if any(a["spend_high"] is None for a in ads):
            return f"at least {money(low)} {currency}"
        high = sum((Decimal(a["spend_high"]) * r for a, r in zip(ads, rates, strict=True)),
                   Decimal(0))  # fmt: skip
        same = low.quantize(Decimal(1), ROUND_HALF_UP) == high.quantize(Decimal(1), ROUND_HALF_UP)
        if same:
            return f"{money(low)} {currency}"
        return f"between {money(low)} and {money(high)} {currency}"


def slow_rate(ad: Ad, into: str, rates: Sequence[dict[str, Any]]) -> Decimal | None:
    if ad["currency"] == into:
        return Decimal(1)
    fitting = [
        r
        for r in rates
        if (r["currency"], r["into"]) == (ad["currency"], into)
        and (r["time"] is None or (ad["time"] is not None and r["time"] <= ad["time"]))
    ]
    if not fitting:
        return None
    newest = max(-1 if r["time"] is None else r["time"] for r in fitting)
    values = {r["rate"] for r in fitting if (-1 if r["time"] is None else r["time"]) == newest}
    return Decimal(repr(values.pop())) if len(values) == 1 else None


def slowly(ads: Sequence[Ad], rates: Sequence[dict[str, Any]]) -> set[str]:
    """The sums that must be said: of each currency, and of all that has a rate."""
    stating = [a for a in ads if a["spend_low"] is not None or a["spend_high"] is not None]
    said = set()
    for currency in {a["currency"] for a in stating}:
        own = [a for a in stating if a["currency"] == currency]
        said.add(f"{counted(own)} cost {in_words(currency, own, [Decimal(1)] * len(own))} together")
    for into in {r["into"] for r in rates}:
        pairs = [(a, slow_rate(a, into, rates)) for a in stating]
        rated = [(a, r) for a, r in pairs if r is not None]
        if rated and (len(rated) < len(pairs) or any(a["currency"] != into for a, _ in rated)):
            total = in_words(into, [a for a, _ in rated], [r for _, r in rated])
            said.add(f"By the rates given, {counted([a for a, _ in rated])} cost {total} together")
    return said


def counted(ads: Sequence[Ad]) -> str:
    return "1 ad" if len(ads) == 1 else f"{len(ads)} ads"


@settings(max_examples=80, deadline=None)
@given(some_ads(), RATES)
def test_sums_and_conversions_equal_slow_ones(ads, rates):
    said = {claim.partition(" together")[0] + " together" for claim in told(ads, rate=rates)}
    assert slowly(ads, rates) == {claim for claim in said if " cost " in claim}


def test_every_row_behind_a_sentence_can_be_listed():
    engine = world(
        {"n1": MEMBERS},
        account=accounts(MEMBERS),
        ad=[costs(1, 100, None, domain="a.example", payer="P", clicks=1, impressions_low=1,
                  targeting="location: Here"),
            ad(2)],
        rate=[rate("EUR", 2.0), rate("GBP", 2.0, into="RUB")],
    )  # fmt: skip
    rows = spending.measure(engine).to_pylist()
    behind = {row["claim"].split(" ")[2]: len(engine.fetch(row["query"])) for row in rows}
    assert len(rows) == 10
    assert min(behind.values()) == 1
    assert behind["ran"] == 2


# --- the real release of the House


@pytest.fixture(scope="module")
def house() -> Engine:
    path: Path = needs("native", "facebook_ads", "fb_russia_ads_clean.csv.gz")
    (ads,) = [table for name, table in ira_ads.read(Source(path)) if name == "ad"]
    return world({"n1": sorted(set(ads["account"].to_pylist()))}, ad=ads)


def test_the_release_adds_up(house):
    """Sums of the cleaned columns by hand; the five ads in dollars are not among the roubles."""
    said = claims(spending.measure(house))
    assert said[0].startswith("3,517 ads ran for 102 of its accounts between 2015-06-09 and ")
    assert "3,508 ads cost 5,869,057.97 RUB together." in said
    assert "5 ads cost 109.33 USD together." in said
    assert "4 ads without a spend, or without its currency: in no sum." in said
    assert "3,513 ads were shown 40,547,551 times together." in said
    assert "3,513 ads were clicked 3,730,780 times together." in said
    assert any(claim.startswith("3,489 ads lead to 18 sites: facebook.com") for claim in said)
