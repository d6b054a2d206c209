"""The geometry of the pictures: posts over time, and the hours of the week.

Both compare the members of a network with the accounts outside every network. Sizes are in the
units of the picture's `viewBox`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unswarm.exporters._report.words import count, day, figure, share, span
from unswarm.model import DAY

WIDE, HIGH, LEFT, TOP, FOOT = 720, 200, 44, 12, 26
MOST_BARS = 75
AROUND = 60  # days shown before and after accounts were created
BUSIEST = 40  # one hour in so many is shaded fully: a single one would pale all others
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
    marks = sorted({(day - first) // wide for day in joint})
    describes = _describe(rates, accounts, first, wide)
    return _draw(rates, (first, wide), marks, "posts per account and day", describes)


def births(members: Hours, others: Hours) -> Course | None:
    """Creations of accounts by day, from two months before to two months after the members'."""
    if not members:
        return None
    born = [hour // 24 for hour in members]
    near = {h: n for h, n in others.items() if n and _near(h // 24, born)}
    days = [hour // 24 for hour in (*members, *near)]
    first, last = min(days), max(days)
    wide = -(-(last - first + 1) // MOST_BARS)
    bars = (last - first) // wide + 1
    numbers = [[wide * n for n in _rates(h, first, wide, bars, 1)] for h in (members, near)]
    describes = (
        f"{count(sum(members.values()))} accounts of this lead were created from "
        f"{span(min(born) * DAY, max(born) * DAY)}; in the whole time shown, "
        f"{count(sum(near.values()))} other accounts in this data were."
    )
    return _draw(numbers, (first, wide), [], "accounts created", describes)


def _near(day: int, born: Sequence[int]) -> bool:
    return min(born) - AROUND <= day <= max(born) + AROUND


def _draw(
    rates: Sequence[Sequence[float]],
    scale: tuple[int, int],
    marks: Sequence[int],
    unit: str,
    describes: str,
) -> Course:
    """Bars and line; `scale`: first day and days in a bar."""
    first, wide = scale
    bars = len(rates[0])
    top, step = max(max(rates[0]), max(rates[1]), 1e-9), (WIDE - LEFT) / bars
    return Course(
        bars=[_bar(i, rates, (top, step), (first + i * wide) * DAY, unit) for i in range(bars)],
        line=_line(rates[1], top, step) if any(rates[1]) else "",
        marks=[(_x(i, step), step) for i in marks],
        below=_dates(first, wide, bars, step),
        beside=[(_y(top * part, top), figure(top * part)) for part in (0.5, 1.0)],
        days=wide,
        describes=describes,
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


def _bar(
    place: int, rates: Sequence[Sequence[float]], scale: tuple[float, float], at: int, unit: str
) -> Bar:
    own, other = rates[0][place], rates[1][place]
    top, step = scale
    y = _y(own, top)
    says = f"{day(at)}: members {figure(own)}, others {figure(other)} {unit}"
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
    rates: Sequence[Sequence[float]], accounts: tuple[int, int], first: int, wide: int
) -> str:
    own, other = (sum(rate) / len(rate) for rate in rates)
    busiest = max(range(len(rates[0])), key=lambda place: rates[0][place])
    start = first + busiest * wide
    at = span(start * DAY, (start + wide - 1) * DAY)
    return (
        f"{count(accounts[0])} members made {figure(own)} posts per account and day, "
        f"{count(accounts[1])} other accounts {figure(other)}. The members' busiest time was {at}."
    )


def week(hours: Hours) -> Sequence[Cell]:
    """The 168 hours of a week, shaded by their share of all posts; empty without posts."""
    posts = [0] * 168
    for hour, number in hours.items():
        posts[(hour // 24 + 3) % 7 * 24 + hour % 24] += number
    total = sum(posts)
    if not total:
        return []
    filled = sorted(number for number in posts if number)
    most = filled[-1 - len(filled) // BUSIEST]
    return [_cell(place, number, total, most) for place, number in enumerate(posts)]


def _cell(place: int, posts: int, total: int, most: int) -> Cell:
    weekday, hour = divmod(place, 24)
    level = min(LEVELS, -(-LEVELS * posts // most))
    says = f"{WEEKDAYS[weekday]} {hour:02}:00, {share(posts / total)} of posts"
    return Cell(hour, weekday, level, says)
