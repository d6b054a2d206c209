"""What the Twitter formats share: ids that hold the time, and statuses in the shape of API v1.1."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.json import Broken, values
from unswarm.readers._parts.values import parse_id, parse_int, parse_time

PLATFORM = "twitter"
EPOCH = 1_288_834_974_657  # ms UTC where Twitter's post ids (snowflakes) begin: November 2010

_TAG = re.compile(r"<[^>]*>")
_PICTURE = ("pic.twitter.com", "pic.x.com")
_MEDIA_TYPE = re.compile(r"^\d+_(?=\d+$)")

Record = Mapping[str, Any]
Target = tuple[str, str | None, str | None, int | None]  # kind, target_post, _account, _time


class RecordError(Exception):
    """A row lacks what a post cannot be without: names the field and says why."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


Add = Callable[[Batch, int, Any], None]


def read_values(source: Source, add: Add) -> Iterator[tuple[str, pa.Table]]:
    """Every JSON value of a source through `add`, in bounded batches."""
    batch = Batch(source)
    for line, value in values(source.text_lines(batch.reject)):
        if isinstance(value, Broken):
            batch.reject(line, None, value.reason, value.content)
        else:
            attempt(add, batch, line, value)
        if batch.full:
            yield from batch.drain()
    yield from batch.drain()


def attempt(add: Add, batch: Batch, line: int, record: Any) -> None:
    """Add a record; one that lacks something or has another shape goes to the quarantine."""
    try:
        add(batch, line, record)
    except RecordError as fault:
        batch.reject(line, fault.field, fault.reason, _shown(record))
    except (AttributeError, KeyError, TypeError) as error:
        batch.reject(line, None, f"not of the shape the API gives: {error}", _shown(record))


def _shown(record: Any) -> str:
    return json.dumps(record, ensure_ascii=False)


def required_id(value: Any, field: str) -> str:
    """An id that must be there.

    Raises:
        RecordError: it is missing or its digits are lost.
    """
    try:
        found = parse_id(value)
    except ValueError as error:
        raise RecordError(field, str(error)) from error
    if found is None:
        raise RecordError(field, "missing")
    return found


def reference(batch: Batch, line: int, field: str, value: Any) -> str | None:
    """The id of another post or account; a mangled one is null and noted in the quarantine."""
    try:
        return parse_id(value)
    except ValueError as error:
        batch.reject(line, field, f"{error}; the post is kept without it", str(value))
        return None


def stated_time(value: Any, field: str) -> tuple[int, int]:
    """A time that must be there, and its precision, both milliseconds.

    Raises:
        RecordError: it is missing or cannot be read.
    """
    try:
        return parse_time(value)
    except ValueError as error:
        raise RecordError(field, str(error)) from error


def optional_time(value: Any) -> tuple[int | None, int | None]:
    """A time and its precision, both milliseconds; None twice where it is missing or unreadable."""
    try:
        return parse_time(value)
    except ValueError:
        return None, None


def exact_time(post: str, time: int, precision: int) -> tuple[int, int]:
    """The time a post's id holds, to the millisecond, where it agrees with the time stated.

    Ids given since November 2010 hold the milliseconds since `EPOCH` above their lowest 22 bits.
    An older or hashed id does not agree: then the time stated is returned as it was given.
    """
    if not post.isascii() or not post.isdecimal():
        return time, precision
    held = (int(post) >> 22) + EPOCH
    return (held, 1) if time <= held < time + precision else (time, precision)


def time_of_target(post: str | None, stated: Any) -> int | None:
    """When a repeated, quoted or answered post was posted; None where the source does not say."""
    time, precision = optional_time(stated)
    if time is None or precision is None:
        return None
    return exact_time(post or "", time, precision)[0]


def client_name(source: str | None) -> str | None:
    """`<a href="…">Twitter Web App</a>` → `Twitter Web App`."""
    return html.unescape(_TAG.sub("", source or "")).strip() or None


def media_id(value: Any) -> str | None:
    """The id of an image or video in all versions of the API: `3_1271` and `1271` are the same."""
    return _MEDIA_TYPE.sub("", str(value)) if value else None


def is_status(record: Any) -> bool:
    """Whether a JSON value is a status of API v1.1, in clear or hashed (`id_str_h`); no Weibo."""
    if not isinstance(record, Mapping) or not isinstance(record.get("user"), Mapping):
        return False
    return "created_at" in record and "idstr" not in record and is_profile(record["user"])


def is_profile(record: Any) -> bool:
    """Whether a JSON value is a user object of API v1.1, in clear or hashed."""
    if not isinstance(record, Mapping):
        return False
    return bool({"screen_name", "screen_name_h"} & record.keys()) and (
        bool({"followers_count", "statuses_count", "id_str"} & record.keys())
    )


