"""A column's values parsed, each distinct one once; what cannot be read is told, never raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from unswarm.readers import Source
from unswarm.readers._parts.columns import Cells
from unswarm.readers._parts.values import NO_TIME

Parse = Callable[[Any], Any]
Faults = dict[int, tuple[str, str]]  # row → (field, what is wrong with it)


def required(values: Sequence[Any], field: str, parse: Parse, faults: Faults) -> list[Any]:
    """The values read; a row whose value cannot be read gets a fault, unless it has one."""
    found, wrong = _parsed(values, parse)
    for row, reason in wrong:
        faults.setdefault(row, (field, reason))
    return found


class Lenient:
    """Reads values a post can do without, and counts those that cannot be read."""

    def __init__(self) -> None:
        self._left_out: Counter[tuple[str, str]] = Counter()

    def read(self, cells: Cells, field: str, parse: Parse) -> list[Any] | None:
        """The values of a field, None where there is none to read; None if there is no field."""
        if field not in cells:
            return None
        found, wrong = _parsed(cells[field], parse)
        self._left_out.update((field, reason) for _, reason in wrong)
        return found

    def report(self, source: Source) -> None:
        """Tell the person what was left out."""
        for (field, reason), count in self._left_out.items():
            if reason != NO_TIME:
                source.report(f"{source.name}: {count:,} values of '{field}' left out: {reason}.")


def _parsed(values: Sequence[Any], parse: Parse) -> tuple[list[Any], Iterable[tuple[int, str]]]:
    """The values read, None for those that cannot be, and (row, reason) of these."""
    try:
        distinct = set(values)
    except TypeError:  # lists and objects of nested JSON
        return _one_by_one(values, parse)
    good: dict[Any, Any] = {}
    bad: dict[Any, str] = {}
    for value in distinct:
        try:
            good[value] = parse(value)
        except ValueError as error:
            bad[value] = str(error)
    wrong = [(row, bad[value]) for row, value in enumerate(values) if value in bad] if bad else []
    return [good.get(value) for value in values], wrong


def _one_by_one(values: Sequence[Any], parse: Parse) -> tuple[list[Any], Iterable[tuple[int, str]]]:
    found, wrong = [], []
    for row, value in enumerate(values):
        try:
            found.append(parse(value))
        except ValueError as error:
            found.append(None)
            wrong.append((row, str(error)))
    return found, wrong
