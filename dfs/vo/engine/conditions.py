"""Which conditions of a query lead to rows by way of the index.

What is recognised: positions and regions against circles and other constant shapes, ranges of time, texts of indexed columns, values of columns
of few values.  What is not recognised costs time, never rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from sqlglot import exp

from dfs.archive.index.columns import key_columns
from dfs.model.schema import TableSchema
from dfs.sky.pixels import unit_vectors
from dfs.vo.adql.geometry import arguments, constant, is_call
from dfs.vo.engine.paths import ByKey, ByTime, Cap, Few, NearRegions, Path, Pixels

__all__ = ["cap_of", "column_of", "filters_of", "is_exact", "is_place", "paths_of", "time_range"]


def paths_of(table: TableSchema, alias: str, conditions: Iterable[Any]) -> list[Path]:
    """Return the ways to the rows of `table` (called `alias`) that may meet all `conditions`."""
    conditions = list(conditions)
    found = [path for one in conditions if (path := _sky(table, alias, one) or _key(table, alias, one)) is not None]
    time = time_range(table, alias, conditions)
    return [*found, time] if time is not None else found


def filters_of(table: TableSchema, alias: str, conditions: Iterable[Any]) -> list[Few]:
    """Return the conditions on columns of few values."""
    few = {name.lower() for name in table.cube}
    found = []
    for one in conditions:
        named = _values(alias, one)
        if named is not None and named[0].lower() in few:
            found.append(Few(*named))
    return found


def is_exact(table: TableSchema, alias: str, condition: Any) -> bool:
    """Tell whether the ranges of time and the values of few that conditions leave say all that this condition says."""
    if any(True for _ in _bounds(table, alias, condition)):
        return True
    named = _values(alias, condition)
    return named is not None and named[0].lower() in {name.lower() for name in table.cube}


def column_of(node: Any, alias: str, name: str | None) -> bool:
    """Tell whether a node is the column `name` of the table `alias`."""
    return (
        isinstance(node, exp.Column) and name is not None and node.table == alias and node.name.lower() == name.lower()
    )


def is_place(table: TableSchema, alias: str, lon: Any, lat: Any) -> bool:
    """Tell whether two nodes are the place of `table`'s rows."""
    sky = table.sky
    return sky is not None and column_of(lon, alias, sky.ra) and column_of(lat, alias, sky.dec)


def cap_of(shape: Any) -> Cap | None:
    """Return a circle that holds a constant shape; None: it is not constant, or no smaller than a hemisphere."""
    if is_call(shape, "adql_region"):
        return _cap_of_text(arguments(shape)[0])
    numbers = [constant(one) for one in arguments(shape)] if is_call(shape) else [None]
    if any(one is None or not math.isfinite(one) for one in numbers):
        return None
    values = [float(one) for one in numbers if one is not None]
    if is_call(shape, "adql_point"):
        return Cap(values[0], values[1], 0.0)
    if is_call(shape, "adql_circle"):
        return Cap(*values) if values[2] >= 0 else None
    if is_call(shape, "adql_box"):
        lon, lat, width, height = values
        radius = math.hypot(width, height)  # twice the half diagonal: arms bend, too
        return Cap(lon, lat, radius) if radius < 90 else None
    return _around(unit_vectors(values[0::2], values[1::2])) if is_call(shape, "adql_polygon") else None


def _cap_of_text(node: Any) -> Cap | None:
    from dfs.sky.regions.bulk import parse_many

    if not (isinstance(node, exp.Literal) and node.is_string):
        return None
    outlines = parse_many([str(node.this)])
    if outlines.row.size == 0:
        return None
    cap = _around(outlines.vertices.T)
    radius = cap.radius + float(outlines.radius.max()) if cap is not None else 90.0
    return Cap(cap.ra, cap.dec, radius) if cap is not None and radius < 90 else None


def _around(vertices: Any) -> Cap | None:
    """Return the circle round the mean of some positions that holds them, and the arcs between them."""
    mean = vertices.sum(axis=0)
    if np.linalg.norm(mean) < 1e-6:
        return None
    mean = mean / np.linalg.norm(mean)
    chord = float(np.linalg.norm(vertices - mean, axis=1).max())
    radius = math.degrees(2 * math.asin(min(1.0, chord / 2)))
    ra, dec = math.degrees(math.atan2(mean[1], mean[0])), math.degrees(math.asin(max(-1.0, min(1.0, mean[2]))))
    return Cap(ra % 360, dec, radius) if radius < 90 else None


