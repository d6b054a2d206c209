"""Does a finding stand when the settings it was made with are changed, one at a time?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from unswarm.detection.groups import Group, confirmed, overlap
from unswarm.detection.pairs import decides
from unswarm.detection.search import FUSED, Found, Ground, search, widen
from unswarm.model import Tier
from unswarm.progress import Progress, silent
from unswarm.settings import Settings

# `docs/decisions/0003-stability.md` says why two thirds, and what four fifths cost.
NEEDED = 2 / 3


def grid(settings: Settings) -> Iterator[Settings]:
    """Half and double windows, kappa, rho and occasions, and four other splits into halves."""
    for factor in (0.5, 2):
        windows = tuple(max(1, int(window * factor)) for window in settings.windows)
        yield replace(settings, windows=windows)
        yield replace(settings, kappa=settings.kappa * factor)
        yield replace(settings, rho=min(settings.rho * factor, 0.5))
        yield replace(settings, occasion=int(settings.occasion * factor))
    for seed in range(1, 5):
        yield replace(settings, seed=settings.seed + seed)


def stable(
    found: Found, groups: Sequence[Group], progress: Progress = silent
) -> tuple[list[Group], list[Group]]:
    """The findings that stand in two thirds of the grid, and those that become leads."""
    if not groups or not found.settings.stability:
        return list(groups), []
    seen = {fold.signal for group in groups for fold in group.folds}
    ground = _only(found.ground, seen)
    used = {*ground.layers, *({FUSED} & seen)}
    spent = {name: q for name, q in found.spent.items() if name in used}
    variants = list(grid(found.settings))
    widest = max(variants, key=lambda settings: max(settings.windows))
    ground = widen(ground, widest, found.ground.plan.way)
    runs = [list(groups)]
    for number, settings in enumerate(variants):
        progress("settings varied", number, len(variants))
        runs.append(confirmed(search(ground, settings, spent=spent).folds))
    progress("settings varied", len(variants), len(variants))
    judged = [_judge(group, runs) for group in groups]
    firm = [group for group in judged if (group.stability or 0) >= NEEDED]
    return firm, [_demoted(group, len(runs)) for group in judged if group not in firm]


def _only(ground: Ground, names: set[str]) -> Ground:
    """The ground without the signals in which nothing was found."""
    wanted = set(names)
    if FUSED in names:
        wanted |= {name for name in ground.layers if decides(name)}
    layers = {name: layer for name, layer in ground.layers.items() if name in wanted}
    shared = {name: rows for name, rows in ground.shared.items() if name in wanted}
    return replace(ground, layers=layers, shared=shared)


def _judge(group: Group, runs: Sequence[Sequence[Group]]) -> Group:
    """The share of the runs in which the group, and each of its members, is named."""
    named = np.zeros(len(group.accounts))
    stands = 0
    for run in runs:
        twins = [other for other in run if overlap(group.accounts, other.accounts) >= 0.5]
        stands += bool(twins)
        for twin in twins:
            named += np.isin(group.accounts, twin.accounts)
    kept = np.minimum(named / len(runs), 1.0)
    return replace(
        group,
        stability=stands / len(runs),
        kept=dict(zip(group.accounts.tolist(), kept.tolist(), strict=True)),
    )


def _demoted(group: Group, runs: int) -> Group:
    stands = round((group.stability or 0) * runs)
    why = f"does not survive other settings: it stands in {stands} of {runs}"
    return replace(group, tier=Tier.LEAD, reason=why)
