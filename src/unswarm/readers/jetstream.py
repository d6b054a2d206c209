"""Bluesky's Jetstream: a stream of events as JSON lines, in the wire format of version 1 or 2.

Posts, reposts, follows, profiles, handles and the status of accounts are read. The time of a post
is when Jetstream saw it, to the millisecond (`time_us` or `time`), not what its author claims; what
was told late because the stream or a server was away has the time of its commit (`rev`), if that
and `createdAt` agree. A change of a handle or a displayed name is known where the stream holds both
states; when an account was created is what its profile claims. Likes are no posts and are left out,
and so are records of other kinds; how many these are is reported. Deletions and changes of posts
are noted (`revision`): what was published was published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import REMEMBERED, Batch
from unswarm.readers._parts.bluesky import (
    FOLLOW,
    NO_HANDLE,
    OWN,
    PLATFORM,
    POST,
    PROFILE,
    REPOST,
    Record,
    address,
    author_of,
    carried,
    committed,
    did_of,
    is_did,
    left_out,
    profile_of,
    reposted,
    target_of,
)
from unswarm.readers._parts.json import beginning
from unswarm.readers._parts.loose import record_of, text_of
from unswarm.readers._parts.tweets import RecordError, read_values, stated_time

specificity = 80

KINDS = ("commit", "identity", "account")
REVISED_BY = {"delete": "deleted", "update": "edited"}
REVISED = tuple(REVISED_BY.values())
_EARLIER = {  # as the streams of 2024 wrote them
    **{"com": "commit", "id": "identity", "acc": "account"},
    **{"c": "create", "u": "update", "d": "delete"},
}

Moment = tuple[int, int]  # milliseconds UTC, precision


def recognises(source: Source) -> bool:
    """Whether its first values are events of a Jetstream."""
    return any(_kind(value) in KINDS for value in beginning(source))


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, profiles, changes of names, and who follows whom."""
    stream = Stream()
    yield from read_values(source, stream.add)
    for note in stream.notes():
        source.report(f"{source.name}: {note}")


def _kind(value: Any) -> str | None:
    """commit, identity or account; None for whatever is no event."""
    event = _event(value)
    if not is_did(event.get("did")) or not ({"time_us", "time"} & event.keys()):
        return None
    stated = str(event.get("kind") or event.get("$type") or event.get("type"))
    kind = stated.rpartition("#")[2]
    return _EARLIER.get(kind, kind)


def _event(value: Any) -> Record:
    """The event of a frame; version 2 wraps it into a message."""
    if not isinstance(value, Mapping):
        return {}
    return record_of(value, "payload") or value


