"""What the command line shows: progress while it works, calm tables when it is done."""

from __future__ import annotations

import csv
import json
import math
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from unswarm.progress import Progress, silent

if TYPE_CHECKING:
    from unswarm.case import Reading
    from unswarm.counting import Done
    from unswarm.evaluation import Accounts, Evaluation, Networks
    from unswarm.expansion import Expansion
    from unswarm.findings import Findings

SHOWN = 20  # rows of a table; the files hold all
WIDE = 100  # letters of a line that holds every column of the findings without broken words
PROGRESS = "UNSWARM_PROGRESS"  # environment: how progress is told
OFTEN = 0.2  # seconds between objects of one step, for a program
EVERY = 10.0  # seconds between lines of one long step where there is no terminal
Row = Mapping[str, Any]

out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)


# --- progress


@contextmanager
def working(quiet: bool) -> Iterator[Progress]:
    """Progress on standard error: a bar on a terminal, lines elsewhere, nothing if `quiet`; one
    JSON object a line for a program that asks for it by `UNSWARM_PROGRESS=json`."""
    if os.environ.get(PROGRESS) == "json":
        yield Stream()
    elif quiet:
        yield silent
    elif err.is_terminal:
        with _bars() as bars:
            yield Bar(bars)
    else:
        yield Lines()


def _bars() -> Bars:
    return Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        console=err,
        transient=True,
    )


class Bar:
    """One bar for the step at hand."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show how far a step is."""
        if what not in self._tasks:
            for task in self._tasks.values():
                self._bars.update(task, visible=False)
            self._tasks[what] = self._bars.add_task(escape(what), total=total or None)
        self._bars.update(self._tasks[what], completed=done, total=total or None, visible=True)


class Stream:
    """A JSON object a line, for the program that started this one."""

    def __init__(self) -> None:
        self._step = ""
        self._said = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Say it when a step begins or ends, and a few times a second while it lasts."""
        now = time.monotonic()
        if what != self._step or now - self._said > OFTEN or (total and done == total):
            self._step, self._said = what, now
            _line(json.dumps({"what": what, "done": done, "total": total}))


class Lines:
    """One line for each step, and for a long one a line every ten seconds."""

    def __init__(self) -> None:
        self._step = ""
        self._began = self._said = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Say it when a step begins, and now and then while it lasts."""
        now = time.monotonic()
        if what != self._step:
            self._step, self._began, self._said = what, now, now
            _line(what)
        elif now - self._said > EVERY:
            self._said = now
            _line(f"{what}: {_how_far(done, total, now - self._began)}")


def _line(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _how_far(done: int, total: int, seconds: float) -> str:
    if not total or not done:
        return f"{done:,}"
    return f"{done:,} of {total:,}, {seconds * (total - done) / done:.0f} s left"


# --- words and figures


def say(text: str = "") -> None:
    """One line on standard output, as it is."""
    out.print(Text(text))


def warn(text: str) -> None:
    """One line on standard error, as it is."""
    err.print(Text(text))


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(_jsonable(value), ensure_ascii=False, indent=2) + "\n")


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def day(milliseconds: int | None) -> str:
    """A moment as its day, UTC; empty when unknown."""
    if milliseconds is None:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d")


def moment(milliseconds: int | None) -> str:
    """A moment to the second, UTC; empty when unknown."""
    if milliseconds is None:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _number(value: Any, digits: int = 2) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:,.{digits}f}" if isinstance(value, float) else f"{value:,}"


def _table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], most: int = SHOWN
) -> None:
    """A table of the first `most` rows; a column that is empty in all of them is left out."""
    table = Table(title=escape(title), title_justify="left", box=None, pad_edge=False)
    kept = [place for place in range(len(columns)) if any(row[place] for row in rows[:most])]
    for name in (columns[place] for place in kept):
        right = name in ("accounts", "probability", "together", "of", "expected", "rows")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows[:most]:
        table.add_row(*(escape(row[place]) for place in kept))
    out.print(table, soft_wrap=False)
    if len(rows) > most:
        say(f"… and {len(rows) - most:,} more in the tables.")
    say()


