"""Ranges of coordinates: their sides are meridians and parallels, and parallels are no great circles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfs.sky.regions.outlines import Floats, Outlines, cross, dot, unit_vectors
from dfs.sky.regions.rings import chord_to_arcs, enclose, meeting_arcs
from dfs.sky.regions.shapes import Range

__all__ = ["chord_to_range", "corners", "edges_leave", "in_range", "meets_range", "meridians"]

Flags = NDArray[np.bool_]
_NEAR = 1e-12  # rad


def in_range(band: Range, places: Floats) -> Flags:
    """Return which places (unit vectors, shape (3, n)) lie in a range."""
    z = places[2]
    ring = np.hypot(places[0], places[1])
    dec = np.arctan2(z, ring)
    return (  # type: ignore[no-any-return]
        (dec >= np.deg2rad(band.dec_min) - _NEAR)
        & (dec <= np.deg2rad(band.dec_max) + _NEAR)
        & _in_width(band, places, ring)
    )


def _in_width(band: Range, places: Floats, ring: Floats) -> Flags:
    """Return which places lie between the meridians; a pole lies between any."""
    if band.ra_max - band.ra_min >= 360:
        return np.ones(places.shape[1], dtype=bool)
    east = (np.arctan2(places[1], places[0]) - np.deg2rad(band.ra_min)) % (2 * np.pi)
    slack = _NEAR / np.maximum(ring, _NEAR)
    return (east <= np.deg2rad(band.ra_max - band.ra_min) + slack) | (east >= 2 * np.pi - slack)  # type: ignore[no-any-return]


def corners(band: Range) -> Floats:
    """Return the corners of a range as unit vectors, shape (3, 4), round it eastwards."""
    return unit_vectors(
        np.array([band.ra_min, band.ra_max, band.ra_max, band.ra_min]),
        np.array([band.dec_min, band.dec_min, band.dec_max, band.dec_max]),
    )


def meridians(band: Range) -> list[tuple[Floats, Floats, Floats]]:
    """Return the eastern and western side as arcs (start, step, normal), each in two halves."""
    if band.ra_max - band.ra_min >= 360:
        return []
    arcs = []
    middle = (band.dec_min + band.dec_max) / 2
    for ra in (band.ra_min, band.ra_max):
        ends = unit_vectors(np.full(3, ra), np.array([band.dec_min, middle, band.dec_max]))
        for half in (0, 1):
            start, step = ends[:, half : half + 1], ends[:, half + 1 : half + 2] - ends[:, half : half + 1]
            arcs.append((start, step, cross(start, step)))
    return arcs


def chord_to_range(band: Range, places: Floats) -> Floats:
    """Return the squared chords from places to the border of a range."""
    best = np.full(places.shape[1], 4.0)
    for arc in meridians(band):
        best = np.minimum(best, chord_to_arcs(places, *arc))
    ring = np.hypot(places[0], places[1])
    between = _in_width(band, places, ring)
    for dec in (band.dec_min, band.dec_max):
        apart = np.arctan2(places[2], ring) - np.deg2rad(dec)
        best = np.where(between, np.minimum(best, (2 * np.sin(apart / 2)) ** 2), best)
    return best


def meets_range(lines: Outlines, band: Range) -> Flags:
    """Return which polygons intersect a range."""
    at = corners(band)
    middle = unit_vectors(np.array([(band.ra_min + band.ra_max) / 2]), np.array([(band.dec_min + band.dec_max) / 2]))
    found = np.zeros(lines.row.size, dtype=bool)
    for place in (*(at[:, one : one + 1] for one in range(4)), middle):
        found |= enclose(lines, place)
    hit = in_range(band, lines.vertices)
    for start, step, normal in meridians(band):
        hit |= meeting_arcs(lines.vertices, lines.edges, lines.normals, start, step, normal)
        hit |= chord_to_arcs(start, lines.vertices, lines.edges, lines.normals) <= _NEAR * _NEAR
    for dec in (band.dec_min, band.dec_max):
        for place, real in _on_parallel(lines, dec):
            hit |= real & _in_width(band, place, np.hypot(place[0], place[1]))
    found[lines.part[hit]] = True
    return found


def edges_leave(lines: Outlines, band: Range) -> Flags:
    """Return which polygons have an edge that rises over the upper or sinks under the lower parallel of a range."""
    size = np.sqrt(dot(lines.normals, lines.normals))
    normal = lines.normals / np.maximum(size, 1e-300)
    flat = np.hypot(normal[0], normal[1])
    top = np.stack((-normal[2] * normal[0], -normal[2] * normal[1], flat * flat)) / np.maximum(flat, 1e-300)
    low, high = lines.vertices[2], lines.vertices[2] + lines.edges[2]
    peak = np.where(_on_arc(lines, top), flat, np.maximum(low, high))
    trough = np.where(_on_arc(lines, -top), -flat, np.minimum(low, high))
    out = (peak > np.sin(np.deg2rad(band.dec_max)) + 1e-14) | (trough < np.sin(np.deg2rad(band.dec_min)) - 1e-14)
    return np.bincount(lines.part[out], minlength=lines.row.size) > 0


def _on_parallel(lines: Outlines, dec: float) -> list[tuple[Floats, Flags]]:
    """Return where the planes of the edges cut a parallel, two places an edge, and which of them lie on the edge."""
    z = np.sin(np.deg2rad(dec))
    size = np.sqrt(dot(lines.normals, lines.normals))
    normal = lines.normals / np.maximum(size, 1e-300)
    flat2 = normal[0] ** 2 + normal[1] ** 2
    safe = np.maximum(flat2, 1e-300)
    foot = np.stack((-normal[2] * normal[0] * z / safe, -normal[2] * normal[1] * z / safe, np.full(safe.size, z)))
    rest = 1 - dot(foot, foot)
    real = (rest >= 0) & (flat2 > 1e-30) & (size > 0)
    aside = np.sqrt(np.maximum(rest, 0) / safe)
    found = []
    for sign in (1, -1):
        place = foot + sign * aside * np.stack((normal[1], -normal[0], np.zeros(safe.size)))
        found.append((place, real & _on_arc(lines, place)))
    return found


def _on_arc(lines: Outlines, place: Floats) -> Flags:
    """Return which places, each in the plane of its edge, lie on the edge."""
    along = cross(lines.normals, place)
    ends = lines.vertices + lines.edges
    return (dot(along, lines.vertices) <= 0) & (dot(along, ends) >= 0)
