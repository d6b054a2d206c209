"""CooRTweet: one row per object shared, in the four columns its functions take.

`object_id, account_id, content_id, timestamp_share` as CSV or Parquet; times in unix seconds or as
text, UTC. What kind of object was shared the format does not say. A post with several objects has
several rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.columns import names
from unswarm.readers._parts.reading import read_as

specificity = 60

ROLES = {
    "account": "account_id",
    "time": "timestamp_share",
    "post": "content_id",
    "object": "object_id",
}


def recognises(source: Source) -> bool:
    """Whether the four columns are there."""
    return set(ROLES.values()) <= set(names(source))


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """One post per content, one share per object."""
    return read_as(source, ROLES)
