"""Which planted groups are found, and who is named beside them?

    python bench/power.py grid --seeds 3      groups of 5-50 accounts pushing 6-40 objects
    python bench/power.py lists --seeds 3     a list is given, half of it innocent
    python bench/power.py limits              places where the method is blind

All in the world 'everything'. A group's recall is the share of its members named.
"""

from __future__ import annotations

from argparse import BooleanOptionalAction, Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

import _unswarm
from _runs import Job, Row, mean, options, run, table
from rules import RULES
from unswarm.simulate import (
    ORGANIC,
    Group,
    World,
    feed,
    only_members,
    plant,
    sample,
    storm,
    thin,
    world,
)

Mode = Literal["viral", "exclusive", "mixed"]
Accounts = NDArray[np.int64]
MODES: tuple[Mode, ...] = ("viral", "exclusive", "mixed")

OURS, LEADS = "unswarm", "unswarm, leads too"
SIZES, OBJECTS = (5, 10, 20, 50), (6, 10, 20, 40)
LIST_OBJECTS = (4, 6, 10, 20)
SPREADS: dict[str, tuple[Mode, float]] = {
    "viral, 10 s": ("viral", 10),
    "viral, 60 s": ("viral", 60),
    "viral, 300 s": ("viral", 300),
    "exclusive, 10 s": ("exclusive", 10),
    "exclusive, 60 s": ("exclusive", 60),
    "exclusive, 300 s": ("exclusive", 300),
    "mixed, 60 s": ("mixed", 60),
}
LISTS: dict[str, tuple[Mode, int]] = {
    f"{mode}, {objects} objects": (mode, objects) for mode, objects in product(MODES, LIST_OBJECTS)
}


# ------------------------------------------------------------------ grid


@lru_cache(maxsize=1)
def campaign(scenario: str, seed: int) -> World:
    """Sixteen groups, every size with every number of objects."""
    mode, spread = SPREADS[scenario]
    groups = [
        Group(size, objects, mode=mode, spread_s=spread)
        for size, objects in product(SIZES, OBJECTS)
    ]
    return plant(world("everything", seed), groups, seed)


def on_campaign(job: Job) -> Row:
    """What a method names among planted groups."""
    data = campaign(job.scenario, job.seed)
    if job.method != OURS:
        return score(data, RULES[job.method](data))
    found = _unswarm.detect(data)
    leads = {f"lead_{k}": value for k, value in score(data, found.mentioned).items()}
    return {**score(data, found.named), **leads, "purity": _purity(data, found.networks)}


def score(data: World, named: Accounts) -> Row:
    """Recall per group in planting order, members named, members there are, innocents named."""
    hit = np.isin(np.arange(data.accounts), named)
    groups = [data.label == number for number in range(int(data.label.max()) + 1)]
    members = data.label != ORGANIC
    return {
        "recalls": [float(hit[group].mean()) for group in groups],
        "found": int((hit & members).sum()),
        "members": int(members.sum()),
        "innocents": int((hit & ~members).sum()),
    }


def _purity(data: World, networks: Iterable[Accounts]) -> list[float]:
    """Per network, the share of its members that belong to its commonest planted group."""
    return [float(np.bincount(data.label[n] + 1).max() / len(n)) for n in networks if len(n)]


def grid_report(rows: Sequence[Row]) -> str:
    """Per scenario and method: recall by objects (mean over sizes), precision, innocents."""
    header = ["scenario", "method", *(f"{n} objects" for n in OBJECTS), "recall", "precision"]
    lines = []
    for scenario, method in dict.fromkeys((row["scenario"], row["method"]) for row in rows):
        own = [row for row in rows if (row["scenario"], row["method"]) == (scenario, method)]
        lines.append([scenario, method, *_grid_cells(own, "")])
        if method == OURS:
            lines.append([scenario, LEADS, *_grid_cells(own, "lead_")])
    return table([*header, "innocents per world"], lines)


def _grid_cells(rows: Sequence[Row], prefix: str) -> list[str]:
    recalls = np.mean([row[f"{prefix}recalls"] for row in rows], axis=0)
    by_objects = recalls.reshape(len(SIZES), len(OBJECTS)).mean(axis=0)
    found, members, innocents = (
        sum(row[prefix + key] for row in rows) for key in ("found", "members", "innocents")
    )
    return [
        *(f"{recall:.2f}" for recall in by_objects),
        f"{found / members:.2f}",
        f"{found / (found + innocents):.3f}" if found + innocents else "–",
        f"{innocents / len(rows):,.1f}",
    ]


# ------------------------------------------------------------------ lists


def on_list(job: Job) -> Row:
    """A list per group: its members and as many innocents of the same communities."""
    mode, objects = LISTS[job.scenario]
    groups = [Group(size, objects, mode=mode) for size in SIZES]
    data = plant(world("everything", job.seed), groups, job.seed)
    random = np.random.default_rng(job.seed)
    parts = [_on_one_list(data, number, random) for number in range(len(SIZES))]
    found, members, innocents = (sum(part) for part in zip(*parts, strict=True))
    return {"found": found, "members": members, "innocents": innocents}


