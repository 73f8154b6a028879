"""Spherical trigonometry as plain arithmetic, for engines without types of geometry.

Exact at small separations and at the poles; right ascension wraps by itself. Angles are degrees. Haversine: Sinnott 1984, Sky & Telescope 68,
158; the distance is by Vincenty's formula for a sphere with its cancelling term rewritten: cos d1 sin d2 - sin d1 cos d2 cos a =
sin(d2 - d1) + 2 sin d1 cos d2 sin^2(a / 2).
"""

from __future__ import annotations

import math
from typing import Any

from sqlglot import exp

from dfs.vo.adql.geometry import constant
from dfs.vo.adql.lower.nodes import Copies, add, divide, function, literal, multiply, subtract

__all__ = ["box_area", "circle_area", "distance", "in_box", "in_circle", "in_convex_polygon"]

_DEGREES2 = math.degrees(1.0) ** 2


def _radians(node: Any) -> Any:
    value = constant(node)
    return literal(math.radians(value)) if value is not None else function("RADIANS", node)


def _sin(node: Any) -> Any:
    return function("SIN", _radians(node))


def _cos(node: Any) -> Any:
    value = constant(node)
    return literal(math.cos(math.radians(value))) if value is not None else function("COS", _radians(node))


def _sin_of(node: Any) -> Any:
    value = constant(node)
    return literal(math.sin(math.radians(value))) if value is not None else _sin(node)


def _square(node: Any) -> Any:
    return function("POWER", node, literal(2.0))


def _half_sine_square(copy: Copies, a: Any, b: Any) -> Any:
    """Return sin^2((a - b) / 2)."""
    return _square(function("SIN", divide(function("RADIANS", subtract(copy(a), copy(b))), literal(2.0))))


def haversine(copy: Copies, lon1: Any, lat1: Any, lon2: Any, lat2: Any) -> Any:
    """Return sin^2 of half the distance."""
    lengths = multiply(_cos(copy(lat1)), _cos(copy(lat2)))
    return add(_half_sine_square(copy, lat1, lat2), multiply(lengths, _half_sine_square(copy, lon1, lon2)))


def in_circle(copy: Copies, lon: Any, lat: Any, circle: list[Any], *, banded: bool = True) -> Any:
    """Return whether a position lies in a circle: if `banded`, a box in declination first, which engines test on their statistics."""
    radius = circle[2]
    value = constant(radius)
    away = haversine(copy, lon, lat, circle[0], circle[1])
    if value is None:
        limit = _square(
            function("SIN", divide(function("RADIANS", function("LEAST", copy(radius), literal(180.0))), literal(2.0)))
        )
        return exp.And(
            this=exp.LTE(this=away, expression=limit), expression=exp.GTE(this=copy(radius), expression=literal(0.0))
        )
    near = exp.LTE(this=away, expression=literal(math.sin(math.radians(min(value, 180.0)) / 2) ** 2))
    center = constant(circle[1])
    if center is None or not banded:
        return near
    margin = value + 1e-9
    band = exp.Between(this=copy(lat), low=literal(center - margin), high=literal(center + margin))
    return exp.And(this=band, expression=near)


def distance(copy: Copies, ends: list[Any]) -> Any:
    """Return the distance of two positions, degrees."""
    lon1, lat1, lon2, lat2 = ends
    turn = function("RADIANS", subtract(copy(lon2), copy(lon1)))
    across = multiply(_cos(copy(lat2)), function("SIN", turn))
    rise = function("SIN", function("RADIANS", subtract(copy(lat2), copy(lat1))))
    bend = multiply(
        multiply(literal(2.0), multiply(_sin_of(copy(lat1)), _cos(copy(lat2)))), _half_sine_square(copy, lon2, lon1)
    )
    along = multiply(_sin_of(copy(lat1)), _sin_of(copy(lat2)))
    facing = multiply(multiply(_cos(copy(lat1)), _cos(copy(lat2))), function("COS", copy(turn)))
    opposite = function("SQRT", add(_square(across), _square(add(rise, bend))))
    return function("DEGREES", function("ATAN2", opposite, add(along, facing)))


def in_box(copy: Copies, lon: Any, lat: Any, box: list[Any]) -> Any:
    """Return whether a position lies in a box: in the plane that touches the sky at its centre its sides are straight."""
    lon0, lat0, width, height = box
    turn = function("RADIANS", subtract(copy(lon), copy(lon0)))
    cos_turn = function("COS", turn)
    facing = add(
        multiply(_sin_of(copy(lat0)), _sin_of(copy(lat))),
        multiply(multiply(_cos(copy(lat0)), _cos(copy(lat))), cos_turn),
    )
    east = multiply(_cos(copy(lat)), function("SIN", copy(turn)))
    north = subtract(
        multiply(_cos(copy(lat0)), _sin_of(copy(lat))),
        multiply(multiply(_sin_of(copy(lat0)), _cos(copy(lat))), copy(cos_turn)),
    )
    parts = [exp.GT(this=facing, expression=literal(0.0))]
    for offset, size in ((east, width), (north, height)):
        half = function("TAN", divide(_radians(copy(size)), literal(2.0)))
        parts.append(exp.LTE(this=function("ABS", offset), expression=multiply(half, copy(facing))))
    return exp.And(this=exp.And(this=parts[0], expression=parts[1]), expression=parts[2])


def in_convex_polygon(copy: Copies, lon: Any, lat: Any, edges: list[tuple[float, float, float]]) -> Any:
    """Return whether a position lies on the inner side of each of `edges` (the poles of great circles, as unit vectors)."""
    x = multiply(_cos(copy(lat)), function("COS", _radians(copy(lon))))
    y = multiply(_cos(copy(lat)), function("SIN", _radians(copy(lon))))
    z = _sin_of(copy(lat))
    tests = [
        exp.GTE(
            this=add(add(multiply(copy(x), literal(a)), multiply(copy(y), literal(b))), multiply(copy(z), literal(c))),
            expression=literal(-1e-15),
        )
        for a, b, c in edges
    ]
    return exp.and_(*tests, copy=False)


def circle_area(copy: Copies, circle: list[Any]) -> Any:
    """Return the area of a circle, deg**2."""
    half = function("SIN", divide(function("RADIANS", copy(circle[2])), literal(2.0)))
    return multiply(literal(4 * math.pi * _DEGREES2), _square(half))


def box_area(copy: Copies, box: list[Any]) -> Any:
    """Return the area of a box, deg**2: 4 asin(sin(width / 2) sin(height / 2)) in steradian."""
    sines = [function("SIN", divide(function("RADIANS", copy(size)), literal(2.0))) for size in box[2:]]
    return multiply(literal(4 * _DEGREES2), function("ASIN", multiply(*sines)))
