"""The folder of one run: its tables, what it was made from, and how long it took.

A run's id is a hash of all that decides its result: settings, sources, the list it tested and the
version. Rows are sorted and files carry no time, so that the same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import platform
import resource
import shutil
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unswarm import __version__
from unswarm.engines import Engine
from unswarm.folder import aside, write_toml
from unswarm.model import MEMBERSHIP, RUNS
from unswarm.progress import Progress
from unswarm.settings import Settings
from unswarm.store import Taken

LIBRARIES = ("duckdb", "numpy", "pyarrow", "scipy")
KEPT = 5  # runs of a watch
KEPT_IN_ENGINE = ("trace", "heavy")  # too long for memory: the engine writes them itself


class Stopwatch:
    """Passes progress on and adds up the seconds each step took."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._step = "starting"
        self._since = time.monotonic()
        self.seconds: dict[str, float] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        self._add()
        self._step = what
        self._progress(what, done, total)

    def as_dict(self) -> dict[str, Any]:
        """Seconds in all and by step, and the most memory the process held, MiB."""
        self._add()
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        return {
            "seconds": round(sum(self.seconds.values()), 3),
            "peak_memory_mib": round(peak / 2**20),
            "steps": {step: round(seconds, 3) for step, seconds in self.seconds.items()},
        }

    def _add(self) -> None:
        now = time.monotonic()
        self.seconds[self._step] = self.seconds.get(self._step, 0.0) + now - self._since
        self._since = now


def statement(
    settings: Settings,
    taken: Sequence[Taken],
    listed: Sequence[str] | None,
    missing: Sequence[str],
    since: int | None = None,
) -> dict[str, Any]:
    """What a run is made from; `run` is its id."""
    made_from: dict[str, Any] = {
        "version": __version__,
        "settings": settings.as_dict(),
        "sources": [_source(source) for source in taken],
    }
    if since is not None:
        made_from["since"] = since
    if listed is not None:
        made_from |= {"listed": list(listed), "missing": list(missing)}
    digest = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()
    return {"run": digest[:12], **made_from, "versions": _versions()}


def _source(source: Taken) -> dict[str, Any]:
    """What decides the result; where the file lay and when it was read do not."""
    state = {"state": source.state} if source.live else {}
    return {
        **state,
        "path": source.path if source.live else Path(source.path).name,
        "sha256": source.sha256,
        "size": source.size,
        "reader": source.reader,
        "columns": dict(source.columns),
        "comparison": source.comparison,
        "precision": source.precision,
        "rows": source.rows.get("post") or max(source.rows.values(), default=0),
        "tables": dict(source.rows),
        "quarantined": source.quarantined,
    }


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def counts(
    engine: Engine, taken: Sequence[Taken], tables: Mapping[str, pa.Table]
) -> dict[str, int]:
    """How much was read and how much was found."""
    tiers = tables["network"]["tier"].to_pylist()
    return {
        "sources": len(taken),
        "posts": _count(engine, "post"),
        "accounts": _count(engine, "account"),
        "comparison": _count(engine, "comparison"),
        "quarantined": sum(source.quarantined for source in taken),
        "confirmed": tiers.count("confirmed"),
        "leads": tiers.count("lead"),
    }


def seen_in(engine: Engine) -> list[str]:
    """The signals that had something to look at."""
    rows = engine.fetch("SELECT DISTINCT signal FROM trace ORDER BY signal")
    found: list[str] = rows["signal"].to_pylist()
    return found


def _count(engine: Engine, table: str) -> int:
    rows: int = engine.fetch(f"SELECT count(*) AS rows FROM {table}")["rows"][0].as_py()
    return rows


def save_run(
    engine: Engine,
    folder: Path,
    tables: Mapping[str, pa.Table],
    run: Mapping[str, Any],
    watch: Stopwatch,
) -> None:
    """Write a run's folder aside and put it in its place."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name in KEPT_IN_ENGINE:
        engine.save(f"SELECT * FROM {name} ORDER BY ALL", partial / f"{name}.parquet")
    for name, table in tables.items():
        write_table(partial / f"{name}.parquet", table)
    write_toml(partial / "run.toml", plain(run))
    write_toml(partial / "timing.toml", watch.as_dict())
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def see_run(engine: Engine, folder: Path) -> None:
    """Let SQL read the tables of a run; those that an older run lacks are empty."""
    for name, table in RUNS.items():
        engine.see(name, table.schema.empty_table())
    for file in sorted(folder.glob("*.parquet")):
        engine.see(file.stem, file)


def ever(now: pa.Table, before: Path) -> pa.Table:
    """Members of the networks of a run, and of all earlier ones that are not among them.

    Args:
        now: `model.MEMBERSHIP` of the run.
        before: a file of what this gave after the run before.
    """
    found = MEMBERSHIP.fit(now)
    if not before.exists():
        return found
    earlier = MEMBERSHIP.fit(pq.read_table(before))
    gone = pc.invert(pc.is_in(earlier["network"], found["network"].unique()))
    return pa.concat_tables([found, earlier.filter(gone)])


def forget(runs: Path, named: Collection[str], kept: int = KEPT) -> None:
    """Remove the folders of older runs that nobody speaks of.

    Args:
        runs: the folder of all of them.
        named: ids of runs that stay.
        kept: how many of the latest stay besides.
    """
    done = sorted(runs.iterdir(), key=lambda folder: folder.stat().st_mtime)
    for folder in done[:-kept]:
        if folder.name not in named:
            shutil.rmtree(folder, ignore_errors=True)


def write_table(path: Path, table: pa.Table) -> None:
    """A table of a run → Parquet, rows sorted by all columns in order."""
    fitted = RUNS[path.stem].fit(table) if path.stem in RUNS else table
    ordered = fitted.sort_by([(name, "ascending") for name in fitted.column_names])
    with aside(path) as partial:
        pq.write_table(ordered.combine_chunks(), partial, compression="zstd")


def plain(value: Any) -> Any:
    """Values TOML can hold: numbers of Python, no nulls."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value if item is not None]
    return value.item() if hasattr(value, "item") else value
