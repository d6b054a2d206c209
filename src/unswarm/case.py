"""A case: a folder that holds what was read, what was found and what people said of it.

`runs/` is a pure function of events, settings and version: the same input gives the same bytes.
What people decided is only in `log.jsonl`. Times of work are in `timing.toml`, outside the promise.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import tomlkit
from tomlkit.items import AoT

from unswarm import enforcing, expansion, log
from unswarm.co_actions.plan import chosen_engine
from unswarm.desk import Desk
from unswarm.detection import detect
from unswarm.engines import Engine, open_engine, quoted
from unswarm.errors import CaseError, InputError, did_you_mean
from unswarm.expansion import Expansion
from unswarm.exporting import exporter, file_name, options_of, secrets_of, write_export
from unswarm.findings import Findings
from unswarm.fingerprint import Fingerprint, fingerprints, is_fingerprint, loads
from unswarm.folder import alone, read_toml, sha256, write_toml
from unswarm.indicators import fingerprints_of, ids_of, read_indicators
from unswarm.measuring import evidence_of, measured
from unswarm.model import EVIDENCE, MEMBERSHIP, NETWORK, QUARANTINE, RUNS, Tier, Verdict
from unswarm.plugins import load
from unswarm.progress import Progress, silent
from unswarm.readers import Source, recognise, sources
from unswarm.record import Record, replay
from unswarm.record.orders import CARRIED_OUT, SENT, Order, Plan, Receipt
from unswarm.record.people import person
from unswarm.runs import (
    Stopwatch,
    counts,
    ever,
    forget,
    save_run,
    see_run,
    seen_in,
    statement,
    write_table,
)
from unswarm.sealing import at_mail_domain, tells
from unswarm.settings import Settings
from unswarm.store import KEPT, Intake, Taken, account_ids, followed, see_events, sweep

if TYPE_CHECKING:
    from unswarm.album import TakenPhotos
    from unswarm.release import Rejected

ALWAYS_EXPORTED = ("accounts_csv", "networks_csv", "edges_csv", "report")
A_KIND = {"account": "an account", "domain": "a domain", "network": "a network"}
OF_EXPANSION = ("linked_csv", "counterparts_csv")
PUBLIC = ("public_report", "public_report_md", "public_report_pdf")
RELEASE = "release"
OF_PHOTOS = ("photos_csv", "photo_groups_csv", "photos_html")
_HEADER = """\
# An unswarm case. [settings] is yours: write there what should differ from the defaults,
# e.g. q = 0.001. The rest is kept by unswarm.
"""


@dataclass(frozen=True)
class Reading:
    """What came of reading one file.

    Args:
        path: the file.
        reader: the reader that read it; empty when it was skipped.
        rows: table → rows read.
        quarantined: rows rejected, listed with reasons in `events/quarantine`.
        notes: what the person should know: the guessed columns, or why the file was skipped.
        skipped: true: the case holds this file already.
    """

    path: Path
    reader: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)
    quarantined: int = 0
    notes: tuple[str, ...] = ()
    skipped: bool = False


def open_case(path: str | Path, *, create: bool = True) -> Case:
    """Open a case folder, or make one.

    Raises:
        CaseError: the folder holds something else, or there is none and `create` is false.
    """
    folder = Path(path)
    if (folder / "case.toml").exists():
        return Case(folder)
    if not create:
        raise CaseError(f"No case in '{folder}'. Hint: unswarm read SOURCE --case {folder}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CaseError(
            f"'{folder}' exists and is no case. Hint: choose another folder with --case."
        )
    folder.mkdir(parents=True, exist_ok=True)
    document = tomlkit.parse(_HEADER)
    document["settings"] = tomlkit.table()
    write_toml(folder / "case.toml", document)
    return Case(folder)


class Case:
    """A case folder and its verbs: read, detect, measure, test, decide, enforce, export."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.resolve().name
        self._toml = path / "case.toml"
        self._log = path / "log.jsonl"
        self._runs = path / "runs"
        self.exports = path / "exports"
        log.entries(self._log)
        self._document = read_toml(self._toml)

    def __repr__(self) -> str:
        rows = sum(source.rows.get("post", 0) for source in self.sources)
        return f"case {self.name}: {len(self.sources)} sources, {rows:,} rows of posts"

    @property
    def sources(self) -> list[Taken]:
        """What the case has taken in, oldest first.

        Raises:
            CaseError: `case.toml` was changed so that its sources cannot be understood.
        """
        try:
            listed = [Taken(**entry) for entry in self._document.unwrap().get("sources", [])]
        except TypeError as error:
            raise CaseError(f"{self._toml}: a source is not as it was written: {error}.") from None
        return [followed(self.path, each) if each.live else each for each in listed]

    @property
    def settings(self) -> Settings:
        """The defaults, changed by `[settings]` of `case.toml`."""
        return _change(Settings(), self._document.unwrap().get("settings", {}))

    # --- read

    def read(
        self,
        *paths: str | Path,
        reader: str | None = None,
        columns: Mapping[str, str] | None = None,
        comparison: bool = False,
        progress: Progress = silent,
    ) -> tuple[Reading, ...]:
        """Take files in; a file the case holds already is skipped.

        Args:
            paths: files, or folders of files, of any format a reader recognises.
            reader: the reader to use; None: the one that recognises the content.
            columns: our field → the file's column, where it cannot be guessed.
            comparison: true: other people, to compare the suspects with.
            progress: told of the rows read.

        Raises:
            InputError: a file cannot be read, or holds no usable row.
        """
        with alone(self.path):
            self._document = read_toml(self._toml)
            sweep(self.path / "events", self.sources)
            files = [file.path for file in sources([Path(path) for path in paths])]
            return tuple(
                self._read(file, reader, columns or {}, comparison, progress) for file in files
            )

    def _read(
        self,
        path: Path,
        reader: str | None,
        columns: Mapping[str, str],
        comparison: bool,
        progress: Progress,
    ) -> Reading:
        notes: list[str] = []
        source = Source(path, columns, notes.append)
        name, module = recognise(source, reader)
        digest = sha256(path)
        if any(taken.sha256 == digest for taken in self.sources):
            return Reading(path, notes=("the case holds this file already",), skipped=True)
        intake = Intake(self.path / "events", len(self.sources) + 1)
        first_fault = _take(intake, source, module, progress)
        if not set(intake.rows) - {QUARANTINE.name}:
            sweep(self.path / "events", self.sources)
            raise _nothing_usable(path, intake.rows.get(QUARANTINE.name, 0), first_fault)
        if hasattr(module, "describe"):
            notes.insert(0, module.describe(source))
        taken = self._list(intake, path, name, digest, columns, comparison)
        return Reading(path, name, taken.rows, taken.quarantined, tuple(filter(None, notes)))

    def read_photos(
        self,
        album: str | Path | None = None,
        *,
        models: Sequence[str | Path] = (),
        known: str | Path | None = None,
        calibration: str | Path | None = None,
        progress: Progress = silent,
    ) -> tuple[Reading, ...]:
        """Take profile photos in, and what they are to be compared with.

        Measures and small previews are kept, the photos are not. A reading that was cut off goes
        on where it stopped.

        Args:
            album: a folder of photos named by account, or as the profiles name them; or a CSV
                with the columns account and file.
            models: manifests of trained detectors that score each photo too.
            known: pictures that somebody knows: a folder, or a CSV of PDQ hashes.
            calibration: the reference for these photos; None: the case's, else the shipped one.
            progress: told how many photos have been looked at.

        Raises:
            InputError: one of them cannot be used.
            SettingsError: the extra `photos` is not installed.
        """
        from unswarm import album as albums

        kept = self.path / KEPT
        with alone(self.path):
            self._document = read_toml(self._toml)
            sweep(self.path / "events", self.sources)
            takes = [
                (path, take)
                for path, take in (
                    (calibration, albums.take_calibration),
                    (known, albums.take_known(kept, progress)),
                    (album, albums.take_album(kept, [Path(m) for m in models], progress)),
                )
                if path is not None
            ]
            return tuple(self._take_photos(Path(path), take) for path, take in takes)

    def _take_photos(self, path: Path, take: Callable[[Path], TakenPhotos]) -> Reading:
        found = take(path)
        if any(taken.sha256 == found.digest for taken in self.sources):
            return Reading(path, notes=("the case holds these already", *found.notes), skipped=True)
        intake = Intake(self.path / "events", len(self.sources) + 1)
        for name, rows in found.tables.items():
            intake.write(name, rows)
        taken = self._list(intake, path, found.kind, found.digest)
        return Reading(path, found.kind, taken.rows, taken.quarantined, found.notes)

    def _list(
        self,
        intake: Intake,
        path: Path,
        reader: str,
        digest: str,
        columns: Mapping[str, str] | None = None,
        comparison: bool = False,
    ) -> Taken:
        """The step that makes a source part of the case."""
        taken = Taken(
            number=intake.number,
            path=str(path),
            sha256=digest,
            size=path.stat().st_size if path.is_file() else 0,
            reader=reader,
            when=log.now(),
            columns=dict(columns or {}),
            comparison=comparison,
            precision=intake.precision,
            rows={n: rows for n, rows in intake.rows.items() if n != QUARANTINE.name},
            files=intake.files,
            quarantined=intake.rows.get(QUARANTINE.name, 0),
        )
        self._document["sources"] = _tables([*self.sources, taken])
        self._save()
        log.append(self._log, "read", source=str(path), sha256=digest, reader=reader)
        return taken

    # --- follow

    def follow(self, name: str, address: str) -> Taken:
        """The source that is followed at an address; the first call makes it part of the case.

        Args:
            name: how it is followed, e.g. `jetstream`.
            address: where.
        """
        with alone(self.path):
            self._document = read_toml(self._toml)
            for taken in self.sources:
                if taken.live and (taken.reader, taken.path) == (name, address):
                    return taken
            identity = hashlib.sha256(f"{name} {address}".encode()).hexdigest()
            number = len(self.sources) + 1
            taken = Taken(number, address, identity, 0, name, log.now(), live=True)
            self._document["sources"] = _tables([*self.sources, taken])
            self._save()
        log.append(self._log, "follow", source=address, reader=name)
        return taken

    def look(
        self,
        settings: Settings | None = None,
        *,
        since: int | None = None,
        progress: Progress = silent,
    ) -> Findings:
        """Detect again, as a watch does: the run becomes the latest, and nothing is exported.

        Args:
            settings: those of this run; None: the case's.
            since: posts from this time on count, ms UTC; None: all.
            progress: told of each step.

        Raises:
            CaseError: the case holds no source.
        """
        findings = self._run(settings or self.settings, None, progress, since=since, again=True)
        self._newest(findings)
        write_table(self._ever, ever(findings.engine.fetch("SELECT * FROM membership"), self._ever))
        forget(self._runs, {str(line.get("run")) for line in log.entries(self._log)})
        return findings

    @property
    def _ever(self) -> Path:
        """The members of every network that looking has found, as each was seen last."""
        return self.path / "membership.parquet"

    def _newest(self, findings: Findings) -> None:
        with alone(self.path):
            self._document = read_toml(self._toml)
            self._document["run"] = {"latest": findings.run["run"]}
            self._save()

    # --- detect, measure, test

    def detect(
        self,
        settings: Settings | None = None,
        *,
        engine: str = "auto",
        progress: Progress = silent,
        **changes: Any,
    ) -> Findings:
        """Find the networks, measure them, write the tables and the report into `exports/`.

        Args:
            settings: those of this run; None: the case's.
            engine: where and how it is worked out: `duckdb`, `kernel`, `spark`; or `auto`, which
                takes what costs least. The result is the same.
            progress: told of each step.
            changes: single settings by name, e.g. `q=0.001`.

        Raises:
            CaseError: the case holds no source.
            SettingsError: a setting or the engine is unknown, or outside its range.
        """
        wanted = _change(settings or self.settings, changes)
        findings = self._run(wanted, None, progress, on=engine)
        self._newest(findings)
        self._export_all(findings, self.exports, progress)
        log.append(self._log, "detect", run=findings.run["run"])
        return findings

    def test(
        self,
        accounts: Iterable[str],
        settings: Settings | None = None,
        *,
        progress: Progress = silent,
        **changes: Any,
    ) -> Findings:
        """Test a list that somebody brings: nothing is discovered, so nothing is held out.

        Its tables and report go to `exports/list-<run>/`; the case's findings stay as they are.

        Args:
            accounts: ids or handles.

        Raises:
            CaseError: none of the accounts, or only one, is in the data.
        """
        found, missing = self._known(accounts)
        findings = self._run(_change(settings or self.settings, changes), found, progress, missing)
        self._export_all(findings, self.list_exports(findings), progress)
        log.append(self._log, "test", run=findings.run["run"], accounts=len(found))
        return findings

    def list_exports(self, findings: Findings) -> Path:
        """The folder that holds the tables and the report of a tested list."""
        return self.exports / f"list-{findings.run['run']}"

    def test_photos(
        self,
        groups: Mapping[str, Iterable[str]] | None = None,
        *,
        progress: Progress = silent,
    ) -> Findings:
        """Test the photos of groups by themselves; writes `photos.csv`, `photo_groups.csv` and
        `photos.html` into `exports/`.

        Args:
            groups: name → ids or handles; None: the networks of the latest run, or else all
                accounts with a photo as one group.
            progress: told of each step.

        Raises:
            CaseError: the case holds no photos, or none of the groups' accounts.
        """
        engine = self._engine(self.sources)
        membership = self._photographed(engine, groups)
        findings = Findings(self.name, engine, {"counts": counts_of_photos(engine)})
        names = sorted(set(membership["network"].to_pylist()))
        leads = [{"network": name, "tier": Tier.LEAD, "reason": "photos alone"} for name in names]
        for name, table in RUNS.items():
            engine.see(name, table.rows(leads if name == NETWORK.name else []))
        engine.see(MEMBERSHIP.name, membership)
        progress("testing photos", 0, 0)
        measure = load("measures")["photos"]
        engine.see(EVIDENCE.name, evidence_of("photos", measure, engine))
        self._export(OF_PHOTOS, findings, self.exports, progress)
        log.append(self._log, "test photos", groups=len(names))
        return findings

    def _photographed(self, engine: Engine, groups: Mapping[str, Iterable[str]] | None) -> pa.Table:
        """`model.MEMBERSHIP` of the accounts whose photos are to be tested."""
        have = set(engine.fetch("SELECT account FROM photo")["account"].to_pylist())
        if not have:
            raise CaseError(f"Case '{self.name}' holds no photos. Hint: unswarm photos DIR")
        if groups is None:
            latest = self._previous(self._document.unwrap().get("run", {}).get("latest", ""))
            if latest is not None and len(latest):
                return MEMBERSHIP.fit(latest)
            return MEMBERSHIP.rows([{"network": "all", "account": a} for a in sorted(have)])
        ids = account_ids(engine)
        rows = [
            {"network": group, "account": account}
            for group, names in sorted(groups.items())
            for account in sorted({ids.get(n) or ids.get(n.casefold()) or "" for n in names} & have)
        ]
        if not rows:
            raise CaseError(f"None of the groups' accounts has a photo, e.g. {_some(have)} have.")
        return MEMBERSHIP.rows(rows)

    def measure(self, *, progress: Progress = silent) -> Findings:
        """Measure the networks of the latest run again, e.g. after a measure was installed."""
        findings = self.findings
        tables = measured(findings.engine, progress)
        with alone(self.path):
            for name, table in tables.items():
                write_table(self._runs / findings.run["run"] / f"{name}.parquet", table)
        log.append(self._log, "measure", run=findings.run["run"])
        findings = self.findings
        self._export_all(findings, self.exports, progress)
        return findings

    def _run(
        self,
        settings: Settings,
        listed: Sequence[str] | None,
        progress: Progress,
        missing: Sequence[str] = (),
        on: str = "auto",
        since: int | None = None,
        again: bool = False,
    ) -> Findings:
        where, way = chosen_engine(on)
        watch = Stopwatch(progress)
        taken = self.sources
        engine = self._engine(taken, where, since)
        run = statement(settings, taken, listed, missing, since)
        previous = None if listed else self._previous(run["run"], again=again)
        detected = detect(engine, settings, watch, listed, previous, way)
        for name, table in detected.tables.items():
            engine.see(name, table)
        tables = {**detected.tables, **measured(engine, watch)}
        run["counts"] = {**counts(engine, taken, tables), **detected.counts}
        run["power"] = detected.power
        run["signals"] = seen_in(engine)
        run["expected_false"] = settings.q
        watch("saving", 0, 0)
        with alone(self.path):
            save_run(engine, self._runs / run["run"], tables, run, watch)
        return self._findings(run["run"])

    def _previous(self, run: str, *, again: bool = False) -> pa.Table | None:
        """The members whose networks keep their ids: of the same run done before, or of the latest.

        A run that is done again is thus the same, whatever was run in between. A watch, which looks
        again and again, knows all networks there ever were.
        """
        if again and self._ever.exists():
            return pq.read_table(self._ever)
        latest = self._document.unwrap().get("run", {}).get("latest", run)
        for done in (run, latest):
            file = self._runs / done / "membership.parquet"
            if file.exists():
                return pq.read_table(file)
        return None

    def _engine(
        self, taken: Sequence[Taken], where: str = "duckdb", since: int | None = None
    ) -> Engine:
        """The one place where SQL is shown what the case holds."""
        if not taken:
            raise CaseError(f"Case '{self.name}' holds no data. Hint: unswarm read SOURCE")
        engine = open_engine(where, rows=sum(sum(source.rows.values()) for source in taken))
        see_events(engine, self.path / "events", taken, since)
        return engine

    def _known(self, accounts: Iterable[str]) -> tuple[list[str], list[str]]:
        """Ids of the accounts that are in the data, and the names that are not."""
        names = sorted({name.strip().lstrip("@") for name in accounts} - {""})
        ids = account_ids(self._engine(self.sources))
        found = {name: ids.get(name) or ids.get(name.casefold()) for name in names}
        missing = [name for name, account in found.items() if account is None]
        known = sorted({account for account in found.values() if account is not None})
        if len(known) < 2:
            raise CaseError(
                f"{len(known)} of the {len(names)} listed accounts are in the data; a test needs "
                f"two. Hint: list account ids or handles, e.g. {_some(ids.values())}."
            )
        return known, missing

    # --- decide, export, look

    def decide(
        self,
        subject: str,
        verdict: Verdict | str,
        reason: str,
        who: str | None = None,
        *,
        ground: str = "",
        cites: Collection[str] = (),
        role: str | None = None,
    ) -> dict[str, Any]:
        """Write down what a person decided about a network, an account or a domain.

        Args:
            subject: id of a network of the latest run, of an account of the data, or a domain.
            verdict: inauthentic, authentic, not coordinated, undecided.
            reason: why; may not be empty, nor quote what an account wrote.
            who: the person; None: the name logged in.
            ground: the rule that was broken: spam, misrepresentation, coordinated inauthentic
                behaviour, ban evasion; empty: nothing is to be enforced.
            cites: the evidence it rests on: `coordination`, measures, `signal:NAME`.
            role: the role they act in; None: the one `case.toml` gives them, or analyst.

        Raises:
            CaseError: there is no such network, account or domain.
            SettingsError: the verdict is none of `Verdict`, the reason is empty, or it rests on
                content.
        """
        kind, subject = self.find(subject)
        return self.desk.decide(
            kind, subject, verdict, reason, ground=ground, cites=cites, who=who, role=role
        )

    @property
    def desk(self) -> Desk:
        """Where people decide, approve, appeal, attribute, release and sign.

        Raises:
            CaseError: there is no run yet.
        """
        return self.desk_of(self.findings)

    def desk_of(self, findings: Findings) -> Desk:
        """The desk over findings that are open already."""
        return Desk(self.path, findings, self.people)

    @property
    def people(self) -> dict[str, str]:
        """Name → role, from `[people]` of `case.toml`; empty: people say their role."""
        return dict(self._document.unwrap().get("people", {}))

    @property
    def record(self) -> Record:
        """Everything that people said and did with it."""
        return replay(log.entries(self._log))

    @property
    def targets(self) -> dict[str, str]:
        """Name → `NAME:WHERE`, from `[targets]` of `case.toml`: where a page may act."""
        return {str(k): str(v) for k, v in self._document.unwrap().get("targets", {}).items()}

    # --- enforce

    def enforce(self, plan: str, *, undo: bool = False, progress: Progress = silent) -> Plan:
        """Carry out an approved plan, or what is left of it; or take it back.

        A run that was cut off goes on where it was: nothing is lost, nothing is done twice.

        Args:
            plan: its id, e.g. `p-0001`.
            undo: true: take back those of its orders that rest on nothing any more; when all
                rest on something, take back all.
            progress: told of each order.

        Returns:
            The plan, with its receipts.

        Raises:
            CaseError: there is no such plan, one of its orders rests on nothing any more, or the
                target does not answer.
            SettingsError: no second person has approved it, or the target cannot do it.
        """
        desk = self.desk
        made = desk.planned(plan)
        module, target = enforcing.opened(made.target)
        orders = self._due(desk.record, made, undo)
        enforcing.capable(target, orders, undo=undo)
        write = self._receipts(desk, plan, len(orders), progress)
        if undo:
            enforcing.undo(made, orders, target, write, module.per_minute)
        else:
            enforcing.execute(made, target, write, module.per_minute)
        return desk.planned(plan)

    def preview(
        self, plan: str, *, undo: bool = False, progress: Progress = silent
    ) -> tuple[enforcing.Preview, ...]:
        """What `enforce` would change now, as the target tells.

        The target is asked and nothing is sent, so that nobody needs to have approved the plan.

        Raises:
            CaseError: what `enforce` raises.
            SettingsError: the target cannot do it.
        """
        made = self.desk.planned(plan)
        _, target = enforcing.opened(made.target)
        orders = self._due(self.record, made, undo)
        enforcing.capable(target, orders, undo=undo)
        return enforcing.preview(orders, target, progress, undo=undo)

    @staticmethod
    def _due(record: Record, made: Plan, undo: bool) -> Sequence[Order]:
        """What is to be sent, or taken back, of a plan now."""
        orders = made.in_state(*CARRIED_OUT) if undo else made.left
        overtaken = [order for order in orders if enforcing.withdrawn(record, order)]
        if undo:
            return overtaken or orders
        enforcing.current(made, overtaken)
        return orders

    @staticmethod
    def _receipts(
        desk: Desk, plan: str, orders: int, progress: Progress
    ) -> Callable[[Receipt], None]:
        done: list[str] = []

        def write(receipt: Receipt) -> None:
            desk.receive(plan, receipt)
            if receipt.state != SENT:
                done.append(receipt.key)
                progress(f"carrying out {plan}", len(done), orders)

        return write

    def find(self, subject: str) -> tuple[str, str]:
        """What somebody means: ("network" | "account" | "domain", id); handles are understood.

        Raises:
            CaseError: there is no such network, account or domain.
        """
        return self.find_in(self.findings, subject)

    def find_in(self, findings: Findings, subject: str) -> tuple[str, str]:
        """The same, in findings that are open already."""
        networks = [row["network"] for row in findings.networks]
        if subject in networks:
            return "network", subject
        name = subject.removeprefix("@")
        known = findings.query(
            f"SELECT account FROM account WHERE lower({quoted(name)}) IN (lower(account), "
            f"lower(handle)) ORDER BY account = {quoted(name)} DESC, account"
        )
        for row in known:
            return "account", row["account"]
        if findings.query(f"SELECT 1 FROM link WHERE domain = {quoted(name.lower())} LIMIT 1"):
            return "domain", name.lower()
        if self._is_mail_domain(findings, name.lower()):
            return "domain", name.lower()
        hint = did_you_mean(subject, networks) if networks else "the latest run found no network."
        raise CaseError(f"No network, account or domain '{subject}'. Hint: {hint}")

    def _is_mail_domain(self, findings: Findings, name: str) -> bool:
        """Whether accounts have mail addresses there; the case keeps hashes of their patterns."""
        if "." not in name or "@" in name:
            return False
        hashes = ", ".join(map(quoted, at_mail_domain(self.path, name)))
        there = f"SELECT 1 FROM infrastructure WHERE medium = 'pattern' AND value IN ({hashes})"
        return bool(hashes and findings.query(f"{there} LIMIT 1"))

    def network_in(self, findings: Findings, subject: str) -> str:
        """The network that somebody means.

        Raises:
            CaseError: there is no such network, or it is something else.
        """
        kind, name = self.find_in(findings, subject)
        if kind != "network":
            raise CaseError(f"'{name}' is {A_KIND[kind]}. Hint: name a network, e.g. n-0001.")
        return name

    # --- expand

    def expand(
        self,
        network: str | None = None,
        *,
        against: Sequence[str | Path] = (),
        recidivism: Sequence[str | Path] = (),
        progress: Progress = silent,
    ) -> tuple[Expansion, ...]:
        """Find accounts that belong to a network besides its members, each with its evidence.

        Args:
            network: a network of the latest run, confirmed or called inauthentic by a person. Its
                linked accounts here are listed, at a false-discovery rate of the setting `q`.
            against: folders of other cases, e.g. of another platform, in whose data the network is
                looked for.
            recidivism: folders of past cases, files of `export fingerprint`, or indicators that
                others published (Meta's CSV or TSV, STIX 2.1), looked for in this data.
            progress: told of each step.

        Returns:
            What was found in each place; its tables lie in `exports/expand-…/`.

        Raises:
            CaseError: there is no such network, it is a lead, or another case has no run.
            InputError: a file is no fingerprint, and holds no indicators.
        """
        found = [*self._expand(network, against, progress)] if network else []
        for past in recidivism:
            progress(f"comparing with {Path(past).name}", 0, 0)
            found += [self._look_for(each, self) for each in self.prints(Path(past))]
        for each in found:
            self._export(OF_EXPANSION, each.findings, each.folder, progress)
        log.append(self._log, "expand", network=network, places=[each.place for each in found])
        return tuple(found)

    def _expand(
        self, network: str, against: Sequence[str | Path], progress: Progress
    ) -> Iterator[Expansion]:
        findings = self.findings
        network = self.network_in(findings, network)
        members = expansion.standing(findings, network, self._verdicts.get(network))
        (left,) = fingerprints(findings, [network])
        expansion.only(findings, network, members, self.settings)
        yield Expansion(network, self.name, findings, (), self.exports / f"expand-{network}")
        for path in against:
            progress(f"comparing with {Path(path).name}", 0, 0)
            yield self._look_for(left, open_case(path, create=False))

    def _look_for(self, left: Fingerprint, place: Case) -> Expansion:
        engine = place._engine(place.sources)
        key = tells(place.path)
        found = expansion.look_for(engine, left, self.settings, key)
        here = f"of-{left.case}" if place is self else f"in-{place.name}"
        folder = self.exports / f"expand-{left.network}-{here}"
        view = Findings(place.name, engine, {})
        apart = bool(left.key and key) and left.key != key
        return Expansion(left.network, place.name, view, found.unchanged, folder, apart)

    def prints(self, past: Path) -> list[Fingerprint]:
        """The fingerprints of a past case or of a file, or of indicators that others published.

        Raises:
            CaseError: the past case has no run.
            InputError: the file is missing, or holds nothing of this kind.
        """
        if past.is_dir():
            return open_case(past, create=False).fingerprints()
        if not past.exists():
            hint = "check the path."
            raise InputError("there is no such file or folder.", source=past, hint=hint)
        if is_fingerprint(past):
            return loads(past)
        found = read_indicators(past)
        prints = fingerprints_of(found, past.name, ids_of(self._engine(self.sources)))
        if not prints:
            raise InputError(
                f"no site and no account is in it; {len(found.other):,} entries are something "
                f"else, {len(found.rejected):,} cannot be used.",
                source=past,
                hint="give a fingerprint, or indicators of Meta's form or in STIX 2.1.",
            )
        return prints

    def fingerprints(self) -> list[Fingerprint]:
        """What the networks of the latest run leave behind that are worth remembering."""
        findings = self.findings
        return fingerprints(findings, findings.run["remembered"])

    def _remembered(self, findings: Findings) -> list[str]:
        """Ids of the networks that leave a fingerprint."""
        verdicts = self._verdicts
        return [
            row["network"]
            for row in findings.networks
            if expansion.is_remembered(row, verdicts.get(row["network"]))
        ]

    @property
    def _verdicts(self) -> dict[str, Verdict]:
        """Network → the verdict that stands on it."""
        standing = self.record.standings
        return {d.subject: d.verdict for d in standing if d.kind == "network"}

    @property
    def decisions(self) -> list[dict[str, Any]]:
        """Every decision, oldest first."""
        return [entry for entry in log.entries(self._log) if entry["act"] == "decide"]

    def export(
        self,
        name: str,
        path: str | Path | None = None,
        /,
        *,
        who: str | None = None,
        **options: Any,
    ) -> Path:
        """Write the latest findings in one format; returns the file.

        Args:
            name: an exporter, e.g. `report`, `accounts`, `graphml`.
            path: where to; None: the case's `exports/`.
            who: the person; None: the name logged in.
            options: what the exporter can be told, see its page.

        Raises:
            SettingsError: there is no such format or option, or a value is none of its kind.
        """
        desk = self.desk
        name, module = exporter(name)
        said = options_of(name, module, {**secrets_of(self.path, name, module, options), **options})
        stem = said.name if name == RELEASE else name
        written = Path(path) if path else self.exports / file_name(stem, module.suffix)
        if name == RELEASE:
            desk.embargoed(said.embargo)
        write_export(desk.findings, module, written, said)
        by = person(who)
        log.append(self._log, "export", format=name, path=str(written), run=self.latest, who=by)
        if name == RELEASE:
            desk.released(said.name, sha256(written), written.resolve(), said.embargo, by)
        return written

    def publish(
        self, folder: str | Path | None = None, *, pdf: bool = True, who: str | None = None
    ) -> tuple[Path, ...]:
        """Write the public report that two people signed.

        Args:
            folder: where to; None: the case's `exports/`.
            pdf: false: only HTML and Markdown.
            who: the person; None: the name logged in.

        Returns:
            The files.

        Raises:
            CaseError: something forbids it; the message lists all that does.
            SettingsError: a PDF is wanted, and what it needs is not installed.
        """
        desk = self.desk
        digest = desk.publishable()
        formats = PUBLIC if pdf else PUBLIC[:-1]
        target = Path(folder) if folder else self.exports
        paths = []
        for name, module in map(exporter, formats):
            paths.append(target / file_name(name, module.suffix))
            write_export(desk.findings, module, paths[-1])
        desk.published(digest, paths, who)
        return tuple(paths)

    def read_opinions(self, path: str | Path) -> Reading:
        """Take in what researchers say of accounts: of a release, or by id or handle.

        Rows that cannot be used are listed with their reasons in `exports/rejected-….csv`.

        Args:
            path: a CSV with the columns account, label, note and source.

        Raises:
            InputError: it is no such file, or holds no usable row.
        """
        from unswarm import release

        path = Path(path)
        desk, digest = self.desk, sha256(path)
        if any(line.get("file") == digest for line in log.entries(self._log)):
            return Reading(path, notes=("the case holds this file already",), skipped=True)
        found = release.read_opinions(path, self._shown(desk))
        notes = self._reject(path, found.rejected)
        if not found:
            first = f", the first because it {found.rejected[0].reason}" if found.rejected else ""
            raise InputError(
                f"none of its rows can be used; {len(found.rejected):,} rejected{first}.",
                source=path,
                hint="accounts stand as in the release, or by id or handle.",
            )
        desk.opine(found, digest)
        return Reading(path, "opinions", {"opinion": len(found)}, len(found.rejected), notes)

    def _shown(self, desk: Desk) -> dict[str, str]:
        """Ids, handles and the pseudonyms of every release → accounts."""
        from unswarm import release

        _, module = exporter(RELEASE)
        known = account_ids(self._engine(self.sources))
        for name in desk.record.releases:
            key = secrets_of(self.path, RELEASE, module, {"name": name})["key"]
            known |= release.pseudonyms(desk.findings, key)
        return known

    def _reject(self, path: Path, rejected: Sequence[Rejected]) -> tuple[str, ...]:
        if not rejected:
            return ()
        target = self.exports / f"rejected-{path.stem}.csv"
        target.parent.mkdir(exist_ok=True)
        rows = [(row.line, row.account, row.reason, *row.content) for row in rejected]
        with target.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("line", "account", "reason", "row"), *rows])
        return (f"rejected rows: {target}",)

    def _export_all(self, findings: Findings, folder: Path, progress: Progress) -> None:
        photos = len(findings.query("SELECT 1 FROM photo LIMIT 1"))
        grown = len(findings.query("SELECT 1 FROM linked UNION ALL SELECT 1 FROM counterpart"))
        formats = [
            *ALWAYS_EXPORTED,
            *(OF_EXPANSION if grown else ()),
            *(OF_PHOTOS if photos else ()),
        ]
        self._export(formats, findings, folder, progress)

    def _export(
        self, formats: Sequence[str], findings: Findings, folder: Path, progress: Progress
    ) -> None:
        for done, asked in enumerate(formats):
            name, module = exporter(asked)
            target = folder / file_name(name, module.suffix)
            progress(f"writing {target.name}", done, len(formats))
            write_export(findings, module, target)

    @property
    def report(self) -> Path:
        """Where `detect` writes the report."""
        return self.exports / "report.html"

    @property
    def photo_report(self) -> Path:
        """Where the page about photos is written."""
        return self.exports / "photos.html"

    @property
    def latest(self) -> str:
        """Id of the latest run of `detect`.

        Raises:
            CaseError: there is none yet.
        """
        run = self._document.unwrap().get("run", {}).get("latest")
        if run is None:
            raise CaseError(f"Case '{self.name}' has no run yet. Hint: unswarm detect")
        return str(run)

    @property
    def has_run(self) -> bool:
        """Whether `detect` has ever ended here."""
        return "latest" in self._document.unwrap().get("run", {})

    @property
    def findings(self) -> Findings:
        """What the latest run of `detect` found."""
        return self._findings(self.latest)

    def _findings(self, run: str) -> Findings:
        folder = self._runs / run
        said = read_toml(folder / "run.toml").unwrap()
        read = {source["sha256"] for source in said["sources"]}
        sources = [taken for taken in self.sources if taken.sha256 in read]
        engine = self._engine(sources, since=said.get("since"))
        see_run(engine, folder)
        return self.renewed(Findings(self.name, engine, said))

    def renewed(self, findings: Findings) -> Findings:
        """The same findings with what people have said by now."""
        more = {"seal": tells(self.path), "remembered": self._remembered(findings)}
        run = {**findings.run, **more}
        return Findings(self.name, findings.engine, run, self.record)

    def _save(self) -> None:
        write_toml(self._toml, self._document)


