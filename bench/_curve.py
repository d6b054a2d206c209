"""A growth curve as an SVG picture: two logarithmic axes, a line for each engine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 560, 380, 70, 48, 150, 52
COLOURS = ("#1b6ca8", "#c8553d", "#588b3a", "#8a5a9e", "#6b6b6b", "#b08900")
Points = Sequence[tuple[float, float]]


def curve(title: str, across: str, up: str, lines: Mapping[str, Points]) -> str:
    """The picture.

    Args:
        title, across, up: of the picture and its axes.
        lines: name → points, both values above 0.
    """
    points = [point for line in lines.values() for point in line]
    x, y = (
        _Axis([p[0] for p in points], LEFT, WIDTH - RIGHT),
        _Axis([p[1] for p in points], HEIGHT - BOTTOM, TOP),
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="12" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="22" font-size="15" font-weight="600">{escape(title)}</text>',
        *_grid(x, y),
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
        f"{escape(across)}</text>",
        f'<text x="{LEFT}" y="40" fill="#555">{escape(up)}</text>',
    ]
    names = _spread([(name, y.place(line[-1][1])) for name, line in lines.items() if line])
    for colour, (name, line) in zip(COLOURS * 3, lines.items(), strict=False):
        parts += _line(name, line, colour, x, y, names.get(name, 0.0))
    return "\n".join([*parts, "</svg>", ""])


class _Axis:
    def __init__(self, values: Sequence[float], begin: float, end: float) -> None:
        self.low = math.floor(math.log10(min(values, default=1)) + 1e-9)
        self.high = max(math.ceil(math.log10(max(values, default=10)) - 0.01), self.low + 1)
        self._begin, self._end = begin, end

    def place(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self._begin + share * (self._end - self._begin), 1)


def _grid(x: _Axis, y: _Axis) -> list[str]:
    lines = []
    for power in range(x.low, x.high + 1):
        at = x.place(10.0**power)
        lines.append(f'<path d="M{at} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        lines.append(
            f'<text x="{at}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{_short(power)}</text>'
        )
    for power in range(y.low, y.high + 1):
        at = y.place(10.0**power)
        lines.append(f'<path d="M{LEFT} {at}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{at + 4}" text-anchor="end">{_short(power)}</text>')
    return lines


def _short(power: int) -> str:
    """10 to a power in few letters."""
    if power < 0:
        return f"{10.0**power:g}"
    size, letter = power // 3 * 3, " kMGT"[power // 3].strip()
    return f"{10 ** (power - size)}{letter}"


def _spread(ends: list[tuple[str, float]]) -> dict[str, float]:
    """Heights of the names, moved apart where they would lie on each other."""
    places: dict[str, float] = {}
    last = -math.inf
    for name, at in sorted(ends, key=lambda end: end[1]):
        last = places[name] = max(at, last + 15)
    return places


def _line(name: str, line: Points, colour: str, x: _Axis, y: _Axis, label: float) -> list[str]:
    if not line:
        return []
    places = [(x.place(a), y.place(b)) for a, b in line]
    path = "M" + "L".join(f"{a} {b}" for a, b in places)
    return [
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *(f'<circle cx="{a}" cy="{b}" r="3.5" fill="{colour}"/>' for a, b in places),
        f'<text x="{places[-1][0] + 9}" y="{label + 4}" fill="{colour}">{escape(name)}</text>',
    ]