def _on_one_list(data: World, number: int, random: np.random.Generator) -> tuple[int, int, int]:
    members = np.flatnonzero(data.label == number)
    activity = data.activity
    like = (data.label == ORGANIC) & (activity >= 8) & (activity <= 80)
    like &= np.isin(data.community, data.community[members])
    innocent = random.choice(np.flatnonzero(like), len(members), replace=False)
    named = _unswarm.confirm_list(data, np.concatenate([members, innocent]))
    return int(np.isin(members, named).sum()), len(members), int(np.isin(innocent, named).sum())


def list_report(rows: Sequence[Row]) -> str:
    """Recall and innocents named, per kind of list."""
    lines = []
    for scenario in dict.fromkeys(row["scenario"] for row in rows):
        own = [row for row in rows if row["scenario"] == scenario]
        found, members, innocents = (
            sum(row[key] for row in own) for key in ("found", "members", "innocents")
        )
        lines.append([scenario, f"{found / members:.2f}", f"{innocents} of {members}"])
    return table(["a list of", "recall", "innocents named"], lines)


# ------------------------------------------------------------------ limits


def _planted(seed: int, mode: Mode = "mixed", spread_s: float = 60, fast: bool = False) -> World:
    groups = [Group(size, 20, mode=mode, spread_s=spread_s, fast=fast) for size in SIZES]
    return plant(world("everything", seed), groups)


def _organic(seed: int) -> World:
    return world("everything", seed)


_slow = partial(_planted, spread_s=900)
_hour = partial(_planted, spread_s=3600)
_usual = (10, 60, 300)

LIMITS: dict[str, tuple[Callable[[int], World], tuple[int, ...]]] = {
    "reference: 4 groups, mixed objects, 60 s": (_planted, _usual),
    "always 5-65 s after the post, as fast fans": (
        partial(_planted, mode="viral", fast=True),
        _usual,
    ),
    "only suspects collected": (lambda seed: only_members(_planted(seed)), _usual),
    "5 % of the outsiders kept": (lambda seed: thin(_planted(seed), 0.05), _usual),
    "10 % sample of events": (lambda seed: sample(_planted(seed), 0.1), _usual),
    "30 % sample of events": (lambda seed: sample(_planted(seed), 0.3), _usual),
    "spread over 15 min": (_slow, _usual),
    "spread over 15 min, wider windows": (_slow, (60, 300, 1800)),
    "spread over 1 h, wider windows": (_hour, (60, 300, 1800, 7200)),
    "20 honest auto-posters of one feed": (lambda seed: feed(_organic(seed)), _usual),
    "40 activists, 8 storms": (lambda seed: storm(_organic(seed)), _usual),
}


def on_limit(job: Job) -> Row:
    """What is found of groups in an unkind setting."""
    make, windows = LIMITS[job.scenario]
    data = make(job.seed)
    found = _unswarm.detect(data, replace(_unswarm.SETTINGS, windows=windows))
    return {**score(data, found.named), "lead_found": score(data, found.mentioned)["found"]}


def limit_report(rows: Sequence[Row]) -> str:
    """Recall of findings and of leads, and innocents named, per setting."""
    lines = []
    for scenario in dict.fromkeys(row["scenario"] for row in rows):
        own = [row for row in rows if row["scenario"] == scenario]
        recalls = (mean(r[key] / r["members"] for r in own) for key in ("found", "lead_found"))
        innocents = sum(row["innocents"] for row in own)
        lines.append([scenario, *(f"{recall:.2f}" for recall in recalls), str(innocents)])
    return table(["setting", "recall", "with leads", "innocents named"], lines)


# ------------------------------------------------------------------ the command

Measure = Callable[[Job], Row]
Report = Callable[[Sequence[Row]], str]
PARTS: dict[str, tuple[Iterable[str], Measure, Report]] = {
    "grid": (SPREADS, on_campaign, grid_report),
    "lists": (LISTS, on_list, list_report),
    "limits": (LIMITS, on_limit, limit_report),
}


def jobs(chosen: Namespace) -> list[Job]:
    """Every method on every seed of every scenario of the part."""
    rules = RULES if chosen.part == "grid" and chosen.rules else ()
    seeds = range(chosen.start, chosen.start + chosen.seeds)
    sets = product(PARTS[chosen.part][0], seeds, [OURS, *rules])
    return [Job(scenario, seed, method) for scenario, seed, method in sets]


def main() -> None:
    """Runs one part and prints its table."""
    parser = options("Planted groups found, and innocents named beside them.", seeds=3)
    parser.add_argument("part", choices=list(PARTS))
    parser.add_argument("--rules", action=BooleanOptionalAction, default=True)
    chosen = parser.parse_args()
    _, measure, report = PARTS[chosen.part]
    print(report(run(jobs(chosen), measure, chosen.out, chosen.jobs)))


if __name__ == "__main__":
    main()
