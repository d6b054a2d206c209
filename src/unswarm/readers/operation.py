"""Tables with the columns of unswarm's own: roles, followers, infrastructure, ads, rates, sites.

CSV, TSV or Parquet whose header names the columns of one table of `docs/tables.md`, or says the
same in other usual words. Times may be ISO 8601 or unix times; amounts are hundredths, or have
decimals. Addresses, phones and devices are hashed when a case takes them in; hashes are taken as
they are. A hundred million followers are read without a Python object per row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unswarm import sketches
from unswarm.canonical import clean_url
from unswarm.errors import InputError, SettingsError, did_you_mean
from unswarm.model import DAY, INFRASTRUCTURE, INTEGER, MINUTE, OPERATION, SECOND, TEXT
from unswarm.readers import Source, nobody
from unswarm.readers._parts.ads import HUNDREDTHS, bounds, whole
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.infrastructure import media_of_ip, media_of_mail
from unswarm.readers._parts.layouts import NEEDS, SYNONYMS, Layout, layout_of
from unswarm.readers._parts.streams import Rows, flat_names, streamed
from unswarm.readers._parts.values import NULLS
from unswarm.readers._parts.vectors import (
    Faults,
    Read,
    at_least,
    blobs,
    common_width,
    counts,
    distinct,
    ids,
    one_of,
    rates,
    texts,
    times,
    words,
)

specificity = 40  # after the readers of platforms' own formats

SAMPLE = 10_000  # times that decide how finely a source knows them

Columns = dict[str, pa.Array]


def recognises(source: Source) -> bool:
    """Whether the header names the columns of one of the tables."""
    return layout_of(flat_names(source), source.columns) is not None


def describe(source: Source) -> str:
    """Which table it is, and which column will be read as what."""
    layout = _required_layout(source)
    said = [f"{name} ← {column}" for name, column in layout.columns.items()]
    said += [f"{medium} ← {column}" for medium, column in layout.media.items()]
    said += [f"{name}: {value}" for name, value in layout.fixed.items()]
    decimals = _with_decimals(source, layout)
    said += [
        f"{name} in {'units with decimals' if name in decimals else 'hundredths'}"
        for name in _HUNDREDTHS
        if name in layout.columns
    ]
    return f"table {layout.table}: {', '.join(said)}"


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """The rows of the table, and those that cannot be used.

    Raises:
        InputError: the columns make none of the tables.
        SettingsError: `--map` names a field that there is not, or sketches need their extra.
    """
    layout = _required_layout(source)
    if layout.table == "audience_sketch":
        sketches.require()
    reading = _Reading(source, layout, _with_decimals(source, layout))
    for rows in streamed(source, layout.wanted, reading.tear):
        yield from reading.tables(rows)
    yield from reading.batch.drain()
    reading.report()


def _required_layout(source: Source) -> Layout:
    columns = flat_names(source)
    for name, column in source.columns.items():
        known = {f for fields in SYNONYMS.values() for f in fields}
        if name not in known:
            raise SettingsError(f"Unknown field '{name}'. Hint: {did_you_mean(name, known)}")
        if column not in columns:
            hint = did_you_mean(column, columns)
            raise InputError(
                "There is no such column.", source=source.path, field=column, hint=hint
            )
    layout = layout_of(columns, source.columns)
    if layout is None:
        raise InputError(
            f"The columns make none of the tables {', '.join(NEEDS)}; "
            f"they are {', '.join(columns[:60]) or 'none'}.",
            source=source.path,
            hint="say it with --map account=COLUMN --map target=COLUMN.",
        )
    return layout


# --- how a field is read


@dataclass(frozen=True)
class Part:
    """How one field is read.

    Args:
        read: the values of its column → an array per output.
        outputs: the columns of the table it fills; none: that of its own name.
        required: a row without it goes to the quarantine.
    """

    read: Callable[[pa.Array], Read]
    outputs: tuple[str, ...] = ()
    required: bool = False


def _must(read: Callable[[pa.Array], Read], *outputs: str) -> Part:
    return Part(read, outputs, required=True)


def _country(value: Any) -> tuple[str] | None:
    text = str(value).strip()
    if text in NULLS - {"NA"}:  # NA is Namibia
        return None
    return (text.upper() if len(text) == 2 else text,)


def _currency(value: Any) -> tuple[str] | None:
    text = str(value).strip().upper()
    if text in NULLS:
        return None
    if not re.fullmatch("[A-Z]{3}", text):
        raise ValueError("not a currency code of three letters")
    return (text,)


def _address(value: Any) -> tuple[str, str] | None:
    if str(value).strip() in NULLS:
        return None
    found = clean_url(str(value))
    if found is None:
        raise ValueError("not an address of the web")
    return found


def _site(value: Any) -> tuple[str] | None:
    found = _address(value)
    return found and (found[1],)


def _range(value: Any, unit: int) -> tuple[int | None, int | None] | None:
    return None if str(value).strip() in NULLS else bounds(value, unit)


def _amount(value: Any, unit: int) -> tuple[int] | None:
    text = str(value).strip()
    if text in NULLS:
        return None
    return (whole(re.sub(r"\.0*$", "", text) if unit == 1 else text, unit),)


def _moments(values: pa.Array) -> Read:
    (time, _), faults = times(values)
    return [time], faults


def _countries(values: pa.Array) -> Read:
    return distinct(values, _country, TEXT)


def _currencies(values: pa.Array) -> Read:
    return distinct(values, _currency, TEXT)


def _addresses(values: pa.Array) -> Read:
    return distinct(values, _address, TEXT, TEXT)


def _sites(values: pa.Array) -> Read:
    return distinct(values, _site, TEXT)


def _lower(values: pa.Array) -> Read:
    (text,), faults = words(values)
    return [pc.utf8_lower(text)], faults


def _ranges(unit: int) -> Callable[[pa.Array], Read]:
    return lambda values: distinct(values, lambda v: _range(v, unit), INTEGER, INTEGER)


def _amounts(unit: int) -> Callable[[pa.Array], Read]:
    return lambda values: distinct(values, lambda v: _amount(v, unit), INTEGER)


def _sketches(values: pa.Array) -> Read:
    return blobs(values, sketches.decoded)


def _known(*words: str, **synonyms: str) -> Callable[[pa.Array], Read]:
    return one_of({word: word for word in words} | synonyms)


_HUNDREDTHS = ("spend_low", "spend_high")  # unless they have decimals
_SINCE_PART = Part(times, ("time", "precision"))
PARTS: dict[str, dict[str, Part]] = {
    "audience_sketch": {
        "target": _must(ids),
        "relation": _must(
            _known(
                *sketches.RELATIONS,
                follows="follow",
                followers="follow",
                members="member",
                viewers="saw",
            )
        ),
        "country": Part(_countries),
        "method": _must(_known(*sketches.METHODS)),
        "sketch": _must(_sketches),
    },
    "infrastructure": {
        "account": _must(ids),
        "medium": _must(
            _known(
                *("ip", "network", "device", "phone", "payment", "email", "pattern"),
                *("invite", "app"),
                ipaddress="ip",
                deviceid="device",
                phonenumber="phone",
                mail="email",
                card="payment",
            )
        ),
        "value": _must(words),
        "time": _SINCE_PART,
        "country": Part(_countries),
    },
    "role": {
        "account": Part(ids),
        "role": _must(
            _known(
                *("administers", "moderates", "member", "advertises", "owns"),
                admin="administers",
                administrator="administers",
                manager="administers",
                moderator="moderates",
                editor="moderates",
                advertiser="advertises",
                owner="owns",
                creator="owns",
                members="member",
            )
        ),
        "target": _must(ids),
        "time": _SINCE_PART,
        "until": Part(_moments),
        "country": Part(_countries),
        "people": Part(counts),
    },
    "rename": {
        "account": _must(ids),
        "what": _must(
            _known(
                *("name", "handle", "owner", "country"),
                title="name",
                username="handle",
                screenname="handle",
            )
        ),
        "before": Part(words),
        "after": Part(words),
        "time": _SINCE_PART,
    },
    "ad": {
        "ad": _must(ids),
        "account": _must(ids),
        "platform": Part(_lower),
        "payer": Part(words),
        "time": _SINCE_PART,
        "until": Part(_moments),
        "currency": Part(_currencies),
        "spend_low": Part(_amounts(1)),
        "spend_high": Part(_amounts(1)),
        "spend": Part(_ranges(HUNDREDTHS), _HUNDREDTHS),
        "impressions_low": Part(counts),
        "impressions_high": Part(counts),
        "impressions": Part(_ranges(1), ("impressions_low", "impressions_high")),
        "clicks": Part(counts),
        "domain": Part(_sites),
        "url": Part(_addresses, ("url", "domain")),
        "targeting": Part(texts),
        "text": Part(texts),
    },
    "site": {
        "domain": _must(_sites),
        "trait": _must(
            _known(
                *("analytics", "ads", "verification", "certificate", "address", "registrant"),
                adsense="ads",
                ip="address",
            )
        ),
        "value": _must(words),
        "time": _SINCE_PART,
    },
    "rate": {
        "currency": _must(_currencies),
        "into": _must(_currencies),
        "rate": _must(rates),
        "time": Part(_moments),
    },
    "redirect": {
        "url": _must(_addresses, "url"),
        "target": _must(_addresses, "target", "domain"),
    },
    "follow": {
        "account": _must(ids),
        "target": _must(ids),
        "time": _SINCE_PART,
        "country": Part(_countries),
    },
}
LENIENT = {("ad", "url"), ("ad", "domain")}  # an ad for an app leads to no address of the web
UNITS = Part(_amounts(HUNDREDTHS))


def _with_decimals(source: Source, layout: Layout) -> frozenset[str]:
    """The fields of hundredths, if their columns have decimals: then they hold whole units.

    `.0` alone is how a program writes whole numbers beside missing ones, and means nothing.
    """
    columns = {f: layout.columns[f] for f in _HUNDREDTHS if f in layout.columns}
    quiet = replace(source, report=nobody)
    found = streamed(quiet, list(columns.values()), _ignore) if columns else ()
    decimals = any(_has_decimals(values) for rows in found for values in rows.columns.values())
    return frozenset(columns if decimals else ())


def _ignore(line: int, field: str | None, reason: str, content: str) -> None:
    """Rows that are looked at here are read again later, and rejected then."""


def _has_decimals(values: pa.Array) -> bool:
    written = pc.match_substring_regex(values.cast(TEXT), r"\.(\d*[1-9]|\d\d)")
    return bool(pc.any(written).as_py())


# --- rows


class _Reading:
    """Reads one source, and keeps what has to be known from one batch to the next."""

    def __init__(self, source: Source, layout: Layout, decimals: frozenset[str]) -> None:
        self.source, self.layout = source, layout
        self.batch = Batch(source)
        self._parts = PARTS[layout.table] | dict.fromkeys(decimals, UNITS)
        self._secret = layout.table == INFRASTRUCTURE.name
        self._width: int | None = None
        self._left_out: Counter[str] = Counter()

    def tear(self, line: int, field: str | None, reason: str, content: str) -> None:
        """Put a row into the quarantine; of infrastructure without what it holds."""
        self.batch.reject(line, field, reason, "" if self._secret else content)

    def report(self) -> None:
        """Tell the person what was left out."""
        for what, count in (+self._left_out).items():
            self.source.report(f"{self.source.name}: left out, {count:,} times: {what}.")

    def tables(self, rows: Rows) -> Iterator[tuple[str, pa.Table]]:
        """The tables of some rows, and of those that cannot be used."""
        for meant in self._meant(rows):
            yield from self._table(meant)
        yield from self.batch.drain()

    def _meant(self, rows: Rows) -> Iterator[Rows]:
        """Rows whose columns have the names of the fields; one set per medium."""
        columns = {name: rows.columns[column] for name, column in self.layout.columns.items()}
        columns |= {
            name: pa.repeat(pa.scalar(value, TEXT), len(rows))
            for name, value in self.layout.fixed.items()
        }
        media = {m: words(rows.columns[c])[0][0] for m, c in self.layout.media.items()}
        for medium, values in media.items():
            at = pc.indices_nonzero(pc.is_valid(values))
            some = {name: column.take(at) for name, column in columns.items()}
            some["medium"] = pa.repeat(pa.scalar(medium, TEXT), len(at))
            yield Rows({**some, "value": values.take(at)}, np.asarray(rows.lines)[at.to_numpy()])
        if media:
            empty = pc.invert(pc.is_valid(pc.coalesce(*media.values())))
            for row in pc.indices_nonzero(empty).to_pylist():
                self.tear(rows.lines[row], None, f"none of {', '.join(media)}", "")
        else:
            yield Rows(columns, rows.lines)

    def _table(self, rows: Rows) -> Iterator[tuple[str, pa.Table]]:
        found, faults = self._read(rows)
        for row, (name, reason) in sorted(faults.items()):
            self.tear(int(rows.lines[row]), name, reason, rows.shown(row))
        kept = _without(faults, len(rows))
        table = OPERATION[self.layout.table]
        for columns in self._derived(found, kept) if self._secret else ((found, kept),):
            some = table.fit(pa.table(columns[0]).filter(columns[1]))
            if len(some):
                yield table.name, some

    def _read(self, rows: Rows) -> tuple[Columns, dict[int, tuple[str, str]]]:
        """The columns of the table, and what is wrong with rows: row → (field, reason)."""
        found: Columns = {}
        faults: dict[int, tuple[str, str]] = {}
        for name, part in self._parts.items():
            if name not in rows.columns:
                continue
            arrays, wrong = part.read(rows.columns[name])
            self._note(name, wrong, faults)
            for output, values in zip(part.outputs or (name,), arrays, strict=False):
                found[output] = pc.coalesce(values, found[output]) if output in found else values
            if part.required:
                self._note(name, _missing(name, arrays[0]), faults)
        if "precision" in found:
            found["precision"] = self._widened(found["time"], found["precision"])
        for row, fault in _together(self.layout.table, found):
            faults.setdefault(row, fault)
        return found, faults

    def _note(self, name: str, wrong: Faults, faults: dict[int, tuple[str, str]]) -> None:
        if (self.layout.table, name) in LENIENT:
            self._left_out[f"'{name}' that is no address of the web"] += len(wrong)
            return
        for row, reason in wrong:
            faults.setdefault(row, (name, reason))

    def _widened(self, time: pa.Array, precision: pa.Array) -> pa.Array:
        """Precisions, no finer than the source's: all its times may be whole minutes or days."""
        if self._width is None:
            self._width = common_width(time[:SAMPLE], (DAY, MINUTE, SECOND))
        return at_least(precision, time, self._width)

    def _derived(self, found: Columns, kept: pa.Array) -> Iterator[tuple[Columns, pa.Array]]:
        """Infrastructure, and what follows from it: networks of addresses, patterns of mail."""
        own = pc.and_(kept, pc.is_null(found["value"]))
        self._left_out["an address inside somebody's own network"] += pc.sum(own).as_py() or 0
        yield found, pc.and_(kept, pc.is_valid(found["value"]))
        more = {**found, "medium": found["second"], "value": found["second_value"]}
        yield more, pc.and_(kept, pc.is_valid(found["second"]))


