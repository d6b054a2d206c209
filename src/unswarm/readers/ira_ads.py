"""Ads of the Internet Research Agency (2015 to 2017): the House's release of 2018 as one CSV.

The release is scanned paper: `txt_…` columns hold what a machine read of it, the others what the
makers of the CSV made of that. An ad begins and ends at the clock time of `txt_create` and
`txt_end`, to the second; where that cannot be read, on the day of `Create_Date` and `End_Date`, and
this is noted. What was spent is the amount and the currency of `txt_spend`: a few ads were paid in
US dollars, which `Spend_RUB` counts as roubles. `None` is nothing spent.

An ad's account is the Facebook page or the Instagram account it leads to: the number in the address
(`…/Some-Page-123456789012345/`), else the handle; an Instagram account's id is
`instagram.com/<handle>`. Letters that a scan cannot tell apart (I, l and 1, O and 0, VV and W) make
no two pages. Ads that lead to anything else (a site, an event, a post, a shop) or nowhere have the
account of who bought them, `advertiser:internet research agency`, which advertises for each page.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa

from unswarm.readers import Source, nobody
from unswarm.readers._parts.ads import (
    HUNDREDTHS,
    Payers,
    advertiser,
    landing,
    targeting,
    whole,
)
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.json import Broken
from unswarm.readers._parts.rows import Row, header, read_rows, rows
from unswarm.readers._parts.tweets import RecordError, optional_time
from unswarm.readers._parts.values import NULLS, parse_int, parse_time

specificity = 85

COLUMNS = {"Ad_ID", "Ad_Landing_Page", "Spend_RUB", "txt_spend", "txt_create", "txt_end"}
PLATFORM = "facebook"
BUYER = "Internet Research Agency"
CURRENCIES = {"RUB": "RUB", "": "RUB", "USD": "USD", "USO": "USD"}
TARGETED = (
    ("location", "Location"),
    ("age", "Age"),
    ("gender", "Gender"),
    ("language", "Language"),
    ("people who match", "People_Who_Match"),
    ("interests", "Interests"),
    ("not connected", "Excluded_Connections"),
    ("custom audience", "Custom_Audience"),
    ("placement", "Placements"),
)

# how the scan writes what stands in the addresses, in the order in which it is put right
_MISREAD = (
    (r"\s+Ad\s.*", ""),  # the next field of the page, on the same line
    (r"\s+", ""),
    (r"^(https?):H", r"\1://"),
    (r"^(https?://)(?:\\vww|www,)", r"\1www"),
    (r"^(https?://www)(?=facebook)", r"\1."),
    (r"(?<=facebook\.com)(?:AN|NV|NW|nV|nW)", "/W"),
    (r"(?<=facebook\.com)N", "/V"),
    (r"(?<=facebook\.com/)\\/V", "W"),
    (r"—", "_"),
    (r"nU$", "nt"),
)
_PAGE = re.compile(r"https?://(?:www\.)?(facebook|instagram)\.com/([^?]*)(?:\?.*)?")
_NUMBERED = re.compile(r"(?:(?P<name>.*?)[-/])?(?P<id>[\dIl?O]{12,17})")
_NO_PAGE = ("commerce", "events", "groups", "login", "p", "photo.php", "profile.php", "watch")
_TABS = ("shop", "timeline")  # parts of a page; anything else below one is a post or a video
_SPENT = re.compile(r"([\d.,;]+)[.,;](\d\d)([A-Z]*)")
_CLOCK = re.compile(r"(\d\d)/(\d\d)/(\d\d)(\d\d)[:-]?(\d\d)[:-]?(\d\d)([AP]M)(P[DS]T).*")


def recognises(source: Source) -> bool:
    """Whether the header names the columns read from the scans."""
    return header(source) >= COLUMNS


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Ads, the pages they led to, and that one advertiser bought them."""
    seen = rows(replace(source, report=nobody).text_lines(lambda *_: None))
    pages = Pages(row.get("Ad_Landing_Page", "") for _, row in seen if not isinstance(row, Broken))
    return read_rows(source, partial(_add, pages, Payers(PLATFORM)))


@dataclass(frozen=True)
class Page:
    """What an address says of the page it leads to."""

    account: str
    platform: str
    handle: str | None = None
    name: str | None = None


class Pages:
    """The pages of all addresses of a source, each under its most frequent writing.

    Args:
        addresses: where each ad leads, as written.
    """

    def __init__(self, addresses: Iterator[str]) -> None:
        found: dict[str, Counter[Page]] = defaultdict(Counter)
        for page in filter(None, map(_page, addresses)):
            found[_alike(page.account)][page] += 1
        self._pages = {key: _most_frequent(pages) for key, pages in found.items()}

    def of(self, address: str) -> Page | None:
        """The page an address leads to; None when it leads to none."""
        page = _page(address)
        if page is None:
            return None
        key = _alike(page.account)
        if key.endswith("1") and key[:-1] in self._pages:  # a slash at the end, read as I, l or 1
            key = key[:-1]
        return self._pages[key]


def _most_frequent(pages: Counter[Page]) -> Page:
    return min(pages, key=lambda page: (-pages[page], page.account, page.name or ""))


def _alike(account: str) -> str:
    """An account's id without the differences that a scan cannot see."""
    return re.sub("[il|]", "1", account.casefold()).replace("o", "0").replace("vv", "w")


def _address(as_written: str) -> str | None:
    """An address with what the scan misread put right; None where there is none."""
    address = as_written.strip()
    if address in NULLS:
        return None
    for misread, right in _MISREAD:
        address = re.sub(misread, right, address)
    return address