def _sky(table: TableSchema, alias: str, node: Any) -> Path | None:
    if is_call(node, "adql_contains", "adql_intersects"):
        one, other = arguments(node)
        return _within(table, alias, one, other) or _within(table, alias, other, one)
    if isinstance(node, exp.LT | exp.LTE) and is_call(node.this, "adql_distance"):
        return _closer(table, alias, arguments(node.this), constant(node.expression))
    if isinstance(node, exp.GT | exp.GTE) and is_call(node.expression, "adql_distance"):
        return _closer(table, alias, arguments(node.expression), constant(node.this))
    return None


def _within(table: TableSchema, alias: str, mine: Any, shape: Any) -> Path | None:
    """Return the way to rows whose place, or region, `mine` shares a position with a constant shape."""
    if is_call(mine, "adql_circle") and is_call(
        shape, "adql_point"
    ):  # a constant position within a circle round each row
        lon, lat, radius = arguments(mine)
        size = constant(radius)
        cap = cap_of(shape)
        fits = is_place(table, alias, lon, lat) and size is not None and size >= 0 and cap is not None
        return Pixels(Cap(cap.ra, cap.dec, size)) if fits and cap is not None and size is not None else None
    cap = cap_of(shape)
    if cap is None:
        return None
    if is_call(mine, "adql_point") and is_place(table, alias, *arguments(mine)):
        return Pixels(cap)
    region = table.sky.region if table.sky is not None else None
    if is_call(mine, "adql_region") and column_of(arguments(mine)[0], alias, region):
        return NearRegions(cap)
    return None


def _closer(table: TableSchema, alias: str, places: list[Any], most: float | None) -> Path | None:
    if most is None or not 0 <= most < 180:
        return None
    for mine, other in ((places[:2], places[2:]), (places[2:], places[:2])):
        lon, lat = (constant(one) for one in other)
        if is_place(table, alias, *mine) and lon is not None and lat is not None:
            return Pixels(Cap(float(lon), float(lat), float(most)))
    return None


def _key(table: TableSchema, alias: str, node: Any) -> Path | None:
    named = _values(alias, node)
    if named is None or not all(isinstance(one, str) for one in named[1]):
        return None
    column = next((one for one in key_columns(table) if one.lower() == named[0].lower()), None)
    return ByKey(column, named[1]) if column is not None else None


def _values(alias: str, node: Any) -> tuple[str, tuple[Any, ...]] | None:
    """Return the column of `alias` and the constants it must equal one of."""
    if isinstance(node, exp.EQ):
        sides = (node.this, [node.expression]) if isinstance(node.this, exp.Column) else (node.expression, [node.this])
    elif isinstance(node, exp.In) and node.args.get("expressions"):
        sides = (node.this, node.expressions)
    else:
        return None
    column, given = sides
    values = tuple(str(one.this) if isinstance(one, exp.Literal) and one.is_string else constant(one) for one in given)
    if not (isinstance(column, exp.Column) and column.table == alias) or any(one is None for one in values):
        return None
    return (column.name, values) if len({type(one) is str for one in values}) == 1 else None


def time_range(table: TableSchema, alias: str, conditions: Iterable[Any]) -> ByTime | None:
    """Return the range of time that conditions leave; None: they leave it open at both ends."""
    first, last = -math.inf, math.inf
    for node in conditions:
        for low, high in _bounds(table, alias, node):
            first, last = max(first, low), min(last, high)
    return ByTime(first, last) if first > -math.inf or last < math.inf else None


def _bounds(table: TableSchema, alias: str, node: Any) -> Iterable[tuple[float, float]]:
    if isinstance(node, exp.Between) and column_of(node.this, alias, table.time) and not node.args.get("symmetric"):
        yield _number(node.args["low"], -math.inf), _number(node.args["high"], math.inf)
    elif isinstance(node, exp.EQ | exp.LT | exp.LTE | exp.GT | exp.GTE):
        up, down = isinstance(node, exp.GT | exp.GTE | exp.EQ), isinstance(node, exp.LT | exp.LTE | exp.EQ)
        if column_of(node.this, alias, table.time):
            value = constant(node.expression)
        elif column_of(node.expression, alias, table.time):
            value, up, down = constant(node.this), down, up
        else:
            return
        if value is not None:
            yield (float(value) if up else -math.inf), (float(value) if down else math.inf)


def _number(node: Any, otherwise: float) -> float:
    value = constant(node)
    return otherwise if value is None else float(value)
