"""What no program can do without, in CPU seconds: EVENTS PAIRS → read, sort, touch as JSON.

Read the three columns; sort the events by object and time; touch one random place of a table of
20 MB for every pair. The sort is the counting sort that the kernel uses, which is faster than any
general one here; touches are measured on up to 50 million and scaled.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numba import njit

from unswarm.arrays import Small
from unswarm.co_actions.coded import Coded, ordered

TOUCHES, PLACES = 50_000_000, 5_000_000


@njit("int64(int32[::1], int32[::1])", cache=True)
def touch(table: Small, where: Small) -> int:
    """Add up the places of a table."""
    total = 0
    for place in where:
        total += table[place]
    return total


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """What the work gives, and its CPU seconds."""
    begin = time.process_time()
    result = work(*arguments)
    return result, time.process_time() - begin


def read(path: str) -> pa.Table:
    """The three columns."""
    query = f"SELECT account, object, time FROM '{path}'"
    found = duckdb.sql(query)
    assert found is not None
    return found.to_arrow_table()


events, pairs = sys.argv[1], int(sys.argv[2])
table, reading = timed(read, events)
account, item, when = (np.asarray(table[name]) for name in ("account", "object", "time"))
counts = (int(account.max()) + 1, int(item.max()) + 1)
traces = Coded(account.astype(np.int32), item.astype(np.int32), when, np.array([0]), *counts)
_, sorting = timed(ordered, traces)
random = np.random.default_rng(0)
where = random.integers(0, PLACES, min(pairs, TOUCHES), dtype=np.int32)
_, touching = timed(touch, np.ones(PLACES, np.int32), where)
scaled = touching * pairs / max(len(where), 1)
json.dump({"read": reading, "sort": sorting, "touch": scaled}, sys.stdout)
