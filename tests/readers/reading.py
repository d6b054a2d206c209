"""Reads a source as a case does, for tests."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from unswarm.model import EVENTS, QUARANTINE
from unswarm.readers import Source, recognise

TABLES = {**EVENTS, QUARANTINE.name: QUARANTINE}
Rows = dict[str, list[dict[str, Any]]]


def read(path: Path, reader: str | None = None, **columns: str) -> Rows:
    """Every row by table; each table must have the columns of the model."""
    source = Source(path, columns)
    _, module = recognise(source, reader)
    found: Rows = defaultdict(list)
    for name, table in module.read(source):
        assert table.schema == TABLES[name].schema, name
        assert len(table), f"an empty {name} table"
        found[name] += table.to_pylist()
    return found


def counts(path: Path) -> dict[str, int]:
    """Rows by table, without making Python objects of them."""
    source = Source(path)
    _, module = recognise(source)
    found: dict[str, int] = defaultdict(int)
    for name, table in module.read(source):
        found[name] += len(table)
    return found


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    """A text file of these lines."""
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path
