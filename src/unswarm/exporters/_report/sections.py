"""A section per network: figures, picture, times, evidence, pairs, objects and members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unswarm.exporters._report import charts, queries
from unswarm.exporters._report.graph import picture
from unswarm.exporters._report.queries import ByNetwork, Row, by_network, of_account, only
from unswarm.exporters._report.rows import SHOWN, Rows
from unswarm.exporters._report.summary import Number
from unswarm.exporters._report.words import (
    FAMILIES,
    LABELS,
    STRENGTH,
    band,
    count,
    cut,
    figure,
    sentence,
    several,
    share,
    span,
    together,
)
from unswarm.findings import Findings
from unswarm.model import HOUR

SECTIONS = 40  # networks with a section; all others stand in the table
MEMBER_ROWS = 1_500  # shared among the sections
PICTURED_EDGES = 60_000  # shared among the sections
PAIR_ROWS = 120  # shared among the sections, at most 10 in each
MEETINGS = 5
TOP = 8
LONGEST_POST = 500
FOREVER = 10**15  # ms; the window of a signal that has none
TOPS = (("domain", "link", "Sites"), ("hashtag", "hashtag", "Hashtags"), ("url", "link", "Links"))


@dataclass(frozen=True)
class Member:
    """A member as the table shows it."""

    anchor: str
    handle: str
    row: Row
    band: str
    occasions: str


@dataclass(frozen=True)
class Pair:
    """Two members, and occasions on which they did the same, post beside post."""

    row: Row
    handles: tuple[str, str]
    meetings: Sequence[Row]
    entry: str
    total: int


@dataclass(frozen=True)
class Top:
    """The objects of one kind that most members put out."""

    title: str
    rows: Sequence[Row]
    entry: str
    total: int


@dataclass(frozen=True)
class Section:
    """Everything the report says of one network."""

    anchor: str
    title: str
    row: Row
    about: str
    label: str
    strength: str
    figures: Sequence[tuple[str, Number, str]]
    graph: dict[str, Any]
    edges: Number
    pictured: tuple[int, int]  # edges drawn, and in all
    course: charts.Course | None
    weeks: Sequence[tuple[str, Sequence[charts.Cell]]]
    hours: str
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

    @property
    def occasions(self) -> str:
        """The entry with the occasions of its members."""
        return next(number.rows for what, number, _ in self.figures if what == "Together")


def fair(wanted: Iterable[int], budget: int) -> int:
    """The largest cap on each share under which the shares wanted fit into a budget."""
    left, waiting = budget, sorted(wanted)
    for place, want in enumerate(waiting):
        even = left // (len(waiting) - place)
        if want > even:
            return even
        left -= want
    return budget


def gather(findings: Findings, networks: Sequence[Row], rows: Rows) -> list[Section]:
    """The sections of the first `SECTIONS` networks."""
    chosen = [row["network"] for row in networks[:SECTIONS]]
    material = _Material.of(findings, chosen)
    return [
        _section(place, row, material, rows)
        for place, row in enumerate(networks[:SECTIONS], start=1)
    ]


@dataclass(frozen=True)
class _Material:
    """The rows of all sections, fetched once each."""

    members: ByNetwork
    listed: int  # members that a section may list
    hours: ByNetwork
    others: charts.Hours
    other_accounts: int
    days: ByNetwork
    tops: Mapping[str, ByNetwork]
    edges: ByNetwork
    pairs: ByNetwork
    meetings: ByNetwork
    posts: Mapping[tuple[str, str], Row]
    occasions: ByNetwork
    evidence: ByNetwork

    @classmethod
    def of(cls, findings: Findings, chosen: Sequence[str]) -> _Material:
        pairs = only(queries.PAIRS, chosen, most=min(10, fair([10] * len(chosen), PAIR_ROWS)))

        def fetch(sql: str, **values: Any) -> ByNetwork:
            return by_network(findings, only(sql, chosen, **values))

        meetings = fetch(queries.MEETINGS, pairs=pairs, most=MEETINGS)
        members = fetch(queries.MEMBERS)
        edges = [row["edges"] for rows in fetch(queries.EDGE_COUNTS).values() for row in rows]
        return cls(
            members=members,
            listed=fair(map(len, members.values()), MEMBER_ROWS),
            hours=fetch(queries.HOURS),
            others={row["hour"]: row["posts"] for row in findings.query(queries.OTHER_HOURS)},
            other_accounts=next(iter(findings.query(queries.OTHER_ACCOUNTS)))["accounts"],
            days=fetch(queries.DAYS),
            tops={
                column: fetch(queries.TOP, column=column, table=table, most=TOP)
                for column, table, _ in TOPS
            },
            edges=fetch(queries.EDGES, most=fair(edges, PICTURED_EDGES)),
            pairs=by_network(findings, pairs),
            meetings=meetings,
            posts=_posts(findings, meetings),
            occasions=fetch(queries.OWN_OCCASIONS, most=SHOWN),
            evidence=fetch(queries.EVIDENCE),
        )


def _posts(findings: Findings, meetings: ByNetwork) -> dict[tuple[str, str], Row]:
    met = (row for rows in meetings.values() for row in rows)
    ids = sorted({row[key] for row in met for key in ("post", "other_post") if row[key]})
    sql = queries.POSTS.format(posts=queries.listed(ids))
    return {(row["post"], row["account"]): row for row in findings.query(sql)}


def _section(place: int, row: Row, material: _Material, rows: Rows) -> Section:
    network, anchor = row["network"], f"s{place}"
    title = f"Network {network}"
    everybody = [{**m, "band": band(m["probability"])} for m in material.members[network]]
    named = [m for m in everybody if m["account"] in rows.names.handles]
    listed = named[: material.listed]
    anchors = {m["account"]: f"{anchor}m{i}" for i, m in enumerate(listed, start=1)}
    edges = material.edges[network]
    number = edges[0]["number"] if edges else 0
    hours, weeks, course = _times(material, network, len(everybody))
    figures = _figures(row, title, (len(everybody), len(named)), material.days[network], rows)
    evidence = _evidence(material.evidence[network], title, rows)
    return Section(
        anchor=anchor,
        title=title,
        row=row,
        about=_about(row),
        label=LABELS.get(row["label"] or "", sentence(row["label"] or "")),
        strength=STRENGTH.get(row["strength"] or "", ""),
        figures=figures,
        graph=picture(everybody, edges, rows.names, anchors),
        edges=Number(
            count(number),
            rows.ask(title, "Pairs of accounts", only(queries.EDGES_OF, [network])),
        ),
        pictured=(len(edges), number),
        course=course,
        weeks=weeks,
        hours=rows.give(
            title,
            "Members' posts by hour",
            only(queries.HOURS, [network]),
            [_without(item, "network") for item in hours],
            len(hours),
        ),
        coordination=[item for item in evidence if not item["inauthentic"]],
        signs=[item for item in evidence if item["inauthentic"]],
        innocent=_lines(row["innocent"]),
        pairs=[_pair(pair, title, material, rows) for pair in material.pairs[network]],
        tops=_tops(network, title, material, rows),
        members=_members(anchors, title, listed, material, rows),
        named=len(named),
        unnamed=len(everybody) - len(named),
        change=_change(row, len(named)),
    )


def _lines(text: str | None) -> list[str]:
    return [line for line in (text or "").splitlines() if line.strip()]


def _about(row: Row) -> str:
    """The network in two sentences."""
    signals = together((row["signals"] or "").split() or ["unknown"])
    return (
        f"{sentence(span(row['first'], row['last']))}: these accounts {signals} close to each other "
        f"in time on {count(row['together'])} of {count(row['occasions'])} occasions on which they "
        f"could have. The innocent explanations account for {figure(row['expected'])} of them."
    )


def _figures(
    row: Row, title: str, members: tuple[int, int], days: Sequence[Row], rows: Rows
) -> list[tuple[str, Number, str]]:
    """(what, number, note) of the figures at the head of a section."""
    network = row["network"]
    sql = f"SELECT m.* FROM membership AS m WHERE m.network IN ({queries.quoted(network)})"
    of_members = rows.ask(title, "Members", sql)
    met = rows.ask(title, "Occasions of the members", only(queries.OCCASIONS_OF, [network]))
    objects = rows.ask(title, "Objects touched together", only(queries.OBJECTS_OF, [network]))
    on_days = rows.give(
        title,
        "Joint occasions by day",
        only(queries.DAYS, [network]),
        [_without(item, "network") for item in days],
        len(days),
    )
    stability = share(row["stability"]) if row["stability"] is not None else "not tried"
    return [
        ("Accounts", Number(count(members[0]), of_members), _who(*members)),
        ("Together", Number(count(row["together"]), met),
         f"of {count(row['occasions'])} possible occasions"),
        ("Explained", Number(figure(row["expected"]), met), "of them by innocent explanations"),
        ("Times over", Number(figure(row["lift"]), met), "what these explanations allow"),
        ("Days", Number(count(row["days"]), on_days), "with a joint occasion"),
        ("Objects", Number(count(row["objects"]), objects), "touched together"),
        ("Exclusive", Number(share(row["exclusive"]), objects), "of them touched by nobody else"),
        ("Stability", Number(stability, of_members), "of the settings tried agree"),
    ]  # fmt: skip


def _who(members: int, named: int) -> str:
    counted = f", {count(members - named)} only counted" if members > named else ""
    return f"{count(named)} named{counted}"


def _times(
    material: _Material, network: str, members: int
) -> tuple[list[Row], list[tuple[str, Sequence[charts.Cell]]], charts.Course | None]:
    """Hours of the members, the two pictures of the week, and the picture of the whole time."""
    hours = material.hours[network]
    own = {item["hour"]: item["posts"] for item in hours}
    joint = [item["day"] for item in material.days[network]]
    course = charts.course(own, material.others, (members, material.other_accounts), joint)
    exact = all((item["precision"] or 1) <= HOUR for item in hours)
    weeks = [("Members", charts.week(own)), ("Other accounts", charts.week(material.others))]
    return hours, [week for week in weeks if week[1]] if exact else [], course


def _evidence(items: Sequence[Row], title: str, rows: Rows) -> list[dict[str, Any]]:
    """Evidence in the order of `FAMILIES`."""
    order = {family: place for place, family in enumerate(FAMILIES)}
    ranked = sorted(items, key=lambda item: order.get(item["family"], len(order)))
    return [_measured(item, title, rows) for item in ranked]


def _measured(item: Row, title: str, rows: Rows) -> dict[str, Any]:
    """A row of evidence with the entry behind it and the lengths of its two bars, 0 to 100."""
    ends = [abs(item[key] or 0) for key in ("value", "baseline")]
    most = max(ends) or 1
    entry = rows.ask(title, cut(item["claim"], 100), item["query"]) if item["query"] else ""
    family = FAMILIES.get(item["family"], sentence(item["family"] or ""))
    lengths = [round(100 * end / most, 1) for end in ends]
    return {**item, "family": family, "entry": entry, "lengths": lengths}


def _members(
    anchors: Mapping[str, str], title: str, listed: Sequence[Row], material: _Material, rows: Rows
) -> list[Member]:
    met: dict[str, list[Row]] = {}
    for row in material.occasions[listed[0]["network"]] if listed else ():
        met.setdefault(row["account"], []).append(row)
    members = []
    for row in listed:
        handle = rows.names.of_account(row["account"])
        own = met.get(row["account"], [])
        entry = rows.give(
            title,
            f"Occasions of {handle}",
            of_account(queries.OCCASIONS_OF, row["network"], row["account"]),
            [_without(item, "network", "account", "number", "place") for item in own],
            own[0]["number"] if own else 0,
        )
        members.append(Member(anchors[row["account"]], handle, row, row["band"], entry))
    return members


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _pair(row: Row, title: str, material: _Material, rows: Rows) -> Pair:
    key = ("source", "target", "signal")
    met = [
        item
        for item in material.meetings[row["network"]]
        if all(item[name] == row[name] for name in key)
    ]
    handles = rows.names.of_account(row["source"]), rows.names.of_account(row["target"])
    total = met[0]["number"] if met else 0
    entry = rows.give(
        title,
        f"Meetings of {handles[0]} and {handles[1]}, {row['signal']}",
        _meetings_of(row),
        [_without(item, "network", "source", "target", "signal", "number") for item in met],
        total,
    )
    return Pair(row, handles, [_meeting(item, material, rows) for item in met], entry, total)


def _meetings_of(row: Row) -> str:
    texts = {name: queries.quoted(row[name]) for name in ("signal", "source", "target")}
    window = FOREVER if row["window"] is None else row["window"]
    return queries.MEETINGS_OF.format(**texts, window=window).strip()


def _meeting(item: Row, material: _Material, rows: Rows) -> Row:
    """Both posts of a meeting, the earlier one first."""
    posts = [
        _post(item["source"], item["post"], item["time"], material, rows),
        _post(item["target"], item["other_post"], item["other_time"], material, rows),
    ]
    posts.sort(key=lambda post: post["time"])
    same = posts[0]["text"] is not None and posts[0]["text"] == posts[1]["text"]
    return {**item, "posts": posts, "same": same, "object": rows.names.in_text(item["object"])}


def _post(account: str, post: str, time: int, material: _Material, rows: Rows) -> Row:
    """A post as shown: the text of a repost is another's, and shown only if that one is named."""
    row = material.posts.get((post, account), {})
    text, target = row.get("text"), row.get("target_account")
    foreign = row.get("kind") == "repost" and target not in rows.names.handles
    shown = None if text is None or foreign else cut(rows.names.in_text(text), LONGEST_POST)
    return {
        "handle": rows.names.of_account(account),
        "post": post,
        "time": time,
        "precision": row.get("precision"),
        "text": shown,
        "foreign": foreign,
    }


