"""The chart's plane: the gnomonic projection about its centre, north up and east to the left (FITS's ``TAN``).

Formulae: Calabretta & Greisen 2002 (A&A 395, 1077), section 5.1.3, about the fiducial point itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Tangent"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tangent:
    """A square piece of the plane that touches the sky at its centre.

    Attributes
    ----------
    ra_deg, dec_deg
        The centre (ICRS).
    side_deg
        Its side.
    pixels
        Pixels along the side; (0, 0) is the upper left corner of the upper left one.
    """

    ra_deg: float
    dec_deg: float
    side_deg: float
    pixels: int

    @property
    def scale(self) -> float:
        """Pixels in a degree, at the centre."""
        return self.pixels / self.side_deg

    def pixel(self, ra_deg: ArrayLike, dec_deg: ArrayLike) -> tuple[Array, Array]:
        """Return x (rightwards) and y (downwards); NaN for what is more than 89 deg away."""
        ra, dec = np.radians(np.asarray(ra_deg, float) - self.ra_deg), np.radians(np.asarray(dec_deg, float))
        sine, cosine = math.sin(math.radians(self.dec_deg)), math.cos(math.radians(self.dec_deg))
        depth = np.sin(dec) * sine + np.cos(dec) * cosine * np.cos(ra)
        depth = np.where(depth > 0.0175, depth, np.nan)
        east = np.degrees(np.cos(dec) * np.sin(ra) / depth)
        north = np.degrees((np.sin(dec) * cosine - np.cos(dec) * sine * np.cos(ra)) / depth)
        return self.at(east, north)

    def at(self, east_deg: ArrayLike, north_deg: ArrayLike) -> tuple[Array, Array]:
        """Return x and y of what lies so far east and north of the centre in the plane."""
        middle = self.pixels / 2
        return middle - np.asarray(east_deg, float) * self.scale, middle - np.asarray(north_deg, float) * self.scale

    def sky(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Return right ascension (0 to 360) and declination in degrees of points of the chart."""
        middle = self.pixels / 2
        east = np.radians((middle - np.asarray(x, float)) / self.scale)
        north = np.radians((middle - np.asarray(y, float)) / self.scale)
        sine, cosine = math.sin(math.radians(self.dec_deg)), math.cos(math.radians(self.dec_deg))
        ra = self.ra_deg + np.degrees(np.arctan2(east, cosine - north * sine))
        length = np.sqrt(1 + east**2 + north**2)
        return ra % 360.0, np.degrees(np.arcsin(np.clip((sine + north * cosine) / length, -1, 1)))

    def wcs(self) -> Any:
        """Return the same as a WCS of astropy (pixels count from the upper left, y downwards)."""
        from astropy.wcs import WCS

        wcs = WCS(naxis=2)
        wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
        wcs.wcs.crval = [self.ra_deg, self.dec_deg]
        wcs.wcs.crpix = [self.pixels / 2 + 0.5, self.pixels / 2 + 0.5]
        wcs.wcs.cdelt = [-1 / self.scale, -1 / self.scale]
        return wcs

    def moved(self, ra_deg: float, dec_deg: float, east_deg: float, north_deg: float) -> tuple[float, float]:
        """Return the place so far east and north of another, in the plane that touches the sky there."""
        there = Tangent(ra_deg, dec_deg, self.side_deg, self.pixels)
        ra, dec = there.sky(*there.at(east_deg, north_deg))
        return float(ra), float(dec)
