"""YouTube: lists of the Data API v3 as JSON or JSON Lines, and CSVs of YouTube Data Tools.

A channel is an account, a video its post, a comment a post of the channel that wrote it, which
stands on the video's channel. Lists of videos, search results, playlist items, comment threads,
comments and channels are read; of a playlist item the time is that of the video, not of its taking
in. A commenter is told by the channel's id, or by its handle where there is no id: displayed names
are not unique. YouTube Data Tools writes the times of comments on the clock of its server; they are
taken as UTC. The video its comments belong to is in the file's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.columns import form, names
from unswarm.readers._parts.json import beginning
from unswarm.readers._parts.markup import markup
from unswarm.readers._parts.plans import (
    Plan,
    Planned,
    Record,
    Row,
    plan,
    read_planned,
    records,
    shown,
    total,
)
from unswarm.readers._parts.tweets import attempt, optional_time, required_id
from unswarm.readers._parts.values import parse_int

specificity = 70

PLATFORM = "youtube"

_KIND = "youtube#"
_FILE = re.compile(r"videoinfo_([\w-]{11})_")
_CHANNEL = re.compile(r"/channel/([\w-]+)")
_VIDEO_COLUMNS = frozenset(("videoId", "channelId", "publishedAt"))
_COMMENT_COLUMNS = frozenset(("id", "text", "publishedAt", "isReplyTo", "authorName"))


def recognises(source: Source) -> bool:
    """Whether its first values are resources of the API, or its columns those of the tools."""
    found = beginning(source)
    if found:
        return any(_kind(value) for value in found)
    if form(source) != "delimited":
        return False
    columns = set(names(source))
    return columns >= _VIDEO_COLUMNS or columns >= _COMMENT_COLUMNS


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Videos and comments with what they carry, and channels."""
    return read_planned(source, _planned)


def _planned(source: Source, batch: Batch) -> Planned:
    if form(source) == "json":
        for line, value in records(source, batch):
            for item in _items(value):
                yield from _resource(batch, line, item)
    else:
        columns = set(names(source))
        made = VIDEO_ROW if columns >= _VIDEO_COLUMNS else COMMENT_ROW
        about = _FILE.search(source.path.name)
        video = {"video": about[1]} if about else {}
        yield from ((line, made, {**row, **video}) for line, row in records(source, batch))


def _kind(value: Any) -> str:
    """`video`, `commentThread`, `videoListResponse` …; empty for what is not of YouTube."""
    kind = value.get("kind") if isinstance(value, Mapping) else None
    is_known = isinstance(kind, str) and kind.startswith(_KIND)
    return str(kind).removeprefix(_KIND) if is_known else ""


def _items(value: Any) -> list[Any]:
    items = value.get("items") if _kind(value).endswith("Response") else None
    return items if isinstance(items, list) else [value]


def _resource(batch: Batch, line: int, item: Any) -> Planned:
    kind = _kind(item)
    if kind == "searchResult":
        kind = _kind(item.get("id")) or kind
        item = {**item, "id": _found(item.get("id"))}
    if kind == "commentThread":
        yield from _thread(line, item)
    elif kind == "channel":
        attempt(_add_channel, batch, line, item)
    elif kind in PLANS:
        yield line, PLANS[kind], item
    else:
        batch.reject(line, "kind", f"no post or channel: {kind or 'of no kind'}", shown(item))


def _found(id: Any) -> Any:
    """The id of what a search found."""
    return id.get("videoId") or id.get("channelId") if isinstance(id, Mapping) else id


def _thread(line: int, thread: Record) -> Planned:
    """A comment and the answers to it."""
    snippet = thread.get("snippet")
    about: Record = snippet if isinstance(snippet, Mapping) else {}
    first = about.get("topLevelComment")
    yield line, COMMENT, {"thread": about, **(first if isinstance(first, Mapping) else {})}
    replies = thread.get("replies")
    answers = replies.get("comments") if isinstance(replies, Mapping) else None
    within = {**about, "totalReplyCount": None}  # it counts the answers to the first comment
    for answer in answers if isinstance(answers, list) else ():
        yield line, COMMENT, {"thread": within, **(answer if isinstance(answer, Mapping) else {})}


