"""Shapes as text, and constant polygons as half spaces."""

from __future__ import annotations

import math
from typing import Any

from sqlglot import exp

from dfs.vo.adql.geometry import arguments, call, constant, is_call, number
from dfs.vo.adql.lower.nodes import Copies, cast, text

__all__ = ["box_polygon", "convex_edges", "shape_text"]

_WORDS = {"adql_point": "POSITION", "adql_circle": "CIRCLE", "adql_polygon": "POLYGON", "adql_box": "BOX"}
Vector = tuple[float, float, float]


def shape_text(copy: Copies, shape: Any) -> Any:
    """Return the text in STC-S of a canonical shape, an expression if it has columns."""
    if is_call(shape, "adql_region"):
        return copy(arguments(shape)[0])
    word = f"{_WORDS[str(shape.this)]} ICRS"
    values = [constant(one) for one in arguments(shape)]
    if all(one is not None for one in values):
        numbers = [float(one or 0.0) for one in values]
        if is_call(shape, "adql_box") and all(0 < one < 180 for one in numbers[2:]):
            return shape_text(copy, box_polygon(shape))
        return text(f"{word} {' '.join(map(repr, numbers))}")
    parts: list[Any] = [text(word)]
    for one, value in zip(arguments(shape), values, strict=True):
        parts += [text(" "), cast(copy(one), "VARCHAR")] if value is None else [text(f" {float(value)!r}")]
    return _joined(parts)


def box_polygon(shape: Any) -> Any:
    """Return a constant box as the polygon of its corners."""
    from dfs.sky.regions.shapes import box

    corners = box(*(float(constant(one) or 0.0) for one in arguments(shape))).vertices
    return call("adql_polygon", *(number(one) for pair in corners for one in pair))


def _joined(parts: list[Any]) -> Any:
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return exp.DPipe(this=_joined(parts[:half]), expression=_joined(parts[half:]))


def convex_edges(polygon: Any) -> list[Vector] | None:
    """Return the poles of the edges of a constant convex polygon, all towards its inside; None when it is anything else."""
    values = [constant(one) for one in arguments(polygon)]
    if any(one is None for one in values) or len(values) > 24:
        return None
    numbers = [math.radians(float(one or 0.0)) for one in values]
    corners = [_vector(lon, lat) for lon, lat in zip(numbers[::2], numbers[1::2], strict=True)]
    if corners[0] == corners[-1]:
        corners.pop()
    following = [*corners[1:], corners[0]]
    poles = [_cross(a, b) for a, b in zip(corners, following, strict=True)]
    lengths = [math.sqrt(_dot(one, one)) for one in poles]
    if min(lengths) < 1e-9:
        return None
    poles = [(x / n, y / n, z / n) for (x, y, z), n in zip(poles, lengths, strict=True)]
    sides = [
        _dot(pole, corner)
        for index, pole in enumerate(poles)
        for number, corner in enumerate(corners)
        if number not in {index, (index + 1) % len(corners)}
    ]
    if all(side > 1e-12 for side in sides):
        return poles
    return [(-x, -y, -z) for x, y, z in poles] if all(side < -1e-12 for side in sides) else None


def _vector(lon: float, lat: float) -> Vector:
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def _cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
