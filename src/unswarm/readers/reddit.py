"""Reddit: submissions and comments of Pushshift and Arctic Shift, and listings of the API.

JSON Lines, also as published (`.zst`), pages of the API and of both archives' search. An account is
its `author_fullname` (`t2_…`) where a record has one, else its name; posts have their full names
(`t3_…` a submission, `t1_…` a comment). A post stands in its subreddit. A crosspost is a repost; a
comment answers the submission or the comment above it. Where the author is deleted nobody can be
named: such records go to the quarantine. What was deleted or removed has no text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from unswarm.canonical import urls_in
from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.json import beginning
from unswarm.readers._parts.tweets import (
    Record,
    RecordError,
    attempt,
    optional_time,
    read_values,
    required_id,
    stated_time,
)
from unswarm.readers._parts.values import parse_int

specificity = 70

PLATFORM = "reddit"

GONE = frozenset(("[deleted]", "[removed]", "[deleted by user]", "[ Removed by Reddit ]"))
SUBMISSION, COMMENT, ACCOUNT = "t3_", "t1_", "t2_"

_KIND = re.compile(r"t[1-6]")
_MEDIA = re.compile(r"https?://(?:i|v|preview)\.redd\.it/([A-Za-z0-9_-]+)")
_INTERNAL = re.compile(r"(?:https?://(?:\w+\.)?reddit\.com)?/(?:r|u|user)/[\w-]+/comments/", re.I)
_GALLERY = re.compile(r"https?://(?:\w+\.)?reddit\.com/gallery/", re.I)
_NAMED = re.compile(r"(?<![\w/])/?u/([\w-]{3,20})\b")
_REACTIONS = ("num_comments", "num_crossposts")


def recognises(source: Source) -> bool:
    """Whether its first values are submissions, comments or listings."""
    found = (record for value in beginning(source) for record in _records(value))
    return any(_is_post(record) for record in found)


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Submissions and comments with what they carry, and their authors."""
    return read_values(source, _add)


def _is_post(record: Any) -> bool:
    if not isinstance(record, Mapping):
        return False
    known = record.keys()
    return {"author", "created_utc", "subreddit"} <= known and bool(known & {"title", "body"})


def _records(value: Any) -> Iterator[Any]:
    """The records of a listing, those below its comments included; of a page; else the value."""
    data = value.get("data") if isinstance(value, Mapping) else None
    if isinstance(data, Mapping) and value.get("kind") == "more":
        yield value
    elif isinstance(data, list):  # a page of the archives' search
        yield from data
    elif isinstance(data, Mapping) and isinstance(data.get("children"), list):
        for child in data["children"]:
            yield from _records(child)
    elif isinstance(data, Mapping) and _KIND.fullmatch(str(value.get("kind"))):
        yield {"kind": value["kind"], **data}
        yield from _records(data["replies"]) if isinstance(data.get("replies"), Mapping) else ()
    else:
        yield value


def _add(batch: Batch, line: int, value: Any) -> None:
    for record in _records(value):
        attempt(_add_record, batch, line, record)


def _add_record(batch: Batch, line: int, record: Any) -> None:
    if not isinstance(record, Mapping):
        raise RecordError(None, "neither a submission nor a comment")
    if record.get("kind") == "more":
        raise RecordError("kind", "a page names further comments that it does not hold")
    if record.get("kind") == "t2":
        _add_account(batch, record)
        return
    if not _is_post(record):
        raise RecordError(None, "neither a submission nor a comment")
    add = _add_comment if "body" in record else _add_submission
    add(batch, line, record)
    _add_author(batch, record)


def _add_submission(batch: Batch, line: int, record: Record) -> None:
    origin, account, time = _crossposted(record)
    text = "\n".join(filter(None, (_text(record.get("title")), _text(record.get("selftext")))))
    address = _address(record)
    links, media = _links_and_media(record, address)
    _add_post(
        batch,
        line,
        record,
        post=_full(SUBMISSION, record),
        kind="repost" if origin else "original",
        text=text or None,
        target_post=origin,
        target_account=account,
        target_time=time,
        links=links,
        media=media,
    )


def _add_comment(batch: Batch, line: int, record: Record) -> None:
    above = _id(record, "parent_id") or _id(record, "link_id")
    _add_post(
        batch,
        line,
        record,
        post=_full(COMMENT, record),
        kind="reply" if above and above.startswith(COMMENT) else "comment",
        text=_text(record.get("body")),
        target_post=above,
        links=[],
        media=[],
    )


