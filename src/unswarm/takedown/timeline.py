"""What happened when: the accounts' months, and the steps of the operation and of the case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median_low

from unswarm.engines import quoted
from unswarm.findings import Findings
from unswarm.takedown.covered import Covered

TIMES = """
SELECT CAST(floor(time / 86400000.0) AS BIGINT) AS day, count(*) AS posts
FROM post WHERE account IN (SELECT account FROM covered) GROUP BY 1 ORDER BY 1
"""
JOINT = "SELECT min(first) AS first, max(last) AS last FROM network WHERE network IN ({networks})"
ADS = """
SELECT min(time) AS first, max(coalesce(until, time)) AS last FROM ad
WHERE account IN (SELECT account FROM covered)
"""


@dataclass(frozen=True)
class Month:
    """How many posts of the accounts the data holds for a month, `2019-11`."""

    month: str
    posts: int


@dataclass(frozen=True)
class Step:
    """One thing that happened on a day (ISO 8601)."""

    day: str
    what: str


def months(findings: Findings) -> tuple[Month, ...]:
    """Posts by month, months without any included."""
    found: dict[str, int] = {}
    for row in findings.query(TIMES):
        name = _day(row["day"] * 86_400_000)[:7]
        found[name] = found.get(name, 0) + row["posts"]
    if not found:
        return ()
    return tuple(Month(name, found.get(name, 0)) for name in _between(min(found), max(found)))


def _between(first: str, last: str) -> Iterator[str]:
    year, month = int(first[:4]), int(first[5:])
    while (name := f"{year:04}-{month:02}") <= last:
        yield name
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def steps(
    findings: Findings, accounts: Sequence[Covered], networks: Sequence[str]
) -> tuple[Step, ...]:
    """Everything that has a day, oldest first."""
    found = [*_operation(findings, accounts, networks), *_case(findings, networks)]
    return tuple(sorted(dict.fromkeys(found), key=lambda step: step.day))


def _operation(
    findings: Findings, accounts: Sequence[Covered], networks: Sequence[str]
) -> Iterator[Step]:
    born = sorted(each.created for each in accounts if each.created is not None)
    if born:
        yield Step(_day(born[0]), "The first of the accounts of known age was created.")
        yield Step(_day(median_low(born)), "Half of the accounts of known age existed.")
    for query, what in ((JOINT, "joint action"), (ADS, "day of an ad")):
        if not networks:
            return
        named = ", ".join(map(quoted, networks))
        row = next(iter(findings.query(query.format(networks=named))))
        for name in ("first", "last"):
            if row[name] is not None:
                yield Step(_day(row[name]), f"The {name} {what} in the data.")


def _case(findings: Findings, networks: Sequence[str]) -> Iterator[Step]:
    for network in networks:
        decision = findings.record.standing("network", network)
        if decision:
            yield Step(decision.when[:10], f"{network} was decided on.")
            for given in decision.approvals:
                yield Step(given.when[:10], f"A second person approved the decision on {network}.")
    for claim in findings.record.claims.values():
        for said in claim.statements:
            if said.asked:
                yield Step(said.asked, f"{said.party} was asked for its side.")
            if said.answered:
                yield Step(said.answered, f"{said.party} answered.")
    yield from _handed_on(findings)


def _handed_on(findings: Findings) -> Iterator[Step]:
    for release in findings.record.releases.values():
        for recipient, _, when in release.recipients:
            yield Step(when[:10], f"{recipient} received the data.")
    for plan in findings.record.plans.values():
        for receipt in plan.receipts.values():
            if receipt.state == "done":
                yield Step(receipt.when[:10], "Accounts were acted on.")


def _day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
