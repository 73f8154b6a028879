"""Parts of the sky that a survey covers: a circle, a box, a band between two declinations, a polygon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.sky.ephemerides import coordinates, direction

__all__ = ["Band", "Box", "Circle", "Field", "Polygon", "offset", "plane", "points_in"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_LARGEST_PLANE_DEG = 30.0  # beyond, a plane that touches the sky at its middle is no picture of it


class Field(Protocol):
    """A part of the sky."""

    @property
    def centre(self) -> tuple[float, float]:
        """Right ascension and declination (deg) of its middle."""
        ...

    @property
    def radius_deg(self) -> float:
        """Radius of a circle about the middle that holds it."""
        ...

    def contains(self, directions: Array) -> Mask:
        """Tell which directions (..., 3) lie in it, its edge included."""
        ...


@dataclass(frozen=True, slots=True)
class Circle:
    """All within `size_deg` of a position (deg)."""

    ra_deg: float
    dec_deg: float
    size_deg: float

    def __post_init__(self) -> None:
        _require(0 < self.size_deg <= 90, "the radius", self.size_deg, "above 0 and to 90 deg")

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return self.ra_deg, self.dec_deg

    @property
    def radius_deg(self) -> float:
        """Its radius."""
        return self.size_deg

    def contains(self, directions: Array) -> Mask:
        """Tell which directions lie in it."""
        return np.asarray(directions @ direction(*self.centre) >= np.cos(np.radians(self.size_deg)) - 1e-15)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle about a position (deg): `width_deg` across, `height_deg` along `angle_deg` (north through east)."""

    ra_deg: float
    dec_deg: float
    width_deg: float
    height_deg: float
    angle_deg: float = 0.0

    def __post_init__(self) -> None:
        for what, value in (("the width", self.width_deg), ("the height", self.height_deg)):
            _require(
                0 < value <= _LARGEST_PLANE_DEG,
                what,
                value,
                f"above 0 and to {_LARGEST_PLANE_DEG:g} deg; larger: a band",
            )

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return self.ra_deg, self.dec_deg

    @property
    def radius_deg(self) -> float:
        """To its corners."""
        return (
            float(np.hypot(self.width_deg, self.height_deg)) / 2 * 1.05
        )  # a plane's corners lie a little further on the sky

    def contains(self, directions: Array) -> Mask:
        """Tell which directions lie in it."""
        x, y = plane(directions, self.centre, self.angle_deg)
        half_width, half_height = (np.radians(one) / 2 for one in (self.width_deg, self.height_deg))
        return np.asarray((np.abs(x) <= half_width + 1e-12) & (np.abs(y) <= half_height + 1e-12))


@dataclass(frozen=True, slots=True)
class Band:
    """From one right ascension eastward to another, between two declinations (deg)."""

    ra_from_deg: float
    ra_to_deg: float
    dec_from_deg: float
    dec_to_deg: float

    def __post_init__(self) -> None:
        _require(
            -90 <= self.dec_from_deg < self.dec_to_deg <= 90,
            "the declinations",
            self.dec_from_deg,
            "-90 to 90 deg, south first",
        )

    @property
    def _span(self) -> float:
        return (self.ra_to_deg - self.ra_from_deg) % 360.0 or 360.0

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return (self.ra_from_deg + self._span / 2) % 360.0, (self.dec_from_deg + self.dec_to_deg) / 2

    @property
    def radius_deg(self) -> float:
        """To its furthest corner, and at most the whole sky."""
        edges = np.linspace(self.ra_from_deg, self.ra_from_deg + self._span, 73)
        corners = np.concatenate([direction(edges, np.full(73, one)) for one in (self.dec_from_deg, self.dec_to_deg)])
        return float(np.degrees(np.arccos(np.clip(corners @ direction(*self.centre), -1, 1)).max())) * 1.02

    def contains(self, directions: Array) -> Mask:
        """Tell which directions lie in it."""
        ra, dec = coordinates(directions)
        inside = ((ra - self.ra_from_deg) % 360.0 <= self._span + 1e-9) | (self._span == 360.0)
        return np.asarray(inside & (dec >= self.dec_from_deg - 1e-9) & (dec <= self.dec_to_deg + 1e-9))


