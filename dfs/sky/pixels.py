"""HEALPix pixels of the sky index: where a point lies, and which runs of pixels hold a circle.

Pixels are nested, order 29 (0.4 mas): the integer fits 64 bits, and what lies close on the sky lies close in order.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "NOWHERE",
    "ORDER",
    "circle_runs",
    "circles_runs",
    "order_above",
    "pixels_around",
    "pixels_of",
    "unit_vectors",
]

ORDER = 29
NOWHERE = -1  # pixel of a row without position

_FINE = 3  # orders below the neighbourhood to which one circle is refined: runs hug it
_PIXEL_DEG = math.degrees(math.sqrt(math.pi / 3))  # side of a pixel of order 0 of mean area
# A pixel and its neighbours hold every circle around a point of it whose radius is at most 1/4 of the pixel's mean side: pixels are
# nowhere narrower than 0.6 of it (they are most slanted beside the poles).  The test walks the worst places.
_MARGIN = 4.0
_REACH = 1.2  # greatest distance from a pixel's centre to its corner, in mean sides (0.84 is reached at the poles)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def pixels_of(ra_deg: Any, dec_deg: Any, order: int = ORDER) -> Ints:
    """Return the pixel of each position (deg, ICRS); `NOWHERE` where a coordinate is not finite or the declination impossible."""
    from astropy import units
    from astropy_healpix import core

    ra, dec = np.atleast_1d(np.asarray(ra_deg, float)), np.atleast_1d(np.asarray(dec_deg, float))
    good = np.isfinite(ra) & np.isfinite(dec) & (np.abs(dec) <= 90)
    found = np.full(ra.shape, NOWHERE, dtype=np.int64)
    if good.any():
        found[good] = core.lonlat_to_healpix(ra[good] * units.deg, dec[good] * units.deg, 2**order, order="nested")
    return found


def unit_vectors(ra_deg: Any, dec_deg: Any) -> Floats:
    """Return unit vectors, shape (n, 3)."""
    ra, dec = np.radians(np.asarray(ra_deg, float)), np.radians(np.asarray(dec_deg, float))
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=-1)


def order_above(radius_deg: float) -> int:
    """Return the highest order at which a pixel and its neighbours hold any circle of this radius; -1: no order does."""
    if radius_deg <= 0:
        return ORDER
    return max(-1, min(ORDER, math.floor(math.log2(_PIXEL_DEG / (_MARGIN * radius_deg)))))


def pixels_around(ra_deg: Any, dec_deg: Any, order: int) -> Ints:
    """Return the pixel of each position and its neighbours at `order`, shape (n, 9); `NOWHERE` where there is none."""
    from astropy_healpix import core

    centre = pixels_of(ra_deg, dec_deg, order)
    found = np.full((centre.size, 9), NOWHERE, dtype=np.int64)
    good = centre != NOWHERE
    if good.any():
        found[good, 0] = centre[good]
        with np.errstate(invalid="ignore"):  # where eight pixels meet in seven, the eighth is -1
            found[good, 1:] = core.neighbours(centre[good], 2**order, order="nested").T
    return found


def circle_runs(ra_deg: float, dec_deg: float, radius_deg: float) -> Ints:
    """Return runs of pixels of `ORDER` that hold a circle, shape (n, 2), first included, last excluded, ascending, apart.

    They hold every point within `radius_deg`, and few beyond.
    """
    if not (math.isfinite(ra_deg) and math.isfinite(dec_deg) and abs(dec_deg) <= 90 and radius_deg >= 0):
        return np.empty((0, 2), dtype=np.int64)
    coarse = order_above(radius_deg)
    if coarse < 0:
        order = 2
        pixels = np.arange(12 * 4**order)
    else:
        around = pixels_around(ra_deg, dec_deg, coarse)[0]
        order = min(ORDER, coarse + _FINE)
        steps = 4 ** (order - coarse)
        pixels = (np.unique(around[around != NOWHERE])[:, None] * steps + np.arange(steps)).ravel()
    centres = _centres(pixels, order)
    reach = radius_deg + _REACH * _PIXEL_DEG / 2**order
    if reach < 180:
        # chord of an angle: precise for small ones, unlike its cosine
        chord = np.linalg.norm(centres - unit_vectors(ra_deg, dec_deg), axis=1)
        pixels = pixels[chord <= 2 * math.sin(math.radians(reach) / 2)]
    return _runs(pixels, order)


def circles_runs(ra_deg: Any, dec_deg: Any, radius_deg: float) -> Ints:
    """Return runs of pixels that hold any of many circles of one radius, as `circle_runs` does for one, less tightly."""
    order = order_above(radius_deg)
    if order < 0:
        return np.array([[0, 12 * 4**ORDER]], dtype=np.int64)
    around = np.unique(pixels_around(ra_deg, dec_deg, order))
    return _runs(around[around != NOWHERE], order)


def _centres(pixels: Ints, order: int) -> Floats:
    from astropy_healpix import core

    return np.stack(core.healpix_to_xyz(pixels, 2**order, order="nested"), axis=-1)


def _runs(pixels: Ints, order: int) -> Ints:
    """Join pixels (ascending, distinct) into runs, and bring them to `ORDER`."""
    if pixels.size == 0:
        return np.empty((0, 2), dtype=np.int64)
    begins = np.flatnonzero(np.diff(pixels, prepend=pixels[0] - 2) != 1)
    ends = np.append(begins[1:], pixels.size) - 1
    runs = np.stack([pixels[begins], pixels[ends] + 1], axis=1)
    return runs << (2 * (ORDER - order))
