"""The events of a source that is followed: batches that come and go, with the place read up to.

A commit makes everything written since the last one part of the case and moves the cursor, in one
step: the manifest is written aside and renamed. A process that dies at any moment leaves the last
commit; what it wrote after it is swept away, and the source gives it again from that cursor. So
nothing is lost and nothing is there twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unswarm.errors import CaseError
from unswarm.folder import aside

FOLDER = "live"
STATUS = Path("watch") / "status.json"  # below the case: what its watch is doing
MANIFEST = "journal.json"
GRACE = 600  # seconds that files which were replaced stay for whoever is reading them
FAN = 16  # files of one size that are merged into one
WHOLE = 1_000_000  # rows after which a file grows no more
TIMES = {"account": "seen"}  # table → its column of time, where that is not `time`


@dataclass(frozen=True)
class File:
    """One file of a table.

    Args:
        number: of the file among those of the journal.
        rows: how many it holds.
        first, last: the earliest and the latest time in it, ms UTC; null: it holds none.
        evidence: it holds what is kept of networks beyond the retention.
    """

    number: int
    rows: int
    first: int | None = None
    last: int | None = None
    evidence: bool = False


@dataclass(frozen=True)
class State:
    """What a journal holds since its last commit.

    Args:
        cursor: the place in the source up to which it was read, in the source's own words.
        files: table → its files.
        taken: table → rows taken in so far, also those that have left since.
        clock: the latest time that was seen, ms UTC; it never goes back.
        precision: width of the last digit of the coarsest time, ms.
        digest: hash over everything that was ever committed.
        next: number of the next file.
        commits: how many there were.
        erased: the clock when deletions and edits were last seen to, ms UTC.
        expired: the clock when old rows were last removed, ms UTC.
        gaps: stretches that the source could not give any more: (from, to, why).
        replaced: (table, number, when) of files that are no part of it any more.
    """

    cursor: str = ""
    files: Mapping[str, tuple[File, ...]] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)
    clock: int | None = None
    precision: int = 0
    digest: str = ""
    next: int = 1
    commits: int = 0
    erased: int = 0
    expired: int = 0
    gaps: tuple[tuple[str, str, str], ...] = ()
    replaced: tuple[tuple[str, int, float], ...] = ()

    @property
    def rows(self) -> dict[str, int]:
        """Table → rows it holds now."""
        return {name: sum(f.rows for f in files) for name, files in self.files.items() if files}


def folder_of(case: Path, number: int) -> Path:
    """Where the journal of a source of a case lies."""
    return case / FOLDER / str(number)


class Journal:
    """The journal of one followed source.

    Args:
        folder: where it lies; made when something is written.

    Raises:
        CaseError: its manifest cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._waiting: dict[str, list[File]] = {}
        self.reopen()

    def reopen(self) -> None:
        """Read the manifest again: who holds the folder now may not be who held it before."""
        self.state = _loaded(self.folder / MANIFEST)
        self._next = self.state.next

    # --- reading

    def paths(self, name: str, since: int | None = None) -> list[Path]:
        """The files of a table that hold rows at or after a time."""
        return [
            self._path(name, file.number)
            for file in self.state.files.get(name, ())
            if since is None or file.last is None or file.last >= since
        ]

    @property
    def tables(self) -> list[str]:
        """The tables that have files."""
        return [name for name, files in self.state.files.items() if files]

    @property
    def waiting(self) -> int:
        """Rows that were written and not committed."""
        return sum(file.rows for files in self._waiting.values() for file in files)

    # --- writing

    def write(self, name: str, rows: pa.Table) -> None:
        """Write one file of a table; it counts from the next commit on."""
        if len(rows):
            self._waiting.setdefault(name, []).append(self._written(name, rows))

    def commit(self, cursor: str, *, latest: int | None = None, **changes: Any) -> None:
        """Make what was written part of the journal and move the cursor.

        Args:
            cursor: the place in the source up to which everything is written.
            latest: a time after which the clock is not to be, ms UTC; None: any.
            changes: other fields of `State`.
        """
        state, waiting = self.state, self._waiting
        if not waiting and cursor == state.cursor and not changes:
            return
        names = sorted({*state.files, *waiting})
        times = [f.last for files in waiting.values() for f in files if f.last is not None]
        taken = {**state.taken}
        for name, files in waiting.items():
            taken[name] = taken.get(name, 0) + sum(f.rows for f in files)
        self._save(
            replace(
                state,
                cursor=cursor,
                files={n: (*state.files.get(n, ()), *waiting.get(n, ())) for n in names},
                taken=taken,
                clock=_later(state.clock, times, latest),
                digest=self._digest(),
                commits=state.commits + 1,
                next=self._next,
                **changes,
            )
        )
        self._waiting = {}

    def discard(self) -> None:
        """Forget what was written and not committed."""
        for name, files in self._waiting.items():
            for file in files:
                self._path(name, file.number).unlink(missing_ok=True)
        self._waiting = {}

    def rewrite(
        self, name: str, old: Collection[File], rows: pa.Table | None, *, evidence: bool = False
    ) -> None:
        """Put one file in the place of some others of a table, in one step."""
        gone = {file.number for file in old}
        kept = [file for file in self.state.files.get(name, ()) if file.number not in gone]
        if rows is not None and len(rows):
            evidence = evidence or all(file.evidence for file in old)
            kept.append(replace(self._written(name, rows), evidence=evidence))
        now = time.time()
        replaced = (*self.state.replaced, *((name, number, now) for number in sorted(gone)))
        files = {**self.state.files, name: tuple(kept)}
        self._save(replace(self.state, files=files, next=self._next, replaced=replaced))

    def note(self, **changes: Any) -> None:
        """Change fields of the state that no file goes with."""
        self._save(replace(self.state, **changes))

    # --- tidying

    def sweep(self) -> int:
        """Remove files that the manifest does not name: a process that died left them.

        Returns:
            How many there were.
        """
        named = {self._path(n, f.number) for n, files in self.state.files.items() for f in files}
        named |= {self._path(name, number) for name, number, _ in self.state.replaced}
        left = [file for file in self.folder.glob("*/*") if file not in named]
        for file in left:
            file.unlink()
        return len(left)

    def bury(self, grace: float = GRACE) -> None:
        """Remove files that were replaced a while ago, or later than now (the clock was set)."""
        now, kept = time.time(), []
        for name, number, when in self.state.replaced:
            if 0 <= now - when < grace:
                kept.append((name, number, when))
            else:
                self._path(name, number).unlink(missing_ok=True)
        if len(kept) < len(self.state.replaced):
            self.note(replaced=tuple(kept))

    def to_merge(self, span: int | None = None) -> Iterator[tuple[str, tuple[File, ...]]]:
        """Files of a table that had better be one: `FAN` of about one size.

        Args:
            span: milliseconds that a merged file may reach over at most; None: any.
        """
        for name, files in self.state.files.items():
            sizes: dict[tuple[bool, int], list[File]] = {}
            for file in files:
                if file.rows < WHOLE:
                    sizes.setdefault((file.evidence, _size(file.rows)), []).append(file)
            for group in sizes.values():
                if len(group) >= FAN and _reach(group[:FAN]) <= (span or float("inf")):
                    yield name, tuple(group[:FAN])

    # --- files

    def _path(self, name: str, number: int) -> Path:
        return self.folder / name / f"{number:08}.parquet"

    def _written(self, name: str, rows: pa.Table) -> File:
        path = self._path(name, self._next)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("wb") as file:
                pq.write_table(rows, file, compression="zstd")
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise
        self._next += 1
        return File(self._next - 1, len(rows), *_between(name, rows))

    def _digest(self) -> str:
        """The hash of what was committed before and of what was written since."""
        if not self._waiting:
            return self.state.digest
        found = hashlib.sha256(self.state.digest.encode())
        for name, files in sorted(self._waiting.items()):
            for file in files:
                content = self._path(name, file.number).read_bytes()
                found.update(f"{name} {file.rows} {hashlib.sha256(content).hexdigest()}\n".encode())
        return found.hexdigest()

    def _save(self, state: State) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with aside(self.folder / MANIFEST) as partial, partial.open("w", encoding="utf-8") as file:
            json.dump(asdict(state), file)
            file.flush()
            os.fsync(file.fileno())
        _settle(self.folder)
        self.state = state


