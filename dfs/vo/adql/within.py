"""Which regions lie within another: what CONTAINS asks of two regions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.sky.regions import Circle, Outlines, Point, Polygon, Range, Region, Union, contains_points, intersects_many

__all__ = ["within"]

Vectors = NDArray[np.float64]
_TOUCH = 1e-9  # deg: borders that touch do not stick out


def within(inner: Region, outer: Region) -> bool:
    """Tell whether `inner` lies within `outer`, border included.

    A part of `inner` that lies in several parts of a union but in no single one counts as outside, as do ranges of coordinates.
    """
    if isinstance(inner, Union):
        return all(within(part, outer) for part in inner.parts)
    if isinstance(outer, Union):
        return any(within(inner, part) for part in outer.parts)
    if isinstance(inner, Point):
        return bool(contains_points(outer, [inner.ra], [inner.dec])[0])
    if isinstance(outer, Circle):
        return _within_circle(inner, outer)
    if isinstance(outer, Polygon) and not isinstance(inner, Range):
        return _within_polygon(inner, outer)
    return False


def _within_circle(inner: Any, outer: Circle) -> bool:
    """A region lies in a circle if it does not meet the circle's complement, which is a circle too."""
    rest = 180 - outer.radius - _TOUCH
    if rest <= 0:
        return True
    opposite = Circle((outer.ra + 180) % 360, -outer.dec, rest)
    return not bool(intersects_many(Outlines.of([inner]), opposite)[0])


def _within_polygon(inner: Circle | Polygon, outer: Polygon) -> bool:
    edges = _vectors(outer.vertices)
    if isinstance(inner, Circle):
        if not contains_points(outer, [inner.ra], [inner.dec])[0]:
            return False
        center = _vectors(((inner.ra, inner.dec),))[0]
        nearest = min(_to_arc(center, a, b) for a, b in zip(edges, np.roll(edges, -1, axis=0), strict=True))
        return math.degrees(nearest) >= inner.radius - _TOUCH
    ra, dec = zip(*inner.vertices, strict=True)
    if not contains_points(outer, ra, dec).all():
        return False
    sides = _vectors(inner.vertices)
    pairs = list(zip(edges, np.roll(edges, -1, axis=0), strict=True))
    return not any(
        _cross_each_other(a, b, c, d) for a, b in zip(sides, np.roll(sides, -1, axis=0), strict=True) for c, d in pairs
    )


def _vectors(vertices: Any) -> Vectors:
    ra, dec = np.radians(np.array(vertices, dtype=np.float64)).T
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)


def _to_arc(place: Vectors, a: Vectors, b: Vectors) -> float:
    """Return the distance (rad) of a position from an arc of a great circle."""
    normal = np.cross(a, b)
    normal /= np.linalg.norm(normal)
    if np.dot(np.cross(normal, a), place) >= 0 and np.dot(np.cross(b, normal), place) >= 0:
        return abs(math.asin(max(-1.0, min(1.0, float(np.dot(normal, place))))))
    return 2 * math.asin(min(1.0, float(min(np.linalg.norm(place - a), np.linalg.norm(place - b))) / 2))


def _cross_each_other(a: Vectors, b: Vectors, c: Vectors, d: Vectors) -> bool:
    """Tell whether two arcs cross in their insides; touching ends do not."""
    first, second = np.cross(a, b), np.cross(c, d)
    least = 1e-12
    of_c, of_d, of_a, of_b = first @ c, first @ d, second @ a, second @ b
    apart = (
        of_c * of_d < -(least * least)
        and of_a * of_b < -(least * least)
        and min(map(abs, (of_a, of_b, of_c, of_d))) > least
    )
    return bool(apart and of_c * of_b > 0)  # else the crossing is of one arc with the other's opposite
