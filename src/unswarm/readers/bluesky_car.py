"""Bluesky repositories: all records of an account as its server gives them (CAR files).

Posts, reposts, follows and the profile are read; likes and records of other kinds are left out,
and how many these are is reported. A repository holds no time but what its author claims:
`createdAt`, or the time in the record's key where that is missing; when the account was created is
what its profile claims. It does not hold the account's handle. Every block is checked against its
hash, so that damage is found; the account's signature is not checked.

A repository is held in memory as a whole. Needs the bluesky extra (libipld).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pyarrow as pa

from unswarm.errors import SettingsError
from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.bluesky import (
    FOLLOW,
    OWN,
    PLATFORM,
    POST,
    PROFILE,
    REPOST,
    Record,
    address,
    author_of,
    carried,
    did_of,
    is_did,
    key_time,
    left_out,
    profile_of,
    reposted,
    target_of,
)
from unswarm.readers._parts.files import BROKEN
from unswarm.readers._parts.tweets import RecordError, optional_time
from unswarm.readers._parts.values import NO_TIME

specificity = 90

CID = 36  # bytes of a content id: version 1, what it is, SHA-256
_CODECS = (b"\x01\x71\x12\x20", b"\x01\x55\x12\x20")  # DAG-CBOR, raw
_LONGEST_HEADER = 1 << 12  # bytes

Entry = tuple[str, bytes]  # collection/key, content id


def recognises(source: Source) -> bool:
    """Whether it begins with the header of a CAR file of version 1."""
    head = source.head(_LONGEST_HEADER)
    return b"\x65roots" in head[:32] and b"\x67version\x01" in head


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, the profile, and whom the account follows.

    Raises:
        SettingsError: libipld is not installed.
    """
    batch = Batch(source)
    repository = _opened(batch)
    skipped: Counter[str] = Counter()
    for name, cid in repository.entries():
        _attempt(batch, repository, name, cid, skipped)
        if batch.full:
            yield from batch.drain()
    yield from batch.drain()
    for note in (*left_out(skipped), *repository.unnamed()):
        source.report(f"{source.name}: {note}")


def _library() -> ModuleType:
    """libipld.

    Raises:
        SettingsError: it is not installed.
    """
    try:
        import libipld
    except ImportError:
        hint = "Hint: pip install 'unswarm[bluesky]'"
        raise SettingsError(f"Repositories need the bluesky extra. {hint}") from None
    return libipld


@dataclass
class _Repository:
    """The blocks of a CAR file by content id, and what to do with those that cannot be used.

    Args:
        numbers: of the blocks in the file, from 1.
        did: whose it is; None where the block that says so is missing.
        top: content id of the root of the tree that names the records.
        reached: content ids that the tree named.
    """

    batch: Batch
    blocks: Mapping[bytes, bytes]
    numbers: Mapping[bytes, int]
    library: ModuleType
    did: str | None = None
    top: bytes | None = None
    reached: set[bytes] = field(default_factory=set)

    def block(self, cid: bytes, what: str) -> Record | None:
        """What a block holds; None, and noted in the quarantine, where it cannot be read."""
        if cid not in self.blocks:
            self.batch.reject(1, None, f"{what} is missing from the file", "")
            return None
        try:
            found = self.library.decode_dag_cbor(self.blocks[cid])
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, Mapping):
            self.batch.reject(self.line(cid), None, f"{what} is damaged", "")
            return None
        return found

    def line(self, cid: bytes) -> int:
        """The number of a block in the file, from 1."""
        return self.numbers.get(cid, 1)

    def entries(self) -> Iterator[Entry]:
        """Every record the tree names, in the order of the names.

        A node's keys are cut by what they have in common with the key before; between two keys,
        and before the first, a node may hang that holds the keys between.
        """
        waiting: list[Entry | bytes] = [self.top] if self.top else []
        while waiting:
            item = waiting.pop()
            cid = item if isinstance(item, bytes) else item[1]
            again = cid in self.reached  # a damaged tree may come back to where it was
            self.reached.add(cid)
            if isinstance(item, tuple):
                yield item
            elif not again:
                waiting += reversed(self._node(item))

    def _node(self, cid: bytes) -> list[Entry | bytes]:
        node = self.block(cid, "a node of the tree of records")
        try:
            return list(_below(node or {}))
        except (AttributeError, KeyError, TypeError):
            self.batch.reject(self.line(cid), None, "a node of the tree of records is damaged", "")
            return []

    def unnamed(self) -> Iterator[str]:
        """How many blocks hold what the tree does not name, for people."""
        if rest := len(self.blocks.keys() - self.reached):
            yield f"{rest:,} blocks were left out: nothing says which records they are."


def _below(node: Record) -> Iterator[Entry | bytes]:
    """The records and the nodes that a node of the tree names, in order."""
    if node.get("l") is not None:
        yield _cid(node["l"])
    key = b""
    for entry in node.get("e") or ():
        key = key[: entry["p"]] + entry["k"]
        yield key.decode("utf-8", "replace"), _cid(entry["v"])
        if entry.get("t") is not None:
            yield _cid(entry["t"])


