"""coordination-network-toolkit: its eight columns of messages, links separated by blanks.

`message_id, user_id, username, repost_id, reply_id, message, timestamp, urls`, times in unix
seconds. An empty `repost_id` means that the message is no repost.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.columns import names
from unswarm.readers._parts.reading import read_as

specificity = 60

ROLES = {
    "post": "message_id",
    "account": "user_id",
    "handle": "username",
    "repost_post": "repost_id",
    "reply_post": "reply_id",
    "text": "message",
    "time": "timestamp",
    "urls": "urls",
}


def recognises(source: Source) -> bool:
    """Whether the eight columns are there, by their names."""
    return set(ROLES.values()) <= set(names(source))


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts, their links, and the handles of their authors."""
    return read_as(source, ROLES)
