"""Photons: the unit of this room, and the Sun's."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.sky.published import published

__all__ = ["ARCSEC2_PER_SR", "photons_of_power", "planck_photons", "sun_photons"]

Array = NDArray[np.float64]

ARCSEC2_PER_SR = (180.0 * 3600.0 / np.pi) ** 2
_H, _C, _K = 6.62607015e-34, 2.99792458e8, 1.380649e-23  # SI, exact (BIPM 2019)


def photons_of_power(power: ArrayLike, wavelength_nm: ArrayLike) -> Array:
    """Return photons per second of a power in watts at a wavelength; areas and bandwidths stay as they are."""
    energy = _H * _C / (np.asarray(wavelength_nm, dtype=np.float64) * 1e-9)
    return np.asarray(np.asarray(power, dtype=np.float64) / energy, dtype=np.float64)


def sun_photons(wavelength_nm: ArrayLike) -> Array:
    """Return the Sun's light above the atmosphere at 1 AU (photons s-1 m-2 micron-1)."""
    return photons_of_power(published("sun").at("irradiance", wavelength_nm), wavelength_nm)


def planck_photons(wavelength_nm: ArrayLike, temperature_k: ArrayLike) -> Array:
    """Return a black body's radiance (photons s-1 m-2 micron-1 arcsec-2), 2 c / lambda^4 / (exp(h c / lambda k T) - 1)."""
    metres = np.asarray(wavelength_nm, dtype=np.float64) * 1e-9
    exponent = np.minimum(
        _H * _C / (metres * _K * np.asarray(temperature_k)), 700.0
    )  # beyond, nothing is left and exp overflows
    return np.asarray(2.0 * _C / metres**4 / np.expm1(exponent) * 1e-6 / ARCSEC2_PER_SR, dtype=np.float64)
