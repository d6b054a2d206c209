"""Google's transparency report on political advertising: `google-political-ads-creative-stats.csv`.

Also its copy in BigQuery, whose columns are in lower case. The account of an ad is its advertiser,
who pays for it as well. `Ad_URL` leads to the report, not to where the ad leads, which Google does
not say. Spend is the range of the one currency that states any; of several the first counts and
that is noted, because they may be one spend in several currencies. A range without maximum is open.
The oldest files have buckets of dollars (`1k-50k`) instead, which are read as such ranges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.ads import HUNDREDTHS, Range, stated, targeting
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.rows import Row, header, read_rows
from unswarm.readers._parts.tweets import optional_time, required_id
from unswarm.readers._parts.values import NULLS

specificity = 80

PLATFORM = "google"
ADVERTISER = "Advertiser_ID"
COLUMNS = {"ad_id", "ad_url", "advertiser_id", "impressions"}
LEAST, MOST = "spend_range_min_", "spend_range_max_"
TARGETED = (
    ("age", "age_targeting"),
    ("gender", "gender_targeting"),
    ("location", "geo_targeting_included"),
    ("not location", "geo_targeting_excluded"),
)


def recognises(source: Source) -> bool:
    """Whether the header names the columns of the report's ads."""
    return {name.casefold() for name in header(source)} >= COLUMNS


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Ads and their advertisers."""
    return read_rows(source, _add)


def _add(batch: Batch, line: int, as_written: Row) -> None:
    row = {name.casefold(): value.strip() for name, value in as_written.items()}
    ad, account = required_id(row["ad_id"], "Ad_ID"), required_id(row["advertiser_id"], ADVERTISER)
    name = _said(row, "advertiser_name")
    time, precision = _time(row, "first_served_timestamp", "date_range_start")
    currency, spend = _spend(batch, line, row)
    shown = stated(batch, line, "Impressions", row["impressions"])
    batch.add(
        "ad",
        ad=ad,
        account=account,
        platform=PLATFORM,
        payer=name,
        time=time,
        precision=precision,
        until=_time(row, "last_served_timestamp", "date_range_end")[0],
        currency=currency,
        spend_low=spend[0],
        spend_high=spend[1],
        impressions_low=shown[0],
        impressions_high=shown[1],
        targeting=targeting((what, _parts(row, column)) for what, column in TARGETED),
    )
    batch.account(account=account, platform=PLATFORM, kind="advertiser", name=name)


def _said(row: Row, column: str) -> str | None:
    value = row.get(column, "")
    return None if value in NULLS else value


def _time(row: Row, *columns: str) -> tuple[int | None, int | None]:
    """The first of some columns that holds a time."""
    found = (optional_time(row.get(column)) for column in columns)
    return next((time for time in found if time[0] is not None), (None, None))


def _parts(row: Row, column: str) -> list[str]:
    """The parts of a targeting; a comma without a blank stands inside a place's name."""
    return re.split(r", +", _said(row, column) or "")


def _spend(batch: Batch, line: int, row: Row) -> tuple[str | None, Range]:
    """The currency that states a spend, and its range."""
    if not any(name.startswith(LEAST) for name in row):
        bucket = _said(row, "spend_usd")
        return ("USD" if bucket else None), stated(batch, line, "Spend_USD", bucket, HUNDREDTHS)
    found = {code: spend for code, spend in _ranges(batch, line, row) if any(spend)}
    if len(found) > 1:
        reason = f"spend in {len(found)} currencies; the ad is kept with the first"
        batch.reject(line, "Spend_Range", reason, ", ".join(found))
    return next(iter(found.items()), (None, (None, None)))


def _ranges(batch: Batch, line: int, row: Row) -> Iterator[tuple[str, Range]]:
    for column in row:
        if column.startswith(LEAST):
            code = column.removeprefix(LEAST)
            value: Any = {"lower_bound": _said(row, column), "upper_bound": _said(row, MOST + code)}
            yield code.upper(), stated(batch, line, column, value, HUNDREDTHS)
