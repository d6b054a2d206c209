"""The firehose of AT Protocol: every commit of a server or a relay (`subscribeRepos`).

`firehose:wss://HOST`; with `?cursor=0` everything that the server still has comes first. What
posts, reposts, follows and profiles say is read as in Jetstream, at the time of the message, or of
the commit where the message is late. A commit whose records cannot be read is noted in the
quarantine; one that is too large for the stream is noted, too, and has to be fetched by other
means. Signatures are not checked.

Source: the lexicon com.atproto.sync.subscribeRepos and the event stream of AT Protocol.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from unswarm.errors import SettingsError
from unswarm.feeds import DroppedError, ExpiredError, Intake
from unswarm.feeds._called import called
from unswarm.feeds._sockets import checked, messages
from unswarm.readers._parts.bluesky import FOLLOW, POST, PROFILE, REPOST
from unswarm.readers._parts.tweets import RecordError, attempt
from unswarm.readers.jetstream import Stream

PATH = "/xrpc/com.atproto.sync.subscribeRepos"
WANTED = frozenset((POST, REPOST, FOLLOW, PROFILE))
LINKED = ("embed", "avatar")  # what of a record may name uploaded files
CODECS = (b"\x01\x71\x12\x20", b"\x01\x55\x12\x20")  # DAG-CBOR, raw
CID = 36  # bytes
SHOWN = 200  # bytes of a broken frame

Body = Mapping[str, Any]


def open_feed(where: str) -> Firehose:
    """The firehose of a server.

    Raises:
        SettingsError: the address is none, or the live extra is not installed.
    """
    return Firehose(checked(where), _library())


def _library() -> ModuleType:
    try:
        import libipld
    except ImportError:
        hint = "Hint: pip install 'unswarm[live]'"
        raise SettingsError(f"The firehose needs the live extra. {hint}") from None
    return libipld


class Firehose:
    """One server's firehose.

    Args:
        url: of the server, with a first cursor as its query where one is wanted.
        library: libipld.
    """

    def __init__(self, url: str, library: ModuleType) -> None:
        parts = urlsplit(url)
        self._first = parse_qs(parts.query).get("cursor", [""])[0]
        path = PATH if parts.path in ("", "/") else parts.path
        self._url = parts._replace(path=path, query="").geturl()
        self._decode, self._car = library.decode_dag_cbor_multi, library.decode_car
        self._text = library.encode_cid
        self._seq = 0
        self._stream: Stream | None = None

    def follow(self, cursor: str, intake: Intake) -> Iterator[str]:
        """Commits, changes of names and of accounts after a cursor, each once."""
        start = cursor or self._first
        self._seq = int(cursor or 0)
        stream = self._stream = self._stream or Stream(called(intake))
        query = f"?{urlencode({'cursor': start})}" if start else ""
        for frame in messages(self._url + query):
            if frame is not None:
                self._take(frame, stream, intake)
            yield str(self._seq or "")

    def _take(self, frame: bytes, stream: Stream, intake: Intake) -> None:
        intake.events += 1
        try:
            header, body = self._decode(frame)
            kind, operation = header.get("t"), header["op"]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            shown = frame[:SHOWN].hex()
            intake.batch.reject(self._seq + 1, None, "no frame of a firehose", shown)
            intake.say(f"A frame after {self._seq} cannot be read; it is in the quarantine.")
            return
        if operation != 1:
            self._refused(body)
        elif kind == "#info":
            self._informed(body, intake)
        elif body.get("seq", 0) > self._seq:
            self._seq = body["seq"]
            for event in self._events(kind, body, intake):
                attempt(stream.add, intake.batch, self._seq, event)

    def _refused(self, body: Body) -> None:
        said = f"{body.get('error')}: {body.get('message', '')}"
        if body.get("error") == "FutureCursor":
            raise ExpiredError(f"{said}; the server begins its numbers anew")
        raise DroppedError(said)

    def _informed(self, body: Body, intake: Intake) -> None:
        intake.say(f"The server says {body.get('name')}: {body.get('message', '')}")
        if body.get("name") == "OutdatedCursor" and self._seq:
            raise ExpiredError(f"the server keeps nothing from {self._seq} any more")

    def _events(self, kind: str | None, body: Body, intake: Intake) -> Iterator[dict[str, Any]]:
        """What a message says, in the words of Jetstream."""
        if kind == "#commit":
            intake.events += len(body.get("ops", ())) - 1
            yield from self._commit(body, intake)
        elif kind == "#identity":
            yield self._said("identity", body, body.get("did"), {"handle": body.get("handle")})
        elif kind == "#account":
            state = {"active": body.get("active"), "status": body.get("status")}
            yield self._said("account", body, body.get("did"), state)

    @staticmethod
    def _said(kind: str, body: Body, did: Any, what: dict[str, Any]) -> dict[str, Any]:
        return {"kind": kind, "did": did, "time_us": _microseconds(body.get("time")), kind: what}

    def _commit(self, body: Body, intake: Intake) -> Iterator[dict[str, Any]]:
        operations = [o for o in body.get("ops", ()) if o["path"].partition("/")[0] in WANTED]
        if body.get("tooBig"):
            intake.batch.reject(self._seq, "blocks", "too large for the stream", body["repo"])
        if not operations:
            return
        blocks = self._blocks(body, intake)
        for operation in operations:
            collection, _, key = operation["path"].partition("/")
            commit = {
                "rev": body.get("rev"),
                "operation": operation["action"],
                "collection": collection,
                "rkey": key,
                "record": self._record(blocks.get(operation.get("cid"))),
            }
            yield self._said("commit", body, body["repo"], commit)

    def _blocks(self, body: Body, intake: Intake) -> Mapping[Any, Any]:
        try:
            return self._car(body["blocks"])[1] if body.get("blocks") else {}
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            intake.batch.reject(self._seq, "blocks", f"damaged: {error}", str(body.get("repo")))
            return {}

    def _record(self, record: Any) -> Any:
        """A record with its links to files as text, as they are in JSON."""
        if not isinstance(record, dict):
            return record
        for key in LINKED:
            if key in record:
                record[key] = self._linked(record[key])
        return record

    def _linked(self, value: Any) -> Any:
        if isinstance(value, bytes):
            return self._text(value) if len(value) == CID and value[:4] in CODECS else None
        if isinstance(value, dict):
            return {key: self._linked(item) for key, item in value.items()}
        return [self._linked(item) for item in value] if isinstance(value, list) else value


def _microseconds(time: Any) -> int:
    """An RFC 3339 time as microseconds.

    Raises:
        RecordError: it is none.
    """
    try:
        moment = datetime.fromisoformat(time)
        return round(moment.timestamp() * 1_000_000)
    except (TypeError, ValueError) as error:
        raise RecordError("time", f"no time: {time!r}") from error