def _add_channel(batch: Batch, line: int, item: Record) -> None:
    row = CHANNEL.row(item)
    row["created"], row["created_precision"] = optional_time(row["created"])
    row |= {name: parse_int(row[name]) for name in ("followers", "posts")}
    row["handle"] = str(row["handle"] or "").removeprefix("@") or None
    row["account"] = required_id(row["account"], "id")
    batch.account(**row)


# --- what lies where


def _video(row: Row) -> None:
    title = unescape(row.pop("title") or "")  # search results hold `&amp;`, lists of videos do not
    row["text"] = "\n".join(filter(None, (title, row["text"]))) or None
    row["interactions"] = total(row, "likes", "comments")


def _comment(row: Row) -> None:
    parent, video, channel = row.pop("parent"), row.pop("video"), row["place"]
    row["kind"] = "reply" if parent else "comment"
    row["target_post"] = parent or video
    answered = row.pop("answered")
    row["target_account"] = answered if parent else channel
    shown = row.pop("html")
    row["text"] = row["text"] or markup(shown).text or None
    _name_author(row)
    row["interactions"] = total(row, "likes", "answers")


def _name_author(row: Row) -> None:
    """The author's id and handle; since 2023 the displayed name of a commenter is the handle."""
    name = str(row["name"] or "")
    row["handle"] = name[1:].casefold() if name.startswith("@") else None
    address = _CHANNEL.search(str(row.pop("address")))
    row["account"] = row["account"] or (address[1] if address else row["handle"])


_COMMON = {"platform": PLATFORM}
VIDEO = plan(
    {**_COMMON, "kind": "original"},
    _video,
    account="snippet.channelId",
    name="snippet.channelTitle",
    post="id",
    time="snippet.publishedAt",
    title="snippet.title",
    text="snippet.description",
    language=("snippet.defaultAudioLanguage", "snippet.defaultLanguage"),
    views="statistics.viewCount",
    likes="statistics.likeCount",
    comments="statistics.commentCount",
)
LISTED = Plan(
    {
        **VIDEO.paths,
        **plan(
            account="snippet.videoOwnerChannelId",
            name="snippet.videoOwnerChannelTitle",
            post=("contentDetails.videoId", "snippet.resourceId.videoId"),
            time="contentDetails.videoPublishedAt",
        ).paths,
    },
    VIDEO.constants,
    _video,
)
COMMENT = plan(
    _COMMON,
    _comment,
    account="snippet.authorChannelId.value",
    address="snippet.authorChannelUrl",
    name="snippet.authorDisplayName",
    photo="snippet.authorProfileImageUrl",
    post="id",
    time="snippet.publishedAt",
    text="snippet.textOriginal",
    html="snippet.textDisplay",
    place=("snippet.channelId", "thread.channelId"),
    video=("snippet.videoId", "thread.videoId"),
    parent="snippet.parentId",
    answered="thread.topLevelComment.snippet.authorChannelId.value",
    likes="snippet.likeCount",
    answers="thread.totalReplyCount",
)
PLANS = {"video": VIDEO, "playlistItem": LISTED, "comment": COMMENT}

CHANNEL = plan(
    _COMMON,
    account="id",
    handle="snippet.customUrl",
    name="snippet.title",
    bio="snippet.description",
    created="snippet.publishedAt",
    claimed_country="snippet.country",
    language="snippet.defaultLanguage",
    photo="snippet.thumbnails.default.url",
    followers="statistics.subscriberCount",
    posts="statistics.videoCount",
)

VIDEO_ROW = plan(
    {**_COMMON, "kind": "original"},
    _video,
    account="channelId",
    name="channelTitle",
    post="videoId",
    time=("publishedAt", "publishedAtSQL"),
    title=("videoTitle", "title"),
    text=("videoDescription", "description"),
    language=("defaultLAudioLanguage", "defaultAudioLanguage", "defaultLanguage"),
    views="viewCount",
    likes="likeCount",
    comments="commentCount",
)
COMMENT_ROW = plan(
    {**_COMMON, "place": None, "answered": None, "html": None},
    _comment,
    account="authorChannelId",
    address="authorChannelUrl",
    name="authorName",
    post="id",
    time="publishedAt",
    text="text",
    video="video",
    parent=("isReplyToId", "isReplyTo"),
    likes="likeCount",
    answers="replyCount",
)
