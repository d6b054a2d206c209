"""Mastodon API: statuses and accounts as JSON, and streams of events as text or JSON lines.

Reads lists of statuses, single ones, search results, threads, accounts, what the streaming API
sends (`event:` and `data:` lines, or messages of a web socket) and what webhooks send. Servers that
speak the same interface are read alike, and all are called mastodon.

Servers number posts and accounts each in its own way, so a post's id is its `uri` and an account's
id its page's address. The number of an answered post is looked up among the posts of the file; one
that is not there becomes `server/statuses/number`, the same for all answers to it. A boost is a
repost, at the moment of the boost, with what the boosted post carries. Edits and deletions that a
stream tells of are noted (`revision`): what was published was published.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pyarrow as pa

from unswarm.readers import Source, nobody
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.json import Broken, beginning, values
from unswarm.readers._parts.loose import record_of, records_of, sum_of, text_of
from unswarm.readers._parts.markup import Anchor, markup
from unswarm.readers._parts.mastodon import (
    PLATFORM,
    Record,
    account_id,
    is_account,
    is_local,
    profile,
    server_of,
)
from unswarm.readers._parts.tweets import RecordError, attempt, optional_time, stated_time

specificity = 70

LISTS = ("statuses", "accounts", "ancestors", "descendants")  # what an answer calls its items
COUNTS = ("replies_count", "reblogs_count", "favourites_count", "quotes_count")
PEEKED = 1 << 20  # bytes of a stream of text within which its first status must come
_STREAM = re.compile(r"\ufeff?\s*(?::|event:|data:)")
_NOT_LINKS = frozenset(("mention", "hashtag", "tag"))
EDITS = frozenset(("status.update", "status.updated"))  # as streams and as webhooks say

Values = Iterator[tuple[int, Any]]


def recognises(source: Source) -> bool:
    """Whether its first values are statuses or accounts of Mastodon."""
    items = (item for value in _beginning(source) for item in _items(value))
    return any(_is_status(item) or is_account(item) for item in items)


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, and their authors' profiles.

    The file is read twice: first to learn which number is which post.
    """
    stream, batch = Stream(_known(source)), Batch(source)
    for line, value in _values(source, batch):
        if isinstance(value, Broken):
            batch.reject(line, None, value.reason, value.content)
        else:
            attempt(stream.add, batch, line, value)
        if batch.full:
            yield from batch.drain()
    yield from batch.drain()
    for note in stream.notes():
        source.report(f"{source.name}: {note}")


def _is_status(value: Any) -> bool:
    if not isinstance(value, Mapping) or not is_account(value.get("account")):
        return False
    return {"uri", "content", "created_at"} <= value.keys()


# --- values of a file, whichever way it writes them


def _is_stream(head: bytes) -> bool:
    return _STREAM.match(head[:64].decode("utf-8", "replace")) is not None


def _beginning(source: Source) -> list[Any]:
    if not _is_stream(source.head()):
        return beginning(source)
    lines = source.head(PEEKED).decode("utf-8", "replace").splitlines()
    return [value for _, value in _events(enumerate(lines, 1)) if not isinstance(value, Broken)]


def _values(source: Source, batch: Batch | None = None) -> Values:
    lines = source.text_lines(batch.reject if batch else lambda *_: None)
    if _is_stream(source.head()):
        return _events(enumerate(lines, start=1))
    return values(lines)


def _events(lines: Iterator[tuple[int, str]]) -> Values:
    """The events of a text/event-stream, as {event, payload}, each with the line it begins in."""
    name, data, begin = "", list[str](), 1
    for number, line in lines:
        key, _, value = line.rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if data and (key == "event" or not line.strip()):
            yield begin, _event(name, "\n".join(data))
            name, data = "", []
        if key == "event":
            name = value
        elif key == "data":
            begin = begin if data else number
            data.append(value)
    if data:
        yield begin, _event(name, "\n".join(data))


def _event(name: str, data: str) -> Any:
    if name == "delete":
        return {"event": name, "payload": data}
    try:
        return {"event": name, "payload": json.loads(data)}
    except (ValueError, RecursionError):
        return Broken("not JSON, or cut", data[:200])


