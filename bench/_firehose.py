"""A made-up firehose on loopback, as fast as asked: frames like those of a relay.

Frames are made once and sent again and again with another number, time and key written into them,
so that sending costs a tenth of a core at twenty thousand a second. The mix of records is about
that of the public network: likes are most of it, posts and reposts a quarter.
"""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import libipld
import numpy as np
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

MIX = {"like": 0.60, "post": 0.15, "repost": 0.12, "follow": 0.10, "block": 0.03}
COLLECTION = {
    "like": "app.bsky.feed.like",
    "post": "app.bsky.feed.post",
    "repost": "app.bsky.feed.repost",
    "follow": "app.bsky.graph.follow",
    "block": "app.bsky.graph.block",
}
FIRST = 1 << 20  # number of the first event: from here on all take as many bytes
KEY, TIME = b"3k00000000000", b"2026-01-01T00:00:00.000Z"
REV = b"3r00000000000"  # a commit's name, which holds when it was made
DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
NODES = 3  # of the tree of records, which a commit brings with it
WORDS = [
    a + b + c for a in ("ba", "ke", "lo", "mu", "ri") for b in "aeiou" for c in ("n", "st", "r")
]


@dataclass
class Made:
    """One frame, and where its number, its time, its commit's name and its keys stand."""

    data: bytearray
    number: int
    time: int
    rev: int
    key: int


@dataclass
class Mix:
    """Frames to send.

    Args:
        size: how many different ones.
        accounts: how many write them, by a power law.
        seed: of all draws.
        shares: kind of record → share.
    """

    size: int = 50_000
    accounts: int = 40_000
    seed: int = 1
    shares: dict[str, float] = field(default_factory=lambda: dict(MIX))

    def frames(self) -> list[Made]:
        """The frames."""
        draw = np.random.default_rng(self.seed)
        kinds = draw.choice(list(self.shares), self.size, p=list(self.shares.values()))
        who = (self.accounts * draw.power(0.35, self.size)).astype(int)
        what = draw.zipf(1.3, self.size) % 50_000
        return [
            made(str(kind), did(int(a)), int(o), draw)
            for kind, a, o in zip(kinds, who, what, strict=True)
        ]


def did(number: int) -> str:
    """The id of an account."""
    return f"did:plc:{number:024}"


def made(kind: str, account: str, about: int, draw: np.random.Generator) -> Made:
    """A commit of one record, in a frame of a web socket."""
    return framed(kind, account, _record(kind, about, draw))


def linking(account: str, page: str, draw: np.random.Generator) -> Made:
    """A post in words of its own that links to a page."""
    return framed("post", account, _post(page, draw))


def framed(kind: str, account: str, record: dict[str, Any]) -> Made:
    """A commit of one record, in a frame of a web socket."""
    block = libipld.encode_dag_cbor(record)
    node = {"l": None, "e": [{"p": 4, "k": b"k" * 18, "v": b"v" * 36, "t": None}] * 4}
    blocks = [
        libipld.encode_dag_cbor({"did": account, "version": 3, "sig": b"s" * 64}),
        *(libipld.encode_dag_cbor({**node, "n": number}) for number in range(NODES)),
        block,
    ]
    body = {
        "repo": account,
        "seq": FIRST,
        "time": TIME.decode(),
        "rev": REV.decode(),
        "ops": [
            {"action": "create", "path": f"{COLLECTION[kind]}/{KEY.decode()}", "cid": _cid(block)}
        ],
        "blocks": _car(blocks),
        "tooBig": False,
    }
    message = libipld.encode_dag_cbor({"op": 1, "t": "#commit"}) + libipld.encode_dag_cbor(body)
    data = bytearray(Frame(Opcode.BINARY, message).serialize(mask=False))
    number = data.index(b"\x1a" + FIRST.to_bytes(4, "big"), data.index(b"cseq")) + 1
    time = data.index(TIME, data.index(b"dtime"))
    return Made(data, number, time, data.index(REV), data.index(b"/" + KEY) + 1)


def _record(kind: str, about: int, draw: np.random.Generator) -> dict[str, Any]:
    record: dict[str, Any] = {"$type": COLLECTION[kind], "createdAt": TIME.decode()}
    if kind != "post":
        uri = f"at://{did(about)}/app.bsky.feed.post/3j{about:011}"
        return record | {
            "subject": did(about) if kind in ("follow", "block") else {"uri": uri, "cid": "b"}
        }
    return _post("" if about % 3 else f"https://s{about % 900}.example/{about}", draw)


def _post(page: str, draw: np.random.Generator) -> dict[str, Any]:
    record: dict[str, Any] = {"$type": COLLECTION["post"], "createdAt": TIME.decode()}
    record |= {"text": " ".join(draw.choice(WORDS, 14)), "langs": ["en"]}
    if not page:
        return record
    link = {"$type": "app.bsky.richtext.facet#link", "uri": page}
    return record | {"facets": [{"index": {"byteStart": 0, "byteEnd": 4}, "features": [link]}]}


def _cid(block: bytes) -> bytes:
    return b"\x01\x71\x12\x20" + hashlib.sha256(block).digest()


def _car(blocks: list[bytes]) -> bytes:
    header = libipld.encode_dag_cbor({"roots": [_cid(blocks[0])], "version": 1})
    return b"".join(_sized(part) for part in (header, *(_cid(b) + b for b in blocks)))


def _sized(content: bytes) -> bytes:
    size, length = len(content), b""
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return length + bytes([size]) + content


class Sender:
    """A server that one watch connects to, and that sends a stream of frames.

    Args:
        chunks: what is sent, piece by piece; each waits for its own moment.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.done = threading.Event()
        self.began = 0.0

    @property
    def source(self) -> str:
        """How `unswarm watch` names it."""
        return f"firehose:ws://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Wait for the watch and send, in a thread."""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        protocol: Any = ServerProtocol(max_size=None)
        request = None
        while request is None:
            protocol.receive_data(connection.recv(1 << 16))
            request = next(iter(protocol.events_received()), None)
        protocol.send_response(protocol.accept(request))
        for data in protocol.data_to_send():
            connection.sendall(data)
        self.began = time.monotonic()
        try:
            for chunk in self._chunks:
                connection.sendall(chunk)
        except OSError:
            pass
        self.done.set()
        time.sleep(600)


def tid(when: float) -> bytes:
    """The name of a commit that was made at a moment (Unix seconds)."""
    number = int(when * 1_000_000) << 10
    return "".join(DIGITS[number >> shift & 31] for shift in range(60, -1, -5)).encode()


def patched(frames: list[Made], number: int, count: int, when: float) -> bytes:
    """The next frames with their numbers, all of one moment (Unix seconds)."""
    moment = datetime.fromtimestamp(when, UTC).isoformat(timespec="milliseconds")
    stamp, size, parts = moment.replace("+00:00", "Z").encode(), len(frames), []
    rev = tid(when)
    for place in range(number, number + count):
        frame = frames[place % size]
        data = frame.data
        data[frame.number : frame.number + 4] = (FIRST + place).to_bytes(4, "big")
        data[frame.time : frame.time + 24] = stamp
        data[frame.rev : frame.rev + 13] = rev
        data[frame.key : frame.key + 13] = b"3k%011d" % place
        parts.append(bytes(data))
    return b"".join(parts)
