"""The accounts that decisions cover, as they stand today: each once, with the decision."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from unswarm.findings import Findings
from unswarm.record import CLEARED
from unswarm.record.decisions import Decision

PROFILES = """
SELECT account, coalesce(platform, '') AS platform, coalesce(kind, 'person') AS kind, created
FROM account
"""


WORD = re.compile(r"@?\w[\w.-]*\w")


class Unnamed:
    """Sentences of evidence without the accounts they give as examples.

    A public report counts accounts and names none of them.
    """

    def __init__(self, findings: Findings) -> None:
        rows = findings.query(
            "SELECT a.account, a.handle FROM account AS a JOIN covered AS c USING (account)"
        )
        said = {name for row in rows for name in (row["account"], row["handle"]) if name}
        self._names = {name.casefold() for name in said}

    def __call__(self, sentence: str) -> str:
        """The sentence, with `[account]` where an account of the report is named."""
        return WORD.sub(self._put, sentence)

    def _put(self, found: re.Match[str]) -> str:
        word = found.group()
        return "[account]" if word.removeprefix("@").casefold() in self._names else word


@dataclass(frozen=True)
class Covered:
    """One account that two people decided on.

    Args:
        account: its id.
        platform: in lower case; empty where it is not known.
        kind: person, page, group, channel, advertiser; person where it is not known.
        created: milliseconds UTC; None where it is not known.
        network: the network that it was decided on with; empty: by itself.
    """

    account: str
    platform: str
    kind: str
    created: int | None
    network: str


def published(findings: Findings) -> list[Decision]:
    """The decisions that a report prints: those that stand, are enforceable and not on domains."""
    standing = findings.record.standings
    return [d for d in standing if d.enforceable and d.kind != "domain"]


def covered(findings: Findings) -> list[Covered]:
    """Every account of these decisions; none that was cleared or reinstated since."""
    subjects = dict(_subjects(published(findings)))
    named = {a: n for a, n in subjects.items() if findings.record.may_be_named(a)}
    return [
        Covered(row["account"], row["platform"].casefold(), row["kind"], row["created"], network)
        for row in sorted(findings.query(PROFILES), key=lambda row: str(row["account"]))
        if (network := named.get(row["account"])) is not None
    ]


def _subjects(decisions: Iterable[Decision]) -> Iterable[tuple[str, str]]:
    for decision in sorted(decisions, key=lambda d: d.kind == "network", reverse=True):
        if decision.kind == "account":
            yield decision.subject, ""
        for account in decision.members:
            yield account, decision.subject


def blocked(findings: Findings) -> list[str]:
    """Domains that were decided on, sorted."""
    standing = findings.record.standings
    return sorted(d.subject for d in standing if d.enforceable and d.kind == "domain")


def cleared(findings: Findings) -> int:
    """How many subjects a person cleared."""
    return sum(decision.verdict in CLEARED for decision in findings.record.standings)