def _items(value: Any) -> list[Any]:
    """What a value of a file is about: the items of an answer, what an event brings, or itself."""
    if not isinstance(value, Mapping):
        return [value]
    if isinstance(value.get("event"), str):
        return [_brought(value)]
    keys = [key for key in LISTS if isinstance(value.get(key), list)]
    return [item for key in keys for item in value[key]] if keys else [value]


def _brought(event: Record) -> Any:
    """The status of a stream's message or a webhook's; web sockets write it as text."""
    payload = event.get("payload", event.get("object"))
    if isinstance(payload, str) and event["event"] != "delete":
        try:
            return json.loads(payload)
        except (ValueError, RecursionError):
            return None
    return payload


# --- which number is which post


@dataclass
class Known:
    """What the numbers of a server stand for, as far as the file says.

    Args:
        posts: number → uri. About 250 bytes a post.
        accounts: number → id.
        server: the server that gave the numbers.
    """

    posts: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    server: str | None = None

    def learn(self, status: Record) -> None:
        """Learn from a status, and from the one it boosts or quotes."""
        for one in (status, record_of(status, "reblog"), _quoted(status)):
            if not _is_status(one):
                continue
            self._learn_account(one["account"])
            for mention in records_of(one, "mentions"):
                self._learn_account(mention)
            if (number := _number(one.get("id"))) and (uri := text_of(one, "uri")):
                self.posts[number] = uri

    def _learn_account(self, account: Record) -> None:
        address = text_of(account, "url") or text_of(account, "uri")
        if address and (number := _number(account.get("id"))):
            self.accounts[number] = address
        if address and self.server is None and is_local(account):
            self.server = server_of(address)

    def post(self, number: str) -> str:
        """The id of a post of this server, by its number."""
        return self.posts.get(number) or f"{self.server or 'server'}/statuses/{number}"


def _known(source: Source) -> Known:
    known = Known()
    for _, value in _values(replace(source, report=nobody)):  # what it has to say, it says once
        for item in _items(value):
            if _is_status(item):
                known.learn(item)
    return known


