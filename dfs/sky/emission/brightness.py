"""Surface brightness through bands, in Vega magnitudes of a square arcsecond."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError
from dfs.sky.emission.conditions import SYNODIC_MONTH_D
from dfs.sky.emission.photons import photons_of_power
from dfs.sky.published import published

__all__ = [
    "CLASSIC_BANDS",
    "VEGA_FLUX",
    "band_radiance",
    "classic_brightness",
    "radiance_of_magnitude",
    "surface_brightness",
]

Array = NDArray[np.float64]

# Flux of magnitude 0 (W m-2 micron-1): ESO SkyCalc's help page, "the ones used in the ESO ETC system" (there in erg s-1 cm-2 A-1).
VEGA_FLUX: Mapping[str, float] = {
    "U": 4.18023e-8,
    "B": 6.60085e-8,
    "V": 3.60994e-8,
    "R": 2.28665e-8,
    "I": 1.22603e-8,
    "Z": 7.76068e-9,
    "Y": 5.973e-9,
    "J": 3.12e-9,
    "H": 1.14e-9,
    "K": 3.94e-10,
}
CLASSIC_BANDS: Mapping[str, float] = {"U": 360.0, "B": 440.0, "V": 550.0, "R": 640.0, "I": 790.0}  # nm, nominal centres

_FULL_D = 0.5 * SYNODIC_MONTH_D * (1.0 + 1e-9)  # full moon, and the rounding of who computes its day
_FOOT = 0.01  # of a band's peak: what lies below may be missing


def band_radiance(wavelength_nm: ArrayLike, radiance: ArrayLike, band_nm: ArrayLike, response: ArrayLike) -> float:
    """Return the mean energy radiance through a band (W m-2 micron-1 arcsec-2), weighted as flux per wavelength is.

    Parameters
    ----------
    wavelength_nm, radiance
        Of the sky: photons s-1 m-2 micron-1 arcsec-2.
    band_nm, response
        The band's curve; 0 outside.
    """
    at = np.asarray(wavelength_nm, dtype=np.float64)
    band = np.asarray(band_nm, dtype=np.float64)
    curve = np.asarray(response, dtype=np.float64)
    weight = np.interp(at, band, curve, left=0.0, right=0.0)
    area = np.trapezoid(weight, at)
    used = band[curve > _FOOT * np.max(curve)]
    if not area > 0 or at[0] > used[0] or at[-1] < used[-1]:
        raise UsageError("the spectrum does not cover the band", where="band", accepted=f"{at[0]:g} to {at[-1]:g} nm")
    power = np.asarray(radiance, dtype=np.float64) / photons_of_power(1.0, at)
    return float(np.trapezoid(weight * power, at) / area)


def surface_brightness(
    wavelength_nm: ArrayLike, radiance: ArrayLike, band_nm: ArrayLike, response: ArrayLike, zero_flux: float
) -> float:
    """Return the magnitude of a square arcsecond through a band whose magnitude 0 is `zero_flux` (W m-2 micron-1)."""
    return float(-2.5 * np.log10(band_radiance(wavelength_nm, radiance, band_nm, response) / zero_flux))


def radiance_of_magnitude(magnitude: ArrayLike, zero_flux: float, wavelength_nm: ArrayLike) -> Array:
    """Return the radiance (photons s-1 m-2 micron-1 arcsec-2) of a magnitude of a square arcsecond."""
    power = zero_flux * 10.0 ** (-0.4 * np.asarray(magnitude, dtype=np.float64))
    return photons_of_power(power, wavelength_nm)


def classic_brightness(days_from_new: float) -> dict[str, float]:
    """Return U, B, V, R, I (mag of a square arcsecond) so many days from new moon, linear between the rows of the classic table.

    The last row, of day 14, holds to full moon.
    """
    table = published("moon_days")
    days = table["days"]
    if not days[0] <= days_from_new <= _FULL_D:
        raise UsageError(
            f"{days_from_new:g} days from new moon", where="days_from_new", accepted=f"{days[0]:g} to {_FULL_D:.4g}"
        )
    return {band: float(np.interp(days_from_new, days, table[band])) for band in CLASSIC_BANDS}
