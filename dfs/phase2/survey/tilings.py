"""Pointings that cover a field: rows of frames, hexagons of round ones, VISTA's tiles and pawprints, dithers.

Rows run along declination, frames stand north up.  Within a row frames are spaced so that the side of the row that is closest to the equator is covered
too; rows overlap by as much as parallels bend within a frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.phase2.survey.fields import Field, offset, points_in
from dfs.sky.ephemerides import coordinates

__all__ = ["PAWPRINTS", "VISTA_TILE", "Pointing", "Tiling", "dithers", "pawprints", "tile_field"]

Array = NDArray[np.float64]

_FINENESS = 24  # points across a frame that tell whether it is needed: what is narrower at a field's edge may be missed
_NEAREST_POLE_DEG = 1.0
_MOST = 20_000
_WIDE = 1 << 24  # more columns than any row has
_DETECTOR_ARCMIN = 11.61  # VIRCAM: 2048 pixels of 0.34 arcsec


def _require(good: bool, name: str, value: object, accepted: str) -> None:
    if not good:
        raise UsageError(f"{value} is not possible", where=f"tiling.{name}", accepted=accepted)


@dataclass(frozen=True, slots=True)
class Pointing:
    """Where to point: a short name, right ascension and declination (deg, J2000)."""

    name: str
    ra_deg: float
    dec_deg: float


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a field is cut into frames.

    Attributes
    ----------
    pattern
        ``square``: rows of frames; ``hexagonal``: round frames of diameter `width_arcmin`, each row shifted by half a step.
    width_arcmin, height_arcmin
        Of a frame: east-west and north-south.
    overlap
        Fraction of a frame that it shares with its neighbour, 0 to 0.9.
    dithers, dither_arcsec
        So many pointings at each place: its middle, then on hexagons around it, `dither_arcsec` apart.
    pawprints
        Six pointings fill a tile of VISTA, for templates that do not do so themselves.
    """

    width_arcmin: float
    height_arcmin: float
    pattern: str = "square"
    overlap: float = 0.0
    dithers: int = 1
    dither_arcsec: float = 0.0
    pawprints: bool = False

    def __post_init__(self) -> None:
        for name, value in (("width_arcmin", self.width_arcmin), ("height_arcmin", self.height_arcmin)):
            _require(0 < value <= 600, name, value, "above 0 and to 600 arcmin")
        _require(0 <= self.overlap <= 0.9, "overlap", self.overlap, "0 to 0.9")
        _require(self.pattern in {"square", "hexagonal"}, "pattern", self.pattern, "square, hexagonal")
        _require(self.dithers >= 1, "dithers", self.dithers, "1 or more")
        _require(self.dithers == 1 or self.dither_arcsec > 0, "dither_arcsec", self.dither_arcsec, "above 0")


# All of a tile but its edges is exposed at least twice: 16 detectors, gaps of 90 % of a detector in x and 42.5 % in y (assumed: x is
# east-west), steps of half a pitch in x and a third of one in y.
VISTA_TILE = Tiling(width_arcmin=88.5, height_arcmin=61.0)
PAWPRINTS = tuple((x * 0.95 * _DETECTOR_ARCMIN, y * 0.475 * _DETECTOR_ARCMIN) for x in (-0.5, 0.5) for y in (-1, 0, 1))
"""Offsets (arcmin, east and north) of a tile's six pawprints from its middle."""


def tile_field(field: Field, tiling: Tiling) -> list[Pointing]:
    """Return the pointings that cover `field`, from south to north, eastward in each row.

    Raises
    ------
    UsageError
        The field touches a pole, or more than 20,000 pointings would be needed.
    """
    size = min(tiling.width_arcmin, tiling.height_arcmin) / 60.0
    ra, dec = coordinates(points_in(field, max(size / _FINENESS, field.radius_deg / 500)))
    if np.abs(dec).max() + size / 2 > 90.0 - _NEAREST_POLE_DEG:
        raise UsageError("the field touches a pole", where="field", accepted=f"{_NEAREST_POLE_DEG:g} deg from it")
    places = (_hexagonal if tiling.pattern == "hexagonal" else _square)(ra, dec, field.centre, tiling)
    if len(places) > _MOST:
        raise UsageError(f"{len(places)} pointings would be needed", where="tiling", accepted=f"to {_MOST}")
    pointings = [Pointing(f"{number:0{len(f'{len(places)}')}d}", *place) for number, place in enumerate(places, 1)]
    if tiling.pawprints:
        pointings = [one for whole in pointings for one in pawprints(whole)]
    return [one for place in pointings for one in dithers(place, tiling.dithers, tiling.dither_arcsec)]


