"""The facts of a public report, each from a table or the log of the case."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from unswarm.engines import quoted
from unswarm.findings import Findings
from unswarm.record.attribution import Claim, Status
from unswarm.record.decisions import HIDDEN, Decision
from unswarm.record.publication import Erratum, Release
from unswarm.tactics import Tactic, tactics
from unswarm.takedown.covered import Covered, Unnamed, blocked, cleared, covered, published
from unswarm.takedown.samples import Sample, samples
from unswarm.takedown.timeline import Month, Step, months, steps

SAID = """
SELECT network, claim FROM evidence WHERE family = '{family}' AND network IN ({networks})
ORDER BY network DESC, claim
"""
POSTS = "SELECT count(*) AS posts FROM post WHERE account IN (SELECT account FROM covered)"
ADVERTISER = "advertiser"
NAMES_OTHERS = re.compile(r" payers?: | lead to \d+ sites?: ")
BY_COUNTRY = ("Of ", "By country")  # sentences that part a sum that another one gives


@dataclass(frozen=True)
class Count:
    """How many accounts of a kind on a platform two people decided on."""

    platform: str
    kind: str
    accounts: int


@dataclass(frozen=True)
class Decided:
    """What two people decided, and on what ground.

    Args:
        id: of the decision.
        ground: the rule that was broken.
        reason: in the words of who decided.
        cites: the evidence it rests on.
        who: decided.
        approved: who agreed.
        day: of the decision, ISO 8601.
    """

    id: str
    ground: str
    reason: str
    cites: tuple[str, ...]
    who: str
    approved: tuple[str, ...]
    day: str

    @classmethod
    def of(cls, said: Decision) -> Decided:
        """The same, without the members."""
        approved = tuple(each.who for each in said.approvals)
        return cls(
            said.id, said.ground, said.reason, said.cites, said.who, approved, said.when[:10]
        )


@dataclass(frozen=True)
class Network:
    """One network of the report: what the run said of it.

    Args:
        network: its id.
        label: what the run called it.
        strength: strong, moderate, weak.
        p: probability of as much by chance, all corrections included.
        together: joint occasions.
        occasions: possible ones.
        expected: joint ones that innocent explanations account for.
        signals: by which it was seen.
        tactics: techniques, each with its evidence.
        decision: what two people decided.
    """

    network: str
    label: str
    strength: str
    p: float | None
    together: int
    occasions: int
    expected: float | None
    signals: tuple[str, ...]
    tactics: tuple[Tactic, ...]
    decision: Decided


@dataclass(frozen=True)
class Action:
    """How many orders came to the same end."""

    action: str
    platform: str
    state: str
    orders: int


@dataclass(frozen=True)
class View:
    """What outside researchers say of the accounts, in one word of theirs.

    Args:
        source: who says so.
        label: their word.
        covered: accounts of the report that they use it on.
        others: other accounts that they use it on.
    """

    source: str
    label: str
    covered: int
    others: int


@dataclass(frozen=True)
class Found:
    """How the networks were found.

    Args:
        posts, accounts: in the data that was read.
        sources: files.
        tests: made.
        q: share of false findings that was asked for.
        signals: what was compared.
        undecided: tier → networks of the run that nobody decided on in this report.
        cleared: subjects that a person cleared.
        version: of unswarm.
        run: id of the run; the same data and settings give the same id.
    """

    posts: int
    accounts: int
    sources: int
    tests: int
    q: float
    signals: tuple[str, ...]
    undecided: tuple[tuple[str, int], ...]
    cleared: int
    version: str
    run: str


@dataclass(frozen=True)
class Facts:
    """Everything that a public report says."""

    case: str
    networks: tuple[Network, ...]
    counts: tuple[Count, ...]
    domains: tuple[str, ...]
    posts: int
    audience: tuple[str, ...]
    spending: tuple[str, ...]
    months: tuple[Month, ...]
    timeline: tuple[Step, ...]
    samples: tuple[Sample, ...]
    claims: tuple[Claim, ...]
    found: Found
    actions: tuple[Action, ...]
    appeals: tuple[tuple[str, int], ...]
    releases: tuple[Release, ...]
    views: tuple[View, ...]
    unknown: tuple[str, ...]
    errata: tuple[Erratum, ...]

    @property
    def accounts(self) -> int:
        """Accounts, Pages, Groups and channels of the report; advertisers are counted apart."""
        return sum(count.accounts for count in self.counts if count.kind != ADVERTISER)

    @property
    def hidden(self) -> bool:
        """Whether every network was decided on a ground that says that accounts hide."""
        return bool(self.networks) and all(n.decision.ground in HIDDEN for n in self.networks)

    @classmethod
    def of(cls, findings: Findings) -> Facts:
        """The facts of a case as it stands."""
        decisions = [d for d in published(findings) if d.kind == "network"]
        names = [decision.subject for decision in decisions]
        accounts = covered(findings)
        _see(findings, accounts)
        unnamed = Unnamed(findings)
        record = findings.record
        claims = tuple(c for c in record.claims.values() if c.network in names)
        return cls(
            case=findings.name,
            networks=tuple(each for d in decisions for each in _network(findings, d, unnamed)),
            counts=_counts(accounts),
            domains=tuple(blocked(findings)),
            posts=_one(findings, POSTS)["posts"],
            audience=_said(findings, "audience", names, unnamed),
            spending=_said(findings, "advertising", names, unnamed),
            months=months(findings),
            timeline=steps(findings, accounts, names),
            samples=samples(findings, names),
            claims=claims,
            found=_found(findings, names),
            actions=_actions(findings),
            appeals=_appeals(findings),
            releases=tuple(record.releases.values()),
            views=_views(findings, accounts),
            unknown=_unknown(findings, claims),
            errata=record.errata,
        )


def _see(findings: Findings, accounts: Sequence[Covered]) -> None:
    import pyarrow as pa

    ids = pa.array([each.account for each in accounts], pa.string())
    networks = pa.array([each.network for each in accounts], pa.string())
    findings.engine.see("covered", pa.table({"account": ids, "network": networks}))


def _one(findings: Findings, sql: str) -> dict[str, Any]:
    return next(iter(findings.query(sql)))


def _counts(accounts: Sequence[Covered]) -> tuple[Count, ...]:
    found = Counter((each.platform, each.kind) for each in accounts)
    return tuple(Count(*key, accounts=number) for key, number in sorted(found.items()))


def _network(findings: Findings, decision: Decision, unnamed: Unnamed) -> Iterator[Network]:
    """Of the latest run; one that a later run did not find again is not there."""
    query = f"SELECT * FROM network WHERE network = {quoted(decision.subject)}"
    for row in findings.query(query):
        yield Network(
            network=row["network"],
            label=row["label"] or "",
            strength=row["strength"] or "",
            p=row["p"],
            together=row["together"],
            occasions=row["occasions"],
            expected=row["expected"],
            signals=tuple((row["signals"] or "").split()),
            tactics=tuple(
                replace(each, because=tuple(map(unnamed, each.because)))
                for each in tactics(findings, decision.subject)
            ),
            decision=Decided.of(decision),
        )


def _said(
    findings: Findings, family: str, networks: Sequence[str], unnamed: Unnamed
) -> tuple[str, ...]:
    """What measures say of the networks, each sentence once; sums first, then their parts.

    Who paid, and whose sites ads lead to, is a matter of attribution: people say that, or nobody.
    """
    if not networks:
        return ()
    named = ", ".join(map(quoted, networks))
    rows = findings.query(SAID.format(family=family, networks=named))
    said = [row for row in rows if not NAMES_OTHERS.search(row["claim"])]
    said.sort(key=lambda row: (row["network"], row["claim"].startswith(BY_COUNTRY)))
    whose = [f"{row['network']}: " if len(networks) > 1 else "" for row in said]
    return tuple(f"{of}{unnamed(row['claim'])}" for of, row in zip(whose, said, strict=True))


def _found(findings: Findings, networks: Sequence[str]) -> Found:
    run, counts = findings.run, findings.run.get("counts", {})
    rows = findings.query("SELECT network, tier FROM network")
    undecided = Counter(row["tier"] for row in rows if row["network"] not in networks)
    return Found(
        posts=counts.get("posts", 0),
        accounts=counts.get("accounts", 0),
        sources=len(run.get("sources", ())),
        tests=counts.get("tests", 0),
        q=run.get("settings", {}).get("q", 0.0),
        signals=tuple(run.get("signals", ())),
        undecided=tuple(sorted(undecided.items())),
        cleared=cleared(findings),
        version=run.get("version", ""),
        run=run.get("run", ""),
    )


def _actions(findings: Findings) -> tuple[Action, ...]:
    found = Counter(
        (str(order.action), order.platform, plan.state(order) or "not sent")
        for plan in findings.record.plans.values()
        for order in plan.orders
        if plan.approvals
    )
    return tuple(Action(*key, orders=number) for key, number in sorted(found.items()))


def _appeals(findings: Findings) -> tuple[tuple[str, int], ...]:
    found = Counter(appeal.outcome for appeal in findings.record.appeals.values())
    return tuple(sorted(found.items()))


def _views(findings: Findings, accounts: Sequence[Covered]) -> tuple[View, ...]:
    ours = {each.account for each in accounts}
    found: dict[tuple[str, str], list[int]] = {}
    for said in findings.record.opinions:
        sides = found.setdefault((said.source, said.label), [0, 0])
        sides[said.account not in ours] += 1
    return tuple(View(*key, *sides) for key, sides in sorted(found.items()))


def _unknown(findings: Findings, claims: Sequence[Claim]) -> tuple[str, ...]:
    said = [row["claim"] for row in findings.caveats]
    if all(claim.status is Status.WITHDRAWN for claim in claims):
        said.insert(0, "Who runs these accounts: nobody claims to know.")
    silent = [(claim, each) for claim in claims for each in claim.unanswered]
    return (
        *said,
        *(f"What {each.party} says to {claim.id}: no answer yet." for claim, each in silent),
    )
