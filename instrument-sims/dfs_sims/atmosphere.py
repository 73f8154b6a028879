"""What the air does to light before it reaches the telescope: seeing, extinction, differential refraction."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dfs.sky import extinction_curve

__all__ = ["refraction_arcsec", "seeing_arcsec", "transmission"]

Array = NDArray[np.float64]

# Of the headers of run 108.22F6.001: 770 hPa, 15 C, 40 % relative humidity.
_PRESSURE_MMHG = 577.5
_TEMPERATURE_C = 15.0
_VAPOUR_MMHG = 5.1
_GUIDING_NM = 500.0


def seeing_arcsec(zenith_arcsec: float, wavelength_nm: Array, airmass: float) -> Array:
    """Return the FWHM of a star: Kolmogorov's laws, X^0.6 and wavelength^-0.2 from `zenith_arcsec` at 500 nm."""
    return np.asarray(zenith_arcsec * airmass**0.6 * (wavelength_nm / 500.0) ** -0.2)


def transmission(wavelength_nm: Array, airmass: float) -> Array:
    """Return the fraction of light that reaches La Silla through `airmass`."""
    return extinction_curve("lasilla").transmission(wavelength_nm, airmass)


def refraction_arcsec(wavelength_nm: Array, airmass: float) -> Array:
    """Return how much nearer to the zenith than at 500 nm a star stands at `wavelength_nm`.

    Filippenko 1982, PASP 94, 715: the refractive index of Edlen 1953 scaled to pressure, temperature and water vapour.
    """
    tangent = math.sqrt(max(airmass**2 - 1.0, 0.0))
    return np.asarray(206265.0 * (_index(wavelength_nm) - _index(np.array([_GUIDING_NM]))) * tangent)


def _index(wavelength_nm: Array) -> Array:
    """Return the refractive index of the air above La Silla, less one."""
    wave_number2 = (1000.0 / wavelength_nm) ** 2  # per micrometre, squared
    sea_level = 1e-6 * (64.328 + 29498.1 / (146.0 - wave_number2) + 255.4 / (41.0 - wave_number2))
    density = _PRESSURE_MMHG * (1.0 + (1.049 - 0.0157 * _TEMPERATURE_C) * 1e-6 * _PRESSURE_MMHG)
    dry = sea_level * density / (720.883 * (1.0 + 0.003661 * _TEMPERATURE_C))
    vapour = (0.0624 - 0.000680 * wave_number2) / (1.0 + 0.003661 * _TEMPERATURE_C) * _VAPOUR_MMHG * 1e-6
    return np.asarray(dry - vapour)