class Stream:
    """Adds events to a batch, and remembers what accounts were called.

    Args:
        called: (account, "handle" or "name") → what it was called last.
    """

    def __init__(self, called: Mapping[tuple[str, str], str] | None = None) -> None:
        self.skipped: Counter[str] = Counter()
        self.late = 0
        self._called: dict[tuple[str, str], str] = dict(called or {})

    def notes(self) -> Iterator[str]:
        """What was left out or has another time, for people."""
        if self.late:
            yield f"{self.late:,} records were told late and have the time of their commit."
        for what in REVISED:
            if found := self.skipped.pop(what, 0):
                yield f"{found:,} posts were {what} later; what was published stays."
        for what in ("delete", "update"):
            if found := self.skipped.pop(what, 0):
                yield f"{found:,} {what}s of other records were left out."
        yield from left_out(self.skipped)

    def add(self, batch: Batch, line: int, value: Any) -> None:
        """Add one event.

        Raises:
            RecordError: it is none, or lacks something.
        """
        kind, event = _kind(value), _event(value)
        if kind not in KINDS:
            raise RecordError("kind", "no event of a Jetstream")
        moment = _moment(event)
        if kind == "commit":
            self._commit(batch, line, event, moment)
        elif kind == "identity":
            handle = text_of(record_of(event, "identity") or event, "handle")
            self._identity(batch, event["did"], handle, moment)
        else:
            _status(batch, event, moment)

    def _commit(self, batch: Batch, line: int, event: Record, moment: Moment) -> None:
        commit = record_of(event, "commit") or event
        collection, operation = text_of(commit, "collection") or "", _operation(commit)
        if operation == "delete" or (operation == "update" and collection != PROFILE):
            self._revision(batch, event["did"], collection, commit, moment)
            return
        did, key, record = event["did"], text_of(commit, "rkey") or "", record_of(commit, "record")
        if collection in (POST, REPOST):
            made = self._made(commit, record, moment)
            _post(batch, line, address(did, collection, key), record, made)
        elif collection == FOLLOW:
            _follow(batch, did, record, self._made(commit, record, moment))
        elif (collection, key) == (PROFILE, OWN):
            self._profile(batch, did, record, moment)
        else:
            self.skipped[collection] += 1

    def _made(self, commit: Record, record: Record, moment: Moment) -> Moment:
        """When a record was made."""
        seen, precision = moment
        time = committed(seen, commit.get("rev"), record.get("createdAt"))
        self.late += time != seen
        return time, precision

    def _revision(
        self, batch: Batch, did: str, collection: str, commit: Record, moment: Moment
    ) -> None:
        """Note that a post or a repost was deleted or changed."""
        what = REVISED_BY[_operation(commit)]
        if collection not in (POST, REPOST):
            self.skipped[_operation(commit)] += 1
            return
        self.skipped[what] += 1
        batch.add(
            "revision",
            account=did,
            post=address(did, collection, text_of(commit, "rkey") or ""),
            time=moment[0],
            precision=moment[1],
            what=what,
            text=text_of(record_of(commit, "record"), "text"),
        )

    def _profile(self, batch: Batch, did: str, record: Record, moment: Moment) -> None:
        said = profile_of(record)
        batch.account(account=did, platform=PLATFORM, seen=moment[0], **said)
        self._rename(batch, did, "name", said["name"], moment)

    def _identity(self, batch: Batch, did: str, handle: str | None, moment: Moment) -> None:
        known = None if handle == NO_HANDLE else handle
        batch.account(account=did, platform=PLATFORM, handle=known, seen=moment[0])
        self._rename(batch, did, "handle", known, moment)

    def _rename(self, batch: Batch, did: str, what: str, after: str | None, moment: Moment) -> None:
        """Note a change, where what it was is known."""
        if after is None:
            return
        if len(self._called) >= REMEMBERED:
            self._called.clear()
        before = self._called.get((did, what), after)
        self._called[did, what] = after
        if before != after:
            time, precision = moment
            change = {"what": what, "before": before, "after": after}
            batch.add("rename", account=did, time=time, precision=precision, **change)


def _moment(event: Record) -> Moment:
    field = "time_us" if "time_us" in event else "time"
    return stated_time(event[field], field)[0], 1


def _operation(commit: Record) -> str:
    operation = str(commit.get("operation") or commit.get("type"))
    return _EARLIER.get(operation, operation)


def _post(batch: Batch, line: int, uri: str, record: Record, moment: Moment) -> None:
    """A post or a repost; a repost's record holds nothing but which post it repeats."""
    if uri.endswith("/"):
        raise RecordError("rkey", "missing")
    if not record:
        raise RecordError("record", "missing")
    own = f"/{REPOST}/" not in uri
    kind, target = target_of(record) if own else ("repost", reposted(record))
    batch.post(
        line,
        post=uri,
        account=author_of(uri),
        time=moment[0],
        precision=moment[1],
        platform=PLATFORM,
        kind=kind,
        target_post=target,
        target_account=author_of(target),
        **(carried(record) if own else {}),
    )


def _follow(batch: Batch, did: str, record: Record, moment: Moment) -> None:
    target = did_of(record.get("subject"), "record.subject")
    batch.add("follow", account=did, target=target, time=moment[0], precision=moment[1])


def _status(batch: Batch, event: Record, moment: Moment) -> None:
    """An account that became active, or was deactivated, suspended, taken down or deleted."""
    account = record_of(event, "account") or event
    gone = text_of(account, "status") or "inactive"
    status = "active" if account.get("active") is True else gone
    batch.account(account=event["did"], platform=PLATFORM, status=status, seen=moment[0])
    if status == "deleted":
        time, precision = moment
        batch.add("revision", account=event["did"], time=time, precision=precision, what="deleted")