@dataclass(frozen=True, slots=True)
class Polygon:
    """What straight lines (great circles) between corners (right ascension, declination; deg) enclose."""

    corners: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        _require(len(self.corners) >= 3, "the number of corners", len(self.corners), "3 or more")
        _require(self.radius_deg <= _LARGEST_PLANE_DEG, "the radius", self.radius_deg, f"to {_LARGEST_PLANE_DEG:g} deg")

    @property
    def _directions(self) -> Array:
        ra, dec = np.array(self.corners, dtype=np.float64).T
        return direction(ra, dec)

    @property
    def centre(self) -> tuple[float, float]:
        """The mean of its corners."""
        ra, dec = coordinates(self._directions.sum(0))
        return float(ra), float(dec)

    @property
    def radius_deg(self) -> float:
        """To its furthest corner."""
        return float(np.degrees(np.arccos(np.clip(self._directions @ direction(*self.centre), -1, 1)).max()))

    def contains(self, directions: Array) -> Mask:
        """Tell which directions lie in it: a ray from each crosses its sides an odd number of times."""
        x, y = plane(directions, self.centre)
        corner_x, corner_y = plane(self._directions, self.centre)
        inside = np.zeros(np.shape(x), dtype=bool)
        for x0, y0, x1, y1 in zip(corner_x, corner_y, np.roll(corner_x, -1), np.roll(corner_y, -1), strict=True):
            crosses = (y0 > y) != (y1 > y)
            with np.errstate(divide="ignore", invalid="ignore"):
                inside ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
        return inside & np.isfinite(x)


def plane(directions: Array, centre: tuple[float, float], angle_deg: float = 0.0) -> tuple[Array, Array]:
    """Return where directions lie in the plane that touches the sky at `centre`: across and along `angle_deg` (rad), NaN behind it."""
    middle, east, north = _axes(centre)
    depth = directions @ middle
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = (np.where(depth > 1e-6, (directions @ axis) / depth, np.nan) for axis in (east, north))
    sine, cosine = np.sin(np.radians(angle_deg)), np.cos(np.radians(angle_deg))
    return np.asarray(x * cosine - y * sine), np.asarray(x * sine + y * cosine)


def offset(
    centre: tuple[float, float], across_deg: float, along_deg: float, angle_deg: float = 0.0
) -> tuple[float, float]:
    """Return the position (deg) so far across and along `angle_deg` (north through east) from `centre`, in its plane."""
    middle, east, north = _axes(centre)
    sine, cosine = np.sin(np.radians(angle_deg)), np.cos(np.radians(angle_deg))
    x, y = np.radians(across_deg), np.radians(along_deg)
    there = middle + (x * cosine + y * sine) * east + (y * cosine - x * sine) * north
    ra, dec = coordinates(there / np.linalg.norm(there))
    return float(ra), float(dec)


def points_in(field: Field, step_deg: float) -> Array:
    """Return directions (N, 3) all over a field, `step_deg` apart or less."""
    ra, dec = field.centre
    reach = min(field.radius_deg, 180.0)
    rows = np.arange(max(-90.0, dec - reach), min(90.0, dec + reach) + step_deg, step_deg)
    found: list[Array] = []
    for row in np.clip(rows, -90.0, 90.0).tolist():
        around = _half_width(dec, row, reach)
        count = max(1, int(np.ceil(2 * around * max(np.cos(np.radians(row)), 1e-3) / step_deg)) + 1)
        found.append(direction(np.linspace(ra - around, ra + around, count), np.full(count, row)))
    points = np.concatenate([direction(*field.centre)[None], *found])
    return np.asarray(points[field.contains(points)], dtype=np.float64)


def _half_width(dec: float, row: float, reach: float) -> float:
    """Return how far in right ascension (deg) a circle of radius `reach` about declination `dec` goes at declination `row`."""
    below = np.cos(np.radians(dec)) * np.cos(np.radians(row))
    cosine = (np.cos(np.radians(reach)) - np.sin(np.radians(dec)) * np.sin(np.radians(row))) / max(below, 1e-9)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def _axes(centre: Sequence[float]) -> tuple[Array, Array, Array]:
    ra, dec = np.radians(centre[0]), np.radians(centre[1])
    east = np.array([-np.sin(ra), np.cos(ra), 0.0])
    north = np.array([-np.sin(dec) * np.cos(ra), -np.sin(dec) * np.sin(ra), np.cos(dec)])
    return direction(centre[0], centre[1]), east, north


def _require(good: bool, what: str, value: float, accepted: str) -> None:
    if not good:
        raise UsageError(f"{what} of the field is {value:g}", where="field", accepted=accepted)
