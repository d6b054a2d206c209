"""GetOldTweets: tweets searched on Twitter's web page, separated by semicolons.

`username;date;retweets;favorites;text;geo;mentions;hashtags;id;permalink`. The dates are in the
unstated local time of whoever searched, to the minute. So the time is taken from the tweet's id,
which holds it to the millisecond, where that is within a day of the date; else the date is taken as
UTC. The page showed links in pieces (`https:// twitter.com/x/s tatus/1 …`); they are put together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from unswarm.model import DAY
from unswarm.readers import Source
from unswarm.readers._parts.columns import Chunk, names
from unswarm.readers._parts.reading import read_as
from unswarm.readers._parts.tweets import EPOCH
from unswarm.readers._parts.values import parse_time

specificity = 60

ROLES = {
    "account": "username",
    "time": "date",
    "text": "text",
    "mentions": "mentions",
    "hashtags": "hashtags",
    "post": "id",
}
COLUMNS = {*ROLES.values(), "retweets", "favorites", "geo", "permalink"}

_PIECES = re.compile(r"(https?://)\s?(www\.)?\s?(\S+)(?:\s(\S+)\s…)?")


def recognises(source: Source) -> bool:
    """Whether its ten columns are there."""
    return set(names(source)) >= COLUMNS


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts, what they carry, and their authors' handles."""
    return read_as(source, ROLES, _adapt)


def _adapt(chunk: Chunk) -> Chunk:
    cells = chunk.columns
    whole = {
        "time": list(map(_time, cells["time"], cells["post"])),
        "text": [whole_links(text) for text in cells["text"]],
        "handle": cells["account"],
        "platform": ["twitter"] * len(chunk),
    }
    return Chunk(chunk.lines, {**cells, **whole})


def _time(date: Any, post: Any) -> Any:
    """Milliseconds UTC from the id where it is one of that day; else the date as found."""
    digits = str(post).strip()
    try:
        stated, _ = parse_time(date)
    except ValueError:
        return date
    held = (int(digits) >> 22) + EPOCH if digits.isascii() and digits.isdecimal() else 0
    return held if abs(held - stated) < DAY else date


def whole_links(text: str) -> str:
    """A text whose links are in one piece again; the `…` after a long one goes."""
    return _PIECES.sub(lambda found: "".join(filter(None, found.groups())), text)
