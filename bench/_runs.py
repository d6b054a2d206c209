"""Runs of a benchmark that can be interrupted, and the figures printed of them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scipy import stats

Row = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """One method on one seed of one scenario."""

    scenario: str
    seed: int
    method: str


def options(description: str, seeds: int) -> ArgumentParser:
    """The options every benchmark has."""
    parser = ArgumentParser(description=description)
    parser.add_argument("--seeds", type=int, default=seeds, help="worlds of each kind")
    parser.add_argument("--start", type=int, default=1, help="first seed")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--out", type=Path, help="JSON lines; a run that was broken off resumes")
    return parser


def run(
    jobs: Sequence[Job], measure: Callable[[Job], Row], out: Path | None, processes: int
) -> list[Row]:
    """The rows of all jobs; those that `out` holds already are not run again.

    Args:
        jobs: in an order that keeps one world's methods together.
        measure: a job → its figures.
        out: a JSON-lines file that each row is appended to as it comes; None: keep nothing.
        processes: how many work at once.
    """
    done = _read(out)
    missing = [job for job in jobs if job not in done]
    for job, figures in _measured(missing, measure, processes):
        done[job] = {**asdict(job), **figures}
        _append(out, done[job])
    return [done[job] for job in jobs]


def upper_bound(hits: int, trials: int, confidence: float = 0.95) -> float:
    """Clopper-Pearson (1934): the largest rate that `hits` of `trials` does not rule out."""
    if hits >= trials:
        return 1.0
    return float(stats.beta.ppf(confidence, hits + 1, trials - hits))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table with aligned columns."""
    lines = [list(header), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = [_line(cells, widths) for cells in lines]
    return "\n".join([shown[0], _line(["-" * width for width in widths], widths), *shown[1:]])


def mean(values: Iterable[float]) -> float:
    """The mean; nan of nothing."""
    collected = list(values)
    return sum(collected) / len(collected) if collected else float("nan")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def _measured(
    jobs: Sequence[Job], measure: Callable[[Job], Row], processes: int
) -> Iterator[tuple[Job, Row]]:
    """Each job's figures as they come; one process makes a world once for all its methods."""
    if processes == 1:
        yield from ((job, measure(job)) for job in jobs)
        return
    methods = len({job.method for job in jobs}) or 1
    with ProcessPoolExecutor(processes) as pool:
        yield from zip(jobs, pool.map(measure, jobs, chunksize=methods), strict=True)


def _read(out: Path | None) -> dict[Job, Row]:
    """The rows kept so far; a last line torn by an interruption is cut off."""
    if out is None or not out.exists():
        return {}
    text = out.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        out.write_text(whole, encoding="utf-8")
    rows = map(json.loads, whole.splitlines())
    return {Job(row["scenario"], row["seed"], row["method"]): row for row in rows}


def _append(out: Path | None, row: Row) -> None:
    if out is not None:
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
