"""Wavelengths in air and in vacuum.

The refractive index is that of dry air at 15 C, 1013.25 hPa and 450 ppm CO2 (Birch & Downs 1994, Metrologia 31, 315), in the form
the IAU uses (Morton 2000, ApJS 130, 403, eq. 8), with s = 1000 / (vacuum wavelength in nm):

    n = 1 + 8.34254e-5 + 2.406147e-2 / (130 - s^2) + 1.5998e-4 / (38.9 - s^2)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["air_to_vacuum_nm", "refractive_index", "vacuum_to_air_nm"]

Array = NDArray[np.float64]


def refractive_index(vacuum_nm: ArrayLike) -> Array:
    """Return the refractive index of standard air at vacuum wavelengths (nm, above 185 nm)."""
    s2 = (1e3 / np.asarray(vacuum_nm, dtype=np.float64)) ** 2
    return np.asarray(1.0 + 8.34254e-5 + 2.406147e-2 / (130.0 - s2) + 1.5998e-4 / (38.9 - s2), dtype=np.float64)


def vacuum_to_air_nm(vacuum_nm: ArrayLike) -> Array:
    """Return the wavelength in standard air (nm) of a wavelength in vacuum (nm)."""
    wavelength = np.asarray(vacuum_nm, dtype=np.float64)
    return np.asarray(wavelength / refractive_index(wavelength), dtype=np.float64)


def air_to_vacuum_nm(air_nm: ArrayLike) -> Array:
    """Return the wavelength in vacuum (nm) of a wavelength in standard air (nm).

    The inverse of `vacuum_to_air_nm` to 1e-12, by fixed-point iteration: the index changes so slowly that each round gains
    more than four digits.
    """
    wavelength = np.asarray(air_nm, dtype=np.float64)
    vacuum = wavelength
    for _ in range(4):
        vacuum = wavelength * refractive_index(vacuum)
    return np.asarray(vacuum, dtype=np.float64)
