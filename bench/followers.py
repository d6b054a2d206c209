"""How fast a hundred million followers are read and counted, and whether the count is right.

    python bench/followers.py [ROWS] [--memory 4GB] [--folder DIR]

Makes ROWS (default 100,000,000) follow rows over 89 pages whose followers overlap heavily, with ISO
times and countries, as one Parquet file; the same rows every time. Reads it into a case, lets the
measure `audience` count everybody once, and compares the figures with the truth. Each step runs in
a process of its own. The floors are what DuckDB alone needs for the same file: to look at every
value, and to count the different accounts.
"""

from __future__ import annotations

import resource
import time
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from _runs import table
from unswarm.case import open_case
from unswarm.engines import Engine, open_engine
from unswarm.engines.duckdb import DuckDB
from unswarm.measures import audience
from unswarm.model import ACCOUNT, RUNS
from unswarm.store import see_events

PAGES = 89
OWN = 12  # of the network's accounts that follow its pages
CHUNK = 1_000_000
NAMES = ("account", "target", "time", "country")
COUNTRIES = ("RO", "MD", "DE", None)
FIRST_ID = 100_000_000_000_000
START, YEARS = 1_420_070_400, 5 * 365 * 86_400  # 2015, seconds


@dataclass(frozen=True)
class Truth:
    """What the rows hold, counted while they are made."""

    others: int
    own: int
    unknown: int  # others whose country is not known


@dataclass(frozen=True)
class Step:
    """What one step gave, and what it cost."""

    result: Any
    seconds: float
    processor: float  # seconds of all cores: what other programs at the same time do not change
    peak: int  # MiB


def main() -> None:
    """Make, read, count, compare; print seconds, memory and ratios."""
    parser = ArgumentParser(description="Speed and correctness with very many followers.")
    parser.add_argument("rows", type=int, nargs="?", default=100_000_000)
    parser.add_argument("--memory", help="what DuckDB may use; default: 80 % of the machine")
    parser.add_argument("--folder", type=Path, help="where to work; default: the system's")
    asked = parser.parse_args()
    with TemporaryDirectory(dir=asked.folder) as folder:
        run(asked.rows, Path(folder), asked.memory)


def run(rows: int, folder: Path, memory: str | None) -> None:
    """The whole benchmark in one folder."""
    source, case = folder / "followers.parquet", folder / "case"
    truth = make(rows, source)
    print(f"{rows:,} rows, {PAGES} pages, {source.stat().st_size / 1e9:.2f} GB of Parquet")
    lengths = " + ".join(f"sum(length({name}))" for name in NAMES)
    scan = alone(partial(floor, source, lengths, memory))
    count = alone(partial(floor, source, "count(DISTINCT account)", memory))
    read = alone(partial(read_into, case, source))
    measured = alone(partial(measure, case, memory))
    print(
        table(
            ["step", "seconds", "of processor", "peak MiB", "ratio to floor, of processor"],
            [
                _line("floor: scan of the file", scan, scan),
                _line("floor: count(DISTINCT account)", count, count),
                _line("read into a case", read, scan),
                _line("measure: everybody once", measured, count),
            ],
        )
    )
    claims: list[str] = measured.result
    print(*claims, sep="\n")
    expected = (f"{truth.others:,} accounts ", f"so did {truth.own:,} accounts")
    right = all(text in claims[0] for text in expected)
    right &= f"of {truth.unknown:,} (" in claims[1] and count.result == truth.others + truth.own
    print(f"{truth}: {'equal' if right else 'NOT EQUAL'}; rows read: {read.result:,}")


def _line(name: str, step: Step, base: Step) -> list[str]:
    ratio = step.processor / base.processor
    times = f"{step.seconds:.1f}", f"{step.processor:.1f}"
    return [name, *times, f"{step.peak:,}", f"{ratio:.1f}"]


def make(rows: int, path: Path) -> Truth:
    """Write the rows; low account numbers follow many pages."""
    draw, people = np.random.default_rng(1), max(rows // 4, OWN)
    seen = np.zeros(people, np.bool_)
    pages = pa.array([f"page{number}" for number in range(PAGES)])
    schema = pa.schema([(name, pa.string()) for name in NAMES])
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for begin in range(0, rows, CHUNK):
            size = min(CHUNK, rows - begin)
            number = (people * draw.random(size) ** 2).astype(np.int64)
            seen[number] = True
            moment = (START + draw.integers(0, YEARS, size)).astype("datetime64[s]")
            columns = (
                pa.array(FIRST_ID + number).cast(pa.string()),
                pages.take(pa.array(draw.integers(0, PAGES, size))),
                pa.array(moment).cast(pa.string()),
                pa.array(COUNTRIES).take(pa.array(number % len(COUNTRIES))),
            )
            file.write_table(pa.table(list(columns), schema=schema))
    unknown = int(seen[OWN:][np.arange(OWN, people) % len(COUNTRIES) == 3].sum())
    return Truth(int(seen[OWN:].sum()), int(seen[:OWN].sum()), unknown)


def alone(work: Callable[[], Any]) -> Step:
    """Do something in a new process, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_timed, work).result()


def _timed(work: Callable[[], Any]) -> Step:
    begin, processor = time.perf_counter(), time.process_time()
    result = work()
    seconds, processor = time.perf_counter() - begin, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return Step(result, seconds, processor, peak)


def floor(source: Path, what: str, memory: str | None) -> int:
    """What DuckDB alone needs for the file."""
    engine = limited(memory)
    engine.see("follow", source)
    return int(engine.fetch(f"SELECT {what} FROM follow").column(0)[0].as_py())


def read_into(case: Path, source: Path) -> int:
    """Take the file into a new case; how many rows that were."""
    (reading,) = open_case(case).read(source)
    return int(reading.rows["follow"])


def limited(memory: str | None) -> Engine:
    """An engine that may use so much memory."""
    engine = open_engine()
    if memory and isinstance(engine, DuckDB):
        engine.connection.execute(f"SET memory_limit = '{memory}'")
    return engine


def measure(case: Path, memory: str | None) -> list[str]:
    """What the measure says of a network that has all the pages and a few of the followers.

    Every page says how many follow it, so that the length of each list is looked up, too.
    """
    engine = limited(memory)
    see_events(engine, case / "events", open_case(case).sources)
    pages = [f"page{number}" for number in range(PAGES)]
    engine.see(
        "account", ACCOUNT.rows([{"account": p, "kind": "page", "followers": 1} for p in pages])
    )
    members = [*pages, *(str(FIRST_ID + number) for number in range(OWN))]
    rows = {"membership": [{"network": "n1", "account": account} for account in members]}
    for name, table_of in RUNS.items():
        engine.see(name, table_of.rows(rows.get(name, [])))
    found: list[str] = audience.measure(engine)["claim"].to_pylist()
    return found


if __name__ == "__main__":
    main()