def plain(value: Any) -> Any:
    """A hashed research copy's record under the API's own keys: without `_h` and `_m`."""
    if isinstance(value, Mapping):
        return {k.removesuffix("_h").removesuffix("_m"): plain(v) for k, v in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def add_status(batch: Batch, line: int, status: Record, seen: int | None = None) -> None:
    """Add a status and its author's profile.

    What a repost carries is taken from the status it repeats, because its own text and entities
    are cut at 140 characters. The repeated and the quoted status are no posts of the collection.

    Args:
        seen: when the profile was recorded, milliseconds UTC.

    Raises:
        RecordError: it has no id, author or time.
    """
    post = required_id(_id(status), "id_str")
    account = required_id(_id(status["user"]), "user.id_str")
    time, precision = _time(status, post)
    kind, target_post, target_account, target_time = _target(batch, line, status)
    carrier = status.get("retweeted_status") or status
    entities = _entities(carrier)
    batch.post(
        line,
        post=post,
        account=account,
        time=time,
        precision=precision,
        platform=PLATFORM,
        kind=kind,
        text=_text(status),
        language=status.get("lang") or None,
        target_post=target_post,
        target_account=target_account,
        target_time=target_time,
        client=client_name(status.get("source")),
        links=links_of(entities, _id(carrier)),
        hashtags=[tag.get("text") or "" for tag in entities.get("hashtags") or ()],
        mentions=[*_mentions(_entities(status)), *_mentions(entities)],
        media=_media(carrier, entities),
    )
    add_profile(batch, status["user"], seen or _streamed(status))


def add_profile(batch: Batch, user: Record, seen: int | None = None) -> None:
    """Add a user object of API v1.1.

    Raises:
        RecordError: it has no id.
    """
    created, precision = optional_time(user.get("created_at"))
    batch.account(
        account=required_id(_id(user), "user.id_str"),
        platform=PLATFORM,
        handle=user.get("screen_name") or None,
        name=user.get("name") or None,
        created=created,
        created_precision=precision,
        followers=parse_int(user.get("followers_count")),
        following=parse_int(user.get("friends_count")),
        posts=parse_int(user.get("statuses_count")),
        claimed_country=user.get("location") or None,
        language=user.get("lang") or None,
        bio=user.get("description") or None,
        photo=user.get("profile_image_url_https") or user.get("profile_image_url") or None,
        seen=seen,
    )


def _id(record: Record, stem: str = "id") -> Any:
    """`id_str`, or `id` where only the number or an older copy is there."""
    return record.get(f"{stem}_str") or record.get(stem)


def _time(status: Record, post: str) -> tuple[int, int]:
    streamed = _streamed(status)
    if streamed is not None:
        return streamed, 1
    return exact_time(post, *stated_time(status.get("created_at"), "created_at"))


def _streamed(status: Record) -> int | None:
    """`timestamp_ms`, which only the streaming API gives."""
    return parse_int(status.get("timestamp_ms"))


def _target(batch: Batch, line: int, status: Record) -> Target:
    """What a status repeats, quotes or answers, in this order of preference."""
    for kind, key in (("repost", "retweeted_status"), ("quote", "quoted_status")):
        if embedded := status.get(key):
            return kind, *_embedded(batch, line, key, embedded)
    if quoted := _id(status, "quoted_status_id"):
        return "quote", reference(batch, line, "quoted_status_id_str", quoted), None, None
    answered = _id(status, "in_reply_to_status_id"), _id(status, "in_reply_to_user_id")
    if any(answered):
        keys = ("in_reply_to_status_id_str", "in_reply_to_user_id_str")
        return "reply", *_both(batch, line, keys, answered), None
    return "original", None, None, None


def _embedded(
    batch: Batch, line: int, key: str, status: Record
) -> tuple[str | None, str | None, int | None]:
    keys = (f"{key}.id_str", f"{key}.user.id_str")
    post, account = _both(batch, line, keys, (_id(status), _id(status.get("user") or {})))
    return post, account, time_of_target(post, status.get("created_at"))


def _both(
    batch: Batch, line: int, keys: tuple[str, str], ids: tuple[Any, Any]
) -> tuple[str | None, str | None]:
    return reference(batch, line, keys[0], ids[0]), reference(batch, line, keys[1], ids[1])


def _text(status: Record) -> str | None:
    """The longest text there is, with the API's `&amp; &lt; &gt;` undone."""
    longer = (status.get("extended_tweet") or {}).get("full_text")
    text = longer or status.get("full_text") or status.get("text")
    return html.unescape(text) if isinstance(text, str) else None


def _entities(status: Record) -> Record:
    extended: Record = status.get("extended_tweet") or {}
    return extended.get("entities") or status.get("entities") or {}


def links_of(entities: Record, post: Any) -> list[str]:
    """Where the addresses of a post's entities (v1.1 or v2) lead, as far as the API followed them.

    Left out: addresses that only show the post's own picture or its own uncut text.
    """
    addresses = [
        _address(url)
        for url in entities.get("urls") or ()
        if not str(url.get("display_url") or "").startswith(_PICTURE)
    ]
    return [address for address in addresses if not address.endswith(f"/i/web/status/{post}")]


def _address(url: Record) -> str:
    unwound = (url.get("unwound") or {}).get("url") or url.get("unwound_url")
    return unwound or url.get("expanded_url") or url.get("url") or ""


def _mentions(entities: Record) -> list[str]:
    """Ids of the accounts named; the handle where a copy has no id."""
    named = entities.get("user_mentions") or ()
    return [str(_id(user) or str(user.get("screen_name") or "").casefold()) for user in named]


def _media(status: Record, entities: Record) -> list[str | None]:
    extended = status.get("extended_tweet") or {}
    complete = extended.get("extended_entities") or status.get("extended_entities") or entities
    keys = [_id(one) for one in complete.get("media") or ()]
    keys += [url.get("media_key") for url in entities.get("urls") or ()]
    return [media_id(key) for key in keys]
