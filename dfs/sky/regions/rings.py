"""What rings of great circle arcs enclose, and how far a position is from their arcs.

A position is inside a ring when the arc from it to an anchor, of which the side is known, crosses the ring an even (anchor inside) or odd
(outside) number of times. Differences are taken before products, so rings of milliarcseconds are as sharp as rings of degrees.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfs.sky.regions.outlines import POLYGON, Floats, Outlines, cross, dot

__all__ = ["anchors", "chord_to_arcs", "crossed", "enclose", "enclosed", "fan", "meeting_arcs", "signed_area"]

Flags = NDArray[np.bool_]


def chord_to_arcs(place: Floats, start: Floats, step: Floats, normal: Floats) -> Floats:
    """Return the squared chords from places to the nearest positions on arcs.

    Parameters
    ----------
    place, start, step, normal
        Unit vectors of the places, of the arcs' starts, the steps to their ends, and ``start x (start + step)``; shapes (3, n) or (3, 1).
    """
    away = place - start
    beyond = away - step
    ends = np.minimum(dot(away, away), dot(beyond, beyond))
    size = dot(normal, normal)
    along = cross(normal, place)  # points along the arc at the foot of the place
    over = (dot(along, start) <= 0) & (dot(along, start + step) >= 0) & (size > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        sine2 = np.minimum(dot(away, normal) ** 2 / size, 1.0)
    foot = 2 * sine2 / (1 + np.sqrt(1 - np.where(over, sine2, 0.0)))
    return np.where(over, np.minimum(foot, ends), ends)


def crossed(place: Floats, target: Floats, start: Floats, end: Floats, normal: Floats) -> Flags:
    """Return which arcs the way from a place to a target crosses; a vertex exactly on the way counts for one of its two arcs.

    `end` must be the next arc's `start` to the last bit: else a vertex next to the way may count for both of its arcs, or for none.
    """
    way = cross(place, target)
    first = dot(start - place, way)
    last = dot(end - place, way)
    here = dot(place - start, normal)
    there = dot(target, normal)
    rightward = (first >= 0) & (last < 0) & (here < 0) & (there > 0)
    leftward = (first < 0) & (last >= 0) & (here > 0) & (there < 0)
    return rightward | leftward


def meeting_arcs(a: Floats, a_step: Floats, a_normal: Floats, b: Floats, b_step: Floats, b_normal: Floats) -> Flags:
    """Return which pairs of arcs pass through each other; arcs that only touch do not count."""
    away = a - b
    start_a, end_a = dot(away, b_normal), dot(away + a_step, b_normal)
    start_b, end_b = -dot(away, a_normal), dot(b_step - away, a_normal)
    # The planes part both arcs; the arcs are near the same one of the two positions where the planes meet.
    return (  # type: ignore[no-any-return]
        (start_a * end_a < 0) & (start_b * end_b < 0) & (np.sign(start_a) == -np.sign(start_b))
    )


def fan(lines: Outlines) -> tuple[Floats, Floats]:
    """Return for each edge the apex of its part, and the signed area (sr) of the triangle from there to the edge."""
    apex = lines.vertices[:, lines.start[:-1]]
    apex[:, lines.caps[1] > np.pi / 2] = [
        [0.36],
        [0.48],
        [0.8],
    ]  # none of their vertices, which may be opposite each other
    first = np.repeat(apex, lines.count, axis=1)
    here = lines.vertices
    following = here + lines.edges
    triple = dot(first, cross(here - first, following - first))
    return first, 2 * np.arctan2(triple, 1 + dot(first, here) + dot(here, following) + dot(following, first))


def signed_area(lines: Outlines) -> Floats:
    """Return of each part the area (sr) to the left of its ring, between -2 pi and 2 pi; negative: the smaller side is to the right."""
    _, excess = fan(lines)
    total = np.add.reduceat(excess, lines.start[:-1]) if lines.row.size else np.empty(0)
    return total - 4 * np.pi * np.round(total / (4 * np.pi))


def anchors(lines: Outlines) -> tuple[Floats, Flags]:
    """Return of each polygon a position (unit vector) and whether it is inside."""
    centre, radius = lines.caps
    least = np.argmin(np.abs(centre), axis=0)
    aside = cross(centre, np.eye(3)[:, least])
    place = aside / np.sqrt(dot(aside, aside))  # 90 degrees from the centre: outside of anything in a hemisphere
    inside = np.zeros(lines.row.size, dtype=bool)
    wide = np.flatnonzero((lines.kind == POLYGON) & (radius >= np.pi / 2))
    if wide.size:
        area = signed_area(lines)
        for part in wide:
            ring = slice(lines.start[part], lines.start[part + 1])
            step = lines.edges[:, ring]
            longest = int(np.argmax(dot(step, step)))
            start, normal = lines.vertices[:, ring][:, longest], lines.normals[:, ring][:, longest]
            middle = start + step[:, longest] / 2
            left = 1e-7 * np.sign(area[part]) * normal / np.linalg.norm(normal)
            anchor = middle / np.linalg.norm(middle) + left
            place[:, part], inside[part] = anchor / np.linalg.norm(anchor), True
    return place, inside


def enclose(lines: Outlines, place: Floats) -> Flags:
    """Return which polygons enclose a place, shape (3, 1), or one place for each part, shape (3, parts)."""
    target, inside = anchors(lines)
    if place.shape[1] != 1:
        place = np.repeat(place, lines.count, axis=1)
    hits = crossed(place, np.repeat(target, lines.count, axis=1), lines.vertices, lines.ends, lines.normals)
    odd = np.add.reduceat(hits, lines.start[:-1], dtype=np.int64) % 2 == 1 if lines.row.size else inside
    return (lines.kind == POLYGON) & (odd ^ inside)  # type: ignore[no-any-return]


def enclosed(places: Floats, ring: Outlines) -> Flags:
    """Return which of many places, shape (3, n), one polygon encloses."""
    target, inside = anchors(ring)
    odd = np.full(places.shape[1], bool(inside[0]))
    for edge in range(ring.vertices.shape[1]):
        one = slice(edge, edge + 1)
        odd ^= crossed(places, target, ring.vertices[:, one], ring.ends[:, one], ring.normals[:, one])
    return odd
