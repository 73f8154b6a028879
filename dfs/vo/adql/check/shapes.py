"""Checking geometry: shapes brought to the canonical form of `dfs.vo.adql.geometry`, predicates, and numbers of shapes."""

from __future__ import annotations

import math
from typing import Any

from sqlglot import exp

from dfs.errors import UsageError
from dfs.vo.adql.check.casts import CastChecks
from dfs.vo.adql.check.typed import GEOMETRIES, Value
from dfs.vo.adql.geometry import arguments, call, constant, is_call, number

__all__ = ["ShapeChecks"]

_SAME_AS_ICRS = {"", "ICRS", "J2000", "FK5", "UNKNOWNFRAME"}
_MOST_VERTICES = 1000


class ShapeChecks(CastChecks):
    """Checks of geometric functions."""

    def shape_call(self, node: exp.Anonymous, name: str) -> Value:
        """Check the call of a geometric function."""
        found: Value = getattr(self, _CALLS[name])(node)
        return found

    def shape(self, node: Any, what: str) -> Value:
        """Check an argument that must be a geometry, and return it in canonical form."""
        found = self.value(node)
        if found.type == "region" and not is_call(found.node):
            return Value(call("adql_region", found.node), "region")
        if found.type in GEOMETRIES and is_call(found.node):
            return found
        if found.type in GEOMETRIES:  # a geometry that a derived table made: it is text there
            return Value(call("adql_region", found.node), "region")
        raise self.error(
            node, f"{what} needs a geometry", hint="POINT(...), CIRCLE(...), POLYGON(...) or a column of regions"
        )

    def point(self, node: Any, what: str) -> list[Any]:
        """Check an argument that must be a position, and return its two coordinates."""
        found = self.shape(node, what)
        if is_call(found.node, "adql_point"):
            return arguments(found.node)
        if found.type == "region":
            text = arguments(found.node)[0]
            return [call("adql_centroid_lon", text), call("adql_centroid_lat", text.copy())]
        raise self.error(node, f"{what} needs a position, not a {found.type}", hint="CENTROID(...) is one")

    def _frame(self, node: exp.Anonymous) -> None:
        frame = str(node.meta.get("frame", ""))
        word = frame.split(maxsplit=1)[0].upper() if frame.strip() else ""
        if word not in _SAME_AS_ICRS:
            raise self.error(
                node, f"the coordinate system {frame!r} is not served", accepted="ICRS (the argument may be left out)"
            )

    def _angle(self, node: Any, what: str) -> Any:
        found = self.number(node, what)
        value = constant(found.node)
        return found.node if value is None else number(float(value))

    def _position(self, nodes: list[Any], what: str) -> list[Any]:
        lon, lat = self._angle(nodes[0], what), self._angle(nodes[1], what)
        value = constant(lat)
        if value is not None and not -90 <= value <= 90:
            raise self.error(nodes[1], f"the latitude {value:g} is impossible", accepted="-90 to 90 deg")
        value = constant(lon)
        if value is not None and not math.isfinite(value):
            raise self.error(nodes[0], f"the longitude {value} is impossible")
        return [lon, lat]

    def _point(self, node: exp.Anonymous) -> Value:
        self._frame(node)
        return Value(call("adql_point", *self._position(node.expressions, "POINT")), "point", "", "pos.eq")

    def _size(self, node: Any, what: str, most: float) -> Any:
        size = self._angle(node, what)
        value = constant(size)
        if value is not None and not 0 <= value <= most:
            raise self.error(node, f"a size of {value:g} deg is impossible in {what}", accepted=f"0 to {most:g} deg")
        return size

    def _center(self, node: exp.Anonymous, sizes: int) -> tuple[list[Any], list[Any]]:
        parts, name = node.expressions, str(node.this)
        if len(parts) == sizes + 1:
            return self.point(parts[0], name), parts[1:]
        return self._position(parts[:2], name), parts[2:]

    def _circle(self, node: exp.Anonymous) -> Value:
        self._frame(node)
        center, sizes = self._center(node, 1)
        return Value(call("adql_circle", *center, self._size(sizes[0], "CIRCLE", 180)), "circle")

    def _box(self, node: exp.Anonymous) -> Value:
        self._frame(node)
        center, sizes = self._center(node, 2)
        edges = [self._size(one, "BOX", 179.9) for one in sizes]
        return Value(call("adql_box", *center, *edges), "box")

    def _polygon(self, node: exp.Anonymous) -> Value:
        self._frame(node)
        parts = node.expressions
        first = self.value(parts[0])
        if len(parts) > 2 * _MOST_VERTICES:
            raise self.error(node, "the polygon has too many vertices", accepted=f"at most {_MOST_VERTICES}")
        if first.type in GEOMETRIES:
            vertices = [one for part in parts for one in self.point(part, "POLYGON")]
        elif len(parts) % 2 or len(parts) < 6:
            raise self.error(node, "POLYGON needs three positions, or three pairs of coordinates, or more")
        else:
            pairs = zip(parts[::2], parts[1::2], strict=True)
            vertices = [one for pair in pairs for one in self._position(list(pair), "POLYGON")]
        built = call("adql_polygon", *vertices)
        self._region_text(node, built)
        return Value(built, "polygon")

    def _region_text(self, node: Any, built: exp.Anonymous) -> None:
        """Refuse a constant shape that is none, such as a polygon of three times the same vertex."""
        values = [constant(one) for one in arguments(built)]
        if all(one is not None for one in values):
            numbers = " ".join(repr(float(one or 0.0)) for one in values)
            self._parsed(node, f"{str(built.this)[5:].upper()} ICRS {numbers}")

    def _parsed(self, node: Any, text: str) -> str:
        from dfs.sky.regions.text import parse, stcs

        try:
            return stcs(parse(text))
        except UsageError as error:
            raise self.error(node, f"{error.where}: {error.message}", accepted=error.accepted) from None

    def _region(self, node: exp.Anonymous) -> Value:
        text = self._parsed(node, str(node.expressions[0].this))
        return Value(call("adql_region", exp.Literal(this=text, is_string=True)), "region")

    def cast_to_geometry(self, node: Any, found: Value, shape: str) -> Value:
        """Check a cast of text, numbers as in DALI (``'12.3 45.6 1.0'``), to a geometry."""
        if found.type.upper() == shape:
            return found
        literal = found.node
        if not (isinstance(literal, exp.Literal) and literal.is_string):
            raise self.error(node, f"only literal text can be cast to {shape}", hint=f"use {shape}(...)")
        try:
            numbers = [float(one) for one in str(literal.this).replace(",", " ").split()]
        except ValueError:
            numbers = []
        fits = {
            "POINT": len(numbers) == 2,
            "CIRCLE": len(numbers) == 3,
            "POLYGON": len(numbers) >= 6 and len(numbers) % 2 == 0,
        }
        if not fits[shape]:
            raise self.error(
                node, f"{literal.name!r} is no {shape}", accepted="numbers in degrees, as in DALI: '12.3 45.6'"
            )
        built = call(f"adql_{shape.lower()}", *map(number, numbers))
        self._region_text(node, built)
        return Value(built, shape.lower())

    def _contains(self, node: exp.Anonymous) -> Value:
        inner, outer = (self.shape(one, "CONTAINS") for one in node.expressions)
        return _within(inner.node, outer.node)

    def _intersects(self, node: exp.Anonymous) -> Value:
        first, second = (self.shape(one, "INTERSECTS").node for one in node.expressions)
        if is_call(first, "adql_point"):
            return _within(first, second)
        if is_call(second, "adql_point"):
            return _within(second, first)
        return Value(call("adql_intersects", first, second), "flag")

    def _distance(self, node: exp.Anonymous) -> Value:
        parts = node.expressions
        if len(parts) == 2:
            ends = [*self.point(parts[0], "DISTANCE"), *self.point(parts[1], "DISTANCE")]
        else:
            ends = [*self._position(parts[:2], "DISTANCE"), *self._position(parts[2:], "DISTANCE")]
        return Value(call("adql_distance", *ends), "double", "deg", "pos.angDistance")

    def _area(self, node: exp.Anonymous) -> Value:
        found = self.shape(node.expressions[0], "AREA")
        return Value(call("adql_area", found.node), "double", "deg**2", "phys.angArea")

    def _centroid(self, node: exp.Anonymous) -> Value:
        found = self.shape(node.expressions[0], "CENTROID").node
        if is_call(found, "adql_polygon", "adql_region"):
            text = arguments(found)[0] if is_call(found, "adql_region") else found
            center = [call("adql_centroid_lon", text), call("adql_centroid_lat", text.copy())]
        else:
            center = arguments(found)[:2]
        return Value(call("adql_point", *center), "point", "", "pos.eq")

    def _coordinate(self, node: exp.Anonymous) -> Value:
        name = str(node.this)
        lon, lat = self.point(node.expressions[0], name)
        one, ucd = (lon, "pos.eq.ra") if name == "COORD1" else (lat, "pos.eq.dec")
        return Value(one, "double", "deg", ucd)

    def _coordsys(self, node: exp.Anonymous) -> Value:
        self.shape(node.expressions[0], "COORDSYS")
        return Value(exp.Literal(this="ICRS", is_string=True), "char")


def _within(inner: Any, outer: Any) -> Value:
    if is_call(outer, "adql_point"):
        outer = call("adql_circle", *arguments(outer), number(0.0))
    return Value(call("adql_contains", inner, outer), "flag")


_CALLS = {
    "POINT": "_point",
    "CIRCLE": "_circle",
    "BOX": "_box",
    "POLYGON": "_polygon",
    "REGION": "_region",
    "CONTAINS": "_contains",
    "INTERSECTS": "_intersects",
    "DISTANCE": "_distance",
    "AREA": "_area",
    "CENTROID": "_centroid",
    "COORD1": "_coordinate",
    "COORD2": "_coordinate",
    "COORDSYS": "_coordsys",
}
