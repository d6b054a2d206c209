"""Tweets of the Internet Research Agency: FiveThirtyEight's CSV and its copy by author.

An account is its handle in lower case: the copy by author has nothing else, and the numeric ids of
FiveThirtyEight's files (`external_author_id`) have mostly been through a spreadsheet (`9.06E+17`).
A post's id is `tweet_id` where whole, else the number in `article_url`, else file name and line.
Times are to the minute, UTC; seconds that a copy writes are always zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa

from unswarm import canonical
from unswarm.model import MINUTE
from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.rows import Row, header, read_rows
from unswarm.readers._parts.tweets import (
    PLATFORM,
    Target,
    optional_time,
    required_id,
    stated_time,
)
from unswarm.readers._parts.values import parse_bool, parse_id, parse_int

specificity = 80

COLUMNS = {"content", "publish_date", "harvested_date", "updates", "post_type"}
STEPS = ("tco1_step1", "tco2_step1", "tco3_step1")  # where the first three t.co links led

_ANSWERED = re.compile(r"@(\w+)")
_STATUS = re.compile(r"/status(?:es)?/(\d+)")


def recognises(source: Source) -> bool:
    """Whether the header names the columns both layouts share, and the author."""
    names = header(source)
    return names >= COLUMNS and bool(names & {"author", "author_id"})


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, and what the authors' profiles counted at the time."""
    return read_rows(source, _add)


def _add(batch: Batch, line: int, row: Row) -> None:
    handle = required_id(row.get("author") or row.get("author_id"), "author")
    time, _ = stated_time(row.get("publish_date"), "publish_date")
    text = _unquoted(row.get("content") or "")
    kind, _, target_account, _ = _target(row, text)
    batch.post(
        line,
        post=_post_id(row) or f"{batch.source.path.name}:{line}",
        account=handle.lower(),
        time=time,
        precision=MINUTE,
        platform=PLATFORM,
        kind=kind,
        text=text,
        language=row.get("language") or None,
        target_account=target_account,
        links=[row[step] for step in STEPS if row.get(step)] or canonical.urls_in(text),
        hashtags=canonical.hashtags_in(text),
        mentions=canonical.mentions_in(text),
    )
    _add_profile(batch, row, handle)


def _unquoted(content: str) -> str:
    """The text without the quotation marks that the copy by author puts around some texts."""
    whole = len(content) > 1 and content[0] == content[-1] == "'"
    return content[1:-1] if whole else content


def _post_id(row: Row) -> str | None:
    try:
        found = parse_id(row.get("tweet_id"))
    except ValueError:
        found = None
    if found:
        return found
    link = _STATUS.search(row.get("article_url") or "")
    return link[1] if link else None


def _target(row: Row, text: str) -> Target:
    """The kind of a post and whom it concerns, as far as type, flag and text tell.

    Both layouts flag quotes as retweets too. Neither marks replies: a text that opens with a
    mention is one, because that is how Twitter wrote them.
    """
    if row.get("post_type", "").upper().startswith("Q"):
        return "quote", None, None, None
    if parse_bool(row.get("retweet")):
        return "repost", None, canonical.reposted_in(text), None
    if answered := _ANSWERED.match(text):
        return "reply", None, answered[1].lower(), None
    return "original", None, None, None


def _add_profile(batch: Batch, row: Row, handle: str) -> None:
    seen, _ = optional_time(row.get("harvested_date"))
    batch.account(
        account=handle.lower(),
        platform=PLATFORM,
        handle=handle,
        followers=parse_int(row.get("followers")),
        following=parse_int(row.get("following")),
        posts=parse_int(row.get("updates")),
        seen=seen,
    )
