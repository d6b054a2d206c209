"""The shape of everything, and of rows of a table, from the table's declaration in `model`."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, create_model

from unswarm import model


class Shape(BaseModel):
    """Base of all shapes: nothing that is not declared is taken or given."""

    model_config = ConfigDict(extra="forbid")


def _type(kind: pa.DataType) -> Any:
    if pa.types.is_integer(kind):
        return int
    if pa.types.is_floating(kind):
        return float
    return bool if pa.types.is_boolean(kind) else str


def row_of(table: model.Table, name: str, /, *left_out: str, **more: Any) -> type[BaseModel]:
    """The shape of a table's rows.

    Args:
        table: the table.
        name: of the shape.
        left_out: columns that are not given.
        more: fields beside the columns, name → (type, default).
    """
    columns: dict[str, Any] = {
        field.name: (_type(field.type) | None, Field(None, description=field.doc))
        for field in table.fields
        if field.name not in left_out and field.type != model.BYTES
    }
    made = create_model(name, __base__=Shape, **{**columns, **more})
    made.__doc__ = table.doc
    return made