def _tops(network: str, title: str, material: _Material, rows: Rows) -> list[Top]:
    tops = []
    for column, table, name in TOPS:
        top = material.tops[column][network]
        if not top:
            continue
        sql = only(queries.TOP_OF, [network], column=column, table=table)
        shown = [_without(item, "network", "number") for item in top]
        entry = rows.give(title, f"{name} most members put out", sql, shown, top[0]["number"])
        tops.append(Top(name, [_top(item, column, rows) for item in top], entry, top[0]["number"]))
    return tops


def _top(item: Row, column: str, rows: Rows) -> Row:
    name = item["object"].replace(".", "[.]") if column == "domain" else item["object"]
    part = item["posts"] / item["all_posts"]
    return {**item, "object": rows.names.in_text(name), "exclusive": part}


def _change(row: Row, named: int) -> list[str]:
    """What would change the result, said with this network's numbers."""
    if row["tier"] != "confirmed":
        return [
            f"It is no finding: {row['reason']}.",
            "More data on the same objects, from everybody who touched them, could confirm it or "
            "explain it away.",
            "A list of these accounts, tested as a list, needs fewer occasions, because nothing has "
            "to be held back for the search.",
        ]
    changes = [
        f"It needs three members who each stand by their own evidence; {several(named, 'member')} "
        f"{'does' if named == 1 else 'do'}. Fewer than three, and there is no finding.",
        f"The innocent explanations would have to account for {figure(row['lift'])} times as many "
        "joint occasions as they do: for example if the accounts saw the same private channel, a "
        "broadcast or a mailing list that this data does not show.",
    ]
    if row["stability"] is not None:
        changes.append(
            f"It stands in {share(row['stability'])} of the settings tried; in "
            f"{share(1 - row['stability'])} it does not."
        )
    days = f"The joint occasions lie on {several(row['days'] or 0, 'day')}."
    few = " They may be one event." if (row["days"] or 0) <= 2 else ""
    changes.append(days + few)
    changes.append(
        "If the accounts show that they say openly who organises them, the label becomes “openly "
        "organised”. If they are declared to post by machine, it becomes “automated”."
    )
    return changes
