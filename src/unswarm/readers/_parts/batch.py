"""Posts one by one → event tables in bounded batches; for readers that work row by row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from unswarm.canonical import clean_url
from unswarm.model import ACCOUNT, EVENTS, OPERATION, QUARANTINE, Table
from unswarm.readers import Source
from unswarm.readers._parts.seen import Seen
from unswarm.readers._parts.values import parse_int

SIZE = 50_000
REMEMBERED = 1_000_000  # profiles whose last state is known
SHOWN = 500  # characters of a rejected row that are kept
PRIVATE = re.compile(
    r"(?<![\w.@+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # a mail address, but no @handle@server
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"  # IPv4
    r"|(?<![\w:])(?=(?:[\da-f]*:){3}|[\da-f:]*::)[\da-f:]{3,}(?:\.[\d.]+)?(?![\w:])"  # IPv6
    r"|\+\d(?:[ ()/-]{0,2}\d){7,}",  # a phone number
    re.IGNORECASE,
)
TABLES = {**EVENTS, QUARANTINE.name: QUARANTINE}
HELD = ("post", QUARANTINE.name, *OPERATION)  # tables whose rows make a batch full
PROFILE = tuple(ACCOUNT.columns[1:])

_PROFILE = frozenset(PROFILE)

Row = tuple[Any, ...]


class Batch:
    """Collects what a source says and gives it out as tables of `model`.

    A post whose id came before in this source goes to the quarantine, and so does one without an
    account or a time. A profile is kept when it differs from the last one of that account; what it
    leaves out stays as it was.

    Args:
        source: where the rows come from.
        size: rows after which the batch is `full`.
        repeats: the source may say a thing again; then a post that came before is no fault.
    """

    def __init__(self, source: Source, size: int = SIZE, *, repeats: bool = False) -> None:
        self.source, self.size, self._repeats = source, size, repeats
        self._rows: dict[str, list[Row]] = {name: [] for name in TABLES}
        self._profiles: dict[str, Row] = {}
        self._known: dict[str, int] = {}
        self._seen = Seen()

    def post(  # noqa: PLR0913 (the columns of a post, by name)
        self,
        line: int,
        *,
        post: str,
        account: str | None,
        time: int | None,
        precision: int | None,
        platform: str | None = None,
        kind: str | None = None,
        text: str | None = None,
        language: str | None = None,
        target_post: str | None = None,
        target_account: str | None = None,
        target_time: int | None = None,
        client: str | None = None,
        place: str | None = None,
        views: int | None = None,
        interactions: int | None = None,
        links: Iterable[str | None] = (),
        hashtags: Iterable[str] = (),
        mentions: Iterable[str | None] = (),
        media: Iterable[str | None] = (),
        shares: Iterable[tuple[str, str | None]] = (),
    ) -> bool:
        """Add a post and what it carries; false when it went to the quarantine instead.

        Args:
            line: 1-based line or record of the source.
            links: addresses as found; they are cleaned, and dropped when they are none.
            hashtags: in the order of the post, with or without #.
            mentions: ids, or handles where the source has no ids.
            media: hashes or ids of images and videos.
            shares: (object, what kind of object) that the source itself names.
        """
        fault = _fault(account, time)
        if fault or not self._seen.add(post):
            if fault or not self._repeats:
                self.reject(line, *(fault or ("post", "post id seen before")), f"post {post}")
            return False
        self._rows["post"].append(
            (
                *(post, account, platform, time, precision, kind, text, language),
                *(target_post, target_account, target_time, client, place, views, interactions),
            )
        )
        event = (account, time, precision, post, kind)
        if links:
            self._add("link", event, filter(None, (clean_url(url) for url in links if url)))
        if hashtags:
            self._add("hashtag", event, _tags(hashtags))
        if mentions:
            self._add("mention", event, ((target,) for target in mentions if target))
        if media:
            self._add("media", event, ((one,) for one in media if one))
        if shares:
            self._add("share", event, shares)
        return True

    def _add(self, name: str, event: Row, found: Iterable[Row]) -> None:
        self._rows[name].extend((*event, *values) for values in dict.fromkeys(found))

    def account(self, *, account: str | None, **profile: Any) -> None:
        """Add what a source says of an account, if that is new.

        Args:
            account: its id; None adds nothing.
            profile: columns of `model.ACCOUNT`; those not given are null.
        """
        if account is None:
            return
        if not _PROFILE.issuperset(profile):
            raise TypeError(f"account has no column {', '.join(profile.keys() - _PROFILE)}")
        row = (account, *map(profile.get, PROFILE))
        state = hash(row[:-1])  # without `seen`
        if self._known.get(account) == state:
            return
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[account] = state
        if said := self._profiles.get(account):
            row = tuple(old if new is None else new for new, old in zip(row, said, strict=True))
        self._profiles[account] = row

    def add(self, name: str, **values: Any) -> None:
        """Add a row of a table of `model.OPERATION`: a role, an ad, a change of name …

        Args:
            name: the table.
            values: its columns; those not given are null.
        """
        row = tuple(values.pop(column, None) for column in OPERATION[name].columns)
        if values:
            raise TypeError(f"{name} has no column {', '.join(values)}")
        self._rows[name].append(row)

    def reject(self, line: int, field: str | None, reason: str, content: str) -> None:
        """Put a row into the quarantine, without what gives people away."""
        row = (self.source.name, line, field, reason, masked(str(content)[: 2 * SHOWN])[:SHOWN])
        self._rows[QUARANTINE.name].append(row)

    @property
    def full(self) -> bool:
        """Whether it is time to `drain`."""
        return sum(map(len, map(self._rows.__getitem__, HELD))) + len(self._profiles) >= self.size

    def drain(self) -> Iterator[tuple[str, pa.Table]]:
        """What was collected, table by table, and forget it."""
        self._rows["account"].extend(self._profiles.values())
        self._profiles = {}
        for name, table in TABLES.items():
            if rows := self._rows[name]:
                self._rows[name] = []
                yield name, arrow(table, list(zip(*rows, strict=True)))


def masked(text: str) -> str:
    """A text with `…` in place of addresses of mail and of the internet, and of phone numbers."""
    return PRIVATE.sub("…", text)


def _fault(account: str | None, time: int | None) -> tuple[str, str] | None:
    if account is None:
        return "account", "no account id"
    return ("time", "no time") if time is None else None


def _tags(hashtags: Iterable[str]) -> list[Row]:
    folded = (tag.lstrip("#＃").casefold() for tag in hashtags if tag)
    return [(tag, position) for position, tag in enumerate(filter(None, folded))]


def arrow(table: Table, columns: Sequence[Sequence[Any] | pa.Array]) -> pa.Table:
    """Columns in the order of a table's fields → an Arrow table of its schema."""
    arrays = [array(values, f.type) for values, f in zip(columns, table.fields, strict=True)]
    return pa.table(arrays, schema=table.schema)


def array(values: Sequence[Any] | pa.Array, type_: pa.DataType) -> pa.Array:
    """Values as an Arrow array, also where a stranger's JSON has others than it should.

    Half characters become U+FFFD, numbers among texts become text, and what is no number is null.
    """
    if isinstance(values, pa.Array):
        return values
    try:
        return pa.array(values, type_)
    except (UnicodeEncodeError, OverflowError, pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([_fitting(value, type_) for value in values], type_)


def _fitting(value: Any, type_: pa.DataType) -> Any:
    if value is not None and pa.types.is_string(type_):
        return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return parse_int(value) if pa.types.is_integer(type_) else value
