"""k-anonymity of the accounts under pseudonyms: no rare combination of what is known of them.

A combination is the creation day, the language, the place and the band of followers. While fewer
than k accounts share one, their cells become coarser, one step after another, and blank at last.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

BANDS = (0, 10, 50, 100, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 100_000, 1_000_000)
CREATED, LANGUAGE, PLACE, FOLLOWERS = range(4)
Cells = tuple[str, str, str, str]

STEPS: tuple[tuple[str, int, Callable[[str], str]], ...] = (
    ("creation day to the month", CREATED, lambda day: day[:7]),
    ("location blank", PLACE, lambda _: ""),
    ("creation month to the year", CREATED, lambda day: day[:4]),
    ("language blank", LANGUAGE, lambda _: ""),
    ("creation year blank", CREATED, lambda _: ""),
    ("band of followers blank", FOLLOWERS, lambda _: ""),
)


@dataclass(frozen=True)
class Anonymous:
    """What may be shown.

    Args:
        cells: account → its cells, in the order creation day, language, place, followers.
        changed: step → accounts whose cell it changed, in the order of the steps.
    """

    cells: Mapping[str, Cells]
    changed: Mapping[str, int] = field(default_factory=dict)


def band(number: int | None) -> str:
    """The lower edge of the band a number lies in; empty: unknown."""
    return "" if number is None else str(BANDS[max(0, bisect_right(BANDS, number) - 1)])


def anonymous(rows: Mapping[str, Cells], k: int) -> Anonymous:
    """Cells of accounts, made coarser until k accounts share each combination, or it is blank."""
    cells, changed = dict(rows), {}
    for step, place, coarser in STEPS:
        classes = Counter(cells.values())
        rare = {account: row for account, row in cells.items() if classes[row] < k}
        after = {account: _with(row, place, coarser) for account, row in rare.items()}
        changed[step] = sum(after[account] != row for account, row in rare.items())
        cells.update(after)
    return Anonymous(cells, {step: number for step, number in changed.items() if number})


def _with(row: Cells, place: int, coarser: Callable[[str], str]) -> Cells:
    one, two, three, four = (coarser(c) if n == place else c for n, c in enumerate(row))
    return one, two, three, four
