"""Meta's Ad Library: the web page's CSV, the API's JSON (`ads_archive`), and the report's CSV.

An ad's account is the id of its page. Its payer is the disclaimer (`byline`, `bylines`, once
`funding_entity`), else who `beneficiary_payers` says pays; payers are known by name only and become
advertisers that advertise for the page. Beneficiaries who do not pay are not kept.

Spend and impressions stay the ranges they are; a range without upper bound is open. Where only
`eu_total_reach` is given, the ad was shown at least that often. The API names no landing address:
the first caption that is an address stands for it. Regions, ages and genders that saw a tenth or
more of an ad's impressions are given with the targeting, as `shown in` and `shown to`.

A row of the report is a page's total, no ad: its id begins with `total:`, it has no time, its text
says how many ads it stands for, and measures do not add it to ads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.ads import (
    HUNDREDTHS,
    Payers,
    Range,
    landing,
    objects,
    stated,
    targeting,
    texts,
)
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.json import beginning
from unswarm.readers._parts.rows import header, read_rows
from unswarm.readers._parts.tweets import attempt, optional_time, read_values, required_id
from unswarm.readers._parts.values import NULLS

specificity = 80

PLATFORM = "facebook"
AD_FIELDS = {"ad_delivery_start_time", "ad_creation_time", "ad_snapshot_url", "ad_creative_bodies"}
REPORT = {"page id", "page name", "disclaimer"}
NO_DISCLAIMER = "These ads ran without a disclaimer"
LEAST_SHOWN = 0.1  # share of an ad's impressions from which a region or a group is named

_SPENT = re.compile(r"amount spent \(([A-Z]{3})\)", re.IGNORECASE)
_ID = re.compile(r"[?&]id=(\d+)")

Record = Mapping[str, Any]


def recognises(source: Source) -> bool:
    """Whether the first object or the header names an ad and its page, or a page's total."""
    names = header(source)
    folded = {name.casefold() for name in names}
    if folded >= REPORT and any(map(_SPENT.fullmatch, names)):
        return True
    return _is_ad(names) or any(_is_ad(ad) for page in beginning(source, 1) for ad in _ads(page))


def _is_ad(names: Any) -> bool:
    keys = set(names) if isinstance(names, Mapping | set) else set()
    return "page_id" in keys and bool(keys & AD_FIELDS)


def _ads(value: Any) -> list[Any]:
    """The ads of a page of answers; anything else by itself."""
    if isinstance(value, Mapping) and isinstance(value.get("data"), list):
        return list(value["data"])
    return [value]


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Ads, the pages they ran for, and who paid."""
    add = partial(_add, Payers(PLATFORM))
    return read_values(source, add) if beginning(source, 1) else read_rows(source, add)


def _add(payers: Payers, batch: Batch, line: int, record: Any) -> None:
    for one in _ads(record):
        attempt(partial(_add_one, payers), batch, line, _without_token(one))


def _without_token(record: Any) -> Any:
    """An ad whose snapshot address holds its id only: the API writes the reader's token there."""
    address = record.get("ad_snapshot_url") if isinstance(record, Mapping) else None
    if not address:
        return record
    found = _ID.search(str(address))
    return {**record, "ad_snapshot_url": found and found[1]}


def _add_one(payers: Payers, batch: Batch, line: int, record: Record) -> None:
    folded = {name.casefold(): value for name, value in record.items()}
    if folded.keys() >= REPORT:
        _add_total(payers, batch, line, folded)
    else:
        _add_ad(payers, batch, line, record)


