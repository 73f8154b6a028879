"""The tables as a VODataService table set (VOSI 1.1): all, with or without their columns, or one.

Numbers of rows are not told: some rows are not everybody's to know of.
"""

from __future__ import annotations

from collections.abc import Sequence

from dfs.model.schema import ColumnSchema, SchemaDescription, TableSchema
from dfs.vo.adql.reserved import as_written
from dfs.vo.tap.markup import Element, child, document, element

__all__ = ["table_document", "tableset_document"]

_VOSI = "http://www.ivoa.net/xml/VOSITables/v1.0"
_VODATASERVICE = "http://www.ivoa.net/xml/VODataService/v1.1"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_OWN = "The tables, columns and links of this service, as TAP 1.1 describes them."
_NAMESPACES = {"xmlns:vosi": _VOSI, "xmlns:vs": _VODATASERVICE, "xmlns:xsi": _XSI}


def tableset_document(schemas: Sequence[SchemaDescription], tables: Sequence[TableSchema], *, columns: bool) -> bytes:
    """Return the document of all tables.

    Parameters
    ----------
    columns
        False: names and descriptions of the tables only (``detail=min``).
    """
    root = _root("vosi:tableset")
    described = {one.name.lower(): one for one in schemas}
    for name in dict.fromkeys(one.name.rpartition(".")[0] for one in tables):
        schema = described.get(name.lower(), SchemaDescription(name, _OWN if name == "TAP_SCHEMA" else ""))
        inside = [one for one in tables if one.name.rpartition(".")[0] == name]
        made = child(root, "schema")
        _texts(made, name=schema.name, description=schema.description, utype=schema.utype)
        made.extend(_table(one, columns=columns) for one in inside)
    return document(root)


def table_document(table: TableSchema) -> bytes:
    """Return the document of one table, its columns with it."""
    made = _table(table, columns=True)
    root = _root("vosi:table")
    root.set("type", "output")
    root.extend(list(made))
    return document(root)


def _root(tag: str) -> Element:
    root = element(tag)  # without version: older validators of this namespace do not know the attribute
    for name, uri in _NAMESPACES.items():
        root.set(name, uri)
    return root


def _table(table: TableSchema, *, columns: bool) -> Element:
    made = element("table", type="output")
    _texts(made, name=table.name, description=table.description, utype=table.utype)
    if columns:
        made.extend(_column(one) for one in table.columns)
        made.extend(_keys(table))
    return made


def _column(column: ColumnSchema) -> Element:
    made = element("column", std="true" if column.std else "false")
    _texts(
        made,
        name=as_written(column.name),
        description=column.description,
        unit=column.unit,
        ucd=column.ucd,
        utype=column.utype,
    )
    kind = child(
        made,
        "dataType",
        column.datatype,
        xsi_type="vs:VOTableType",
        arraysize=column.arraysize or None,
        extendedType=column.xtype or None,
    )
    kind.attrib = {name: value for name, value in kind.attrib.items() if value}
    for flag in ("indexed", "principal"):
        if getattr(column, flag):
            child(made, "flag", flag)
    return made


def _keys(table: TableSchema) -> Sequence[Element]:
    made = []
    for key in table.keys:
        one = element("foreignKey")
        child(one, "targetTable", key.target)
        for source, target in key.columns.items():
            pair = child(one, "fkColumn")
            _texts(pair, fromColumn=source, targetColumn=target)
        if key.description:
            child(one, "description", key.description)
        made.append(one)
    return made


def _texts(parent: Element, **texts: str) -> None:
    """Append an element for each text that is not empty; the first is always there."""
    for number, (tag, text) in enumerate(texts.items()):
        if text or number == 0:
            child(parent, tag, text)
