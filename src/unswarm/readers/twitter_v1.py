"""Twitter API v1.1: statuses or users as JSON, JSONL, lists per line, or one after another.

Also reads search pages (`{"statuses": […]}`), hashed research copies (`id_str_h`, `text_m`) and
profile collections whose items hold only `created_at` and `user`: there `created_at` is when the
profile was recorded, and no post comes of it. Times are exact to the millisecond where
`timestamp_ms` or the post's id says them (see `_tweets.exact_time`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.json import beginning
from unswarm.readers._parts.tweets import (
    RecordError,
    add_profile,
    add_status,
    attempt,
    is_profile,
    is_status,
    plain,
    read_values,
    stated_time,
)

specificity = 70

_HASHED = {"id_h", "id_str_h", "screen_name_h"}
_POST = {"id", "id_str", "text", "full_text"}  # a status has at least one of them


def recognises(source: Source) -> bool:
    """Whether its first values are statuses, users or search pages of API v1.1."""
    return any(is_status(item) or is_profile(item) for item in _items(beginning(source)))


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, and profiles."""
    return read_values(source, _add)


def _items(found: list[Any]) -> Iterator[Any]:
    for value in found:
        yield from _page(value) or (value,)


def _page(value: Any) -> list[Any]:
    """The statuses of a search page."""
    statuses = value.get("statuses") if isinstance(value, dict) else None
    return statuses if isinstance(statuses, list) else []


def _add(batch: Batch, line: int, value: Any) -> None:
    if isinstance(value, dict) and "statuses" in value:
        for status in _page(value):
            attempt(_add_item, batch, line, status)
    else:
        _add_item(batch, line, value)


def _add_item(batch: Batch, line: int, item: Any) -> None:
    record = plain(item) if isinstance(item, dict) and _HASHED & item.keys() else item
    if is_status(record):
        if _POST & record.keys():
            add_status(batch, line, record)
        else:
            seen, _ = stated_time(record["created_at"], "created_at")
            add_profile(batch, record["user"], seen)
    elif is_profile(record):
        add_profile(batch, record)
    else:
        raise RecordError(None, "neither a status nor a user of API v1.1")
