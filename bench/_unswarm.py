"""The one place where the benchmarks call unswarm's detection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from unswarm import detection
from unswarm.engines import Engine, open_engine
from unswarm.model import EVENTS, Tier
from unswarm.settings import Settings
from unswarm.simulate import World, account_id, account_number, events

Integers = NDArray[np.int64]

# Only these may carry a finding; the signals that merely support would add nothing but leads.
SETTINGS = Settings(signals=("links", "reposts"))


@dataclass(frozen=True)
class Detected:
    """What unswarm says of a world: account numbers of each confirmed network and each lead."""

    networks: list[Integers]
    leads: list[Integers]

    @property
    def named(self) -> Integers:
        """Accounts of confirmed networks: the accusations."""
        return _union(self.networks)

    @property
    def mentioned(self) -> Integers:
        """Accounts of confirmed networks and of leads."""
        return _union([*self.networks, *self.leads])


def detect(world: World, settings: Settings = SETTINGS) -> Detected:
    """Discovery and confirmation on a world."""
    return _detected(world, settings, None)


def confirm_list(world: World, accounts: Integers, settings: Settings = SETTINGS) -> Integers:
    """The accounts of a given list that are confirmed to act in concert with others of it."""
    return _detected(world, settings, [account_id(number) for number in accounts]).named


def _detected(world: World, settings: Settings, listed: Sequence[str] | None) -> Detected:
    found = detection.detect(_engine(world), settings, listed=listed).tables
    members: dict[str, list[int]] = {}
    for row in found["membership"].select(["network", "account"]).to_pylist():
        members.setdefault(row["network"], []).append(account_number(row["account"]))
    tiers = found["network"].select(["network", "tier"]).to_pylist()
    by_tier = {
        tier: [np.array(members[row["network"]]) for row in tiers if row["tier"] == tier]
        for tier in Tier
    }
    return Detected(by_tier[Tier.CONFIRMED], by_tier[Tier.LEAD])


def _engine(world: World) -> Engine:
    """An engine that sees the world's events as those of any other source."""
    engine = open_engine()
    rows = dict(events(world))
    for name, table in EVENTS.items():
        engine.see(name, rows.get(name, table.rows([])))
    engine.see("comparison", pa.table({"account": pa.array([], pa.string())}))
    return engine


def _union(groups: list[Integers]) -> Integers:
    return np.unique(np.concatenate([np.zeros(0, np.int64), *groups]))
