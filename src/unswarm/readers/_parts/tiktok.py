"""What lies where in TikTok's records, whoever gave them out: the API, the web page, a crawler."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from unswarm.readers._parts.captures import SEEN
from unswarm.readers._parts.handles import handles_in
from unswarm.readers._parts.plans import Plan, Record, Row, plan, total
from unswarm.readers._parts.values import parse_list

PLATFORM = "tiktok"
NOBODY = "comments of the Research API do not say who wrote them"

_NONE = frozenset(("", "0", 0, None))
_COUNTS = ("likes", "comments", "shared", "saved")


def _video(row: Row) -> None:
    row["kind"] = "original" if row["quote_post"] in _NONE else "quote"
    _tidy(row)


def _tidy(row: Row) -> None:
    """Sum the reactions up; a 0 where an id should be is none."""
    row["interactions"] = total(row, *_COUNTS)
    for name in ("sound", "quote_post"):
        if row.get(name) in _NONE:
            row[name] = None
    for name in ("mentions", "effects"):
        row[name] = [item for item in parse_list(row.get(name)) if item not in _NONE]
    row["mentions"] = row["mentions"] or handles_in(row["text"])


def _comment(row: Row) -> None:
    """What a comment answers: another comment, or the video."""
    nearest, first, video = (row.pop(name, None) for name in ("nearest", "first", "video"))
    answered = first if nearest in _NONE else nearest
    row["kind"] = "comment" if answered in _NONE else "reply"
    row["target_post"] = video if answered in _NONE else answered
    _tidy(row)


VIDEO = plan(
    {"platform": PLATFORM},
    _video,
    account=("author.id", "author.uniqueId"),
    handle="author.uniqueId",
    name="author.nickname",
    bio="author.signature",
    website="author.bioLink.link",
    photo=("author.avatarLarger", "author.avatarMedium", "author.avatarThumb"),
    created="author.createTime",
    followers=("authorStats.followerCount", "authorStatsV2.followerCount"),
    following=("authorStats.followingCount", "authorStatsV2.followingCount"),
    posts=("authorStats.videoCount", "authorStatsV2.videoCount"),
    seen=SEEN,
    post="id",
    time="createTime",
    text="desc",
    language="textLanguage",
    quote_post="duetInfo.duetFromId",
    hashtags=("textExtra[].hashtagName", "challenges[].title"),
    mentions="textExtra[].userId",
    sound="music.id",
    effects=("effectStickers[].ID", "effectStickers[].id"),
    views=("stats.playCount", "statsV2.playCount"),
    likes=("stats.diggCount", "statsV2.diggCount"),
    comments=("stats.commentCount", "statsV2.commentCount"),
    shared=("stats.shareCount", "statsV2.shareCount"),
    saved=("stats.collectCount", "statsV2.collectCount"),
)
"""A video as the web page holds it."""

EMBEDDED = Plan(
    {
        **VIDEO.paths,
        **plan(account=("authorId", "author"), handle="author", name="nickname").paths,
    },
    VIDEO.constants,
    VIDEO.adapt,
)
"""A video of the page's embedded state, whose author is a word."""

AWEME = plan(
    {},
    _video,
    account=("author.uid", "authorInfo.uid", "authorUserId"),
    handle=("author.unique_id", "author.short_id"),
    name=("author.nickname", "authorInfo.nickname"),
    bio=("author.signature", "authorInfo.signature"),
    photo=("author.avatar_thumb.url_list[0]", "authorInfo.avatarThumb.urlList[0]"),
    followers="author.follower_count",
    following="author.following_count",
    posts="author.aweme_count",
    seen=SEEN,
    post=("aweme_id", "awemeId"),
    time=("create_time", "createTime"),
    text="desc",
    quote_post=("duet_origin_item.aweme_id",),
    hashtags=("text_extra[].hashtag_name", "textExtra[].hashtagName"),
    mentions=("text_extra[].user_id", "textExtra[].userId"),
    sound=("music.id_str", "music.mid", "music.id"),
    effects=("sticker_detail.id",),
    views=("statistics.play_count", "stats.playCount"),
    likes=("statistics.digg_count", "stats.diggCount"),
    comments=("statistics.comment_count", "stats.commentCount"),
    shared=("statistics.share_count", "stats.shareCount"),
    saved=("statistics.collect_count", "stats.collectCount"),
)
"""A video as the apps of TikTok and Douyin receive it; which of the two is not in it."""

COMMENT = plan(
    {"platform": PLATFORM},
    _comment,
    account=("user.uid", "user.id"),
    handle="user.unique_id",
    name="user.nickname",
    bio="user.signature",
    photo="user.avatar_thumb.url_list[0]",
    seen=SEEN,
    post="cid",
    time="create_time",
    text="text",
    language="comment_language",
    nearest="reply_to_reply_id",
    first="reply_id",
    video="aweme_id",
    mentions="text_extra[].user_id",
    likes="digg_count",
    comments="reply_comment_total",
)
"""A comment as the web page receives it."""

CRAWLED = plan(
    {"platform": PLATFORM},
    _comment,
    account="user.id",
    handle="user.unique_id",
    name="user.nickname",
    bio="user.signature",
    post="id",
    time="create_time",
    text="text",
    video="video_id",
    likes="digg_count",
    comments="reply_total",
)
"""A comment as a crawler wrote it down."""

RESEARCH = plan(
    {"platform": PLATFORM, "kind": "original"},
    _tidy,
    account="username",
    handle="username",
    post=("id", "video_id"),
    time="create_time",
    text="video_description",
    hashtags=("hashtag_names", "hashtag_info_list[].hashtag_name"),
    mentions="video_mention_list",
    sound="music_id",
    effects=("effect_ids", "effect_info_list[].effect_id"),
    views="view_count",
    likes="like_count",
    comments="comment_count",
    shared="share_count",
    saved="favorites_count",
)
"""A video of the Research API."""

_DESCRIBED = frozenset(("video_description", "music_id", "region_code", "hashtag_names"))


def plan_of(record: Any) -> Plan | None:
    """What lies where in a record; None if it is none of TikTok's."""
    if not isinstance(record, Mapping):
        return None
    if {"createTime", "desc"} <= record.keys():
        return EMBEDDED if isinstance(record.get("author"), str) else VIDEO
    if {"cid", "aweme_id", "text"} <= record.keys():
        return COMMENT
    if {"video_id", "text", "create_time", "user"} <= record.keys():
        return CRAWLED
    return RESEARCH if is_research(record.keys()) else None


def is_research(names: Collection[str]) -> bool:
    """Whether the keys of a record, or the columns of a table, are those of the Research API."""
    known = frozenset(names)
    return {"username", "create_time"} <= known and bool(known & _DESCRIBED)


def is_anonymous(record: Record) -> bool:
    """Whether it is a comment of the Research API."""
    known = record.keys()
    return {"id", "video_id", "text", "create_time"} <= known and not known & {"user", "username"}
