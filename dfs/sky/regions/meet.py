"""Which regions intersect: have a position in common. Borders count; a gap below 1e-12 rad (0.2 microarcsec) is none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError
from dfs.sky.regions.bands import chord_to_range, in_range, meets_range
from dfs.sky.regions.bulk import parse_many
from dfs.sky.regions.outlines import CIRCLE, POINT, POLYGON, Floats, Outlines, dot, unit_vectors
from dfs.sky.regions.rings import chord_to_arcs, enclose, enclosed, meeting_arcs
from dfs.sky.regions.shapes import Range, Region, Shape, Union

__all__ = ["TOUCH", "chord2", "chord_to_parts", "contains_points", "intersects", "intersects_many", "outlines_of"]

TOUCH = 1e-12
Flags = NDArray[np.bool_]


def outlines_of(regions: Any) -> Outlines:
    """Return regions as arrays: `Outlines` as they are, texts (Arrow, numpy, list) read."""
    return regions if isinstance(regions, Outlines) else parse_many(regions)


def intersects(a: Region, b: Region) -> bool:
    """Tell whether two regions have a position in common."""
    for part in a.parts if isinstance(a, Union) else (a,):
        if isinstance(part, Range):
            if isinstance(b, Range):
                found = _ranges_meet(part, b)
            elif isinstance(b, Union):
                found = any(intersects(part, other) for other in b.parts)
            else:
                found = bool(intersects_many(Outlines.of([b]), part)[0])
        else:
            found = bool(intersects_many(Outlines.of([part]), b)[0])
        if found:
            return True
    return False


def intersects_many(regions: Any, region: Region) -> Flags:
    """Tell which of many regions intersect one.

    Parameters
    ----------
    regions
        Texts (Arrow array, numpy array, list; null for none), or `Outlines` made of them before.
    region
        The one they are compared with.

    Returns
    -------
    numpy.ndarray of bool, shape (rows,)
        False for null, for empty texts, and for texts that are no region.
    """
    lines = outlines_of(regions)
    found = np.zeros(lines.rows, dtype=bool)
    for part in region.parts if isinstance(region, Union) else (region,):
        found[lines.row[_meet(lines, part)]] = True
    return found


def contains_points(region: Region, ra: ArrayLike, dec: ArrayLike) -> Flags:
    """Tell which positions (deg, ICRS) a region contains; never those that are not finite. Borders belong to the region.

    Raises
    ------
    UsageError
        `ra` and `dec` differ in shape.
    """
    alpha, delta = np.asarray(ra, dtype=np.float64), np.asarray(dec, dtype=np.float64)
    if alpha.shape != delta.shape:
        raise UsageError(f"{alpha.size} right ascensions and {delta.size} declinations")
    good = np.isfinite(alpha) & (np.abs(delta) <= 90)
    places = unit_vectors(alpha[good], delta[good])
    inside = np.zeros(places.shape[1], dtype=bool)
    for part in region.parts if isinstance(region, Union) else (region,):
        inside |= _points_in(part, places)
    found = np.zeros(alpha.shape, dtype=bool)
    found[good] = inside
    return found


def _points_in(shape: Shape, places: Floats) -> Flags:
    if isinstance(shape, Range):
        return in_range(shape, places)
    one = Outlines.of([shape])
    if one.kind[0] != POLYGON:
        away = places - one.vertices
        return dot(away, away) <= chord2(np.deg2rad(one.radius))
    centre, radius = one.caps
    away = places - centre
    near = np.flatnonzero(dot(away, away) <= chord2(radius))
    found = np.zeros(places.shape[1], dtype=bool)
    found[near] = _in_ring(one, places[:, near])
    return found


def _in_ring(ring: Outlines, places: Floats) -> Flags:
    inside = enclosed(places, ring)
    for edge in range(ring.vertices.shape[1]):
        one = slice(edge, edge + 1)
        inside |= (
            chord_to_arcs(places, ring.vertices[:, one], ring.edges[:, one], ring.normals[:, one]) <= TOUCH * TOUCH
        )
    return inside


def _meet(lines: Outlines, shape: Shape) -> Flags:
    """Return which parts intersect one shape."""
    if isinstance(shape, Range):
        return _meet_range(lines, shape)
    one = Outlines.of([shape])
    (centre, radius), (there, reach) = one.caps, lines.caps
    away = there - centre
    near = dot(away, away) <= chord2(radius + reach)
    if near.all():
        return _meet_near(lines, one)
    near[near] = _meet_near(lines.take(near), one)
    return near


def _meet_near(lines: Outlines, one: Outlines) -> Flags:
    """Compare with one shape the parts whose caps meet its cap: for points and circles that decides."""
    polygons = lines.kind == POLYGON
    if one.kind[0] != POLYGON:
        if not polygons.any():
            return ~polygons  # type: ignore[no-any-return]
        rings = lines.take(polygons)
        near = chord_to_parts(rings, one.vertices) <= chord2(np.deg2rad(one.radius))
        near |= enclose(rings, one.vertices)
        found = ~polygons
        found[polygons] = near
        return found  # type: ignore[no-any-return]
    found = enclosed(lines.vertices[:, lines.start[:-1]], one)
    found[polygons] |= enclose(lines, one.vertices[:, :1])[polygons]
    limit = chord2(np.deg2rad(lines.radius))[lines.part]
    step = lines.edges
    for edge in range(one.vertices.shape[1]):
        ring = (one.vertices[:, edge : edge + 1], one.edges[:, edge : edge + 1], one.normals[:, edge : edge + 1])
        hit = chord_to_arcs(lines.vertices, *ring) <= limit
        if polygons.any():
            hit |= chord_to_arcs(ring[0], lines.vertices, step, lines.normals) <= TOUCH * TOUCH
            hit |= meeting_arcs(lines.vertices, step, lines.normals, *ring)
        found[lines.part[hit]] = True
    return found


def chord_to_parts(lines: Outlines, place: Floats) -> Floats:
    """Return the squared chord from a place to the border of each polygon, or to the centre of points and circles."""
    chords = chord_to_arcs(place, lines.vertices, lines.edges, lines.normals)
    return np.minimum.reduceat(chords, lines.start[:-1]) if lines.row.size else np.empty(0)


def chord2(radius: Floats) -> Floats:
    """Return the squared chord of an angle (rad), a little widened, so that touching counts."""
    return (2 * np.sin(np.minimum(radius, np.pi) / 2) * (1 + 1e-13) + TOUCH) ** 2


def _meet_range(lines: Outlines, band: Range) -> Flags:
    found = np.zeros(lines.row.size, dtype=bool)
    if not found.size:
        return found
    heads = lines.vertices[:, lines.start[:-1]]
    inside = in_range(band, heads)
    found |= inside
    round_ones = (lines.kind == CIRCLE) | (lines.kind == POINT)
    found[round_ones] |= (chord_to_range(band, heads) <= chord2(np.deg2rad(lines.radius)))[round_ones]
    polygons = (lines.kind == POLYGON) & ~found
    if polygons.any():
        found[polygons] = meets_range(lines.take(polygons), band)
    return found


def _ranges_meet(a: Range, b: Range) -> bool:
    if max(a.dec_min, b.dec_min) > min(a.dec_max, b.dec_max):
        return False
    at_pole = (a.dec_max >= 90 and b.dec_max >= 90) or (a.dec_min <= -90 and b.dec_min <= -90)
    return (
        at_pole
        or (b.ra_min - a.ra_min) % 360 <= a.ra_max - a.ra_min
        or (a.ra_min - b.ra_min) % 360 <= b.ra_max - b.ra_min
    )
