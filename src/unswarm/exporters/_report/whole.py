"""The whole operation: its accounts by kind, those tied to them, money, audience, and its funnel.

Of accounts that a list of linked ones names, and of likely counterparts, names are shown; all
others are counted. A case without any of this says nothing of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from unswarm.canonical import PLATFORMS, SHORTENERS
from unswarm.exporters._report import whole_queries
from unswarm.exporters._report.evidence import OPERATION, Item
from unswarm.exporters._report.funnel import Funnel, funnel
from unswarm.exporters._report.queries import ByNetwork, Row, by_network, only, optional
from unswarm.exporters._report.rows import Rows
from unswarm.exporters._report.summary import Number
from unswarm.exporters._report.sums import Part, Sums
from unswarm.exporters._report.words import (
    KINDS,
    band,
    count,
    cut,
    kind,
    platform,
    prose,
    several,
    share,
)
from unswarm.findings import NAMED, Findings
from unswarm.sites import Crawl, Sisters

LISTED = 200  # linked accounts of a network, and counterparts
FEWEST_ACCOUNTS = 2  # one account's site says nothing of the network
FEWEST_LINKS = 5
LONGEST = 300


@dataclass(frozen=True)
class Entities:
    """Accounts of one kind on one platform; `counted` ones are not named."""

    what: str
    where: str
    members: Number
    linked: Number
    counted: Number


@dataclass(frozen=True)
class Tied:
    """An account that a list of linked ones names."""

    anchor: str
    handle: str
    row: Row
    what: str
    where: str
    ties: str
    band: str
    explanation: str


@dataclass(frozen=True)
class Pairing:
    """An account and its likely counterpart, or one that came back."""

    here: str
    there: str
    where: str
    probability: float
    agrees: Sequence[str]
    past: str


@dataclass(frozen=True)
class Steps:
    """From posts to sites, counted."""

    posts: Number
    linking: Number
    links: Number
    led: Number | None  # went through shorteners, and on
    hidden: Number | None  # end at shorteners
    sites: Number
    grouped: int  # sites that share an owner's ids
    groups: int


@dataclass(frozen=True)
class Whole:
    """What the report says of an operation as a whole."""

    sentence: Sequence[Part]
    entities: Sequence[Entities]
    tied: Sequence[Tied]
    named: Number
    unnamed: Number | None
    unnamed_by: str
    pairings: Sequence[Pairing]
    pairs: Number
    unshown: int  # counterparts that are not named
    evidence: Mapping[str, Sequence[Item]]
    funnel: Funnel | None
    steps: Steps | None
    entry: str  # the rows behind the funnel


@dataclass(frozen=True)
class Wholes:
    """What the case holds about whole operations, by network."""

    entities: ByNetwork
    tied: ByNetwork
    unnamed: ByNetwork
    pairings: ByNetwork
    flows: ByNetwork
    steps: ByNetwork
    led: Mapping[str, int]
    reach: ByNetwork
    reached: ByNetwork
    sketched: ByNetwork
    spent: ByNetwork
    crawl: Crawl

    @classmethod
    def of(cls, findings: Findings, networks: Sequence[Row]) -> Wholes:
        """Fetch it, for findings; leads have none."""
        names = [row["network"] for row in networks if row["tier"] == "confirmed"]

        def fetch(sql: str, **values: int) -> ByNetwork:
            return by_network(findings, only(sql, names, **values))

        led = f"SELECT l.network, count(*) AS links FROM ({whole_queries.LED}) AS l GROUP BY 1"
        return cls(
            entities=fetch(whole_queries.ENTITIES),
            tied=fetch(whole_queries.LINKED, most=LISTED),
            unnamed=fetch(whole_queries.UNNAMED),
            pairings=fetch(whole_queries.COUNTERPARTS, most=LISTED),
            flows=fetch(whole_queries.FLOWS),
            steps=fetch(whole_queries.STEPS),
            led={row["network"]: row["links"] for row in optional(findings, only(led, names))},
            reach=fetch(whole_queries.REACH),
            reached=fetch(whole_queries.REACHED),
            sketched=fetch(whole_queries.SKETCHED),
            spent=fetch(whole_queries.SPENT),
            crawl=Crawl.of(findings.engine),
        )

    def shows(self, network: str, found: Sequence[Row]) -> bool:
        """Whether there is something to say of an operation with this evidence."""
        kinds = {row["kind"] for row in self.entities[network]} - {"person"}
        families = {row["family"] for row in found} & set(OPERATION[1:])
        beyond = self.tied[network] or self.unnamed[network] or self.pairings[network]
        return bool(kinds or families or beyond or self.led.get(network) or self.groups(network))

    def groups(self, network: str) -> list[Sisters]:
        """Sites the operation leads to that share an owner's ids."""
        accounts: Counter[str] = Counter()
        for row in self.flows[network]:
            accounts[row["domain"]] += row["accounts"]
        sites = [site for site, number in accounts.items() if number >= FEWEST_ACCOUNTS]
        return self.crawl.sisters(sorted(set(sites) - PLATFORMS - SHORTENERS))

    def whole(
        self, network: str, section: tuple[str, str], rows: Rows, evidence: Mapping[str, list[Item]]
    ) -> Whole:
        """The operation of a network; `section`: anchor and title of its section."""
        return _Composer(self, network, *section, rows).whole(evidence)


