"""The border of a region as points close to each other, so that it can be drawn through any projection."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfs.sky.regions import Circle, Point, Polygon, Range, Region, Union

__all__ = ["border"]

Floats = NDArray[np.float64]

_ROUND = 720  # points on a circle: the border between two of them departs by 1e-5 of the radius from a line
_EDGE = 64  # points on an edge


def border(region: Region) -> Floats:
    """Return positions on the border of `region`, shape (n, 2): right ascension and declination, degrees."""
    match region:
        case Point(ra, dec):
            return np.array([[ra, dec]])
        case Circle(ra, dec, radius):
            return _circle(ra, dec, radius)
        case Polygon(vertices):
            return _polygon(np.array(vertices))
        case Range():
            return _range(region)
        case Union(parts):
            return np.concatenate([border(part) for part in parts])


def _vectors(ra: Floats, dec: Floats) -> Floats:
    a, d = np.deg2rad(ra), np.deg2rad(dec)
    return np.stack([np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)], axis=-1)


def _degrees(vectors: Floats) -> Floats:
    x, y, z = np.moveaxis(vectors, -1, 0)
    return np.stack([np.rad2deg(np.arctan2(y, x)) % 360, np.rad2deg(np.arctan2(z, np.hypot(x, y)))], axis=-1)


def _circle(ra: float, dec: float, radius: float) -> Floats:
    a, d, r = np.deg2rad([ra, dec, radius])
    centre = _vectors(np.array(ra), np.array(dec))
    east = np.array([-np.sin(a), np.cos(a), 0.0])
    north = np.array([-np.sin(d) * np.cos(a), -np.sin(d) * np.sin(a), np.cos(d)])
    angle = np.linspace(0, 2 * np.pi, _ROUND, endpoint=False)[:, np.newaxis]
    return _degrees(np.cos(r) * centre + np.sin(r) * (np.cos(angle) * north + np.sin(angle) * east))


def _polygon(vertices: Floats) -> Floats:
    corners = _vectors(vertices[:, 0], vertices[:, 1])
    share = np.linspace(0, 1, _EDGE, endpoint=False)[:, np.newaxis, np.newaxis]
    chords = corners + share * (np.roll(corners, -1, axis=0) - corners)  # a chord lies in the plane of its arc
    return _degrees(chords.swapaxes(0, 1).reshape(-1, 3))


def _range(region: Range) -> Floats:
    ra = np.linspace(region.ra_min, region.ra_max, _ROUND)
    dec = np.linspace(region.dec_min, region.dec_max, _EDGE)
    along = [np.stack([ra % 360, np.full_like(ra, one)], axis=-1) for one in (region.dec_min, region.dec_max)]
    if region.ra_max - region.ra_min < 360:
        along += [np.stack([np.full_like(dec, one % 360), dec], axis=-1) for one in (region.ra_min, region.ra_max)]
    return np.concatenate(along)
