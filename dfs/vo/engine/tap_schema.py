"""TAP_SCHEMA: the tables that describe all tables, themselves among them, made from the declarations in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from dfs.archive.index.arrays import Arrays
from dfs.archive.index.block import Block
from dfs.archive.index.columns import arrow_schema, arrow_type
from dfs.archive.index.snapshot import TableState
from dfs.model.schema import ColumnSchema, ForeignKey, SchemaDescription, TableSchema
from dfs.vo.adql.reserved import as_written

__all__ = ["tap_schema", "tap_schema_tables"]

_OWN = SchemaDescription("TAP_SCHEMA", "The tables, columns and links of this service, as TAP 1.1 describes them.")


def _text(name: str, description: str, **flags: Any) -> ColumnSchema:
    return ColumnSchema(name, "unicodeChar", description, arraysize="*", principal=True, std=True, **flags)


def _int(name: str, description: str) -> ColumnSchema:
    return ColumnSchema(name, "int", description, principal=True, std=True)


_SCHEMAS = (
    _text("schema_name", "Name of the schema", ucd="meta.id"),
    _text("utype", "Utype of the schema"),
    _text("description", "What the schema holds"),
    _int("schema_index", "Place in which a client shall show it"),
)
_TABLES = (
    _text("schema_name", "Name of the schema it is in", ucd="meta.id"),
    _text("table_name", "Name of the table as it stands in queries, with its schema", ucd="meta.id;meta.main"),
    _text("table_type", "table or view"),
    _text("utype", "Utype of the table"),
    _text("description", "What the table holds"),
    _int("table_index", "Place in which a client shall show it"),
)
_COLUMNS = (
    _text("table_name", "Name of the table it is in, with its schema", ucd="meta.id"),
    _text("column_name", "Name of the column", ucd="meta.id"),
    _text("datatype", "VOTable datatype of its values"),
    _text("arraysize", "VOTable arraysize of its values; null: scalars"),
    _text("xtype", "How its values are to be read beyond their datatype"),
    _int("size", "Length of its values; null: not fixed (named so by TAP 1.0)"),
    _text("description", "What the column holds"),
    _text("utype", "Utype of the column"),
    _text("unit", "Unit of its values, as VOUnit says"),
    _text("ucd", "UCD of the column"),
    _int("indexed", "1: conditions on it are answered fast"),
    _int("principal", "1: belongs to what is mostly wanted"),
    _int("std", "1: defined by a standard"),
    _int("column_index", "Place in which a client shall show it"),
)
_KEYS = (
    _text("key_id", "Name of the link", ucd="meta.id"),
    _text("from_table", "Table from which it leads"),
    _text("target_table", "Table to which it leads"),
    _text("utype", "Utype of the link"),
    _text("description", "What the link means"),
)
_KEY_COLUMNS = (
    _text("key_id", "Name of the link", ucd="meta.id"),
    _text("from_column", "Column of the table from which it leads"),
    _text("target_column", "Column of the table to which it leads"),
)


def tap_schema_tables(tables: Iterable[TableSchema]) -> tuple[TableSchema, ...]:
    """Return the declarations of TAP_SCHEMA's own tables; ``tables`` has a further column for each `extra` of any table."""
    extras: dict[str, type] = {}
    for table in tables:
        for name, value in table.extra.items():
            kind = type(value) if value is not None else extras.get(name, str)
            extras[name] = float if {kind, extras.get(name, kind)} == {int, float} else kind
    known = {one.name for one in _TABLES}
    further = tuple(_extra(name, kind) for name, kind in sorted(extras.items()) if name not in known)
    links = (
        ("schemas", "Schemas", _SCHEMAS, ()),
        ("tables", "Tables", _TABLES + further, (("schemas", "schema_name"),)),
        ("columns", "Columns of all tables", _COLUMNS, (("tables", "table_name"),)),
        ("keys", "Links from table to table", _KEYS, (("tables", "from_table"), ("tables", "target_table"))),
        ("key_columns", "Columns by which links lead", _KEY_COLUMNS, (("keys", "key_id"),)),
    )
    return tuple(
        TableSchema(f"TAP_SCHEMA.{name}", description, columns, keys=tuple(_link(*one) for one in keys))
        for name, description, columns, keys in links
    )