# --- what was counted


def show_pairs(done: Done) -> None:
    """How many pairs there are, how they were counted, and what was left out."""
    tally = done.tally
    say(f"{tally.events:,} traces, {tally.pairs:,} pairs of them within the window.")
    say(f"{tally.edges:,} pairs of accounts: {done.edges}")
    if done.heavy is not None:
        objects, pairs = len(tally.heavy), sum(tally.heavy["pairs"].to_pylist())
        say(f"Left out by the cap: {pairs:,} pairs of traces on {objects:,} objects: {done.heavy}")
    if done.left_out:
        say(f"Rows without account, object or time, not read: {done.left_out:,}")


# --- what was read


def show_reading(readings: Sequence[Reading]) -> None:
    """What came of each file: its format, its rows, what was guessed and what was rejected."""
    for reading in readings:
        if reading.skipped:
            warn(f"{reading.path}: skipped, {'; '.join(reading.notes)}.")
            continue
        rows = ", ".join(f"{count:,} {table}" for table, count in sorted(reading.rows.items()))
        warn(f"{reading.path}: read as {reading.reader}: {rows} rows.")
        for note in reading.notes:
            warn(f"  {note}")
        if reading.quarantined:
            what = _plural(reading.quarantined, "row")
            warn(f"  {what} set aside, whole or in part; the report says why.")


# --- photos


def photo_groups(table: Path) -> list[dict[str, str]]:
    """The rows of `photo_groups.csv`."""
    with table.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def show_photos(findings: Findings, table: Path) -> None:
    """A line per group, then what there is to say of each, then what photos cannot say."""
    groups = photo_groups(table)
    counts = ", ".join(f"{n:,} {result}" for result, n in sorted(findings.run["counts"].items()))
    found = sum(row["generated"] == "yes" and float(row["q"]) <= 0.01 for row in groups)
    say(f"Generated faces in {found} of {len(groups)} groups; photos: {counts}.")
    say()
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("group", "photos", "one face", "on template", "q", "generated", "framed alike"):
        shown.add_column(head, no_wrap=True)
    for row in groups[:SHOWN]:
        share = "–" if row["generated"] == "no" else _share_of(row)
        counted = (row["photos"], row["one_face"], row["on_template"], f"{float(row['q']):.1g}")
        shown.add_row(escape(row["network"]), *counted, share, row["framed_alike"] or "0")
    out.print(shown)
    if len(groups) > SHOWN:
        say(f"… and {len(groups) - SHOWN:,} more in {table.name}.")
    say()
    listed = {row["network"] for row in groups[:SHOWN]}
    for row in findings.evidence:
        if row["network"] in listed:
            say(f"{row['network']}: {row['claim']}")
    say()
    say(
        "Where eyes are shows faces of StyleGAN generators only: no hit is no clearance, and a hit "
        "on one photo says nothing about its account."
    )


def _share_of(row: Mapping[str, str]) -> str:
    """`35 % (24–47)`: the estimated share of generated faces with its interval."""
    value, low, high = (100 * float(row[name]) for name in ("share", "share_low", "share_high"))
    return f"{value:.0f} % ({low:.0f}–{high:.0f})"


# --- what was found


def show_findings(findings: Findings) -> None:
    """Findings, then leads, then what the run could not see."""
    networks = list(findings.networks)
    confirmed = [row for row in networks if row["tier"] == "confirmed"]
    leads = [row for row in networks if row["tier"] != "confirmed"]
    say(_headline(findings, confirmed, leads))
    say()
    if confirmed:
        _show_confirmed(confirmed)
    if leads:
        _show_leads(leads)
    for line in _bounds(findings, bool(confirmed)):
        say(f"· {line}")
    say()


def _bounds(findings: Findings, found: bool) -> list[str]:
    """What the run could not see; where nothing was found, also what it would have found."""
    said = [row["claim"] for row in findings.caveats]
    return said if found else [*_power(findings.run.get("power", [])), *said]