def _add_ad(payers: Payers, batch: Batch, line: int, record: Record) -> None:
    found = record.get("ad_archive_id") or record.get("id") or record.get("ad_snapshot_url")
    ad, page = required_id(found, "id"), required_id(record.get("page_id"), "page_id")
    begun = record.get("ad_delivery_start_time") or record.get("ad_creation_time")
    time, precision = optional_time(begun)
    spend = stated(batch, line, "spend", record.get("spend"), HUNDREDTHS)
    shown = _impressions(batch, line, record)
    url, domain = _landing(record)
    paying = _payers(record)
    batch.add(
        "ad",
        ad=ad,
        account=page,
        platform=PLATFORM,
        payer=paying[0] if paying else None,
        time=time,
        precision=precision,
        until=optional_time(record.get("ad_delivery_stop_time"))[0],
        currency=_said(record.get("currency")),
        spend_low=spend[0],
        spend_high=spend[1],
        impressions_low=shown[0],
        impressions_high=shown[1],
        url=url,
        domain=domain,
        targeting=_targeting(batch, line, record),
        text="\n".join(texts(record.get("ad_creative_bodies") or record.get("ad_creative_body")))
        or None,
    )
    _add_page(batch, page, record.get("page_name"))
    for name in paying:
        payers.add(batch, name, page)


def _add_page(batch: Batch, page: str, name: Any) -> None:
    batch.account(account=page, platform=PLATFORM, kind="page", name=_said(name))


def _said(value: Any) -> str | None:
    text = "" if value is None else str(value).strip()
    return None if text in NULLS else text


def _impressions(batch: Batch, line: int, record: Record) -> Range:
    low, high = stated(batch, line, "impressions", record.get("impressions"))
    if low is None and high is None:
        low, _ = stated(batch, line, "eu_total_reach", record.get("eu_total_reach"))
    return low, high


def _landing(record: Record) -> tuple[str | None, str | None]:
    named = record.get("ad_creative_link_captions") or record.get("ad_creative_link_caption")
    found = (landing(caption) for caption in texts(named))
    return next((place for place in found if place[0]), (None, None))


def _payers(record: Record) -> list[str]:
    for key in ("byline", "bylines", "funding_entity"):
        if named := texts(record.get(key)):
            return named
    said = (_said(row.get("payer")) for row in objects(record.get("beneficiary_payers")))
    return list(dict.fromkeys(filter(None, said)))


def _targeting(batch: Batch, line: int, record: Record) -> str | None:
    places = objects(record.get("target_locations"))
    audience = stated(batch, line, "audience", record.get("estimated_audience_size"))
    return targeting(
        (
            ("age", ["-".join(texts(record.get("target_ages")))]),
            ("gender", texts(record.get("target_gender"))),
            ("location", [str(p.get("name") or "") for p in places if not p.get("excluded")]),
            ("not location", [str(p.get("name") or "") for p in places if p.get("excluded")]),
            ("audience", [_in_words(audience)]),
            ("shown in", _shown(record, "delivery_by_region", "region")),
            ("shown to", _shown(record, "demographic_distribution", "gender", "age")),
            ("placement", texts(record.get("publisher_platforms"))),
        )
    )


def _in_words(audience: Range) -> str:
    low, high = audience
    if low is None:
        return ""
    return f"{low:,} or more" if high is None else f"{low:,} to {high:,}"


def _shown(record: Record, field: str, *keys: str) -> Iterator[str]:
    """Whom an ad reached, as far as they are a tenth of its impressions or more."""
    for part in objects(record.get(field)):
        if _share(part.get("percentage")) >= LEAST_SHOWN:
            yield " ".join(str(part.get(key) or "") for key in keys)


def _share(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def _add_total(payers: Payers, batch: Batch, line: int, record: Record) -> None:
    """A page's total of the report: what one payer spent, and on how many ads."""
    page = required_id(record["page id"], "Page ID")
    payer = _said(record["disclaimer"])
    payer = None if payer == NO_DISCLAIMER else payer
    spent = next((name for name in record if _SPENT.fullmatch(name)), "")
    currency = spent[-4:-1].upper()
    low, high = stated(batch, line, spent, record.get(spent), HUNDREDTHS)
    number = next((v for n, v in record.items() if n.startswith("number of ads")), "unknown")
    batch.add(
        "ad",
        ad=f"total:{page}:{currency}:{payer or ''}",
        account=page,
        platform=PLATFORM,
        payer=payer,
        currency=currency or None,
        spend_low=low,
        spend_high=high,
        text=f"{number} ads in the library",
    )
    _add_page(batch, page, record["page name"])
    if payer:
        payers.add(batch, payer, page)
