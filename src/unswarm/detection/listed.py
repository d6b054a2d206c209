"""A list that somebody brings: nothing is discovered, so nothing has to be held out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unswarm.detection.choice import ChoiceCourt, rare_groups
from unswarm.detection.confirm import Fold, Hearing, admit, admit_leads
from unswarm.detection.crossfit import open_court, second_pass
from unswarm.detection.layer import Ints, Layer, fuse
from unswarm.detection.pairs import decides
from unswarm.detection.search import FUSED, Found, Ground, budget, widened
from unswarm.detection.significance import habits
from unswarm.model import DAY
from unswarm.settings import Settings

LISTED = -1


def test_list(ground: Ground, accounts: Sequence[str], settings: Settings) -> Found:
    """The listed accounts as one group, on all events, in every signal and window.

    Bonferroni over the list, the signals and the windows declares it; Benjamini-Hochberg inside
    names members. Accounts without a trace are left out; they can not be tested.
    """
    wanted = set(accounts)
    codes = [code for code, name in enumerate(ground.ids.to_pylist()) if name in wanted]
    group = np.array(codes, np.int64)
    spent = budget(ground, settings)
    parts = dict(ground.layers)
    if FUSED in spent:
        parts[FUSED] = fuse([layer for name, layer in ground.layers.items() if decides(name)])
    folds = [
        fold
        for name, layer in parts.items()
        for fold in _folds(ground, name, layer, group, settings, spent[name])
    ]
    return Found(ground, settings, folds, spent)


def _folds(
    ground: Ground, name: str, layer: Layer, group: Ints, settings: Settings, q: float
) -> list[Fold]:
    known = habits(layer)
    courts: list[Hearing] = [
        open_court(layer, known, [group], window, settings) for window in widened(settings, layer)
    ]
    folds = [_fold(name, court, group, settings, q, decides(name)) for court in courts]
    if name in ground.shared:
        written = ground.written[name]
        outsiders = np.ones(layer.accounts, bool)
        for others in [group, *rare_groups(written, ground.shared[name], settings)]:
            outsiders[others] = False
        court = ChoiceCourt(written, outsiders, ground.borrowed[name], settings, DAY)
        folds.append(_fold(name, court, group, settings, q, True))
    return folds


def _fold(
    name: str, court: Hearing, group: Ints, settings: Settings, q: float, deciding: bool
) -> Fold:
    tests = court.test([group])
    named = second_pass(court, admit(tests, q, settings), q, settings) if deciding else []
    leads = admit_leads(tests.again(settings, settings.lead_rho), q, settings)
    return Fold(name, court.window, LISTED, court, [group], tests, named, leads, len(tests))
