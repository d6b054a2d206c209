"""Zeeschuimer captures of Twitter / X: what the web page received (GraphQL), one item per line.

The web interface wraps the statuses of API v1.1; they are unwrapped and read as such. An item that
was captured twice is one post; the later copies are listed in the quarantine. What 4CAT made of
such a file (JSON Lines with `__import_meta`) is read alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.captures import META, first_platform, is_captured_on, opened
from unswarm.readers._parts.json import beginning
from unswarm.readers._parts.tweets import Record, RecordError, add_status, read_values
from unswarm.readers._parts.values import parse_int

specificity = 80

PLATFORMS = ("twitter.com", "x.com")


def recognises(source: Source) -> bool:
    """Whether the first item that Zeeschuimer captured comes from Twitter / X."""
    return first_platform(beginning(source)) in PLATFORMS


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, and their authors' profiles."""
    return read_values(source, _add)


def _add(batch: Batch, line: int, value: Any) -> None:
    if not is_captured_on(value, PLATFORMS):
        raise RecordError("source_platform", f"not captured on {' or '.join(PLATFORMS)}")
    item = opened(value)
    status = _status(item)
    if status is None:
        raise RecordError("data.legacy", "the item holds no status")
    add_status(batch, line, status, parse_int(item[META].get("timestamp_collected")))


def _status(data: Record) -> dict[str, Any] | None:
    """A GraphQL `Tweet` in the shape of API v1.1; None for what is withheld."""
    tweet = data.get("tweet") or data  # TweetWithVisibilityResults holds the tweet inside
    if "legacy" not in tweet:
        return None
    status = {**tweet["legacy"], "id_str": tweet.get("rest_id"), "source": tweet.get("source")}
    status["user"] = _user(_result(tweet.get("core") or {}, "user_results"))
    status["retweeted_status"] = _status(_result(status, "retweeted_status_result"))
    status["quoted_status"] = _status(_result(tweet, "quoted_status_result"))
    note = _result(tweet.get("note_tweet") or {}, "note_tweet_results")
    if note:
        longer = {"full_text": note.get("text"), "entities": note.get("entity_set")}
        status["extended_tweet"] = longer
    return status


def _result(holder: Record, key: str) -> Record:
    result: Record = (holder.get(key) or {}).get("result") or {}
    return result


def _user(user: Record) -> dict[str, Any]:
    """A GraphQL `User` in the shape of API v1.1; since 2025 names stand under `core`."""
    return {
        **(user.get("legacy") or {}),
        **(user.get("core") or {}),
        "id_str": user.get("rest_id"),
    }
