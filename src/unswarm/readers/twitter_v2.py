"""Twitter API v2: pages with data and includes, flattened tweets or users, as twarc2 writes them.

Posts are the tweets of `data`, or each flattened tweet. What `includes` adds, the tweets they
refer to and those tweets' authors, are no part of the collection: it tells targets and their
times, and the profiles of the posts' own authors. The API states times to the second; they are
exact to the millisecond where the post's id agrees (see `_tweets.exact_time`).
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.json import beginning
from unswarm.readers._parts.tweets import (
    PLATFORM,
    Record,
    RecordError,
    Target,
    attempt,
    client_name,
    exact_time,
    links_of,
    media_id,
    optional_time,
    read_values,
    reference,
    required_id,
    stated_time,
    time_of_target,
)
from unswarm.readers._parts.values import parse_int

specificity = 70

KINDS = {"retweeted": "repost", "quoted": "quote", "replied_to": "reply"}  # first come, first taken


def recognises(source: Source) -> bool:
    """Whether its first values are pages, tweets or users of API v2."""
    items = _items(beginning(source))
    return any(_is_tweet(i) or (_is_user(i) and "public_metrics" in i) for i in items)


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, and their authors' profiles."""
    return read_values(source, _add)


def _is_tweet(item: Any) -> bool:
    return isinstance(item, Mapping) and {"id", "author_id", "text"} <= item.keys()


def _is_user(item: Any) -> bool:
    return isinstance(item, Mapping) and {"id", "username", "name"} <= item.keys()


def _items(found: list[Any]) -> Iterator[Any]:
    for value in found:
        if isinstance(value, Mapping):
            yield from _data(value)


def _data(value: Record) -> list[Any]:
    """What a page is about: a list, or the one object of a single look-up; else the value."""
    if "data" not in value:
        return [value]
    data = value["data"]
    return data if isinstance(data, list) else [data]


def _add(batch: Batch, line: int, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise RecordError(None, "neither a page nor a tweet nor a user of API v2")
    if "data" not in value and ("errors" in value or "meta" in value):
        _add_empty(value)
        return
    add = partial(_add_item, Includes.of(value))
    for item in _data(value):
        attempt(add, batch, line, item)


def _add_empty(page: Record) -> None:
    """A page without data: nothing was found, or the API says why there is nothing."""
    if errors := page.get("errors"):
        raise RecordError("errors", f"an answer without data: {errors[0].get('detail')}")


def _by_id(records: Iterable[Record]) -> dict[str, Record]:
    return {str(one.get("id")): one for one in records}


@dataclass(frozen=True)
class Includes:
    """What a page knows beside its data: users and tweets by id, and when twarc fetched it."""

    users: Mapping[str, Record]
    tweets: Mapping[str, Record]
    seen: int | None

    @classmethod
    def of(cls, page: Record) -> Includes:
        """The expansions of a page; of a flattened tweet, none."""
        includes = page.get("includes") or {}
        seen, _ = optional_time((page.get("__twarc") or {}).get("retrieved_at"))
        return cls(_by_id(includes.get("users") or ()), _by_id(includes.get("tweets") or ()), seen)

    @cached_property
    def ids(self) -> dict[str, str]:
        """Handle, case-folded → id."""
        return {str(user.get("username")).casefold(): id for id, user in self.users.items()}


def _add_item(includes: Includes, batch: Batch, line: int, item: Any) -> None:
    if _is_user(item):
        _add_user(batch, item, includes.seen)
        return
    if not isinstance(item, Mapping) or "author_id" not in item:
        raise RecordError("author_id", "neither a tweet with its author nor a user of API v2")
    _add_tweet(includes, batch, line, item)
    author = item.get("author") or includes.users.get(str(item["author_id"]))
    if author:
        _add_user(batch, author, includes.seen)


def _add_tweet(includes: Includes, batch: Batch, line: int, tweet: Record) -> None:
    post = required_id(tweet.get("id"), "id")
    account = required_id(tweet.get("author_id"), "author_id")
    time, precision = exact_time(post, *stated_time(tweet.get("created_at"), "created_at"))
    referred = _referred(tweet, includes.tweets)
    kind, target_post, target_account, target_time = _target(batch, line, tweet, referred)
    carrier = referred["repost"] if "entities" in referred.get("repost", {}) else tweet
    entities, attached = carrier.get("entities") or {}, carrier.get("attachments") or {}
    batch.post(
        line,
        post=post,
        account=account,
        time=time,
        precision=precision,
        platform=PLATFORM,
        kind=kind,
        text=html.unescape(tweet.get("text") or ""),
        language=tweet.get("lang") or None,
        target_post=target_post,
        target_account=target_account,
        target_time=target_time,
        client=client_name(tweet.get("source")),
        links=links_of(entities, carrier.get("id")),
        hashtags=[tag.get("tag") or "" for tag in entities.get("hashtags") or ()],
        mentions=_mentions(includes, tweet.get("entities") or {}, entities),
        media=[media_id(key) for key in attached.get("media_keys") or ()],
    )


def _referred(tweet: Record, tweets: Mapping[str, Record]) -> dict[str, Record]:
    """The tweets it refers to by the kind they make it, each as complete as the source has it."""
    return {
        KINDS[one["type"]]: {**one, **tweets.get(str(one.get("id")), {})}
        for one in tweet.get("referenced_tweets") or ()
        if one.get("type") in KINDS
    }


def _target(batch: Batch, line: int, tweet: Record, referred: Mapping[str, Record]) -> Target:
    answered = reference(batch, line, "in_reply_to_user_id", tweet.get("in_reply_to_user_id"))
    kind = next((kind for kind in KINDS.values() if kind in referred), None)
    if kind is None:
        return "reply" if answered else "original", None, answered, None
    target = referred[kind]
    post = reference(batch, line, "referenced_tweets.id", target.get("id"))
    author = reference(batch, line, "referenced_tweets.author_id", target.get("author_id"))
    account = author or (answered if kind == "reply" else None)
    return kind, post, account, time_of_target(post, target.get("created_at"))


def _mentions(includes: Includes, *entities: Record) -> list[str]:
    """Ids of the accounts named; the handle where neither the mention nor the page has the id."""
    named = [one for entity in entities for one in entity.get("mentions") or ()]
    handles = [str(one.get("username") or "").casefold() for one in named]
    ids = [one.get("id") or includes.ids.get(h) for one, h in zip(named, handles, strict=True)]
    return [str(id or handle) for id, handle in zip(ids, handles, strict=True)]


def _add_user(batch: Batch, user: Record, seen: int | None) -> None:
    created, precision = optional_time(user.get("created_at"))
    counts = user.get("public_metrics") or {}
    batch.account(
        account=required_id(user.get("id"), "user.id"),
        platform=PLATFORM,
        handle=user.get("username") or None,
        name=user.get("name") or None,
        created=created,
        created_precision=precision,
        followers=parse_int(counts.get("followers_count")),
        following=parse_int(counts.get("following_count")),
        posts=parse_int(counts.get("tweet_count")),
        claimed_country=user.get("location") or None,
        bio=user.get("description") or None,
        photo=user.get("profile_image_url") or None,
        seen=seen,
    )
