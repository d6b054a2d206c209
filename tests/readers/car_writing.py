"""Writes repositories as CAR files, for tests: the layout of AT Protocol, with small trees."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import libipld

Records = Mapping[str, Any]


def cid(block: bytes) -> bytes:
    """The content id of a block of DAG-CBOR; libipld writes such bytes as a link."""
    return b"\x01\x71\x12\x20" + hashlib.sha256(block).digest()


def file(content: bytes) -> bytes:
    """The content id of an uploaded file."""
    return b"\x01\x55\x12\x20" + hashlib.sha256(content).digest()


def repository(did: str, records: Records) -> list[bytes]:
    """The blocks of a repository from the commit down; `records`: collection/key → record."""
    blocks: list[bytes] = []
    top = _node(sorted(records.items()), blocks)
    commit = {"did": did, "version": 3, "rev": "3r", "prev": None, "data": top, "sig": b"none"}
    return [libipld.encode_dag_cbor(commit), *reversed(blocks)]


def car(blocks: Sequence[bytes]) -> bytes:
    """A CAR file of version 1 whose root is the first block."""
    header = libipld.encode_dag_cbor({"roots": [cid(blocks[0])], "version": 1})
    return b"".join(_frame(part) for part in (header, *(cid(b) + b for b in blocks)))


def _node(items: list[tuple[str, Any]], blocks: list[bytes]) -> bytes | None:
    """Add a tree to the blocks; its content id. A node has two keys; the others hang below it."""
    if not items:
        return None
    third, two = len(items) // 3, 2 * len(items) // 3
    own, gaps = items, [[], [], []]
    if len(items) > 2:
        own, gaps = [items[third], items[two]], [items[:third], items[third + 1 : two]]
        gaps.append(items[two + 1 :])
    first, *after = (_node(gap, blocks) for gap in gaps)
    entries, before = [], b""
    for (name, record), below in zip(own, after, strict=False):
        key, block = name.encode(), libipld.encode_dag_cbor(record)
        shared = _common(key, before)
        entries.append({"p": shared, "k": key[shared:], "v": cid(block), "t": below})
        blocks.append(block)
        before = key
    blocks.append(libipld.encode_dag_cbor({"l": first, "e": entries}))
    return cid(blocks[-1])


def _common(key: bytes, before: bytes) -> int:
    """How many bytes two keys begin with alike."""
    differ = (n for n, (a, b) in enumerate(zip(key, before, strict=False)) if a != b)
    return next(differ, min(len(key), len(before)))


def _frame(content: bytes) -> bytes:
    size, length = len(content), b""
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return length + bytes([size]) + content