def _number(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


# --- statuses


class Stream:
    """Adds what a server says to a batch.

    Args:
        known: what the numbers of the server stand for.
    """

    def __init__(self, known: Known) -> None:
        self.known, self._revised = known, Counter[str]()

    def notes(self) -> Iterator[str]:
        """What was edited or deleted later, for people."""
        for what, found in sorted(self._revised.items()):
            yield f"{found:,} posts were {what} later; what was published stays."

    def add(self, batch: Batch, line: int, value: Any) -> None:
        """Add one answer, or one event of a stream.

        Raises:
            RecordError: it holds no data, or a deletion names no post.
        """
        event = value.get("event") if isinstance(value, Mapping) else None
        if event == "delete":
            self._delete(batch, value)
        elif event in EDITS:
            self._edit(batch, line, _brought(value))
        elif isinstance(value, Mapping) and "error" in value and "uri" not in value:
            raise RecordError("error", f"an answer without data: {value['error']}")
        else:
            for item in _items(value):
                attempt(partial(_add_item, self.known), batch, line, item)

    def _delete(self, batch: Batch, event: Record) -> None:
        """A deletion names no author and no time: it happened when it was told."""
        number = _number(event.get("payload"))
        if number is None:
            raise RecordError("payload", "no number of a post")
        self._revised["deleted"] += 1
        batch.add("revision", post=self.known.post(number), what="deleted")

    def _edit(self, batch: Batch, line: int, status: Any) -> None:
        if not _is_status(status):
            raise RecordError("payload", "no status")
        self._revised["edited"] += 1
        time, precision = optional_time(status.get("edited_at"))
        batch.add(
            "revision",
            account=account_id(status["account"]),
            post=text_of(status, "uri"),
            time=time,
            precision=precision,
            what="edited",
            text=_text(status, markup(text_of(status, "content")).text),
        )
        batch.account(**profile(status["account"]))


def _add_item(known: Known, batch: Batch, line: int, item: Any) -> None:
    if _is_status(item):
        _add_status(known, batch, line, item)
        batch.account(**profile(item["account"]))
    elif is_account(item):
        batch.account(**profile(item))
    else:
        raise RecordError(None, "neither a status nor an account of Mastodon")


def _add_status(known: Known, batch: Batch, line: int, status: Record) -> None:
    uri = text_of(status, "uri")
    if uri is None:
        raise RecordError("uri", "missing")
    time, precision = stated_time(status.get("created_at"), "created_at")
    carrier = record_of(status, "reblog") or status
    content = markup(text_of(carrier, "content"))
    batch.post(
        line,
        post=uri,
        account=account_id(status["account"]),
        time=time,
        precision=precision,
        platform=PLATFORM,
        **_target(known, status),
        text=_text(carrier, content.text),
        language=text_of(carrier, "language"),
        client=text_of(record_of(status, "application"), "name"),
        interactions=None if carrier is not status else sum_of(status, *COUNTS),
        links=_links(carrier, content.anchors),
        hashtags=_hashtags(carrier, content.anchors),
        mentions=[text_of(one, "url") for one in records_of(carrier, "mentions")],
        media=[_media(one) for one in records_of(carrier, "media_attachments")],
    )


def _target(known: Known, status: Record) -> dict[str, Any]:
    """What a status boosts, quotes or answers, in this order of preference."""
    for kind, other in (("repost", record_of(status, "reblog")), ("quote", _quoted(status))):
        if uri := text_of(other, "uri"):
            author, (time, _) = record_of(other, "account"), optional_time(other.get("created_at"))
            account = text_of(author, "url") or text_of(author, "uri")
            found = {"target_post": uri, "target_account": account, "target_time": time}
            return {"kind": kind, **found}
    if quoted := _number(record_of(status, "quote").get("quoted_status_id")):
        return {"kind": "quote", "target_post": known.post(quoted)}
    answered = _number(status.get("in_reply_to_id"))
    account = known.accounts.get(_number(status.get("in_reply_to_account_id")) or "")
    if answered is None:
        return {"kind": "original" if account is None else "reply", "target_account": account}
    return {"kind": "reply", "target_post": known.post(answered), "target_account": account}


def _quoted(status: Record) -> Record:
    """The quoted status: inside a quote since version 4.4, by itself on other servers."""
    quote = record_of(status, "quote")
    return record_of(quote, "quoted_status") or (quote if "uri" in quote else {})


def _text(status: Record, content: str) -> str | None:
    """The warning above a text belongs to what was published."""
    parts = filter(None, (text_of(status, "spoiler_text"), content))
    return "\n\n".join(parts) or None


def _links(status: Record, anchors: Sequence[Anchor]) -> list[str | None]:
    """Addresses of the text that name neither accounts nor tags, and that of the preview card."""
    named = {text_of(one, "url") for key in ("mentions", "tags") for one in records_of(status, key)}
    found = [one.url for one in anchors if _is_link(one) and one.url not in named]
    return [*found, text_of(record_of(status, "card"), "url")]


def _is_link(anchor: Anchor) -> bool:
    names = anchor.marks & _NOT_LINKS or anchor.text.startswith(("#", "@"))
    return not names and not anchor.quoting


def _hashtags(status: Record, anchors: Sequence[Anchor]) -> list[str]:
    """The tags in the order of the text; servers list them in an order of their own."""
    written = [one.text.removeprefix("#").casefold() for one in anchors if one.text[:1] == "#"]
    place = {tag: number for number, tag in reversed(list(enumerate(written)))}
    listed = [tag for one in records_of(status, "tags") if (tag := text_of(one, "name"))]
    return sorted(listed, key=lambda tag: place.get(tag.casefold(), len(written)))


def _media(attachment: Record) -> str | None:
    """Where the file lies at its origin; `url` is the copy of the server that was asked."""
    return text_of(attachment, "remote_url") or text_of(attachment, "url")
