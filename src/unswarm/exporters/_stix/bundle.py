"""The bundle: networks as campaigns, with everything that hangs on them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import uuid5

from unswarm.engines import quoted
from unswarm.exporters._stix import accounts, said, techniques
from unswarm.exporters._stix.discreet import discreet
from unswarm.exporters._stix.maker import CASES, Maker, Thing, later, stamp
from unswarm.findings import Findings
from unswarm.model import Verdict
from unswarm.record import Record
from unswarm.record.appeals import OPEN
from unswarm.record.orders import CARRIED_OUT, Action, Order
from unswarm.tactics import Tactic, tactics

TIMES = "SELECT min(time) AS first, max(time) AS latest FROM post"
CLAIMS = """
SELECT measure, family, claim, p AS p_value FROM evidence WHERE network = {network}
ORDER BY measure, claim
"""
DISABLING = frozenset({Action.DISABLE_ACCOUNT, Action.REMOVE_PAGE, Action.REMOVE_GROUP})
PAYERS = re.compile(r" payers?: ")
SCHEMA = "https://github.com/unswarm/unswarm/blob/main/docs/exporters.md"

Row = Mapping[str, Any]


def bundle(findings: Findings, tlp: str, organisation: str) -> Thing:
    """A whole case as a STIX bundle."""
    make = _maker(findings, tlp, organisation)
    things = _Things(make, findings)
    things.add(make.marking(), _whose(make, findings, organisation), _extension(make))
    for network in findings.accused:
        things.network(network)
    if things.campaigns:
        things.add(*techniques.foundation())
        things.add(_whole(make, findings, things))
    return {"type": "bundle", "id": make.id("bundle"), "objects": list(things.by_id.values())}


def _maker(findings: Findings, tlp: str, organisation: str) -> Maker:
    first = next((str(each["sha256"]) for each in findings.run.get("sources", ())), "")
    space = uuid5(CASES, "\x1f".join((findings.name, first, organisation)))
    posts = next(iter(findings.query(TIMES)))
    created, latest = stamp(posts["first"] or 0), stamp(posts["latest"] or 0)
    spoken = map(later, filter(None, _spoken(findings.record)))
    return Maker(space, created, max([latest, *spoken]), tlp)


def _spoken(record: Record) -> Iterator[str]:
    """Every moment at which somebody said something that can change a bundle."""
    for decision in record.decisions.values():
        yield from (decision.when, *(each.when for each in decision.approvals))
    for appeal in record.appeals.values():
        yield from (appeal.when, appeal.answered)
    for claim in record.claims.values():
        yield from (claim.when, *(step[0] for step in claim.history))
        yield from (statement.when for statement in claim.statements)
    for plan in record.plans.values():
        yield from (receipt.when for receipt in plan.receipts.values())


def _whose(make: Maker, findings: Findings, organisation: str) -> Thing:
    name = organisation or f"unswarm, case {findings.name}"
    made = make.thing("identity", ("maker",), name=name, identity_class="organization")
    del made["created_by_ref"]
    return made


def _extension(make: Maker) -> Thing:
    return make.thing(
        "extension-definition",
        ("evidence",),
        name="unswarm evidence",
        description="Significance of a campaign, and the sentences of evidence behind it.",
        schema=SCHEMA,
        version="1.0.0",
        extension_types=["property-extension"],
    )


def _whole(make: Maker, findings: Findings, things: _Things) -> Thing:
    """What holds everything together: a report where people decided, else a grouping."""
    own = [ident for ident in things.by_id if not ident.startswith("marking-definition")]
    if not findings.decided:
        shared = {"context": "suspicious-activity", "object_refs": own}
        return make.thing("grouping", ("whole",), name=findings.name, **shared)
    return make.thing(
        "report",
        ("whole",),
        name=findings.name,
        report_types=["campaign"],
        published=make.modified,
        object_refs=own,
    )


class _Things:
    """The objects of a bundle, each once."""

    def __init__(self, make: Maker, findings: Findings) -> None:
        self._make, self._findings = make, findings
        self._done = {
            order.subject
            for plan in findings.record.plans.values()
            for order in plan.in_state(*CARRIED_OUT)
            if order.action in DISABLING
        }
        self._own = {
            account for network in findings.accused for account in findings.nameable(network)
        }
        self.by_id: dict[str, Thing] = {}
        self.campaigns: dict[str, str] = {}
        self._of: dict[str, str] = {}

    def add(self, *things: Thing) -> None:
        """Keep objects; one that is there already stays."""
        for thing in things:
            self.by_id.setdefault(thing["id"], thing)

    def network(self, network: str) -> None:
        """Everything of one network."""
        row = next(iter(self._findings.query(_row(network))))
        campaign = self._campaign(row)
        self.campaigns[network] = campaign["id"]
        seen = [*self._accounts(network), *self._sites(network, campaign["id"])]
        self.add(campaign, *seen)
        if seen:
            self._observed(row, seen)
        self._techniques(network, campaign["id"])
        self._people(network, campaign["id"])

    def _campaign(self, row: Row) -> Thing:
        asked = self._findings.query(CLAIMS.format(network=quoted(row["network"])))
        claims = [each for each in asked if not PAYERS.search(each["claim"])]
        told = self._discreet([each["claim"] for each in claims])
        evidence = {
            "extension_type": "property-extension",
            "p_value": row["p"],
            "strength": row["strength"],
            "accounts": row["accounts"],
            "together": row["together"],
            "occasions": row["occasions"],
            "expected": row["expected"],
            "evidence": [_sentence(each, said) for each, said in zip(claims, told, strict=True)],
        }
        kept = {name: value for name, value in evidence.items() if value is not None}
        return self._make.thing(
            "campaign",
            (row["network"],),
            name=f"{self._findings.name}: {row['network']}",
            description=f"{(row['label'] or 'Coordinated').capitalize()}. {self._decided(row)} "
            "What accounts said was not looked at.",
            first_seen=None if row["first"] is None else stamp(row["first"]),
            last_seen=None if row["last"] is None else stamp(row["last"]),
            extensions={self._make.id("extension-definition", "evidence"): kept},
        )

    def _decided(self, row: Row) -> str:
        if row["network"] in self._findings.decided:
            return "Somebody decided that it is inauthentic: see the notes."
        return "Nobody has decided on it yet: it is a finding, and no more."

    def _covers(self, network: str) -> set[str]:
        """The accounts that the standing decision covers, without those that appeal against it."""
        record = self._findings.record
        decision = record.standing("network", network)
        if decision is None or decision.verdict is not Verdict.INAUTHENTIC:
            return set()
        appealing = {a.account for a in record.appeals.values() if a.outcome == OPEN}
        return set(decision.members) - appealing

    def _accounts(self, network: str) -> Iterator[Thing]:
        for row in accounts.members(self._findings, network):
            thing = accounts.account(self._make, row, row["account"] in self._done)
            self._of[thing["id"]] = row["account"]
            yield thing

    def _sites(self, network: str, campaign: str) -> Iterator[Thing]:
        make = self._make
        found = list(accounts.sites(self._findings, network))
        if not found:
            return
        told = "; ".join(
            f"{row['domain']}: linked by {row['accounts']:,} of its accounts, {row['others']:,} "
            "others"
            for row in found
        )
        infrastructure = make.thing(
            "infrastructure",
            ("sites", network),
            name=f"Sites that {network} leads to",
            description=f"{told}. Whose they are remains open.",
            infrastructure_types=["amplification"],
        )
        self.add(infrastructure, make.link(campaign, "uses", infrastructure["id"]))
        for row in found:
            site = accounts.site(make, row["domain"])
            self.add(make.link(infrastructure["id"], "consists-of", site["id"]))
            yield site

    def _observed(self, row: Row, seen: list[Thing]) -> None:
        make, campaign = self._make, self.campaigns[row["network"]]
        observed = make.thing(
            "observed-data",
            (row["network"],),
            first_observed=make.created if row["first"] is None else stamp(row["first"]),
            last_observed=make.created if row["last"] is None else stamp(row["last"]),
            number_observed=max(row["together"] or 1, 1),
            object_refs=[each["id"] for each in seen],
        )
        self.add(observed)
        covered = self._covers(row["network"])
        for each in seen:
            account = self._of.get(each["id"])  # None: a site
            if not covered or (account is not None and account not in covered):
                continue
            indicator = make.thing(
                "indicator",
                (row["network"], each["id"]),
                name=f"{each['type']} of {row['network']}",
                description="Seen in a network that somebody decided to be inauthentic.",
                indicator_types=["anomalous-activity"],
                pattern=accounts.pattern(each),
                pattern_type="stix",
                valid_from=observed["first_observed"],
            )
            self.add(indicator, make.link(indicator["id"], "indicates", campaign))
            self.add(make.link(indicator["id"], "based-on", observed["id"]))

    def _techniques(self, network: str, campaign: str) -> None:
        found: dict[str, tuple[Tactic, list[str]]] = {}
        for each in tactics(self._findings, network):
            if each.stix:
                _, because = found.setdefault(each.stix, (each, []))
                because += each.because
        for each, because in found.values():
            self.add(techniques.technique(each))
            self.add(techniques.used(self._make, each, campaign, self._discreet(because)))

    def _discreet(self, claims: list[str]) -> list[str]:
        return discreet(self._findings, self._own, claims)

    def _people(self, network: str, campaign: str) -> None:
        record = self._findings.record
        for decision in record.on("network", network):
            stands = decision is record.standing("network", network)
            self.add(said.decided(self._make, decision, campaign, stands))
        for claim in record.claims.values():
            if claim.network == network:
                self.add(*said.claimed(self._make, claim, campaign))
        members = set(self._findings.members(network))
        for plan in record.plans.values():
            own = [
                order
                for order in plan.in_state(*CARRIED_OUT)
                if self._against(order, network, members)
            ]
            self.add(*said.acted(self._make, plan, own, campaign))

    def _against(self, order: Order, network: str, members: Collection[str]) -> bool:
        """Whether an order comes from a decision on a network, or is on an account of it."""
        decision = self._findings.record.decisions.get(order.decision)
        if decision is not None and decision.kind == "network":
            return decision.subject == network
        return order.subject in members


def _sentence(row: Row, told: str) -> dict[str, Any]:
    """A row of evidence as it may be told."""
    return {name: value for name, value in {**row, "claim": told}.items() if value is not None}


def _row(network: str) -> str:
    return f"SELECT * FROM network WHERE network = {quoted(network)}"
