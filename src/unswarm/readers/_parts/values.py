"""Values as exports write them: times, ids, lists, flags and counts.

`parse_time` and `parse_id` raise ValueError with a reason fit for the quarantine; the others give
None where there is nothing to read.
"""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from unswarm.model import DAY, MINUTE, SECOND

NULLS = frozenset({"", "null", "NULL", "None", "nan", "NaN", "NA", "N/A", "<NA>", "absent"})
NO_TIME = "no time"
EARLIEST_MS = 10**11  # milliseconds from here on (1973), seconds below
EXACT = 2**53  # a float holds whole numbers exactly up to here
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ZONES = {  # hours from UTC; names that mean several zones (IST, CST of China) are not guessed
    **dict.fromkeys(("z", "utc", "gmt", "ut", "wet"), 0.0),
    **{"est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0},
    **{"pst": -8.0, "pdt": -7.0, "akst": -9.0, "akdt": -8.0, "hst": -10.0},
    **{"cet": 1.0, "cest": 2.0, "eet": 2.0, "eest": 3.0, "west": 1.0, "msk": 3.0, "jst": 9.0},
}
MONTHS = {
    month: number
    for number, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}

_CLOCK = r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9})\d*)?)?"
_ZONE = r"(?P<zone>[A-Za-z]{1,5}|(?:UTC|GMT)?[+-]\d{2}:?\d{2}|[+-]\d{2})"
_NOON = r"(?:\s*(?P<noon>[AaPp])\.?[Mm]\.?)?"
_OPTIONAL_CLOCK = rf"(?:,?[T\s]+{_CLOCK}{_NOON}(?:\s*{_ZONE})?)?"
_YEAR_FIRST = re.compile(
    rf"(?P<Y>\d{{4}})[-/.](?P<M>\d{{1,2}})[-/.](?P<D>\d{{1,2}}){_OPTIONAL_CLOCK}"
)
_NUMBERS = re.compile(
    rf"(?P<a>\d{{1,2}})(?P<sep>[-/.])(?P<b>\d{{1,2}})[-/.](?P<Y>\d{{4}}|\d{{2}}){_OPTIONAL_CLOCK}"
)
_TWITTER = re.compile(
    rf"[A-Za-z]{{3}} (?P<Mon>[A-Za-z]{{3}}) +(?P<D>\d{{1,2}}) {_CLOCK} {_ZONE} (?P<Y>\d{{4}})"
)
_MAIL = re.compile(
    rf"(?:[A-Za-z]{{3}},? +)?(?P<D>\d{{1,2}})[ -](?P<Mon>[A-Za-z]{{3}})[a-z]*[ -](?P<Y>\d{{4}})"
    rf"{_OPTIONAL_CLOCK}"
)
_NAMED = re.compile(
    rf"(?P<Mon>[A-Za-z]{{3}})[a-z]* +(?P<D>\d{{1,2}}),? +(?P<Y>\d{{4}})(?:,? at)?{_OPTIONAL_CLOCK}"
)
_FORMS = (_YEAR_FIRST, _TWITTER, _NUMBERS, _MAIL, _NAMED)
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?")
_EXPONENT = re.compile(r"-?\d(?:\.\d+)?[eE]\+\d{1,3}|-?\d\.\d+[eE]\d{1,3}")
_FLOAT_ID = re.compile(r"(\d+)\.0*")


def parse_time(value: Any, *, day_first: bool = False) -> tuple[int, int]:
    """A time of any usual form → (milliseconds UTC, width of its last digit in milliseconds).

    Reads ISO 8601, `Wed Oct 10 20:19:24 +0000 2018`, `10/1/17 19:58`, `2023-11-13 04:30:36 EST`,
    `20201130191337`, unix seconds, milliseconds, microseconds or nanoseconds, and Python times.
    A time without a zone is taken as UTC. Zeros after the decimal point are no precision.

    Args:
        day_first: read `3/4/17` as 3 April; dots and dashes (`3.4.17`) are read so anyway.

    Raises:
        ValueError: it is no time; the message says why.
    """
    if isinstance(value, str):
        return _parse_text(value.strip(), day_first)
    if type(value) is int and EARLIEST_MS <= value < 1_000 * EARLIEST_MS:
        return value, 1 if value % SECOND else SECOND
    if isinstance(value, datetime):
        return _instant(value, 1 if value.microsecond >= SECOND else SECOND)
    if isinstance(value, date):
        return _instant(datetime(value.year, value.month, value.day), DAY)
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return _parse_text(repr(value) if abs(value) < 1e15 else str(int(value)), day_first)
    raise ValueError(NO_TIME)


