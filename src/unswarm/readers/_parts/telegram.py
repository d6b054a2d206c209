"""What Telegram's formats share: ids of peers and messages, and rows that may be shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.tweets import RecordError

PLATFORM = "telegram"
PEER = re.compile(r"(?:user|chat|channel)\d+")

_SHOWN = ("id", "type", "_", "_type", "date", "date_unixtime", "from_id")

Record = Mapping[str, Any]
Moment = tuple[int, int]  # milliseconds UTC, precision


def message_id(chat: str, number: Any) -> str | None:
    """`channel12/34`: messages are numbered within their chat; None without a number."""
    if isinstance(number, bool) or not isinstance(number, int | str):
        return None
    return f"{chat}/{number}" if re.fullmatch(r"-?\d+", str(number)) else None


def kind_of(peer: str) -> str | None:
    """The kind of account an id alone tells: a channel's may be a group's too."""
    kinds = {"user": "person", "chat": "group"}
    return kinds.get(peer.rstrip("0123456789"))


def attempt_safely(add: Callable[[Record], None], batch: Batch, line: int, record: Any) -> None:
    """Add a record; one that has another shape goes to the quarantine, without what it says.

    Messages and profiles may hold phone numbers: of a rejected one, only its id, time and type are
    shown.
    """
    try:
        add(record)
    except RecordError as fault:
        batch.reject(line, fault.field, fault.reason, shown(record))
    except (AttributeError, KeyError, TypeError) as error:
        batch.reject(line, None, f"not of the shape Telegram gives: {error}", shown(record))


def shown(record: Any) -> str:
    """What of a record may stand in the quarantine."""
    if not isinstance(record, Mapping):
        return ""
    said = {key: record[key] for key in _SHOWN if isinstance(record.get(key), str | int | float)}
    return json.dumps(said, ensure_ascii=False)


def shown_text(text: str) -> str:
    """What of a torn record may stand in the quarantine: its number."""
    number = re.search(r'"id":\s*"?([\w-]+)', text)
    return f"id {number[1]}" if number else ""
