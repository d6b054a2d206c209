"""Any export, by a mapping file that says what lies where: `--map mapping.toml`.

CSV, JSON, JSON Lines and Parquet. The file is TOML: `[fields]` gives, for each of our fields, a
column or a path (`user.id`, `tags[].name`, `parts[0].text`), or several, best first; `records` says
where the records lie in a page (`hits.hits[]._source`); `time_format` (a `strptime` pattern, `iso`,
`unix` or `unix_ms`) and `time_zone` how times are written; `platform`, `kind`, `account_kind` and
`[constants]` what holds for all records; `optional` which fields the data may lack. The content of
the file is kept in the case and in every run's statement. See `docs/mapping.md`.
"""

from __future__ import annotations

import re
import tomllib
import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from unswarm.errors import InputError, did_you_mean
from unswarm.model import DAY, HOUR, MINUTE, POST_KINDS, SECOND
from unswarm.readers import Source
from unswarm.readers._parts import paths
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.plans import (
    LISTS,
    TEXTS,
    Plan,
    Planned,
    Row,
    leave,
    read_planned,
    read_profiles,
    records,
    shown,
)
from unswarm.readers._parts.plans import said as says
from unswarm.readers._parts.posts import FIELDS, ReadTime
from unswarm.readers._parts.values import NO_TIME

specificity = 100  # a mapping was given: it is meant

SUFFIX = ".toml"
SAMPLE = 1_000  # records in which every path must lead somewhere

