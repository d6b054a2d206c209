"""A platform on loopback that speaks the firehose, Jetstream in both versions, and Mastodon.

It keeps every event and gives those after a cursor, then what is added. It can misbehave: break the
connection after some messages, send a frame that is none, forget what is old.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import libipld
from car_writing import car, cid
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

NOON = 1_764_244_800_000  # ms UTC
BREAK = "break"  # in place of an event: the connection ends here, once
GARBAGE = "garbage"  # in place of an event: bytes that are no event
SLOW = "slow"  # in place of an event: the reader is told that it is too slow, once


def said(number: int, did: str, time: int, collection: str, key: str, **commit: Any) -> dict:
    """An event of Jetstream, version 1; `seq` is what the other forms call it by."""
    found = {"rev": "3r", "operation": "create", "collection": collection, "rkey": key, **commit}
    return {"did": did, "time_us": time * 1000, "kind": "commit", "commit": found, "seq": number}


def post(number: int, did: str, time: int, **record: Any) -> dict:
    """A post; its key is its number."""
    record = {"$type": "app.bsky.feed.post", "text": "hi", "createdAt": _iso(time), **record}
    return said(number, did, time, "app.bsky.feed.post", f"3k{number:011}", record=record)


def repost(number: int, did: str, time: int, of: str) -> dict:
    """A repost of a post's address."""
    subject = {"uri": of, "cid": "bafyreib" + "a" * 51}
    record = {"$type": "app.bsky.feed.repost", "subject": subject, "createdAt": _iso(time)}
    return said(number, did, time, "app.bsky.feed.repost", f"3k{number:011}", record=record)


def tid(time: int, clock: int = 0) -> str:
    """The name of a commit that a server made at a time."""
    number = time * 1000 << 10 | clock
    digits = "234567abcdefghijklmnopqrstuvwxyz"
    return "".join(digits[number >> shift & 31] for shift in range(60, -1, -5))


def _iso(time: int) -> str:
    moment = datetime.fromtimestamp(time / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Platform:
    """A server thread; use it as a context.

    Args:
        form: firehose, jetstream, jetstream2 or mastodon.
        events: what there is from the beginning.
        oldest: of the numbers that are still kept.
    """

    def __init__(self, form: str, events: list[Any] = (), oldest: int = 0) -> None:
        self.form, self.events, self.oldest = form, list(events), oldest
        self.asked: list[str] = []  # paths of connections
        self._more = threading.Condition()
        self._server = serve(
            self._serve,
            "127.0.0.1",
            0,
            process_request=self._refuse,
            max_size=None,
            compression=None,
        )
        self.port = self._server.socket.getsockname()[1]

    def __enter__(self) -> Platform:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        with self._more:
            self._more.notify_all()

    @property
    def source(self) -> str:
        """How `unswarm watch` names it."""
        name = {"jetstream2": "jetstream"}.get(self.form, self.form)
        path = "/xrpc/network.bsky.jetstream.subscribeEvents" if self.form == "jetstream2" else ""
        return f"{name}:ws://127.0.0.1:{self.port}{path}?cursor=0"

    def add(self, *events: Any) -> None:
        """Publish events."""
        with self._more:
            self.events.extend(events)
            self._more.notify_all()

    def _refuse(self, connection: ServerConnection, request: Any) -> Any:
        self.asked.append(request.path)
        cursor = self._cursor(request.path)
        if self.form == "jetstream2" and 0 < cursor < self.oldest:
            return connection.respond(HTTPStatus.BAD_REQUEST, "CursorTooOld: cursor is too old")
        return None

    @staticmethod
    def _cursor(path: str) -> int:
        return int(parse_qs(urlsplit(path).query).get("cursor", ["0"])[0])

    def _serve(self, connection: ServerConnection) -> None:
        cursor, place = self._cursor(connection.request.path), 0
        try:
            while True:
                with self._more:
                    while place >= len(self.events):
                        if not self._more.wait(timeout=0.2):
                            connection.ping()
                    event = self.events[place]
                    place += 1
                    if event in (BREAK, SLOW):
                        self.events.remove(event)
                if event is SLOW:
                    connection.send(_error("ConsumerTooSlow"))
                    connection.close()
                if event in (BREAK, SLOW):
                    connection.socket.shutdown(2)
                    return
                if event is GARBAGE or self._is_after(event, cursor):
                    connection.send(self._written(event))
        except (ConnectionClosed, OSError):
            return

    def _is_after(self, event: dict, cursor: int) -> bool:
        return event["time_us" if self.form == "jetstream" else "seq"] > cursor

    def _written(self, event: Any) -> str | bytes:
        if event is GARBAGE:
            return b"\xff\x00garbage" if self.form == "firehose" else "{garbage"
        return getattr(self, f"_{self.form}")(event)

    @staticmethod
    def _jetstream(event: dict) -> str:
        return json.dumps({key: value for key, value in event.items() if key != "seq"})

    @staticmethod
    def _jetstream2(event: dict) -> str:
        kind = event["kind"]
        payload = {"$type": f"network.bsky.jetstream.subscribeEvents#{kind}", "seq": event["seq"]}
        payload |= {"did": event["did"], "time": _iso(event["time_us"] // 1000), **event[kind]}
        return json.dumps({"$type": "message", "payload": payload})

    @staticmethod
    def _firehose(event: dict) -> bytes:
        return firehose_frame(event)


def _error(name: str) -> bytes:
    body = {"error": name, "message": "as it says"}
    return libipld.encode_dag_cbor({"op": -1}) + libipld.encode_dag_cbor(body)


def firehose_frame(event: dict) -> bytes:
    """An event as a frame of `subscribeRepos`."""
    kind = event["kind"]
    body = {"seq": event["seq"], "time": _iso(event["time_us"] // 1000)}
    if kind != "commit":
        body |= {"did": event["did"], **event[kind]}
        return libipld.encode_dag_cbor({"op": 1, "t": f"#{kind}"}) + libipld.encode_dag_cbor(body)
    commit = event["commit"]
    path = f"{commit['collection']}/{commit['rkey']}"
    operation = {"action": commit["operation"], "path": path, "cid": None}
    root = libipld.encode_dag_cbor({"did": event["did"], "version": 3, "sig": b"s"})
    blocks = [root]
    if commit.get("record") is not None:
        block = libipld.encode_dag_cbor(commit["record"])
        operation["cid"] = cid(block)
        blocks.append(block)
    body |= {"repo": event["did"], "rev": commit["rev"], "ops": [operation], "blocks": car(blocks)}
    body |= {"tooBig": False, "rebase": False, "commit": cid(root), "since": None, "blobs": []}
    return libipld.encode_dag_cbor({"op": 1, "t": "#commit"}) + libipld.encode_dag_cbor(body)
