"""Accounts beside a network: tested as the member that they would be."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from small import layer_of, rows

from unswarm.detection.alongside import _company, met
from unswarm.detection.confirm import occasion_counts
from unswarm.detection.crossfit import open_court
from unswarm.detection.significance import habits
from unswarm.model import SECOND
from unswarm.settings import Settings


@settings(max_examples=150, deadline=None)
@given(rows(accounts=7, objects=5), st.sampled_from((10, 60, 3600)), st.integers(1, 5))
def test_an_account_beside_is_judged_as_if_it_were_a_member(touches, window_s, cut) -> None:
    layer, chosen = layer_of(touches), Settings(min_together=1)
    network = np.arange(min(cut, layer.accounts - 1))
    inside = np.isin(np.arange(layer.accounts), network)
    own = np.flatnonzero(inside[layer.account])
    if not len(own):
        return
    window = window_s * SECOND
    accounts, mine = met(layer, own, inside, window, 1)
    for account, events in zip(accounts.tolist(), mine, strict=True):
        group = np.sort(np.r_[network, account])
        court = open_court(layer, habits(layer), [group], window, chosen)
        found = _company("things", court, account, events, own, inside)
        counts = occasion_counts(layer, group, court.meetings(group), chosen)
        place = int(np.searchsorted(group, account))
        assert found.together == counts.together[place] >= 1
        assert found.occasions == counts.occasions[place]
        assert np.isclose(found.expected, counts.expected[place])


@settings(max_examples=150, deadline=None)
@given(rows(accounts=7, objects=5), st.sampled_from((10, 60, 3600)), st.integers(1, 3))
def test_who_met_members_is_who_one_can_count(touches, window_s, fewest) -> None:
    layer = layer_of(touches)
    inside = np.arange(layer.accounts) < 2
    own = np.flatnonzero(inside[layer.account])
    accounts, _ = met(layer, own, inside, window_s * SECOND, fewest)
    events = list(zip(layer.account, layer.object, layer.time, strict=True))
    count = {
        account: sum(
            any(b < 2 and o == p and abs(t - u) <= window_s * SECOND for b, p, u in events)
            for a, o, t in events
            if a == account
        )
        for account in range(2, layer.accounts)
    }
    assert accounts.tolist() == [account for account, n in count.items() if n >= fewest]
