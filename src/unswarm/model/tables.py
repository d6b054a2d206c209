"""What a table is: named, documented columns of an Arrow type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

TEXT, INTEGER, REAL, BOOLEAN = pa.string(), pa.int64(), pa.float64(), pa.bool_()
BYTES = pa.binary()


@dataclass(frozen=True)
class Field:
    """One column: its name, its Arrow type and what it means."""

    name: str
    type: pa.DataType
    doc: str


@dataclass(frozen=True)
class Table:
    """One table: its name, what a row is, and its columns in order."""

    name: str
    doc: str
    fields: tuple[Field, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, which is also the Parquet schema."""
        return pa.schema([pa.field(field.name, field.type) for field in self.fields])

    @property
    def columns(self) -> list[str]:
        """The column names in order."""
        return [field.name for field in self.fields]

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
        """Rows given as mappings → an Arrow table of this shape; a missing key is null."""
        columns = {f.name: pa.array([row.get(f.name) for row in rows], f.type) for f in self.fields}
        return pa.table(columns, schema=self.schema)

    def fit(self, table: pa.Table) -> pa.Table:
        """Cast and order a table's columns to this shape; absent columns become null."""
        columns = [
            table.column(f.name).cast(f.type)
            if f.name in table.column_names
            else pa.nulls(len(table), f.type)
            for f in self.fields
        ]
        return pa.table(columns, schema=self.schema)
