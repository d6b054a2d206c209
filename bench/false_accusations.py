"""Whom do the rules accuse where nobody acts in concert?

    python bench/false_accusations.py --seeds 5
    python bench/false_accusations.py --worlds everything fandom --seeds 100 --start 101 --no-rules
    python bench/false_accusations.py --shifted --seeds 3 --start 201 --no-rules
    python bench/false_accusations.py --real russian_coord_tweets.parquet --seeds 3

Every account named is a false accusation, on worlds because they are made so, on the real table
once its synchrony is destroyed: a bootstrap draw of its accounts, and the times of each object
dealt anew among its sharers, wherever an object has sharers outside of what was detected.
"""

from __future__ import annotations

from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

import _unswarm
from _runs import Job, Row, mean, options, run, table, upper_bound
from rules import RULES
from unswarm.model import DAY, SECOND
from unswarm.simulate import ORGANIC, WORLDS, World, world

OURS, LEADS = "unswarm", "unswarm, leads too"
AS_IS, DESTROYED = "as collected", "synchrony destroyed"

_everything = WORLDS["everything"]
SHIFTED: dict[str, Callable[[int], World]] = {
    "homophily .9, 20 communities": partial(world, _everything, homophily=0.9, communities=20),
    "10 days": partial(world, _everything, days=10),
    "12,000 accounts": partial(world, _everything, accounts=12_000, objects=40_000),
    "no sessions": partial(world, replace(_everything, sessions=False)),
    "12 of 13 are fandoms": partial(world, _everything, communities=13, homophily=0.85),
}


# ------------------------------------------------------------------ one job


def accuse(data: World, method: str) -> Row:
    """Accounts and networks that a method names in data without coordination."""
    acting = int((data.activity > 0).sum())
    if method != OURS:
        return {"acting": acting, "accounts": len(RULES[method](data))}
    found = _unswarm.detect(data)
    return {
        "acting": acting,
        "accounts": len(found.named),
        "networks": len(found.networks),
        "mentioned": len(found.mentioned),
        "leads": len(found.leads),
    }


def on_world(job: Job) -> Row:
    """Figures of a simulated world."""
    return accuse(_simulated(job.scenario, job.seed), job.method)


def on_real(path: Path, job: Job) -> Row:
    """Figures of a real table, as it is or destroyed."""
    data = read_real(path)
    if job.scenario == DESTROYED:
        data = destroy(data, _suspects(path), np.random.default_rng(job.seed))
    return accuse(data, job.method)


@lru_cache(maxsize=1)
def _simulated(scenario: str, seed: int) -> World:
    make = SHIFTED.get(scenario, partial(world, scenario))
    return make(seed)


# ------------------------------------------------------------------ real data


@lru_cache(maxsize=1)
def read_real(path: Path) -> World:
    """A Parquet table of object_id, account_id and timestamp_share (seconds), as CooRTweet has it.

    An account shares an object once: the first time counts. Nothing is known of the objects: they
    are taken as posts reacted to, born when first shared.
    """
    rows = pq.read_table(path, columns=["account_id", "object_id", "timestamp_share"])
    accounts, account = _numbered(rows["account_id"].to_numpy())
    objects, object_ = _numbered(rows["object_id"].to_numpy())
    seconds = rows["timestamp_share"].to_numpy().astype(np.int64)
    order = np.argsort(seconds, kind="stable")
    _, first = np.unique((account * objects + object_)[order], return_index=True)
    kept = order[first]
    return _unlabelled(account[kept], object_[kept], seconds[kept] * SECOND, accounts, objects)


def _numbered(names: NDArray[np.object_]) -> tuple[int, NDArray[np.int64]]:
    distinct, number = np.unique(names.astype(str), return_inverse=True)
    return len(distinct), number


def _unlabelled(
    account: NDArray[np.int64],
    object_: NDArray[np.int64],
    time: NDArray[np.int64],
    accounts: int,
    objects: int,
) -> World:
    born = np.full(objects, np.iinfo(np.int64).max)
    np.minimum.at(born, object_, time)
    data = World(
        name=AS_IS,
        account=account,
        object=object_,
        time=time,
        reaction=np.ones(objects, bool),
        source=np.zeros(objects, np.int64),
        born=born,
        community=np.zeros(accounts, np.int64),
        label=np.full(accounts, ORGANIC),
        days=float(np.ptp(time)) / DAY,
    )
    return data.with_events(account, object_, time)


