"""What Zeeschuimer captures: the envelope around each platform's own objects.

Zeeschuimer writes `{source_platform, timestamp_collected, …, data: {the object}}`; 4CAT, which
takes such files in, gives them out as the object with the envelope under `__import_meta`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

META = "__import_meta"
SEEN = f"{META}.timestamp_collected"

_RELAYS = ("l.threads.com", "l.threads.net", "l.instagram.com", "l.facebook.com", "lm.facebook.com")

Record = Mapping[str, Any]


def platform_of(value: Any) -> str | None:
    """Where an item was captured, e.g. `tiktok.com`; None if it is no captured item."""
    if not isinstance(value, Mapping):
        return None
    envelope = value.get(META) if META in value else value if "data" in value else None
    platform = envelope.get("source_platform") if isinstance(envelope, Mapping) else None
    return platform if isinstance(platform, str) else None


def is_captured_on(value: Any, platforms: Collection[str]) -> bool:
    """Whether a value is an item that Zeeschuimer captured on one of these platforms."""
    return platform_of(value) in platforms


def first_platform(found: Iterable[Any]) -> str | None:
    """Where the first captured item comes from; None if there is none among the values."""
    return next((platform for value in found if (platform := platform_of(value))), None)


def opened(item: Record) -> Record:
    """An item as 4CAT gives it out: the platform's object, the envelope under `__import_meta`."""
    if META in item:
        return item
    data = item.get("data")
    envelope = {key: value for key, value in item.items() if key != "data"}
    return {**(data if isinstance(data, Mapping) else {}), META: envelope}


def relayed(url: str) -> str:
    """The address behind a page that only counts the click, such as `l.threads.com/?u=…`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parse_qs(parts.query).get("u", [url])[0] if parts.hostname in _RELAYS else url
