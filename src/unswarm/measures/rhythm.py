"""Machine rhythm: no daily pause, equal intervals, fixed minutes, fixed seconds.

Each is a trait of one account, counted among members and among the others that posted enough to
show it. Schedulers, feeds and newsrooms have such rhythms too, so a single one is a description.
Only equal intervals together with no pause or fixed seconds, on accounts of persons or of unknown
kind whose profile and program do not say that they are automated, are a sign of inauthenticity.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._automation import FEEDS, SCHEDULERS, Side, automated
from unswarm.measures._evidence import MEMBERS, SIDES, Row, Trait, evidence, rows
from unswarm.model import DAY, HOUR, MINUTE, SECOND
from unswarm.tails import binomial_tail

FEWEST_DAYS = 7  # active days before a missing pause means something
SHORT_PAUSE = 3 * HOUR
FEWEST_GAPS = 20
SHORT_GAP = 5 * MINUTE  # nearer posts are one sitting, or a thread
FEWEST_POSTS = 60
CLEAR = 0.001  # p of one account's clock
COARSE = 0.5  # as many posts on one second: the source cut its seconds off
SLICES = 12  # of a minute, 5 s each

GAPS = """
    SELECT s.network AS network, p.account AS account, p.time AS time, p.precision AS precision,
           p.time - lag(p.time) OVER (PARTITION BY s.network, p.account ORDER BY p.time) AS gap
    FROM post p JOIN {sides} s ON p.account = s.account
"""
PAUSES = f"""
    SELECT network, account, count(*) AS days, median(pause) AS pause FROM (
        SELECT network, account, CAST(floor(time / {DAY}.0) AS BIGINT) AS day, max(gap) AS pause
        FROM ({GAPS}) AS gaps WHERE gap IS NOT NULL
        GROUP BY network, account, CAST(floor(time / {DAY}.0) AS BIGINT)) AS daily
    GROUP BY network, account HAVING count(*) >= {FEWEST_DAYS}
"""
INTERVALS = f"""
    SELECT network, account, max(times) AS equal, CAST(sum(times) AS BIGINT) AS gaps,
           max_by(minutes, times) AS minutes
    FROM (
        SELECT network, account, CAST(floor(gap / {MINUTE}.0 + 0.5) AS BIGINT) AS minutes,
               count(*) AS times
        FROM ({GAPS}) AS gaps WHERE gap >= {SHORT_GAP} AND precision <= {MINUTE}
        GROUP BY network, account, CAST(floor(gap / {MINUTE}.0 + 0.5) AS BIGINT)) AS intervals
    GROUP BY network, account HAVING sum(times) >= {FEWEST_GAPS}
"""
MARKS = f"""
    SELECT s.network AS network, p.account AS account, count(*) AS posts,
           count(CASE WHEN CAST(floor(p.time / {MINUTE}.0) AS BIGINT) % 15 = 0 THEN 1 END)
               AS marked
    FROM post p JOIN {{sides}} s ON p.account = s.account WHERE p.precision <= {MINUTE}
    GROUP BY s.network, p.account HAVING count(*) >= {FEWEST_GAPS}