def _power(statements: Sequence[Row]) -> list[str]:
    """For each signal, the window in which the fewest joint actions would have sufficed."""
    best: dict[str, Row] = {}
    for statement in statements:
        signal = statement["signal"]
        if signal not in best or _needed(statement) < _needed(best[signal]):
            best[signal] = statement
    return [statement["sentence"] for statement in best.values()]


def _needed(statement: Row) -> float:
    return float(statement.get("actions", math.inf))


def _headline(findings: Findings, confirmed: Sequence[Row], leads: Sequence[Row]) -> str:
    counts = findings.run["counts"]
    over = f"{counts['posts']:,} posts of {counts['accounts']:,} accounts"
    if not confirmed:
        return f"No network confirmed in {over}; {_plural(len(leads), 'lead')}."
    named = sum(row["accounts"] for row in confirmed)
    return (
        f"{_plural(len(confirmed), 'network')} of {_plural(named, 'account')} confirmed, "
        f"{_plural(len(leads), 'lead')}, in {over}."
    )


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _show_confirmed(rows: Sequence[Row]) -> None:
    wide = out.width >= WIDE
    columns = ("network", "accounts", "probability", "signals", "from", "to", "says")
    _table(
        "Confirmed",
        columns,
        [
            (
                row["network"],
                _number(row["accounts"]),
                _number(row["probability"]) if wide else "",
                row["signals"] or "",
                day(row["first"]),
                day(row["last"]),
                row["label"] or "",
            )
            for row in rows
        ],
    )


def _show_leads(rows: Sequence[Row]) -> None:
    cells = [
        (row["network"], _number(row["accounts"]), row["signals"] or "", _why_none(row))
        for row in rows
    ]
    _table("Leads (no findings)", ("network", "accounts", "signals", "why no finding"), cells)


def _why_none(row: Row) -> str:
    """Why a lead is no finding, and the kinds of innocent explanations that fit it."""
    kinds = dict.fromkeys(line.split(":")[0] for line in (row["innocent"] or "").splitlines())
    return "; ".join(filter(None, [row["reason"], *kinds]))


def show_network(findings: Findings, network: str, decisions: Sequence[Row]) -> None:
    """One network: what may be said, its figures, evidence, members and their explanations."""
    from unswarm.model import CHOSEN_BY

    row = next(row for row in findings.networks if row["network"] == network)
    members = [m for m in findings.membership if m["network"] == network]
    evidence = [e for e in findings.evidence if e["network"] == network]
    say(f"{network}: {row['tier']}, {_plural(row['accounts'], 'account')}")
    for name in ("reason", "label", "strength", "signals"):
        _said(name, row[name])
    _said("active", f"{moment(row['first'])} to {moment(row['last'])} UTC")
    _said("together", _together(row))
    _listed("Innocent explanations that fit", (row["innocent"] or "").splitlines())
    _listed("Objects touched together", (row["top_objects"] or "").splitlines())
    chosen_by = CHOSEN_BY.get(row["signals"], frozenset())  # proves nothing once more
    signs = [e for e in evidence if e["inauthentic"] and e["family"] not in chosen_by]
    rest = [e for e in evidence if e not in signs and e["family"] != "innocent"]
    _listed("What sets it apart", [e["claim"] for e in rest])
    _listed("Signs of inauthenticity", [e["claim"] for e in signs])
    _show_decisions(decisions)
    say()
    handles = _handles(findings, network)
    _show_members(members, handles)
    for explanation, account in _first_told(members[:3]).items():
        handle = f" ({handles[account]})" if account in handles else ""
        say(f"{account}{handle}: {explanation}")
        say()


def _first_told(members: Sequence[Row]) -> dict[str, str]:
    """Explanation → the first account it is given for: what is said of all is said once."""
    told: dict[str, str] = {}
    for member in members:
        told.setdefault(member["explanation"], member["account"])
    return told


