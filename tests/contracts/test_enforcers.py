"""What every enforcer owes: it says what it can do, and acts once on a key."""

from __future__ import annotations

from types import ModuleType

import pytest

from unswarm.plugins import load, summary
from unswarm.record.orders import Action

ENFORCERS = load("enforcers")

every_enforcer = pytest.mark.parametrize("enforcer", ENFORCERS.values(), ids=list(ENFORCERS))


@every_enforcer
def test_says_where_orders_go(enforcer: ModuleType) -> None:
    assert summary(enforcer).endswith(".")


@every_enforcer
def test_says_what_it_can_do_and_take_back(enforcer: ModuleType) -> None:
    assert enforcer.actions
    assert enforcer.actions <= set(Action)
    assert enforcer.reversible <= enforcer.actions
    assert enforcer.per_minute >= 0


@every_enforcer
def test_a_target_takes_an_order_back_and_reads_it_back(
    enforcer: ModuleType, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("UNSWARM_WEBHOOK_SECRET", "x")
    where = "http://127.0.0.1:9/x" if enforcer.__name__.endswith("webhook") else tmp_path / "x.csv"
    target = enforcer.open_target(str(where))
    assert all(callable(getattr(target, verb)) for verb in ("send", "undo", "read_back"))
