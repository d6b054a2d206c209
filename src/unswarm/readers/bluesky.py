"""Bluesky API (XRPC): searches, feeds, posts, threads, profiles and followers, as JSON.

Posts are those of `posts`, `feed`, `thread`, or each post view by itself; of a repost in a feed the
repost is the post, with what the repeated post carries. Posts that stand there only because they
are answered or quoted are no part of the collection; they tell targets and when these were posted.

The time of a post is `indexedAt`, when the network saw it. `createdAt` is what the author claims,
and is taken only where the network saw the post more than a day after it (it was imported, or its
server was taken in late); how many these are is reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pyarrow as pa

from unswarm.canonical import clean_url
from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.bluesky import (
    LATE,
    NO_HANDLE,
    PLATFORM,
    Record,
    author_of,
    carried,
    did_of,
    is_address,
    is_did,
    photo_of,
    target_of,
    witnessed,
)
from unswarm.readers._parts.json import beginning
from unswarm.readers._parts.loose import count_of, record_of, sum_of, text_of
from unswarm.readers._parts.tweets import RecordError, attempt, optional_time, read_values

specificity = 75

LISTS = ("posts", "feed", "actors", "profiles")  # what an answer calls its items
FOLLOWS = ("followers", "follows")
COUNTS = ("likeCount", "repostCount", "replyCount", "quoteCount")
_CLAIMED = "claimed times"


def recognises(source: Source) -> bool:
    """Whether its first values are answers of the API, posts or profiles."""
    items = (item for value in beginning(source) for item in _items(value))
    return any(_is_post(_post_of(item)) or _is_profile(item) for item in items)


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, their authors' profiles, and who follows whom."""
    notes: Counter[str] = Counter()
    yield from read_values(source, partial(_add, notes))
    if late := notes[_CLAIMED]:
        days = LATE // 86_400_000
        source.report(
            f"{source.name}: {late:,} posts were seen more than {days} day after the time their "
            f"author claims, or at an unknown time; they have the claimed time."
        )


def _is_post(view: Any) -> bool:
    """Whether it is a post with its author, as the API shows it."""
    if not isinstance(view, Mapping) or not is_address(view.get("uri")):
        return False
    return is_did(record_of(view, "author").get("did")) and isinstance(view.get("record"), Mapping)


def _is_profile(view: Any) -> bool:
    return isinstance(view, Mapping) and is_did(view.get("did")) and "handle" in view


def _post_of(item: Any) -> Any:
    """The post of an item of a feed or a thread; a post view itself."""
    return item["post"] if isinstance(item, Mapping) and "post" in item else item


def _items(value: Any) -> list[Any]:
    """What an answer lists; a value that is no answer is its own item."""
    if not isinstance(value, Mapping):
        return [value]
    if _is_profile(value.get("subject")):
        found = [value["subject"]]
        return found + [item for key in FOLLOWS for item in _listed(value.get(key))]
    if "thread" in value:
        return list(_thread(value["thread"]))
    keys = [key for key in LISTS if isinstance(value.get(key), list)]
    return [item for key in keys for item in value[key]] if keys else [value]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _thread(top: Any) -> Iterator[Any]:
    """Every post of a thread, the ones above and the ones below."""
    waiting = [top]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Mapping):
            continue
        yield item
        waiting += [item.get("parent"), *reversed(_listed(item.get("replies")))]


def _add(notes: Counter[str], batch: Batch, line: int, value: Any) -> None:
    if isinstance(value, Mapping) and "error" in value and "uri" not in value:
        raise RecordError("error", f"an answer without data: {value['error']}")
    if isinstance(value, Mapping) and _is_profile(value.get("subject")):
        _add_follows(batch, value)
        return
    add = partial(_add_item, notes)
    for item in _items(value):
        attempt(add, batch, line, item)


def _add_follows(batch: Batch, answer: Record) -> None:
    """Who follows the subject, or whom it follows; when, the API does not say.

    Followers are an audience, no accounts of the collection.
    """
    subject = answer["subject"]
    _add_profile(batch, subject)
    for one in filter(_is_profile, _listed(answer.get("followers"))):
        batch.add("follow", account=one["did"], target=subject["did"])
    for one in filter(_is_profile, _listed(answer.get("follows"))):
        batch.add("follow", account=subject["did"], target=one["did"])


def _add_item(notes: Counter[str], batch: Batch, line: int, item: Any) -> None:
    if _is_profile(item):
        _add_profile(batch, item)
        return
    view = _post_of(item)
    if not _is_post(view):
        gone = isinstance(view, Mapping) and (view.get("notFound") or view.get("blocked"))
        raise RecordError("uri", "withheld by the API" if gone else "neither a post nor a profile")
    reason = record_of(item, "reason")
    if is_did(record_of(reason, "by").get("did")):
        _add_repost(batch, line, view, reason)
    else:
        _add_post(notes, batch, line, view, record_of(item, "reply"))


def _add_post(notes: Counter[str], batch: Batch, line: int, view: Record, answered: Record) -> None:
    time, precision, only_claimed = _time(view, record_of(view, "record"))
    kind, target = target_of(view["record"])
    batch.post(
        line,
        post=view["uri"],
        account=view["author"]["did"],
        time=time,
        precision=precision,
        platform=PLATFORM,
        kind=kind,
        target_post=target,
        target_account=author_of(target),
        target_time=_target_time(target, view, answered),
        interactions=sum_of(view, *COUNTS),
        **carried(view["record"]),
    )
    notes[_CLAIMED] += only_claimed
    _add_profile(batch, view["author"])


def _add_repost(batch: Batch, line: int, view: Record, reason: Record) -> None:
    """A repost of a feed; older answers do not say its address, so one is made for it."""
    account, uri = reason["by"]["did"], reason.get("uri")
    time, precision, _ = witnessed(reason.get("indexedAt"), None, "reason.indexedAt")
    batch.post(
        line,
        post=str(uri) if is_address(uri) else f"{view['uri']}#repost:{account}",
        account=account,
        time=time,
        precision=precision,
        platform=PLATFORM,
        kind="repost",
        target_post=view["uri"],
        target_account=view["author"]["did"],
        target_time=_time(view, view["record"])[0],
        **{**carried(view["record"]), "client": None},
    )
    _add_profile(batch, reason["by"])


def _time(view: Record, record: Record) -> tuple[int, int, bool]:
    return witnessed(view.get("indexedAt"), record.get("createdAt"), "indexedAt")


def _target_time(target: str | None, view: Record, answered: Record) -> int | None:
    """When the quoted or answered post was posted, if the API shows it beside the post."""
    inner = record_of(record_of(view, "embed"), "record")
    for shown in (inner, record_of(inner, "record"), record_of(answered, "parent")):
        if target and shown.get("uri") == target and "indexedAt" in shown:
            return _time(shown, record_of(shown, "value") or record_of(shown, "record"))[0]
    return None


def _add_profile(batch: Batch, view: Record) -> None:
    created, precision = optional_time(view.get("createdAt"))
    website = clean_url(text_of(view, "website") or "")
    handle = text_of(view, "handle")
    batch.account(
        account=did_of(view.get("did"), "did"),
        platform=PLATFORM,
        handle=None if handle == NO_HANDLE else handle,
        name=text_of(view, "displayName"),
        created=created,
        created_precision=precision,
        followers=count_of(view, "followersCount"),
        following=count_of(view, "followsCount"),
        posts=count_of(view, "postsCount"),
        bio=text_of(view, "description"),
        photo=photo_of(text_of(view, "avatar")),
        website=website[0] if website else None,
    )
