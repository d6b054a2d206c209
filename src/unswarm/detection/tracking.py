"""The same network across runs: it keeps its id while its members largely persist."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from unswarm.model import MEMBERSHIP

SAME = 0.5


def network_ids(groups: Sequence[frozenset[str]], previous: pa.Table | None = None) -> list[str]:
    """An id for each group of accounts.

    A group takes the id of the earlier network that it shares most with, if their Jaccard index is
    at least a half and no group shares more; new networks are numbered on.

    Args:
        groups: the members of each network.
        previous: `model.MEMBERSHIP` of the run before; None: there was none.
    """
    before = _members(previous if previous is not None else MEMBERSHIP.rows([]))
    matches = sorted(
        (-_jaccard(group, old), name, place)
        for place, group in enumerate(groups)
        for name, old in before.items()
        if _jaccard(group, old) >= SAME
    )
    ids: dict[int, str] = {}
    for _, name, place in matches:
        if place not in ids and name not in ids.values():
            ids[place] = name
    number = max((int(name.removeprefix("n-")) for name in before), default=0)
    for place in range(len(groups)):
        if place not in ids:
            number += 1
            ids[place] = f"n-{number:04d}"
    return [ids[place] for place in range(len(groups))]


def _members(membership: pa.Table) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    pairs = zip(membership["network"].to_pylist(), membership["account"].to_pylist(), strict=True)
    for network, account in pairs:
        found.setdefault(network, set()).add(account)
    return {network: frozenset(accounts) for network, accounts in sorted(found.items())}


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / max(len(a | b), 1)
