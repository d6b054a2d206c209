"""What outside researchers say of accounts: their CSV, back to the accounts of the case."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from unswarm.errors import InputError
from unswarm.record.publication import Opinion

COLUMNS = ("account", "label", "note", "source")
NEEDED = ("account", "label")


@dataclass(frozen=True)
class Rejected:
    """A row that says nothing of an account of the case.

    Args:
        line: its line in the file, from 1.
        account: what stands in its column `account`.
        reason: what is wrong with it.
        content: the row as found.
    """

    line: int
    account: str
    reason: str
    content: tuple[str, ...]


@dataclass(frozen=True)
class Opinions:
    """Every row of a file: those that were understood, and those that were not."""

    opinions: list[Opinion]
    rejected: list[Rejected]

    def __iter__(self) -> Iterator[Opinion]:
        return iter(self.opinions)

    def __len__(self) -> int:
        return len(self.opinions)


def read_opinions(path: Path, known: Mapping[str, str]) -> Opinions:
    """Read a CSV with the columns `account`, `label`, `note`, `source`.

    Args:
        path: the file.
        known: pseudonym, id or handle → account; see `pseudonyms`.

    Raises:
        InputError: the file is no such CSV.
    """
    folded = {name.removeprefix("@").casefold(): account for name, account in known.items()}
    read = Opinions([], [])
    for line, wide, cells, row in _rows(path):
        said = row["account"]
        account = known.get(said) or folded.get(_bare(said).casefold())
        if wrong := _wrong(cells, wide, row, account):
            read.rejected.append(Rejected(line, said, wrong, tuple(cells)))
        else:
            read.opinions.append(
                Opinion(account or "", row["label"], row["note"], row["source"], "")
            )
    return read


def _bare(said: str) -> str:
    """A name without the marks that a handle or a spreadsheet puts before it."""
    return said.removeprefix("'").removeprefix("@")


def _wrong(cells: list[str], wide: int, row: Mapping[str, str], account: str | None) -> str:
    if not row["account"]:
        return "names no account"
    if len(cells) > wide:
        return "has more cells than the header"
    if account is None:
        return "no account of this case"
    return "" if row["label"] else "has no label"


def _rows(path: Path) -> Iterator[tuple[int, int, list[str], dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            header = next(rows, [])
            places = _places(path, header)
            for cells in rows:
                if cells:
                    yield rows.line_num, len(header), cells, _row(cells, places)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"cannot be read: {error}", source=path, hint="a CSV in UTF-8, with a header."
        ) from error


def _places(path: Path, header: list[str]) -> dict[str, int]:
    names = [name.strip().casefold() for name in header]
    for name in NEEDED:
        if name not in names:
            raise InputError(
                "the column is missing",
                source=path,
                line=1,
                field=name,
                hint=f"the columns are {', '.join(COLUMNS)}.",
            )
    return {name: names.index(name) for name in COLUMNS if name in names}


def _row(cells: list[str], places: Mapping[str, int]) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "")
    return row | {n: cells[p].strip() for n, p in places.items() if p < len(cells)}
