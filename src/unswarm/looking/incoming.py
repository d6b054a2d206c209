"""A file before it is taken in: what it is, which column is read as what, and its first rows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

from unswarm.errors import UserError
from unswarm.model import EVENTS, QUARANTINE
from unswarm.readers import Source, recognise
from unswarm.readers._parts.columns import names
from unswarm.readers._parts.posts import FIELDS
from unswarm.readers.tables import roles

ROWS = 8  # of each table
BATCHES = 6  # that are looked at


def preview(path: Path, reader: str | None, columns: Mapping[str, str]) -> dict[str, Any]:
    """What reading a file would give; nothing is kept.

    Args:
        path: the file.
        reader: the reader to use; None: the one that recognises it.
        columns: our field → the file's column, as the person said.

    Returns:
        `reader`, `columns` of the file and `roles` (our field → column) where it is a table,
        `fields` that may be named, `tables`: name → its first rows, `problem`: why it cannot be
        read yet, `hint`: what to do.

    Raises:
        InputError: it is missing or empty.
    """
    notes: list[str] = []
    source = Source(path, columns, notes.append)
    found: dict[str, Any] = {
        **{"reader": reader or "", "columns": [], "roles": {}, "fields": list(FIELDS)},
        **{"tables": {}, "problem": "", "hint": "", "notes": notes},
    }
    try:
        name, module = recognise(source, reader)
        found["reader"] = name
        if name == "tables":
            found["columns"] = list(names(source))
            found["roles"] = dict(roles(source))
        found["tables"] = _first_rows(source, module)
    except UserError as error:
        message, _, hint = str(error).partition(" Hint: ")
        found |= {"problem": message.replace(f"{path}", path.name), "hint": hint}
    return found


def _first_rows(source: Source, module: ModuleType) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for name, rows in islice(module.read(source), BATCHES):
        kept = found.setdefault(name, [])
        kept += rows.slice(0, ROWS - len(kept)).to_pylist()
    known = (*EVENTS, QUARANTINE.name)
    return {name: _filled(found[name]) for name in known if found.get(name)}


def _filled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without the columns that are empty in all of them, and without bytes."""
    kept = [
        column
        for column in rows[0]
        if any(row[column] is not None for row in rows)
        and not any(isinstance(row[column], bytes) for row in rows)
    ]
    return [{column: row[column] for column in kept} for row in rows]