def _change(settings: Settings, values: Mapping[str, Any]) -> Settings:
    return settings.change({k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


def _tables(taken: Iterable[Taken]) -> AoT:
    tables = tomlkit.aot()
    for source in taken:
        tables.append(tomlkit.item(source.as_dict()))
    return tables


def _take(intake: Intake, source: Source, module: ModuleType, progress: Progress) -> str:
    """Write all a reader gives; returns the first reason a row was rejected for."""
    first_fault = ""
    what = f"reading {source.path.name}"
    progress(what, 0, 0)
    for name, rows in module.read(source):
        intake.write(name, rows)
        if name == QUARANTINE.name and len(rows):
            first_fault = first_fault or rows["reason"][0].as_py()
        progress(what, sum(intake.rows.values()), 0)
    return first_fault


def _nothing_usable(path: Path, rejected: int, first_fault: str) -> InputError:
    if not rejected:
        return InputError("it holds no rows.", source=path)
    return InputError(
        f"none of its rows can be used; {rejected:,} rejected, the first because {first_fault}.",
        source=path,
        hint="name the columns with --map FIELD=COLUMN, or the format with --reader.",
    )


def counts_of_photos(engine: Engine) -> dict[str, int]:
    """How many accounts have a photo, by what it shows."""
    rows = engine.fetch("SELECT result, count(*) AS photos FROM photo GROUP BY result")
    return {row["result"]: row["photos"] for row in rows.to_pylist()}


def _some(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names))[:3])
