"""Meta Content Library: posts, comments and producers of Facebook and Instagram, as CSV or JSON.

Reads what the API answers (pages of `data`, lists, lines) and the CSV exports. Ids may be numbers
beyond 2^53: they stay exact text, and one that went through a floating-point number is rejected,
because its digits are lost. They are the library's own ids, not those of Facebook. A post that was
made to a group, a page or an event of somebody else has that as its place. A reshare is a repost,
with a text of its own a quote; whose post it shares is not said. Comments of private people have no
author and go to the quarantine. Times are UTC, to the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from unswarm.canonical import clean_url, hashtags_in, mentions_in, urls_in
from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.loose import count_of, sum_of
from unswarm.readers._parts.records import first_records, read_records
from unswarm.readers._parts.tweets import (
    Record,
    RecordError,
    attempt,
    optional_time,
    reference,
    required_id,
    stated_time,
)
from unswarm.readers._parts.values import NULLS, parse_list, parse_objects

specificity = 75

REACTIONS = ("like", "love", "wow", "haha", "sad", "angry", "care")
_OWNER = "post_owner.id"
_COUNTED = {"follower_count", "member_count"}
_INSTAGRAM = ("creator", "business", "personal")  # types of accounts
_KINDS = {  # how the type of an account begins, without `facebook_`
    **{"page": "page", "group": "group", "channel": "channel"},
    **dict.fromkeys(("profile", "user", "person", "private"), "person"),
}
_LOST = "an id that went through a floating-point number: digits are lost"


def recognises(source: Source) -> bool:
    """Whether its columns, or its first records, are the library's."""
    return any(
        _form(_flat(record)) for value in first_records(source) for record in _records(value)
    )


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts and comments with what they carry, their authors, and the surfaces they stand on."""
    return read_records(source, _add)


def _records(value: Any) -> list[Any]:
    """The records of a page of results, or the one record."""
    if isinstance(value, Mapping) and isinstance(value.get("data"), list):
        return list(value["data"])
    return [value]


def _flat(record: Any, prefix: str = "") -> dict[str, Any]:
    """A record with dotted names; an envelope `data` around a nested object makes no difference."""
    if not isinstance(record, Mapping):
        return {}
    found: dict[str, Any] = {}
    for key, value in record.items():
        name = prefix + key.removeprefix("data.").replace(".data.", ".")
        if isinstance(value, Mapping):
            found |= _flat(value, prefix if prefix and key == "data" else f"{name}.")
        else:
            found[name] = None if isinstance(value, str) and value.strip() in NULLS else value
    return found


def _form(row: Record) -> str | None:
    """What a record describes: a post, a comment, a producer; None: it is not the library's."""
    if "creation_time" in row and _OWNER in row:
        return "post"
    if {"creation_time", "post_id", "id"} <= row.keys() and _has(row, "owner"):
        return "comment"
    if {"id", "name", "creation_date"} <= row.keys() and _COUNTED & row.keys():
        return "producer"
    return "post" if "creation_time" in row and _has(row, "post_owner.", "surface.") else None


def _has(row: Record, *prefixes: str) -> bool:
    return any(name.startswith(prefixes) for name in row)


def _add(batch: Batch, line: int, value: Any) -> None:
    for record in _records(value):
        attempt(_add_record, batch, line, record)


def _add_record(batch: Batch, line: int, record: Any) -> None:
    row = _flat(record)
    form = _form(row)
    if form is None:
        raise RecordError(None, "neither a post, a comment nor a producer of the library")
    _FORMS[form](batch, line, row)


def _add_post(batch: Batch, line: int, row: Record) -> None:
    account, surface = _id(row, _OWNER), _reference(batch, line, row, "surface.id")
    shared = _reference(batch, line, row, "shared_post_id")
    kind = ("quote" if row.get("text") else "repost") if shared else "original"
    place = surface if surface != account else None
    post = {"account": account, "kind": kind, "target_post": shared, "place": place}
    if not _add_text(batch, line, row, post):
        return
    _add_account(batch, row, "post_owner.", account)
    if place:
        _add_account(batch, row, "surface.", place)
    if sponsor := _reference(batch, line, row, "branded_content_page_id"):
        batch.add("role", account=account, role="advertises", target=sponsor)


