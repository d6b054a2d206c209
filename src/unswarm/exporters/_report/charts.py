"""The geometry of the pictures: posts over time, and the hours of the week.

Both compare the members of a network with the accounts outside every network. Sizes are in the
units of the picture's `viewBox`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unswarm.exporters._report.words import count, day, figure, share
from unswarm.model import DAY

WIDE, HIGH, LEFT, TOP, FOOT = 720, 200, 44, 12, 26
MOST_BARS = 75
LEVELS = 6
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Hours = Mapping[int, int]  # hours since 1970 → posts


@dataclass(frozen=True)
class Bar:
    """A rectangle and what it says when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True)
class Course:
    """Posts over time: members as bars, other accounts as a line; posts per account and day."""

    bars: Sequence[Bar]
    line: str
    marks: Sequence[tuple[float, float]]  # places of joint occasions along the foot: x, width
    below: Sequence[tuple[float, str]]
    beside: Sequence[tuple[float, str]]
    days: int  # days in one bar
    describes: str


@dataclass(frozen=True)
class Cell:
    """One hour of the week, its level 0 to `LEVELS`, and what it says when it is pointed at."""

    x: int
    y: int
    level: int
    says: str


def course(
    members: Hours, others: Hours, accounts: tuple[int, int], joint: Sequence[int]
) -> Course | None:
    """Posts over time of `accounts` = (members, others); `joint`: days of joint occasions."""
    days = [hour // 24 for hour in (*members, *others)]
    if not days:
        return None
    first, last = min(days), max(days)
    wide = -(-(last - first + 1) // MOST_BARS)
    bars = (last - first) // wide + 1
    rates = [
        _rates(hours, first, wide, bars, size)
        for hours, size in zip((members, others), accounts, strict=True)
    ]
    top = max(max(rates[0]), max(rates[1]), 1e-9)
    step = (WIDE - LEFT) / bars
    return Course(
        bars=[_bar(i, rates, top, step, (first + i * wide) * DAY) for i in range(bars)],
        line=_line(rates[1], top, step) if any(rates[1]) else "",
        marks=[(_x(i, step), step) for i in sorted({(day - first) // wide for day in joint})],
        below=_dates(first, wide, bars, step),
        beside=[(_y(top * part, top), figure(top * part)) for part in (0.5, 1.0)],
        days=wide,
        describes=_describe(rates, accounts, first, last),
    )


def _rates(hours: Hours, first: int, wide: int, bars: int, accounts: int) -> list[float]:
    """Posts per account and day in each bar."""
    posts = [0] * bars
    for hour, number in hours.items():
        posts[(hour // 24 - first) // wide] += number
    return [number / max(accounts, 1) / wide for number in posts]


def _x(place: int, step: float) -> float:
    return round(LEFT + place * step, 2)


def _y(rate: float, top: float) -> float:
    return round(TOP + (HIGH - TOP - FOOT) * (1 - rate / top), 2)


def _bar(place: int, rates: Sequence[Sequence[float]], top: float, step: float, at: int) -> Bar:
    own, other = rates[0][place], rates[1][place]
    y = _y(own, top)
    says = f"{day(at)}: members {figure(own)}, others {figure(other)} posts per account and day"
    return Bar(_x(place, step), y, round(step * 0.8, 2), round(HIGH - FOOT - y, 2), says)


def _line(rates: Sequence[float], top: float, step: float) -> str:
    points = (f"{_x(i, step) + step * 0.4:.2f},{_y(rate, top)}" for i, rate in enumerate(rates))
    return " ".join(points)


def _dates(first: int, wide: int, bars: int, step: float) -> list[tuple[float, str]]:
    every = max(1, -(-bars // 5))
    return [
        (round(_x(i, step) + step * 0.4, 2), day((first + i * wide) * DAY).rpartition(" ")[0])
        for i in range(0, bars, every)
    ]


def _describe(
    rates: Sequence[Sequence[float]], accounts: tuple[int, int], first: int, last: int
) -> str:
    own, other = (sum(rate) / len(rate) for rate in rates)
    busiest = max(range(len(rates[0])), key=lambda place: rates[0][place])
    bars = len(rates[0])
    at = day((first + busiest * (last - first + 1) // bars) * DAY)
    return (
        f"{count(accounts[0])} members made {figure(own)} posts per account and day, "
        f"{count(accounts[1])} other accounts {figure(other)}. The members' busiest time was {at}."
    )


def week(hours: Hours) -> Sequence[Cell]:
    """The 168 hours of a week, shaded by their share of all posts; empty without posts."""
    posts = [0] * 168
    for hour, number in hours.items():
        posts[(hour // 24 + 3) % 7 * 24 + hour % 24] += number
    total, most = sum(posts), max(posts)
    return (
        [_cell(place, number, total, most) for place, number in enumerate(posts)] if total else []
    )


def _cell(place: int, posts: int, total: int, most: int) -> Cell:
    weekday, hour = divmod(place, 24)
    level = -(-LEVELS * posts // most)
    says = f"{WEEKDAYS[weekday]} {hour:02}:00, {share(posts / total)} of posts"
    return Cell(hour, weekday, level, says)


def busiest(cells: Sequence[Cell]) -> str:
    """The hours of the week with most posts, in words."""
    peak = [cell.says for cell in cells if cell.level == LEVELS]
    return f"Busiest: {'; '.join(peak[:3])}." if peak else ""
