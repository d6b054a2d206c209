from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from small import layer_of, members_of, organic, rows, traces

from unswarm.detection import crossfit
from unswarm.detection.crossfit import SCREEN, block_length, halves, open_court, screened
from unswarm.detection.layer import account_ids, layers
from unswarm.detection.networks import Pairs
from unswarm.detection.significance import habits
from unswarm.model import DAY, HOUR, MINUTE
from unswarm.settings import Settings
from unswarm.simulate import Group, plant

PLANTED = plant(organic("independent"), [Group(20, 40)])


def planted():
    table = traces(PLANTED)
    ids = account_ids(table)
    layer = layers(table, ids)["simulated"]
    names = ids.to_pylist()
    members = np.array([code for code, name in enumerate(names) if name in members_of(PLANTED)])
    return layer, members


def all_pairs(accounts):
    a, b = np.triu_indices(len(accounts), 1)
    return Pairs(accounts[a], accounts[b], np.full(len(a), 10))


# ------------------------------------------------------------------ halves


@settings(max_examples=60, deadline=None)
@given(rows(), st.integers(0, 5))
def test_each_object_lies_in_one_half_and_the_seed_says_which(touches, seed):
    layer = layer_of(touches)
    side = halves(layer, Settings(seed=seed))
    assert len(side) == layer.objects and set(side.tolist()) <= {0, 1}
    assert side.tolist() == halves(layer, Settings(seed=seed)).tolist()


def test_objects_born_in_one_block_lie_in_one_half_and_halves_are_about_equal():
    layer, _ = planted()
    side = halves(layer, Settings())
    switches = (np.diff(side[np.argsort(layer.born)]) != 0).sum()
    assert switches <= np.ptp(layer.born) // (6 * HOUR) + 1
    assert 0.3 < side.mean() < 0.7
    assert (side != halves(layer, Settings(seed=1))).any()


def test_blocks_shrink_on_short_data_but_never_below_an_occasion():
    def length(span):
        touches = [
            {"signal": "s", "account": "a", "object": str(t), "time": t, "reaction": False}
            for t in (0, span)
        ]
        return block_length(layer_of(touches), Settings())

    assert length(30 * DAY) == 6 * HOUR
    assert length(2 * DAY) == 2 * DAY // 20
    assert length(HOUR) == 30 * MINUTE


# ------------------------------------------------------------------ folds


def fold_of(layer, members, half=0):
    chosen = Settings()
    search = crossfit.open_search("simulated", layer, chosen, 0.01)
    return search.fold(half, MINUTE, all_pairs(members)), search.side


def test_a_group_is_tested_on_objects_that_took_no_part_in_finding_it():
    layer, members = planted()
    fold, side = fold_of(layer, members)
    tested = fold.court.layer
    assert (side[tested.object] == 1).all()
    meetings = fold.court.meetings(fold.groups[0])
    assert (side[tested.object[meetings.event]] == 1).all()


def test_a_group_acting_on_one_half_only_is_not_confirmed():
    layer, members = planted()
    _, side = fold_of(layer, members)
    scattered = layer.time.copy()
    theirs = np.isin(layer.account, members) & (side[layer.object] == 1)
    scattered[theirs] += np.random.default_rng(5).integers(0, 3 * DAY, theirs.sum())
    fold, _ = fold_of(at_times(layer, scattered), members)
    assert fold.groups and not fold.named
    honest, _ = fold_of(layer, members)
    assert len(honest.named) == 1


def at_times(layer, time):
    """The layer with other times."""
    order = np.lexsort((layer.account, time, layer.object))
    fields = ("account", "object", "reaction", "row")
    return replace(
        layer, time=time[order], **{name: getattr(layer, name)[order] for name in fields}
    )


def test_a_signal_that_does_not_decide_names_nobody():
    layer, members = planted()
    search = crossfit.open_search("simulated", layer, Settings(), 0.01, decides=False)
    fold = search.fold(0, MINUTE, all_pairs(members))
    assert not fold.named and fold.leads


def test_screening_keeps_those_who_stand_out_where_the_group_was_found():
    layer, members = planted()
    crowd = np.setdiff1d(np.flatnonzero(layer.activity > 20), members)[:20]
    group = np.union1d(members, crowd)
    court = open_court(layer, habits(layer), [group], MINUTE, Settings())
    (kept,) = screened(court, [group])
    assert len(np.setdiff1d(members, kept)) == 0
    assert len(np.intersect1d(crowd, kept)) <= 2
    last = court.test([kept])
    assert (last.raw <= SCREEN).mean() > 0.9


def test_pairs_stay_pairs():
    layer, members = planted()
    fold, _ = fold_of(layer, members[:2])
    assert not fold.groups and not fold.named and not fold.leads
    assert [pair.tolist() for pair in fold.twos] == [members[:2].tolist()]
