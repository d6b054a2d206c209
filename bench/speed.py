"""How fast pairs are counted: every engine in a process of its own, beside a peer and a floor.

    python bench/speed.py [--sizes 1M 10M 100M] [--viral] [--only kernel duckdb …] [--repeat 3]
                          [--limit 600] [--folder DIR] [--write docs/performance.md]

Events are skewed, with planted groups (`_events.py`), the same for everybody. A window of 60 s, two
objects at least, no cap but where objects are viral. Each engine reads the Parquet file and writes
its edges; CPU seconds are user and system of the whole process, the least of the repeats. The
peer, coordination-network-toolkit, reads the CSV it wants; making that is not counted. What takes
longer than the limit (wall seconds) is killed and shown as such.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from _curve import curve
from _events import Shape, write
from _measure import Cost, measured
from _runs import table
from unswarm.machine import GIB, cores

HERE = Path(__file__).parent
SIZES = {"100k": 10**5, "1M": 10**6, "10M": 10**7, "100M": 10**8}
VIRAL = {"1M": (2, 20_000), "10M": (3, 300_000)}
WINDOW, MINIMUM, CAP = 60, 2, 1000
OURS = ("kernel", "duckdb", "spark")
PEERS = ("plain duckdb", "toolkit")
SLOW = {"spark": 10**6, "toolkit": 10**6, "duckdb": 10**6, "plain duckdb": 10**7}
TOOLKIT = HERE / ".toolkit" / "bin" / "compute_networks"
MARKS = ("<!-- measured: begin -->", "<!-- measured: end -->")


@dataclass(frozen=True)
class Row:
    """One engine on one set of events."""

    size: str
    engine: str
    events: int
    pairs: int
    cost: Cost
    edges: int | None
    planted: float | None


def main() -> None:
    """Measure, print, and write the page if asked."""
    options = _options()
    options.folder.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    floors: dict[str, dict[str, float]] = {}
    for name in options.sizes:
        events = _made(name, Shape(SIZES[name]), options.folder)
        rows += _rows(name, events, Shape(SIZES[name]), options, cap=0)
        pairs = next((row.pairs for row in rows if row.size == name and row.pairs), 0)
        floors[name] = _floor(events, pairs, options.folder)
        _say(rows, floors)
    for name in options.sizes if options.viral else ():
        if name in VIRAL:
            shape = Shape(SIZES[name], *VIRAL[name])
            viral = f"{name} + {VIRAL[name][0]} viral"
            only = Namespace(**{**vars(options), "only": ["kernel"]})
            rows += _rows(viral, _made(viral, shape, options.folder), shape, only, cap=CAP)
    _say(rows, floors)
    if options.write:
        _write(options.write, rows, floors)


def _options() -> Namespace:
    parser = ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sizes", nargs="+", default=["1M", "10M"], choices=SIZES)
    parser.add_argument("--only", nargs="+", choices=[*OURS, *PEERS], help="engines")
    parser.add_argument("--viral", action="store_true", help="viral objects, too")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each; the least counts")
    parser.add_argument("--limit", type=float, default=600, help="wall seconds of one run")
    parser.add_argument("--folder", type=Path, default=HERE / ".speed", help="for the data")
    parser.add_argument("--write", type=Path, help="page to write the results into")
    return parser.parse_args()


def _made(name: str, shape: Shape, folder: Path) -> Path:
    path = folder / f"events {name}.parquet"
    if not path.exists():
        print(f"making {path.name} …", file=sys.stderr)
        aside = path.with_suffix(".partial")
        write(shape, aside)
        aside.replace(path)
    return path


# --- runs


def _rows(name: str, events: Path, shape: Shape, options: Namespace, cap: int) -> list[Row]:
    found = []
    for engine in options.only or [*OURS, *PEERS]:
        if shape.events > SLOW.get(engine, shape.events) or not _is_there(engine):
            continue
        edges = options.folder / f"edges {engine}.parquet"
        edges.unlink(missing_ok=True)
        command = _command(engine, events, edges, cap)
        costs = [measured(command, options.limit, options.folder) for _ in range(options.repeat)]
        best = min(costs, key=lambda cost: (not cost.ended, cost.cpu))
        found.append(_row(name, engine, shape, best, edges))
        print(f"{name}, {engine}: {_cpu(best)}", file=sys.stderr)
    return found


def _is_there(engine: str) -> bool:
    if engine == "spark":
        return find_spec("pyspark") is not None and shutil.which("java") is not None
    return engine != "toolkit" or TOOLKIT.exists()


def _command(engine: str, events: Path, edges: Path, cap: int) -> Sequence[str | Path]:
    if engine == "plain duckdb":
        script = HERE / "engines" / "plain_duckdb.py"
        return [sys.executable, script, events, edges, str(WINDOW * 1000), str(MINIMUM)]
    if engine == "toolkit":
        return _toolkit(events)
    unswarm: list[str | Path] = [
        sys.executable,
        "-m",
        "unswarm",
        "pairs",
        events,
        "--to",
        edges,
        "--json",
    ]
    what = ["--window", f"{WINDOW}s", "--min", str(MINIMUM), "--cap", str(cap)]
    return [*unswarm, *what, "--engine", engine]


def _toolkit(events: Path) -> Sequence[str | Path]:
    """Its CSV is made first; both of its commands are counted."""
    rows = pq.read_table(events)
    n, empty = len(rows), pa.array([""] * len(rows))
    columns = {
        "message_id": pa.array(range(n)),
        "user_id": rows["account"],
        "username": rows["account"],
        "repost_id": rows["object"],
        **dict.fromkeys(("reply_id", "message"), empty),
        "timestamp": pa.compute.divide(rows["time"].cast(pa.float64()), 1000.0),
        "urls": empty,
    }
    source, database = events.with_suffix(".csv"), events.with_suffix(".db")
    csv.write_csv(pa.table(columns), source)
    database.unlink(missing_ok=True)
    first = f'"{TOOLKIT}" "{database}" preprocess --format csv "{source}"'
    second = f'"{TOOLKIT}" "{database}" compute co_retweet --time_window {WINDOW}'
    return ["sh", "-c", f"{first} && {second} --min_edge_weight {MINIMUM} --n_cpus {cores()}"]


def _row(name: str, engine: str, shape: Shape, cost: Cost, edges: Path) -> Row:
    told = _told(cost.said) if engine in OURS else {}
    found = planted = None
    if cost.ended and edges.exists():
        ends = pq.read_table(edges, columns=["source", "target"])
        found, planted = len(ends), _planted(ends, shape)
    return Row(
        name,
        engine,
        told.get("traces", shape.events),
        told.get("pairs_of_traces", 0),
        cost,
        found,
        planted,
    )


def _told(said: str) -> dict[str, int]:
    found = re.search(r"\{.*\}", said, re.DOTALL)
    return json.loads(found[0]) if found else {}


def _planted(ends: pa.Table, shape: Shape) -> float:
    """Share of the pairs inside planted groups that are among the edges."""
    groups = shape.planted()
    first = int(groups.min())
    low = pa.compute.greater_equal(ends["source"], first)
    inner = ends.filter(low)
    group = (inner["source"].to_numpy() - first) // groups.shape[1]
    same = group == (inner["target"].to_numpy() - first) // groups.shape[1]
    each = groups.shape[1] * (groups.shape[1] - 1) // 2
    return float(same.sum() / (len(groups) * each))


def _floor(events: Path, pairs: int, folder: Path) -> dict[str, float]:
    script = HERE / "engines" / "floor.py"
    cost = measured([sys.executable, script, events, str(pairs)], 3600, folder)
    return dict(json.loads(cost.said[cost.said.rindex("{") :])) if cost.ended else {}


# --- what is shown


def _say(rows: Sequence[Row], floors: dict[str, dict[str, float]]) -> None:
    print(_table(rows, floors), end="\n\n")


def _table(rows: Sequence[Row], floors: dict[str, dict[str, float]]) -> str:
    header = ("events", "pairs", "engine", "CPU s", "wall s", "peak MiB", "ratio to unswarm")
    return table((*header, "ratio to floor", "edges", "planted"), list(_lines(rows, floors)))


def _lines(rows: Sequence[Row], floors: dict[str, dict[str, float]]) -> Iterator[list[str]]:
    best = {row.size: row.cost.cpu for row in rows if row.engine == "kernel"}
    pairs = {row.size: row.pairs for row in rows if row.pairs}
    for row in rows:
        floor = sum(floors.get(row.size, {}).values())
        ratio = row.cost.cpu / best[row.size] if best.get(row.size) else None
        yield [
            row.size,
            f"{pairs.get(row.size, 0) / 1e6:,.1f} M",
            _name(row.engine),
            _cpu(row.cost),
            f"{row.cost.wall:,.1f}",
            f"{row.cost.peak / 2**20:,.0f}",
            "" if ratio is None else f"{'> ' * (not row.cost.ended)}{ratio:,.1f}",
            f"{row.cost.cpu / floor:,.1f}" if floor and row.cost.ended else "",
            "" if row.edges is None else f"{row.edges:,}",
            "" if row.planted is None else f"{row.planted:.1%}",
        ]
    for size, parts in floors.items():
        shown = ", ".join(f"{name} {seconds:.2f}" for name, seconds in parts.items())
        yield [
            size,
            "",
            f"floor ({shown})",
            f"{sum(parts.values()):,.2f}",
            *[""] * 3,
            "1.0",
            "",
            "",
        ]


def _name(engine: str) -> str:
    names = {"toolkit": "coordination-network-toolkit", "plain duckdb": "plain DuckDB"}
    return names.get(engine, f"unswarm, {engine}")


def _cpu(cost: Cost) -> str:
    if cost.ended:
        return f"{cost.cpu:,.2f}"
    return f"> {cost.cpu:,.0f} (stopped)"


def _write(page: Path, rows: Sequence[Row], floors: dict[str, dict[str, float]]) -> None:
    """Put the table between the page's marks, and the curves beside it."""
    text = page.read_text("utf-8")
    begin, end = (text.index(mark) for mark in MARKS)
    middle = f"{MARKS[0]}\n{_machine()}\n\n{_table(rows, floors)}\n"
    page.write_text(text[:begin] + middle + text[end:], "utf-8")
    lines: dict[str, list[tuple[float, float]]] = {}
    memory: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if row.size in SIZES and row.cost.ended:
            lines.setdefault(_name(row.engine), []).append((row.events, row.cost.cpu))
            memory.setdefault(_name(row.engine), []).append((row.events, row.cost.peak / 2**20))
    floor = [(float(SIZES[size]), sum(parts.values())) for size, parts in floors.items() if parts]
    if floor:
        lines["floor"] = floor
    stem = page.with_suffix("")
    for what, unit, shown in (("cpu", "CPU seconds", lines), ("memory", "peak MiB", memory)):
        picture = curve(f"Counting pairs: {unit}", "events", unit, shown)
        stem.with_name(f"{stem.name}-{what}.svg").write_text(picture, "utf-8")


def _machine() -> str:
    """The machine in a line."""
    model = "an unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"model name\s*: (.+)", info.read_text("utf-8"))
        model = found[1] if found else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    versions = f"Python {platform.python_version()}"
    return f"Measured on {model}, {cores()} cores, {memory:.0f} GiB; {versions}."


if __name__ == "__main__":
    main()