def _without(faults: Collection[int], rows: int) -> pa.Array:
    kept = np.ones(rows, np.bool_)
    kept[list(faults)] = False
    return pa.array(kept)


def _missing(name: str, values: pa.Array) -> Faults:
    if not values.null_count:
        return []
    return [(row, f"no {name}") for row in pc.indices_nonzero(pc.is_null(values)).to_pylist()]


# --- what several fields say together


def _together(table: str, found: Columns) -> Iterator[tuple[int, tuple[str, str]]]:
    """Rows whose fields do not go together: row, (field, reason)."""
    check = TOGETHER.get(table)
    return check(found) if check else iter(())


def _role(found: Columns) -> Iterator[tuple[int, tuple[str, str]]]:
    said = [found[name] for name in ("account", "people") if name in found]
    nobody = pc.and_(*map(pc.is_null, said)) if len(said) > 1 else pc.is_null(said[0])
    for row in pc.indices_nonzero(nobody).to_pylist():
        yield row, ("account", "neither who it is nor how many")


def _rename(found: Columns) -> Iterator[tuple[int, tuple[str, str]]]:
    nothing = pc.and_(pc.is_null(found["before"]), pc.is_null(found["after"]))
    for row in pc.indices_nonzero(nothing).to_pylist():
        yield row, ("after", "neither before nor after")


