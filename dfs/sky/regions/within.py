"""Which regions lie within others, borders included.

What lies across several parts of a union, and in no single one, does not count as within it; nor does a range of coordinates as within a polygon.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.sky.regions.bands import chord_to_range, corners, edges_leave, in_range, meridians
from dfs.sky.regions.meet import TOUCH, chord_to_parts, intersects_many, outlines_of
from dfs.sky.regions.outlines import POLYGON, Floats, Outlines, dot, unit_vectors
from dfs.sky.regions.rings import chord_to_arcs, enclose, enclosed, meeting_arcs
from dfs.sky.regions.shapes import Circle, Point, Polygon, Range, Region, Shape, Union

__all__ = ["all_parts", "angles", "around_many", "breaks", "contains", "middles", "within_circles", "within_many"]

Flags = NDArray[np.bool_]


def contains(outer: Region, inner: Region) -> bool:
    """Tell whether `inner` lies within `outer`."""
    parts = inner.parts if isinstance(inner, Union) else (inner,)
    holders = outer.parts if isinstance(outer, Union) else (outer,)
    return all(any(_holds(holder, part) for holder in holders) for part in parts)


def _holds(outer: Shape, inner: Shape) -> bool:
    if not isinstance(inner, Range):
        return bool(within_many(Outlines.of([inner]), outer)[0])
    if isinstance(outer, Range):
        wide = outer.ra_max - outer.ra_min
        start = 0.0 if wide >= 360 else (inner.ra_min - outer.ra_min) % 360
        tall = outer.dec_min <= inner.dec_min and inner.dec_max <= outer.dec_max
        return tall and start + (inner.ra_max - inner.ra_min) <= wide
    if isinstance(outer, Circle):
        opposite = -unit_vectors(np.array([outer.ra]), np.array([outer.dec]))
        far = not in_range(inner, opposite)[0] and angles(chord_to_range(inner, opposite))[0] >= np.pi - np.deg2rad(
            outer.radius
        )
        return bool(far) or outer.radius == 180
    return False


def within_many(regions: Any, outer: Region) -> Flags:
    """Tell which of many regions, given as for `intersects_many`, lie within one; False where there is no region."""
    lines = outlines_of(regions)
    inside = np.zeros(lines.row.size, dtype=bool)
    for shape in outer.parts if isinstance(outer, Union) else (outer,):
        inside |= _parts_within(lines, shape)
    return all_parts(lines, inside)


def around_many(regions: Any, inner: Region) -> Flags:
    """Tell which of many regions contain one; False where there is no region."""
    lines = outlines_of(regions)
    if isinstance(inner, Point):
        return intersects_many(lines, inner)
    found = np.ones(lines.rows, dtype=bool)
    for shape in inner.parts if isinstance(inner, Union) else (inner,):
        held = np.zeros(lines.rows, dtype=bool)
        held[lines.row[_parts_around(lines, shape)]] = True
        found &= held
    return found


def all_parts(lines: Outlines, inside: Flags) -> Flags:
    """Return which rows have all their parts inside; not those that have none."""
    found = np.bincount(lines.row, minlength=lines.rows) > 0
    found[lines.row[~inside]] = False
    return found


def _parts_within(lines: Outlines, outer: Shape) -> Flags:
    if not lines.row.size:
        return np.zeros(0, dtype=bool)
    if isinstance(outer, Range):
        return _within_range(lines, outer)
    if isinstance(outer, Polygon):
        return _within_ring(lines, Outlines.of([outer]))
    centre = unit_vectors(np.array([outer.ra]), np.array([outer.dec]))
    return within_circles(lines, centre, np.deg2rad([outer.radius if isinstance(outer, Circle) else 0.0]))


def within_circles(lines: Outlines, centres: Floats, radii: Floats) -> Flags:
    """Return which parts lie within circles (unit vectors, radians): one for all, or each within its own."""
    if not lines.row.size:
        return np.zeros(0, dtype=bool)
    centres, radii = np.broadcast_to(centres, (3, lines.row.size)), np.broadcast_to(radii, lines.row.size)
    away = lines.vertices - np.repeat(centres, lines.count, axis=1)
    reach = angles(np.maximum.reduceat(dot(away, away), lines.start[:-1])) + np.deg2rad(lines.radius)
    found = (reach <= radii + TOUCH) | (radii >= np.pi)
    wide = (lines.kind == POLYGON) & (radii > np.pi / 2) & (radii < np.pi)
    if wide.any():  # within, if away from the circle's complement
        rings, opposite = lines.take(wide), -centres[:, wide]
        apart = angles(chord_to_parts(rings, np.repeat(opposite, rings.count, axis=1)))
        found[wide] = (apart >= np.pi - radii[wide] - TOUCH) & ~enclose(rings, opposite)
    return found


def _within_ring(lines: Outlines, ring: Outlines) -> Flags:
    arcs = [(ring.vertices[:, [k]], ring.edges[:, [k]], ring.normals[:, [k]]) for k in range(ring.vertices.shape[1])]
    near = np.full(lines.vertices.shape[1], np.inf)
    for arc in arcs:
        near = np.minimum(near, chord_to_arcs(lines.vertices, *arc))
    out = ~enclosed(lines.vertices, ring) & (near > TOUCH * TOUCH)
    out |= angles(near) < np.deg2rad(lines.radius)[lines.part] - TOUCH
    out |= ~_at_or_in(middles(lines), ring)
    for arc in arcs:
        out |= breaks(lines, arc)
    found = np.bincount(lines.part[out], minlength=lines.row.size) == 0
    for arc in arcs:  # a corner of the outer ring in the midst of an inner one: something of the inner is outside
        found &= ~(enclose(lines, arc[0]) & (chord_to_parts(lines, arc[0]) > TOUCH * TOUCH))
    return found  # type: ignore[no-any-return]


def _within_range(lines: Outlines, band: Range) -> Flags:
    out = ~in_range(band, lines.vertices) | ~in_range(band, middles(lines))
    round_ones = lines.radius[lines.part] > 0
    out |= round_ones & (angles(chord_to_range(band, lines.vertices)) < np.deg2rad(lines.radius)[lines.part] - TOUCH)
    for arc in meridians(band):
        out |= breaks(lines, arc)
    found = (np.bincount(lines.part[out], minlength=lines.row.size) == 0) & ~edges_leave(lines, band)
    at = corners(band)
    for place in (*(at[:, [k]] for k in range(4)), np.array([[0.0], [0.0], [1.0]]), np.array([[0.0], [0.0], [-1.0]])):
        stands_out = ~in_range(band, place)[0] or (np.abs(place[2, 0]) < 1 and band.ra_max - band.ra_min < 360)
        if stands_out:
            found &= ~(enclose(lines, place) & (chord_to_parts(lines, place) > TOUCH * TOUCH))
    return found  # type: ignore[no-any-return]


def _parts_around(lines: Outlines, inner: Shape) -> Flags:
    if not lines.row.size:
        return np.zeros(0, dtype=bool)
    if isinstance(inner, Range):
        return np.array([_holds(one, inner) for one in _circles(lines)], dtype=bool)
    one = Outlines.of([inner])
    heads = lines.vertices[:, lines.start[:-1]]
    radius = np.deg2rad(lines.radius)
    if one.kind[0] == POLYGON:
        found = _around_ring(lines, one)
        rounds = np.flatnonzero(lines.kind != POLYGON)
        rings = one.take(np.zeros(rounds.size, dtype=np.int64))
        found[rounds] = within_circles(rings, heads[:, rounds], radius[rounds])
        return found
    size = np.deg2rad(one.radius[0])
    away = heads - one.vertices
    deep = enclose(lines, one.vertices) & (angles(chord_to_parts(lines, one.vertices)) >= size - TOUCH)
    return np.where(  # type: ignore[no-any-return]
        lines.kind == POLYGON, deep, (angles(dot(away, away)) + size <= radius + TOUCH) | (radius >= np.pi)
    )


def _circles(lines: Outlines) -> list[Shape]:
    """Return the parts as shapes; polygons, which no range counts as within, as points."""
    x, y, z = lines.vertices[:, lines.start[:-1]]
    ra, dec = np.rad2deg(np.arctan2(y, x)), np.rad2deg(np.arctan2(z, np.hypot(x, y)))
    return [Circle(float(a), float(d), float(r)) for a, d, r in zip(ra, dec, lines.radius, strict=True)]


def _around_ring(lines: Outlines, ring: Outlines) -> Flags:
    """Return which polygons contain one polygon."""
    found = lines.kind == POLYGON
    places = np.concatenate((ring.vertices, middles(ring)), axis=1)
    for k in range(places.shape[1]):
        found &= enclose(lines, places[:, [k]]) | (chord_to_parts(lines, places[:, [k]]) <= TOUCH * TOUCH)
    out = enclosed(lines.vertices, ring)
    for k in range(ring.vertices.shape[1]):
        arc = (ring.vertices[:, [k]], ring.edges[:, [k]], ring.normals[:, [k]])
        out &= chord_to_arcs(lines.vertices, *arc) > TOUCH * TOUCH
    for k in range(ring.vertices.shape[1]):
        out |= breaks(lines, (ring.vertices[:, [k]], ring.edges[:, [k]], ring.normals[:, [k]]))
    return found & (np.bincount(lines.part[out], minlength=lines.row.size) == 0)  # type: ignore[no-any-return]


def breaks(lines: Outlines, arc: tuple[Floats, Floats, Floats]) -> Flags:
    """Return which edges pass through an arc (one for all, or each through its own); not those that touch it with an end, or are touched by its ends."""
    hit = np.flatnonzero(meeting_arcs(lines.vertices, lines.edges, lines.normals, *arc))
    start, step, normal = lines.vertices[:, hit], lines.edges[:, hit], lines.normals[:, hit]
    if arc[0].shape[1] > 1:
        arc = (arc[0][:, hit], arc[1][:, hit], arc[2][:, hit])
    gaps = (
        chord_to_arcs(start, *arc),
        chord_to_arcs(start + step, *arc),
        chord_to_arcs(arc[0], start, step, normal),
        chord_to_arcs(arc[0] + arc[1], start, step, normal),
    )
    found = np.zeros(lines.vertices.shape[1], dtype=bool)
    found[hit] = np.minimum.reduce(gaps) > TOUCH * TOUCH
    return found


def middles(lines: Outlines) -> Floats:
    """Return the middles of edges as unit vectors."""
    middle = lines.vertices + lines.edges / 2
    return middle / np.sqrt(dot(middle, middle))


def _at_or_in(places: Floats, ring: Outlines) -> Flags:
    found = enclosed(places, ring)
    for k in range(ring.vertices.shape[1]):
        found |= chord_to_arcs(places, ring.vertices[:, [k]], ring.edges[:, [k]], ring.normals[:, [k]]) <= TOUCH * TOUCH
    return found


def angles(chord2: Floats) -> Floats:
    """Return the angles (rad) of squared chords."""
    return 2 * np.arcsin(np.minimum(np.sqrt(chord2) / 2, 1.0))
