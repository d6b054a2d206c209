"""The cases that are served: a folder of them, or one; each opened once and kept until it changes.

A case on disk may change under the server: another terminal detects, a colleague decides. Before
each answer its files' times are looked at; a new run is opened anew, new lines of the log are read
into the findings that are open. Questions that were asked of the same state are answered from
memory.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from unswarm.case import Case, open_case
from unswarm.desk import Desk
from unswarm.errors import CaseError
from unswarm.findings import Findings
from unswarm.folder import read_toml
from unswarm.web.errors import missing

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}")
KEPT = 4  # cases open at one time
REMEMBERED = 512  # answers of one case
SYNTHETIC = "synthetic-"  # begins every id that was made up
Stamp = tuple[int, int]


@dataclass(frozen=True)
class State:
    """What a case on disk is: stamps of its settings and of its log."""

    toml: Stamp
    log: Stamp

    @classmethod
    def of(cls, folder: Path) -> State:
        """As it is now."""
        return cls(_stamp(folder / "case.toml"), _stamp(folder / "log.jsonl"))


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


class Opened:
    """A case with its findings in memory. Everything about it happens under its lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self._state: State | None = None
        self._case: Case | None = None
        self._findings: Findings | None = None
        self._answers: OrderedDict[Any, Any] = OrderedDict()

    @property
    def case(self) -> Case:
        """The case as it is on disk."""
        self._renew()
        assert self._case is not None
        return self._case

    @property
    def findings(self) -> Findings:
        """What its latest run found, with everything that was said since.

        Raises:
            CaseError: there is no run yet.
        """
        case = self.case
        if self._findings is None:
            self._findings = case.findings
        return self._findings

    @property
    def desk(self) -> Desk:
        """Where people act on it."""
        findings = self.findings
        return self.case.desk_of(findings)

    def ask(self, question: Callable[..., Any], *said: Any) -> Any:
        """A pure function of the findings, answered once for each state of the case."""
        findings = self.findings
        key = (question, said)
        if key not in self._answers:
            self._answers[key] = question(findings, *said)
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        self._answers.move_to_end(key)
        return self._answers[key]

    def _renew(self) -> None:
        state = State.of(self.folder)
        if state == self._state:
            return
        self._answers.clear()
        before, self._state = self._state, None  # known again once nothing failed
        if before is None or before.toml != state.toml or self._case is None:
            self._case, self._findings = open_case(self.folder, create=False), None
        elif self._findings is not None:
            self._findings = self._case.renewed(self._findings)
        self._state = state


class Shelf:
    """The cases below a folder, or the one case that the folder is.

    Args:
        folder: a case, or a folder whose subfolders are cases.

    Raises:
        CaseError: there is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise CaseError(
                f"There is no folder '{folder}'. Hint: name a case, or a folder that holds cases."
            )
        self.folder = folder.resolve()
        self.single = (self.folder / "case.toml").exists()
        self._open: OrderedDict[str, Opened] = OrderedDict()
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """What the cases are called, sorted."""
        if self.single:
            return [self.folder.name]
        found = (path.parent.name for path in self.folder.glob("*/case.toml"))
        return sorted(name for name in found if not name.startswith("."))

    def path(self, name: str) -> Path:
        """The folder of a case.

        Raises:
            Refused: there is no such case.
        """
        if name not in self.names():
            raise missing("case", name)
        return self.folder if self.single else self.folder / name

    def create(self, name: str) -> str:
        """Make an empty case; returns its name.

        Raises:
            CaseError: one case alone is served, the name is none, or it is taken.
        """
        if self.single:
            raise CaseError("Only one case is served. Hint: unswarm serve FOLDER serves several.")
        if not NAME.fullmatch(name.strip()):
            raise CaseError(
                f"'{name}' is no name of a case. Hint: letters, digits, spaces, dots and dashes."
            )
        folder = self.folder / name.strip()
        if folder.exists():
            raise CaseError(f"There is a case '{name.strip()}' already. Hint: another name.")
        open_case(folder)
        return folder.name

    @contextmanager
    def opened(self, name: str) -> Iterator[Opened]:
        """A case, held until the block ends: one request at a time looks at it."""
        path = self.path(name)
        with self._lock:
            found = self._open.setdefault(name, Opened(path))
            self._open.move_to_end(name)
            while len(self._open) > KEPT:
                self._open.popitem(last=False)
        with found.lock:
            yield found

    def glance(self, name: str) -> dict[str, Any]:
        """What can be said of a case without opening its data."""
        folder = self.path(name)
        case = open_case(folder, create=False)
        run = case.latest if case.has_run else ""
        said = read_toml(folder / "runs" / run / "run.toml").unwrap() if run else {}
        counts = said.get("counts", {})
        return {
            "name": name,
            "run": run,
            "sources": len(case.sources),
            "rows": sum(sum(source.rows.values()) for source in case.sources),
            "synthetic": _is_synthetic(folder / "events"),
            **{key: counts.get(key, 0) for key in ("posts", "accounts", "confirmed", "leads")},
            **_said(case),
            "changed": State.of(folder).log[0] // 1_000_000,
        }


def _is_synthetic(events: Path) -> bool:
    """Whether its first account says that it is made up, as `unswarm simulate` makes them say."""
    for table in ("account", "post"):
        for path in sorted((events / table).glob("*.parquet"))[:1]:
            batch = next(pq.ParquetFile(path).iter_batches(1, columns=["account"]), None)
            return batch is not None and str(batch["account"][0]).startswith(SYNTHETIC)
    return False


def _said(case: Case) -> dict[str, int]:
    """How many of the things that people do wait for somebody."""
    record = case.record
    return {
        "decided": len(record.standings),
        "waiting": sum(bool(d.ground and d.cites and not d.approvals) for d in record.standings),
        "appeals": sum(a.outcome == "open" for a in record.appeals.values()),
        "claims": len(record.claims),
        "plans": len(record.plans),
    }
