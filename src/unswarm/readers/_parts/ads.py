"""What the formats of advertising share: money and ranges, targeting, and who pays for whom."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from unswarm.canonical import clean_url
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.values import NULLS

HUNDREDTHS = 100  # money is kept in whole hundredths of its currency
ADVERTISER = "advertiser:"  # begins the account id of a payer that a source only names

Range = tuple[int | None, int | None]  # at least, at most; None: open or unknown

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:[eE]\+?\d+)?\s*[kKmM]?"
_BOUND = re.compile(r"(lower|upper)_bound[^\w.-]+([\d.]+)")
_SPAN = re.compile(rf"({_NUMBER})\s*[-–—]\s*({_NUMBER})")
_OPEN = re.compile(rf"(≤|<=|<|≥|>=|>)\s*({_NUMBER})")
_THOUSANDS = {"k": 1_000, "m": 1_000_000}


def whole(value: Any, unit: int = 1) -> int:
    """A number as a whole count of units, exactly: `1,234.56` in hundredths is 123456.

    Raises:
        ValueError: it is no number, negative, or finer than the unit.
    """
    text = str(value).strip()
    if not re.fullmatch(_NUMBER, text):
        raise ValueError("not an amount written with digits and a decimal point")
    times = _THOUSANDS.get(text[-1].lower(), 1)
    number = _decimal(text.rstrip("kKmM ").replace(",", "")) * times * unit
    if number != int(number):
        raise ValueError("an amount finer than what it is counted in")
    return int(number)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError("not an amount") from error


def bounds(value: Any, unit: int = 1) -> Range:
    """A range in any writing → (at least, at most); a single number is both.

    Reads `{lower_bound, upper_bound}` as object or text, `10k-100k`, `≤ 100`, `> 10M`, `250`.

    Args:
        unit: what one of the source's units is counted as: 100 for money, 1 for counts.

    Raises:
        ValueError: it is no range, or ends before it begins.
    """
    low, high = (None if _is_null(end) else whole(end, unit) for end in _ends(value))
    if high is not None and (low or 0) > high:
        raise ValueError("the range ends before it begins")
    return (0 if low is None and high is not None else low), high


def _is_null(value: Any) -> bool:
    return value is None or str(value).strip() in NULLS


def _ends(value: Any) -> tuple[Any, Any]:
    if isinstance(value, Mapping):
        return value.get("lower_bound"), value.get("upper_bound")
    text = str(value).strip()
    if named := dict(_BOUND.findall(text)):
        return named.get("lower"), named.get("upper")
    if span := _SPAN.fullmatch(text):
        return span[1], span[2]
    if half := _OPEN.fullmatch(text):
        return (None, half[2]) if half[1][0] in "≤<" else (half[2], None)
    return text, text


def stated(batch: Batch, line: int, field: str, value: Any, unit: int = 1) -> Range:
    """A range as `bounds` reads it; what cannot be read is noted and left open."""
    try:
        return bounds(value, unit)
    except ValueError as error:
        batch.reject(line, field, f"{error}; the ad is kept without it", str(value))
        return None, None


def texts(value: Any) -> list[str]:
    """The texts of a field that is a list, or a list written as text, or one text."""
    if isinstance(value, str) and value.strip().startswith("["):
        value = _read(value) or value
    if isinstance(value, list | tuple):
        return [text for item in value if item is not None and (text := str(item).strip())]
    return [] if _is_null(value) else [str(value).strip()]


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list of some, also written as text, with or without its brackets."""
    if isinstance(value, str):
        value = _read(f"[{value.strip().removeprefix('[').removesuffix(']')}]")
    return [item for item in value or () if isinstance(item, Mapping)]


def _read(text: str) -> Any:
    """JSON or Python text as a value; None when it is neither."""
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    return None


def targeting(parts: Iterable[tuple[str, Iterable[str]]]) -> str | None:
    """(what it is, its values) → one part per line, `age: 18-65+`; None of nothing."""
    lines = (
        f"{what}: {' '.join(text.split())}" for what, values in parts for text in values if text
    )
    return "\n".join(dict.fromkeys(lines)) or None


def landing(address: str | None) -> tuple[str | None, str | None]:
    """Where an ad leads → the cleaned address and its registered domain, or nothing."""
    found = clean_url(address) if address and not re.search(r"\s", address.strip()) else None
    return found or (None, None)


def advertiser(name: str) -> str:
    """The account id of a payer that the source knows by name only."""
    return ADVERTISER + " ".join(name.split()).casefold()


class Payers:
    """Says once per source who pays for which page.

    Args:
        platform: the platform of the ads.
    """

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self._told: set[tuple[str, str]] = set()

    def add(self, batch: Batch, name: str, target: str) -> None:
        """Add the payer as an account, and that it advertises for the target."""
        account = advertiser(name)
        if (account, target) in self._told:
            return
        self._told.add((account, target))
        batch.account(account=account, platform=self._platform, kind="advertiser", name=name)
        batch.add("role", account=account, role="advertises", target=target)
