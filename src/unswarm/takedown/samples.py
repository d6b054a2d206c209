"""A sample of what the accounts did together: when, how many, how closely. No word of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unswarm.engines import quoted
from unswarm.findings import Findings

EACH = 5

JOINT = """
SELECT o.network, o.signal, o.object, min(o.time) AS first, count(DISTINCT o.account) AS accounts,
       max(o.time) - min(o.time) AS span
FROM occasion AS o JOIN covered AS c ON c.account = o.account AND c.network = o.network
WHERE o.together AND o.network = {network}
GROUP BY o.network, o.signal, o.object
ORDER BY accounts DESC, span, first, o.signal, o.object
"""
OTHERS = """
SELECT count(DISTINCT account) AS accounts FROM trace
WHERE signal = {signal} AND object = {object}
  AND account NOT IN (SELECT account FROM covered)
"""


@dataclass(frozen=True)
class Sample:
    """Accounts of a network that did the same thing.

    Args:
        network: the network.
        signal: what they did: see `signals`.
        first: when the first of them did, milliseconds UTC.
        accounts: how many did.
        span: milliseconds from the first to the last.
        outsiders: accounts that are not in the report and did so too, at any time.
    """

    network: str
    signal: str
    first: int
    accounts: int
    span: int
    outsiders: int


def samples(findings: Findings, networks: Sequence[str]) -> tuple[Sample, ...]:
    """The occasions on which most members of each network came together."""
    found = []
    for network in networks:
        rows = findings.query(f"{JOINT.replace('{network}', quoted(network))} LIMIT {EACH}")
        found += [_sample(findings, row) for row in rows]
    return tuple(found)


def _sample(findings: Findings, row: Mapping[str, Any]) -> Sample:
    query = OTHERS.format(signal=quoted(row["signal"]), object=quoted(row["object"]))
    (others,) = findings.query(query)
    known = {name: row[name] for name in ("network", "signal", "first", "accounts", "span")}
    return Sample(**known, outsiders=others["accounts"])
