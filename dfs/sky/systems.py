"""Equatorial coordinates of J2000 in the galactic and the ecliptic system, for whole columns at once.

Galactic: the pole and the ascending node of the IAU system of 1958 in J2000 as the Hipparcos catalogue fixes them (ESA SP-1200,
volume 1, section 1.5.3: pole at 192.85948, +27.12825 deg, node at 32.93192 deg).  Ecliptic: mean obliquity of J2000,
84381.406 arcsec (IAU 2006).  ICRS and FK5 J2000 differ by less than 0.03 arcsec, which is left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ecliptic", "galactic"]

Array = NDArray[np.float64]

_OBLIQUITY = np.radians(84381.406 / 3600)
_POLE = np.radians((192.85948, 27.12825))
_NODE = np.radians(32.93192)


def _about_x(angle: float) -> Array:
    sine, cosine = np.sin(angle), np.cos(angle)
    return np.array([[1, 0, 0], [0, cosine, sine], [0, -sine, cosine]])


def _about_z(angle: float) -> Array:
    sine, cosine = np.sin(angle), np.cos(angle)
    return np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])


_TO_ECLIPTIC = _about_x(_OBLIQUITY)
_TO_GALACTIC = _about_z(-_NODE) @ _about_x(np.pi / 2 - _POLE[1]) @ _about_z(_POLE[0] + np.pi / 2)


def galactic(ra_deg: ArrayLike, dec_deg: ArrayLike) -> tuple[Array, Array]:
    """Return galactic longitude (0 to 360) and latitude in degrees; NaN stays NaN."""
    return _rotated(_TO_GALACTIC, ra_deg, dec_deg)


def ecliptic(ra_deg: ArrayLike, dec_deg: ArrayLike) -> tuple[Array, Array]:
    """Return ecliptic longitude (0 to 360) and latitude (mean ecliptic and equinox of J2000) in degrees; NaN stays NaN."""
    return _rotated(_TO_ECLIPTIC, ra_deg, dec_deg)


def _rotated(matrix: Array, ra_deg: ArrayLike, dec_deg: ArrayLike) -> tuple[Array, Array]:
    ra, dec = np.radians(np.asarray(ra_deg, np.float64)), np.radians(np.asarray(dec_deg, np.float64))
    x, y, z = matrix @ np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)]).reshape(3, -1)
    longitude = np.degrees(np.arctan2(y, x)) % 360.0
    longitude[longitude >= 360.0] = 0.0  # the remainder of a tiny negative angle rounds to 360
    return longitude, np.degrees(np.arcsin(np.clip(z, -1.0, 1.0)))