def _page(as_written: str) -> Page | None:
    found = _PAGE.fullmatch(_address(as_written) or "")
    parts = [part for part in found[2].split("/") if part] if found else []
    if not found or not parts or parts[0].casefold() in _NO_PAGE:
        return None
    if found[1] == "instagram":
        return _instagram(parts)
    return _facebook(parts)


def _instagram(parts: list[str]) -> Page | None:
    handle = parts[0].casefold()
    return Page(f"instagram.com/{handle}", "instagram", handle) if len(parts) == 1 else None


def _facebook(parts: list[str]) -> Page | None:
    if parts[0] == "pages" and len(parts) == 3:
        parts = ["-".join(parts[1:])]
    if len(parts) > 1 and parts[1].casefold() not in _TABS:
        return None
    numbered = _NUMBERED.fullmatch(parts[0])
    if not numbered:
        return Page(parts[0].casefold(), PLATFORM, parts[0].casefold())
    name = (numbered["name"] or "").replace("-", " ").replace("_", " ").strip()
    return Page(_digits(numbered["id"]), PLATFORM, None, name or None)


def _digits(number: str) -> str:
    """A number with the letters that the scan read in it as digits."""
    return number.translate(str.maketrans("IlO?", "1101"))


def _add(pages: Pages, payers: Payers, batch: Batch, line: int, row: Row) -> None:
    ad = _ad(row)
    time, precision, until = _times(batch, line, ad, row)
    spent, currency = _spent(batch, line, ad, row)
    address = row.get("Ad_Landing_Page", "")
    url, domain = landing(_address(address))
    page = pages.of(address)
    buyer = advertiser(BUYER)
    batch.add(
        "ad",
        ad=ad,
        account=page.account if page else buyer,
        platform=PLATFORM,
        payer=BUYER,
        time=time,
        precision=precision,
        until=until,
        currency=currency,
        spend_low=spent,
        spend_high=spent,
        impressions_low=parse_int(row.get("Impressions")),
        impressions_high=parse_int(row.get("Impressions")),
        clicks=parse_int(row.get("Clicks")),
        url=url,
        domain=domain,
        targeting=targeting((what, [_said(row, name) or ""]) for what, name in TARGETED),
        text=_said(row, "Ad_Text"),
    )
    if page:
        _add_page(payers, batch, page)
    else:
        batch.account(account=buyer, platform=PLATFORM, kind="advertiser", name=BUYER)


def _add_page(payers: Payers, batch: Batch, page: Page) -> None:
    batch.account(
        account=page.account,
        platform=page.platform,
        kind="page" if page.platform == PLATFORM else None,
        handle=page.handle,
        name=page.name,
    )
    payers.add(batch, BUYER, page.account)


def _said(row: Row, column: str) -> str | None:
    value = row.get(column, "").strip()
    return None if value in NULLS else value


def _ad(row: Row) -> str:
    """The number an id begins with: the scan ran some ids into the text of the ad."""
    found = re.match(r"\s*(\d+)", row["Ad_ID"])
    if not found:
        raise RecordError("Ad_ID", "no number")
    return found[1]


def _times(batch: Batch, line: int, ad: str, row: Row) -> tuple[int | None, int | None, int | None]:
    """When an ad began, the precision of that, and when it ended."""
    time, precision = _moment(batch, line, ad, row, "Create_Date", "txt_create")
    until, width = _moment(batch, line, ad, row, "End_Date", "txt_end")
    if time is None:
        batch.reject(line, "txt_create", "no time; the ad is kept without it", f"ad {ad}")
    elif until is not None and until + max(precision or 0, width or 0) <= time:
        reason = "ends before it begins; the ad is kept without its end"
        batch.reject(line, "txt_end", reason, f"ad {ad}: {row['txt_create']}, {row['txt_end']}")
        until = None
    return time, precision, until


def _moment(
    batch: Batch, line: int, ad: str, row: Row, day: str, clock: str
) -> tuple[int | None, int | None]:
    """The time of the clock column, else the day of the other one, which is noted."""
    date, written = _said(row, day), _said(row, clock)
    if date is None and written is None:
        return None, None
    found = _CLOCK.fullmatch(re.sub(r"\s+", "", written or ""))
    if found and (date is None or f"20{found[3]}-{found[1]}-{found[2]}" == date):
        return _exact(found)
    reason = f"the clock time cannot be read; the ad is kept with the day of {day}"
    batch.reject(line, clock, reason, f"ad {ad}: {written}")
    return optional_time(date)


def _exact(found: re.Match[str]) -> tuple[int, int]:
    month, day, year, *clock, noon, zone = found.groups()
    return parse_time(f"{month}/{day}/{year} {':'.join(clock)} {noon} {zone}")


def _spent(batch: Batch, line: int, ad: str, row: Row) -> tuple[int | None, str | None]:
    """What was spent, in hundredths, and the currency."""
    written = re.sub(r"\s+", "", row["txt_spend"])
    if written == "None":
        return 0, "RUB"
    found = _SPENT.fullmatch(written)
    if not found or found[3] not in CURRENCIES:
        batch.reject(line, "txt_spend", "no amount; the ad is kept without it", f"ad {ad}")
        return None, None
    spent = int("".join(filter(str.isdigit, found[1])) + found[2])
    currency = CURRENCIES[found[3]]
    if currency != "RUB" or spent != _roubles(row):
        reason = f"Spend_RUB says {row['Spend_RUB']} roubles; kept as {currency}"
        batch.reject(line, "txt_spend", reason, f"ad {ad}: {row['txt_spend']}")
    return spent, currency


def _roubles(row: Row) -> int | None:
    try:
        return whole(row["Spend_RUB"], HUNDREDTHS)
    except ValueError:
        return None
