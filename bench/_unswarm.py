"""The one place where the benchmarks call unswarm's detection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unswarm import detection
from unswarm.settings import Settings
from unswarm.simulate import World, account_id, account_number, traces

Integers = NDArray[np.int64]

SETTINGS = Settings(stability=False)  # the grid of settings names nobody, it only grades


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
    found = detection.detect_traces(traces(world), settings)
    return Detected(
        networks=[_numbers(network) for network in found.networks],
        leads=[_numbers(lead) for lead in found.leads],
    )


def confirm_list(world: World, accounts: Integers, settings: Settings = SETTINGS) -> Integers:
    """The accounts of a given list that are confirmed to act in concert with others of it."""
    found = detection.test_traces(
        traces(world), [account_id(number) for number in accounts], settings
    )
    return _union([_numbers(network) for network in found.networks])


def _numbers(accounts: Iterable[str]) -> Integers:
    return np.array(sorted(account_number(str(account)) for account in accounts), np.int64)


def _union(groups: list[Integers]) -> Integers:
    return np.unique(np.concatenate([np.zeros(0, np.int64), *groups]))
