"""Sizes and places of regions: area, centroid, the circle round them."""

from __future__ import annotations

from typing import Any

import numpy as np

from dfs.sky.regions.bands import corners
from dfs.sky.regions.meet import outlines_of
from dfs.sky.regions.outlines import CIRCLE, POLYGON, Floats, Outlines, dot, unit_vectors
from dfs.sky.regions.rings import fan, signed_area
from dfs.sky.regions.shapes import Circle, Point, Range, Region, Union

__all__ = ["area_deg2", "areas_deg2", "bounding_circle", "bounding_circles", "centroid", "centroids"]

_DEG2 = np.rad2deg(1.0) ** 2
_SMALL = 1e-4  # rad: below, both ways to a centroid agree to 1e-12 rad
_SLACK_DEG = 1e-9  # a bounding circle must hold its region in spite of rounding


def area_deg2(region: Region) -> float:
    """Return the area of a region in square degrees; where parts of a union overlap, that area counts for each."""
    if isinstance(region, Union):
        return sum(area_deg2(part) for part in region.parts)
    if isinstance(region, Range):
        height = np.sin(np.deg2rad(region.dec_max)) - np.sin(np.deg2rad(region.dec_min))
        return float(np.deg2rad(region.ra_max - region.ra_min) * height * _DEG2)
    return float(areas_deg2(Outlines.of([region]))[0])


def areas_deg2(regions: Any) -> Floats:
    """Return the areas (deg2) of many regions, given as for `intersects_many`; NaN where there is none.

    Overlaps of the parts of a union count for each, as in `area_deg2`; detectors of a mosaic have none.
    """
    lines = outlines_of(regions)
    area = np.bincount(lines.row, _part_areas(lines), minlength=lines.rows) * _DEG2
    area[_without(lines)] = np.nan
    return area  # type: ignore[no-any-return]


def _part_areas(lines: Outlines) -> Floats:
    caps = 4 * np.pi * np.sin(np.deg2rad(lines.radius) / 2) ** 2
    return np.where(lines.kind == POLYGON, np.abs(signed_area(lines)), caps)


def centroid(region: Region) -> Point:
    """Return the centre of gravity of a region's area, brought to the sphere; of a union its parts weighted by their areas."""
    if isinstance(region, Range):
        return Point((region.ra_min + region.ra_max) / 2, _range_centre(region))
    if isinstance(region, Union) and any(isinstance(part, Range) for part in region.parts):
        places = [centroid(part) for part in region.parts]
        weights = np.array([area_deg2(part) for part in region.parts])
        vectors = unit_vectors(np.array([one.ra for one in places]), np.array([one.dec for one in places]))
        return _point((vectors * weights).sum(axis=1))
    ra, dec = centroids(Outlines.of([region]))
    return Point(float(ra[0]), float(dec[0]))


def _range_centre(band: Range) -> float:
    if (
        band.ra_max - band.ra_min >= 360
    ):  # symmetric about the axis: the centre of a zone lies on it, the middle says more
        return (band.dec_min + band.dec_max) / 2
    low, high = np.deg2rad(band.dec_min), np.deg2rad(band.dec_max)
    half = np.deg2rad(band.ra_max - band.ra_min) / 2
    z = (np.sin(high) ** 2 - np.sin(low) ** 2) / 2 * 2 * half
    ring = ((high - low) / 2 + (np.sin(2 * high) - np.sin(2 * low)) / 4) * 2 * np.sin(half)
    if ring <= 0 and z == 0:
        return (band.dec_min + band.dec_max) / 2
    return float(np.rad2deg(np.arctan2(z, ring)))


def centroids(regions: Any) -> tuple[Floats, Floats]:
    """Return right ascensions and declinations (deg) of the centroids of many regions; NaN where there is none."""
    lines = outlines_of(regions)
    moment = _moments(lines)
    total = np.stack([np.bincount(lines.row, one, minlength=lines.rows) for one in moment])
    ra = np.rad2deg(np.arctan2(total[1], total[0])) % 360
    dec = np.rad2deg(np.arctan2(total[2], np.hypot(total[0], total[1])))
    ra[_without(lines)] = dec[_without(lines)] = np.nan
    return ra, dec


def _moments(lines: Outlines) -> Floats:
    """Return of each part the integral of position over its area; of a part without area a tiny multiple of its centre."""
    centre, _ = lines.caps
    radius = np.deg2rad(lines.radius)
    moment = centre * np.maximum(np.pi * np.sin(radius) ** 2, 1e-40)
    moment[:, radius > np.pi / 2] *= 1 - 1e-16
    if (lines.kind == POLYGON).any():
        ring = np.where(lines.caps[1] < _SMALL, _small_moments(lines), _ring_moments(lines))
        real = (lines.kind == POLYGON) & (dot(ring, ring) > 1e-60)
        moment[:, real] = ring[:, real]
    return moment


