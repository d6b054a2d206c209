"""A network's accounts against other accounts: on other platforms, and in other data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from unswarm.detection.counterparts import Moments, as_rows, counterparts
from unswarm.detection.expand import grow
from unswarm.detection.held import holdings
from unswarm.detection.layer import Ints
from unswarm.detection.linked import Members, rows, with_kinds
from unswarm.engines import Engine
from unswarm.fingerprint import Fingerprint, Profile, people
from unswarm.model import COUNTERPART, LINKED
from unswarm.settings import Settings

TIMES = """
SELECT account, CAST(floor(time / 1000) AS BIGINT) AS second FROM post
WHERE account IS NOT NULL AND precision <= 1000 ORDER BY account, second
"""


def across_platforms(
    engine: Engine, members: Mapping[str, Members], found: pa.Table
) -> list[dict[str, Any]]:
    """Rows of `model.COUNTERPART`: each network's accounts against those of other platforms.

    Args:
        engine: sees the events.
        members: of the confirmed networks.
        found: `model.LINKED` of the run; who is named there belongs to the network.
    """
    everybody = people(engine) if members else []
    if len({person.platform for person in everybody if person.platform}) < 2:
        return []
    moments = _moments(engine)
    own = {network: set(accounts) for network, accounts in members.items()}
    for row in found.select(["network", "account", "named"]).to_pylist():
        if row["named"]:
            own[row["network"]].add(row["account"])
    return [
        row
        for network, accounts in own.items()
        for row in _of_network(network, accounts, everybody, moments)
    ]


def _of_network(
    network: str, accounts: set[str], everybody: Sequence[Profile], moments: Moments
) -> Iterable[dict[str, Any]]:
    mine = [person for person in everybody if person.account in accounts and person.platform]
    for platform in sorted({str(person.platform) for person in mine}):
        ours = [person for person in mine if person.platform == platform]
        here = [person for person in everybody if person.platform == platform]
        theirs = [p for p in everybody if p.platform and p.platform != platform]
        for other in sorted({str(person.platform) for person in theirs}):
            there = [person for person in theirs if person.platform == other]
            yield from as_rows(network, counterparts(ours, there, moments, here=here))


def _moments(engine: Engine) -> dict[str, Ints]:
    """Account → seconds UTC at which it posted, sorted; coarser times say nothing."""
    found = engine.fetch(TIMES)
    coded = found["account"].combine_chunks().dictionary_encode()
    seconds = found["second"].to_numpy()
    bounds = np.flatnonzero(np.diff(coded.indices.to_numpy(), prepend=-1))
    names = coded.dictionary.to_pylist()
    return dict(zip(names, np.split(seconds, bounds[1:]), strict=True)) if names else {}


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
