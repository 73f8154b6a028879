"""PostgreSQL with pgSphere.

Columns of regions are text there; the deployment provides the functions ``region_*`` on text (as for DuckDB) or leaves queries on them out.
Constructed shapes are pgSphere's ``spoint``, ``scircle``, ``spoly``, its operators decide, so an index on ``spoint(radians(ra), radians(dec))`` serves.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.geometry import arguments, constant, is_call
from dfs.vo.adql.lower.base import Lowering
from dfs.vo.adql.lower.nodes import add, cast, divide, function, multiply, paren, subtract, text

__all__ = ["Postgres"]


class Postgres(Lowering):
    """What PostgreSQL says differently."""

    between_words = r"[^[:alnum:]]+"

    def number(self, value: float) -> Any:
        """Return a double precision constant: a bare literal is a decimal here."""
        made = cast(exp.Literal(this=repr(float(value)), is_string=False), "DOUBLE")
        made.meta["type"] = "done"
        return made

    def whole_division(self, left: Any, right: Any) -> Any:
        """Return the quotient of whole numbers, towards zero."""
        return exp.Div(this=paren(left), expression=paren(right), typed=True, safe=False)

    def like(self, node: Any) -> Any:
        """Return LIKE without the escape character that is the default here."""
        return exp.Escape(this=type(node)(this=node.this, expression=node.expression), expression=text(""))

    def remainder(self, x: Any, y: Any) -> Any:
        """Return the remainder of doubles, x - y trunc(x / y); only decimals have one here."""
        whole = function("TRUNC", divide(self.copy(x), self.copy(y)))
        return exp.Paren(this=subtract(x, multiply(y, whole)))

    def nearest(self, x: Any) -> Any:
        """Return the whole number next to a double, halves away from zero; ROUND takes halves to even here."""
        size = function("FLOOR", add(function("ABS", self.copy(x)), self.number(0.5)))
        return exp.Paren(this=multiply(function("SIGN", x), size))

    def iso_text(self, node: Any) -> Any:
        """Return a time as text."""
        return function("TO_CHAR", node, text('YYYY-MM-DD"T"HH24:MI:SS.MS'))

    def seconds(self, node: Any) -> Any:
        """Return the seconds since 1970 of a time."""
        return cast(function("DATE_PART", text("epoch"), node), "DOUBLE")

    def exclusive_or(self, x: Any, y: Any) -> Any:
        """Return the bits set in just one of two numbers."""
        return exp.Paren(this=exp.BitwiseXor(this=x, expression=y))

    def _f_ivo_healpix_index(self, _node: Any, order: Any, lon: Any, lat: Any) -> Any:
        return function("healpix_nest", cast(order, "INT"), self._point(self.double(lon), self.double(lat)))

    def _f_adql_healpix_lon(self, _node: Any, order: Any, pixel: Any) -> Any:
        return function("DEGREES", function("LONG", self._healpix_center(order, pixel)))

    def _f_adql_healpix_lat(self, _node: Any, order: Any, pixel: Any) -> Any:
        return function("DEGREES", function("LAT", self._healpix_center(order, pixel)))

    def _healpix_center(self, order: Any, pixel: Any) -> Any:
        return function("CENTER_OF_HEALPIX_NEST", cast(order, "INT"), self.long(pixel))

    def _point(self, lon: Any, lat: Any) -> Any:
        lon, lat = (self.number(float(value)) if (value := constant(one)) is not None else one for one in (lon, lat))
        return function("SPOINT", function("RADIANS", lon), function("RADIANS", lat))

    def _sphere(self, shape: Any) -> Any:
        """Return the shape in pgSphere's own type; None when it is text, or a box (pgSphere's has other sides)."""
        parts = [self.copy(one) for one in arguments(shape)]
        if is_call(shape, "adql_point"):
            return self._point(*parts)
        if is_call(shape, "adql_circle"):
            radius = constant(parts[2])
            if radius is None or radius > 90:  # of which pgSphere has none
                return None
            return function("SCIRCLE", self._point(parts[0], parts[1]), function("RADIANS", self.number(float(radius))))
        values = [constant(one) for one in parts]
        if is_call(shape, "adql_box", "adql_region") or any(one is None for one in values):
            return None
        pairs = zip(values[::2], values[1::2], strict=True)
        corners = ",".join(f"({float(lon or 0) % 360!r}d,{float(lat or 0)!r}d)" for lon, lat in pairs)
        return function("SPOLY", text("{" + corners + "}"))

    def contains(self, inner: Any, outer: Any) -> Any:
        """Return whether `inner` lies within `outer`: the operator ``<@``."""
        one, other = self._sphere(self._doubles(inner)), self._sphere(self._doubles(outer))
        if one is None or other is None:
            return super().contains(inner, outer)
        return exp.Paren(this=exp.ArrayContainedBy(this=one, expression=other))

    def intersects(self, first: Any, second: Any) -> Any:
        """Return whether two shapes share a position: the operator ``&&``."""
        one, other = self._sphere(self._doubles(first)), self._sphere(self._doubles(second))
        if one is None or other is None:
            return super().intersects(first, second)
        return exp.Paren(this=exp.ArrayOverlaps(this=one, expression=other))

    def area(self, shape: Any) -> Any:
        """Return the area of a shape, deg**2."""
        made = None if is_call(shape, "adql_point") else self._sphere(self._doubles(shape))
        if made is None:
            return super().area(shape)
        square = 3282.806350011744  # deg**2 in a steradian
        return exp.Paren(this=exp.Mul(this=function("AREA", made), expression=self.number(square)))
