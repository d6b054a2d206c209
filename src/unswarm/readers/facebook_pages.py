"""facebook-page-post-scraper: the posts of one Facebook page per file (`…_facebook_statuses.csv`).

The account is the page's id, the part of `status_id` before `_`; its handle is the file name before
`_facebook_statuses`. Times are to the second on a clock that stands five hours behind UTC all year:
the scraper subtracted them from Facebook's UTC times without regard to summer time, which shows in
the data as posting habits that move by an hour in March. They are read back to UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from unswarm.model import HOUR
from unswarm.readers import Source
from unswarm.readers._parts.columns import Chunk, names
from unswarm.readers._parts.reading import read_as
from unswarm.readers._parts.values import parse_time

specificity = 60

BEHIND = 5 * HOUR  # milliseconds from the scraper's clock to UTC
SUFFIX = "_facebook_statuses"
ROLES = {
    "post": "status_id",
    "text": "status_message",
    "kind": "status_type",
    "url": "status_link",
    "time": "status_published",
}


def recognises(source: Source) -> bool:
    """Whether the scraper's columns are there."""
    return set(ROLES.values()) <= set(names(source))


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts and their links, and the page."""
    file = source.path.name
    handle = file.partition(SUFFIX)[0] if SUFFIX in file else None

    def adapt(chunk: Chunk) -> Chunk:
        rows, cells = len(chunk), chunk.columns
        return Chunk(
            chunk.lines,
            {
                **cells,
                "account": [str(post).partition("_")[0] for post in cells["post"]],
                "time": [_utc(time) for time in cells["time"]],
                "kind": ["original"] * rows,
                "handle": [handle] * rows,
                "account_kind": ["page"] * rows,
                "platform": ["facebook"] * rows,
            },
        )

    return read_as(source, ROLES, adapt)


def _utc(time: Any) -> Any:
    """The scraper's time as milliseconds UTC; what is no time is left as found."""
    try:
        return parse_time(time)[0] + BEHIND
    except ValueError:
        return time
