"""Directions as unit vectors in the axes of J2000: from coordinates, with proper motion, from the system of B1950."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["coordinates", "direction", "from_b1950", "moved"]

Array = NDArray[np.float64]

_ARCSEC = np.pi / 648_000.0
# FK4 to FK5 for a star whose FK5 proper motion is unknown (Standish 1982, A&A 115, 20): aberration by the eccentric orbit, rotation
_E_TERMS = np.array([-1.62557e-6, -0.31919e-6, -0.13843e-6])
_B1950_TO_J2000 = np.array(
    [
        [0.9999256782, -0.0111820611, -0.0048579477],
        [0.0111820610, 0.9999374784, -0.0000271765],
        [0.0048579479, -0.0000271474, 0.9999881997],
    ]
)


def direction(ra_deg: ArrayLike, dec_deg: ArrayLike) -> Array:
    """Return unit vectors (..., 3) for right ascension and declination in degrees."""
    ra, dec = np.radians(np.asarray(ra_deg, np.float64)), np.radians(np.asarray(dec_deg, np.float64))
    return np.stack(np.broadcast_arrays(np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)), axis=-1)


def coordinates(directions: Array) -> tuple[Array, Array]:
    """Return right ascension (0 to 360) and declination in degrees of directions (..., 3)."""
    ra = np.degrees(np.arctan2(directions[..., 1], directions[..., 0])) % 360.0
    dec = np.degrees(np.arctan2(directions[..., 2], np.hypot(directions[..., 0], directions[..., 1])))
    return np.where(ra >= 360.0, 0.0, ra), dec


def moved(directions: Array, rate_ra: ArrayLike, rate_dec: ArrayLike, time: ArrayLike) -> Array:
    """Return directions after a motion along a straight line in space.

    Parameters
    ----------
    directions
        Unit vectors (..., 3).
    rate_ra, rate_dec
        arcsec on the sky in a unit of time, towards east and north.
    time
        In the same unit.
    """
    east, north = _tangents(directions)
    along = np.asarray(rate_ra, np.float64)[..., None] * east + np.asarray(rate_dec, np.float64)[..., None] * north
    there = directions + along * _ARCSEC * np.asarray(time, np.float64)[..., None]
    return np.asarray(there / np.linalg.norm(there, axis=-1, keepdims=True), dtype=np.float64)


def from_b1950(directions: Array) -> Array:
    """Return directions of the system FK4, equinox and epoch B1950, in the axes of J2000, to 0.5 arcsec."""
    straight = directions - _E_TERMS + (directions @ _E_TERMS)[..., None] * directions
    turned = straight @ _B1950_TO_J2000.T
    return np.asarray(turned / np.linalg.norm(turned, axis=-1, keepdims=True), dtype=np.float64)


def _tangents(directions: Array) -> tuple[Array, Array]:
    """Return the unit vectors towards east and north at each direction."""
    x, y, z = np.moveaxis(directions, -1, 0)
    from_axis = np.maximum(np.hypot(x, y), 1e-12)
    east = np.stack([-y / from_axis, x / from_axis, np.zeros_like(x)], axis=-1)
    return east, np.stack([-z * x / from_axis, -z * y / from_axis, from_axis], axis=-1)
