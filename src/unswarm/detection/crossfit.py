"""Discover on one half of the objects, confirm on the other, then swap the halves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unswarm.detection.confirm import Court, Fold, Hearing, admit, admit_leads, admit_twos
from unswarm.detection.layer import Ints, Layer
from unswarm.detection.networks import Pairs, candidates
from unswarm.detection.pairs import PairsOf
from unswarm.detection.significance import Habits, habits, strata, without
from unswarm.settings import Settings


def halves(layer: Layer, settings: Settings) -> Ints:
    """0 or 1 for each object, by blocks of time of birth: one session lies in one half.

    Blocks are `settings.block` long; on data of less than five days they shrink to a twentieth of
    the span, but never below the length of an occasion.
    """
    block = block_length(layer, settings)
    number = (layer.born - layer.born.min(initial=0)) // block if layer.objects else layer.born
    coins = np.random.default_rng(settings.seed).random(int(number.max(initial=0)) + 1)
    return (coins[number] < 0.5).astype(np.int64)


def block_length(layer: Layer, settings: Settings) -> int:
    """Length of one block, milliseconds."""
    span = int(layer.time.max(initial=0) - layer.time.min(initial=0))
    return max(min(settings.block * 1000, span // 20), settings.occasion * 1000)


# A member must stand out at this p on the half its group was found on to be tested on the other.
SCREEN = 0.02

# So few members are tested after screening that their number alone would not be cautious enough.
FEWEST_TESTS = 200


@dataclass(frozen=True)
class Search:
    """What both folds of a layer share.

    Args:
        signal: the layer's name.
        layer: its events.
        side: half of each object.
        habits: of all accounts, from all events of the layer.
        settings: the run's.
        q: the error this layer may spend at each window.
        decides: whether the signal may carry a finding.
    """

    signal: str
    layer: Layer
    side: Ints
    habits: Habits
    settings: Settings
    q: float
    decides: bool

    def folds(self, pairs_of: PairsOf, windows: list[int]) -> list[Fold]:
        """Both folds at every window. `pairs_of(half, window)` gives the co-acting pairs."""
        return [
            self.fold(half, window, pairs_of(half, window)) for window in windows for half in (0, 1)
        ]

    def fold(self, half: int, window: int, pairs: Pairs) -> Fold:
        """Groups of one half, tested on the other."""
        settings, mine = self.settings, self.side[self.layer.object] == half
        own, rest = self.layer.only(mine), self.layer.only(~mine)
        found = candidates(_light(own), pairs, window, settings)
        groups = screened(open_court(own, self.habits, found, window, settings), found)
        large = [group for group in groups if len(group) >= settings.min_members]
        twos = [group for group in groups if len(group) < settings.min_members]
        court = open_court(rest, self.habits, found, window, settings)
        tests = court.test(large)
        named = admit(tests, self.q, settings, FEWEST_TESTS)
        leads = admit_leads(tests.again(settings, settings.lead_rho), self.q, settings)
        return Fold(
            self.signal,
            window,
            half,
            court,
            large,
            tests,
            second_pass(court, named, self.q, settings, FEWEST_TESTS) if self.decides else [],
            leads,
            max(len(tests), FEWEST_TESTS),
            admit_twos(court.test(twos), self.q),
        )


def _light(layer: Layer) -> Layer:
    """Heavy events suggest no pair, so they do not say either how often pairs meet by chance."""
    return layer if layer.light.all() else layer.only(layer.light)


def screened(court: Court, groups: list[Ints]) -> list[Ints]:
    """Members of candidate groups that already stand out on the half they were found on.

    Chance alone made the groups, so most of their members are fans, or saw the same thing. Whoever
    the innocent explanations cover here is not tested there: fewer tests, purer groups. The other
    half is not looked at. Two rounds, since a group is judged by its other members.
    """
    for _ in range(2):
        tests = court.test(groups)
        stands = (tests.together >= 2) & (tests.raw <= SCREEN)
        groups = [tests.account[stands & (tests.group == g)] for g in range(len(groups))]
        groups = [group for group in groups if len(group) >= 2]
    return groups


def open_search(
    signal: str, layer: Layer, settings: Settings, q: float, decides: bool = True
) -> Search:
    """A layer made ready to be searched."""
    side = halves(layer, settings)
    return Search(signal, layer, side, habits(layer), settings, q, decides)


def open_court(
    layer: Layer, known: Habits, groups: list[Ints], window: int, settings: Settings
) -> Court:
    """Where groups are tested: the strata hold no pair from inside any of them."""
    base = strata(layer, window)
    return Court(layer, without(layer, base, groups, window), known, window, settings)


def second_pass(
    court: Hearing, groups: list[Ints], q: float, settings: Settings, fewest: int = 1
) -> list[Ints]:
    """Named members again, against the named members only: nobody leans on the unnamed."""
    return admit(court.test(groups), q, settings, fewest) if groups else []
