"""Columns that say what they mean → event tables, a chunk at a time.

A chunk's columns carry the names of `FIELDS`. Rows without an account or a readable time, and rows
whose post id came before, go to the quarantine; a value beside them that cannot be read is left
out, counted and reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from unswarm.canonical import clean_url
from unswarm.model import DAY, EVENTS, LINK, MINUTE, POST, SECOND, Table
from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch, array, arrow
from unswarm.readers._parts.carried import CARRIED, Found
from unswarm.readers._parts.columns import Cells, Chunk, gathered
from unswarm.readers._parts.parsed import Faults, Lenient, required
from unswarm.readers._parts.relations import Relations, relations
from unswarm.readers._parts.seen import Seen
from unswarm.readers._parts.values import (
    NULLS,
    parse_id,
    parse_int,
    parse_object,
    parse_time,
)

FIELDS = {
    "account": "the id of the account, or its handle",
    "time": "when it was posted",
    "clock": "the time of day, where `time` is a day",
    "post": "the id of the post",
    "permalink": "the address of the post itself",
    "text": "the text",
    "kind": "original, repost, reply, quote or comment, in the source's words",
    "is_repost": "a flag: whether it repeats another post",
    "url": "the link it carries",
    "urls": "the links it carries",
    "domain": "the site of the link",
    "hashtags": "its hashtags",
    "mentions": "the accounts it names",
    "media": "hashes or ids of its images and videos",
    "object": "an object the source names itself",
    "layer": "what kind of object that is",
    "sound": "the id of the music under a video",
    "effects": "the ids of the effects of a video",
    "platform": "twitter, facebook …",
    "client": "the program it was posted with",
    "language": "the language of the text",
    "target_post": "the post it reposts, answers or quotes",
    "target_account": "the account it reposts, answers or quotes",
    "target_time": "when that was posted",
    "repost_post": "the post it repeats",
    "repost_account": "the account it repeats",
    "quote_post": "the post it quotes",
    "quote_account": "the account it quotes",
    "reply_post": "the post it answers",
    "reply_account": "the account it answers",
    "handle": "the account's handle",
    "name": "the account's displayed name",
    "created": "when the account was created",
    "followers": "accounts following it",
    "following": "accounts it follows",
    "posts": "posts of its whole life",
    "bio": "the profile's description",
    "photo": "address or hash of the profile photo",
    "claimed_country": "the place the profile states",
    "operator_country": "the country the source says the account is operated from",
    "website": "the address the profile names",
    "owner": "who runs the account, as its profile openly says",
    "status": "whether the account is active, suspended, deleted",
    "account_language": "the account's language",
    "account_kind": "person, page, group …",
    "seen": "when the profile was recorded",
    "place": "the group, channel or forum the post stands in",
    "views": "how often the post was seen",
    "interactions": "likes, shares, comments of the post",
}
"""What a column may mean."""

PROFILE = (
    *("handle", "name", "created", "followers", "following", "posts", "bio", "photo"),
    *("claimed_country", "account_language", "account_kind"),
    *("operator_country", "website", "owner", "status"),
)
"""Fields that describe the account."""

SAMPLE = 10_000  # rows that decide how a source writes its times
DAY_FIRST = r"^\s*(?:1[3-9]|2\d|3[01])/\d{1,2}/"
WIDTHS = (DAY, MINUTE, SECOND)  # that all times of a source may be multiples of

ReadTime = Callable[[Any], tuple[int, int]]  # a value → milliseconds UTC, precision

_IDS = ("id_str", "id", "did", "username", "screen_name", "handle", "name")
_COUNTS = ("followers", "following", "posts")
_WORDS = ("name", "bio", "photo", "claimed_country", "operator_country", "owner", "status")
_MARKUP = re.compile(r"<[^>]*>")


def events(
    source: Source,
    chunks: Iterable[Chunk],
    batch: Batch,
    opaque: frozenset[str] = frozenset(),
    read_time: ReadTime | None = None,
) -> Iterator[tuple[str, pa.Table]]:
    """The event tables of chunks whose columns carry the names of `FIELDS`.

    The precision of times is that of their writing, or coarser: where the first 10,000 rows all
    fall on whole minutes (or days), a minute (or a day) is what the source knows.

    Args:
        chunks: they must have `account` and `time`. Where they have no `text`, rows of one post
            by one account are one post with several objects.
        batch: holds what `chunks` reject, and gets what is rejected here.
        opaque: fields whose values are the source's own ids, to be taken as they are.
        read_time: reads a value of `time` like `parse_time`; None: `parse_time`, by its looks.
    """
    posts = Posts(source, batch, opaque, read_time)
    for chunk in chunks:
        yield from posts.tables(chunk)
        yield from batch.drain()
    yield from batch.drain()
    posts.lenient.report(source)


def profiles(chunks: Iterable[Chunk], batch: Batch) -> Iterator[tuple[str, pa.Table]]:
    """The account tables of chunks that hold one profile per row."""
    for chunk in chunks:
        faults: Faults = {}
        accounts = required(chunk.columns["account"], "account", parse_account, faults)
        _reject(batch, chunk, faults)
        for row in range(len(chunk)):
            if row not in faults:
                batch.account(account=accounts[row], **_profile(chunk.columns, row))
        yield from batch.drain()
    yield from batch.drain()


@dataclass(frozen=True)
class _Acts:
    """The usable rows of a chunk."""

    cells: Cells
    account: list[str]
    time: list[int]
    precision: list[int]
    post: list[str]
    repeats: frozenset[int]  # rows that add objects to a post that came before


class Posts:
    """What has to be remembered of a source from chunk to chunk."""

    def __init__(
        self, source: Source, batch: Batch, opaque: frozenset[str], read_time: ReadTime | None
    ) -> None:
        self.source, self.batch, self.opaque = source, batch, opaque
        self.read_time = read_time
        self.lenient, self.seen = Lenient(), Seen()
        self.day_first: bool | None = None
        self.width: int | None = None
        self.line = self.in_line = 0

    def tables(self, chunk: Chunk) -> Iterator[tuple[str, pa.Table]]:
        """The tables of one chunk; what cannot be used goes to the batch's quarantine."""
        acts = self._usable(chunk)
        if not acts.post:
            return
        related = relations(acts.cells, self.lenient)
        yield "post", _post_table(acts, related, self.lenient)
        event = (acts.account, acts.time, acts.precision, acts.post, related.kinds)
        carried = self._with_ids(acts.cells)
        base = [array(v, f.type) for v, f in zip(event, LINK.fields, strict=False)]
        for name, find in CARRIED.items():
            columns = gathered(_merged(find(carried, self.opaque), acts))
            if columns:
                yield name, _event_table(EVENTS[name], base, columns)
        if acts.cells.keys() & set(PROFILE):
            self._add_profiles(acts)

    def _with_ids(self, cells: Cells) -> Cells:
        """The cells with the ids of what posts carry read; a mangled one is left out."""
        fields = ({"object", "sound"} | self.opaque) & cells.keys()
        return {**cells, **{f: self.lenient.read(cells, f, parse_id) or [] for f in fields}}

    def _usable(self, chunk: Chunk) -> _Acts:
        faults: Faults = {}
        cells = chunk.columns
        accounts = required(cells["account"], "account", parse_account, faults)
        times = self._times(cells, faults)
        posts, repeats = self._posts(chunk, accounts, faults)
        _reject(self.batch, chunk, faults)
        rows = [row for row in range(len(chunk)) if row not in faults]
        moments = [times[row] for row in rows]
        return _Acts(
            cells={name: [values[row] for row in rows] for name, values in cells.items()}
            if faults
            else cells,
            account=[accounts[row] for row in rows],
            time=[time for time, _ in moments],
            precision=self._precisions(moments),
            post=[posts[row] for row in rows],
            repeats=frozenset(at for at, row in enumerate(rows) if row in repeats),
        )

    def _times(self, cells: Cells, faults: Faults) -> list[Any]:
        """(milliseconds UTC, precision as written) of each row."""
        values = cells["time"]
        if clock := cells.get("clock"):
            values = [
                f"{day} {hour}" if hour else day for day, hour in zip(values, clock, strict=True)
            ]
        if self.read_time:
            return required(values, "time", self.read_time, faults)
        if self.day_first is None:
            written = (str(value) for value in values[:SAMPLE])
            self.day_first = any(re.match(DAY_FIRST, text) for text in written)
        return required(values, "time", partial(parse_time, day_first=self.day_first), faults)

    def _precisions(self, moments: Sequence[tuple[int, int]]) -> list[int]:
        """The precision of each time: as written, or that of the whole source if coarser."""
        if self.width is None:
            self.width = _common_width({time for time, _ in moments[:SAMPLE]})
        width = self.width
        return [written if time % width else max(written, width) for time, written in moments]

    def _posts(
        self, chunk: Chunk, accounts: Sequence[str | None], faults: Faults
    ) -> tuple[list[str], set[int]]:
        """The id of each row's post, and the rows that add objects to a post that came before."""
        ids = self._post_ids(chunk)
        has_text, repeats = "text" in chunk.columns, set()
        for row, post in enumerate(ids):
            if row in faults or post is None or self._is_new(post, accounts[row], has_text):
                continue
            if not has_text and (post, accounts[row]) in self.seen:
                repeats.add(row)
            else:
                faults[row] = ("post", "post id seen before")
        numbered = zip(ids, chunk.lines, strict=True)
        return [post or self._row_id(line) for post, line in numbered], repeats

    def _row_id(self, line: int) -> str:
        """An id for a post without one: file and line, and a number where a line holds several."""
        self.in_line = self.in_line + 1 if line == self.line else 0
        self.line = line
        while not self.seen.add(found := self._numbered()):
            self.in_line += 1
        return found

    def _numbered(self) -> str:
        place = f"{self.source.path.name}:{self.line}"
        return f"{place}.{self.in_line}" if self.in_line else place

    def _is_new(self, post: str, account: str | None, has_text: bool) -> bool:
        new = self.seen.add(post)
        if new and not has_text:
            self.seen.add((post, account))
        return new

    def _post_ids(self, chunk: Chunk) -> list[str | None]:
        for field in ("post", "permalink"):
            if field in chunk.columns:
                return self.lenient.read(chunk.columns, field, parse_id) or []
        return [None] * len(chunk)

    def _add_profiles(self, acts: _Acts) -> None:
        """The latest profile of each account of a chunk."""
        latest = {
            acts.account[row]: row
            for row in sorted(range(len(acts.time)), key=acts.time.__getitem__)
        }
        for account, row in latest.items():
            self.add_profile(account, acts.time[row], acts.cells, row)

    def add_profile(self, account: str, time: int, cells: Cells, row: int) -> None:
        """What a row says of its account, seen at a time unless it states another."""
        self.batch.account(account=account, **{"seen": time, **_profile(cells, row)})


