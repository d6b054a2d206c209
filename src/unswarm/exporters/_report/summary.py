"""The first page: what was found, how sure it is, what it rests on, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from unswarm.exporters._report import NAMED_LINKED, NAMED_MEMBERS, PROFILES, TIES
from unswarm.exporters._report.queries import Row, optional
from unswarm.exporters._report.rows import Rows
from unswarm.exporters._report.words import count, kinds, power, span, verdict
from unswarm.findings import Findings

GROUP = "The data"
NO_COMPARISON = "no comparison"
BASIS = "comparison accounts"
IMPOSSIBLE = "–"
HEADINGS = (
    "Findings",
    "Leads, which are not findings",
    "Leads of profiles alone: accounts created close together",
    "Leads of ties alone: accounts that have the same rare things",
)
ALONE = {PROFILES: 2, TIES: 3}  # leads that nothing but these gave: their place in `HEADINGS`
SAID = (
    "absence",
    "viral objects",
    "no comparison accounts",
    "no behaviour",
    "no comparison",
    BASIS,
)

POSTS = "SELECT p.platform, p.kind, count(*) AS posts FROM post AS p GROUP BY p.platform, p.kind"
ACCOUNTS = "SELECT a.platform, count(*) AS accounts FROM account AS a GROUP BY a.platform"
SPAN = "SELECT min(p.time) AS first, max(p.time) AS last, count(*) AS posts FROM post AS p"
REJECTED = """
SELECT CASE WHEN t.reason LIKE 'no photo: %'
            THEN concat('no photo: ', split_part(t.reason, ': ', 2)) ELSE t.reason END AS reason,
       CASE WHEN t.reason LIKE 'no photo: %' THEN NULL ELSE t.source END AS source,
       t.field, t.line
FROM quarantine AS t
"""
"""Photos without the numbers of each, and without their files, which are named after accounts."""

QUARANTINED = f"""
SELECT q.reason, q.source, q.field, count(*) AS rejected, min(q.line) AS first_line
FROM ({REJECTED.strip()}) AS q GROUP BY q.reason, q.source, q.field
"""
REASONS = f"""
SELECT q.reason, count(*) AS rejected FROM ({REJECTED.strip()}) AS q
GROUP BY q.reason ORDER BY rejected DESC, q.reason
"""
HEAVY = "SELECT h.signal, h.object, h.events, h.pairs FROM heavy AS h"
TIERS = "SELECT n.network, n.tier, n.accounts, n.strength, n.reason FROM network AS n"

NAMED_IN_FINDINGS = f"SELECT count(*) AS accounts FROM ({NAMED_MEMBERS}) AS n"
NAMED_BESIDE = f"""
SELECT count(*) AS accounts FROM ({NAMED_LINKED} EXCEPT {NAMED_MEMBERS}) AS n
"""


@dataclass(frozen=True)
class Number:
    """A number as it is read, and the entry with the rows behind it."""

    text: str
    rows: str


@dataclass(frozen=True)
class Power:
    """Joint actions each member of a group needs to be found in 9 of 10 cases."""

    group: int
    windows: Sequence[int]  # s
    rows: Sequence[tuple[str, Sequence[str]]]  # signal, actions needed in each window

    @property
    def gaps(self) -> bool:
        """Whether in some place nothing could have been found."""
        return any(cell == IMPOSSIBLE for _, cells in self.rows for cell in cells)


@dataclass(frozen=True)
class Summary:
    """Everything the first page says."""

    verdict: str
    kinds: str  # of several findings, which are what
    tied: bool  # whether some leads have nothing but rare things in common
    comparison: bool
    behaviour: bool  # whether the data holds any
    outside: int | None  # accounts to compare with, where they are too few
    confirmed: int
    leads: int
    found: Number
    led: Number
    named: int  # members of findings, by evidence of their own
    linked: int  # accounts that are named for what they share with them
    posts: Number
    accounts: Number
    span: Number
    quarantined: Number
    reasons: Sequence[Row]
    heavy: tuple[Number, Number] | None
    caveats: Sequence[str]
    basis: Sequence[str]
    power: Sequence[str]
    table: Power | None
    sources: Sequence[Mapping[str, Any]]
    run: Mapping[str, Any]


def summarise(findings: Findings, networks: Sequence[Row], rows: Rows) -> Summary:
    """The first page of a case with these networks."""
    tiers = [row["tier"] for row in networks]
    behaviour = _exist(findings, "post") or not _exist(findings, "account")
    comparison = has_comparison(networks, [row["caveat"] for row in findings.caveats])
    entry = rows.ask(GROUP, "Networks found, and leads", TIERS)
    reasons = list(findings.query(REASONS))
    statements = findings.run.get("power") or ()
    return Summary(
        verdict=verdict(tiers.count("confirmed"), comparison, behaviour),
        kinds=kinds([row["label"] or "" for row in networks if row["tier"] == "confirmed"]),
        tied=any(row["signals"] == TIES for row in networks),
        comparison=comparison,
        behaviour=behaviour,
        outside=_outside(findings.caveats),
        confirmed=tiers.count("confirmed"),
        leads=tiers.count("lead"),
        found=Number(count(tiers.count("confirmed")), entry),
        led=Number(count(tiers.count("lead")), entry),
        named=next(iter(findings.query(NAMED_IN_FINDINGS)))["accounts"],
        linked=next(iter(findings.query(NAMED_BESIDE)))["accounts"],
        posts=_size(findings, rows, "post", POSTS, "Posts by platform and kind"),
        accounts=_size(findings, rows, "account", ACCOUNTS, "Accounts by platform"),
        span=_span(findings, rows),
        quarantined=_quarantined(reasons, rows),
        reasons=reasons,
        heavy=_heavy(findings, rows),
        caveats=_claims(row for row in findings.caveats if row["caveat"] not in SAID),
        basis=_claims(row for row in findings.caveats if row["caveat"] == BASIS),
        power=[power(said) for said in statements if not _tabular(said)],
        table=_power([said for said in statements if _tabular(said)]),
        sources=[_source(source) for source in findings.run.get("sources") or ()],
        run=findings.run,
    )


def overview(networks: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The networks under the headings of their table, in the order in which they come."""
    found: dict[str, list[Row]] = {heading: [] for heading in HEADINGS}
    for row in networks:
        place = 0 if row["tier"] == "confirmed" else ALONE.get(row["signals"], 1)
        found[HEADINGS[place]].append(row)
    return [(heading, rows) for heading, rows in found.items() if rows]