def _ring_moments(lines: Outlines) -> Floats:
    """Return the integral of position over what rings enclose: half the sum of the edges' angles along their normals."""
    size = np.sqrt(dot(lines.normals, lines.normals))
    chord = np.sqrt(dot(lines.edges, lines.edges))
    turn = 2 * np.arcsin(np.minimum(chord / 2, 1)) / np.maximum(size, 1e-300)
    return np.add.reduceat(turn * lines.normals, lines.start[:-1], axis=1) / 2 * np.sign(signed_area(lines))


def _small_moments(lines: Outlines) -> Floats:
    """Return the same for rings so small that their triangles are flat, where the sum over edges would lose its digits."""
    first, excess = fan(lines)
    away = (2 * (lines.vertices - first) + lines.edges) / 3
    area = np.add.reduceat(excess, lines.start[:-1])
    shift = np.add.reduceat(excess * away, lines.start[:-1], axis=1)
    return (lines.vertices[:, lines.start[:-1]] * area + shift) * np.sign(area)


def bounding_circle(region: Region) -> tuple[float, float, float, float]:
    """Return a circle that holds a region: unit vector x, y, z of its centre, and its radius in degrees."""
    if isinstance(region, Range):
        return _round_range(region)
    if isinstance(region, Union) and any(isinstance(part, Range) for part in region.parts):
        rounds = [bounding_circle(part) for part in region.parts]
        circles = tuple(_circle(*one) for one in rounds)
        x, y, z, radius = bounding_circle(Union(circles))
        return x, y, z, radius
    centre, reach = bounding_circles(Outlines.of([region]))
    x, y, z = (float(one) for one in centre[:, 0])
    return x, y, z, float(reach[0])


def _circle(x: float, y: float, z: float, radius: float) -> Circle:
    place = _point(np.array([x, y, z]))
    return Circle(place.ra, place.dec, radius)


def _round_range(band: Range) -> tuple[float, float, float, float]:
    ra, dec = (band.ra_min + band.ra_max) / 2, (band.dec_min + band.dec_max) / 2
    if band.ra_max - band.ra_min > 180:  # the cap about the nearer pole, or all
        pole = 1.0 if dec >= 0 else -1.0
        reach = 90 - band.dec_min if pole > 0 else 90 + band.dec_max
        return 0.0, 0.0, pole, min(reach + _SLACK_DEG, 180.0)
    centre = unit_vectors(np.array([ra]), np.array([dec]))
    at = corners(band)
    equator = unit_vectors(
        np.array([band.ra_min, band.ra_max]), np.array([min(max(0.0, band.dec_min), band.dec_max)] * 2)
    )
    away = np.concatenate((at, equator), axis=1) - centre
    reach = float(np.rad2deg(2 * np.arcsin(min(np.sqrt(dot(away, away).max()) / 2, 1.0))))
    if reach >= 90:
        reach = 180.0
    x, y, z = (float(one) for one in centre[:, 0])
    return x, y, z, min(reach + _SLACK_DEG, 180.0)


def bounding_circles(regions: Any) -> tuple[Floats, Floats]:
    """Return circles that hold many regions, for an index of the sky.

    Returns
    -------
    centres
        Unit vectors, shape (3, rows); NaN where there is no region.
    radii
        Degrees; 180 (all the sky) for what is not within a hemisphere.
    """
    lines = outlines_of(regions)
    centres, radii = np.full((3, lines.rows), np.nan), np.full(lines.rows, np.nan)
    if not lines.row.size:
        return centres, radii
    first = np.flatnonzero(np.diff(lines.row, prepend=-1))
    whole = Outlines(  # all vertices of a row as if they were one ring
        lines.rows,
        lines.row[first],
        np.full(first.size, POLYGON, dtype=np.uint8),
        np.zeros(first.size),
        np.append(lines.start[:-1][first], lines.start[-1]),
        lines.vertices,
        lines.refused,
    )
    centre, reach = whole.caps
    radius = np.rad2deg(reach)
    round_ones = lines.kind == CIRCLE
    if round_ones.any():
        away = lines.vertices - np.repeat(centre, whole.count, axis=1)
        chord = np.sqrt(np.maximum.reduceat(dot(away, away), lines.start[:-1]))
        reaches = np.rad2deg(2 * np.arcsin(np.minimum(chord / 2, 1))) + lines.radius
        widest = np.maximum.reduceat(reaches, first)
        radius = np.maximum(radius, widest)
    alone = whole.count == 1
    radius = np.where((radius >= 90) & ~alone, 180.0, radius)
    centres[:, whole.row] = centre
    radii[whole.row] = np.where(alone & (radius == 0), 0.0, np.minimum(radius + _SLACK_DEG, 180.0))
    return centres, radii


def _without(lines: Outlines) -> Any:
    return np.bincount(lines.row, minlength=lines.rows) == 0


def _point(vector: Floats) -> Point:
    x, y, z = (float(one) for one in vector)
    return Point(float(np.rad2deg(np.arctan2(y, x))) % 360, float(np.rad2deg(np.arctan2(z, np.hypot(x, y)))))
