"""Checks a finished pack: nobody who stands under a pseudonym is named anywhere in it."""

from __future__ import annotations

import csv
import io
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path

from unswarm.release.columns import IDS, README, TWEETS, TYPED, USERS
from unswarm.release.finding import Finder, decoded, names_of
from unswarm.release.people import Person
from unswarm.release.readme import ours
from unswarm.release.signing import MANIFEST, PUBLIC_KEY, SIGNATURE

HASHED = re.compile(r"[A-Za-z0-9+/]{43}=")
GAP = " \0 "
KEPT_CELLS = 1 << 16
SEALS = {PUBLIC_KEY: r"[0-9a-f]{64}\n", SIGNATURE: r"[0-9a-f]{128}\n"}
DIGEST = re.compile(r"^[0-9a-f]{64}  ", re.MULTILINE)


@dataclass(frozen=True)
class Leak:
    """An account that is named where it should not be.

    Args:
        file: the file in the pack.
        line: its line or record, from 1.
        column: its column; empty: the whole line.
        account: the account's id.
    """

    file: str
    line: int
    column: str
    account: str

    def __str__(self) -> str:
        place = f"{self.file}, record {self.line}"
        return f"{place}, column '{self.column}'" if self.column else place


def leaks(path: Path, protected: Iterable[Person]) -> list[Leak]:
    """Every place of a pack that names an account which stands under a pseudonym.

    Args:
        path: the pack.
        protected: the accounts that are not to be named.
    """
    finder = Finder(names_of((person.names, person.account) for person in protected))
    check = lru_cache(KEPT_CELLS)(lambda text, words: _named(finder, text, words))
    found: list[Leak] = []
    with zipfile.ZipFile(path) as pack:
        for name in pack.namelist():
            found += [Leak(name, 0, "file name", account) for account in check(name, False)]
            for line, column, text in _texts(pack, name):
                said = check(text, column in IDS)
                found += [Leak(name, line, column, account) for account in said]
    return found


def _named(finder: Finder, text: str, words: bool) -> tuple[str, ...]:
    bare = HASHED.sub(GAP, text)
    found = {account for _, _, account in finder.spans(bare, words)}
    plain = decoded(bare)
    if plain != bare:
        found |= {account for _, _, account in finder.spans(plain, words)}
    return tuple(sorted(found))


def _texts(pack: zipfile.ZipFile, name: str) -> Iterator[tuple[int, str, str]]:
    """(line, column, text) of whatever in a file comes from the data."""
    with pack.open(name) as raw, io.TextIOWrapper(raw, "utf-8", newline="") as file:
        if name.endswith(".csv"):
            yield from _cells(file)
        elif name in SEALS:
            text = file.read()
            yield from [] if re.fullmatch(SEALS[name], text) else [(1, "", text)]
        else:
            yield from _lines(file, name)


def _lines(file: io.TextIOWrapper, name: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(file, 1):
        text = DIGEST.sub("", line) if name == MANIFEST else line
        if name != README or not ours(line):
            yield number, "", text


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The rows from line 2 on, fields of any length included: the limit is the process's."""
    for number in count(2):
        limit = csv.field_size_limit(sys.maxsize)
        try:
            row = next(rows, None)
        finally:
            csv.field_size_limit(limit)
        if row is None:
            return
        yield number, row


def _cells(file: io.TextIOWrapper) -> Iterator[tuple[int, str, str]]:
    rows = csv.reader(file)
    header = next(rows, [])
    known = [*USERS, *TWEETS]
    yield from ((1, "", name) for name in header if name not in known)
    for number, row in _numbered(rows):
        for place, cell in enumerate(row):
            column = header[place] if place < len(header) else ""
            if cell and not (column in TYPED and TYPED[column].fullmatch(cell)):
                yield number, column, cell
