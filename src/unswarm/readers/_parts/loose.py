"""Values of JSON records that may be of any type, as strangers' records are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from unswarm.readers._parts.values import parse_int

LARGEST = (1 << 63) - 1  # of a column of whole numbers


def text_of(record: Mapping[str, Any], key: str) -> str | None:
    """A text that says something; None where there is none, or something else than text."""
    value = record.get(key)
    return value if isinstance(value, str) and value.strip() else None


def count_of(record: Mapping[str, Any], key: str) -> int | None:
    """A count; None where there is none, or a number that cannot be a count."""
    value = record.get(key)
    number = None if isinstance(value, bool) else parse_int(value)
    return number if number is not None and 0 <= number <= LARGEST else None


def sum_of(record: Mapping[str, Any], *keys: str) -> int | None:
    """The sum of the counts that are there; None where none is."""
    counts = [count for key in keys if (count := count_of(record, key)) is not None]
    return min(sum(counts), LARGEST) if counts else None


def record_of(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A record inside a record; empty where there is none."""
    value = record.get(key)
    return value if isinstance(value, Mapping) else {}


def records_of(record: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """The records of a list inside a record; whatever else stands in the list is passed over."""
    value = record.get(key)
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))