def _ad(found: Columns) -> Iterator[tuple[int, tuple[str, str]]]:
    for name in ("spend", "impressions"):
        low, high = found.get(f"{name}_low"), found.get(f"{name}_high")
        if low is not None and high is not None:
            for row in pc.indices_nonzero(pc.greater(low, high)).to_pylist():
                yield row, (f"{name}_high", "the range ends before it begins")


def _sketch(found: Columns) -> Iterator[tuple[int, tuple[str, str]]]:
    given = [found[name].to_pylist() for name in ("method", "sketch")]
    rows = [row for row, pair in enumerate(zip(*given, strict=True)) if None not in pair]
    pairs = [(given[0][row], given[1][row]) for row in rows]
    for at in sorted(sketches.unsound(pairs)):
        yield rows[at], ("sketch", f"not a sketch of the method {pairs[at][0]}")


def _infrastructure(found: Columns) -> Iterator[tuple[int, tuple[str, str]]]:
    """Values in the one way to write them, and what follows from them, put beside them."""
    found["second"] = found["second_value"] = pa.nulls(len(found["value"]), TEXT)
    for medium, read in VALUES.items():
        of = pc.fill_null(pc.equal(found["medium"], medium), False)
        at = pc.indices_nonzero(of)
        if not len(at):
            continue
        arrays, faults = distinct(found["value"].take(at), read, TEXT, TEXT, TEXT)
        for name, values in zip(("value", "second", "second_value"), arrays, strict=True):
            found[name] = pc.replace_with_mask(found[name], of, values)
        for row, reason in faults:
            yield at[row].as_py(), ("value", reason)