def _loaded(path: Path) -> State:
    try:
        said = json.loads(path.read_text("utf-8"))
        files = {
            name: tuple(File(**file) for file in files) for name, files in said["files"].items()
        }
        lists = {name: tuple(map(tuple, said[name])) for name in ("gaps", "replaced")}
        return State(**{**said, **lists, "files": files})
    except FileNotFoundError:
        return State()
    except (ValueError, TypeError, KeyError) as error:
        raise CaseError(
            f"{path} is damaged: {error!r}. Hint: restore it from a copy, or move the folder away "
            "and follow the source anew."
        ) from None


def _settle(folder: Path) -> None:
    """Have the file system keep a rename."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _between(name: str, rows: pa.Table) -> tuple[int | None, int | None]:
    column = TIMES.get(name, "time")
    if column not in rows.column_names:
        return None, None
    found = pc.min_max(rows[column]).as_py()
    return found["min"], found["max"]


def _later(clock: int | None, times: Iterable[int], latest: int | None) -> int | None:
    """The clock moved on to the latest of some times, but not beyond `latest`."""
    newest = max(times, default=None)
    if newest is not None and latest is not None:
        newest = min(newest, latest)
    known = [moment for moment in (clock, newest) if moment is not None]
    return max(known, default=None)


def _size(rows: int) -> int:
    """Files of one number are about as large as one another."""
    size = 0
    while rows >= FAN:
        rows, size = rows // FAN, size + 1
    return size


def _reach(files: Iterable[File]) -> float:
    firsts = [file.first for file in files if file.first is not None]
    lasts = [file.last for file in files if file.last is not None]
    return max(lasts, default=0) - min(firsts, default=0)