@lru_cache(maxsize=1 << 14)
def _parse_text(text: str, day_first: bool) -> tuple[int, int]:
    if text in NULLS:
        raise ValueError(NO_TIME)
    if text[16:17] == ":" and text[4] == text[7] == "-":
        with suppress(ValueError):
            return _parse_iso(text)
    if _NUMBER.fullmatch(text):
        return _parse_number(text)
    if _EXPONENT.fullmatch(text):
        raise ValueError("a time mangled by a spreadsheet: digits are lost")
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _assemble(found.groupdict(), day_first)
    raise ValueError("not a time that can be read")


def _parse_iso(text: str) -> tuple[int, int]:
    moment = datetime.fromisoformat(text)
    return _instant(moment, 1 if moment.microsecond >= SECOND else SECOND)


def _parse_number(text: str) -> tuple[int, int]:
    digits = text.partition(".")[0]
    if len(digits) == 14 and digits.startswith(("19", "20")):
        stamp = datetime.strptime(digits, "%Y%m%d%H%M%S")
        return _instant(stamp, SECOND)
    if len(digits) == 8 and digits.startswith(("19", "20")):
        return _instant(datetime.strptime(digits, "%Y%m%d"), DAY)
    if int(digits) < 100_000_000:
        raise ValueError("a number too small to be a unix time")
    return parse_unix(text)


def parse_unix(value: Any) -> tuple[int, int]:
    """Unix seconds, milliseconds, microseconds or nanoseconds, told by size → as `parse_time`.

    Raises:
        ValueError: it is no number, or negative.
    """
    text = str(value).strip()
    if text in NULLS or not _NUMBER.fullmatch(text) or text.startswith("-"):
        raise ValueError("not a unix time")
    digits, _, fraction = text.partition(".")
    if len(digits) > 20:
        raise ValueError("a number too large to be a unix time")
    number, length = int(digits), len(digits)
    if length <= 11:
        thousandths = int((fraction + "000")[:3])
        return number * SECOND + thousandths, 1 if thousandths else SECOND
    milliseconds = number // (1 if length <= 14 else 1_000 if length <= 17 else 1_000_000)
    return milliseconds, 1 if milliseconds % SECOND else SECOND


def _assemble(parts: dict[str, str | None], day_first: bool) -> tuple[int, int]:
    """The groups of a matched form → an instant and its precision."""
    year, month, day = _day(parts, day_first)
    if parts["h"] is None:
        return _instant(datetime(year, month, day), DAY)
    hour = _hour(int(parts["h"]), parts.get("noon"))
    fraction = int(((parts["f"] or "") + "000")[:3])
    stamp = datetime(year, month, day, hour, int(parts["m"] or 0), int(parts["s"] or 0))
    zone = timezone(timedelta(hours=_offset(parts["zone"])))
    precision = 1 if fraction else SECOND if parts["s"] else MINUTE
    time, _ = _instant(stamp.replace(tzinfo=zone), precision)
    return time + fraction, precision


def _day(parts: dict[str, str | None], day_first: bool) -> tuple[int, int, int]:
    year = int(parts["Y"] or 0)
    if "a" in parts:
        a, b = int(parts["a"] or 0), int(parts["b"] or 0)
        month, day = (b, a) if day_first or parts["sep"] != "/" else (a, b)
        return (year + 2000 if year < 100 else year), month, day
    name = parts.get("Mon")
    month = MONTHS.get(name.lower(), 0) if name else int(parts["M"] or 0)
    return year, month, int(parts["D"] or 0)


def _hour(hour: int, noon: str | None) -> int:
    if noon is None:
        return hour
    return hour % 12 + (12 if noon in "pP" else 0)


def _offset(zone: str | None) -> float:
    """Hours from UTC of `+0200`, `-07:00`, `EST`; a missing zone is UTC."""
    if zone is None:
        return 0.0
    known = ZONES.get(zone.lower())
    if known is not None:
        return known
    digits = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})?", zone, re.IGNORECASE)
    if digits is None:
        raise ValueError(f"the time zone {zone} is unknown or ambiguous")
    sign, hours, minutes = digits.groups()
    return (int(hours) + int(minutes or 0) / 60) * (-1 if sign == "-" else 1)


