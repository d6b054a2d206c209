"""Live mode: follow a source, keep what comes, detect again and again, tell what is new.

1. A feed puts what comes into an intake; nobody reads faster than can be written, so the source
   waits when the disk does.
2. Every few seconds, or when enough is there, all of it becomes part of the case in one step, with
   the place in the source. A watch that dies goes on from there: nothing is lost or there twice.
3. Beside it, the same detection that a case always runs looks at the last days of it, whenever
   something came. After any sequence of batches, late rows among them, its result is that of one
   run over all of it.
4. What is new since the run before is told (`unswarm.alerts`).
5. What is older than the rules say is removed (`keeping`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isinf

from unswarm.case import Case
from unswarm.feeds import DroppedError, ExpiredError, Feed
from unswarm.folder import alone
from unswarm.journal import Journal, folder_of
from unswarm.settings import Settings
from unswarm.store import Taken
from unswarm.watch.detecting import Asked, Detecting, Looked
from unswarm.watch.intake import Intake as Kept
from unswarm.watch.keeping import Keeping, Rules
from unswarm.watch.status import Status

LONGEST_WAIT = 60.0  # seconds between two tries to reach a source
DISK_WAIT = 5.0  # seconds between two tries to write
STEP = 5.0  # seconds by which the machine's clock may differ from what passed
TIDY = 30.0  # seconds between looks at what is due
LATE = 120.0  # seconds after which it is told that what comes is late, and how often
LONG_AGO = 86_400.0  # seconds after which it is no live source but a replay
LIVE = 3600.0  # seconds that the latest event of a live source may be behind

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wishes:
    """How a source is to be watched.

    Args:
        every: seconds between two commits.
        look: seconds between two detections, at least; they begin when something came. Infinity:
            none, what comes is only kept.
        seconds: after so many the watch ends; None: never.
        rules: how long what is kept.
        settings: of detection.
        past: past cases, fingerprints or indicators whose return is told.
        tell: where alerts go besides the case, as `NAME:WHERE`.
        leads: whether leads are told, too.
    """

    every: float = 5.0
    look: float = 30.0
    seconds: float | None = None
    rules: Rules = field(default_factory=Rules)
    settings: Settings = field(default_factory=Settings)
    past: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    leads: bool = False


class Watch:
    """One watch over one source.

    Args:
        case: where everything goes.
        taken: the source, as the case lists it.
        feed: what follows it.
        wishes: how.
        say: told lines for people.
    """

    def __init__(self, case: Case, taken: Taken, feed: Feed, wishes: Wishes, say: Say) -> None:
        self._case, self._taken, self._feed, self._wishes = case, taken, feed, wishes
        self._say = say
        self._journal = Journal(folder_of(case.path, taken.number))
        self._keeping = Keeping(self._journal, wishes.rules)
        self._intake = Kept(case.path, taken.number, taken.path, self._journal, say)
        self._detecting = Detecting()
        self._status = Status(case.path, f"{taken.reader}:{taken.path}")
        self._cursor = ""
        self._members: frozenset[str] | None = None
        self._looked = ""  # state of the journal at the last detection
        self._slow = 0.0  # seconds of a detection beyond which it is said that it is slow
        self._stopped = False
        self._began = self._committed = self._tidied = time.monotonic()
        self._last_look = self._said_late = float("-inf")
        self._drift = time.time() - time.monotonic()

    def stop(self, *_: object) -> None:
        """End the watch soon: what came is committed, and looked at once more."""
        self._stopped = True

    def run(self) -> None:
        """Watch until stopped, or until the time is over.

        Raises:
            SettingsError: the source refuses for a reason that does not pass.
            CaseError: another watch follows this source.
        """
        self._journal.folder.mkdir(parents=True, exist_ok=True)
        with alone(self._journal.folder):
            self._journal.reopen()
            self._cursor = self._journal.state.cursor
            if left := self._journal.sweep():
                self._say(f"{left} files of a watch that was cut off were removed.")
            where = f" from {_short(self._cursor)}" if self._cursor else ""
            self._say(f"Following {self._taken.path}{where}.")
            try:
                self._follow()
                self._finish()
            finally:
                self._detecting.stop()
                self._status.save("stopped")

    # --- the source

    def _follow(self) -> None:
        failed = 0
        while not self._is_over():
            began = time.monotonic()
            try:
                for cursor in self._feed.follow(self._cursor, self._intake):
                    self._cursor = cursor
                    self._tick()
                    if self._is_over():
                        return
                return
            except DroppedError as error:
                failed = 0 if time.monotonic() - began > LONGEST_WAIT else failed
                self._wait(str(error), failed)
                failed += 1
            except ExpiredError as error:
                self._gap(str(error))

    def _wait(self, why: str, failed: int) -> None:
        """The source is away: keep what is there, and wait longer each time."""
        seconds = min(LONGEST_WAIT, 2.0 ** min(failed, 6))
        self._say(f"The source is away: {why}. Asked again in {seconds:.0f} s.")
        self._status.save("waiting", note=why)
        for _ in self._pause(seconds):
            self._tick()

    def _pause(self, seconds: float) -> Iterator[None]:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._is_over():
            time.sleep(min(0.2, seconds))
            yield

    def _gap(self, why: str) -> None:
        """What lies after the cursor is gone: say so, write it down, and begin at now."""
        self._say(f"A gap: {why}. What came after {_short(self._cursor)} is lost; going on at now.")
        self._commit()
        gap = (self._cursor, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), why)
        self._journal.note(gaps=(*self._journal.state.gaps, gap), cursor="")
        self._cursor = ""

    def _is_over(self) -> bool:
        limit = self._wishes.seconds
        return self._stopped or (limit is not None and time.monotonic() - self._began > limit)

    # --- what is done now and then

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._committed >= self._wishes.every or self._intake.batch.full:
            self._commit()
            self._look()
            self._hear(self._detecting.answer())
            if now - self._tidied >= TIDY:
                self._tidy()

    def _commit(self) -> None:
        """Make what came part of the case; while that cannot be, wait, and read no more."""
        self._check_clock()
        while True:
            try:
                rows = self._intake.commit(self._cursor)
                self._committed = time.monotonic()
                self._status.committed(self._journal.state, self._intake.events, rows)
                self._check_lag()
                return
            except OSError as error:
                self._say(
                    f"Nothing can be written ({error.strerror or error}). Nothing is lost: "
                    f"reading stands still until it can. Make room on the disk of the case."
                )
                self._status.save("paused", note=str(error.strerror or error))
                time.sleep(DISK_WAIT)
                if self._is_over():
                    raise

    def _check_clock(self) -> None:
        """Say when the machine's clock was set; nothing here relies on it."""
        drift = time.time() - time.monotonic()
        if abs(drift - self._drift) > STEP:
            self._say(
                f"The clock of this machine was set by {drift - self._drift:+,.0f} s. The watch "
                "goes by the times of the source."
            )
            self._drift = drift

    def _check_lag(self) -> None:
        """Say when what comes is late: the source is slow, or this machine is."""
        clock, now = self._journal.state.clock, time.monotonic()
        late = 0.0 if clock is None else time.time() - clock / 1000
        if LATE < late < LONG_AGO and now - self._said_late > LATE:
            self._said_late = now
            self._say(f"What comes is {late:,.0f} s late. Nothing is lost; alerts are as late.")

    def _tidy(self) -> None:
        self._tidied = time.monotonic()
        if self._members is None:
            return
        try:
            for line in self._keeping.tidy(self._members):
                self._say(line)
        except OSError as error:
            self._say(f"Old files cannot be seen to: {error.strerror or error}.")

    # --- detection

    def _look(self) -> None:
        """Begin a detection, where something came since the last one."""
        state = self._journal.state
        due = time.monotonic() - self._last_look >= self._wishes.look
        if isinf(self._wishes.look) or self._detecting.busy or not due:
            return
        if state.digest in ("", self._looked):
            return
        self._last_look, self._looked = time.monotonic(), state.digest
        self._detecting.ask(
            Asked(
                case=self._case.path,
                settings=self._wishes.settings,
                since=self._keeping.since(),
                past=self._wishes.past,
                tell=self._wishes.tell,
                leads=self._wishes.leads,
                live=self._is_live(),
            )
        )

    def _is_live(self) -> bool:
        """Whether the latest event is about as late as now, and this is no replay."""
        clock = self._journal.state.clock
        return clock is not None and abs(time.time() - clock / 1000) < LIVE

    def _hear(self, looked: Looked | None) -> None:
        if looked is None:
            return
        if looked.fault:
            self._looked = ""
            self._say(f"A detection failed, and is tried again: {looked.fault}")
            return
        self._members = looked.members
        self._say(
            f"{sum(self._journal.state.rows.values()):,} rows: {looked.confirmed} networks, "
            f"{looked.leads} leads, in {looked.seconds:.1f} s."
        )
        for line in looked.lines:
            self._say(line)
        self._check_pace(looked.seconds)
        self._status.looked(looked.run, looked.seconds)

    def _check_pace(self, seconds: float) -> None:
        """Say when detections become so long that alerts are late; again when twice as long."""
        if seconds > max(self._slow, self._wishes.look):
            self._slow = 2 * seconds
            self._say(
                f"Detections take {seconds:,.0f} s, and alerts are late by up to twice that. "
                "Hint: a shorter --span is looked at sooner."
            )

    def _finish(self) -> None:
        """Keep what came, and look at all of it."""
        self._commit()
        while self._detecting.busy:
            self._hear(self._detecting.answer(0.2))
        self._last_look = float("-inf")
        self._look()
        while self._detecting.busy:
            self._hear(self._detecting.answer(0.2))


def _short(cursor: str, most: int = 60) -> str:
    return cursor if len(cursor) <= most else f"{cursor[:most]}…"


__all__ = ["Rules", "Watch", "Wishes"]
