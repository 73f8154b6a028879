"""The light of the night sky: a dark continuum and the lines that rise from it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs_sims.figures import curve, figures
from dfs_sims.photons import photons_of_ab

__all__ = ["sky_continuum", "sky_lines"]

Array = NDArray[np.float64]

# One rayleigh is 1e10 / (4 pi) photons s^-1 m^-2 sr^-1; an arcsec^2 is 2.3504e-11 sr.
_RAYLEIGH = 1e10 / (4.0 * np.pi) * 2.350443e-11


def sky_continuum(wavelength_nm: Array, airmass: float) -> Array:
    """Return the photons of the moonless sky at the ground, s^-1 m^-2 nm^-1 arcsec^-2."""
    sky: dict[str, Any] = figures()["sky"]
    magnitude = curve(sky["wavelength_nm"], sky["ab_mag_arcsec2"], wavelength_nm)
    return np.asarray(photons_of_ab(magnitude, wavelength_nm) * airmass ** sky["airmass_exponent"])


def sky_lines(airmass: float) -> tuple[Array, Array]:
    """Return wavelengths (nm in air) of the emission lines and their photons, s^-1 m^-2 arcsec^-2."""
    sky: dict[str, Any] = figures()["sky"]
    rayleigh = np.array(sky["lines_rayleigh"]) * airmass ** sky["airmass_exponent"]
    return np.array(sky["lines_nm"]), rayleigh * _RAYLEIGH
