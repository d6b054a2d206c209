"""Choosing the same rare words: evidence from what is written, whenever it happens.

A group that copies from one list puts out long identical texts that hardly anybody else does, often
hours apart, where no window sees it. The question is the same as everywhere: *if the account were
innocent*, how often would what it writes equal what another member wrote within a day? The answer
comes from the outsiders: how often do they write what anybody else wrote (a share button, a
headline, a saying)? That counts all their reasons, and all their partners, against the group.

Outsiders say nothing of a book that only its devotees quote. So each member must also refute a
second innocent explanation: that the common texts are a timeless pool, from which everybody draws
whenever it posts. A list that is handed out makes their uses lie closer together than that. Where
members are seen for a day or two only, this can not be told, and the outsiders alone decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from unswarm.detection.confirm import (
    Fold,
    Meetings,
    Tests,
    admit,
    admit_leads,
    concat,
    member_p,
    occasion_counts,
)
from unswarm.detection.layer import Flags, Floats, Ints, Layer
from unswarm.detection.networks import (
    Pairs,
    chance_p,
    chance_rate,
    components,
    surprising,
)
from unswarm.detection.significance import betabinomial_tail, upper_bound
from unswarm.model import DAY
from unswarm.settings import Settings
from unswarm.tails import poisson_below

# Above this chance to lie close anyway, closeness says nothing about a timeless pool.
TELLING = 0.5

# A text that more than a hundred accounts wrote within a day is no rare choice.
RARE = 100

# Two rare texts in common suggest a pair: there are few of them, and the test is to come.
SUGGESTED_P = 0.01


@dataclass(frozen=True)
class Shared:
    """Two accounts wrote the same within a day: one row for each pair and object.

    Args:
        source, target: account codes.
        object: object code.
        time: of the earlier of the two, milliseconds UTC.
    """

    source: Ints
    target: Ints
    object: Ints
    time: Ints


def choice_folds(
    signal: str, written: Layer, shared: Shared, borrowed: Flags, settings: Settings, q: float
) -> list[Fold]:
    """Both folds of what was written. A group must stand in both halves; a member in one.

    Nothing here depends on time within the day, so the halves are drawn object by object.
    """
    side = (np.random.default_rng(settings.seed).random(written.objects) < 0.5).astype(np.int64)
    found = [_fold(signal, written, side, h, shared, borrowed, settings, q) for h in (0, 1)]
    return [replace(fold, named=_also(fold.named, found[1 - fold.half])) for fold in found]


def _also(groups: list[Ints], other: Fold) -> list[Ints]:
    """The groups that stand in the other half too: those that share half of the smaller one."""
    return [
        group
        for group in groups
        if any(2 * len(np.intersect1d(group, t)) >= min(len(group), len(t)) for t in other.named)
    ]


def _fold(
    signal: str,
    written: Layer,
    side: Ints,
    half: int,
    shared: Shared,
    borrowed: Flags,
    settings: Settings,
    q: float,
) -> Fold:
    mine = side[shared.object] == half
    known = Shared(shared.source[mine], shared.target[mine], shared.object[mine], shared.time[mine])
    groups = rare_groups(written.only(side[written.object] == half), known, settings)
    outsiders = np.ones(written.accounts, bool)
    for group in groups:
        outsiders[group] = False
    rest = written.only(side[written.object] != half)
    court = ChoiceCourt(rest, outsiders, borrowed, settings)
    tests = court.test(groups)
    named = admit(tests, q, settings)
    again = admit(court.test(named), q, settings) if named else []
    bold = tests.again(settings, max(settings.lead_rho, court.overdispersion()))
    leads = admit_leads(bold, q, settings)
    return Fold(signal, DAY, half, court, groups, tests, again, leads, len(tests))


def rare_groups(half: Layer, shared: Shared, settings: Settings) -> list[Ints]:
    """Accounts joined by surprising pairs, and whoever wrote two texts of such a group.

    Plain components, not communities: a list of texts handed out one by one leaves only a few pairs
    with two texts in common, and a group cut in two would be its own outsiders.
    """
    pairs = _pairs(shared, half.accounts, settings)
    p = chance_p(half, pairs, chance_rate(half, DAY))
    keep = surprising(pairs, p, replace(settings, candidate_p=SUGGESTED_P))
    groups = components(pairs.source[keep], pairs.target[keep])
    texts = _Texts.of(shared, half.accounts, half.objects)
    grown = [_grow(group, texts) for group in groups]
    distinct = {tuple(group): group for group in grown}
    sized = [g for g in distinct.values() if settings.min_members <= len(g) <= settings.largest]
    return sorted(sized, key=lambda g: (-len(g), tuple(g)))


def _pairs(shared: Shared, accounts: int, settings: Settings) -> Pairs:
    key = shared.source * accounts + shared.target
    slot = shared.time // (settings.occasion * 1000)
    occasions = np.unique(np.c_[key, slot], axis=0)[:, 0]
    pair, count = np.unique(occasions, return_counts=True)
    return Pairs(pair // accounts, pair % accounts, count)


def _grow(group: Ints, texts: _Texts) -> Ints:
    """The group with every account that shares two texts, and a tenth of all it shares, with it.

    Until none is left. Only the half that the group was found on is looked at, so that the test
    stays untouched.
    """
    inside = np.zeros(texts.accounts, bool)
    inside[group] = True
    while True:
        shared = texts.shared(inside)
        fresh = (shared >= 2) & (10 * shared > texts.total) & ~inside
        if not fresh.any():
            return np.flatnonzero(inside)
        inside |= fresh


@dataclass(frozen=True)
class _Texts:
    """Which account shares which text with whom, sorted once for many questions.

    Args:
        owner: the account of each (account, text) that is shared at all, each once.
        partner: everybody it is shared with.
        place: which of `owner` each partner belongs to.
        total: texts that each account shares with anybody, shape (accounts,).
    """

    owner: Ints
    partner: Ints
    place: Ints
    total: Ints

    @classmethod
    def of(cls, shared: Shared, accounts: int, objects: int) -> _Texts:
        mine = np.r_[shared.source, shared.target]
        key, place = np.unique(
            mine * max(objects, 1) + np.r_[shared.object, shared.object], return_inverse=True
        )
        owner = key // max(objects, 1)
        total = np.bincount(owner, minlength=accounts)
        return cls(owner, np.r_[shared.target, shared.source], place, total)

    @property
    def accounts(self) -> int:
        return len(self.total)

    def shared(self, partners: Flags) -> Ints:
        """For each account, how many texts it shares with some of the partners."""
        touched = np.zeros(len(self.owner), bool)
        touched[self.place[partners[self.partner]]] = True
        return np.bincount(self.owner[touched], minlength=self.accounts)


@dataclass(frozen=True)
class ChoiceCourt:
    """One half of what was written, and the accounts that serve as outsiders.

    Args:
        layer: originals only, those included that nobody else wrote.
        outsiders: accounts in no candidate group, shape (accounts,).
        borrowed: objects whose sameness has a public source, e.g. the headline of a shared link.
        settings: the run's.
    """

    layer: Layer
    outsiders: Flags
    borrowed: Flags
    settings: Settings
    window: int = DAY

    def meetings(self, group: Ints) -> Meetings:
        """Every original of the members, and whether another member wrote the same in a day.

        Objects that more outsiders than members wrote are no choice of the group.
        """
        layer = self.layer
        events, item, own, theirs = self._choices(group)
        near, partner = _nearest(item, layer.time[events], events)
        return Meetings(
            event=events,
            met=own & (near <= self.window),
            explained=np.full(len(events), self.rate(group)),
            by_reaction=np.zeros(len(events), bool),
            partner=partner,
            outsiders=theirs,
        )

    def _choices(self, group: Ints) -> tuple[Ints, Ints, Flags, Ints]:
        """Originals of members: event, number of the object, whether a choice, outsiders' uses."""
        layer = self.layer
        inside = np.zeros(layer.accounts, bool)
        inside[group] = True
        events = np.flatnonzero(inside[layer.account])
        objects, item = np.unique(layer.object[events], return_inverse=True)
        members = np.bincount(item)
        theirs = np.bincount(layer.object[self.outsiders[layer.account]], minlength=layer.objects)
        theirs = theirs[objects]
        own = (members >= 2) & (theirs < members) & ~self.borrowed[objects]
        return events, item, own[item], theirs[item]

    def timeless_p(self, group: Ints) -> Floats:
        """P(as many uses of common texts within a day of other members' uses), if timeless.

        Each use of a text by another member is placed at random among that member's own originals:
        the share of them within a day of one's own use is the chance to lie close to it.

        Returns:
            Per member of the group; `book_p` where the time is too short to tell (`TELLING`).
        """
        layer = self.layer
        events, item, own, _ = self._choices(group)
        mine, other = _ordered_pairs(events[own], item[own])
        close = np.abs(layer.time[mine] - layer.time[other]) <= self.window
        owner = np.searchsorted(group, layer.account[mine])
        n = np.bincount(owner, minlength=len(group))
        k = np.bincount(owner, close, len(group)).astype(np.int64)
        chance = self._share_near(layer.account[other], layer.time[mine])
        rate = np.bincount(owner, chance, len(group)) / np.maximum(n, 1)
        told = zip(k.tolist(), n.tolist(), rate.tolist(), strict=True)
        book = self.book_p(group)
        return np.array([self._closer(*counts, book) for counts in told])

    def _closer(self, close: int, uses: int, rate: float, book: float) -> float:
        if rate >= TELLING:
            return book
        return betabinomial_tail(close, uses, rate, self.settings.rho) if uses else 1.0

    def book_p(self, group: Ints) -> float:
        """P(so few texts used by three members), if each drew from a common book by itself.

        With S texts used by one member, D by two and T by three, any mixture of independent draws
        gives E T >= 2/3 (g - 2)/(g - 1) D^2 / S for g members (Cauchy-Schwarz over the texts'
        popularities): readers of a book meet on its favourites, while a list that is handed out
        spreads its texts thin and even. Half of the bound is taken, for caution.
        """
        _, item, _, theirs = self._choices(group)
        uses = np.bincount(item[theirs == 0])
        once, twice, thrice = (int((uses == count).sum()) for count in (1, 2, 3))
        if not once or len(group) < 3:
            return 1.0
        least = 2 / 3 * (len(group) - 2) / (len(group) - 1) * twice**2 / once
        return float(poisson_below(thrice, least / 2))

    def _share_near(self, account: Ints, time: Ints) -> Floats:
        """The share of an account's originals that lie within the window of a moment."""
        start, span, line = self._lines
        base, moment = account * span, time - start
        low = np.searchsorted(line, base + np.maximum(moment - self.window, 0), "left")
        high = np.searchsorted(line, base + np.minimum(moment + self.window, span - 1), "right")
        return np.asarray((high - low) / self.layer.activity[account])

    @cached_property
    def _lines(self) -> tuple[int, int, Ints]:
        """All times on one number line with a stretch for each account: start, stretch, line."""
        layer = self.layer
        start = int(layer.time.min(initial=np.iinfo(np.int64).max))
        span = int(layer.time.max(initial=start)) - start + 1
        return start, span, np.sort(layer.account * span + layer.time - start)

    def rate(self, group: Ints) -> float:
        """How often an outsider's occasion holds a text that anybody else wrote: upper bound.

        The larger of the rates on all days and on the days of the group's own originals; of nobody,
        the rate on all days.
        """
        layer = self.layer
        inside = np.zeros(layer.accounts, bool)
        inside[group] = True
        days = np.unique(layer.time[inside[layer.account]] // DAY)
        mine = self.outsiders[layer.account]
        same_days = mine & np.isin(layer.time // DAY, days)
        compared = (mine, same_days) if len(group) else (mine,)
        bounds = [float(upper_bound(*self._shared(rows))) for rows in compared]
        return min(max(bounds), 0.999999)

    def overdispersion(self) -> float:
        """How much outsiders differ in copying: method of moments, at least `settings.rho`.

        E (K - n m)^2 = n m (1 - m) (1 + (n - 1) rho) for a beta-binomial of mean m.
        """
        rows = np.flatnonzero(self.outsiders[self.layer.account])
        _, n, k = self._occasions(rows)
        mean = k.sum() / max(n.sum(), 1)
        if mean <= 0 or not (n > 1).any():
            return self.settings.rho
        spread = ((k - n * mean) ** 2).sum() / (mean * (1 - mean) + 1e-12) - n.sum()
        return float(np.clip(spread / (n * (n - 1)).sum(), self.settings.rho, 0.9))

    def test(self, groups: list[Ints]) -> Tests:
        """Every member of every group."""
        rho = self.overdispersion()
        return concat([self._members(number, group, rho) for number, group in enumerate(groups)])

    def _members(self, number: int, group: Ints, rho: float) -> Tests:
        meetings = self.meetings(group)
        counts = occasion_counts(self.layer, group, meetings, self.settings)
        rate = meetings.explained[0] if len(meetings.event) else 1.0
        expected = counts.occasions * rate
        unlike_outsiders = np.array(
            [
                member_p(k, n, e, self.settings, rho)
                for k, n, e in zip(counts.together, counts.occasions, expected, strict=True)
            ]
        )
        # Both innocent explanations must fall, so the larger p counts and needs no correction.
        p = np.maximum(unlike_outsiders, self.timeless_p(group))
        return Tests(
            np.full(len(group), number),
            group,
            counts.occasions,
            counts.together,
            expected,
            p,
            np.zeros(len(group)),
        )

    def _shared(self, rows: Flags) -> tuple[int, int]:
        _, n, k = self._occasions(np.flatnonzero(rows))
        return int(k.sum()), int(n.sum())

    def _occasions(self, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """Owners of some events, their occasions, and those that hold a text others wrote too."""
        layer = self.layer
        slot = layer.time[rows] // (self.settings.occasion * 1000)
        shared = (layer.size[layer.object[rows]] > 1).astype(np.int64)
        order = np.lexsort((slot, layer.account[rows]))
        owner, slot, shared = layer.account[rows][order], slot[order], shared[order]
        if not len(owner):
            none = np.zeros(0, np.int64)
            return none, none, none
        begin = np.flatnonzero(np.r_[True, (np.diff(owner) != 0) | (np.diff(slot) != 0)])
        hit = np.maximum.reduceat(shared, begin)
        who, inverse, n = np.unique(owner[begin], return_inverse=True, return_counts=True)
        return who, n, np.bincount(inverse, hit).astype(np.int64)


def _ordered_pairs(events: Ints, item: Ints) -> tuple[Ints, Ints]:
    """Every event with every other one on the same item."""
    order = np.argsort(item, kind="stable")
    _, first, count = np.unique(item[order], return_index=True, return_counts=True)
    width = np.repeat(count, count)
    left = np.repeat(np.arange(len(order)), width)
    step = np.arange(len(left)) - np.repeat(np.cumsum(width) - width, width)
    right = np.repeat(np.repeat(first, count), width) + step
    apart = left != right
    return events[order][left[apart]], events[order][right[apart]]


def _nearest(item: Ints, time: Ints, events: Ints) -> tuple[Ints, Ints]:
    """Time to, and event of, the nearest other event on the same item."""
    order = np.lexsort((time, item))
    item, time, events = item[order], time[order], events[order]
    if not len(events):
        return time, events
    far = np.iinfo(np.int64).max
    gap = np.where(np.diff(item) == 0, np.diff(time), far)
    before, after = np.r_[far, gap], np.r_[gap, far]
    near, partner = np.minimum(before, after), np.full(len(events), -1, np.int64)
    back = before <= after
    partner[1:] = np.where(back[1:], events[:-1], -1)
    partner[:-1] = np.where(back[:-1], partner[:-1], events[1:])
    partner[near == far] = -1
    out_near, out_partner = np.empty_like(near), np.empty_like(partner)
    out_near[order], out_partner[order] = near, partner
    return out_near, out_partner
