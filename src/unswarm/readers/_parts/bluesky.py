"""What the Bluesky formats share: records of app.bsky (AT Protocol), as everybody writes them.

A post's id is its address `at://did/collection/key`, an account's id its DID, wherever it was
read: the API, Jetstream and a repository give the same ids. What a post carries is taken from its
record, never from the view that a server makes of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from unswarm.model import DAY
from unswarm.readers._parts.loose import record_of, records_of, text_of
from unswarm.readers._parts.tweets import RecordError, optional_time
from unswarm.readers._parts.values import NO_TIME

PLATFORM = "bluesky"
POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
LIKE, FOLLOW = "app.bsky.feed.like", "app.bsky.graph.follow"
PROFILE, OWN = "app.bsky.actor.profile", "self"  # an account's only profile has the key `self`

LATE = DAY
"""A post that was seen later than this after the time it claims was not made when it was seen."""

BEHIND = 60_000
"""A stream tells of commits within seconds; what is older than this (ms) it tells late."""

AGREED = 300_000
"""Milliseconds by which the clocks of an author and of the author's server may differ."""

MOST_NAMED = 5  # kinds of records that a note names
NO_HANDLE = "handle.invalid"  # what stands where a handle does not lead back to the account
_OBJECTS = {  # collection → what a post that embeds such a record shares
    "app.bsky.feed.generator": "feed",
    "app.bsky.graph.list": "list",
    "app.bsky.graph.starterpack": "starter pack",
    "app.bsky.labeler.service": "labeler",
}
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"  # of record keys that hold a time (TID)

Record = Mapping[str, Any]
Carried = dict[str, Any]


def is_did(value: Any) -> bool:
    """Whether a value is an account's id."""
    return isinstance(value, str) and value.startswith("did:")


def did_of(value: Any, field: str) -> str:
    """An account's id that must be there.

    Raises:
        RecordError: it is missing or none.
    """
    if not is_did(value):
        raise RecordError(field, "missing" if value is None else "no DID")
    return str(value)


def address(did: str, collection: str, key: str) -> str:
    """The id of a record: `at://did/collection/key`."""
    return f"at://{did}/{collection}/{key}"


def is_address(value: Any) -> bool:
    """Whether a value is the id of a record."""
    return isinstance(value, str) and value.startswith("at://")


def author_of(uri: str | None) -> str | None:
    """The account that an address names; None where it names a handle, or there is none."""
    author = uri.removeprefix("at://").partition("/")[0] if uri else None
    return author if is_did(author) else None


def collection_of(uri: str) -> str:
    """`app.bsky.feed.post` of an address; empty where it names no collection."""
    return uri.removeprefix("at://").partition("/")[2].partition("/")[0]


def carried(record: Record) -> Carried:
    """What a post's record says, by the names of `Batch.post`."""
    features = list(_features(record))
    return {
        "text": text_of(record, "text"),
        "language": _language(record),
        "client": text_of(record, "via"),  # of no lexicon; some programs write it
        "links": [*_named(features, "uri"), text_of(_external(record), "uri")],
        "hashtags": [*_named(features, "tag"), *_words(record.get("tags"))],
        "mentions": _named(features, "did"),
        "media": list(_media(record)),
        "shares": list(_shares(record)),
    }


def target_of(record: Record) -> tuple[str, str | None]:
    """The kind of a post, and the post it quotes or answers, in this order of preference."""
    for uri in _embedded(record):
        if collection_of(uri) == POST:
            return "quote", uri
    answered = record_of(record_of(record, "reply"), "parent").get("uri")
    return ("reply", answered) if is_address(answered) else ("original", None)


def reposted(record: Record) -> str:
    """The post that a repost repeats.

    Raises:
        RecordError: it names none.
    """
    uri = record_of(record, "subject").get("uri")
    if not is_address(uri):
        raise RecordError("subject.uri", "no post that it repeats")
    return str(uri)


def witnessed(seen: Any, claimed: Any, field: str) -> tuple[int, int, bool]:
    """When a post was made, its precision, and whether only its author says so.

    It is the time at which the network saw the post. Its author can claim any time, but a server
    that takes in old posts sees them all at once, which would make accounts act together that
    never did: what was seen more than `LATE` after its claimed time has the claimed one.

    Args:
        seen: the time of the server, as written.
        claimed: `createdAt` of the record, as written.
        field: what `seen` is called.

    Raises:
        RecordError: neither can be read.
    """
    time, precision = optional_time(seen)
    said, width = optional_time(claimed)
    if time is None or precision is None:
        if said is None or width is None:
            raise RecordError(field, NO_TIME)
        return said, width, True
    if said is not None and width is not None and said < time - LATE:
        return said, width, True
    return time, precision, False