def _handles(findings: Findings, network: str) -> dict[str, str]:
    """Account → handle, where that is another word."""
    from unswarm.engines import quoted

    rows = findings.query(
        "SELECT a.account, a.handle FROM account a JOIN membership m ON m.account = a.account "
        f"WHERE m.network = {quoted(network)} AND a.handle <> a.account"
    )
    return {row["account"]: row["handle"] for row in rows}


def show_expansion(found: Expansion) -> None:
    """Accounts tied to a network in one place: those within the error rate, then the others."""
    linked, pairs = found.linked, found.counterparts
    named = [row for row in linked if row["named"]]
    say(f"{found.network} in {found.place}: {_plural(len(named), 'account')} linked to it.")
    if found.unchanged:
        say(f"· {_plural(len(found.unchanged), 'account')} are there under the same id.")
    if found.sealed_apart:
        say("· Devices, addresses and the like were not compared: the cases hold different keys.")
    if len(linked) > len(named):
        say(f"· {_plural(len(linked) - len(named), 'more account')} worth a look, no finding.")
    say()
    for row in named[:SHOWN]:
        say(f"{row['account']} ({row['kind'] or 'account'}): {row['explanation']}")
    if named:
        say()
    if pairs:
        rows = [
            [
                str(row["other"]),
                str(row["platform"] or ""),
                str(row["account"]),
                f"{row['probability']:.3f}",
            ]
            for row in pairs
        ]
        title = "Perhaps one hand's; a likeness is no proof"
        _table(title, ["account", "platform", "like", "probability"], rows)
    say(f"Tables: {found.folder}")


def _together(row: Row) -> str:
    if row["together"] is None:
        return ""
    joint = f"{_number(row['together'])} of {_number(row['occasions'])} possible occasions"
    if row["expected"] is None:
        return f"{joint}; nobody to compare with"
    return f"{joint}, where innocent explanations account for {_number(row['expected'], 1)}"


def _said(name: str, value: str | None) -> None:
    if value:
        say(f"  {name}: {value}")


def _listed(title: str, lines: Sequence[str]) -> None:
    if lines:
        say(f"  {title}:")
    for line in lines[:SHOWN]:
        say(f"    · {line}")
    if len(lines) > SHOWN:
        say(f"    … and {len(lines) - SHOWN:,} more in the report.")


def _show_decisions(decisions: Sequence[Row]) -> None:
    said = [f"{d['when']} {d['who']}: {d['verdict']}. {d['reason']}" for d in decisions]
    _listed("Decisions", said)


def _show_members(members: Sequence[Row], handles: Mapping[str, str]) -> None:
    wide = out.width >= WIDE  # else a handle stands in place of the id
    cells = [
        (
            m["account"] if wide or m["account"] not in handles else "",
            handles.get(m["account"], ""),
            _number(m["probability"]),
            _number(m["together"]),
            _number(m["occasions"]),
            _number(m["expected"], 1),
            m["signals"] or "",
        )
        for m in members
    ]
    columns = ("account", "handle", "probability", "together", "of", "expected", "signals")
    _table("Members", columns, cells)


DOMAIN = """
SELECT m.network, count(*) AS links, count(DISTINCT l.account) AS accounts
FROM link AS l LEFT JOIN membership AS m ON m.account = l.account
WHERE l.domain = {domain} GROUP BY m.network ORDER BY m.network NULLS LAST
"""


def show_domain(findings: Findings, domain: str, decisions: Sequence[Row]) -> None:
    """One domain: how often the networks, and everybody else, linked to it."""
    from unswarm.engines import quoted

    say(f"domain {domain}")
    for row in findings.query(DOMAIN.format(domain=quoted(domain))):
        who = row["network"] or "in no network"
        _said(who, f"{_plural(row['links'], 'link')} of {_plural(row['accounts'], 'account')}")
    _show_decisions(decisions)


