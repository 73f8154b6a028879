"""Sunlight scattered by the dust of the planetary system.

Brightness at 500 nm by ecliptic coordinates: Leinert et al. 1998, A&AS 127, 1. Its spectrum is the Sun's, reddened
(ibid.): 1 + c log10(lambda / 500 nm), c from 1.2 (within 30 deg of the Sun) to 0.9 (beyond 90 deg) below 500 nm, from 0.8 to
0.6 above. As light comes from everywhere, part of what the air scatters out of the beam is scattered into it: the optical depth counts
with a factor f (Noll et al. 2012, A&A 543, A92) that depends on log10 of the brightness.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError
from dfs.sky.emission.photons import ARCSEC2_PER_SR, photons_of_power, sun_photons
from dfs.sky.published import published
from dfs.sky.transmission import aerosol_depth, molecular_transmission, ozone_depth, rayleigh_depth

__all__ = ["zodiacal_brightness", "zodiacal_light"]

Array = NDArray[np.float64]

_REFERENCE_NM = 500.0
# log10 brightness up to where; then slope, constant below and above it
_RAYLEIGH = (2.244, (1.407, -2.692), (0.527, -0.715))
_AEROSOL = (2.255, (1.309, -2.598), (0.468, -0.702))


def zodiacal_brightness(longitude_deg: float, latitude_deg: float) -> float:
    """Return the brightness at 500 nm above the atmosphere (1e-8 W m-2 sr-1 micron-1); `UsageError` within some 15 deg of the Sun."""
    table = published("zodiacal")
    longitudes, latitudes, values = table.grid("longitude_deg", "latitude_deg", "brightness")
    across = [np.interp(abs(latitude_deg), latitudes, row) for row in values]
    found = float(np.interp(abs((longitude_deg + 180.0) % 360.0 - 180.0), longitudes, across))
    if math.isnan(found):
        raise UsageError(
            f"ecliptic longitude {longitude_deg:g} and latitude {latitude_deg:g} deg are too near the Sun",
            where="ecliptic coordinates",
            accepted="15 deg or more from the Sun",
        )
    return found


def zodiacal_light(
    wavelength_nm: ArrayLike,
    airmass: float = 1.0,
    longitude_deg: float = 135.0,
    latitude_deg: float = 90.0,
    pwv_mm: float = 2.5,
) -> Array:
    """Return the zodiacal light that reaches the telescope (photons s-1 m-2 micron-1 arcsec-2).

    Parameters
    ----------
    wavelength_nm
        In vacuum.
    airmass, pwv_mm
        Of the target; precipitable water vapour (mm).
    longitude_deg, latitude_deg
        Ecliptic, the longitude from the Sun.
    """
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    brightness = zodiacal_brightness(longitude_deg, latitude_deg)
    reference = photons_of_power(brightness * 1e-8 / ARCSEC2_PER_SR, _REFERENCE_NM)
    spectrum = sun_photons(wavelength) / _mean_sun() * _reddening(wavelength, longitude_deg, latitude_deg)
    logarithm = math.log10(brightness)
    depth = _share(_RAYLEIGH, logarithm) * rayleigh_depth(wavelength)
    depth += _share(_AEROSOL, logarithm) * aerosol_depth(wavelength) + ozone_depth(wavelength)
    passed = np.exp(-depth * airmass) * molecular_transmission(wavelength, airmass, pwv_mm)
    return np.asarray(reference * spectrum * passed, dtype=np.float64)


def _mean_sun() -> float:
    """Return the Sun's photons about 500 nm, over 20 nm: the table is one of filters."""
    return float(np.mean(sun_photons(np.linspace(_REFERENCE_NM - 10.0, _REFERENCE_NM + 10.0, 41))))


def _reddening(wavelength: Array, longitude_deg: float, latitude_deg: float) -> Array:
    cosine = math.cos(math.radians(longitude_deg)) * math.cos(math.radians(latitude_deg))
    near = min(max((90.0 - math.degrees(math.acos(cosine))) / 60.0, 0.0), 1.0)  # 1 at 30 deg from the Sun, 0 from 90 on
    colour = np.where(wavelength < _REFERENCE_NM, 0.9 + 0.3 * near, 0.6 + 0.2 * near)
    return np.asarray(1.0 + colour * np.log10(wavelength / _REFERENCE_NM), dtype=np.float64)


def _share(figures: tuple[float, tuple[float, float], tuple[float, float]], logarithm: float) -> float:
    limit, low, high = figures
    slope, constant = low if logarithm <= limit else high
    return slope * logarithm + constant
