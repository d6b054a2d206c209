"""An album: a folder or a table of profile photos, and whose each of them is.

A folder's files are named by account (id or handle), or after what the column `photo` of the
profiles says; a table lists accounts and files. Files are opened by `photos.work` only.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa

from unswarm.errors import InputError, did_you_mean
from unswarm.folder import sha256
from unswarm.model import (
    KNOWN_PHOTO,
    PHOTO,
    PHOTO_CALIBRATION,
    PHOTO_MODEL,
    PHOTO_SCORE,
    QUARANTINE,
)
from unswarm.photos import ONE, RESULTS, UNREADABLE, calibration
from unswarm.photos.assessment import eyes_of
from unswarm.photos.decode import LARGEST
from unswarm.photos.kept import Kept
from unswarm.photos.trained import Trained, open_trained, reference
from unswarm.photos.work import looked
from unswarm.progress import Progress

PICTURES = {".avif", ".bmp", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".webp"}
ACCOUNT_COLUMNS = ("account", "account_id", "user_id", "userid", "id", "handle", "screen_name")
GROUP_COLUMNS = ("group", "network", "cluster", "community")
FILE_COLUMNS = ("file", "photo", "path", "filename", "image")

Row = dict[str, Any]

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """A photo of an account.

    Args:
        account: as the file or the table names it.
        file: below the album, with `/`.
        path: where it lies.
    """

    account: str
    file: str
    path: Path


def entries(album: Path) -> list[Entry]:
    """The photos of an album: a folder, or a CSV with the columns account and file.

    Raises:
        InputError: it does not exist, holds no photo, or its columns are not those.
    """
    if not album.exists():
        siblings = [p.name for p in album.parent.iterdir()] if album.parent.is_dir() else []
        hint = did_you_mean(album.name, siblings) if siblings else "check the path."
        raise InputError("there is no such folder or table of photos.", source=album, hint=hint)
    found = list(_of_folder(album) if album.is_dir() else _of_table(album))
    if not found:
        kinds = ", ".join(sorted(PICTURES))
        raise InputError("it holds no photos.", source=album, hint=f"files ending in {kinds}.")
    return sorted(found, key=lambda entry: (entry.account, entry.file))


def _of_folder(folder: Path) -> Iterator[Entry]:
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.suffix.lower() in PICTURES and path.is_file() and not hidden:
            yield Entry(path.stem.removeprefix("@"), inside.as_posix(), path)


def _of_table(table: Path) -> Iterator[Entry]:
    """Rows of a CSV; files are named relative to it and may not lie outside its folder."""
    root = table.resolve().parent
    header, rows = _read(table)
    places = [_column(table, header, names) for names in _ROLES]
    for line, row in rows:
        if len(row) <= max(places):
            continue
        account, file = (row[place].strip() for place in places)
        path = _inside(root, file)
        if path is None:
            reason = f"'{file}' lies outside the table's folder."
            raise InputError(reason, source=table, line=line, hint="move the photos beside it.")
        if account and file:
            yield Entry(account, path.relative_to(root).as_posix(), path)


def _inside(root: Path, file: str) -> Path | None:
    """A file below a folder; None where it is none."""
    try:
        path = (root / file).resolve()
    except (OSError, RuntimeError, ValueError):  # a link to itself, or no name that a file can have
        return None
    return path if path.is_relative_to(root) else None


def _read(table: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, case-folded, and the rows of a CSV with their lines."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as stream:
            rows = csv.reader(stream)
            header = [name.strip().casefold() for name in next(rows, [])]
            return header, [(rows.line_num, row) for row in rows]
    except (UnicodeDecodeError, csv.Error) as error:
        hint = "name a folder, or a CSV with the columns account and file."
        raise InputError(f"it is no table: {error}.", source=table, hint=hint) from None


_ROLES = (ACCOUNT_COLUMNS, FILE_COLUMNS)


def groups_of(table: Path) -> dict[str, set[str]] | None:
    """Group → accounts of a CSV with the columns group and account; None if it has no groups.

    Raises:
        InputError: it is no table, or has groups and no accounts.
    """
    if not table.is_file():
        return None
    header, rows = _read(table)
    if not set(header) & set(GROUP_COLUMNS):
        return None
    group, account = (_column(table, header, names) for names in (GROUP_COLUMNS, ACCOUNT_COLUMNS))
    found: dict[str, set[str]] = {}
    for _, row in rows:
        if len(row) > max(group, account) and row[group].strip():
            found.setdefault(row[group].strip(), set()).add(row[account].strip())
    return found


def _column(table: Path, header: Sequence[str], names: Sequence[str]) -> int:
    for name in names:
        if name in header:
            return header.index(name)
    raise InputError(
        f"it has no column '{names[0]}'.",
        source=table,
        line=1,
        hint=f"a table of photos has the columns account and file; here: {', '.join(header)}.",
    )


# --- measuring


@dataclass(frozen=True)
class Album:
    """An album that was looked at.

    Args:
        digest: SHA-256 over accounts, contents and detectors: the same photos, looked at alike.
        photos: `model.PHOTO`.
        scores: `model.PHOTO_SCORE`.
        models: `model.PHOTO_MODEL`.
    """

    digest: str
    photos: pa.Table
    scores: pa.Table
    models: pa.Table

    @property
    def coverage(self) -> dict[str, int]:
        """Result → photos."""
        counts = Counter(self.photos["result"].to_pylist())
        return {result: counts[result] for result in RESULTS}


def open_album(album: Path, kept: Kept, manifests: Sequence[Path], progress: Progress) -> Album:
    """Look at the photos of an album that are not kept yet.

    Args:
        album: folder or table.
        kept: what is known already; what is new is added.
        manifests: trained detectors that score each photo too.
        progress: told how many of the new photos have been looked at.

    Raises:
        InputError: the album, a manifest or a detector cannot be used.
        SettingsError: the extra `photos` is not installed.
    """
    found = entries(album)
    digests = _hashed(found, progress)
    models = [open_trained(manifest) for manifest in manifests]
    _look_at_new(found, digests, models, kept, manifests, progress)
    rows = {row["photo"]: row for row in kept.rows().to_pylist()}
    named = [_named(e) | _of(rows, digest) for e, digest in zip(found, digests, strict=True)]
    identities = [model.identity for model in models]
    parts = [[(e.account, e.file) for e in found], digests, identities]
    return Album(
        digest=hashlib.sha256(json.dumps(parts).encode()).hexdigest(),
        photos=PHOTO.rows(named),
        scores=PHOTO_SCORE.rows(list(_scores((rows[d] for d in sorted(set(digests))), identities))),
        models=PHOTO_MODEL.rows([_model(model) for model in models]),
    )


def _look_at_new(
    found: Sequence[Entry],
    digests: Sequence[str],
    models: Sequence[Trained],
    kept: Kept,
    manifests: Sequence[Path],
    progress: Progress,
) -> None:
    known = kept.known([model.identity for model in models])
    new = {d: e.path for e, d in zip(found, digests, strict=True) if d not in known}
    names = iter(new)
    rows = (
        row | {"photo": next(names)}
        for chunk in looked(list(new.values()), manifests)
        for row in chunk
    )
    for done in kept.add(_counted(rows, len(new), progress)):
        progress("looking at photos", done, len(new))


def _counted(rows: Iterator[Row], total: int, progress: Progress) -> Iterator[Row]:
    for done, row in enumerate(rows, start=1):
        progress("looking at photos", done, total)
        yield row


def _hashed(found: Sequence[Entry], progress: Progress) -> list[str]:
    digests: list[str] = []
    with ThreadPoolExecutor() as threads:
        for digest in threads.map(_digest, found):
            digests.append(digest)
            progress("comparing photos", len(digests), len(found))
    return digests


def _digest(entry: Entry) -> str:
    """SHA-256 of a file; of one that cannot be opened or is too large, of its name."""
    try:
        if entry.path.stat().st_size <= LARGEST:
            return sha256(entry.path)
    except OSError:
        pass
    return hashlib.sha256(f"unreadable: {entry.file}".encode()).hexdigest()


def _named(entry: Entry) -> Row:
    return {"account": entry.account, "file": entry.file}


def _of(rows: Mapping[str, Row], digest: str) -> Row:
    return {name: value for name, value in rows[digest].items() if name != "scores"}


def _scores(rows: Iterator[Row], models: Sequence[str]) -> Iterator[Row]:
    for row in rows:
        for model, value in json.loads(row["scores"]).items():
            if model in models and value is not None:
                yield {"photo": row["photo"], "model": model, "value": value}


def _model(model: Trained) -> Row:
    said = model.manifest
    return {
        "model": model.identity,
        "name": said.name,
        "version": said.version,
        "licence": said.licence,
        "trained_on": ", ".join(said.trained_on),
    }


# --- what a case takes in


@dataclass(frozen=True)
class TakenPhotos:
    """Rows that a case takes in.

    Args:
        kind: what is listed as their reader.
        digest: SHA-256 of what they were made from.
        tables: name of a table of `model.EVENTS` or `quarantine` → rows.
        notes: what the person should know.
    """

    kind: str
    digest: str
    tables: Mapping[str, pa.Table]
    notes: tuple[str, ...]


def take_album(
    kept: Path, manifests: Sequence[Path], progress: Progress
) -> Callable[[Path], TakenPhotos]:
    """How a case takes in an album."""

    def take(path: Path) -> TakenPhotos:
        album = open_album(path, Kept(kept), manifests, progress)
        counts = [f"{count:,} {result}" for result, count in album.coverage.items() if count]
        tables = {
            PHOTO.name: album.photos,
            PHOTO_SCORE.name: album.scores,
            PHOTO_MODEL.name: album.models,
            QUARANTINE.name: _unreadable(album.photos, path),
        }
        return TakenPhotos("photos", album.digest, tables, (f"photos: {', '.join(counts)}",))

    return take


def _unreadable(photos: pa.Table, album: Path) -> pa.Table:
    rows = (row for row in photos.to_pylist() if row["result"] == UNREADABLE)
    where = album if album.is_dir() else album.parent
    return QUARANTINE.rows(
        [
            {
                "source": str(where / row["file"]),
                "reason": f"no photo: {row['reason']}",
                "content": row["account"],
            }
            for row in rows
        ]
    )


def take_known(kept: Path, progress: Progress) -> Callable[[Path], TakenPhotos]:
    """How a case takes in pictures that somebody knows."""

    def take(path: Path) -> TakenPhotos:
        rows = known_photos(path, Kept(kept), progress)
        if not len(rows):
            raise InputError("it holds no picture that can be compared.", source=path)
        digest = hashlib.sha256(json.dumps(rows.to_pylist()).encode()).hexdigest()
        return TakenPhotos("known photos", digest, {KNOWN_PHOTO.name: rows}, ())

    return take


def take_calibration(path: Path) -> TakenPhotos:
    """How a case takes in a calibration."""
    found = calibration.load(path)
    row = {"name": found.name, "detector": found.detector, "content": calibration.text(found)}
    tables = {PHOTO_CALIBRATION.name: PHOTO_CALIBRATION.rows([row])}
    return TakenPhotos("photo calibration", found.digest, tables, (f"{found.name}: {found.says}",))


def known_photos(album: Path, kept: Kept, progress: Progress) -> pa.Table:
    """The hashes of pictures that somebody knows (`model.KNOWN_PHOTO`).

    Args:
        album: a folder of pictures, or a CSV with the columns label, pdq and perhaps face_pdq.
        kept: what is known of pictures already; what is new is added.
        progress: told how many pictures have been looked at.

    Raises:
        InputError: it is neither, or a hash is none.
    """
    if album.is_file():
        return KNOWN_PHOTO.rows(list(_hashes(album)))
    photos = open_album(album, kept, (), progress).photos.to_pylist()
    return KNOWN_PHOTO.rows(
        [
            {"label": row["file"], "pdq": row["pdq"], "face_pdq": row["face_pdq"]}
            for row in photos
            if row["pdq"] or row["face_pdq"]
        ]
    )


def _hashes(table: Path) -> Iterator[Row]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as stream:
            for line, row in enumerate(csv.DictReader(stream), start=2):
                hashes = {name: _hash(table, line, name, row) for name in ("pdq", "face_pdq")}
                if any(hashes.values()):
                    yield {"label": row.get("label") or "", **hashes}
    except (UnicodeDecodeError, csv.Error) as error:
        hint = "name a folder, or a CSV with the columns label, pdq and face_pdq."
        raise InputError(f"it is no table: {error}.", source=table, hint=hint) from None


def _hash(table: Path, line: int, name: str, row: Mapping[str, str | None]) -> str | None:
    value = row.get(name) or None
    if value is not None and not _HASH.fullmatch(value):
        reason = f"'{value[:80]}' is no PDQ hash."
        hint = "64 hexadecimal digits, as PDQ programs write them."
        raise InputError(reason, source=table, line=line, field=name, hint=hint)
    return value


# --- a calibration of one's own


def calibrate(
    sample: Path, to: Path, name: str, manifests: Sequence[Path], progress: Progress
) -> calibration.Calibration:
    """Make a calibration from real photos of a platform, and write it.

    Args:
        sample: an album of photos of real people, as the platform delivers them; photos of one
            source lie in one folder.
        to: the file to write. What was measured is kept beside it until it is written.
        name: what reports call it.
        manifests: trained detectors to calibrate on the same photos.
        progress: told how many photos have been looked at.

    Raises:
        SettingsError: the sample shows too few faces.
        InputError: the sample or a manifest cannot be used.
    """
    kept = Kept(to.with_name(f"{to.name}.photos"))
    album = open_album(sample, kept, manifests, progress)
    faces = [row for row in album.photos.to_pylist() if row["result"] == ONE]
    scores: dict[str, list[float]] = {model: [] for model in album.models["model"].to_pylist()}
    real = {row["photo"] for row in faces}
    for row in album.scores.to_pylist():
        if row["photo"] in real:
            scores[row["model"]].append(row["value"])
    made = calibration.calibrate(
        eyes_of(faces),
        [str(PurePosixPath(row["file"]).parent) for row in faces],
        name,
        f"{len(faces):,} photos with one face of {len(album.photos):,} in {sample.name}",
        {identity: reference(identity, values) for identity, values in scores.items()},
    )
    calibration.save(made, to)
    shutil.rmtree(kept.folder, ignore_errors=True)
    return made
