"""How published columns lie in the index: their Arrow types, the columns every row carries beside them, and what tells one layout from another."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pyarrow as pa

from dfs.errors import DataError
from dfs.model.schema import ColumnSchema, TableSchema
from dfs.store.sources import FILE, PROTECTED_BY, PROTECTED_UNTIL

__all__ = ["HIDDEN", "HPX", "RADIUS", "UNIT", "arrow_schema", "arrow_type", "conform", "key_columns", "structure"]

HPX = "_hpx"  # HEALPix pixel of the row's place, nested, order 29; -1: it has none
UNIT = ("_x", "_y", "_z")  # unit vector of the row's place; null: it has none
RADIUS = "_radius_deg"  # of the circle round the row's place that holds its region; null: it has no region
HIDDEN = (FILE, PROTECTED_BY, PROTECTED_UNTIL, HPX, *UNIT, RADIUS)

_SCALARS = {
    "boolean": pa.bool_(),
    "short": pa.int16(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "char": pa.large_string(),
    "unicodeChar": pa.large_string(),
}


def arrow_type(column: ColumnSchema) -> pa.DataType:
    """Return the Arrow type of a column's values; arrays of numbers are lists."""
    scalar = _SCALARS[column.datatype]
    return pa.list_(scalar) if column.arraysize not in {"", "1"} and not pa.types.is_large_string(scalar) else scalar


def arrow_schema(table: TableSchema, *, placed: bool = True) -> pa.Schema:
    """Return the layout of a table's rows: as its source gives them, or (`placed`) with their place on the sky."""
    fields = [pa.field(one.name, arrow_type(one)) for one in table.columns]
    fields += [pa.field(name, pa.large_string()) for name in (FILE, PROTECTED_BY, PROTECTED_UNTIL)]
    if placed:
        fields.append(pa.field(HPX, pa.int64()))
        fields += [pa.field(name, pa.float64()) for name in (*UNIT, RADIUS)]
    return pa.schema(fields)


def conform(table: TableSchema, batch: pa.RecordBatch) -> pa.Table:
    """Return a source's batch with the table's columns in their order and types.

    Raises
    ------
    DataError
        A column is missing, or holds what its type cannot.
    """
    wanted = arrow_schema(table, placed=False)
    columns = []
    for field in wanted:
        at = batch.schema.get_field_index(field.name)
        if at < 0:
            raise DataError(f"a batch of rows lacks column {field.name}", where=table.name)
        column = batch.column(at)
        try:
            columns.append(column if column.type == field.type else column.cast(field.type))
        except pa.ArrowException as error:
            raise DataError(f"column {field.name} cannot be {field.type}: {error}", where=table.name) from error
    return pa.Table.from_arrays(columns, schema=wanted)


def key_columns(table: TableSchema) -> tuple[str, ...]:
    """Return the columns of text by whose exact value rows are looked up: the file, and what the schema calls indexed."""
    few = {name.lower() for name in table.cube}
    text = [one.name for one in table.columns if one.indexed and not one.xtype and arrow_type(one) == pa.large_string()]
    return (FILE, *(name for name in text if name.lower() not in few))


def structure(table: TableSchema) -> str:
    """Return a digest of all that shapes a table's index: names, types, place, time, cube (and no descriptions)."""
    shape: list[Any] = [
        [[column.name, str(arrow_type(column)), column.indexed] for column in table.columns],
        [table.sky.ra, table.sky.dec, table.sky.region] if table.sky else None,
        table.time,
        list(table.cube),
    ]
    return hashlib.sha256(json.dumps(shape).encode()).hexdigest()