def show_account(findings: Findings, account: str, decisions: Sequence[Row]) -> None:
    """One account: its profile, its networks with the explanation, the occasions behind it."""
    from unswarm.engines import quoted

    where = f"WHERE account = {quoted(account)}"
    profile = next(iter(findings.query(f"SELECT * FROM account {where}")))
    say(f"account {account}")
    for name in ("platform", "handle", "name", "followers", "following", "bio"):
        _said(name, None if profile[name] is None else str(profile[name]))
    _said("created", moment(profile["created"]))
    _show_photo(findings, where)
    _show_decisions(decisions)
    memberships = [m for m in findings.membership if m["account"] == account]
    if not memberships:
        say("  in no network")
    for m in memberships:
        say()
        say(f"in {m['network']}, probability {_number(m['probability'])}")
        say(m["explanation"] or "")
    _show_occasions(findings, where)


def _show_photo(findings: Findings, where: str) -> None:
    for photo in findings.query(f"SELECT * FROM photo {where}"):
        from unswarm.photos.assessment import in_words
        from unswarm.photos.gallery import calibration_of

        _said("photo", in_words(photo, calibration_of(findings.engine)))


def _show_occasions(findings: Findings, where: str) -> None:
    rows = findings.query(
        "SELECT DISTINCT time, signal, object, post, partner, partner_post, gap FROM occasion "
        f"{where} AND together ORDER BY time, signal, object, post"
    )
    if not rows:
        return
    say()
    say("Occasions together")
    for row in list(rows)[:SHOWN]:
        say(f"  {moment(row['time'])} {row['signal']}: {row['object']}")
        say(f"    post {row['post'] or 'unknown'}{_met(row)}")
    if len(rows) > SHOWN:
        say(f"  … and {len(rows) - SHOWN:,} more in the tables.")


def _met(row: Row) -> str:
    """Whom an account met, how far apart, and with which post."""
    if row["partner"] is None:
        return ""
    gap = "" if row["gap"] is None else f"{row['gap'] / 1000:g} s from "
    post = f", post {row['partner_post']}" if row["partner_post"] else ""
    return f"; {gap}{row['partner']}{post}"


# --- how right it is


def show_evaluation(found: Evaluation) -> None:
    """The figures of an evaluation, false accusations first."""
    say(
        f"{found.labelled:,} labelled accounts, {found.positive:,} of them positive"
        + (f"; {found.absent:,} labelled accounts are not in the data" if found.absent else "")
    )
    _show_accounts("Confirmed", found.confirmed)
    _show_networks(found.confirmed_networks)
    _show_accounts("Leads", found.leads)
    _show_networks(found.lead_networks)
    say("Account probability")
    say(f"  AUPRC {_rate(found.auprc, found.auprc_interval)}")
    for k, precision in found.precision_at.items():
        say(f"  precision at {k}: {precision:.2f}")


def _show_accounts(title: str, found: Accounts) -> None:
    low, high = found.accused_bounds
    say(f"{title}: {found.named:,} labelled accounts named, {found.right:,} rightly")
    say(
        f"  false accusations: {len(found.accused):,}, rate {_number(found.accused_rate, 5)} "
        f"(at 95 %: {low:.5f} to {high:.5f})"
    )
    _listed("falsely accused", found.accused)
    say(f"  precision {_rate(found.precision, found.precision_interval)}")
    say(f"  recall    {_rate(found.recall, found.recall_interval)}")
    say(f"  F1        {_rate(found.f1, found.f1_interval)}")


def _rate(value: float, interval: tuple[float, float]) -> str:
    if math.isnan(value):
        return "undefined"
    low, high = interval
    return f"{value:.3f} (at 95 %: {low:.3f} to {high:.3f})"


def _show_networks(found: Networks) -> None:
    share = f"  groups found: {found.found} of {found.groups}"
    say(f"{share}; {found.networks} networks, {found.impure} of them mostly negative")
    for group, overlap in sorted(found.overlap.items()):
        say(f"    {group}: best overlap {overlap:.2f}")


def show_plugins(listed: Mapping[str, Mapping[str, str]]) -> None:
    """Every plugin with the first line of its documentation."""
    for folder, plugins in listed.items():
        rows = list(plugins.items())
        _table(folder.capitalize(), ("name", "what it is"), rows, most=len(rows))
