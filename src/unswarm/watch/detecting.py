"""Detection beside the reading: a process of its own, asked again and again.

It ends when the watch does, even when that is killed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from unswarm.alerts import news, sentences, timed
from unswarm.alerts.book import Book
from unswarm.case import Case, open_case
from unswarm.couriers import deliver
from unswarm.errors import UnswarmError
from unswarm.findings import Findings
from unswarm.settings import Settings
from unswarm.watch.returning import comebacks, remember

ORPHAN = 0.5  # seconds between looks at whether the watch still lives


@dataclass(frozen=True)
class Asked:
    """What a detection is to look at.

    Args:
        case: the case's folder.
        settings: of the run.
        since: posts from this time on, ms UTC.
        past: past cases, fingerprints or indicators that are looked for.
        tell: where alerts go, as `NAME:WHERE`.
        leads: whether leads are told, too.
        live: whether the source is about as late as now, so that delays mean something.
    """

    case: Path
    settings: Settings
    since: int | None
    past: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    leads: bool = False
    live: bool = False


@dataclass(frozen=True)
class Looked:
    """What came of it.

    Args:
        run: id of the run; empty: it failed.
        seconds: how long it took.
        confirmed, leads: how many networks there are.
        members: accounts in networks that are found or decided on, whose events are evidence.
        lines: what there is to say, alerts among it.
        fault: why it failed; empty: it did not.
    """

    run: str = ""
    seconds: float = 0.0
    confirmed: int = 0
    leads: int = 0
    members: frozenset[str] = frozenset()
    lines: tuple[str, ...] = ()
    fault: str = ""


class Detecting:
    """The process that detects; it is started when it is first asked, and again after it died."""

    def __init__(self) -> None:
        self._process: Any = None
        self._pipe: Connection | None = None
        self.busy = False

    def ask(self, asked: Asked) -> None:
        """Begin to detect; `answer` says what came of it."""
        if self._process is None or not self._process.is_alive():
            self._start()
        assert self._pipe is not None
        self._pipe.send(asked)
        self.busy = True

    def answer(self, patience: float = 0.0) -> Looked | None:
        """What came of it; None while it is not done.

        Args:
            patience: seconds to wait.
        """
        if not self.busy or self._pipe is None:
            return None
        try:
            if not self._pipe.poll(patience):
                return None
            found: Looked = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join(1)
            found = Looked(fault=_ended(self._process.exitcode))
            self.stop()
        self.busy = False
        return found

    def stop(self) -> None:
        """End the process."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.terminate()
            self._process.join(5)
        self._process, self._pipe, self.busy = None, None, False

    def _start(self) -> None:
        self.stop()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, os.getpid()), daemon=True)
        self._process.start()
        theirs.close()


def _serve(pipe: Connection, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to both; the watch ends this
    threading.Thread(target=_die_with, args=(parent,), daemon=True).start()
    while True:
        try:
            asked = pipe.recv()
        except EOFError:
            return
        pipe.send(look(asked))


def _die_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(ORPHAN)
    os._exit(1)


def _ended(code: int | None) -> str:
    """Why the process that detects is gone."""
    if code == -signal.SIGKILL:
        hint = "if memory ran out, a shorter --span needs less."
        return f"the process that detects was killed. Hint: {hint}"
    return f"the process that detects ended by itself ({code})"


def look(asked: Asked) -> Looked:
    """Detect, compare with the run before, tell what is new; faults are told, not raised."""
    began = time.monotonic()
    try:
        found = _look(asked)
    except Exception as error:  # the watch goes on, whatever is wrong with one detection
        why = str(error) if isinstance(error, UnswarmError) else f"{type(error).__name__}: {error}"
        return Looked(seconds=time.monotonic() - began, fault=why)
    return Looked(seconds=time.monotonic() - began, **found)


def _look(asked: Asked) -> Mapping[str, Any]:
    case = open_case(asked.case, create=False)
    findings = case.look(asked.settings, since=asked.since)
    counts = findings.run["counts"]
    members = _members(case, findings)
    lines = list(_told(case, findings, asked))
    return {
        "run": findings.run["run"],
        "confirmed": counts["confirmed"],
        "leads": counts["leads"],
        "members": members,
        "lines": tuple(lines),
    }


def _told(case: Case, findings: Findings, asked: Asked) -> Iterator[str]:
    """Write down what is new, and bring it where it is to go."""
    book = Book(case.path)
    told = book.read()
    found = news(findings, told.tiers, told.known, asked.leads)
    remember(case, findings)
    found += comebacks(case, findings, asked.past, told)
    now = datetime.now(UTC)
    yield from sentences(book.add(timed(alert, now, asked.live) for alert in found))
    yield from deliver(book, asked.tell)


def _members(case: Case, findings: Findings) -> frozenset[str]:
    """Accounts of confirmed networks, and of all that people have decided on."""
    rows = findings.query(
        "SELECT m.account FROM membership m JOIN network n ON m.network = n.network "
        "WHERE n.tier = 'confirmed'"
    )
    found = {row["account"] for row in rows}
    for decision in case.record.decisions.values():
        found |= set(decision.members) if decision.kind == "network" else {decision.subject}
    return frozenset(found)
