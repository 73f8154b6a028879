"""Flux and magnitudes as photons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["flux_of_ab", "photons", "photons_of_ab"]

Array = NDArray[np.float64]

_HC_ERG_NM = 1.98644586e-9  # Planck constant times the speed of light (CODATA 2018)
_C_ANGSTROM = 2.99792458e18  # per second


def flux_of_ab(magnitude: Array, wavelength_nm: Array) -> Array:
    """Return f_lambda (erg s^-1 cm^-2 angstrom^-1) of an AB magnitude (Oke & Gunn 1983: f_nu = 10^(-0.4 (m + 48.6)))."""
    return np.asarray(10.0 ** (-0.4 * (magnitude + 48.6)) * _C_ANGSTROM / (10.0 * wavelength_nm) ** 2)


def photons(flux: Array, wavelength_nm: Array) -> Array:
    """Return photons s^-1 m^-2 nm^-1 of a flux in erg s^-1 cm^-2 angstrom^-1."""
    return np.asarray(flux * 1e4 * 10.0 * wavelength_nm / _HC_ERG_NM)


def photons_of_ab(magnitude: Array, wavelength_nm: Array) -> Array:
    """Return photons s^-1 m^-2 nm^-1 of an AB magnitude."""
    return photons(flux_of_ab(magnitude, wavelength_nm), wavelength_nm)
