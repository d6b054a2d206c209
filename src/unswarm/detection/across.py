"""A network's accounts against other accounts: on other platforms, and in other data."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import Any

import numpy as np
import pyarrow as pa

from unswarm.detection.counterparts import Moments, as_rows, counterparts
from unswarm.detection.expand import grow
from unswarm.detection.held import holdings
from unswarm.detection.linked import Members, rows, with_kinds
from unswarm.engines import Engine
from unswarm.fingerprint import Fingerprint, Profile, people
from unswarm.model import COUNTERPART, LINKED
from unswarm.settings import Settings

TIMES = """
SELECT account, CAST(floor(time / 1000) AS BIGINT) AS second FROM post
WHERE account IS NOT NULL AND precision <= 1000 ORDER BY account, second
"""


@dataclass(frozen=True)
class Platforms:
    """The accounts of a case and when they post, read when they are first asked for."""

    engine: Engine

    @cached_property
    def everybody(self) -> list[Profile]:
        """Accounts whose platform is known; none where there is one platform only."""
        known = [person for person in people(self.engine) if person.platform]
        return known if len({person.platform for person in known}) > 1 else []

    @cached_property
    def moments(self) -> Moments:
        """Account → seconds UTC at which it posted, sorted; coarser times say nothing."""
        found = self.engine.fetch(TIMES)
        coded = found["account"].combine_chunks().dictionary_encode()
        bounds = np.flatnonzero(np.diff(coded.indices.to_numpy(), prepend=-1))
        names = coded.dictionary.to_pylist()
        seconds = np.split(found["second"].to_numpy(), bounds[1:])
        return dict(zip(names, seconds, strict=True)) if names else {}

    def counterparts(self, networks: Mapping[str, Collection[str]]) -> list[dict[str, Any]]:
        """Rows of `model.COUNTERPART`: accounts of networks against those of other platforms.

        Args:
            networks: network → its accounts.
        """
        return [
            row
            for network, accounts in networks.items()
            if self.everybody
            for row in self._of_network(network, accounts)
        ]

    def _of_network(self, network: str, accounts: Collection[str]) -> Iterator[dict[str, Any]]:
        everywhere = sorted({str(person.platform) for person in self.everybody})
        for here, there in permutations(everywhere, 2):
            mine = [person for person in self.everybody if person.platform == here]
            theirs = [person for person in self.everybody if person.platform == there]
            ours = [person for person in mine if person.account in accounts]
            if ours:
                yield from as_rows(network, counterparts(ours, theirs, self.moments, here=mine))


def belonging(members: Mapping[str, Members], found: pa.Table) -> dict[str, set[str]]:
    """Network → its members, and the accounts that `found` (`model.LINKED`) names."""
    own = {network: set(accounts) for network, accounts in members.items()}
    for row in found.select(["network", "account", "named"]).to_pylist():
        if row["named"]:
            own[row["network"]].add(row["account"])
    return own


# --- other data


@dataclass(frozen=True)
class Match:
    """A fingerprint against the accounts of a case.

    Args:
        fingerprint: whose.
        linked: rows of `model.LINKED`: accounts that have what was the network's.
        counterparts: rows of `model.COUNTERPART`.
        unchanged: accounts that are there under the same id: no new ones.
    """

    fingerprint: Fingerprint
    linked: pa.Table
    counterparts: pa.Table
    unchanged: tuple[str, ...]


def match(engine: Engine, left: Fingerprint, settings: Settings, key: str = "") -> Match:
    """A fingerprint against the accounts of the events that an engine sees.

    Args:
        key: of the seal of these events, see `unswarm.sealing.tells`.
    """
    held, everybody = holdings(engine), people(engine)
    known = {person.account for person in left.accounts}
    new = [person for person in everybody if person.account not in known]
    owned = {
        name: np.isin(each.names.to_pylist(), list(own))
        for name, own in left.comparable(key).items()
        if (each := held.ties.get(name))
    }
    growth = grow(held.ties, np.zeros(len(held.ids)), settings, owned=owned)
    here = sorted(known & set(held.ids.to_pylist()))
    found = [
        {**row, "past": left.case} for row in rows(left.network, growth, held, {}, held.codes(here))
    ]
    pairs = as_rows(left.network, counterparts(left.accounts, new), left.case)
    return Match(left, LINKED.rows(with_kinds(engine, found)), COUNTERPART.rows(pairs), tuple(here))