def _add_comment(batch: Batch, line: int, row: Record) -> None:
    """A comment on a post; one on a comment is a reply to it."""
    account = _id(row, "owner.id")
    parent = _reference(batch, line, row, "parent_comment_id", "parent_id")
    post = parent or _reference(batch, line, row, "post_id")
    kind = "reply" if parent else "comment"
    if _add_text(batch, line, row, {"account": account, "kind": kind, "target_post": post}):
        _add_account(batch, row, "owner.", account)


def _add_text(batch: Batch, line: int, row: Record, post: Record) -> bool:
    """Add a post or a comment with what it carries; false when it went to the quarantine."""
    time, precision = stated_time(row.get("creation_time"), "creation_time")
    text = None if row.get("text") is None else str(row["text"])
    link = _word(row, "link_attachment.link")
    listed = parse_list(row.get("hashtags"))
    return batch.post(
        line,
        post=_id(row, "id"),
        time=time,
        precision=precision,
        platform=_platform(row),
        text=text,
        language=_word(row, "lang"),
        views=count_of(row, "statistics.views"),
        interactions=_interactions(row),
        links=[link] if link else urls_in(text or ""),
        hashtags=listed or hashtags_in(text or ""),
        mentions=mentions_in(text or ""),
        media=_media(batch, line, row),
        **post,
    )


def _add_producer(batch: Batch, line: int, row: Record) -> None:
    created, precision = optional_time(row["creation_date"])
    type_ = str(row.get("account_type") or "").lower()
    website = clean_url(_word(row, "website") or "")
    batch.account(
        account=_id(row, "id"),
        platform="instagram" if type_ or "biography" in row else "facebook",
        kind=_kind(type_) or _kind_of_producer(row),
        handle=_word(row, "username"),
        name=_word(row, "name"),
        created=created,
        created_precision=precision,
        followers=count_of(row, "follower_count") or count_of(row, "member_count"),
        following=count_of(row, "following_count"),
        bio=_word(row, "description", "biography", "about"),
        website=website[0] if website else None,
    )


_FORMS = {"post": _add_post, "comment": _add_comment, "producer": _add_producer}


def _add_account(batch: Batch, row: Record, prefix: str, account: str) -> None:
    batch.account(
        account=account,
        platform=_platform(row),
        kind=_kind(str(row.get(f"{prefix}type") or "")),
        handle=_word(row, f"{prefix}username"),
        name=_word(row, f"{prefix}name"),
    )


def _platform(row: Record) -> str:
    """Instagram where the type of the account or an address says so."""
    type_ = str(row.get("post_owner.type") or "").lower().removeprefix("instagram_")
    said = type_ in _INSTAGRAM or "/instagram/" in str(row.get("mcl_url") or "")
    return "instagram" if said else "facebook"


def _kind(type_: str) -> str | None:
    plain = type_.lower().removeprefix("facebook_").removeprefix("instagram_")
    return next((kind for begin, kind in _KINDS.items() if plain.startswith(begin)), None)


def _kind_of_producer(row: Record) -> str | None:
    if "member_count" in row:
        return "group"
    return "page" if "page_categories" in row else None


def _interactions(row: Record) -> int | None:
    """Reactions, comments and shares; where the total of the reactions is missing, their sum."""
    total = "statistics.reaction_count"
    each = [f"statistics.{name}_count" for name in REACTIONS]
    reactions = each if row.get(total) is None else [total]
    return sum_of(row, *reactions, "statistics.comment_count", "statistics.share_count")


def _media(batch: Batch, line: int, row: Record) -> list[str | None]:
    """Ids of photos and videos; their addresses expire and tell nothing."""
    items = parse_objects(row.get("multimedia"))
    return [_reference(batch, line, item, "id") for item in items]


def _word(row: Record, *names: str) -> str | None:
    words = (str(row[name]).strip() for name in names if row.get(name) is not None)
    return next(filter(None, words), None)


def _id(row: Record, name: str) -> str:
    if isinstance(row.get(name), float):
        raise RecordError(name, _LOST)
    return required_id(row.get(name), name)


def _reference(batch: Batch, line: int, row: Record, *names: str) -> str | None:
    """The first id among some fields; one whose digits are lost is noted in the quarantine."""
    name = next((name for name in names if row.get(name) is not None), names[0])
    value = row.get(name)
    if isinstance(value, float):
        batch.reject(line, name, f"{_LOST}; the post is kept without it", str(value))
        return None
    return reference(batch, line, name, value)