def _instant(moment: datetime, precision: int) -> tuple[int, int]:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = aware - EPOCH
    milliseconds = since.microseconds // 1_000
    return (since.days * 86_400 + since.seconds) * SECOND + milliseconds, precision


def parse_id(value: Any) -> str | None:
    """An id as text; None where there is none.

    Raises:
        ValueError: digits are lost: `9.06E+17`, or a float too large to be exact.
    """
    if isinstance(value, str):
        text = value.strip()
        if text in NULLS:
            return None
        if text[0].isdigit() and ("." in text or "e" in text or "E" in text):
            return _undamaged(text)
        return text
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float):
        return None if math.isnan(value) else _undamaged(repr(value))
    return str(value)


def _undamaged(text: str) -> str:
    """The id behind `123.0`, and any text that merely looks like a number."""
    whole = _FLOAT_ID.fullmatch(text)
    if _EXPONENT.fullmatch(text) or (whole and int(whole[1]) > EXACT):
        raise ValueError("an id mangled by a spreadsheet: digits are lost")
    return whole[1] if whole else text


_QUOTED = re.compile(r"""["']\s*,\s*["']""")
_ITEM_BREAK = re.compile(r"[\s|;,]+")
_URL_BREAK = re.compile(r"[\s|]+|[,;](?=\s*https?://)")
_INSIDE = (  # what names an item of a list of objects, in order of preference
    *("unwound_url", "expanded_url", "expanded", "url", "tag", "text", "hashtag", "screen_name"),
    *("username", "acct", "handle", "media_key", "name", "id_str", "id"),
)


def parse_list(value: Any) -> list[str]:
    """The items of a list in any writing: Python, JSON, R, `[a, b]`, or split by blank or comma."""
    if value is None or value != value:
        return []
    if isinstance(value, Mapping):
        return _items([value])
    if isinstance(value, Iterable) and not isinstance(value, str):
        return _items(value)
    text = str(value).strip()
    if text in NULLS or text in {"[]", "{}", "c()"}:
        return []
    if text[0] in "[{(":
        return _bracketed(text)
    if text.startswith("c(") and text.endswith(")"):
        return _split(text[2:-1])
    return _split(text)


def _bracketed(text: str) -> list[str]:
    inner = text[1:-1].strip()
    if "{" in text:
        return _items(_literal(text))
    if inner[:1] in {'"', "'"} and "\\" not in inner:
        return [item for item in _QUOTED.split(inner[1:-1]) if item]
    return _items(_literal(text)) if "\\" in inner else _split(inner)


def _literal(text: str) -> list[Any]:
    """Python or JSON text as a list; text that is neither is one item."""
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        return list(found) if isinstance(found, list | tuple | set) else [found]
    return [text]


def parse_object(value: Any) -> Mapping[str, Any]:
    """A nested object, also one written as JSON or Python text; empty when it is none."""
    found = value if isinstance(value, Mapping) else _literal(str(value))[0]
    return found if isinstance(found, Mapping) else {}


def parse_objects(value: Any) -> list[Mapping[str, Any]]:
    """The nested objects of a list, also one written as JSON or Python text; [] when it is none."""
    if value is None or isinstance(value, Mapping):
        return [value] if value else []
    found = value if isinstance(value, list | tuple) else _literal(str(value))
    return [item for item in found if isinstance(item, Mapping)]


def _items(values: Iterable[Any]) -> list[str]:
    named = (_name(value) if isinstance(value, Mapping) else value for value in values)
    return [text for value in named if value is not None and (text := str(value).strip())]


def _name(item: Mapping[str, Any]) -> Any:
    return next((item[key] for key in _INSIDE if item.get(key)), None)


def _split(text: str) -> list[str]:
    parts = (_URL_BREAK if "://" in text else _ITEM_BREAK).split(text)
    return [item for part in parts if (item := part.strip().strip("\"',"))]


_BOOLEANS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0"), False),
}


def parse_bool(value: Any) -> bool | None:
    """TRUE, t, yes, 1 → True; FALSE, f, no, 0 → False; else None."""
    return value if isinstance(value, bool) else _BOOLEANS.get(str(value).strip().lower())


def parse_int(value: Any) -> int | None:
    """A count, also written `1,234` or `12.0`; None when it is no whole number, or beyond 2^63."""
    if isinstance(value, int):
        return int(value) if abs(value) < 2**63 else None
    try:
        number = float(str(value).replace(",", ""))
    except ValueError:
        return None
    return int(number) if abs(number) < 2**63 and number == int(number) else None
