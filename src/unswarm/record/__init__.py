"""What people said and did with a case, replayed from its log.

`replay` is a pure function of the log's lines: the same lines give the same record. Everything
else here is one noun a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from unswarm.model import Verdict
from unswarm.record.appeals import REINSTATED, Appeal, appeals
from unswarm.record.attribution import Claim, claims
from unswarm.record.considered import Considered, considered
from unswarm.record.decisions import Decision, decisions
from unswarm.record.orders import Plan, plans
from unswarm.record.people import same
from unswarm.record.publication import (
    Erratum,
    Opinion,
    Release,
    Signature,
    errata,
    opinions,
    releases,
    signatures,
)

CLEARED = frozenset({Verdict.AUTHENTIC, Verdict.NOT_COORDINATED})
"""Verdicts after which something is handed on to nobody."""


@dataclass(frozen=True)
class Record:
    """Everything people said, by id, oldest first."""

    decisions: Mapping[str, Decision] = field(default_factory=dict)
    appeals: Mapping[str, Appeal] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    plans: Mapping[str, Plan] = field(default_factory=dict)
    considered: Mapping[tuple[str, str], Considered] = field(default_factory=dict)
    releases: Mapping[str, Release] = field(default_factory=dict)
    opinions: tuple[Opinion, ...] = ()
    signatures: tuple[Signature, ...] = ()
    errata: tuple[Erratum, ...] = ()

    def on(self, kind: str, subject: str) -> list[Decision]:
        """Every decision on a network, an account or a domain, oldest first."""
        return [d for d in self.decisions.values() if (d.kind, d.subject) == (kind, subject)]

    def standing(self, kind: str, subject: str) -> Decision | None:
        """The decision that holds: the latest; one that is undecided changes nothing."""
        said = self.on(kind, subject)
        decided = [d for d in said if d.verdict is not Verdict.UNDECIDED]
        latest = decided or said
        return latest[-1] if latest else None

    def subjects(self) -> list[tuple[str, str]]:
        """Every (kind, subject) that was decided on, in the order of the first decision."""
        return list(dict.fromkeys((d.kind, d.subject) for d in self.decisions.values()))

    @property
    def standings(self) -> list[Decision]:
        """The decision that holds on each subject, in the order of the first decisions."""
        found = (self.standing(*subject) for subject in self.subjects())
        return [decision for decision in found if decision is not None]

    def inauthentic(self, kind: str) -> list[str]:
        """Subjects of a kind whose standing decision is that they are inauthentic, sorted."""
        said = [d for d in self.standings if d.kind == kind]
        return sorted(d.subject for d in said if d.verdict is Verdict.INAUTHENTIC)

    def conflicts(self) -> list[tuple[Decision, Decision]]:
        """Pairs of decisions on one subject in which different people say different things.

        Only the latest word of each person counts, and "undecided" contradicts nobody.
        """
        return [
            (one, other)
            for subject in self.subjects()
            for one, other in combinations(self._latest_words(*subject), 2)
            if one.verdict is not other.verdict
        ]

    def _latest_words(self, kind: str, subject: str) -> list[Decision]:
        latest: list[Decision] = []
        for decision in self.on(kind, subject):
            if decision.verdict is not Verdict.UNDECIDED:
                latest = [d for d in latest if not same(d.who, decision.who)] + [decision]
        return latest

    def cleared(self, kind: str, subject: str) -> bool:
        """Whether the standing decision says that it does nothing wrong."""
        decision = self.standing(kind, subject)
        return decision is not None and decision.verdict in CLEARED

    def may_be_named(self, account: str) -> bool:
        """Whether nobody cleared or reinstated an account by itself."""
        return not self.cleared("account", account) and not self.reinstated(account)

    def reinstated(self, account: str) -> bool:
        """Whether the account's latest answered appeal gave it its place back."""
        answered = [a for a in self.appeals.values() if a.account == account and a.answer]
        return bool(answered) and answered[-1].outcome == REINSTATED


def replay(entries: Iterable[Mapping[str, Any]]) -> Record:
    """The record that a log tells."""
    lines = list(entries)
    return Record(
        decisions=decisions(lines),
        appeals=appeals(lines),
        claims=claims(lines),
        plans=plans(lines),
        considered=considered(lines),
        releases=releases(lines),
        opinions=opinions(lines),
        signatures=signatures(lines),
        errata=errata(lines),
    )
