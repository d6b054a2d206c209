"""Twitter's information-operations archive (2018 to 2022): its tweets CSV and its users CSV.

Times are to the minute, account creation to the day. Ids may be clear or hashed. An id that a
spreadsheet turned into `2.48E+017` is refused: a row that has no other is quarantined, a reference
to another post or account becomes null and is noted there. Columns may be missing or reordered;
links, hashtags and mentions of a copy that lacks their column are taken from the text.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from unswarm import canonical
from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.rows import Row, header, read_rows
from unswarm.readers._parts.tweets import (
    PLATFORM,
    Target,
    optional_time,
    reference,
    required_id,
    stated_time,
)
from unswarm.readers._parts.values import NULLS, parse_bool, parse_int, parse_list

specificity = 80

TWEETS = {"tweetid", "userid", "tweet_time"}
USERS = {"userid", "user_screen_name", "account_creation_date"}


def recognises(source: Source) -> bool:
    """Whether the header names the columns of the tweets or of the users CSV."""
    names = header(source)
    return names >= TWEETS or names >= USERS


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, and profiles."""
    return read_rows(source, _add)


def _add(batch: Batch, line: int, row: Row) -> None:
    account = required_id(row.get("userid"), "userid")
    if "tweetid" in row:
        _add_tweet(batch, line, row, account)
    _add_profile(batch, row, account)


def _add_tweet(batch: Batch, line: int, row: Row, account: str) -> None:
    post = required_id(row["tweetid"], "tweetid")
    time, precision = stated_time(row.get("tweet_time"), "tweet_time")
    kind, target_post, target_account, _ = _target(batch, line, row)
    text = row.get("tweet_text") or ""
    batch.post(
        line,
        post=post,
        account=account,
        time=time,
        precision=precision,
        platform=PLATFORM,
        kind=kind,
        text=text,
        language=_said(row, "tweet_language"),
        target_post=target_post,
        target_account=target_account,
        client=_said(row, "tweet_client_name"),
        links=parse_list(row["urls"]) if "urls" in row else canonical.urls_in(text),
        hashtags=parse_list(row["hashtags"]) if "hashtags" in row else canonical.hashtags_in(text),
        mentions=_mentions(row, text),
    )


def _mentions(row: Row, text: str) -> list[str]:
    """Ids; without the column, the handles in the text."""
    if "user_mentions" in row:
        return parse_list(row["user_mentions"])
    return canonical.mentions_in(text)


def _target(batch: Batch, line: int, row: Row) -> Target:
    """What a tweet repeats, quotes or answers, in this order of preference."""
    repeated = _reference(batch, line, row, "retweet_tweetid")
    if parse_bool(row.get("is_retweet")) or repeated:
        return "repost", repeated, _reference(batch, line, row, "retweet_userid"), None
    if _said(row, "quoted_tweet_tweetid"):
        return "quote", _reference(batch, line, row, "quoted_tweet_tweetid"), None, None
    if _said(row, "in_reply_to_tweetid") or _said(row, "in_reply_to_userid"):
        answered = _reference(batch, line, row, "in_reply_to_tweetid")
        return "reply", answered, _reference(batch, line, row, "in_reply_to_userid"), None
    return "original", None, None, None


def _reference(batch: Batch, line: int, row: Row, column: str) -> str | None:
    return reference(batch, line, column, row.get(column))


def _said(row: Row, column: str) -> str | None:
    value = row.get(column, "").strip()
    return None if value in NULLS else value


def _add_profile(batch: Batch, row: Row, account: str) -> None:
    created, precision = optional_time(row.get("account_creation_date"))
    batch.account(
        account=account,
        platform=PLATFORM,
        handle=_said(row, "user_screen_name"),
        name=_said(row, "user_display_name"),
        created=created,
        created_precision=precision,
        followers=parse_int(row.get("follower_count")),
        following=parse_int(row.get("following_count")),
        claimed_country=_said(row, "user_reported_location"),
        language=_said(row, "account_language"),
        bio=_said(row, "user_profile_description"),
    )