def _cid(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("no content id")
    return value


def _opened(batch: Batch) -> _Repository:
    """The repository of a file; what cannot be read of it is in the quarantine."""
    library = _library()
    frames = _frames(batch, _content(batch))
    header = next(frames, b"")
    blocks: dict[bytes, bytes] = {}
    numbers: dict[bytes, int] = {}
    for number, frame in enumerate(frames, start=1):
        cid, block = frame[:CID], frame[CID:]
        if cid[:4] not in _CODECS or hashlib.sha256(block).digest() != cid[4:]:
            batch.reject(number, None, "a block is damaged: it is not what its hash says", "")
        else:
            blocks[cid], numbers[cid] = block, number
    repository = _Repository(batch, blocks, numbers, library)
    _begin(repository, header)
    return repository


def _begin(repository: _Repository, header: bytes) -> None:
    """Find whose repository it is, and where its tree begins."""
    try:
        root = _cid(repository.library.decode_dag_cbor(header)["roots"][0])
    except (ValueError, KeyError, IndexError, TypeError):
        repository.batch.reject(1, None, "the header of the CAR file is damaged", "")
        return
    commit = repository.block(root, "the commit that names the account") or {}
    repository.reached.add(root)
    if is_did(commit.get("did")) and isinstance(commit.get("data"), bytes):
        repository.did, repository.top = commit["did"], commit["data"]
    elif commit:
        repository.batch.reject(1, "did", "its root is no commit of a repository", "")


def _content(batch: Batch) -> bytes:
    """The whole file; of a damaged compressed one, what is readable."""
    found = bytearray()
    with batch.source.open() as stream:
        try:
            while more := stream.read1(1 << 20):  # type: ignore[attr-defined]
                found += more
        except BROKEN as error:
            batch.reject(1, None, f"the compressed file is damaged or cut: {error}".lower(), "")
    return bytes(found)


def _frames(batch: Batch, content: bytes) -> Iterator[bytes]:
    """The header and the blocks: each is preceded by its length (unsigned LEB128)."""
    at = number = 0
    while at < len(content):
        size, begin = _length(content, at)
        at = begin + size
        if at > len(content) or not size:
            batch.reject(number, None, "the file is cut here", "")
            return
        yield content[begin:at]
        number += 1


def _length(content: bytes, at: int) -> tuple[int, int]:
    """The number that begins at a byte, and where what it counts begins."""
    number = shift = 0
    while at < len(content) and shift < 64:
        byte = content[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at
    return len(content), at


def _attempt(
    batch: Batch, repository: _Repository, name: str, cid: bytes, skipped: Counter[str]
) -> None:
    """Add a record; one that lacks something goes to the quarantine."""
    collection, _, key = name.partition("/")
    if collection not in _ADD:
        skipped[collection] += 1
        return
    record = repository.block(cid, f"the record {name}")
    if record is None:
        return
    line, named = repository.line(cid), _Named(repository.did or "", collection, key)
    try:
        _ADD[collection](batch, line, named, _linked(record, repository.library.encode_cid))
    except RecordError as fault:
        batch.reject(line, fault.field, fault.reason, name)
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        batch.reject(line, None, f"not of the shape of such a record: {error}", name)


@dataclass(frozen=True)
class _Named:
    """Whose record it is, and its name."""

    did: str
    collection: str
    key: str

    def time(self, record: Record) -> tuple[int, int]:
        """When its author says it was made, and the precision.

        Raises:
            RecordError: neither the record nor its key says.
        """
        time, precision = optional_time(record.get("createdAt"))
        if time is None or precision is None:
            time, precision = key_time(self.key), 1
        if time is None:
            raise RecordError("createdAt", NO_TIME)
        return time, precision


def _linked(value: Any, text: Callable[[bytes], str]) -> Any:
    """A record with its links to blobs written as text, as they are in JSON."""
    if isinstance(value, bytes):
        return text(value) if len(value) == CID and value[:4] in _CODECS else None
    if isinstance(value, Mapping):
        return {key: _linked(item, text) for key, item in value.items()}
    return [_linked(item, text) for item in value] if isinstance(value, list) else value


def _post(batch: Batch, line: int, named: _Named, record: Record) -> None:
    own = named.collection == POST
    kind, target = target_of(record) if own else ("repost", reposted(record))
    time, precision = named.time(record)
    batch.post(
        line,
        post=address(named.did, named.collection, named.key),
        account=named.did,
        time=time,
        precision=precision,
        platform=PLATFORM,
        kind=kind,
        target_post=target,
        target_account=author_of(target),
        **(carried(record) if own else {}),
    )


def _follow(batch: Batch, line: int, named: _Named, record: Record) -> None:
    target = did_of(record.get("subject"), "subject")
    time, precision = named.time(record)
    batch.add("follow", account=named.did, target=target, time=time, precision=precision)


def _profile(batch: Batch, line: int, named: _Named, record: Record) -> None:
    if named.key == OWN:
        batch.account(account=named.did, platform=PLATFORM, **profile_of(record))


_ADD: dict[str, Callable[[Batch, int, _Named, Record], None]] = {
    POST: _post,
    REPOST: _post,
    FOLLOW: _follow,
    PROFILE: _profile,
}
"""Collection → what adds its records."""
