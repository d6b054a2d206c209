"""Each member of a candidate group against the other members, on events that did not choose it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from unswarm.detection import kernel
from unswarm.detection.betabinomial import betabinomial_tails
from unswarm.detection.layer import Flags, Floats, Ints, Layer
from unswarm.detection.significance import (
    Habits,
    Strata,
    benjamini_hochberg,
    betabinomial_tail,
)
from unswarm.settings import Settings

RHO = 0.05


@dataclass(frozen=True)
class Tests:
    """Member tests: one row for each member of each group.

    Args:
        group: number of the group.
        account: code of the member.
        occasions: n, occasions on which it touched what another member touched.
        together: K, those on which it was within the window of another member.
        expected: lambda, how many of them the innocent explanations account for.
        p: probability of K or more if the member were innocent.
        reaction: share of `expected` that its own reaction speed gave.
    """

    group: Ints
    account: Ints
    occasions: Ints
    together: Ints
    expected: Floats
    p: Floats
    reaction: Floats

    def __len__(self) -> int:
        return len(self.account)

    def of(self, group: int) -> Tests:
        """The rows of one group."""
        return self.take(self.group == group)

    def take(self, rows: Flags | Ints) -> Tests:
        """Some rows."""
        return Tests(
            self.group[rows],
            self.account[rows],
            self.occasions[rows],
            self.together[rows],
            self.expected[rows],
            self.p[rows],
            self.reaction[rows],
        )

    @property
    def raw(self) -> Floats:
        """p of each member, whatever the number and the share of its joint occasions."""
        return _tails(self, self.occasions > 0, RHO)

    def again(self, settings: Settings, rho: float) -> Tests:
        """The same counts judged with another overdispersion."""
        return replace(self, p=members_p(self, settings, rho))


@dataclass(frozen=True)
class Meetings:
    """The events behind the tests of one group, for whoever wants to count again."""

    event: Ints
    met: Flags
    explained: Floats
    by_reaction: Flags
    partner: Ints
    outsiders: Ints


NO_MEETINGS = Meetings(
    np.zeros(0, np.int64),
    np.zeros(0, bool),
    np.zeros(0),
    np.zeros(0, bool),
    np.zeros(0, np.int64),
    np.zeros(0, np.int64),
)


@dataclass(frozen=True)
class Court:
    """Everything a member test needs besides the group: one half of a layer at one window."""

    layer: Layer
    strata: Strata
    habits: Habits
    window: int
    settings: Settings

    def meetings(self, group: Ints) -> Meetings:
        """The group's events on objects that at least two members touched."""
        layer = self.layer
        inside = np.zeros(layer.accounts, bool)
        inside[group] = True
        events = np.flatnonzero(inside[layer.account])
        _, inverse, count = np.unique(layer.object[events], return_inverse=True, return_counts=True)
        events = events[count[inverse] >= 2]
        if not len(events):
            return NO_MEETINGS
        return self._explained(events, np.ones(len(events), bool), inside)

    def as_member(self, account: int, mine: Ints, own: Ints, inside: Flags) -> Meetings:
        """The events of one account as if it belonged to a group; the group's are not looked at.

        Args:
            account: its code.
            mine: its events on objects that the group touched.
            own: the group's events on these objects.
            inside: whether an account belongs to the group, shape (accounts,).
        """
        events = np.sort(np.concatenate([mine, own]))
        asked = self.layer.account[events] == account
        joined = inside.copy()
        joined[account] = True
        found = self._explained(events, asked, joined)
        return Meetings(*(getattr(found, f.name)[asked] for f in fields(Meetings)))

    def _explained(self, events: Ints, asked: Flags, inside: Flags) -> Meetings:
        known = self.habits
        bounds = np.r_[0, np.flatnonzero(np.diff(self.layer.object[events])) + 1, len(events)]
        found = kernel.explain(
            events,
            bounds,
            asked,
            inside,
            self._events,
            kernel.Past(known.tilt, known.history, known.latency, known.origin, known.population),
            self.window,
            self.settings.kappa,
        )
        return Meetings(events, *found)

    @cached_property
    def _events(self) -> kernel.Events:
        layer = self.layer
        rate = self.strata.rates()[self.strata.of]
        return kernel.Events(
            layer.account,
            layer.object,
            layer.time,
            layer.reaction,
            layer.hour,
            rate,
            layer.starts,
            layer.born,
            layer.source,
        )

    def test(self, groups: list[Ints]) -> Tests:
        """Every member of every group."""
        parts = [self._members(number, group) for number, group in enumerate(groups)]
        return concat(parts)

    def _members(self, number: int, group: Ints) -> Tests:
        counts = occasion_counts(self.layer, group, self.meetings(group), self.settings)
        p = members_p(counts, self.settings, self.settings.rho)
        return Tests(
            np.full(len(group), number),
            group,
            counts.occasions,
            counts.together,
            counts.expected,
            p,
            counts.reaction,
        )


@dataclass(frozen=True)
class Counts:
    """Per member of a group: occasions n, joint ones K, explained ones lambda, and by what."""

    occasions: Ints
    together: Ints
    expected: Floats
    reaction: Floats


