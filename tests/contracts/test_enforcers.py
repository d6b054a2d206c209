"""What every enforcer owes: it says what it can do, and acts once on a key."""

from __future__ import annotations

import socket
from types import ModuleType

import pytest

from unswarm.plugins import load, summary
from unswarm.record.orders import Action

ENFORCERS = load("enforcers")
ADDRESSES = {
    "webhook": "http://127.0.0.1:9/x",
    "mastodon": "https://social.invalid",
    "ozone": "https://pds.invalid#did:plc:moderation",
    "pds": "https://pds.invalid",
    "bluesky": "https://pds.invalid",
}
"""Where the targets of an enforcer are; of all others in a file."""

SECRETS = (
    *("UNSWARM_WEBHOOK_SECRET", "UNSWARM_MASTODON_TOKEN", "UNSWARM_PDS_ADMIN_PASSWORD"),
    *("UNSWARM_OZONE_IDENTIFIER", "UNSWARM_OZONE_PASSWORD"),
    *("UNSWARM_BLUESKY_IDENTIFIER", "UNSWARM_BLUESKY_PASSWORD"),
)
"""Environment variables that enforcers ask for."""

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


@pytest.fixture
def opened(enforcer: ModuleType, tmp_path, monkeypatch):
    """A target of the enforcer, opened where nothing can be reached."""
    for name in SECRETS:
        monkeypatch.setenv(name, "x")
    monkeypatch.setattr(socket.socket, "connect", unreachable)
    name = enforcer.__name__.rpartition(".")[2]
    return enforcer.open_target(ADDRESSES.get(name, str(tmp_path / "x.csv")))


def unreachable(*_) -> None:
    pytest.fail("Opening a target asks nobody.")


@every_enforcer
def test_opening_a_target_asks_nobody_and_it_has_every_verb(enforcer, opened) -> None:
    verbs = ("send", "undo", "read_back", "expected")
    assert all(callable(getattr(opened, verb)) for verb in verbs)
    assert {"actions", "reversible", "limits"} <= set(dir(type(opened)))
