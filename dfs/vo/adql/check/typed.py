"""What is known of an expression: its node, type, unit, UCD, and the column it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

from dfs.model.schema import ColumnSchema, Datatype
from dfs.vo.adql.geometry import is_call

__all__ = ["FLOATS", "GEOMETRIES", "INTEGERS", "NUMBERS", "TEXTS", "Value", "output_column", "type_of"]

INTEGERS = frozenset({"short", "int", "long"})
FLOATS = frozenset({"float", "double"})
NUMBERS = INTEGERS | FLOATS | {"flag"}
TEXTS = frozenset({"char", "unicodeChar", "region"})
GEOMETRIES = frozenset({"point", "circle", "box", "polygon", "region"})
_SIZES = {"point": "2", "circle": "3", "polygon": "*"}  # of the arrays of DALI 1.1, section 3.3
_REGION_XTYPES = ("adql:region", "adql:point", "region", "point", "circle", "polygon", "shape")


@dataclass(slots=True)
class Value:
    """A checked expression.

    Attributes
    ----------
    node
        The tree, every name resolved; ``node.meta["type"]`` is `type`.
    type
        A VOTable datatype; ``flag`` (a condition standing for 1 or 0), ``null``, ``array`` (nothing can be done with it but return it),
        or a geometry: ``point``, ``circle``, ``box``, ``polygon``, ``region`` (text in STC-S).
    column
        The column of a table that it is, unchanged.
    """

    node: Any
    type: str
    unit: str = ""
    ucd: str = ""
    column: ColumnSchema | None = None
    description: str = ""

    def __post_init__(self) -> None:
        self.node.meta["type"] = self.type


def type_of(column: ColumnSchema) -> str:
    """Return the type of a column in expressions."""
    if column.datatype in {"char", "unicodeChar"}:
        return "region" if column.xtype.lower() in _REGION_XTYPES else column.datatype
    return column.datatype if column.arraysize in {"", "1"} else "array"


def output_column(name: str, value: Value) -> ColumnSchema:
    """Return the description of an output column."""
    if value.column is not None:
        source = value.column
        return source if source.name == name else replace(source, name=name)
    kind = value.type
    if is_call(value.node, "adql_array"):
        shape = "polygon" if kind == "box" else kind
        return ColumnSchema(
            name, "double", value.description, unit="deg", ucd=value.ucd, xtype=shape, arraysize=_SIZES[shape]
        )
    text = kind in TEXTS or kind in GEOMETRIES or kind == "null"
    datatype = "char" if kind in GEOMETRIES or kind == "null" else "int" if kind == "flag" else kind
    return ColumnSchema(
        name,
        cast("Datatype", datatype),
        value.description,
        unit=value.unit,
        ucd=value.ucd,
        xtype="adql:REGION" if kind in GEOMETRIES else "",
        arraysize="*" if text else "",
    )
