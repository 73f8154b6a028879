"""Joins by position: rows of one table near rows of another meet through pixels of the sky, never by trying all pairs.

Of one side each row is given once for each of the nine pixels round it, of the other it has the one it lies in: equal pixels meet in
a hash join, each pair once, and the query's own condition decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from dfs.model.schema import TableSchema
from dfs.vo.adql.geometry import arguments, constant, is_call
from dfs.vo.engine.conditions import column_of, is_place
from dfs.vo.engine.references import Reference, aliases_in

__all__ = ["Near", "near_joins"]


@dataclass(frozen=True, slots=True)
class Near:
    """A condition that binds rows of a kept table to rows of another by position.

    Attributes
    ----------
    condition
        The condition.
    kept
        Alias of the table with the index.
    other
        Alias of the other.
    lon, lat
        Names of the other's columns of position (deg).
    radius
        How far apart they may be (deg), a number or the name of a column of the other; of regions: beyond their own reach.
    regions
        Whether it is the kept table's regions that are near, not their places.
    expandable
        Aliases of the tables whose rows may be given several times.
    ra, dec
        Names of the kept table's columns of position.
    """

    condition: Any
    kept: str
    other: str
    lon: str
    lat: str
    radius: float | str
    regions: bool
    expandable: frozenset[str]
    ra: str = ""
    dec: str = ""

    def place_of(self, alias: str) -> tuple[str, str]:
        """Return the columns of position of one of the two tables."""
        return (self.ra, self.dec) if alias == self.kept else (self.lon, self.lat)


def near_joins(found: Iterable[Reference], schemas: Mapping[str, TableSchema]) -> list[Near]:
    """Return the joins by position between tables of a query, each from the side of every table that has an index.

    Parameters
    ----------
    found
        The tables of the query.
    schemas
        Their declarations by alias.
    """
    nears = []
    for reference in found:
        for condition in reference.conditions:
            aliases = aliases_in(condition.node)
            if len(aliases) == 2 and aliases <= set(schemas):
                near = _near(schemas[reference.alias], reference.alias, condition.node)
                if near is not None:
                    sky = schemas[reference.alias].sky
                    place = (sky.ra, sky.dec) if sky is not None else ("", "")
                    nears.append(Near(condition.node, reference.alias, *near, condition.prunes, *place))
    return nears


_Found = tuple[str, str, str, float | str, bool]


def _near(table: TableSchema, alias: str, node: Any) -> _Found | None:
    if is_call(node, "adql_contains", "adql_intersects"):
        one, other = arguments(node)
        return _pair(table, alias, one, other) or _pair(table, alias, other, one)
    for comparison, far, size in ((exp.LT | exp.LTE, "this", "expression"), (exp.GT | exp.GTE, "expression", "this")):
        if isinstance(node, comparison) and is_call(node.args[far], "adql_distance"):
            places, radius = arguments(node.args[far]), constant(node.args[size])
            for mine, other in ((places[:2], places[2:]), (places[2:], places[:2])):
                if is_place(table, alias, *mine) and radius is not None:
                    return _other(other, float(radius), regions=False)
    return None


def _pair(table: TableSchema, alias: str, mine: Any, theirs: Any) -> _Found | None:
    if is_call(mine, "adql_point") and is_place(table, alias, *arguments(mine)):
        if is_call(theirs, "adql_circle"):
            return _other(arguments(theirs)[:2], _radius(arguments(theirs)), regions=False)
        return None
    if is_call(mine, "adql_circle") and is_place(table, alias, *arguments(mine)[:2]):
        radius = constant(arguments(mine)[2])
        if radius is None or not is_call(theirs, "adql_point"):
            return None
        return _other(arguments(theirs), float(radius), regions=False)
    region = table.sky.region if table.sky is not None else None
    if is_call(mine, "adql_region") and column_of(arguments(mine)[0], alias, region):
        if is_call(theirs, "adql_point"):
            return _other(arguments(theirs), 0.0, regions=True)
        if is_call(theirs, "adql_circle"):
            return _other(arguments(theirs)[:2], _radius(arguments(theirs)), regions=True)
    return None


def _radius(circle: list[Any]) -> float | str | None:
    """Return a circle's radius: a number, or the name of the column it is in."""
    value = constant(circle[2])
    if value is not None:
        return float(value)
    lon, size = circle[0], circle[2]
    return (
        size.name if isinstance(size, exp.Column) and isinstance(lon, exp.Column) and size.table == lon.table else None
    )


def _other(place: list[Any], radius: float | str | None, *, regions: bool) -> _Found | None:
    lon, lat = place
    if radius is None or (isinstance(radius, float) and radius < 0):
        return None
    if not (isinstance(lon, exp.Column) and isinstance(lat, exp.Column) and lon.table == lat.table):
        return None
    return lon.table, lon.name, lat.name, radius, regions