def has_comparison(networks: Sequence[Row], caveats: Sequence[str]) -> bool:
    """Whether a finding was possible: some accounts could serve as comparison."""
    reasons = [row["reason"] or "" for row in networks]
    unmatched = bool(reasons) and all("no comparison accounts" in reason for reason in reasons)
    return not unmatched and not any(NO_COMPARISON in caveat for caveat in caveats)


def _size(findings: Findings, rows: Rows, table: str, sql: str, title: str) -> Number:
    size = next(iter(findings.query(f"SELECT count(*) AS n FROM {table} AS t")))["n"]
    return Number(count(size), rows.ask(GROUP, title, sql))


def _span(findings: Findings, rows: Rows) -> Number:
    ends = next(iter(findings.query(SPAN)))
    return Number(span(ends["first"], ends["last"]), rows.ask(GROUP, "First and last post", SPAN))


def _quarantined(reasons: Sequence[Row], rows: Rows) -> Number:
    total = sum(row["rejected"] for row in reasons)
    return Number(count(total), rows.ask(GROUP, "Rows that could not be used", QUARANTINED.strip()))


def _heavy(findings: Findings, rows: Rows) -> tuple[Number, Number] | None:
    objects = optional(findings, HEAVY)  # a run without a cap has no such table
    if not objects:
        return None
    entry = rows.ask(GROUP, "Viral objects, counted only for pairs that passed", HEAVY)
    return Number(count(len(objects)), entry), Number(
        count(sum(o["pairs"] for o in objects)), entry
    )


def _claims(caveats: Iterable[Row]) -> list[str]:
    return sorted({row["claim"] for row in caveats if row["claim"]})


def _outside(caveats: Iterable[Row]) -> int | None:
    values = (row["value"] for row in caveats if NO_COMPARISON in row["caveat"])
    return next((int(value) for value in values if value is not None), None)


def _exist(findings: Findings, table: str) -> bool:
    return len(findings.query(f"SELECT 1 AS one FROM {table} AS t LIMIT 1")) > 0


def _tabular(statement: Any) -> bool:
    return isinstance(statement, Mapping) and {"signal", "window", "accounts"} <= statement.keys()


def _power(statements: Sequence[Mapping[str, Any]]) -> Power | None:
    if not statements:
        return None
    needed = {(said["signal"], said["window"]): said.get("actions") for said in statements}
    windows = sorted({window for _, window in needed})
    rows = [
        (
            signal,
            [_needed(needed, (signal, window)) for window in windows],
        )
        for signal in dict.fromkeys(signal for signal, _ in needed)
    ]
    return Power(statements[0]["accounts"], windows, rows)


def _needed(needed: Mapping[tuple[str, int], int | None], place: tuple[str, int]) -> str:
    """A cell of the table; empty where nothing was looked for."""
    if place not in needed:
        return ""
    return IMPOSSIBLE if (actions := needed[place]) is None else count(actions)


def _source(source: Mapping[str, Any]) -> dict[str, Any]:
    """A source without the folders of whoever ran the case."""
    return {**source, "name": PurePath(str(source.get("path", ""))).name}
