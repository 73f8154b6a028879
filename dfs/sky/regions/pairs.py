"""Regions compared row by row, as a join of two tables does: each row's region with a position or a region of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError
from dfs.sky.regions.meet import chord2, outlines_of
from dfs.sky.regions.outlines import POLYGON, Floats, Outlines, dot, unit_vectors
from dfs.sky.regions.rings import chord_to_arcs, enclose, meeting_arcs

__all__ = ["intersects_each", "place_in_each"]

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
    one, other = outlines_of(first), outlines_of(second)
    if one.rows != other.rows:
        raise UsageError(f"{one.rows} regions beside {other.rows}")
    left, right = _pairs(one, other)
    (there, reach), (here, radius) = one.caps, other.caps
    away = there[:, left] - here[:, right]
    near = dot(away, away) <= chord2(reach[left] + radius[right])
    a, b = one.take(left[near]), other.take(right[near])
    found = np.zeros(one.rows, dtype=bool)
    if a.row.size:
        found[a.row[_meet(a, b)]] = True
    return found


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
        for corner in range(int(other.count.max())):
            at = other.start[:-1] + np.minimum(corner, other.count - 1)
            found |= _edges_near(one, other.vertices[:, at], np.deg2rad(one.radius + other.radius))
    rings = (a.kind == POLYGON) & (b.kind == POLYGON) & ~found
    if rings.any():
        found[rings] = _borders_cross(a.take(rings), b.take(rings))
    return found


def _edges_near(lines: Outlines, places: Floats, within: Floats) -> Flags:
    """Return which parts have an edge, or are a place or circle, within an angle (rad) of one place each."""
    chords = chord_to_arcs(np.repeat(places, lines.count, axis=1), lines.vertices, lines.edges, lines.normals)
    nearest = np.minimum.reduceat(chords, lines.start[:-1])
    return nearest <= chord2(np.maximum(within, np.deg2rad(lines.radius)))


def _borders_cross(a: Outlines, b: Outlines) -> Flags:
    found = np.zeros(a.row.size, dtype=bool)
    for edge in range(int(b.count.max())):
        at = np.repeat(b.start[:-1] + np.minimum(edge, b.count - 1), a.count)
        hit = meeting_arcs(a.vertices, a.edges, a.normals, b.vertices[:, at], b.edges[:, at], b.normals[:, at])
        found[a.part[hit]] = True
    return found
