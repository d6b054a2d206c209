"""Values of a whole column at once: ids, times, words, numbers, as Arrow arrays.

Each function gives the values read and the rows whose value cannot be: `(row, reason)`. Usual
writings are read without a Python object per row; of the others each distinct one is read once.
A missing value is null and no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from unswarm.model import BYTES, DAY, INTEGER, REAL, SECOND, TEXT
from unswarm.readers._parts.values import NULLS, parse_id, parse_int, parse_time

Faults = list[tuple[int, str]]
Read = tuple[list[pa.Array], Faults]
Parse = Callable[[Any], Any]

LARGEST = (1 << 63) - 1
ISO = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:Z|\+00:00)?$"
UNIX = r"^\d{9,13}$"  # seconds or milliseconds; other lengths mean other things, too
UNDAMAGED = r"^(?:\D|\d[^.eE]*$)"  # ids that no spreadsheet can have changed

_NULLS = pa.array(sorted(NULLS), TEXT)


def distinct(values: pa.Array, parse: Parse, *types: pa.DataType) -> Read:
    """Each distinct value through `parse`, which gives a tuple of one value per type, or None.

    `parse` raises ValueError with a reason where a value cannot be read.
    """
    coded = values.dictionary_encode()
    found: list[tuple[Any, ...]] = []
    wrong: dict[int, str] = {}
    none = (None,) * len(types)
    for at, value in enumerate(coded.dictionary.to_pylist()):
        try:
            found.append(parse(value) or none)
        except ValueError as error:
            wrong[at] = str(error)
            found.append(none)
    columns = zip(*found, strict=True) if found else [()] * len(types)
    arrays = [
        pa.array(column, kind).take(coded.indices)
        for column, kind in zip(columns, types, strict=True)
    ]
    return arrays, _rows(coded.indices, wrong)


def _rows(indices: pa.Array, wrong: Mapping[int, str]) -> Faults:
    if not wrong:
        return []
    at = pc.indices_nonzero(pc.is_in(indices, value_set=pa.array(wrong, indices.type)))
    return [(row, wrong[indices[row].as_py()]) for row in at.to_pylist()]


def words(values: pa.Array) -> Read:
    """Text without blanks around it; what means nothing is null."""
    text = _trimmed(values)
    return [pc.if_else(pc.is_in(text, value_set=_NULLS), pa.scalar(None, TEXT), text)], []


def texts(values: pa.Array) -> Read:
    """Text as it stands; nothing is null."""
    text = values.cast(TEXT)
    return [pc.if_else(pc.equal(text, ""), pa.scalar(None, TEXT), text)], []


def _trimmed(values: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(values.cast(TEXT))


def ids(values: pa.Array) -> Read:
    """Ids as text, with `123.0` as `123`; ids that a spreadsheet mangled are faults."""
    if pa.types.is_floating(values.type):
        return distinct(values, lambda value: (parse_id(value),), TEXT)
    (text,), _ = words(values)
    odd = pc.invert(pc.ascii_is_alnum(text))
    if not pc.any(odd).as_py():
        return [text], []
    odd = pc.and_(odd, pc.invert(pc.match_substring_regex(text, UNDAMAGED)))
    return _with_odd(text, odd, lambda value: (parse_id(value),), TEXT)


def _with_odd(values: pa.Array, odd: pa.Array, parse: Parse, kind: pa.DataType) -> Read:
    """The values, those that are odd as `parse` reads them."""
    odd = pc.fill_null(odd, False)
    at = pc.indices_nonzero(odd)
    if not len(at):
        return [values.cast(kind)], []
    (read,), faults = distinct(values.take(at), parse, kind)
    return (
        [pc.replace_with_mask(values, odd, read)],
        [(at[row].as_py(), reason) for row, reason in faults],
    )


def times(values: pa.Array, read: Parse = parse_time) -> Read:
    """Times → milliseconds UTC, and the width of the last digit of their writing.

    Args:
        read: reads those that are neither ISO 8601 nor unix times.
    """
    if pa.types.is_date(values.type):
        return _widened(values.cast(pa.timestamp("ms")), DAY), []
    if pa.types.is_timestamp(values.type):
        return _widened(values.cast(pa.timestamp("ms", values.type.tz), safe=False), SECOND), []
    if not (pa.types.is_string(values.type) or pa.types.is_integer(values.type)):
        return distinct(values, _moment, INTEGER, INTEGER)
    (text,), _ = words(values)
    found = _times_of(text, ISO, _iso)
    if _rest(text, found) is not None:
        unix = _times_of(text, UNIX, _unix)
        found = [pc.coalesce(*pair) for pair in zip(found, unix, strict=True)]
    rest = _rest(text, found)
    if rest is None:
        return found, []
    at = pc.indices_nonzero(rest)
    others, faults = distinct(text.take(at), read, INTEGER, INTEGER)
    both = zip(found, others, strict=True)
    return (
        [pc.replace_with_mask(known, rest, more) for known, more in both],
        [(at[row].as_py(), reason) for row, reason in faults],
    )


def _moment(value: Any) -> tuple[int, int] | None:
    return None if _is_null(value) else parse_time(value)


def _rest(text: pa.Array, found: list[pa.Array]) -> pa.Array | None:
    """Where there is a text and no time has been found; None: nowhere."""
    rest = pc.and_(pc.is_null(found[0]), pc.is_valid(text))
    return rest if pc.any(rest).as_py() else None


def _times_of(
    text: pa.Array, form: str, read: Callable[[pa.Array], list[pa.Array]]
) -> list[pa.Array]:
    """(time, precision) of the texts of one form; null for the others, and for impossible days."""
    fits = pc.fill_null(pc.match_substring_regex(text, form), False)
    if not pc.any(fits).as_py():
        return [pa.nulls(len(text), INTEGER)] * 2
    try:
        return read(pc.if_else(fits, text, pa.scalar(None, TEXT)))
    except pa.ArrowInvalid:
        return [pa.nulls(len(text), INTEGER)] * 2


def _iso(text: pa.Array) -> list[pa.Array]:
    return _widened(pc.utf8_slice_codeunits(text, 0, 19).cast(pa.timestamp("ms")), SECOND)


def _unix(text: pa.Array) -> list[pa.Array]:
    number = text.cast(INTEGER)
    seconds = pc.less(pc.binary_length(text), 12)
    return _precise(pc.if_else(seconds, pc.multiply(number, SECOND), number), SECOND)


def _widened(moments: pa.Array, width: int) -> list[pa.Array]:
    return _precise(moments.cast(INTEGER), width)


def _precise(time: pa.Array, width: int) -> list[pa.Array]:
    """Times with their precision: `width`, or a millisecond where a time has milliseconds."""
    seconds = pc.multiply(pc.divide(time, SECOND), SECOND)
    fine = pc.if_else(pc.equal(time, seconds), pa.scalar(width, INTEGER), pa.scalar(1, INTEGER))
    return [time, fine]


def common_width(times: pa.Array, widths: tuple[int, ...]) -> int:
    """The first of some widths that divides all times; two times prove nothing."""
    found = times.drop_null().unique().to_pylist()
    fits = (w for w in widths if len(found) > 2 and not any(time % w for time in found))
    return next(fits, 1)


def at_least(precision: pa.Array, times: pa.Array, width: int) -> pa.Array:
    """Precisions, none finer than `width` where the time is a multiple of it."""
    whole = pc.equal(times, pc.multiply(pc.divide(times, width), width))
    coarser = pc.max_element_wise(precision, pa.scalar(width, INTEGER), skip_nulls=False)
    return pc.if_else(whole, coarser, precision)


def counts(values: pa.Array) -> Read:
    """Whole numbers from 0 on."""
    return distinct(values, _count, INTEGER)


def _count(value: Any) -> tuple[int] | None:
    if _is_null(value):
        return None
    number = parse_int(value)
    if number is None or not 0 <= number <= LARGEST:
        raise ValueError("not a whole number from 0 on")
    return (number,)


def rates(values: pa.Array) -> Read:
    """Numbers above 0."""
    return distinct(values, _rate, REAL)


def _rate(value: Any) -> tuple[float] | None:
    if _is_null(value):
        return None
    number = float(value) if not isinstance(value, str) else _float(value)
    if not 0 < number < float("inf"):
        raise ValueError("not a number above 0")
    return (number,)


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("not a number above 0") from None


def one_of(known: Mapping[str, str]) -> Callable[[pa.Array], Read]:
    """Reads words of a short list, whatever their case: what sources write → our word."""

    def read(value: Any) -> tuple[str] | None:
        word = str(value).strip()
        if word in NULLS:
            return None
        plain = "".join(filter(str.isalnum, word.casefold()))
        if plain not in known:
            raise ValueError(f"none of {', '.join(dict.fromkeys(known.values()))}")
        return (known[plain],)

    return lambda values: distinct(values, read, TEXT)


def blobs(values: pa.Array, decode: Callable[[str], bytes]) -> Read:
    """Bytes, or text that `decode` makes bytes of."""
    if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
        return [values.cast(BYTES)], []
    return distinct(values, lambda value: None if _is_null(value) else (decode(value),), BYTES)


def _is_null(value: Any) -> bool:
    return value is None or str(value).strip() in NULLS
