from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from small import QUICK, account_codes, members_of, organic, traces

from unswarm.detection import stability
from unswarm.detection.groups import Group, confirmed
from unswarm.detection.search import prepare, search
from unswarm.detection.stability import grid, stable
from unswarm.engines import open_engine
from unswarm.model import LINK, TRACE, Tier
from unswarm.settings import Settings
from unswarm.simulate import Group as Planted
from unswarm.simulate import plant

SETTINGS = Settings()
SIDES = plant(organic("independent"), [Planted(20, 40)])


@pytest.fixture(scope="module")
def found():
    engine = open_engine()
    engine.see("trace", traces(SIDES))
    engine.see("written", TRACE.rows([]))
    engine.see("link", LINK.rows([]))
    engine.see("comparison", pa.table({"account": pa.array([], pa.string())}))
    return search(prepare(engine, SETTINGS), SETTINGS)


def test_the_grid_changes_one_setting_at_a_time():
    variants = list(grid(SETTINGS))
    assert len({str(v.as_dict()) for v in variants}) == len(variants) == 12
    for variant in variants:
        differ = [k for k, v in variant.as_dict().items() if v != SETTINGS.as_dict()[k]]
        assert len(differ) == 1


def test_a_plain_group_stands_and_so_does_each_member(found):
    (group,), fallen = stable(found, confirmed(found.folds))
    assert not fallen
    assert group.stability >= 0.9
    assert min(group.kept.values()) > 0.5
    codes = account_codes(found, members_of(SIDES))
    assert codes <= set(group.accounts.tolist())


def test_a_group_that_other_settings_do_not_find_becomes_a_lead(found):
    chance = Group(np.arange(3), Tier.CONFIRMED, tuple(found.folds[:1]))
    standing, (fallen,) = stable(found, [chance])
    assert not standing
    assert fallen.tier is Tier.LEAD
    assert "stands in 1 of 13" in fallen.reason


def test_the_check_can_be_turned_off(found):
    chance = Group(np.arange(3), Tier.CONFIRMED, tuple(found.folds[:1]))
    assert stable(replace(found, settings=QUICK), [chance]) == ([chance], [])


def test_nothing_found_is_nothing_to_repeat(found, monkeypatch):
    monkeypatch.delattr(stability, "search")
    assert stable(found, []) == ([], [])
