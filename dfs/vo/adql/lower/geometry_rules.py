"""Geometry without geometric types: arithmetic for points, circles and boxes, calls of registered functions on text for all else.

The registered functions (``region_*``) take STC-S text; `region_contains` has the inner region first, as CONTAINS of ADQL, `region_holds` the
region, and the coordinates of a position as numbers.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.geometry import PREDICATES, SHAPES, arguments, constant, is_call
from dfs.vo.adql.lower import sphere
from dfs.vo.adql.lower.nodes import Copies, add, function, literal, paren
from dfs.vo.adql.lower.shapes import box_polygon, convex_edges, shape_text

__all__ = ["GeometryRules"]

_TAKE_SHAPES = (*PREDICATES, "adql_area", "adql_centroid_lon", "adql_centroid_lat", "adql_array")

_BANDED = 100  # circles: DuckDB plans many bands in time that grows with the square of their number


class GeometryRules:
    """Rules for the canonical geometry of `dfs.vo.adql.geometry`."""

    def __init__(self) -> None:
        self.copy = Copies()
        self._circles = 0

    def double(self, node: Any) -> Any:
        """Return `node` in double precision."""
        raise NotImplementedError

    def number(self, value: float) -> Any:
        """Return a double precision constant."""
        return literal(value)

    def geometry_call(self, node: exp.Anonymous) -> Any:
        """Return what stands for a geometric function; None when it is none, or its turn comes later."""
        name = str(node.this)
        if name in SHAPES:
            return None if is_call(node.parent, *_TAKE_SHAPES) else self.shape_value(node)
        method = _RULES.get(name)
        return getattr(self, method)(*node.expressions) if method is not None else None

    def shape_value(self, node: exp.Anonymous) -> Any:
        """Return a geometry that is a value of the result: its text."""
        return shape_text(self.copy, self._doubles(node))

    def array(self, shape: exp.Anonymous) -> Any:
        """Return a shape as an array of numbers; NULL where one of them is."""
        if is_call(shape, "adql_box"):
            shape = box_polygon(shape)
        parts = arguments(self._doubles(shape))
        values = [constant(one) for one in parts]
        numbers = [
            one if value is None else self.number(float(value)) for one, value in zip(parts, values, strict=True)
        ]
        made = exp.Array(expressions=numbers)
        tests = [
            exp.Is(this=paren(self.copy(one)), expression=exp.Null())
            for one, value in zip(parts, values, strict=True)
            if value is None
        ]
        if not tests:
            return made
        return exp.Case(ifs=[exp.If(this=exp.or_(*tests, copy=False), true=exp.Null())], default=made)

    def _doubles(self, node: Any) -> Any:
        if not is_call(node, "adql_region"):
            node.set("expressions", [one if constant(one) is not None else self.double(one) for one in arguments(node)])
        return node

    def contains(self, inner: Any, outer: Any) -> Any:
        """Return whether `inner` lies within `outer`."""
        inner, outer = self._doubles(inner), self._doubles(outer)
        parts = arguments(outer)
        if is_call(inner, "adql_point"):
            lon, lat = arguments(inner)
            if is_call(outer, "adql_circle"):
                self._circles += 1
                banded = self._circles <= _BANDED
                return exp.Paren(this=sphere.in_circle(self.copy, lon, lat, parts, banded=banded))
            if is_call(outer, "adql_box"):
                return exp.Paren(this=sphere.in_box(self.copy, lon, lat, parts))
            edges = convex_edges(outer) if is_call(outer, "adql_polygon") else None
            if edges is not None:
                return exp.Paren(this=sphere.in_convex_polygon(self.copy, lon, lat, edges))
            return function("region_holds", shape_text(self.copy, outer), self.copy(lon), self.copy(lat))
        if is_call(inner, "adql_circle") and is_call(outer, "adql_circle"):
            away = sphere.distance(self.copy, [*arguments(inner)[:2], *parts[:2]])
            return exp.Paren(
                this=exp.LTE(this=add(away, self.copy(arguments(inner)[2])), expression=self.copy(parts[2]))
            )
        return self.region_call("region_contains", inner, outer)

    def intersects(self, first: Any, second: Any) -> Any:
        """Return whether two shapes share a position."""
        first, second = self._doubles(first), self._doubles(second)
        if is_call(first, "adql_circle") and is_call(second, "adql_circle"):
            one, other = arguments(first), arguments(second)
            away = sphere.distance(self.copy, [*one[:2], *other[:2]])
            return exp.Paren(this=exp.LTE(this=away, expression=add(self.copy(one[2]), self.copy(other[2]))))
        return self.region_call("region_intersects", first, second)

    def region_call(self, name: str, *shapes: Any) -> Any:
        """Return the call of a registered function on texts."""
        return function(name, *(shape_text(self.copy, one) for one in shapes))

    def distance(self, *ends: Any) -> Any:
        """Return the distance of two positions."""
        return sphere.distance(self.copy, [one if constant(one) is not None else self.double(one) for one in ends])

    def area(self, shape: Any) -> Any:
        """Return the area of a shape."""
        shape = self._doubles(shape)
        if is_call(shape, "adql_circle"):
            return exp.Paren(this=sphere.circle_area(self.copy, arguments(shape)))
        if is_call(shape, "adql_box"):
            return exp.Paren(this=sphere.box_area(self.copy, arguments(shape)))
        return self.region_call("region_area", shape)

    def centroid_lon(self, shape: Any) -> Any:
        """Return the longitude of the centre of a region."""
        return function("region_centroid_ra", self._text(shape))

    def centroid_lat(self, shape: Any) -> Any:
        """Return the latitude of the centre of a region."""
        return function("region_centroid_dec", self._text(shape))

    def _text(self, shape: Any) -> Any:
        return shape_text(self.copy, self._doubles(shape)) if is_call(shape) else shape


_RULES = {
    "adql_contains": "contains",
    "adql_intersects": "intersects",
    "adql_distance": "distance",
    "adql_area": "area",
    "adql_array": "array",
    "adql_centroid_lon": "centroid_lon",
    "adql_centroid_lat": "centroid_lat",
}
