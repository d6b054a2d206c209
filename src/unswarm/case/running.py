"""Work out what a case's events show: its networks, or how a list stands; measured and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from unswarm import detection
from unswarm.case.exports import write_all
from unswarm.case.folder import CaseFolder
from unswarm.case.subjects import account_in, some
from unswarm.co_actions.plan import chosen_engine
from unswarm.errors import CaseError
from unswarm.findings import Findings
from unswarm.measuring import measured
from unswarm.progress import Progress
from unswarm.runs import Stopwatch, counts, ever, forget, save_run, seen_in, statement, write_table
from unswarm.settings import Settings
from unswarm.store import account_ids


@dataclass(frozen=True)
class Asked:
    """What one run is to look at.

    Args:
        settings: those of the run.
        listed: ids of the accounts that somebody listed; None: networks are searched for.
        missing: what was listed and is not in the data.
        engine: where and how it is worked out.
        since: posts from this time on count, ms UTC; None: all.
        before: run → the members (`model.MEMBERSHIP`) whose networks keep their names.
    """

    settings: Settings
    listed: Sequence[str] | None = None
    missing: Sequence[str] = ()
    engine: str = "auto"
    since: int | None = None
    before: Callable[[str], pa.Table | None] = lambda run: None


def detect(case: CaseFolder, settings: Settings, engine: str, progress: Progress) -> Findings:
    """Find the networks, as `Case.detect` does."""
    findings = _run(case, Asked(settings, engine=engine, before=case.members), progress)
    case.set_latest(findings.run["run"])
    write_all(findings, case.exports, progress)
    case.note("detect", run=findings.run["run"])
    return findings


def look(case: CaseFolder, settings: Settings, since: int | None, progress: Progress) -> Findings:
    """Detect again, as `Case.look` does; all networks there ever were keep their names."""
    known = case.ever

    def before(run: str) -> pa.Table | None:
        return pq.read_table(known) if known.exists() else case.members(run)

    findings = _run(case, Asked(settings, since=since, before=before), progress)
    case.set_latest(findings.run["run"])
    write_table(known, ever(findings.engine.fetch("SELECT * FROM membership"), known))
    forget(case.runs, case.mentions("run"))
    return findings


def test(
    case: CaseFolder, accounts: Iterable[str], settings: Settings, progress: Progress
) -> Findings:
    """Test a list, as `Case.test` does."""
    found, missing = _known(case, accounts)
    findings = _run(case, Asked(settings, listed=found, missing=missing), progress)
    write_all(findings, list_exports(case, findings), progress)
    case.note("test", run=findings.run["run"], accounts=len(found))
    return findings


def list_exports(case: CaseFolder, findings: Findings) -> Path:
    """The folder that holds the tables and the report of a tested list."""
    return case.exports / f"list-{findings.run['run']}"


def measure(case: CaseFolder, progress: Progress) -> Findings:
    """Measure again, as `Case.measure` does."""
    findings = case.findings
    tables = measured(findings.engine, progress)
    with case.alone():
        for name, table in tables.items():
            write_table(case.runs / findings.run["run"] / f"{name}.parquet", table)
    case.note("measure", run=findings.run["run"])
    findings = case.findings
    write_all(findings, case.exports, progress)
    return findings


def _run(case: CaseFolder, asked: Asked, progress: Progress) -> Findings:
    where, way = chosen_engine(asked.engine)
    watch = Stopwatch(progress)
    taken, settings = case.sources, asked.settings
    engine = case.engine(taken, where, asked.since)
    run = statement(settings, taken, asked.listed, asked.missing, asked.since)
    before = asked.before(run["run"])
    detected = detection.detect(engine, settings, watch, asked.listed, before, way)
    for name, table in detected.tables.items():
        engine.see(name, table)
    tables = {**detected.tables, **measured(engine, watch)}
    run["counts"] = {**counts(engine, taken, tables), **detected.counts}
    run["power"] = detected.power
    run["signals"] = seen_in(engine)
    run["expected_false"] = settings.q
    watch("saving", 0, 0)
    with case.alone():
        save_run(engine, case.runs / run["run"], tables, run, watch)
    return case.findings_of(run["run"])


def _known(case: CaseFolder, accounts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Ids of the accounts that are in the data, and the names that are not."""
    names = sorted({name.strip().lstrip("@") for name in accounts} - {""})
    ids = account_ids(case.engine())
    found = {name: account_in(ids, name) for name in names}
    missing = [name for name, account in found.items() if account is None]
    known = sorted({account for account in found.values() if account is not None})
    if len(known) < 2:
        raise CaseError(
            f"{len(known)} of the {len(names)} listed accounts are in the data; a test needs "
            f"two. Hint: list account ids or handles, e.g. {some(ids.values())}."
        )
    return known, missing
