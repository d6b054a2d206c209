"""How pairs will be counted, decided before the work from what it will cost.

P, the number of pairs of events within the window, is counted exactly in a time that grows with
the events alone. It tells what each way would take; `docs/performance.md` has the measurements
behind the rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from unswarm.errors import ResourceError, SettingsError, did_you_mean
from unswarm.machine import GIB, cores, free_memory

# Seconds of one core, and bytes, per event and per pair of events.
KERNEL_PER_EVENT, KERNEL_PER_PAIR = 0.3e-6, 20e-9
SQL_PER_EVENT, SQL_PER_PAIR = 2e-6, 0.9e-6
KERNEL_BYTES, SQL_BYTES = 48, 130
LOADING = 0.3  # seconds to load what was compiled; compiling takes about ten, once
# Below so many pairs SQL is done before the kernel is loaded.
FEW = 500_000
DAY = 86_400


class Way(StrEnum):
    """How pairs are counted; every way gives the same tables."""

    AUTO = "auto"
    SQL = "sql"
    KERNEL = "kernel"


ENGINES = {
    "auto": ("duckdb", Way.AUTO),
    "duckdb": ("duckdb", Way.SQL),
    "kernel": ("duckdb", Way.KERNEL),
    "spark": ("spark", Way.SQL),
}


def chosen_engine(name: str) -> tuple[str, Way]:
    """What `--engine` says: where SQL runs, and how pairs are counted.

    Raises:
        SettingsError: there is no such engine.
    """
    if name not in ENGINES:
        raise SettingsError(f"Unknown engine '{name}'. Hint: {did_you_mean(name, ENGINES)}")
    return ENGINES[name]


@dataclass(frozen=True)
class Plan:
    """One way, and what it will take.

    Args:
        way: `SQL` or `KERNEL`.
        events, pairs: N and P.
        memory: bytes; what SQL needs beyond the memory there is lies on disk.
        seconds: of the whole machine.
    """

    way: Way
    events: int
    pairs: int
    memory: int
    seconds: float

    def __str__(self) -> str:
        """One sentence for whoever waits."""
        how = {Way.SQL: "SQL", Way.KERNEL: "the compiled kernel"}[self.way]
        return (
            f"counting {self.pairs:,} pairs of {self.events:,} traces with {how}, "
            f"about {_size(self.memory)} and {_span(self.seconds)}"
        )


def plan(events: int, pairs: int, wish: Way = Way.AUTO, memory: int | None = None) -> Plan:
    """The way to count: as wished, or the one that costs less and fits.

    Args:
        events: N, all traces.
        pairs: P, pairs of traces within the window.
        wish: a way; or `AUTO`.
        memory: bytes that may be used; None: what is free now.
    """
    there = free_memory() if memory is None else memory
    way = wish
    if wish is Way.AUTO:
        worth = pairs > max(events, FEW) or SQL_BYTES * pairs > there / 2
        way = Way.KERNEL if worth else Way.SQL
    return Plan(way, events, pairs, _bytes(way, events, pairs), _seconds(way, events, pairs))


def must_fit(needed: int, memory: int, hint: str) -> None:
    """Refuse what can not fit.

    Raises:
        ResourceError: more bytes are needed than there are.
    """
    if needed > memory:
        raise ResourceError(
            f"This needs about {_size(needed)} of memory; {_size(memory)} are free. Hint: {hint}"
        )


def must_end(made: Plan) -> None:
    """Refuse what would take days.

    Raises:
        ResourceError: the estimate is above a day.
    """
    if made.seconds > DAY:
        raise ResourceError(
            f"{made.pairs:,} pairs of traces would take about {made.seconds / DAY:.0f} days here. "
            "Hint: a cap leaves out what viral objects add (--cap 1000), a narrower --window less."
        )


def _bytes(way: Way, events: int, pairs: int) -> int:
    return KERNEL_BYTES * events if way is Way.KERNEL else SQL_BYTES * (events + pairs)


def _seconds(way: Way, events: int, pairs: int) -> float:
    if way is Way.KERNEL:
        return LOADING + (KERNEL_PER_EVENT * events + KERNEL_PER_PAIR * pairs) / cores()
    return (SQL_PER_EVENT * events + SQL_PER_PAIR * pairs) / cores()


def _size(amount: int) -> str:
    return f"{amount / GIB:.1f} GiB" if amount >= GIB else f"{max(amount >> 20, 1):,} MiB"


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{max(seconds, 1):.0f} s"
