"""Folds → networks: the same group found several times is one; what is no finding says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from unswarm.detection.confirm import Fold, Tests
from unswarm.detection.layer import Flags, Ints
from unswarm.detection.pairs import decides
from unswarm.detection.significance import betabinomial_tail
from unswarm.model import DAY, MINUTE, Tier
from unswarm.settings import Settings

FEWEST_OUTSIDERS = 50
NO_COMPARISON = "no comparison accounts in this data"
STANDING_P = 1e-3
EXPLAINED_LIFT = 3.0
NEVER = 99


@dataclass(frozen=True, eq=False)
class Group:
    """A network before it is written down.

    Args:
        accounts: codes of the members, sorted.
        tier: confirmed or lead.
        folds: where it was confirmed; for a lead, where it was seen.
        reason: why a lead is no finding.
        stability: share of the grid of settings in which it stands; None: not run.
    """

    accounts: Ints
    tier: Tier
    folds: tuple[Fold, ...]
    reason: str = ""
    stability: float | None = None
    kept: dict[int, float] = field(default_factory=dict)


def merge(found: Iterable[tuple[Ints, Fold]], tier: Tier) -> list[Group]:
    """Groups that share at least half of the smaller one are one network: the union of members."""
    groups: list[Group] = []
    for accounts, fold in sorted(found, key=lambda g: (-len(g[0]), tuple(g[0]), _place(g[1]))):
        new = Group(accounts, tier, (fold,))
        same = [old for old in groups if same_network(old.accounts, accounts)]
        for old in same:
            accounts = np.union1d(old.accounts, new.accounts)
            new = Group(accounts, tier, _distinct(old.folds + new.folds))
        groups = [old for old in groups if old not in same] + [new]
    return sorted(groups, key=lambda g: (-len(g.accounts), tuple(g.accounts)))


def _place(fold: Fold) -> tuple[str, int, int]:
    return fold.signal, fold.window, fold.half


def _distinct(folds: Sequence[Fold]) -> tuple[Fold, ...]:
    return tuple({_place(fold): fold for fold in sorted(folds, key=_place)}.values())


def same_network(a: Ints, b: Ints) -> bool:
    """Whether two groups share two accounts and at least half of the smaller one."""
    return len(np.intersect1d(a, b)) >= 2 and overlap(a, b) >= 0.5


def overlap(a: Ints, b: Ints) -> float:
    """Share of the smaller group that stands in both."""
    return len(np.intersect1d(a, b)) / max(min(len(a), len(b)), 1)


def confirmed(folds: Sequence[Fold]) -> list[Group]:
    """The findings."""
    return merge(((named, fold) for fold in folds for named in fold.named), Tier.CONFIRMED)


def comparison(folds: Sequence[Fold], active: Flags) -> tuple[int, int]:
    """How many accounts with traces stand in no candidate group, and how many in one.

    Only groups of signals that decide count: many innocents post at the same minutes.
    """
    candidate = np.zeros(len(active), bool)
    for fold in (fold for fold in folds if decides(fold.signal)):
        for group in fold.groups + fold.twos:
            candidate[group] = True
    return int((active & ~candidate).sum()), int((active & candidate).sum())


def suspects_only(folds: Sequence[Fold], active: Flags) -> bool:
    """Whether the data holds too few outsiders for any finding: it was collected around a seed."""
    outside, inside = comparison(folds, active)
    return outside < max(FEWEST_OUTSIDERS, 2 * inside)


def leads(folds: Sequence[Fold], settings: Settings, *, no_comparison: bool) -> list[Group]:
    """Groups worth a look, each with the reason why it is no finding.

    Signals that only support speak where those that decide are silent.
    """
    main = _leads([f for f in folds if _decides(f)], settings, no_comparison)
    rest = _leads([f for f in folds if not _decides(f)], settings, no_comparison)
    return [*main, *without(rest, main)]


def _decides(fold: Fold) -> bool:
    return all(decides(signal) for signal in fold.court.layer.signals)


def _leads(folds: Sequence[Fold], settings: Settings, no_comparison: bool) -> list[Group]:
    worth = ((group, fold) for fold in folds for group in _worth(fold, settings, no_comparison))
    found = merge(((group, fold) for group, fold in worth if len(group) >= 2), Tier.LEAD)
    return [replace(group, reason=reason(group, settings, no_comparison)) for group in found]


def without(groups: Sequence[Group], others: Sequence[Group]) -> list[Group]:
    """The groups that are not, for the better half, one of the others."""
    return [
        group
        for group in groups
        if not any(overlap(group.accounts, other.accounts) >= 0.5 for other in others)
    ]


def _worth(fold: Fold, settings: Settings, everything: bool) -> list[Ints]:
    if everything:
        return [*(_present(fold.tests.of(group)) for group in range(len(fold.groups))), *fold.twos]
    standing = [_standing(fold.tests.of(group), settings) for group in range(len(fold.groups))]
    large = [accounts for accounts in standing if len(accounts) >= settings.min_members]
    return fold.named + fold.leads + fold.twos + large


def _present(tests: Tests) -> Ints:
    """Members that met the others more than once, and not by the way: for ranking, no test."""
    return tests.account[(tests.together >= 2) & (tests.together >= 0.05 * tests.occasions)]


def _standing(tests: Tests, settings: Settings) -> Ints:
    """Members that met the others on most of their few occasions, each at p <= 0.001.

    Two joint occasions are too few for the test of a finding, whatever they are compared with.
    """
    good = np.array(
        [
            k >= 2 and 2 * k >= n and betabinomial_tail(k, n, e / n, settings.rho) <= STANDING_P
            for k, n, e in zip(tests.together, tests.occasions, tests.expected, strict=True)
        ],
        bool,
    )
    return np.asarray(tests.account[good])


def reason(group: Group, settings: Settings, no_comparison: bool) -> str:
    """Why a lead is no finding, in words."""
    if no_comparison:
        return NO_COMPARISON
    if len(group.accounts) < settings.min_members:
        return f"{len(group.accounts)} accounts; a finding needs {settings.min_members}"
    if not any(_decides(fold) for fold in group.folds):
        signals = ", ".join(sorted({fold.signal for fold in group.folds}))
        return f"seen in {signals} only, which can not carry a finding"
    return max((_reason(group, fold, settings) for fold in group.folds), key=len)


def _reason(group: Group, fold: Fold, settings: Settings) -> str:
    tests = fold.court.test([group.accounts])
    rate = float(tests.expected.sum() / max(tests.occasions.sum(), 1))
    need = needed(rate, settings.q / max(fold.tested, 1), settings)
    if fold.court.layer.precision > max(settings.windows) * 1000:
        return f"times are too coarse ({fold.court.layer.precision // MINUTE} minutes)"
    typical = int(np.median(tests.occasions))
    if typical < need:
        return (
            f"too few joint occasions: members have {typical} in the tested half, "
            f"about {need} would be needed"
        )
    lift = tests.together.sum() / max(tests.expected.sum(), 1e-9)
    if lift < EXPLAINED_LIFT:
        fast = float((tests.reaction * tests.expected).sum() / max(tests.expected.sum(), 1e-9))
        return (
            "explained by fast reaction to the same source"
            if fast > 0.5
            else "explained by the object's burst"
        )
    if fold.window == DAY:
        return "the words may come from one book, list or feed that nobody else here uses"
    return "passes the less cautious test only"


def needed(rate: float, q: float, settings: Settings) -> int:
    """Joint occasions, all of them kept, that a member needs to pass at q; `NEVER` if more."""
    for n in range(settings.min_together, NEVER):
        if betabinomial_tail(n, n, rate, settings.rho) <= q:
            return n
    return NEVER
