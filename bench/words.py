"""Who is accused of copying where everybody copies from public sources, and who is found?

    python bench/words.py --seeds 20          worlds of texts in which nobody acts in concert
    python bench/words.py --days 3            the same, seen for three days only
    python bench/words.py --power --seeds 3   groups of 5-50 accounts that copy from a list

Only texts are looked at. The kinds of accounts named tell whose innocence is at stake.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from itertools import product

import numpy as np
import pyarrow as pa

from _runs import Job, Row, mean, options, run, table, upper_bound
from _unswarm import Detected
from unswarm import detection
from unswarm.engines import Engine, open_engine
from unswarm.model import EVENTS, Tier
from unswarm.settings import Settings
from unswarm.simulate import ORGANIC, WORDS, Words, account_number, copy_group, word_events, words

SETTINGS = Settings(signals=("texts",))
NOBODY = "nobody"
SIZES, TEXTS, SHARES = (5, 10, 20, 50), (10, 20, 40), (0.3, 0.6)
GROUPS: Mapping[str, tuple[int, int, float]] = {
    f"{size} accounts, {texts} texts, {share:.0%}": (size, texts, share)
    for size, texts, share in product(SIZES, TEXTS, SHARES)
}


# ------------------------------------------------------------------ one job


def measure(days: float, job: Job) -> Row:
    """Figures of a world, with the group that the job's method names planted in it."""
    data = _world(job.scenario, job.seed, days)
    if job.method in GROUPS:
        size, texts, share = GROUPS[job.method]
        data = copy_group(data, size, texts, share)
    found = detect(data)
    members = np.flatnonzero(data.label != ORGANIC)
    return {
        "acting": int((data.activity > 0).sum()),
        "networks": len(found.networks),
        "accounts": int((data.label[found.named] == ORGANIC).sum()),
        "kinds": _kinds(data, found.named),
        "leads": len(found.leads),
        "mentioned": int((data.label[found.mentioned] == ORGANIC).sum()),
        "mentioned_kinds": _kinds(data, found.mentioned),
        "recall": float(np.isin(members, found.named).mean()) if len(members) else 0.0,
        "seen": float(np.isin(members, found.mentioned).mean()) if len(members) else 0.0,
    }


def detect(world: Words) -> Detected:
    """Discovery and confirmation on a world of texts."""
    found = detection.detect(_engine(world), SETTINGS).tables
    members: dict[str, list[int]] = {}
    for row in found["membership"].select(["network", "account"]).to_pylist():
        members.setdefault(row["network"], []).append(account_number(row["account"]))
    by_tier: dict[str, list[np.ndarray]] = {tier: [] for tier in Tier}
    for row in found["network"].select(["network", "tier"]).to_pylist():
        by_tier[row["tier"]].append(np.array(members[row["network"]]))
    return Detected(by_tier[Tier.CONFIRMED], by_tier[Tier.LEAD])


def _engine(world: Words) -> Engine:
    engine = open_engine()
    rows = dict(word_events(world))
    for name, noun in EVENTS.items():
        engine.see(name, rows.get(name, noun.rows([])))
    engine.see("comparison", pa.table({"account": pa.array([], pa.string())}))
    return engine


def _kinds(world: Words, accounts: np.ndarray) -> dict[str, int]:
    innocent = accounts[world.label[accounts] == ORGANIC]
    return dict(Counter(world.habit[innocent].tolist()))


@lru_cache(maxsize=1)
def _world(scenario: str, seed: int, days: float) -> Words:
    return words(scenario, seed, days=days)


# ------------------------------------------------------------------ the tables


def innocent(rows: Sequence[Row]) -> str:
    """One line per world: networks and accounts named, of what kind, and leads."""
    header = ["world", "sets accused (≤ at 95 %)", "networks", "accounts per set", "who", "leads"]
    header += ["accounts in leads per set", "who"]
    return table(header, [_line(*part) for part in _by(rows, "scenario")])


def _line(scenario: str, rows: Sequence[Row]) -> list[str]:
    accused = sum(row["networks"] > 0 for row in rows)
    return [
        scenario,
        f"{accused} of {len(rows)} (≤ {upper_bound(accused, len(rows)):.1%})",
        str(sum(row["networks"] for row in rows)),
        f"{mean(row['accounts'] for row in rows):.1f}",
        _who(rows, "kinds"),
        str(sum(row["leads"] for row in rows)),
        f"{mean(row['mentioned'] - row['accounts'] for row in rows):.1f}",
        _who(rows, "mentioned_kinds"),
    ]


def _who(rows: Sequence[Row], key: str) -> str:
    total: Counter[str] = sum((Counter(row[key]) for row in rows), Counter())
    return ", ".join(f"{count} {kind}" for kind, count in total.most_common()) or "-"


def planted(rows: Sequence[Row]) -> str:
    """One line per group: share of members confirmed, share mentioned, innocent accounts named."""
    header = ["group", "recall", "with leads", "innocent accounts per set"]
    lines = [
        [
            method,
            f"{mean(row['recall'] for row in own):.2f}",
            f"{mean(row['seen'] for row in own):.2f}",
            f"{mean(row['accounts'] for row in own):.1f}",
        ]
        for method, own in _by(rows, "method")
    ]
    return table(header, lines)


def _by(rows: Sequence[Row], key: str) -> list[tuple[str, list[Row]]]:
    return [
        (value, [row for row in rows if row[key] == value])
        for value in dict.fromkeys(row[key] for row in rows)
    ]


# ------------------------------------------------------------------ the command


def arguments() -> ArgumentParser:
    """The command's options."""
    parser = options("Accounts named for copying.", seeds=20)
    parser.add_argument("--worlds", nargs="+", choices=list(WORDS))
    parser.add_argument("--power", action="store_true", help="plant groups (world: everything)")
    parser.add_argument("--days", type=float, default=14, help="length of the collection")
    return parser


def jobs(chosen: Namespace) -> list[Job]:
    """Every seed of every world, with every group or none."""
    methods = list(GROUPS) if chosen.power else [NOBODY]
    worlds = chosen.worlds or (["everything"] if chosen.power else list(WORDS))
    seeds = range(chosen.start, chosen.start + chosen.seeds)
    return [Job(*parts) for parts in product(worlds, seeds, methods)]


def main() -> None:
    """Runs the benchmark and prints its table."""
    chosen = arguments().parse_args()
    rows = run(jobs(chosen), partial(measure, chosen.days), chosen.out, chosen.jobs)
    print(planted(rows) if chosen.power else innocent(rows))


if __name__ == "__main__":
    main()