def _link(target: str, column: str) -> ForeignKey:
    theirs = {"from_table": "table_name", "target_table": "table_name"}.get(column, column)
    return ForeignKey(f"TAP_SCHEMA.{target}", {column: theirs})


def _extra(name: str, kind: type) -> ColumnSchema:
    description = f"{name.replace('_', ' ').capitalize()} of the table"
    if kind is str:
        return ColumnSchema(name, "unicodeChar", description, arraysize="*")
    return ColumnSchema(name, "double" if kind is float else "long", description)


def tap_schema(tables: Sequence[TableSchema], descriptions: Sequence[SchemaDescription]) -> dict[str, TableState]:
    """Return TAP_SCHEMA's tables with their rows, by name in lower case.

    Parameters
    ----------
    tables
        All others.
    descriptions
        Of the schemas they are in.
    """
    own = tap_schema_tables(tables)
    everything = sorted(tables, key=lambda one: one.name.lower()) + list(own)
    links = [
        (f"{table.name}.{number}", table, key) for table in everything for number, key in enumerate(table.keys, start=1)
    ]
    rows: dict[str, list[dict[str, Any]]] = {
        "schemas": _schema_rows(everything, descriptions),
        "tables": [_table_row(number, one) for number, one in enumerate(everything, start=1)],
        "columns": [
            _column_row(table, number, one) for table in everything for number, one in enumerate(table.columns, start=1)
        ],
        "keys": [
            {
                "key_id": name,
                "from_table": table.name,
                "target_table": key.target,
                "description": key.description or None,
            }
            for name, table, key in links
        ],
        "key_columns": [
            {"key_id": name, "from_column": mine, "target_column": theirs}
            for name, _, key in links
            for mine, theirs in key.columns.items()
        ],
    }
    return {one.name.lower(): _state(one, rows[one.name.partition(".")[2]]) for one in own}


def _schema_rows(tables: Sequence[TableSchema], descriptions: Sequence[SchemaDescription]) -> list[dict[str, Any]]:
    described = {one.name.lower(): one for one in (*descriptions, _OWN)}
    names = dict.fromkeys(one.name.partition(".")[0] for one in tables)
    found = [described.get(name.lower(), SchemaDescription(name, "")) for name in names]
    return [
        {
            "schema_name": one.name,
            "utype": one.utype or None,
            "description": one.description or None,
            "schema_index": number,
        }
        for number, one in enumerate(found, start=1)
    ]


def _table_row(number: int, table: TableSchema) -> dict[str, Any]:
    return {
        **table.extra,
        "schema_name": table.name.partition(".")[0],
        "table_name": table.name,
        "table_type": "table",
        "utype": table.utype or None,
        "description": table.description,
        "table_index": number,
    }


def _column_row(table: TableSchema, number: int, column: ColumnSchema) -> dict[str, Any]:
    return {
        "table_name": table.name,
        "column_name": as_written(column.name),
        "datatype": column.datatype,
        "arraysize": column.arraysize or None,
        "xtype": column.xtype or None,
        "size": int(column.arraysize) if column.arraysize.isdigit() else None,
        "description": column.description,
        "utype": column.utype or None,
        "unit": column.unit or None,
        "ucd": column.ucd or None,
        "indexed": int(column.indexed),
        "principal": int(column.principal),
        "std": int(column.std),
        "column_index": number,
    }


def _state(table: TableSchema, rows: list[dict[str, Any]]) -> TableState:
    schema = arrow_schema(table)
    columns = [pa.array([row.get(one.name) for row in rows], arrow_type(one)) for one in table.columns]
    hidden = [pa.nulls(len(rows), schema.field(name).type) for name in schema.names[len(columns) :]]
    batch = pa.RecordBatch.from_arrays([*columns, *hidden], schema=schema)
    return TableState(table, None, Block([batch], schema, Arrays(lambda _: None, codes={}), ()))