TOGETHER: dict[str, Callable[[Columns], Iterator[tuple[int, tuple[str, str]]]]] = {
    "audience_sketch": _sketch,
    "infrastructure": _infrastructure,
    "role": _role,
    "rename": _rename,
    "ad": _ad,
}


# --- infrastructure

_HASH = re.compile(r"[0-9A-Za-z+/=_-]{8,}")
_PHONE = re.compile(r"[+()\d\s./-]+")

Values = tuple[str | None, str | None, str | None]  # the value, what follows from it, its value


def _ip(text: str | None) -> Values | None:
    return _media(text, media_of_ip)


def _mail(text: str | None) -> Values | None:
    return _media(text, media_of_mail)


def _media(text: str | None, read: Callable[[str], Iterator[tuple[str, str]]]) -> Values | None:
    if text is None or _HASH.fullmatch(text):
        return (text, None, None)
    pairs = [*read(text), (None, None), (None, None)]
    return (pairs[0][1], *pairs[1])


def _phone(text: str | None) -> Values | None:
    if text is None or not _PHONE.fullmatch(text):
        return (text, None, None)
    digits = "".join(filter(str.isdecimal, text))
    return (digits.removeprefix("00") or None, None, None)


VALUES: dict[str, Callable[[str | None], Values | None]] = {
    "ip": _ip,
    "email": _mail,
    "phone": _phone,
}