def pawprints(tile: Pointing) -> list[Pointing]:
    """Return the six pointings that fill a tile of VISTA, as its own tile template takes them."""
    return [
        replace(tile, name=f"{tile.name}p{number}", ra_deg=ra, dec_deg=dec)
        for number, (x, y) in enumerate(PAWPRINTS, 1)
        for ra, dec in [offset((tile.ra_deg, tile.dec_deg), x / 60.0, y / 60.0)]
    ]


def dithers(place: Pointing, count: int, step_arcsec: float) -> list[Pointing]:
    """Return `count` pointings about `place`: its middle, then along hexagons around it, `step_arcsec` from one to the next."""
    if count == 1:
        return [place]
    found: list[tuple[float, float]] = [(0.0, 0.0)]
    ring = 0
    while len(found) < count:
        ring += 1
        corners = [(ring * np.sin(angle), ring * np.cos(angle)) for angle in np.radians(np.arange(0, 361, 60))]
        for (x0, y0), (x1, y1) in pairwise(corners):
            found += [(x0 + (x1 - x0) * k / ring, y0 + (y1 - y0) * k / ring) for k in range(ring)]
    step = step_arcsec / 3600.0
    return [
        Pointing(f"{place.name}d{number}", *offset((place.ra_deg, place.dec_deg), x * step, y * step))
        for number, (x, y) in enumerate(found[:count], 1)
    ]


def _square(ra: Array, dec: Array, centre: tuple[float, float], tiling: Tiling) -> list[tuple[float, float]]:
    width, height = tiling.width_arcmin / 60.0, tiling.height_arcmin / 60.0
    pitch = min(height * (1 - tiling.overlap), height - 2 * _bend(width, float(np.abs(dec).max()) + height / 2))
    return _rows(ra, dec, centre, pitch, width * (1 - tiling.overlap), 0.0)


def _hexagonal(ra: Array, dec: Array, centre: tuple[float, float], tiling: Tiling) -> list[tuple[float, float]]:
    """Return the thinnest covering by circles: three quarters of a diameter from row to row, 0.866 of one within it."""
    diameter = tiling.width_arcmin / 60.0 * (1 - tiling.overlap)
    return _rows(ra, dec, centre, 0.74 * diameter, 0.86 * diameter, 0.5)  # a little less: parallels bend


def _rows(
    ra: Array, dec: Array, centre: tuple[float, float], pitch: float, width: float, shift: float
) -> list[tuple[float, float]]:
    """Return the frames of a lattice that are nearest to any of the points: rows `pitch` apart, odd ones shifted by `shift` steps."""
    if pitch <= 0:
        raise UsageError("frames so wide leave gaps so close to the pole", where="tiling", accepted="narrower frames")
    height = (dec - centre[1]) / pitch
    east = (ra - centre[0] + 180.0) % 360.0 - 180.0
    row = np.rint(height).astype(int)
    column, away = _column(east, row, centre[1], pitch, width, shift)
    if shift:  # the frame closest to a point may stand in the row beyond
        other = row + np.where(height >= row, 1, -1)
        other_column, other_away = _column(east, other, centre[1], pitch, width, shift)
        cosine = np.cos(np.radians(dec))
        nearer = np.hypot(other_away * cosine, (height - other) * pitch) < np.hypot(
            away * cosine, (height - row) * pitch
        )
        row, column = np.where(nearer, other, row), np.where(nearer, other_column, column)
    _, chosen = np.unique(row * _WIDE + column, return_index=True)  # one number for row and column: sorted as both are
    row, column = row[chosen], column[chosen]
    ras = centre[0] + (column + shift * (row % 2)) * _step(row, centre[1], pitch, width)
    return list(zip((ras % 360.0).tolist(), (centre[1] + row * pitch).tolist(), strict=True))


def _column(
    east: Array, row: NDArray[np.int64], middle: float, pitch: float, width: float, shift: float
) -> tuple[NDArray[np.int64], Array]:
    """Return the column of the frame in `row` that is nearest to each point, and how far east of it (deg) the point is."""
    step = _step(row, middle, pitch, width)
    column = np.rint(east / step - shift * (row % 2)).astype(int)
    return column, east - (column + shift * (row % 2)) * step


def _step(row: NDArray[np.int64], middle: float, pitch: float, width: float) -> Array:
    """Return the step in right ascension (deg) that leaves no gap on the side of a row that is closest to the equator."""
    nearest = np.maximum(np.abs(middle + row * pitch) - pitch / 2, 0.0)
    return np.asarray(width / np.cos(np.radians(nearest)), dtype=np.float64)


def _bend(width_deg: float, dec_deg: float) -> float:
    """Return how far (deg) a parallel leaves the edge of a frame, from the frame's middle to its side."""
    half = np.radians(width_deg / 2)
    return float(np.degrees(half * half * np.tan(np.radians(min(dec_deg, 89.5))) / 2))