@dataclass(frozen=True)
class _Composer:
    """Writes about the operation of one network."""

    known: Wholes
    network: str
    anchor: str
    title: str
    rows: Rows

    def whole(self, evidence: Mapping[str, list[Item]]) -> Whole:
        unnamed = self.known.unnamed[self.network]
        pairings = self.known.pairings[self.network]
        picture = self._funnel()
        shown = [row for row in pairings if self._may_show(row)]
        return Whole(
            sentence=self._sums.sentence(self._ask),
            entities=self._entities(),
            tied=self._tied(),
            named=self._number(self._named(), "Linked accounts", whole_queries.LINKED_OF),
            unnamed=self._unnamed(sum(row["accounts"] for row in unnamed)),
            unnamed_by=_by(unnamed),
            pairings=[self._pairing(row) for row in shown],
            pairs=self._pairs(pairings[0]["number"] if pairings else 0),
            unshown=(pairings[0]["number"] if pairings else 0) - len(shown),
            evidence={name: evidence[name] for name in OPERATION if name in evidence},
            funnel=picture,
            steps=self._steps() if picture else None,
            entry=self._flows if picture else "",
        )

    @cached_property
    def _sums(self) -> Sums:
        known, network = self.known, self.network
        return Sums(
            entities=known.entities[network],
            reach=known.reach[network],
            reached=known.reached[network],
            sketched=known.sketched[network],
            spent=known.spent[network],
        )

    @cached_property
    def _entries(self) -> dict[str, str]:
        return {}

    def _ask(self, title: str, sql: str) -> str:
        """The entry of a query, asked once."""
        if title not in self._entries:
            self._entries[title] = self.rows.ask(self.title, title, only(sql, [self.network]))
        return self._entries[title]

    def _number(self, number: int, title: str, sql: str) -> Number:
        return Number(count(number), self._ask(title, sql) if number else "")

    # --- accounts

    def _entities(self) -> list[Entities]:
        sizes: dict[tuple[str, str], Counter[str]] = {}
        for row in self.known.entities[self.network]:
            standing = sizes.setdefault((row["kind"], row["platform"]), Counter())
            standing[row["standing"]] += row["accounts"]
        order = list(KINDS)
        ranked = sorted(sizes, key=lambda key: (order.index(key[0]), key[1]))
        return [self._row(key, sizes[key]) for key in ranked]

    def _row(self, key: tuple[str, str], sizes: Counter[str]) -> Entities:
        title, sql = "Accounts of the operation", whole_queries.ENTITIES_OF
        counted = sizes["undetermined"] + sizes["worth a look"]
        numbers = [self._number(n, title, sql) for n in (sizes["member"], sizes["linked"], counted)]
        return Entities(kind(key[0]), platform(key[1]), *numbers)

    def _named(self) -> int:
        tied = self.known.tied[self.network]
        return int(tied[0]["number"]) if tied else 0

    def _tied(self) -> list[Tied]:
        return [
            Tied(
                anchor=f"{self.anchor}t{place}",
                handle=self.rows.names.of_account(row["account"]),
                row=row,
                what=kind(row["known"] or row["kind"], 1),
                where=platform(row["platform"]),
                ties=", ".join(map(_tie, (row["ties"] or "").split())),
                band=_part(row["probability"] or 0),
                explanation=self.rows.names.in_text(prose(row["explanation"] or "")),
            )
            for place, row in enumerate(self.known.tied[self.network], start=1)
        ]

    def _unnamed(self, number: int) -> Number | None:
        return self._number(number, "Linked accounts", whole_queries.LINKED_OF) if number else None

    # --- counterparts

    def _may_show(self, row: Row) -> bool:
        handles = self.rows.names.handles
        return (
            row["probability"] >= NAMED
            and row["other"] in handles
            and (row["past"] is not None or row["account"] in handles)
        )

    def _pairs(self, number: int) -> Number:
        return self._number(number, "Counterparts and returns", whole_queries.COUNTERPARTS_OF)

    def _pairing(self, row: Row) -> Pairing:
        names, past = self.rows.names, row["past"]
        lines = [line for line in (row["agrees"] or "").splitlines() if line.strip()]
        return Pairing(
            here="an account removed before" if past else names.of_account(row["account"]),
            there=names.of_account(row["other"]),
            where=platform(row["platform"]),
            probability=row["probability"],
            agrees=[cut(names.in_text(prose(line)), LONGEST) for line in lines],
            past=names.in_text(past or ""),
        )

    # --- where they lead

    @property
    def _flows(self) -> str:
        return self._ask("Links by kind of account and site", whole_queries.FLOWS)

    def _funnel(self) -> Funnel | None:
        flows = self.known.flows[self.network]
        if sum(row["links"] for row in flows) < FEWEST_LINKS:
            return None
        return funnel(flows, self.known.groups(self.network))

    def _steps(self) -> Steps:
        flows, steps = self.known.flows[self.network], self.known.steps[self.network]
        posts = self._ask("Posts, and those with links", whole_queries.STEPS)
        sites, groups = {row["domain"] for row in flows}, self.known.groups(self.network)
        hidden = sum(row["links"] for row in flows if row["domain"] in SHORTENERS)
        return Steps(
            posts=Number(count(sum(row["posts"] for row in steps)), posts),
            linking=Number(count(sum(row["linking"] for row in steps)), posts),
            links=Number(count(sum(row["links"] for row in flows)), self._flows),
            led=self._led(),
            hidden=Number(count(hidden), self._flows) if hidden else None,
            sites=Number(count(len(sites - PLATFORMS - SHORTENERS)), self._flows),
            grouped=sum(len(group.sites) for group in groups),
            groups=len(groups),
        )

    def _led(self) -> Number | None:
        led = self.known.led.get(self.network)
        return self._number(led, "Links led on by redirects", whole_queries.LED) if led else None


def _part(probability: float) -> str:
    """The band of a probability; the list's error rate may name accounts below all bands."""
    return band(probability) if probability >= NAMED else share(probability)


def _by(unnamed: Sequence[Row]) -> str:
    """How many unnamed accounts each tie ties: `9 by administrators, 5 by devices`."""
    ties: Counter[str] = Counter()
    for row in unnamed:
        ties.update(dict.fromkeys(row["ties"].split(), row["accounts"]))
    said = sorted(ties.items(), key=lambda tie: (-tie[1], tie[0]))
    return ", ".join(several(n, f"by {_tie(t)}", f"by {_tie(t)}") for t, n in said)


def _tie(name: str) -> str:
    return "what they run" if name == "administered" else name.replace("_", " ")
