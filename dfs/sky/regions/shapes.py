"""Regions of the sky: point, circle, polygon, range of coordinates, union. All are closed: their border belongs to them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from dfs.errors import UsageError

__all__ = ["Circle", "Point", "Polygon", "Range", "Region", "Shape", "Union", "box"]


@dataclass(frozen=True, slots=True)
class Point:
    """A position, ICRS, degrees; right ascension is brought to [0, 360).

    Raises
    ------
    UsageError
        A coordinate is not finite, or the declination beyond a pole (as for the other shapes).
    """

    ra: float
    dec: float

    def __post_init__(self) -> None:
        _position(self, self.ra, self.dec)


@dataclass(frozen=True, slots=True)
class Circle:
    """All positions within `radius` (deg, 0 to 180) of a centre, ICRS, degrees."""

    ra: float
    dec: float
    radius: float

    def __post_init__(self) -> None:
        _position(self, self.ra, self.dec)
        if not 0 <= self.radius <= 180:
            raise UsageError(f"the radius {self.radius:g} is impossible", accepted="0 to 180 deg")


@dataclass(frozen=True, slots=True)
class Polygon:
    """What a ring of great circle arcs encloses; ICRS, degrees.

    Vertices may run either way round: the region is the smaller of the two sides, as archives publish outlines in both
    directions. A repeated vertex, such as a last equal to the first, is dropped. Should the ring cross itself, what an odd number
    of turns encloses is inside.

    Attributes
    ----------
    vertices
        At least three different (right ascension, declination).
    """

    vertices: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        kept: list[tuple[float, float]] = []
        for ra, dec in self.vertices:
            one = Point(ra, dec)
            if not kept or kept[-1] != (one.ra, one.dec):
                kept.append((one.ra, one.dec))
        if len(kept) > 1 and kept[0] == kept[-1]:
            kept.pop()
        if len(kept) < 3:
            raise UsageError(f"a polygon of {len(kept)} different vertices", accepted="three or more")
        for (ra, dec), (ra2, dec2) in zip(kept, kept[1:] + kept[:1], strict=True):
            if dec == -dec2 and (abs(dec) == 90 or abs(ra - ra2) == 180):
                raise UsageError(f"no single arc leads from {ra:g} {dec:g} to {ra2:g} {dec2:g}, they are opposite")
        object.__setattr__(self, "vertices", tuple(kept))


@dataclass(frozen=True, slots=True)
class Range:
    """Positions between two right ascensions and two declinations (deg, ICRS), as ``RANGE`` of SIA2 and SODA.

    Right ascension runs eastwards from `ra_min` to `ra_max`; a first above the second passes through 0. Limits that differ by 360 or
    more take in every right ascension.
    """

    ra_min: float
    ra_max: float
    dec_min: float
    dec_max: float

    def __post_init__(self) -> None:
        if any(math.isnan(one) for one in (self.ra_min, self.ra_max, self.dec_min, self.dec_max)):
            raise UsageError("a limit of the range is not a number")
        low, high = max(self.dec_min, -90.0), min(self.dec_max, 90.0)
        if low > high:
            raise UsageError(
                f"the declinations {self.dec_min:g} to {self.dec_max:g} hold nothing",
                accepted="lower, then upper, of -90 to 90",
            )
        start, width = 0.0, 360.0
        if self.ra_max - self.ra_min < 360 and math.isfinite(self.ra_min) and math.isfinite(self.ra_max):
            start = self.ra_min % 360
            width = self.ra_max - self.ra_min if self.ra_max >= self.ra_min else (self.ra_max - self.ra_min) % 360
        for name, value in (("ra_min", start), ("ra_max", start + width), ("dec_min", low), ("dec_max", high)):
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True)
class Union:
    """All that lies in one of several shapes, such as the detectors of a mosaic."""

    parts: tuple[Point | Circle | Polygon | Range, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise UsageError("a union of nothing", accepted="one shape or more")


Shape: TypeAlias = Point | Circle | Polygon | Range
Region: TypeAlias = Point | Circle | Polygon | Range | Union


def box(ra: float, dec: float, width: float, height: float) -> Polygon:
    """Return the box of ADQL and STC-S: a cross of great circle arms of `width` and `height` (deg, below 180) at its centre, and
    sides that meet the ends of the arms at right angles.

    Raises
    ------
    UsageError
        A size is not between 0 and 180 degrees.
    """  # noqa: D205
    if not (0 < width < 180 and 0 < height < 180):
        raise UsageError(
            f"a box of {width:g} x {height:g} deg is impossible", accepted="sides above 0 and below 180 deg"
        )
    _position(None, ra, dec)
    x, y = math.tan(math.radians(width) / 2), math.tan(math.radians(height) / 2)
    sin0, cos0 = math.sin(math.radians(dec)), math.cos(math.radians(dec))
    corners = []
    for east, north in ((x, -y), (x, y), (-x, y), (-x, -y)):  # gnomonic projection: great circles are lines
        away = math.hypot(cos0 - north * sin0, east)
        corner_ra = ra + math.degrees(math.atan2(east, cos0 - north * sin0))
        corners.append((corner_ra, math.degrees(math.atan2(sin0 + north * cos0, away))))
    return Polygon(tuple(corners))


def _position(shape: Point | Circle | None, ra: float, dec: float) -> None:
    if not (math.isfinite(ra) and math.isfinite(dec)):
        raise UsageError(f"the position {ra} {dec} is not finite")
    if not -90 <= dec <= 90:
        raise UsageError(f"the declination {dec:g} is impossible", accepted="-90 to 90 deg")
    if shape is not None and not 0 <= ra < 360:
        object.__setattr__(shape, "ra", ra % 360 % 360)  # twice: -1e-17 % 360 is 360
