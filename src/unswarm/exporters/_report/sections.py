"""A section per network: figures, picture, times, evidence, pairs, objects and members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from unswarm.exporters._report import PROFILES, TIES, change, charts, queries
from unswarm.exporters._report.evidence import Evidence, sort
from unswarm.exporters._report.graph import picture
from unswarm.exporters._report.material import TOPS, Material, without
from unswarm.exporters._report.pairs import Pair, pair
from unswarm.exporters._report.photos import Block, Photos
from unswarm.exporters._report.queries import Row, of_account, only
from unswarm.exporters._report.rows import Rows
from unswarm.exporters._report.summary import Number
from unswarm.exporters._report.whole import Whole, Wholes
from unswarm.exporters._report.words import (
    LABELS,
    UNKNOWN,
    acts,
    band,
    chance,
    compared,
    count,
    date,
    figure,
    opaque,
    places,
    sentence,
    share,
    strength,
    times_over,
)
from unswarm.findings import NAMED, Findings
from unswarm.model import HOUR

CORRECTED = "p, corrected for all tests of the run"
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
    title: str
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
    profiles: bool
    ties: bool
    did: str
    choice: bool  # whether the words that members chose count, whenever within a day
    claim: str  # what profiles gave away
    places: Sequence[str]  # where it was confirmed
    label: str
    strength: str
    occasions: str  # the entry with the occasions of its members
    figures: Sequence[tuple[str, Number, str]]
    picture: Picture
    times: Times
    evidence: Evidence
    whole: Whole | None  # the whole operation, where the case holds such data
    photos: Block | None
    pairs: Sequence[Pair]
    textless: bool  # whether no post of the pairs shown has a text
    opaque: bool  # whether the objects are numbers that only the source understands
    tops: Sequence[Top]
    members: Sequence[Member]
    named: int
    unnamed: int
    change: Sequence[str]

    @property
    def finding(self) -> bool:
        """Whether this is a finding; a lead is none."""
        return bool(self.row["tier"] == "confirmed")


def gather(
    findings: Findings, networks: Sequence[Row], rows: Rows, photos: Photos | None
) -> list[Section]:
    """The sections of networks."""
    if not networks:
        return []
    material = Material.of(findings, [row["network"] for row in networks])
    wholes = Wholes.of(findings, networks)
    return [
        _Composer(f"s{place}", row, material, rows, photos, wholes).section()
        for place, row in enumerate(networks, start=1)
    ]


@dataclass(frozen=True)
class _Composer:
    """Writes the section of one network."""

    anchor: str
    row: Row
    material: Material
    rows: Rows
    photos: Photos | None
    wholes: Wholes

    @property
    def network(self) -> str:
        return str(self.row["network"])

    @property
    def title(self) -> str:
        return f"Network {self.network}"

    @cached_property
    def everybody(self) -> list[Row]:
        """The members; those of a lead stand in no band, because nobody in it is named."""
        members = self.material.members[self.network]
        return [
            {**member, "band": band(member["probability"] if self.finding else 0)}
            for member in members
        ]

    @property
    def finding(self) -> bool:
        return bool(self.row["tier"] == "confirmed")

    @property
    def profiles(self) -> bool:
        return self.row["signals"] in (PROFILES, TIES)

    @property
    def ties(self) -> bool:
        return bool(self.row["signals"] == TIES)

    @cached_property
    def named(self) -> list[Row]:
        return [m for m in self.everybody if self.finding and m["probability"] >= NAMED]

    @cached_property
    def anchors(self) -> dict[str, str]:
        listed = self.named[: self.material.listed]
        return {row["account"]: f"{self.anchor}m{i}" for i, row in enumerate(listed, start=1)}

    def section(self) -> Section:
        members = self._ask("Members", queries.BORN_OF if self.profiles else queries.MEMBERS_OF)
        met = members if self.profiles else self._ask("Occasions", queries.OCCASIONS_OF)
        figures = self._births(members) if self.profiles else self._figures(members, met)
        windows, tops = self.material.windows[self.network], self._tops()
        found = self.material.evidence[self.network]
        close = self.material.pairs[self.network] if self.finding else []
        pairs = [pair(row, self.title, self.material, self.rows) for row in close]
        whole = self.finding and self.wholes.shows(self.network, found)
        evidence = sort(found, self.row, self.title, self.rows, self._unnamed(), whole=whole)
        return Section(
            anchor=self.anchor,
            title=self.title,
            row=self.row,
            profiles=self.profiles,
            ties=self.ties,
            did=acts(windows),
            choice=any(window["test"] == "choice" for window in windows),
            claim=str(self.everybody[0]["explanation"] or "") if self.profiles else "",
            places=places(self.row["confirmed_in"] or "") if self.finding else [],
            label=LABELS.get(self.row["label"] or "", sentence(self.row["label"] or "")),
            strength=strength(self.row),
            occasions=met,
            figures=[item for item in figures if item[1].text != UNKNOWN],
            picture=self._picture(),
            times=self._creation() if self.profiles else self._times(),
            evidence=evidence,
            whole=self._whole(evidence) if whole else None,
            photos=self._photos(),
            pairs=pairs,
            textless=not any(post["text"] or post["foreign"] for post in _posts(pairs)),
            opaque=all(opaque(row["object"]) for top in tops for row in top.rows),
            tops=tops,
            members=self._members(),
            named=len(self.named),
            unnamed=len(self.everybody) - len(self.named),
            change=self._change(),
        )

    def _whole(self, evidence: Evidence) -> Whole:
        section = self.anchor, self.title
        return self.wholes.whole(self.network, section, self.rows, evidence.operation)

    def _photos(self) -> Block | None:
        if self.photos is None:
            return None
        return self.photos.block(self.photos.entries(self.network, self.title, self.rows))

    def _change(self) -> list[str]:
        if self.finding:
            return change.of_finding(self.row, len(self.named))
        return change.of_profiles(self.row) if self.profiles else change.of_lead(self.row)

    def _unnamed(self) -> frozenset[str]:
        handles = (member["handle"] for member in self.everybody)
        return frozenset(handle for handle in handles if handle) - self.rows.names.words

    def _tops(self) -> list[Top]:
        return [self._top(column) for column in TOPS if self._of(column)]

    def _ask(self, title: str, sql: str) -> str:
        return self.rows.ask(self.title, title, only(sql, [self.network]))

    def _births(self, members: str) -> list[tuple[str, Number, str]]:
        """(what, number, note) of a lead that profiles or ties gave."""
        row = self.row
        accounts = Number(count(len(self.everybody)), members)
        if self.ties:
            return [
                ("Accounts", accounts, "that have the same rare things; none named"),
                ("Chance", Number(chance(row["p"]), members), CORRECTED),
            ]
        return [
            ("Accounts", accounts, "created close together; none named"),
            ("From", Number(date(row["first"]), members), "the first creation"),
            ("To", Number(date(row["last"]), members), "the last creation"),
            ("Chance", Number(chance(row["p"]), members), CORRECTED),
        ]  # fmt: skip

    def _figures(self, members: str, met: str) -> list[tuple[str, Number, str]]:
        """(what, number, note) of the figures at the head; `members`, `met`: entries of rows."""
        row = self.row
        objects = self._ask("Objects touched together", queries.OBJECTS_OF)
        days = self._ask("Joint occasions by day", queries.DAYS)
        possible = f"of {count(row['occasions'])} possible occasions"
        expected, lift = (row["expected"], row["lift"]) if compared(row) else (None, None)
        alone = f"touched together, {share(row['exclusive'])} of them by nobody else"
        return [
            ("Accounts", Number(count(len(self.everybody)), members), self._who()),
            ("Together", Number(count(row["together"]), met), possible),
            ("Explained", Number(figure(expected), met), "of them by innocent explanations"),
            ("Times over", Number(times_over(lift), met), "what these explanations allow"),
            ("Chance", Number(chance(row["p"] if self.finding else None), members), CORRECTED),
            ("Days", Number(count(row["days"]), days), "with a joint occasion"),
            ("Objects", Number(count(row["objects"]), objects), alone),
            ("Stability", Number(share(row["stability"]), met), "of the settings tried agree"),
        ]  # fmt: skip

    def _who(self) -> str:
        named, members = len(self.named), len(self.everybody)
        if not named:
            return "counted, none named"
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
            "Posts per account and day",
            [week for week in weeks if week[1]] if exact else [],
            self._ask("Members' posts by hour", queries.HOURS),
        )

    def _creation(self) -> Times:
        own = {item["hour"]: item["accounts"] for item in self.material.born[self.network]}
        others = {h: n - own.get(h, 0) for h, n in self.material.all_born.items()}
        entry = self._ask("Accounts by hour of creation", queries.BORN)
        return Times(charts.births(own, others), "Accounts created", [], entry)

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


def _posts(pairs: Sequence[Pair]) -> Iterator[Row]:
    return (post for each in pairs for met in each.meetings for post in met["posts"])
