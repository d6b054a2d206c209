"""4CAT: datasets as it gives them out, CSV or JSON Lines with `id, thread_id, author, body` ….

The columns are those of 4CAT's mapped items, whatever platform they come from; the platform is told
by the addresses in a row. A post whose `thread_id` is another post's answers that one, unless the
row says better; a Telegram chat is the place of its posts. `unix_timestamp` goes before
`timestamp`, which some versions write on the clock of their server. LinkedIn shows no times: 4CAT
reckons them from "18h ago", so there the time is taken from the post's id, which holds it to the
millisecond. JSON Lines that hold the platform's own objects are read by the platform's reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.plans import Planned, Row, plan, read_planned, records, shown, total
from unswarm.readers._parts.records import first_records
from unswarm.readers._parts.values import parse_bool

specificity = 60

_NEEDED = frozenset(("id", "thread_id", "body", "timestamp"))
_AUTHORS = frozenset(("author", "author_id", "account_id"))
_COUNTS = ("likes", "comments", "shared", "quoted", "further", "reactions")
_SITES = {
    "twitter.com": "twitter",
    "x.com": "twitter",
    "t.me": "telegram",
    **{
        f"{name}.com": name
        for name in (
            *("tiktok", "instagram", "facebook", "gab", "linkedin", "9gag", "imgur", "pinterest"),
            *("douyin", "xiaohongshu", "vk", "threads", "truthsocial", "tumblr", "youtube"),
        )
    },
    "threads.net": "threads",
    "reddit.com": "reddit",
    "bsky.app": "bluesky",
}
_SITE = re.compile(r"https?://(?:[\w-]+\.)*?([\w-]+\.[a-z]+)(?:[/:?]|$)")
_HOLDS_TIME = 22  # lowest bits of a LinkedIn id that are no time


def recognises(source: Source) -> bool:
    """Whether the columns of 4CAT's mapped items are there."""
    return any(_is_item(record) for record in first_records(source))


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, and their authors' profiles."""
    return read_planned(source, _planned)


def _is_item(record: Any) -> bool:
    if not isinstance(record, Mapping):
        return False
    return record.keys() >= _NEEDED and bool(record.keys() & _AUTHORS)


def _planned(source: Source, batch: Batch) -> Planned:
    for line, record in records(source, batch):
        if _is_item(record):
            yield line, ITEM, record
        else:
            batch.reject(line, None, "no mapped item of 4CAT", shown(record))


def _item(row: Row) -> None:
    row["platform"] = _platform(row)
    row["interactions"] = total(row, *_COUNTS)
    row["text"] = "\n".join(filter(None, (row.pop("subject"), row["text"]))) or None
    if isinstance(row["effects"], str):  # names, which may have blanks
        row["effects"] = [name.strip() for name in row["effects"].split(",")]
    if row.pop("ago"):
        row["time"] = _held(row["post"])
    _relate(row, str(row.pop("thread") or ""))


def _relate(row: Row, thread: str) -> None:
    """Which post a row answers: the one it names, else the one its thread began with."""
    is_reply = parse_bool(row.pop("is_reply"))
    if row["platform"] == "telegram":
        if row["reply_post"]:
            row["reply_post"] = f"{row['place']}-{row['reply_post']}"
    elif thread not in ("", str(row["post"])) and not any(row[name] for name in _POINTERS):
        row["kind"], row["target_post"] = "reply" if is_reply else "comment", thread


def _platform(row: Row) -> str | None:
    """The platform of the first address that is of a known one."""
    addresses = [row.pop("collected"), row.pop("address")]
    if str(row["post"]).startswith("at://"):
        return "bluesky"
    if row.pop("chat"):
        return "telegram"
    sites = (_SITE.match(str(address)) for address in addresses if address)
    return next((name for site in sites if site and (name := _SITES.get(site[1]))), None)


def _held(id: Any) -> int | None:
    """The time a LinkedIn id holds, milliseconds UTC."""
    digits = str(id)
    return int(digits) >> _HOLDS_TIME if digits.isascii() and digits.isdecimal() else None


_POINTERS = (
    *("repost_post", "repost_account", "quote_post", "quote_account"),
    *("reply_post", "reply_account"),
)
_FORWARDED = "author_forwarded_from"
ITEM = plan(
    {},
    _item,
    account=("author_id", "account_id", "author"),
    handle=("author_username", "account_username", "author_screen_name", "author"),
    name=(
        *("author_fullname", "author_full", "author_name", "author_display_name"),
        "account_display_name",
    ),
    bio=("author_profile", "account_note"),
    photo=("author_avatar_url", "author_avatar", "account_avatar", "author_photo"),
    created="author_created_at",
    claimed_country="author_country",
    followers=("author_followers", "account_followers"),
    following="account_following",
    posts="author_videos",
    post="id",
    time=("unix_timestamp", "timestamp"),
    ago="timestamp_ago",
    thread="thread_id",
    subject=("subject", "title"),
    text="body",
    language=("language_guess", "languages"),
    client="source",
    collected="collected_from_url",
    address=("tiktok_url", "post_url", "comment_url", "url", "link"),
    chat="chat",
    place=("chat", "group_id", "group_name", "board", "subreddit"),
    is_repost="is_retweet",
    is_reply="is_reply",
    repost_post="retweet_id",
    repost_account=("retweeted_user", *(f"{_FORWARDED}_{name}" for name in ("id", "username"))),
    quote_post=("quote_tweet_id", "quoted_post"),
    quote_account=("quote_author", "quoted_user"),
    reply_post=("reply_to", "replied_to_post", "in_reply_to_comment_id"),
    reply_account=("replied_user", "replied_author", "replied_to_user", "in_reply_to_user"),
    hashtags=("hashtags", "tags"),
    mentions=("mentions", "author_mentions", "entities_mentioned"),
    urls=("urls", "links", "link_url", "link_attached", "entities_linked", "source_url"),
    media=("images", "image_urls", "image_url", "media_urls", "media_url"),
    sound="music_id",
    effects="effects",
    views=("views", "plays", "play_count", "impression_count"),
    likes=("likes", "num_likes", "like_count", "favourites_count", "upvotes"),
    comments=("comments", "num_comments", "reply_count", "replies_count", "replies"),
    shared=("shares", "retweet_count", "reposts", "repost_count", "reblogs_count"),
    quoted=("quote_count", "quotes"),
    further="favourites",
    reactions=("reaction_count", "reactions"),
)