def parse_account(value: Any) -> str:
    """The id of an account; of an account given as an object, its id.

    Raises:
        ValueError: there is none, or its digits are lost.
    """
    if isinstance(value, Mapping) or (isinstance(value, str) and value.startswith("{")):
        value = parse_object(value)
        value = next((value[key] for key in _IDS if value.get(key)), None)
    account = parse_id(value)
    if account is None:
        raise ValueError("no account id")
    return account


def _reject(batch: Batch, chunk: Chunk, faults: Faults) -> None:
    for row, (field, reason) in faults.items():
        batch.reject(chunk.lines[row], field, reason, chunk.shown(row))


def _common_width(times: Collection[int]) -> int:
    """The widest of day, minute, second that divides all times; two times prove nothing."""
    widths = WIDTHS if len(times) > 2 else ()
    return next((w for w in widths if not any(time % w for time in times)), 1)


def said_of_posts(cells: Cells, lenient: Lenient) -> dict[str, list[Any] | None]:
    """Columns of `post` that a post can do without; None for those of which nothing is said."""
    parse = {
        "platform": _lower,
        "language": _word,
        "target_time": _moment,
        "client": _word,
        "place": _word,
        "views": parse_int,
        "interactions": parse_int,
    }
    return {field: lenient.read(cells, field, read) for field, read in parse.items()}


