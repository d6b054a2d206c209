"""What a case folder holds: its sources and settings, its runs, and what people said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import tomlkit
from tomlkit.items import AoT

from unswarm import expansion, log
from unswarm.desk import Desk
from unswarm.engines import Engine, open_engine
from unswarm.errors import CaseError
from unswarm.findings import Findings
from unswarm.fingerprint import Fingerprint, fingerprints
from unswarm.folder import alone, read_toml, write_toml
from unswarm.model import Verdict
from unswarm.record import Record, replay
from unswarm.runs import see_run
from unswarm.sealing import tells
from unswarm.settings import Settings
from unswarm.store import Taken, followed, see_events

_HEADER = """\
# An unswarm case. [settings] is yours: write there what should differ from the defaults,
# e.g. q = 0.001. The rest is kept by unswarm.
"""


def made(path: Path, *, create: bool = True) -> Path:
    """A folder that is a case, or becomes one.

    Raises:
        CaseError: the folder holds something else, or there is none and `create` is false.
    """
    if (path / "case.toml").exists():
        return path
    if not create:
        raise CaseError(f"No case in '{path}'. Hint: unswarm read SOURCE --case {path}")
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise CaseError(f"'{path}' exists and is no case. Hint: choose another folder with --case.")
    path.mkdir(parents=True, exist_ok=True)
    document = tomlkit.parse(_HEADER)
    document["settings"] = tomlkit.table()
    write_toml(path / "case.toml", document)
    return path


class CaseFolder:
    """A case folder, to be looked into; `Case` adds what can be done with it.

    Args:
        path: the folder; it is a case.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.resolve().name
        self.exports = path / "exports"
        self.runs = path / "runs"
        self._toml = path / "case.toml"
        self._log = path / "log.jsonl"
        log.entries(self._log)
        self._document = read_toml(self._toml)

    def __repr__(self) -> str:
        rows = sum(source.rows.get("post", 0) for source in self.sources)
        return f"case {self.name}: {len(self.sources)} sources, {rows:,} rows of posts"

    # --- case.toml

    @property
    def sources(self) -> list[Taken]:
        """What the case has taken in, oldest first.

        Raises:
            CaseError: `case.toml` was changed so that its sources cannot be understood.
        """
        try:
            listed = [Taken(**entry) for entry in self._said("sources", [])]
        except TypeError as error:
            raise CaseError(f"{self._toml}: a source is not as it was written: {error}.") from None
        return [followed(self.path, each) if each.live else each for each in listed]

    @property
    def settings(self) -> Settings:
        """The defaults, changed by `[settings]` of `case.toml`."""
        return changed(Settings(), self._said("settings", {}))

    @property
    def people(self) -> dict[str, str]:
        """Name → role, from `[people]` of `case.toml`; empty: people say their role."""
        return dict(self._said("people", {}))

    @property
    def targets(self) -> dict[str, str]:
        """Name → `NAME:WHERE`, from `[targets]` of `case.toml`: where a page may act."""
        return {str(name): str(where) for name, where in self._said("targets", {}).items()}

    @property
    def latest(self) -> str:
        """Id of the latest run of `detect`.

        Raises:
            CaseError: there is none yet.
        """
        if not self.has_run:
            raise CaseError(f"Case '{self.name}' has no run yet. Hint: unswarm detect")
        return str(self._said("run", {})["latest"])

    @property
    def has_run(self) -> bool:
        """Whether `detect` has ever ended here."""
        return "latest" in self._said("run", {})

    def _said(self, name: str, default: Any) -> Any:
        return self._document.unwrap().get(name, default)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes to the case meanwhile; what others wrote before is seen.

        Raises:
            CaseError: somebody else is writing.
        """
        with alone(self.path):
            self._document = read_toml(self._toml)
            yield

    def add_source(self, taken: Taken) -> None:
        """Make a source part of the case; while `alone`."""
        self._document["sources"] = _tables([*self.sources, taken])
        write_toml(self._toml, self._document)

    def set_latest(self, run: str) -> None:
        """Make a run the latest."""
        with self.alone():
            self._document["run"] = {"latest": run}
            write_toml(self._toml, self._document)

    # --- what was found

    def engine(
        self,
        taken: Sequence[Taken] | None = None,
        where: str = "duckdb",
        since: int | None = None,
    ) -> Engine:
        """An engine that is shown the events of the case; the one place where that happens.

        Args:
            taken: the sources that count; None: all.
            where: the engine's name.
            since: posts from this time on count, ms UTC; None: all.

        Raises:
            CaseError: there is no source.
        """
        taken = self.sources if taken is None else taken
        if not taken:
            raise CaseError(f"Case '{self.name}' holds no data. Hint: unswarm read SOURCE")
        engine = open_engine(where, rows=sum(sum(source.rows.values()) for source in taken))
        see_events(engine, self.path / "events", taken, since)
        return engine

    @property
    def findings(self) -> Findings:
        """What the latest run of `detect` found."""
        return self.findings_of(self.latest)

    def findings_of(self, run: str) -> Findings:
        """What a run found, over the sources that it had read."""
        folder = self.runs / run
        said = read_toml(folder / "run.toml").unwrap()
        read = {source["sha256"] for source in said["sources"]}
        sources = [taken for taken in self.sources if taken.sha256 in read]
        engine = self.engine(sources, since=said.get("since"))
        see_run(engine, folder)
        return self.renewed(Findings(self.name, engine, said))

    def renewed(self, findings: Findings) -> Findings:
        """The same findings with what people have said by now."""
        more = {"seal": tells(self.path), "remembered": self._remembered(findings)}
        run = {**findings.run, **more}
        return Findings(self.name, findings.engine, run, self.record)

    def members(self, run: str | None = None) -> pa.Table | None:
        """`model.MEMBERSHIP` of a run, of the latest if that was never done; None: of none.

        A run that is done again thus has the same names of networks, whatever was run in between.
        """
        latest = self.latest if self.has_run else None
        for done in (run, latest):
            file = self.runs / str(done) / "membership.parquet"
            if done and file.exists():
                return pq.read_table(file)
        return None

    @property
    def ever(self) -> Path:
        """The members of every network that looking has found, as each was seen last."""
        return self.path / "membership.parquet"

    def fingerprints(self) -> list[Fingerprint]:
        """What the networks of the latest run leave behind that are worth remembering."""
        findings = self.findings
        return fingerprints(findings, findings.run["remembered"])

    def _remembered(self, findings: Findings) -> list[str]:
        """Ids of the networks that leave a fingerprint."""
        verdicts = self.verdicts
        return [
            row["network"]
            for row in findings.networks
            if expansion.is_remembered(row, verdicts.get(row["network"]))
        ]

    # --- what people said

    @property
    def record(self) -> Record:
        """Everything that people said and did with it."""
        return replay(log.entries(self._log))

    @property
    def decisions(self) -> list[dict[str, Any]]:
        """Every decision, oldest first."""
        return [entry for entry in log.entries(self._log) if entry["act"] == "decide"]

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Network → the verdict that stands on it."""
        standing = self.record.standings
        return {d.subject: d.verdict for d in standing if d.kind == "network"}

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

    def mentions(self, name: str) -> set[str]:
        """What the log says under a name, e.g. every `run` that it speaks of."""
        return {str(line[name]) for line in log.entries(self._log) if name in line}

    def note(self, act: str, **said: Any) -> None:
        """Write into the log what was done."""
        log.append(self._log, act, **said)


def changed(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Settings with some values changed; a list stands for a tuple.

    Raises:
        SettingsError: one of them is unknown, or outside its range.
    """
    return settings.change({k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


def _tables(taken: Iterable[Taken]) -> AoT:
    tables = tomlkit.aot()
    for source in taken:
        tables.append(tomlkit.item(source.as_dict()))
    return tables