_CONSTANTS = ("platform", "kind", "account_kind")
_KEYS = (
    *("fields", "constants", "records", "optional", "time_format", "time_zone"),
    *_CONSTANTS,
)
_SEVERAL = {"url": "urls"}  # what takes a list where this takes one
_WIDTHS = (("%f", 1), ("%S", SECOND), ("%c", SECOND), ("%X", SECOND), ("%M", MINUTE), ("%H", HOUR))
_CLOCK = re.compile(r"[T ](\d{2})(?::?(\d{2}))?(?::?(\d{2}))?(?:[.,](\d+))?")
_LATEST = 2200  # the year after which a time is surely milliseconds taken for seconds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def carried(path: Path) -> dict[str, str]:
    """A mapping file as `Source.columns` carries it: its name → its content.

    So what a case and a run's statement keep is what was said, not where it lay.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        return {path.name: path.read_text("utf-8-sig")}
    except OSError as error:
        reason = f"cannot be opened: {(error.strerror or str(error)).lower()}."
        hint = "check the path; --map takes FIELD=COLUMN or a mapping file."
        raise InputError(reason, source=path, hint=hint) from error
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8."
        raise InputError("The mapping is not UTF-8.", source=path, hint=hint) from error


def recognises(source: Source) -> bool:
    """Whether a mapping file was given with it."""
    return _name(source) is not None


def describe(source: Source) -> str:
    """Which path is read as what: `mapping.toml: account ← user.id, …`."""
    said = _said(source)
    fields = (f"{name} ← {' or '.join(written)}" for name, written in said.fields.items())
    return f"{said.file}: {', '.join(fields)}"


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """The event tables of the records; of a mapping without `time`, the accounts.

    Raises:
        InputError: no mapping was given, or something is wrong with it.
    """
    said = _said(source)
    known = _present(source, said)
    planned = partial(_planned, said, said.plan(known))
    if "time" in said.fields:
        return read_planned(source, planned, said.clock)
    return read_profiles(source, planned)


def _name(source: Source) -> str | None:
    return next((name for name in source.columns if name.endswith(SUFFIX)), None)


# --- the mapping


@dataclass(frozen=True)
class Said:
    """A mapping file that holds together.

    Args:
        file: its name.
        fields: field → paths as written, best first.
        constants: field → what all records have.
        records: the path of the records in a value; None: the values are the records.
        optional: fields that the data may lack.
        clock: how `time` is read; None: by its looks.
    """

    file: str
    fields: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, Any]
    records: str | None
    optional: frozenset[str]
    clock: ReadTime | None

    def plan(self, known: frozenset[str]) -> Plan:
        """What lies where in a record, as far as the data have it."""
        parsed = {
            field: tuple(map(paths.parse_path, written))
            for field, written in self.fields.items()
            if field in known
        }
        return Plan(parsed, self.constants, self._other_times if self.clock else leave)

    def _other_times(self, row: Row) -> None:
        """The times beside `time`, read the same way where they are written the same way."""
        for name in ("created", "target_time", "seen"):
            if row.get(name) is not None and self.clock:
                try:
                    row[name] = _written(*self.clock(row[name]))
                except ValueError:
                    row[name] = None

    def wrong(self, message: str, key: str, hint: str) -> InputError:
        """An error of this mapping."""
        return InputError(message, source=self.file, field=key, hint=hint)


def _said(source: Source) -> Said:
    """The mapping of a source; what `--map FIELD=PATH` says besides goes before it."""
    name = _name(source)
    if name is None:
        hint = "name one: --map mapping.toml; docs/mapping.md says how to write it."
        raise InputError("No mapping file was given.", source=source.path, hint=hint)
    besides = {field: path for field, path in source.columns.items() if field != name}
    return _parsed(name, source.columns[name], tuple(besides.items()))


@lru_cache(maxsize=64)
def _parsed(file: str, content: str, besides: tuple[tuple[str, str], ...]) -> Said:
    try:
        mapping = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        hint = "mend it; docs/mapping.md has an example."
        raise InputError(f"This is no TOML: {error}.", source=file, hint=hint) from error
    for key in mapping:
        _require(key in _KEYS, file, key, "There is no such key.", did_you_mean(key, _KEYS))
    fields = {**_table(file, mapping, "fields"), **dict(besides)}
    constants = _table(file, mapping, "constants")
    constants |= {key: mapping[key] for key in _CONSTANTS if key in mapping}
    _check_constants(file, constants)
    return Said(
        file=file,
        fields={field: _paths(file, field, value) for field, value in fields.items()},
        constants=_without_doubles(file, fields, constants),
        records=_records(file, mapping.get("records")),
        optional=_optional(file, mapping.get("optional", []), fields),
        clock=_clock(file, mapping.get("time_format"), mapping.get("time_zone")),
    )


def _require(holds: bool, file: str, key: str, message: str, hint: str) -> None:
    if not holds:
        raise InputError(message, source=file, field=key, hint=hint)


def _table(file: str, mapping: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = mapping.get(key, {})
    _require(isinstance(found, dict), file, key, "This is no table.", f"write it under [{key}].")
    for field in found:
        hint = did_you_mean(field, FIELDS)
        _require(field in FIELDS, file, f"{key}.{field}", "There is no such field.", hint)
    return dict(found)


def _paths(file: str, field: str, value: Any) -> tuple[str, ...]:
    """The paths of one field as written, each checked."""
    written, key = value if isinstance(value, list) else [value], f"fields.{field}"
    for path in written:
        hint = 'write "a.b", "a[].b" or "a[0].b"; several as a list, best first.'
        is_path = isinstance(path, str) and _is_path(path)
        _require(is_path, file, key, f"'{path}' is no path.", hint)
        fits = field in LISTS | TEXTS or not paths.is_many(paths.parse_path(path))
        message = f"'{path}' leads to several values, {field} takes one."
        _require(fits, file, key, message, _one_of(path, field))
    _require(bool(written), file, key, "No path is given.", "name a column or a path.")
    return tuple(written)


def _one_of(path: str, field: str) -> str:
    other = f", or map {_SEVERAL[field]}" if field in _SEVERAL else ""
    return f"take one, e.g. '{path.replace('[]', '[0]')}'{other}."


def _is_path(text: str) -> bool:
    try:
        return bool(paths.parse_path(text))
    except ValueError:
        return False


def _check_constants(file: str, constants: Mapping[str, Any]) -> None:
    for field, value in constants.items():
        is_word = isinstance(value, str | int | float) and not isinstance(value, bool)
        _require(is_word, file, field, "This is no text or number.", "write it in quotes.")
    kind = constants.get("kind")
    if kind is not None:
        hint = did_you_mean(str(kind), POST_KINDS)
        _require(kind in POST_KINDS, file, "kind", f"'{kind}' is no kind of post.", hint)


def _without_doubles(
    file: str, fields: Mapping[str, Any], constants: Mapping[str, Any]
) -> Mapping[str, Any]:
    for field in constants:
        hint = "leave one of them out."
        message = "It is said twice: as a constant and under [fields]."
        _require(field not in fields, file, field, message, hint)
    has_account = "account" in fields or "account" in constants
    hint = 'write account = "…" under [fields].'
    _require(has_account, file, "fields.account", "Nothing tells the account.", hint)
    return dict(constants)


def _records(file: str, value: Any) -> str | None:
    hint = 'write e.g. "hits.hits[]._source".'
    is_path = value is None or (isinstance(value, str) and _is_path(value))
    _require(is_path, file, "records", f"'{value}' is no path.", hint)
    return None if value is None else str(value)


def _optional(file: str, value: Any, fields: Mapping[str, Any]) -> frozenset[str]:
    _require(isinstance(value, list), file, "optional", "This is no list.", 'write ["url", …].')
    for field in value:
        hint = did_you_mean(str(field), fields)
        _require(field in fields, file, "optional", f"'{field}' is not under [fields].", hint)
    return frozenset(value)


# --- times


def _clock(file: str, form_: Any, zone_name: Any) -> ReadTime | None:
    """How times are read, as the mapping says; None: by their looks."""
    zone = _zone(file, zone_name)
    if form_ is None:
        hint = 'say how times are written, e.g. time_format = "iso".'
        message = "A time zone alone does not say how times are written."
        _require(zone is None, file, "time_zone", message, hint)
        return None
    hint = 'write a pattern such as "%d.%m.%Y %H:%M", or "iso", "unix", "unix_ms".'
    is_form = isinstance(form_, str) and (form_ in ("iso", "unix", "unix_ms") or "%" in form_)
    _require(is_form, file, "time_format", f"'{form_}' is no form of time.", hint)
    if form_.startswith("unix"):
        message = "Unix times are in no time zone."
        _require(zone is None, file, "time_zone", message, "leave it out.")
        return partial(_unix, 1 if form_ == "unix_ms" else SECOND)
    if form_ == "iso":
        return partial(_local, _iso, zone or UTC)
    _check_pattern(file, form_)
    return partial(_local, partial(_strptime, form_, _width(form_)), zone or UTC)


def _zone(file: str, name: Any) -> tzinfo | None:
    if name is None:
        return None
    try:
        return zoneinfo.ZoneInfo(str(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = zoneinfo.available_timezones()
        hint = did_you_mean(str(name), known) if known else "is the time zone database installed?"
        hint = "write e.g. Europe/Kyiv." if hint == "check the spelling." else hint
        message = f"There is no time zone '{name}'."
        raise InputError(message, source=file, field="time_zone", hint=hint) from None


def _check_pattern(file: str, pattern: str) -> None:
    moment = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    try:
        datetime.strptime(moment.strftime(pattern), pattern)
    except (ValueError, re.error) as error:
        hint = "see the directives of Python's strptime."
        message = f"'{pattern}' cannot be read by: {error}."
        raise InputError(message, source=file, field="time_format", hint=hint) from None
    hint = "a time needs the year: add %Y, or %y."
    has_year = re.search(r"%[YycxsG]", pattern) is not None
    _require(has_year, file, "time_format", "The pattern has no year.", hint)


def _width(pattern: str) -> int:
    """The width of the last digit that a pattern writes, milliseconds."""
    pattern = pattern.replace("%I", "%H")
    return next((width for directive, width in _WIDTHS if directive in pattern), DAY)


Moment = tuple[datetime, int]  # as written, and the width of its last digit


def _local(parse: Callable[[str], Moment], zone: tzinfo, value: Any) -> tuple[int, int]:
    """A time as written → milliseconds UTC, precision. One without a zone is of `zone`."""
    if not says(value):
        raise ValueError(NO_TIME)
    moment, width = parse(str(value).strip())
    if moment.tzinfo is None:  # a day without a clock is that day, not the evening before
        moment = moment.replace(tzinfo=UTC) if width == DAY else _placed(moment, zone)
    since = moment.astimezone(UTC) - _EPOCH
    milliseconds = since // timedelta(milliseconds=1)
    return milliseconds, width if width > 1 or milliseconds % SECOND else SECOND


def _placed(moment: datetime, zone: tzinfo) -> datetime:
    """A clock's time in its zone.

    Raises:
        ValueError: the clock showed it twice, or never, when it was put back or forward.
    """
    first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    back = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment
    when = "twice: the clocks went back" if back else "never: the clocks went forward"
    raise ValueError(f"a local time that came {when}")


def _iso(text: str) -> Moment:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("not a time in the form of ISO 8601") from None
    clock = _CLOCK.search(text)
    if clock is None:
        return moment, DAY
    _, minute, second, fraction = clock.groups()
    return moment, 1 if fraction else SECOND if second else MINUTE if minute else HOUR


def _strptime(pattern: str, width: int, text: str) -> Moment:
    try:
        return datetime.strptime(text, pattern), width
    except ValueError:
        raise ValueError(f"not a time in the form {pattern}") from None


def _unix(unit: int, value: Any) -> tuple[int, int]:
    """Seconds or milliseconds since 1970 → milliseconds UTC, precision."""
    if not says(value):
        raise ValueError(NO_TIME)
    try:
        milliseconds = round(float(value) * unit) if isinstance(value, float) else None
        milliseconds = milliseconds if milliseconds is not None else _exact(str(value), unit)
    except (ValueError, OverflowError):
        raise ValueError("not a unix time") from None
    if not 0 < milliseconds < (_LATEST - 1970) * 365 * DAY:
        raise ValueError("a unix time outside 1970 to 2200: are they seconds or milliseconds?")
    return milliseconds, 1 if milliseconds % SECOND else SECOND


def _exact(text: str, unit: int) -> int:
    digits, _, fraction = text.strip().partition(".")
    return int(digits) * unit + int((fraction + "000")[:3]) * unit // SECOND


def _written(time: int, width: int) -> str:
    """A time as text that is read back with its precision."""
    moment = _EPOCH + timedelta(milliseconds=time)
    if width >= DAY:
        return f"{moment:%Y-%m-%d}"
    if width >= MINUTE:
        return f"{moment:%Y-%m-%dT%H:%M}Z"
    return f"{moment:%Y-%m-%dT%H:%M:%S}" + (f".{time % SECOND:03}Z" if width == 1 else "Z")


# --- the records


def _planned(said: Said, made: Plan, source: Source, batch: Batch) -> Planned:
    for line, record in _within(said, source, batch):
        if isinstance(record, Mapping):
            yield line, made, record
        else:
            batch.reject(line, said.records, "not an object", shown(record))


def _within(said: Said, source: Source, batch: Batch) -> Iterator[tuple[int, Any]]:
    """The records, wherever they lie in the values."""
    if said.records is None:
        yield from records(source, batch)
        return
    path = paths.parse_path(said.records)
    for line, value in records(source, batch):
        found = paths.find(value, path)
        if found is None or (found == [] and not paths.leads(value, path)):
            batch.reject(line, said.records, "nothing lies at this path", shown(value))
        for record in found if isinstance(found, list) else [found] if found is not None else ():
            yield line, record


def _present(source: Source, said: Said) -> frozenset[str]:
    """The fields whose paths lead somewhere in the first records.

    Raises:
        InputError: a path that is not optional leads nowhere.
    """
    quiet = Source(source.path)  # what is wrong with rows is told when they are read
    found = _within(said, quiet, Batch(quiet))
    sample = [record for _, record in islice(found, SAMPLE) if isinstance(record, Mapping)]
    if not sample:
        holders = _holders(_values_of(source))
        hint = did_you_mean(said.records, holders) if said.records else "check the file."
        message = f"'{said.records}' leads to no record." if said.records else "No record is whole."
        raise said.wrong(f"{source.name}: {message}", "records", hint)
    known = frozenset(
        field
        for field, written in said.fields.items()
        if any(paths.leads(record, paths.parse_path(path)) for path in written for record in sample)
    )
    for field in said.fields.keys() - known - said.optional:
        path = said.fields[field][0]
        near = _nearest(path, sample)
        hint = f'{near} If the data may lack it, add optional = ["{field}"].'
        message = f"{source.name}: no record has '{path}' (of the first {len(sample):,})."
        raise said.wrong(message, f"fields.{field}", hint)
    return known


def _values_of(source: Source) -> list[Any]:
    quiet = Source(source.path)
    return [value for _, value in islice(records(quiet, Batch(quiet)), 10)]


def _holders(sample: Sequence[Any]) -> set[str]:
    """The paths in some values under which objects or lists lie."""
    whole = [name.split(".") for value in sample for name in paths.paths_in(value)]
    return {".".join(steps[:length]) for steps in whole for length in range(1, len(steps))}


def _nearest(path: str, sample: Sequence[Any]) -> str:
    known = dict.fromkeys(name for record in sample[:50] for name in paths.paths_in(record))
    return did_you_mean(path, known)
