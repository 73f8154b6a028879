"""Declarations of tables: TOML files beside the code say what a column means and where its values come from.

A file holds one table (or the columns common to a family)::

    name = "dbo.raw"
    description = "..."
    sky = { ra = "ra", dec = "dec", region = "s_region" }

    [columns.exposure]
    type = "double"
    unit = "s"
    ucd = "time.duration;obs.exposure"
    description = "..."
    keyword = "EXPTIME"            # or keyword = [first, second, ...], file = "column of files", programme = "column", made = "maker"
    range = [0, 1e9]               # numbers outside are null
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from dfs.errors import DataError
from dfs.model.schema import ColumnSchema, Datatype, ForeignKey, SkyColumns, TableSchema

__all__ = ["Declaration", "Origin", "columns_in", "declaration", "read_column"]

_FOLDER = Path(__file__).with_name("declared")
_ORIGINS = ("keyword", "file", "programme", "made")
_FLAGS = ("principal", "indexed", "std", "is_address", "is_capital")
_KNOWN = {*_ORIGINS, *_FLAGS, "type", "unit", "ucd", "utype", "xtype", "description", "range", "scale"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the values of a column come from.

    Attributes
    ----------
    kind
        ``keyword`` (of the header; the first that is there), ``file`` (column of `files`), ``programme`` (of `programmes`) or
        ``made`` (a maker's name).
    names
        The keywords, the column, the maker.
    low, high
        Numbers outside are null.
    scale
        Numbers are multiplied by it (nm to m: 1e-9).
    """

    kind: str
    names: tuple[str, ...]
    low: float | None = None
    high: float | None = None
    scale: float | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A table's schema, with the origin of each of its columns."""

    schema: TableSchema
    origins: Mapping[str, Origin]


@cache
def declaration(stem: str) -> Declaration:
    """Return the table that the file ``<stem>.toml`` declares.

    Raises
    ------
    DataError
        The file is wrong; names table and column.
    """
    path = _FOLDER / f"{stem}.toml"
    values = _read(path)
    columns, origins = _columns(values, path)
    schema = TableSchema(
        name=values["name"],
        description=" ".join(values["description"].split()),
        columns=columns,
        utype=values.get("utype", ""),
        sky=SkyColumns(**values["sky"]) if "sky" in values else None,
        time=values.get("time"),
        cube=tuple(values.get("cube", ())),
        keys=tuple(ForeignKey(**key) for key in values.get("keys", ())),
    )
    return Declaration(schema, origins)


@cache
def columns_in(path: Path) -> tuple[tuple[ColumnSchema, ...], Mapping[str, Origin]]:
    """Return the columns that the file at `path` declares, and their origins."""
    return _columns(_read(path), path)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"not valid TOML: {error}", where=str(path)) from error


def _columns(values: Mapping[str, Any], path: Path) -> tuple[tuple[ColumnSchema, ...], Mapping[str, Origin]]:
    read = {name: read_column(name, entry, path) for name, entry in values["columns"].items()}
    return tuple(column for column, _ in read.values()), {name: origin for name, (_, origin) in read.items()}


def read_column(name: str, entry: Mapping[str, Any], path: Path) -> tuple[ColumnSchema, Origin]:
    """Return one declared column and its origin."""
    where = f"{path} [columns.{name}]"
    unknown = sorted(entry.keys() - _KNOWN)
    kinds = [kind for kind in _ORIGINS if kind in entry]
    if unknown or len(kinds) != 1 or not entry.get("description"):
        raise DataError(
            f"unknown {', '.join(unknown)}" if unknown else "one origin and a description are wanted",
            where=where,
            accepted=", ".join(sorted(_KNOWN)),
        )
    datatype = cast("Datatype", entry["type"])
    column = ColumnSchema(
        name=name,
        datatype=datatype,
        description=entry["description"],
        unit=entry.get("unit", ""),
        ucd=entry.get("ucd", ""),
        utype=entry.get("utype", ""),
        xtype=entry.get("xtype", ""),
        arraysize="*" if datatype in {"char", "unicodeChar"} else "",
        **{flag: bool(entry.get(flag, False)) for flag in _FLAGS},
    )
    names = entry[kinds[0]]
    low, high = entry.get("range", (None, None))
    return column, Origin(kinds[0], tuple([names] if isinstance(names, str) else names), low, high, entry.get("scale"))
