"""Published catalogues: their list, and a look into one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dfs.archive.search import Circle
from dfs.model.schema import ColumnSchema, TableSchema
from dfs_widgets.state.collections import Collection, Shown

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["catalogue_collection", "catalogue_list", "catalogue_query"]

_LISTED = (
    Shown("title", "Catalogue", "name", 320),
    Shown("table_name", "Table", width=220),
    Shown("version", "Version", width=64),
    Shown("number_rows", "Rows", "number", 84, 0),
    Shown("instrument", "Instrument", width=110),
    Shown("publication_date", "Published", "time", 100),
    Shown("description", "Description", width=520),
)
_AT_MOST = 40  # columns shown of a catalogue


def catalogue_list(tables: Mapping[str, TableSchema]) -> Table:
    """Return the catalogues there are, one a row; of each title the newest version last."""
    from astropy.table import Table

    found = [table for name, table in sorted(tables.items()) if name.startswith("safcat.")]
    rows = [
        {
            "title": str(one.extra.get("title") or one.name),
            "table_name": one.name,
            **{name: str(one.extra.get(name) or "") for name in ("version", "instrument", "publication_date")},
            "number_rows": int(one.extra.get("number_rows") or 0),
            "description": " ".join(one.description.split()),
        }
        for one in found
    ]
    return Table(rows=rows, names=[one.name for one in _LISTED]) if rows else Table()


def catalogue_collection(table: TableSchema | None) -> Collection:
    """Return how a catalogue is shown; None: how their list is."""
    if table is None:
        return Collection("catalogue", "Catalogues", "", shown=_LISTED)
    columns = sorted(table.columns, key=lambda one: not one.principal)[:_AT_MOST]
    sky = table.sky
    shown = tuple(_shown(one, sky.ra if sky else "", sky.dec if sky else "") for one in columns)
    numbers = [one for one in columns if one.datatype in {"double", "float", "int", "long"}]
    numbers.sort(key=lambda one: sky is not None and one.name in {sky.ra, sky.dec})  # positions are on the map already
    axes = tuple((one.name, one.name, one.unit, False) for one in numbers)
    first = next((one.name for one in columns if one.ucd.startswith("meta.id")), "")
    return Collection(
        *("catalogue", "Catalogues", "", ""), shown, (), axes, sky.ra if sky else "", sky.dec if sky else "", "", first
    )


def catalogue_query(table: TableSchema, circle: Circle | None, limit: int) -> str:
    """Return the query for rows of a catalogue, those within `circle` if it has positions."""
    from sqlglot import exp

    from dfs.archive.search.selection import printed

    schema, _, name = table.name.partition(".")
    query = exp.select("*").from_(exp.table_(name, db=schema)).limit(limit)
    if circle is not None and table.sky is not None:
        point = exp.Anonymous(
            this="POINT", expressions=[exp.Literal.string("ICRS"), exp.column(table.sky.ra), exp.column(table.sky.dec)]
        )
        numbers = (circle.ra_deg, circle.dec_deg, circle.radius_deg)
        round_ = exp.Anonymous(
            this="CIRCLE", expressions=[exp.Literal.string("ICRS"), *map(exp.Literal.number, numbers)]
        )
        query = query.where(exp.Anonymous(this="CONTAINS", expressions=[point, round_]).eq(exp.Literal.number(1)))
    return printed(query)


def _shown(column: ColumnSchema, ra: str, dec: str) -> Shown:
    kind = "ra" if column.name == ra else "dec" if column.name == dec else "text"
    if kind == "text" and column.datatype in {"double", "float"}:
        return Shown(column.name, column.name, "number", 92, 4, column.unit)
    return Shown(column.name, column.name, kind, 110, unit="" if kind != "text" else column.unit)
