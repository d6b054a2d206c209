"""Skewed synthetic events with planted groups, for the benchmarks of speed.

Objects are as popular as Zipf's law has it, up to a ceiling; an object's events come in bursts soon
after it appeared; accounts are active by a power law. Groups of ten accounts are planted that touch
twelve objects of their own together, within half a minute each. Everything is drawn from a seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Ints = NDArray[np.int64]

DAYS = 30
MONTH = DAYS * 86_400_000
MILLION = 1_000_000
CEILING = 0.0074  # weight of the most popular objects; Zipf's law would give the first one 1
GROUP, TOGETHER, SPREAD = 10, 12, 30_000
EVENTS_PER_ACCOUNT, EVENTS_PER_OBJECT, EVENTS_PER_GROUP = 20, 12, 50_000


@dataclass(frozen=True)
class Shape:
    """How many events of which kind.

    Args:
        events: ordinary ones.
        viral: objects that very many accounts touch within one minute.
        crowd: accounts that touch each of them.
        seed: of all draws.
    """

    events: int
    viral: int = 0
    crowd: int = 0
    seed: int = 0

    @property
    def accounts(self) -> int:
        """Ordinary accounts; those of planted groups have higher numbers."""
        return self.events // EVENTS_PER_ACCOUNT

    @property
    def groups(self) -> int:
        """Planted groups."""
        return max(2, self.events // EVENTS_PER_GROUP)

    def planted(self) -> NDArray[np.int64]:
        """Account numbers of each group, shape (groups, 10)."""
        return self.accounts + np.arange(self.groups * GROUP).reshape(self.groups, GROUP)


def write(shape: Shape, path: Path) -> None:
    """Events as Parquet, ordered by time: account (int32), object (int32), time (int64, ms)."""
    account, item, time = _events(shape)
    order = np.argsort(time, kind="stable")
    names = ("account", "object", "time")
    columns = [pa.array(column[order]) for column in (account, item, time)]
    pq.write_table(pa.table(dict(zip(names, columns, strict=True))), path, row_group_size=1 << 20)


def _events(shape: Shape) -> tuple[NDArray[np.int32], NDArray[np.int32], Ints]:
    random = np.random.default_rng(shape.seed)
    ordinary = _ordinary(shape, random)
    objects = max(1, shape.events // EVENTS_PER_OBJECT)
    planted = _planted(shape, random, objects)
    viral = _viral(shape, random, objects + shape.groups * TOGETHER)
    parts = zip(ordinary, planted, viral, strict=True)
    account, item, time = (np.concatenate(part) for part in parts)
    return account.astype(np.int32), item.astype(np.int32), time


def _ordinary(shape: Shape, random: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    n, objects = shape.events, max(1, shape.events // EVENTS_PER_OBJECT)
    item = _drawn(random, _popularity(objects, n), n)
    account = _drawn(random, random.pareto(1.5, shape.accounts) + 1, n)
    born = random.integers(0, MONTH, objects)
    burst = random.random(n) < 0.27
    late = np.where(burst, random.exponential(60_000, n), random.lognormal(15.5, 1.5, n))
    return account, item, born[item] + late.astype(np.int64)


def _popularity(objects: int, events: int) -> NDArray[np.float64]:
    """Weights by rank: the same sizes of objects, however many events there are."""
    rank = np.arange(1, objects + 1) * (MILLION / events)
    return np.asarray(np.minimum(rank**-1.1, CEILING), float)


def _drawn(random: np.random.Generator, weight: NDArray[np.float64], n: int) -> Ints:
    """n codes, each as often as its weight says."""
    edges = np.cumsum(weight)
    drawn = np.searchsorted(edges, random.random(n) * edges[-1])
    return np.asarray(np.minimum(drawn, len(weight) - 1), np.int64)


def _planted(shape: Shape, random: np.random.Generator, first: int) -> tuple[Ints, Ints, Ints]:
    groups, each = shape.groups, TOGETHER * GROUP
    account = np.tile(shape.planted()[:, None, :], (1, TOGETHER, 1)).reshape(-1)
    item = first + np.repeat(np.arange(groups * TOGETHER), GROUP)
    moment = np.repeat(random.integers(0, MONTH, groups * TOGETHER), GROUP)
    return account, item, moment + random.integers(0, SPREAD, groups * each)


def _viral(shape: Shape, random: np.random.Generator, first: int) -> tuple[Ints, Ints, Ints]:
    everybody = shape.accounts + shape.groups * GROUP
    crowds = [
        random.choice(everybody, min(shape.crowd, everybody), replace=False)
        for _ in range(shape.viral)
    ]
    account = np.concatenate([np.zeros(0, np.int64), *crowds])
    item = first + np.repeat(np.arange(shape.viral), [len(crowd) for crowd in crowds] or 0)
    moment = random.integers(0, MONTH, shape.viral)[item - first] if shape.viral else item
    return account, item, moment + random.integers(0, 60_000, len(account))