def _add_post(
    batch: Batch, line: int, record: Record, text: str | None, links: list[str], **post: Any
) -> None:
    time, precision = stated_time(record["created_utc"], "created_utc")
    batch.post(
        line,
        account=_author(record),
        time=time,
        precision=precision,
        platform=PLATFORM,
        text=text,
        place=record.get("subreddit") or None,
        views=parse_int(record.get("view_count")),
        interactions=_interactions(record),
        links=[*links, *_written(text)],
        mentions=_named(text),
        **post,
    )


def _author(record: Record) -> str:
    """The account that posted.

    Raises:
        RecordError: it is deleted, or the record does not name it.
    """
    known = _id(record, "author_fullname") or _name(record)
    if known is None:
        raise RecordError("author", "the author is deleted: nobody can be named")
    return known


def _name(record: Record) -> str | None:
    """The author's name; None where it is deleted."""
    name = record.get("author")
    return None if name is None or name in GONE else required_id(name, "author")


def _add_author(batch: Batch, record: Record) -> None:
    created, precision = optional_time(record.get("author_created_utc"))
    seen, _ = optional_time(record.get("retrieved_on") or record.get("retrieved_utc"))
    batch.account(
        account=_author(record),
        platform=PLATFORM,
        handle=_name(record),
        created=created,
        created_precision=precision,
        seen=seen,
    )


def _add_account(batch: Batch, record: Record) -> None:
    """An account that a listing holds by itself."""
    created, precision = optional_time(record.get("created_utc"))
    page = record.get("subreddit") or {}
    batch.account(
        account=_full(ACCOUNT, record),
        platform=PLATFORM,
        handle=record.get("name") or None,
        name=page.get("title") or None,
        created=created,
        created_precision=precision,
        bio=page.get("public_description") or None,
        photo=html.unescape(record.get("icon_img") or "") or None,
        status="suspended" if record.get("is_suspended") else None,
    )


def _id(record: Record, name: str) -> str | None:
    """The id under a name; None where there is none.

    Raises:
        RecordError: its digits are lost.
    """
    value = record.get(name)
    return None if value in (None, "") else required_id(value, name)


def _full(kind: str, record: Record) -> str:
    """`t3_…` of a record's id, however it is written."""
    return kind + required_id(record.get("id"), "id").removeprefix(kind)


def _crossposted(record: Record) -> tuple[str | None, str | None, int | None]:
    """The submission that a crosspost repeats: post, account, time."""
    origin = _id(record, "crosspost_parent")
    parent = next(iter(record.get("crosspost_parent_list") or ()), None) or {}
    known = _id(parent, "author_fullname") or _name(parent)
    return origin, known, optional_time(parent.get("created_utc"))[0] if origin else None


def _text(value: Any) -> str | None:
    """A text, with the API's `&amp; &lt; &gt;` undone; None for one that was taken away."""
    if not isinstance(value, str) or value.strip() in GONE:
        return None
    return html.unescape(value).strip() or None


def _written(text: str | None) -> list[str]:
    """The addresses in a text, also in Markdown: `[words](address)`."""
    return urls_in((text or "").replace("](", " "))


def _named(text: str | None) -> list[str]:
    """The accounts a text names, `u/ann`, by their names."""
    found = _NAMED.findall(text) if text and "u/" in text else ()
    return [name.casefold() for name in found]


def _address(record: Record) -> str:
    """Where a submission leads; empty where it is its own text or leads to itself."""
    address = record.get("url_overridden_by_dest") or record.get("url")
    if record.get("is_self") or not isinstance(address, str) or _INTERNAL.match(address):
        return ""
    return html.unescape(address)


def _links_and_media(record: Record, address: str) -> tuple[list[str], list[str]]:
    """A submission's link, or the pictures and videos that Reddit keeps for it."""
    gallery = record.get("gallery_data") or {}
    media = [str(one["media_id"]) for one in gallery.get("items") or ()]
    media += [str(key) for key in record.get("media_metadata") or {}]
    if own := _MEDIA.match(address):
        return [], [own[1], *media]
    return [] if not address or _GALLERY.match(address) else [address], media


def _interactions(record: Record) -> int | None:
    """The score, which is approvals less disapprovals, with comments and crossposts."""
    counts = [parse_int(record.get(name)) for name in ("score", *_REACTIONS)]
    known = [count for count in counts if count is not None]
    return max(sum(known), 0) if known else None