def committed(seen: int, revision: Any, claimed: Any) -> int:
    """When a record was committed, in milliseconds UTC, although a stream told of it late.

    It is the time of the stream. But a stream that catches up, or a server that was away, tells of
    hours within seconds, which would make accounts act together that never did: what was committed
    more than `BEHIND` before has the time of its commit, if the server's clock and the author say
    the same. Neither is believed alone.

    Args:
        seen: the time of the stream, milliseconds UTC.
        revision: `rev` of the commit, a TID by the clock of the author's server.
        claimed: `createdAt` of the record, as written.
    """
    made = key_time(revision) if isinstance(revision, str) else None
    if made is None or made >= seen - BEHIND:
        return seen
    said, _ = optional_time(claimed)
    return made if said is not None and abs(said - made) <= AGREED else seen


def key_time(key: str) -> int | None:
    """The milliseconds UTC that a record's key holds; None where it is no TID.

    A TID is 13 digits of base 32: 53 bits of microseconds since 1970 above ten of a clock.
    """
    if len(key) != 13 or any(digit not in _DIGITS for digit in key):
        return None
    number = 0
    for digit in key:
        number = number << 5 | _DIGITS.index(digit)
    return (number >> 10) // 1_000 if number >> 63 == 0 else None


def blob(value: Any) -> str | None:
    """The content id of an uploaded file; older records name it `cid`."""
    if not isinstance(value, Mapping):
        return None
    link = value.get("ref")
    found = link.get("$link") if isinstance(link, Mapping) else link or value.get("cid")
    return found if isinstance(found, str) else None


def photo_of(url: str | None) -> str | None:
    """The content id in a photo's address, which equal pictures share; else the address."""
    last = url.rpartition("/")[2].partition("@")[0] if url else ""
    return last if last.startswith("baf") else url


def profile_of(record: Record) -> dict[str, Any]:
    """What an account's profile record says, by the columns of `model.ACCOUNT`.

    When the account was created is what the profile claims.
    """
    created, precision = optional_time(record.get("createdAt"))
    return {
        "name": text_of(record, "displayName"),
        "bio": text_of(record, "description"),
        "photo": blob(record.get("avatar")),
        "created": created,
        "created_precision": precision,
    }


def left_out(skipped: Counter[str]) -> Iterator[str]:
    """Records by collection that were not read, in sentences for people."""
    others = +skipped
    if likes := others.pop(LIKE, 0):
        yield f"{likes:,} likes are no posts and were left out."
    if others:
        named = ", ".join(f"{n:,} {what}" for what, n in others.most_common(MOST_NAMED))
        more = " …" if len(others) > MOST_NAMED else ""
        yield f"records of other kinds were left out: {named}{more}."


def _language(record: Record) -> str | None:
    return next(iter(_words(record.get("langs"))), None)


def _words(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _features(record: Record) -> Iterator[Record]:
    """Links, hashtags and mentions of the text, in the order they stand in it."""
    for facet in sorted(records_of(record, "facets"), key=_position):
        yield from records_of(facet, "features")


def _position(facet: Record) -> int:
    start = record_of(facet, "index").get("byteStart")
    return start if isinstance(start, int) else 0


def _named(features: list[Record], key: str) -> list[str]:
    return [text for feature in features if (text := text_of(feature, key))]


def _embeds(record: Record) -> Iterator[Record]:
    """What is embedded; a record with media is both."""
    embed = record_of(record, "embed")
    yield embed
    yield record_of(embed, "media")


def _external(record: Record) -> Record:
    return next(filter(None, (record_of(one, "external") for one in _embeds(record))), {})


def _media(record: Record) -> Iterator[str | None]:
    for embed in _embeds(record):
        yield from (blob(one.get("image")) for one in records_of(embed, "images"))
        yield from (_item(one) for one in records_of(embed, "items"))
        yield blob(embed.get("video"))


def _item(item: Record) -> str | None:
    """The picture or video of a gallery."""
    return blob(item.get("image")) or blob(item.get("video"))


def _embedded(record: Record) -> Iterator[str]:
    """Addresses of the records it embeds; with media beside them they lie one level deeper."""
    inner = record_of(record_of(record, "embed"), "record")
    for uri in (inner.get("uri"), record_of(inner, "record").get("uri")):
        if is_address(uri):
            yield str(uri)


def _shares(record: Record) -> Iterator[tuple[str, str]]:
    for uri in _embedded(record):
        if layer := _OBJECTS.get(collection_of(uri)):
            yield uri, layer
