"""A section per network: figures, picture, times, evidence, pairs, objects and members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from unswarm.exporters._report import NAMED, charts, queries
from unswarm.exporters._report.graph import picture
from unswarm.exporters._report.material import SECTIONS, TOPS, Material, without
from unswarm.exporters._report.pairs import Pair, pair
from unswarm.exporters._report.queries import Row, of_account, only
from unswarm.exporters._report.rows import Rows
from unswarm.exporters._report.summary import Number
from unswarm.exporters._report.words import (
    FAMILIES,
    LABELS,
    STRENGTH,
    UNKNOWN,
    band,
    count,
    cut,
    figure,
    sentence,
    several,
    share,
    together,
)
from unswarm.findings import Findings
from unswarm.model import HOUR

TITLES = {"domain": "Sites", "hashtag": "Hashtags", "url": "Links"}


@dataclass(frozen=True)
class Picture:
    """The drawing of a network: its data, the pairs behind it, and how many of them it shows."""

    data: Mapping[str, Any]
    pairs: Number
    drawn: int
    total: int


@dataclass(frozen=True)
class Times:
    """When the members posted: over the whole time, by hour of the week, and the rows behind."""

    course: charts.Course | None
    weeks: Sequence[tuple[str, Sequence[charts.Cell]]]
    rows: str


@dataclass(frozen=True)
class Top:
    """The objects of one kind that most members put out."""

    title: str
    rows: Sequence[Row]
    entry: str
    total: int


@dataclass(frozen=True)
class Member:
    """A member as the table shows it."""

    anchor: str
    handle: str
    row: Row
    band: str
    occasions: str


@dataclass(frozen=True)
class Section:
    """Everything the report says of one network."""

    anchor: str
    title: str
    row: Row
    did: str
    label: str
    strength: str
    occasions: str  # the entry with the occasions of its members
    figures: Sequence[tuple[str, Number, str]]
    picture: Picture
    times: Times
    coordination: Sequence[Mapping[str, Any]]
    signs: Sequence[Mapping[str, Any]]
    innocent: Sequence[str]
    pairs: Sequence[Pair]
    tops: Sequence[Top]
    members: Sequence[Member]
    named: int
    unnamed: int
    change: Sequence[str]

    @property
    def finding(self) -> bool:
        """Whether this is a finding; a lead is none."""
        return bool(self.row["tier"] == "confirmed")


def gather(findings: Findings, networks: Sequence[Row], rows: Rows) -> list[Section]:
    """The sections of the first `SECTIONS` networks."""
    chosen = networks[:SECTIONS]
    material = Material.of(findings, [row["network"] for row in chosen])
    return [
        _Composer(f"s{place}", row, material, rows).section()
        for place, row in enumerate(chosen, start=1)
    ]


@dataclass(frozen=True)
class _Composer:
    """Writes the section of one network."""

    anchor: str
    row: Row
    material: Material
    rows: Rows

    @property
    def network(self) -> str:
        return str(self.row["network"])

    @property
    def title(self) -> str:
        return f"Network {self.network}"

    @cached_property
    def everybody(self) -> list[Row]:
        members = self.material.members[self.network]
        return [{**member, "band": band(member["probability"])} for member in members]

    @cached_property
    def named(self) -> list[Row]:
        return [member for member in self.everybody if member["probability"] >= NAMED]

    @cached_property
    def anchors(self) -> dict[str, str]:
        listed = self.named[: self.material.listed]
        return {row["account"]: f"{self.anchor}m{i}" for i, row in enumerate(listed, start=1)}

    def section(self) -> Section:
        met = self._ask("Occasions of the members", queries.OCCASIONS_OF)
        evidence = self._evidence()
        named = len(self.named)
        return Section(
            anchor=self.anchor,
            title=self.title,
            row=self.row,
            did=together((self.row["signals"] or "").split()),
            label=LABELS.get(self.row["label"] or "", sentence(self.row["label"] or "")),
            strength=STRENGTH.get(self.row["strength"] or "", ""),
            occasions=met,
            figures=[item for item in self._figures(met) if item[1].text != UNKNOWN],
            picture=self._picture(),
            times=self._times(),
            coordination=[item for item in evidence if not item["inauthentic"]],
            signs=[item for item in evidence if item["inauthentic"]],
            innocent=[line for line in (self.row["innocent"] or "").splitlines() if line.strip()],
            pairs=[
                pair(row, self.title, self.material, self.rows)
                for row in self.material.pairs[self.network]
            ],
            tops=[self._top(column) for column in TOPS if self._of(column)],
            members=self._members(),
            named=named,
            unnamed=len(self.everybody) - named,
            change=_change(self.row, named),
        )

    def _ask(self, title: str, sql: str) -> str:
        return self.rows.ask(self.title, title, only(sql, [self.network]))

    def _figures(self, met: str) -> list[tuple[str, Number, str]]:
        """(what, number, note) of the figures at the head; `met`: the entry of the occasions."""
        row = self.row
        members = self._ask("Members", queries.MEMBERS_OF)
        objects = self._ask("Objects touched together", queries.OBJECTS_OF)
        days = self._ask("Joint occasions by day", queries.DAYS)
        possible = f"of {count(row['occasions'])} possible occasions"
        alone = "of them touched by nobody else"
        return [
            ("Accounts", Number(count(len(self.everybody)), members), self._who()),
            ("Together", Number(count(row["together"]), met), possible),
            ("Explained", Number(figure(row["expected"]), met), "of them by innocent explanations"),
            ("Times over", Number(figure(row["lift"]), met), "what these explanations allow"),
            ("Days", Number(count(row["days"]), days), "with a joint occasion"),
            ("Objects", Number(count(row["objects"]), objects), "touched together"),
            ("Exclusive", Number(share(row["exclusive"]), objects), alone),
            ("Stability", Number(share(row["stability"]), met), "of the settings tried agree"),
        ]  # fmt: skip

    def _who(self) -> str:
        named, members = len(self.named), len(self.everybody)
        counted = f", {count(members - named)} only counted" if members > named else ""
        return f"{count(named)} named{counted}"

    def _picture(self) -> Picture:
        edges = self.material.edges[self.network]
        total = edges[0]["number"] if edges else 0
        behind = Number(count(total), self._ask("Pairs of accounts", queries.EDGES_OF))
        data = picture(self.everybody, edges, self.rows.names, self.anchors)
        return Picture(data, behind, len(edges), total)

    def _times(self) -> Times:
        hours = self.material.hours[self.network]
        own = {item["hour"]: item["posts"] for item in hours}
        others, sizes = self.material.others, (len(self.everybody), self.material.other_accounts)
        joint = [item["day"] for item in self.material.days[self.network]]
        weeks = [("Members", charts.week(own)), ("Other accounts", charts.week(others))]
        exact = all((item["precision"] or 1) <= HOUR for item in hours)
        return Times(
            charts.course(own, others, sizes, joint),
            [week for week in weeks if week[1]] if exact else [],
            self._ask("Members' posts by hour", queries.HOURS),
        )

    def _evidence(self) -> list[dict[str, Any]]:
        """Evidence in the order of `FAMILIES`."""
        order = {family: place for place, family in enumerate(FAMILIES)}
        items = self.material.evidence[self.network]
        ranked = sorted(items, key=lambda item: order.get(item["family"], len(order)))
        return [self._measured(item) for item in ranked]

    def _measured(self, item: Row) -> dict[str, Any]:
        """A row of evidence with the entry behind it and the lengths of its bars, 0 to 100."""
        ends = [abs(item[key] or 0) for key in ("value", "baseline")]
        most, query, claim = max(ends) or 1, item["query"], cut(item["claim"], 100)
        return {
            **item,
            "family": FAMILIES.get(item["family"], sentence(item["family"] or "")),
            "entry": self.rows.ask(self.title, claim, query) if query else "",
            "lengths": [round(100 * end / most, 1) for end in ends],
        }

    def _of(self, column: str) -> list[Row]:
        return self.material.tops[column][self.network]

    def _top(self, column: str) -> Top:
        found, title = self._of(column), TITLES[column]
        number = found[0]["number"]
        entry = self.rows.give(
            self.title,
            f"{title} most members put out",
            only(queries.TOP_OF, [self.network], column=column, table=TOPS[column]),
            [without(item, "network", "number") for item in found],
            number,
        )
        return Top(title, [self._object(item, column) for item in found], entry, number)

    def _object(self, item: Row, column: str) -> Row:
        name = item["object"].replace(".", "[.]") if column == "domain" else item["object"]
        part = item["posts"] / item["all_posts"]
        return {**item, "object": self.rows.names.in_text(name), "exclusive": part}

    def _members(self) -> list[Member]:
        met: dict[str, list[Row]] = {}
        for row in self.material.occasions[self.network]:
            met.setdefault(row["account"], []).append(row)
        return [
            self._member(row, met.get(row["account"], []))
            for row in self.named[: self.material.listed]
        ]

    def _member(self, row: Row, met: Sequence[Row]) -> Member:
        account = row["account"]
        handle = self.rows.names.of_account(account)
        entry = self.rows.give(
            self.title,
            f"Occasions of {handle}",
            of_account(queries.OCCASIONS_OF, self.network, account),
            [without(item, "network", "account", "number", "place") for item in met],
            met[0]["number"] if met else 0,
        )
        return Member(self.anchors[account], handle, row, row["band"], entry)


def _change(row: Row, named: int) -> list[str]:
    """What would change the result, said with this network's numbers."""
    return _change_of_lead(row) if row["tier"] != "confirmed" else _change_of_finding(row, named)


def _change_of_lead(row: Row) -> list[str]:
    return [
        f"It is no finding: {row['reason']}.",
        "More data on the same objects, from everybody who touched them, could confirm it or "
        "explain it away.",
        "A list of these accounts, tested as a list, needs fewer occasions, because nothing has to "
        "be held back for the search.",
    ]


def _change_of_finding(row: Row, named: int) -> list[str]:
    days, stability = row["days"] or 0, row["stability"]
    changes = [
        f"It needs three members who each stand by their own evidence; {several(named, 'member')} "
        f"{'does' if named == 1 else 'do'}. Fewer than three, and there is no finding.",
        f"The innocent explanations would have to account for {figure(row['lift'])} times as many "
        "joint occasions as they do: for example if the accounts saw the same private channel, a "
        "broadcast or a mailing list that this data does not show.",
        f"The joint occasions lie on {several(days, 'day')}."
        + (" They may be one event." if days <= 2 else ""),
    ]
    if stability is not None:
        changes.append(
            f"It stands in {share(stability)} of the settings tried; in {share(1 - stability)} it "
            "does not."
        )
    changes.append(
        "If the accounts show that they say openly who organises them, the label becomes “openly "
        "organised”. If they are declared to post by machine, it becomes “automated”."
    )
    return changes