@lru_cache(maxsize=1)
def _suspects(path: Path) -> NDArray[np.int64]:
    return _unswarm.detect(read_real(path)).mentioned


def destroy(data: World, suspects: NDArray[np.int64], random: np.random.Generator) -> World:
    """Data of the same accounts, objects and rhythms in which nobody acts in concert.

    Objects that none but suspects shared are left out: their times would stay synchronous however
    they are dealt.
    """
    outside = ~np.isin(data.account, suspects)
    open_ = np.bincount(data.object, outside, minlength=data.objects) > 0
    drawn = np.unique(random.integers(0, data.accounts, data.accounts))
    kept = open_[data.object] & np.isin(data.account, drawn)
    account, object_, time = data.account[kept], data.object[kept], data.time[kept]
    dealt = np.lexsort((random.random(len(account)), object_))
    return data.with_events(account[dealt], object_, time)


# ------------------------------------------------------------------ the table


def report(rows: Sequence[Row]) -> str:
    """One line per method: accounts named per scenario, and what may be said of the rate."""
    scenarios = list(dict.fromkeys(row["scenario"] for row in rows))
    methods = list(dict.fromkeys(row["method"] for row in rows))
    header = [
        "accounts named per data set",
        *scenarios,
        "sets with an accusation (≤ at 95 %)",
        "named per 100,000 (≤ at 95 %)",
    ]
    lines = [_line(method, rows, scenarios, "accounts", "networks") for method in methods]
    if OURS in methods:
        lines.append(_line(LEADS, rows, scenarios, "mentioned", "leads"))
    return table(header, lines)


def _line(
    method: str, rows: Sequence[Row], scenarios: Sequence[str], named: str, groups: str
) -> list[str]:
    source = OURS if method == LEADS else method
    own = [row for row in rows if row["method"] == source]
    cells = [_cell([r for r in own if r["scenario"] == s], named, groups) for s in scenarios]
    innocent = [row for row in own if row["scenario"] != AS_IS]
    return [method, *cells, *_rates(innocent, named)]


def _rates(rows: Sequence[Row], named: str) -> tuple[str, str]:
    """How often anybody, and how many, are named where nobody acts in concert."""
    accused = sum(row[named] > 0 for row in rows)
    people, acting = sum(row[named] for row in rows), sum(row["acting"] for row in rows)
    return (
        f"{accused} of {len(rows)} (≤ {upper_bound(accused, len(rows)):.1%})",
        f"{1e5 * people / max(acting, 1):.1f} (≤ {1e5 * upper_bound(people, acting):.1f})",
    )


def _cell(rows: Sequence[Row], named: str, groups: str) -> str:
    accounts, acting = mean(row[named] for row in rows), mean(row["acting"] for row in rows)
    text = f"{accounts:,.1f} ({accounts / acting:.1%})"
    return f"{text}, {sum(row[groups] for row in rows)} {groups}" if groups in rows[0] else text


# ------------------------------------------------------------------ the command


def arguments() -> ArgumentParser:
    """The command's options."""
    parser = options("Accounts named where nobody acts in concert.", seeds=100)
    parser.add_argument("--worlds", nargs="+", default=list(WORLDS), choices=list(WORLDS))
    parser.add_argument("--shifted", action="store_true", help="worlds of other shapes instead")
    parser.add_argument("--rules", action=BooleanOptionalAction, default=True)
    parser.add_argument("--ours", action=BooleanOptionalAction, default=True)
    parser.add_argument("--real", type=Path, metavar="PATH", help="a table of real events instead")
    return parser


def jobs(chosen: Namespace) -> list[Job]:
    """Every method on every seed of every scenario."""
    methods = [*(RULES if chosen.rules else ()), *([OURS] if chosen.ours else ())]
    seeds = range(chosen.start, chosen.start + chosen.seeds)
    if chosen.real:
        sets = [(AS_IS, 0), *((DESTROYED, seed) for seed in seeds)]
    else:
        sets = list(product(SHIFTED if chosen.shifted else chosen.worlds, seeds))
    return [Job(scenario, seed, method) for scenario, seed in sets for method in methods]


def main() -> None:
    """Runs the benchmark and prints its table."""
    chosen = arguments().parse_args()
    measure = partial(on_real, chosen.real) if chosen.real else on_world
    print(report(run(jobs(chosen), measure, chosen.out, chosen.jobs)))


if __name__ == "__main__":
    main()
