"""Many regions at once, as arrays: the form in which regions are compared and measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.sky.regions.shapes import Circle, Point, Polygon, Range, Region, Shape, Union

__all__ = ["CIRCLE", "POINT", "POLYGON", "Floats", "Outlines", "cross", "dot", "unit_vectors"]

Floats = NDArray[np.float64]

POINT, CIRCLE, POLYGON = 1, 2, 3


def unit_vectors(ra: Floats, dec: Floats) -> Floats:
    """Return unit vectors, shape (3, n), of positions in degrees."""
    a, d = np.deg2rad(ra), np.deg2rad(dec)
    out = np.empty((3, a.size))
    ring = np.cos(d)
    np.multiply(ring, np.cos(a), out=out[0])
    np.multiply(ring, np.sin(a), out=out[1])
    np.sin(d, out=out[2])
    return out


def cross(a: Floats, b: Floats) -> Floats:
    """Return the vector product along the first axis."""
    return np.stack((a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]))


def dot(a: Floats, b: Floats) -> Floats:
    """Return the scalar product along the first axis."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Outlines:
    """Points, circles and polygons of many rows; a row has no part (no region), one, or several (a union).

    Attributes
    ----------
    rows
        How many rows.
    row, kind, radius
        Of each part: its row (ascending), `POINT`, `CIRCLE` or `POLYGON`, and its radius in degrees (0 but for circles).
    start
        Of each part the index of its first vertex, and at the end the number of vertices.
    vertices
        Unit vectors, shape (3, n): of a point or circle its place, of a polygon its ring.
    refused
        Of each row: it had a text that is no region.
    """

    rows: int
    row: NDArray[np.int64]
    kind: NDArray[np.uint8]
    radius: Floats
    start: NDArray[np.int64]
    vertices: Floats
    refused: NDArray[np.bool_]

    @classmethod
    def of(cls, regions: Sequence[Region | None]) -> Outlines:
        """Make arrays of regions; `UsageError` for `Range`, which has edges that are not great circles."""
        row, kind, radius, count = [], [], [], []
        places: list[tuple[float, float]] = []
        for number, region in enumerate(regions):
            for part in _parts(region):
                code, places_of, size = _flat(part)
                row.append(number)
                kind.append(code)
                radius.append(size)
                count.append(len(places_of))
                places.extend(places_of)
        where = np.array(places, dtype=np.float64).reshape(-1, 2)
        return cls(
            rows=len(regions),
            row=np.array(row, dtype=np.int64),
            kind=np.array(kind, dtype=np.uint8),
            radius=np.array(radius, dtype=np.float64),
            start=np.concatenate(([0], np.cumsum(count))).astype(np.int64),
            vertices=unit_vectors(where[:, 0], where[:, 1]),
            refused=np.zeros(len(regions), dtype=bool),
        )

    @cached_property
    def count(self) -> NDArray[np.int64]:
        """Number of vertices of each part."""
        return np.diff(self.start)

    @cached_property
    def part(self) -> NDArray[np.int64]:
        """Of each vertex, and of the edge that leaves it, the part it belongs to."""
        return np.repeat(np.arange(self.row.size), self.count)

    @cached_property
    def ends(self) -> Floats:
        """Of each vertex the next of its ring, shape (3, n); itself for points and circles."""
        following = np.arange(1, self.vertices.shape[1] + 1)
        following[self.start[1:] - 1] = self.start[:-1]
        return self.vertices[:, following]

    @cached_property
    def edges(self) -> Floats:
        """The step from each vertex to the next of its ring, shape (3, n); zero for points and circles."""
        return self.ends - self.vertices

    @cached_property
    def normals(self) -> Floats:
        """The normals of the planes of the edges, not of unit length; pointing to the left of each edge."""
        return cross(self.vertices, self.edges)

    @cached_property
    def caps(self) -> tuple[Floats, Floats]:
        """Centre (unit vector) and radius (radians) of a cap round each part; pi where it is not within a hemisphere."""
        centre = self.vertices[:, self.start[:-1]].copy()
        many = self.count > 1
        if many.any():
            total = np.add.reduceat(self.vertices, self.start[:-1], axis=1)
            length = np.sqrt(dot(total, total))
            good = many & (length > 1e-9)
            centre[:, good] = total[:, good] / length[good]
        away = self.vertices - np.repeat(centre, self.count, axis=1)
        chord = np.sqrt(np.maximum.reduceat(dot(away, away), self.start[:-1])) if self.row.size else np.empty(0)
        radius = 2 * np.arcsin(np.minimum(chord / 2, 1.0)) + np.deg2rad(self.radius)
        radius[(radius >= np.pi / 2 - 1e-9) & (self.kind == POLYGON)] = np.pi
        return centre, np.minimum(radius, np.pi)

    def take(self, parts: NDArray[np.bool_] | NDArray[np.int64]) -> Outlines:
        """Return those parts alone (marked, or numbered, as often as they are); rows keep their numbers."""
        count = self.count[parts]
        start = np.concatenate(([0], np.cumsum(count)))
        vertices = np.arange(start[-1]) + np.repeat(self.start[:-1][parts] - start[:-1], count)
        return Outlines(
            self.rows,
            self.row[parts],
            self.kind[parts],
            self.radius[parts],
            start,
            self.vertices[:, vertices],
            self.refused,
        )


def _parts(region: Region | None) -> tuple[Shape, ...]:
    if region is None:
        return ()
    return region.parts if isinstance(region, Union) else (region,)


def _flat(part: Shape) -> tuple[int, Sequence[tuple[float, float]], float]:
    match part:
        case Point(ra, dec):
            return POINT, [(ra, dec)], 0.0
        case Circle(ra, dec, radius):
            return CIRCLE, [(ra, dec)], radius
        case Polygon(vertices):
            return POLYGON, vertices, 0.0
        case Range():
            raise UsageError("a range of coordinates is no outline", accepted="point, circle, polygon, union")
