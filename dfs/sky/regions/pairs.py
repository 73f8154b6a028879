"""Regions compared row by row, as a join of two tables does: each row's region with a position or a region of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError
from dfs.sky.regions.meet import TOUCH, chord2, chord_to_parts, outlines_of
from dfs.sky.regions.outlines import POLYGON, Floats, Outlines, dot, unit_vectors
from dfs.sky.regions.rings import enclose, meeting_arcs
from dfs.sky.regions.within import all_parts, angles, breaks, middles, within_circles

__all__ = ["contains_each", "intersects_each", "place_in_each"]

Flags = NDArray[np.bool_]


def place_in_each(regions: Any, ra: ArrayLike, dec: ArrayLike) -> Flags:
    """Tell of each row whether its region contains its position (deg, ICRS).

    Parameters
    ----------
    regions
        As for `intersects_many`.
    ra, dec
        One position a row.

    Returns
    -------
    numpy.ndarray of bool, shape (rows,)
        False where there is no region, or the position is not finite.

    Raises
    ------
    UsageError
        There are more or fewer positions than regions.
    """
    lines = outlines_of(regions)
    alpha, delta = np.asarray(ra, dtype=np.float64), np.asarray(dec, dtype=np.float64)
    if alpha.shape != (lines.rows,) or delta.shape != (lines.rows,):
        raise UsageError(f"{lines.rows} regions, {alpha.size} right ascensions and {delta.size} declinations")
    good = np.isfinite(alpha) & (np.abs(delta) <= 90)
    lines = lines.take(good[lines.row])
    places = unit_vectors(np.where(good, alpha, 0.0), np.where(good, delta, 0.0))[:, lines.row]
    found = np.zeros(lines.rows, dtype=bool)
    if lines.row.size:
        inside = _edges_near(lines, places, np.zeros(lines.row.size)) | enclose(lines, places)
        found[lines.row[inside]] = True
    return found


def intersects_each(first: Any, second: Any) -> Flags:
    """Tell of each row whether its two regions have a position in common; both are given as for `intersects_many`.

    Raises
    ------
    UsageError
        There are more of one than of the other.
    """
    one, other = _beside(first, second)
    left, right = _pairs(one, other)
    (there, reach), (here, radius) = one.caps, other.caps
    away = there[:, left] - here[:, right]
    near = dot(away, away) <= chord2(reach[left] + radius[right])
    a, b = one.take(left[near]), other.take(right[near])
    found = np.zeros(one.rows, dtype=bool)
    if a.row.size:
        found[a.row[_meet(a, b)]] = True
    return found


def contains_each(outer: Any, inner: Any) -> Flags:
    """Tell of each row whether its first region contains its second; both are given as for `intersects_many`.

    Raises
    ------
    UsageError
        There are more of one than of the other.
    """
    one, other = _beside(outer, inner)
    left, right = _pairs(one, other)
    held = np.zeros(other.row.size, dtype=bool)
    held[right[_hold(one.take(left), other.take(right))]] = True
    return all_parts(other, held)


def _beside(first: Any, second: Any) -> tuple[Outlines, Outlines]:
    one, other = outlines_of(first), outlines_of(second)
    if one.rows != other.rows:
        raise UsageError(f"{one.rows} regions beside {other.rows}")
    return one, other


def _pairs(one: Outlines, other: Outlines) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of all parts of either side that stand in the same row, pair by pair."""
    many = np.bincount(other.row, minlength=other.rows)
    first = np.concatenate(([0], np.cumsum(many)))[:-1]
    left = np.repeat(np.arange(one.row.size), many[one.row])
    start = np.concatenate(([0], np.cumsum(many[one.row])))[:-1]
    right = np.arange(left.size) - np.repeat(start, many[one.row]) + first[one.row[left]]
    return left, right


def _meet(a: Outlines, b: Outlines) -> Flags:
    """Return which parts of `a` meet the parts of the same number of `b`."""
    found = enclose(a, b.vertices[:, b.start[:-1]]) | enclose(b, a.vertices[:, a.start[:-1]])
    for one, other in ((a, b), (b, a)):
        for corner in _corners(other):
            found |= _edges_near(one, other.vertices[:, corner], np.deg2rad(one.radius + other.radius))
    rings = (a.kind == POLYGON) & (b.kind == POLYGON) & ~found
    if rings.any():
        found[rings] = _borders_cross(a.take(rings), b.take(rings))
    return found


def _corners(lines: Outlines) -> Iterator[NDArray[np.int64]]:
    """Give one vertex of each part after the other, the last again where others have more."""
    for number in range(int(lines.count.max(initial=0))):
        yield lines.start[:-1] + np.minimum(number, lines.count - 1)


def _hold(outer: Outlines, inner: Outlines) -> Flags:
    """Return which parts of `outer` contain the parts of the same number of `inner`."""
    found = np.zeros(outer.row.size, dtype=bool)
    rings = outer.kind == POLYGON
    if not rings.all():
        rounds = outer.take(~rings)
        found[~rings] = within_circles(inner.take(~rings), rounds.vertices, np.deg2rad(rounds.radius))
    if rings.any():
        found[rings] = _rings_hold(outer.take(rings), inner.take(rings))
    return found


def _rings_hold(rings: Outlines, inner: Outlines) -> Flags:
    """Tell the same of polygons: no corner, no middle of an edge of `inner` outside, no border broken through, no corner of theirs within it."""
    found = np.ones(rings.row.size, dtype=bool)
    between = middles(inner)
    for corner in _corners(inner):
        for places in (inner.vertices[:, corner], between[:, corner]):
            chords = _chord_to_borders(rings, places)
            deep = angles(chords) >= np.deg2rad(inner.radius) - TOUCH
            at_border = (chords <= TOUCH * TOUCH) & (inner.radius == 0)
            found &= (enclose(rings, places) & deep) | at_border
    for corner in _corners(rings):
        at = np.repeat(corner, inner.count)
        broken = breaks(inner, (rings.vertices[:, at], rings.edges[:, at], rings.normals[:, at]))
        found[inner.part[broken]] = False
        places = rings.vertices[:, corner]
        found &= ~(enclose(inner, places) & (_chord_to_borders(inner, places) > TOUCH * TOUCH))
    return found


def _chord_to_borders(lines: Outlines, places: Floats) -> Floats:
    """Return the squared chords from one place each to the borders of polygons, or to points and the centres of circles."""
    return chord_to_parts(lines, np.repeat(places, lines.count, axis=1))


def _edges_near(lines: Outlines, places: Floats, within: Floats) -> Flags:
    """Return which parts have an edge, or are a place or circle, within an angle (rad) of one place each."""
    return _chord_to_borders(lines, places) <= chord2(np.maximum(within, np.deg2rad(lines.radius)))


def _borders_cross(a: Outlines, b: Outlines) -> Flags:
    found = np.zeros(a.row.size, dtype=bool)
    for edge in _corners(b):
        at = np.repeat(edge, a.count)
        hit = meeting_arcs(a.vertices, a.edges, a.normals, b.vertices[:, at], b.edges[:, at], b.normals[:, at])
        found[a.part[hit]] = True
    return found