def _post_table(acts: _Acts, related: Relations, lenient: Lenient) -> pa.Table:
    none = [None] * len(acts.post)
    columns = {
        "post": acts.post,
        "account": acts.account,
        "time": acts.time,
        "precision": acts.precision,
        "kind": related.kinds,
        "text": [None if text is None else str(text) for text in acts.cells.get("text", none)],
        "target_post": related.posts,
        "target_account": related.accounts,
        **{name: found or none for name, found in said_of_posts(acts.cells, lenient).items()},
    }
    table = arrow(POST, [columns[name] for name in POST.columns])
    if not acts.repeats:
        return table
    first = [row for row in range(len(table)) if row not in acts.repeats]
    return table.take(pa.array(first, pa.int64()))


def _word(value: Any) -> str | None:
    """A short text without markup; None where there is none."""
    if value is None or value in NULLS:
        return None
    text = str(value)
    return _MARKUP.sub("", text).strip() if "<" in text else text


def _lower(value: Any) -> str | None:
    word = _word(value)
    return word and word.lower()


def _moment(value: Any) -> int:
    return parse_time(value)[0]


def _merged(found: Found, acts: _Acts) -> Found:
    """What was found, once per post, under the first row of a post that has several."""
    if not acts.repeats:
        return found
    first: dict[str, int] = {}
    rows = [first.setdefault(post, row) for row, post in enumerate(acts.post)]
    return iter(dict.fromkeys((rows[row], *values) for row, *values in found))


def _event_table(table: Table, base: Sequence[pa.Array], columns: list[list[Any]]) -> pa.Table:
    rows, *values = columns
    at = pa.array(rows, pa.int32())
    return arrow(table, [*(column.take(at) for column in base), *values])


def _profile(cells: Cells, row: int) -> dict[str, Any]:
    """What a row says of its account, as columns of `model.ACCOUNT`."""
    said = {field: cells[field][row] for field in (*PROFILE, "platform") if field in cells}
    created, precision = _created(said.get("created"))
    recorded, _ = _created(cells["seen"][row]) if "seen" in cells else (None, None)
    counts = {field: parse_int(said.get(field)) for field in _COUNTS}
    words = {field: _word(said.get(field)) for field in _WORDS}
    return {
        **counts,
        **words,
        "created": created,
        "created_precision": precision,
        "handle": (_word(said.get("handle")) or "").removeprefix("@") or None,
        "language": _word(said.get("account_language")),
        "kind": _lower(said.get("account_kind")),
        "website": _address(said.get("website")),
        "platform": _lower(said.get("platform")),
        **({"seen": recorded} if recorded is not None else {}),
    }


def _address(value: Any) -> str | None:
    cleaned = clean_url(str(value)) if value else None
    return cleaned[0] if cleaned else None


def _created(value: Any) -> tuple[int | None, int | None]:
    try:
        return parse_time(value)
    except ValueError:
        return None, None
