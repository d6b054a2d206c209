"""Take in what researchers say of accounts."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from unswarm import release
from unswarm.case.exports import RELEASE
from unswarm.case.folder import CaseFolder
from unswarm.case.reading import Reading
from unswarm.desk import Desk
from unswarm.errors import InputError
from unswarm.exporting import exporter, secrets_of
from unswarm.folder import sha256
from unswarm.store import account_ids


def read_opinions(case: CaseFolder, path: Path) -> Reading:
    """Take opinions in, as `Case.read_opinions` does."""
    desk, digest = case.desk, sha256(path)
    if digest in case.mentions("file"):
        return Reading(path, notes=("the case holds this file already",), skipped=True)
    found = release.read_opinions(path, _shown(case, desk))
    notes = _reject(case.exports / f"rejected-{path.stem}.csv", found.rejected)
    if not found:
        first = f", the first because it {found.rejected[0].reason}" if found.rejected else ""
        raise InputError(
            f"none of its rows can be used; {len(found.rejected):,} rejected{first}.",
            source=path,
            hint="accounts stand as in the release, or by id or handle.",
        )
    desk.opine(found, digest)
    return Reading(path, "opinions", {"opinion": len(found)}, len(found.rejected), notes)


def _shown(case: CaseFolder, desk: Desk) -> dict[str, str]:
    """Ids, handles and the pseudonyms of every release → accounts."""
    _, module = exporter(RELEASE)
    known = account_ids(case.engine())
    for name in desk.record.releases:
        key = secrets_of(case.path, RELEASE, module, {"name": name})["key"]
        known |= release.pseudonyms(desk.findings, key)
    return known


def _reject(target: Path, rejected: Sequence[release.Rejected]) -> tuple[str, ...]:
    """List the rows that cannot be used; what is to be said of it."""
    if not rejected:
        return ()
    target.parent.mkdir(exist_ok=True)
    rows = [(row.line, row.account, row.reason, *row.content) for row in rejected]
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("line", "account", "reason", "row"), *rows])
    return (f"rejected rows: {target}",)
