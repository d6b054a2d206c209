"""Take sources in: files of any format, photos, and what is followed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from unswarm import log
from unswarm.case.folder import CaseFolder
from unswarm.errors import InputError
from unswarm.folder import sha256
from unswarm.model import QUARANTINE
from unswarm.progress import Progress
from unswarm.readers import Source, recognise, sources
from unswarm.store import KEPT, Intake, Taken, sweep

if TYPE_CHECKING:
    from unswarm.album import TakenPhotos


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


@dataclass(frozen=True)
class Wanted:
    """How files are to be read.

    Args:
        reader: the reader to use; None: the one that recognises the content.
        columns: our field → the file's column, where it cannot be guessed.
        comparison: true: other people, to compare the suspects with.
    """

    reader: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    comparison: bool = False


def read(
    case: CaseFolder, paths: Iterable[Path], wanted: Wanted, progress: Progress
) -> tuple[Reading, ...]:
    """Take files in, as `Case.read` does."""
    with case.alone():
        sweep(case.path / "events", case.sources)
        return tuple(_read(case, file.path, wanted, progress) for file in sources(list(paths)))


def _read(case: CaseFolder, path: Path, wanted: Wanted, progress: Progress) -> Reading:
    notes: list[str] = []
    source = Source(path, wanted.columns, notes.append)
    name, module = recognise(source, wanted.reader)
    digest = sha256(path)
    if _is_held(case, digest):
        return Reading(path, notes=("the case holds this file already",), skipped=True)
    intake = _intake(case)
    first_fault = _take(intake, source, module, progress)
    if not set(intake.rows) - {QUARANTINE.name}:
        sweep(case.path / "events", case.sources)
        raise _nothing_usable(path, intake.rows.get(QUARANTINE.name, 0), first_fault)
    if hasattr(module, "describe"):
        notes.insert(0, module.describe(source))
    taken = _list(case, intake, path, name, digest, wanted)
    return Reading(path, name, taken.rows, taken.quarantined, tuple(filter(None, notes)))


def read_photos(
    case: CaseFolder,
    album: str | Path | None,
    models: Sequence[str | Path],
    known: str | Path | None,
    calibration: str | Path | None,
    progress: Progress,
) -> tuple[Reading, ...]:
    """Take profile photos in, as `Case.read_photos` does."""
    from unswarm import album as albums

    kept = case.path / KEPT
    with case.alone():
        sweep(case.path / "events", case.sources)
        takes = (
            (calibration, albums.take_calibration),
            (known, albums.take_known(kept, progress)),
            (album, albums.take_album(kept, [Path(m) for m in models], progress)),
        )
        return tuple(_photos(case, Path(path), take) for path, take in takes if path is not None)


def _photos(case: CaseFolder, path: Path, take: Callable[[Path], TakenPhotos]) -> Reading:
    found = take(path)
    if _is_held(case, found.digest):
        return Reading(path, notes=("the case holds these already", *found.notes), skipped=True)
    intake = _intake(case)
    for name, rows in found.tables.items():
        intake.write(name, rows)
    taken = _list(case, intake, path, found.kind, found.digest, Wanted())
    return Reading(path, found.kind, taken.rows, taken.quarantined, found.notes)


def follow(case: CaseFolder, name: str, address: str) -> Taken:
    """The source that is followed at an address, as `Case.follow` gives it."""
    with case.alone():
        for taken in case.sources:
            if taken.live and (taken.reader, taken.path) == (name, address):
                return taken
        identity = hashlib.sha256(f"{name} {address}".encode()).hexdigest()
        number = len(case.sources) + 1
        taken = Taken(number, address, identity, 0, name, log.now(), live=True)
        case.add_source(taken)
    case.note("follow", source=address, reader=name)
    return taken


def _is_held(case: CaseFolder, digest: str) -> bool:
    return any(taken.sha256 == digest for taken in case.sources)


def _intake(case: CaseFolder) -> Intake:
    return Intake(case.path / "events", len(case.sources) + 1)


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


def _list(
    case: CaseFolder, intake: Intake, path: Path, reader: str, digest: str, wanted: Wanted
) -> Taken:
    """The step that makes a source part of the case."""
    taken = Taken(
        number=intake.number,
        path=str(path),
        sha256=digest,
        size=path.stat().st_size if path.is_file() else 0,
        reader=reader,
        when=log.now(),
        columns=dict(wanted.columns),
        comparison=wanted.comparison,
        precision=intake.precision,
        rows={name: rows for name, rows in intake.rows.items() if name != QUARANTINE.name},
        files=intake.files,
        quarantined=intake.rows.get(QUARANTINE.name, 0),
    )
    case.add_source(taken)
    case.note("read", source=str(path), sha256=digest, reader=reader)
    return taken


def _nothing_usable(path: Path, rejected: int, first_fault: str) -> InputError:
    if not rejected:
        return InputError("it holds no rows.", source=path)
    return InputError(
        f"none of its rows can be used; {rejected:,} rejected, the first because {first_fault}.",
        source=path,
        hint="name the columns with --map FIELD=COLUMN, or the format with --reader.",
    )
