"""Junkipedia: posts of its API as JSON, or flattened into a table.

A flattened post has columns such as `attributes.published_at`, or `published_at` alone. An account
is the channel that Junkipedia watches, by the number it has there, else by its name; the time is
`published_at`. `created_at` is when Junkipedia took the post in, and never a post's time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.plans import (
    Planned,
    Row,
    plan,
    read_planned,
    records,
    shown,
    total,
)
from unswarm.readers._parts.records import first_records

specificity = 70

_ATTRIBUTES = "attributes"
_OWN = ("search_data_fields", "engagement_data", "post_data", "complete_post_text")
_COUNTS = tuple(f"{name}_count" for name in ("like", "share", "reply", "comment", "quote"))


def recognises(source: Source) -> bool:
    """Whether its first values, or its columns, are posts of Junkipedia."""
    return any(_is_post(item) for value in first_records(source) for item in _items(value))


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, and the channels."""
    return read_planned(source, _planned)


def _items(value: Any) -> list[Any]:
    """The posts of a page; of anything else, itself."""
    page = value.get("data") if isinstance(value, Mapping) else None
    return page if isinstance(page, list) else [value]


def _is_post(record: Any) -> bool:
    if not isinstance(record, Mapping):
        return False
    inner = record.get(_ATTRIBUTES)
    known = set(inner if isinstance(inner, Mapping) else _unprefixed(record))
    return "published_at" in known and any(
        key == own or key.startswith(f"{own}.") for key in known for own in _OWN
    )


def _unprefixed(record: Mapping[str, Any]) -> list[str]:
    """The columns of a flattened post, with or without the word they all begin with."""
    return [str(key).removeprefix(f"{_ATTRIBUTES}.") for key in record]


def _planned(source: Source, batch: Batch) -> Planned:
    for line, value in records(source, batch):
        for item in _items(value):
            if _is_post(item):
                yield line, POST, item
            else:
                batch.reject(line, None, "no post of Junkipedia", shown(item))


def _post(row: Row) -> None:
    row["interactions"] = total(row, *_COUNTS)


def _inside(*names: str) -> Sequence[str]:
    """Paths inside the attributes, which some exports leave out."""
    return [f"{front}{name}" for name in names for front in (f"{_ATTRIBUTES}.", "")]


_FIELDS, _COUNTED = "search_data_fields", "engagement_data"
POST = plan(
    {},
    _post,
    account=(
        *_inside("channel_id", "channel.id", f"{_FIELDS}.channel_data.channel_id"),
        "relationships.channel.data.id",
        *_inside("channel.channel_name", f"{_FIELDS}.channel_data.channel_name"),
    ),
    name=_inside("channel.channel_name", f"{_FIELDS}.channel_data.channel_name"),
    post="id",
    time=_inside("published_at"),
    text=_inside(
        *("complete_post_text", "post_data.full_text", "post_data.text", "post_data.message"),
        f"{_FIELDS}.sanitized_text",
    ),
    platform=_inside(f"{_FIELDS}.platform_name"),
    kind=_inside(f"{_FIELDS}.post_type"),
    views=_inside(f"{_COUNTED}.view_count", f"{_COUNTED}.play_count"),
    **{name: _inside(f"{_COUNTED}.{name}") for name in _COUNTS},
)
