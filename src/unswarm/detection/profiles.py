"""Networks that profiles alone give away: accounts created together.

A profile says nothing about behaviour, so nothing found here is a finding: the networks are
listed and dated, and stay leads until what their accounts did confirms them.

A burst is a window in which more accounts were created than the two months before and after it
allow. The rate is local, because platforms grow; it is the upper 95 % bound of the busier side,
so that a thin reference makes us quieter; it may itself be wrong (`CAUTION`); and the chance of
one burst named by mistake in the whole data is at most `settings.q`, over every window looked at.
Windows found once are left out of the reference of the others, until nothing new is found: under
the null the first round decides, so the repetition costs no error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from unswarm.model import DAY, HOUR, SECOND
from unswarm.settings import Settings
from unswarm.tails import chi_square_quantile

WIDTHS = (1, 24, 168)  # hours
REFERENCE = 60 * 24  # hours on each side
LEAST_REFERENCE = 14 * 24  # hours a side must have to speak
PEAK = 3.0  # the busiest hour of a day against its mean hour
CAUTION = 3.0  # shape of the gamma by which the rate may be wrong: standard deviation 0.58
NAMED = 0.9  # accounts below this probability are counted, not named
SAME_INSTANT = 3  # as many accounts in one instant are an imported date, no creation

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Booleans: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ProfileNetwork:
    """Accounts whose profiles alone tie them together.

    Args:
        kind: what ties them: `creation burst`, `shared administrators`.
        members: account → probability that it belongs to them and not to the usual sign-ups.
        first: the first creation, milliseconds UTC; None: no moment ties them.
        last: the last creation, milliseconds UTC.
        claim: one sentence with the figures.
        p: probability of as much by chance, corrected over all windows or pairs.
        seen_in: what stands for the signals of such a network: `profiles` or `ties`.
    """

    kind: str
    members: dict[str, float]
    first: int | None
    last: int | None
    claim: str
    p: float
    seen_in: str = "profiles"


def profile_networks(accounts: pa.Table, settings: Settings) -> list[ProfileNetwork]:
    """The creation bursts among accounts (columns of `model.ACCOUNT`), earliest first.

    Only accounts with a creation time count; without a reference before a window (a platform's
    first weeks, a list of suspects created together) nothing is said of it.
    """
    births = _births(accounts)
    if len(births.created) < settings.min_members:
        return []
    timeline = _Timeline.of(births)
    windows = _windows(timeline, settings.q)
    networks = (_network(births, group) for group in _joined(windows))
    return [n for n in networks if len(n.members) >= settings.min_members]


@dataclass(frozen=True)
class _Births:
    """Creation times in order: account ids, times and the precision of each, milliseconds."""

    account: list[str]
    created: Integers
    precision: Integers


def _births(accounts: pa.Table) -> _Births:
    known = accounts.filter(accounts.column("created").is_valid()).sort_by(
        [("created", "ascending"), ("account", "ascending")]
    )
    created = known.column("created").to_numpy()
    precision = known.column("created_precision").fill_null(SECOND).to_numpy()
    _, instant, shared = np.unique(created, return_inverse=True, return_counts=True)
    kept = (created > 0) & ((precision > SECOND) | (shared[instant] < SAME_INSTANT))
    names = known.column("account").to_pylist()
    return _Births(
        [names[i] for i in np.flatnonzero(kept)],
        created[kept].astype(np.int64),
        precision[kept].astype(np.int64),
    )


@dataclass(frozen=True)
class _Window:
    """Hours [start, end) since 1970 with more creations than the reference allows."""

    start: int
    end: int
    width: int
    created: int
    expected: float
    p: float

    @property
    def probability(self) -> float:
        """Share of its accounts that the usual sign-ups do not account for."""
        return max(0.0, 1 - self.expected / self.created)


@dataclass
class _Timeline:
    """Creations per hour, and which hours are already explained.

    Args:
        origin: the first hour, since 1970.
        counts: per width in hours, the creations of each hour whose precision that width bears.
        found: hours inside a window found before.
        unusual: hours of the days such a window touches; they are no reference.
    """

    origin: int
    counts: dict[int, Integers]
    found: Booleans = field(repr=False)
    unusual: Booleans = field(repr=False)

    @classmethod
    def of(cls, births: _Births) -> _Timeline:
        """The hours from the first to the last creation, whole days."""
        origin = int(births.created[0] // DAY * 24)
        length = int(births.created[-1] // DAY * 24 + 24) - origin
        hour = births.created // HOUR - origin
        counts = {
            w: np.bincount(hour[births.precision <= w * HOUR], minlength=length) for w in WIDTHS
        }
        return cls(origin, counts, np.zeros(length, np.bool_), np.zeros(length, np.bool_))

    def explain(self, window: _Window) -> None:
        """Leave a window out of what comes after."""
        start, end = window.start - self.origin, window.end - self.origin
        self.found[start:end] = True
        self.unusual[start // 24 * 24 : -(-end // 24) * 24] = True

    def rate(self, start: Integers, end: Integers) -> Floats:
        """Creations per hour that windows would have on a usual day, at the most.

        The upper 95 % bound (Garwood 1936) of the busier side, or the mean of the day around an
        hour, so that one busy day is no burst in its busiest hour. NaN where the side before a
        window has no reference.
        """
        before = self._side(start - REFERENCE, start)
        after = self._side(end, end + REFERENCE)
        return np.where(
            np.isnan(before), np.nan, np.fmax(self._around(start, end), np.fmax(before, after))
        )

    def _around(self, start: Integers, end: Integers) -> Floats:
        free = ~self.found
        values = np.where(free, self.counts[WIDTHS[-1]], 0)
        near = [(start - 12, start), (end, end + 12)]
        created = sum(_between(values, a, b) for a, b in near)
        hours = sum(_between(free, a, b) for a, b in near)
        return np.asarray(np.where(end - start == 1, created / np.maximum(hours, 1), 0.0))

    def _side(self, start: Integers, end: Integers) -> Floats:
        usual = ~self.unusual
        hours = _between(usual, start, end)
        created = _between(np.where(usual, self.counts[WIDTHS[-1]], 0), start, end)
        bound = chi_square_quantile(0.95, 2 * (created + 1)) / 2
        return np.where(hours >= LEAST_REFERENCE, bound / np.maximum(hours, 1), np.nan)

    def scan(self, width: int) -> list[_Window]:
        """Every window of a width, p corrected over all windows of all widths."""
        free = ~self.found
        step = max(1, width // 2)
        start = np.arange(0, max(1, len(free) - width + 1), step)
        end = np.minimum(start + width, len(free))
        created = _between(np.where(free, self.counts[width], 0), start, end)
        start, end, created = (v[created > 1] for v in (start, end, created))
        hours = np.minimum(PEAK * _between(free, start, end), width)
        expected = self.rate(start, end) * hours
        p = _as_many(created, expected)
        tests = len(WIDTHS) * -(-len(free) // step)
        rows = zip(
            start + self.origin, end + self.origin, created, expected, p * tests, strict=True
        )
        return [
            _Window(int(s), int(e), width, int(k), float(x), float(c)) for s, e, k, x, c in rows
        ]


def _as_many(created: Integers, expected: Floats) -> Floats:
    """P(as many creations or more) at an expected number that may itself be wrong by `CAUTION`."""
    from scipy import stats  # slow to load, and only profiles that say when they began need it

    return np.asarray(stats.nbinom.sf(created - 1, CAUTION, CAUTION / (CAUTION + expected)), float)


def _between(values: npt.NDArray[np.generic], start: Integers, end: Integers) -> Integers:
    """Sums of values over [start, end), cut at the borders."""
    total = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
    last = len(values)
    return np.asarray(total[np.clip(end, 0, last)] - total[np.clip(start, 0, last)])


def _windows(timeline: _Timeline, q: float) -> list[_Window]:
    """Windows found, narrow ones first, until a whole round finds none."""
    found: list[_Window] = []
    while new := next(filter(None, (_round(timeline, width, q) for width in WIDTHS)), None):
        found += new
    return found


def _round(timeline: _Timeline, width: int, q: float) -> list[_Window]:
    """The clearest windows of one width that do not overlap; explained in the timeline."""
    # NaN (no reference) compares false
    clear = [w for w in timeline.scan(width) if w.p <= q and w.probability >= NAMED]
    clear.sort(key=lambda w: (w.p, -w.created / (w.expected + 1), w.start))
    taken: list[_Window] = []
    for window in clear:
        if all(window.end <= t.start or t.end <= window.start for t in taken):
            taken.append(window)
            timeline.explain(window)
    return taken


def _joined(windows: list[_Window]) -> Iterator[list[_Window]]:
    """Windows with less than a day between them belong to one burst."""
    group: list[_Window] = []
    end = 0
    for window in sorted(windows, key=lambda w: w.start):
        if group and window.start - end > 24:
            yield group
            group = []
        group.append(window)
        end = max(end, window.end) if len(group) > 1 else window.end
    if group:
        yield group


def _network(births: _Births, windows: list[_Window]) -> ProfileNetwork:
    members: dict[str, float] = {}
    times: list[int] = []
    for window in windows:
        first, last = np.searchsorted(births.created, [window.start * HOUR, window.end * HOUR])
        fine = births.precision[first:last] <= window.width * HOUR
        for i in first + np.flatnonzero(fine):
            name = births.account[i]
            members[name] = max(window.probability, members.get(name, 0.0))
            times.append(int(births.created[i]))
    expected = sum(window.expected for window in windows)
    p = min(1.0, *(window.p for window in windows))
    claim = _claim(len(members), min(times), max(times), expected)
    return ProfileNetwork("creation burst", members, min(times), max(times), claim, p)


def _claim(accounts: int, first: int, last: int, expected: float) -> str:
    return (
        f"{accounts:,} accounts were created between {_moment(first)} and {_moment(last)} UTC, "
        f"in hours for which the two months before and after let us expect at most "
        f"{expected:,.1f}; a wave of sign-ups to the platform would look the same."
    )


def _moment(time: int) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%d %H:%M")