"""
SECONDS = f"""
    SELECT network, account, slice, count(*) AS posts FROM (
        SELECT s.network AS network, p.account AS account,
               CAST(floor((p.time % {MINUTE}) / {MINUTE // SLICES}.0) AS BIGINT) AS slice
        FROM post p JOIN {{sides}} s ON p.account = s.account WHERE p.precision <= {SECOND}
    ) AS slices GROUP BY network, account, slice
"""
CLOCK = f"""
    SELECT max(posts) AS fullest, CAST(sum(posts) AS BIGINT) AS posts FROM (
        SELECT p.time % {MINUTE} AS second, count(*) AS posts FROM post p
        WHERE p.precision <= {SECOND} GROUP BY p.time % {MINUTE}) AS seconds
"""
# nobody takes these for one person
TEAMS = f"""
    SELECT s.network AS network, a.account AS account
    FROM account a JOIN {SIDES} s ON a.account = s.account
    WHERE a.kind IN ('page', 'group', 'channel', 'advertiser')
"""


def _listing(select: str, order: str) -> str:
    return f"SELECT * FROM ({select.format(sides=MEMBERS)}) AS shown ORDER BY {order}, account"


_awake = Trait(
    "rhythm",
    "rhythm",
    f"pause for less than {SHORT_PAUSE // HOUR} hours on a usual day",
    f"active on {FEWEST_DAYS} days or more",
    _listing(PAUSES, "pause"),
)
_regular = Trait(
    "rhythm",
    "rhythm",
    "leave the same number of minutes between at least half of their posts",
    f"with {FEWEST_GAPS} intervals or more",
    _listing(INTERVALS, "equal DESC"),
)
_marked = Trait(
    "rhythm",
    "rhythm",
    "post on the quarter hours more than chance lets them",
    f"with {FEWEST_GAPS} posts or more",
    _listing(MARKS, "marked DESC"),
)
_ticking = Trait(
    "rhythm",
    "rhythm",
    "post at preferred seconds of the minute",
    f"with {FEWEST_POSTS} posts or more",
    _listing(SECONDS, "slice"),
)
_machine = Trait(
    "rhythm",
    "rhythm",
    "keep equal intervals, and no daily pause or preferred seconds, and do not say that they are "
    "automated",
    "with posts enough to show it",
    _listing(GAPS, "time"),
    inauthentic=True,
)

Shown = dict[Side, bool]  # who could show it → does; accounts that cannot are absent


def measure(engine: Engine) -> pa.Table:
    """Each rhythm by itself, and those members that show two and conceal it."""
    pauses, intervals, seconds = _pauses(engine), _intervals(engine), _seconds(engine)
    marks = _marks(engine)
    found: list[Row] = []
    for trait, shown in (
        (_awake, pauses),
        (_regular, intervals),
        (_marked, marks),
        (_ticking, seconds),
        (_machine, _concealed(engine, intervals, [pauses, seconds])),
    ):
        found += trait.evidence((network, yes) for (network, _), yes in shown.items())
    return evidence(found)


def _pauses(engine: Engine) -> Shown:
    found = rows(engine, PAUSES.format(sides=SIDES))
    return {_side(row): row["pause"] < SHORT_PAUSE for row in found}


def _intervals(engine: Engine) -> Shown:
    found = rows(engine, INTERVALS.format(sides=SIDES))
    return {_side(row): 2 * row["equal"] >= row["gaps"] for row in found}


def _marks(engine: Engine) -> Shown:
    found = rows(engine, MARKS.format(sides=SIDES))
    return {
        _side(row): bool(binomial_tail(row["marked"], row["posts"], 4 / 60) <= CLEAR)
        for row in found
    }


def _seconds(engine: Engine) -> Shown:
    """Chi-square of each account's seconds against uniform ones, if the source keeps seconds."""
    if _coarse(engine):
        return {}
    posts: dict[Side, Counter[int]] = defaultdict(Counter)
    for row in rows(engine, SECONDS.format(sides=SIDES)):
        posts[_side(row)][row["slice"]] = row["posts"]
    return {
        side: _uneven([own[i] for i in range(SLICES)])
        for side, own in posts.items()
        if own.total() >= FEWEST_POSTS
    }


def _coarse(engine: Engine) -> bool:
    """Whether the source cuts or rounds its seconds, whatever precision it claims."""
    (clock,) = rows(engine, CLOCK)
    return not clock["posts"] or clock["fullest"] >= COARSE * clock["posts"]


def _uneven(posts: Sequence[int]) -> bool:
    from scipy import stats  # slow to load, and only a source with seconds needs it

    return bool(stats.chisquare(posts).pvalue <= CLEAR)


def _concealed(engine: Engine, intervals: Shown, others: Sequence[Shown]) -> Shown:
    """Who could show equal intervals and another rhythm → does, without saying so."""
    openly = automated(engine, FEEDS + SCHEDULERS)
    teams = {_side(row) for row in rows(engine, TEAMS)}
    return {
        side: equal
        and any(shown.get(side, False) for shown in others)
        and not openly.get(side, False)
        and side not in teams
        for side, equal in intervals.items()
        if any(side in shown for shown in others)
    }


def _side(row: Row) -> Side:
    return row["network"], row["account"]