def occasion_counts(layer: Layer, group: Ints, meetings: Meetings, settings: Settings) -> Counts:
    """Events → occasions: several actions in half an hour are one piece of evidence."""
    size = len(group)
    counts = Counts(
        np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size), np.zeros(size)
    )
    if not len(meetings.event):
        return counts
    slot = layer.time[meetings.event] // (settings.occasion * 1000)
    owner = np.searchsorted(group, layer.account[meetings.event])
    order = np.lexsort((slot, owner))
    owner, slot = owner[order], slot[order]
    begin = np.flatnonzero(np.r_[True, (np.diff(owner) != 0) | (np.diff(slot) != 0)])
    met = np.maximum.reduceat(meetings.met[order].astype(np.int64), begin)
    chance = 1 - np.exp(np.add.reduceat(np.log1p(-meetings.explained[order]), begin))
    fast = np.maximum.reduceat(meetings.by_reaction[order].astype(np.int64), begin)
    np.add.at(counts.occasions, owner[begin], 1)
    np.add.at(counts.together, owner[begin], met)
    np.add.at(counts.expected, owner[begin], chance)
    np.add.at(counts.reaction, owner[begin], chance * fast)
    counts.reaction[:] /= np.maximum(counts.expected, 1e-12)
    return counts


class Hearing(Protocol):
    """What a group is tested on: `Court` for times, `ChoiceCourt` for what was written."""

    @property
    def layer(self) -> Layer:
        """The events that took no part in finding the groups."""

    @property
    def settings(self) -> Settings:
        """The run's settings."""

    @property
    def window(self) -> int:
        """Milliseconds between two actions that count as joint."""

    def meetings(self, group: Ints) -> Meetings:
        """The events of the group that could be joint, and whether they were."""

    def test(self, groups: list[Ints]) -> Tests:
        """Every member of every group."""


@dataclass(frozen=True)
class Fold:
    """One layer, one window, groups found on one half and tested on the other.

    Args:
        signal: the layer's name.
        window: milliseconds; a day where only sameness counts.
        half: which half the groups were found on, 0 or 1; -1 for a list somebody brought.
        court: the half they were tested on.
        groups: the candidates.
        tests: their members' tests against the whole group.
        named: members of the groups that stand, after the second pass against named members only.
        leads: members of the groups worth a look.
        tested: how many member tests the correction counts, at least those made.
        twos: pairs of accounts that stand by the strict test; a finding needs more members.
    """

    signal: str
    window: int
    half: int
    court: Hearing
    groups: list[Ints]
    tests: Tests
    named: list[Ints]
    leads: list[Ints]
    tested: int
    twos: list[Ints] = field(default_factory=list)


def concat(parts: list[Tests]) -> Tests:
    """Several tables of tests, one after the other."""
    names = ("group", "account", "occasions", "together", "expected", "p", "reaction")
    kinds = (np.int64, np.int64, np.int64, np.int64, float, float, float)
    return Tests(
        *(
            np.concatenate([getattr(part, name) for part in parts]) if parts else np.zeros(0, kind)
            for name, kind in zip(names, kinds, strict=True)
        )
    )


def member_p(
    together: int, occasions: int, expected: float, settings: Settings, rho: float
) -> float:
    """p of one member; 1 unless it met the others often enough to speak of at all."""
    if together < settings.min_together or together < settings.min_share * occasions:
        return 1.0
    return betabinomial_tail(int(together), int(occasions), expected / occasions, rho)


def members_p(counts: Counts | Tests, settings: Settings, rho: float) -> Floats:
    """`member_p` of each member."""
    least = np.maximum(settings.min_together, settings.min_share * counts.occasions)
    return _tails(counts, counts.together >= least, rho)


def _tails(counts: Counts | Tests, some: Flags, rho: float) -> Floats:
    """p of some members, 1 of the others."""
    p = np.ones(len(some))
    n = counts.occasions[some]
    p[some] = betabinomial_tails(counts.together[some], n, counts.expected[some] / n, rho)
    return p


def admit(tests: Tests, q: float, settings: Settings, fewest: int = 1) -> list[Ints]:
    """Networks first, then members: the named members of each group that stands.

    A group stands only if `min_members` of its members each survive Bonferroni over all members
    tested in the run (a partial conjunction, Benjamini and Heller 2008), so that true networks
    elsewhere cannot pay for a false one. Inside it members are named by Benjamini-Hochberg.

    `fewest`: Bonferroni over this many members at least.
    """
    named = []
    for group in np.unique(tests.group):
        own = tests.of(group)
        if (own.p <= q / max(len(tests), fewest)).sum() < settings.min_members:
            continue
        accounts = own.account[benjamini_hochberg(own.p, q)]
        if len(accounts) >= settings.min_members:
            named.append(np.sort(accounts))
    return named


def admit_leads(tests: Tests, q: float, settings: Settings) -> list[Ints]:
    """Groups worth a look: one Benjamini-Hochberg over all members of the run."""
    passed = benjamini_hochberg(tests.p, q)
    named = []
    for group in np.unique(tests.group):
        accounts = tests.account[passed & (tests.group == group)]
        if len(accounts) >= settings.min_members:
            named.append(np.sort(accounts))
    return named


def admit_twos(tests: Tests, q: float) -> list[Ints]:
    """Pairs of which both members stand by Bonferroni over all pairs tested."""
    stand = tests.p <= q / max(len(tests), 1)
    pairs = [tests.of(group).account for group in np.unique(tests.group[stand])]
    return [np.sort(pair) for pair in pairs if np.isin(pair, tests.account[stand]).all()]
