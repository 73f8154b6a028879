"""Moonlight scattered by the air, by wavelength.

* The Moon's light: the Sun's, times the solid angle of the Moon over pi, times the reflectance of its disk by phase and wavelength as
  the ROLO telescopes measured it (Kieffer & Stone 2005, AJ 129, 2887), brighter by 1 / 0.87: the ratio of ROLO's reflectances to those
  of Velikodsky et al. 2011 (Icarus 214, 30).
* Scattering once, in plane layers where molecules and aerosols lie together: with optical depth t, phase function P and air masses Xm of
  the Moon and X of the target (Krisciunas & Schaefer 1991, PASP 103, 1033, equation 3),
  B = E / 4 pi  sum(w t P) / t  X / (Xm - X)  (exp(-t X) - exp(-t Xm)).
* Scattering again: the factor that Jones et al. 2013 (A&A 560, A91) found in three dimensions, by wavelength and angle.
* Ozone lies above all this and dims the Moon's beam; the bands of water and dry gases dim both ways.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.sky.emission.conditions import Moon
from dfs.sky.emission.photons import ARCSEC2_PER_SR, sun_photons
from dfs.sky.published import published
from dfs.sky.transmission import aerosol_depth, molecular_transmission, ozone_depth, rayleigh_depth

__all__ = ["moon_photons", "moon_reflectance", "moonlight"]

Array = NDArray[np.float64]

_SOLID_ANGLE = 6.4177e-5  # of the Moon at its mean distance (sr), Kieffer & Stone 2005
_PHASE_TERMS = (4.06054, 12.8802, -30.5858, 16.7498)  # degrees; Kieffer & Stone 2005
_BRIGHTER = 1.0 / 0.87  # than ROLO
_AEROSOL_ALBEDO = 0.97  # light that aerosols scatter rather than absorb (Noll et al. 2012, A&A 543, A92)


def moon_reflectance(wavelength_nm: ArrayLike, sun_separation_deg: float) -> Array:
    """Return the reflectance of the Moon's disk (Kieffer & Stone 2005, without libration)."""
    table = published("moon")
    separation = sun_separation_deg if sun_separation_deg <= 180.0 else sun_separation_deg - 360.0
    degrees = 180.0 - abs(separation)
    phase = math.radians(degrees)
    sun_longitude = math.copysign(phase, separation)  # selenographic; east, positive, while the Moon waxes
    first, second, third, fourth = _PHASE_TERMS
    logarithm = np.zeros(table["a0"].size)
    for power in range(4):
        logarithm += table[f"a{power}"] * phase**power
    for number in (1, 2, 3):
        logarithm += table[f"b{number}"] * sun_longitude ** (2 * number - 1)
    logarithm += table["d1"] * math.exp(-degrees / first) + table["d2"] * math.exp(-degrees / second)
    logarithm += table["d3"] * math.cos((degrees - third) / fourth)
    found = np.interp(np.asarray(wavelength_nm, dtype=np.float64), table["wavelength_nm"], np.exp(logarithm))
    return np.asarray(found, dtype=np.float64)


def moon_photons(wavelength_nm: ArrayLike, moon: Moon) -> Array:
    """Return the Moon's light above the atmosphere (photons s-1 m-2 micron-1)."""
    reflected = moon_reflectance(wavelength_nm, moon.sun_separation_deg) * _BRIGHTER * _SOLID_ANGLE / math.pi
    return np.asarray(sun_photons(wavelength_nm) * reflected / moon.distance**2, dtype=np.float64)


def moonlight(wavelength_nm: ArrayLike, moon: Moon, zenith_distance_deg: float = 0.0, pwv_mm: float = 2.5) -> Array:
    """Return the scattered moonlight that reaches the telescope (photons s-1 m-2 micron-1 arcsec-2).

    Parameters
    ----------
    wavelength_nm
        In vacuum.
    moon
        Phase, separation, altitude, distance. Below the horizon it gives no light.
    zenith_distance_deg, pwv_mm
        Of the target; precipitable water vapour.

    Raises
    ------
    UsageError
        Altitude and separation of the Moon cannot both hold for this target.
    """
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    moon_zenith = moon.zenith_distance_deg(zenith_distance_deg)
    if moon_zenith >= 90.0:
        return np.zeros_like(wavelength)
    target, lunar = _scattering_airmass(zenith_distance_deg), _scattering_airmass(moon_zenith)
    once = _scattered_once(wavelength, moon.target_separation_deg, target, lunar)
    again = _from_grid("multiple_scattering", "factor", wavelength, moon.target_separation_deg)
    ozone = np.exp(-ozone_depth(wavelength) / math.sqrt(1.0 - 0.992 * math.sin(math.radians(moon_zenith)) ** 2))
    passed = ozone * molecular_transmission(wavelength, _absorbing_airmass(target, lunar), pwv_mm)
    return np.asarray(moon_photons(wavelength, moon) / ARCSEC2_PER_SR * once * again * passed, dtype=np.float64)


def _scattered_once(wavelength: Array, angle_deg: float, target: float, lunar: float) -> Array:
    """Return the radiance of light scattered once, for unit light of the Moon (sr-1)."""
    rayleigh, aerosol = rayleigh_depth(wavelength), aerosol_depth(wavelength)
    depth = rayleigh + aerosol
    phase = 0.75 * (1.0 + math.cos(math.radians(angle_deg)) ** 2)
    haze = _from_grid("aerosol_phase", "phase_function", wavelength, angle_deg)
    share = (rayleigh * phase + _AEROSOL_ALBEDO * aerosol * haze) / depth
    more = depth * (lunar - target)
    near = np.where(np.abs(more) > 1e-8, -np.expm1(-more) / np.where(np.abs(more) > 1e-8, more, 1.0), 1.0)
    return np.asarray(share * depth * target * np.exp(-depth * target) * near / (4.0 * math.pi), dtype=np.float64)


def _scattering_airmass(zenith_deg: float) -> float:
    return 1.0 / math.sqrt(1.0 - 0.96 * math.sin(math.radians(zenith_deg)) ** 2)


def _absorbing_airmass(target: float, lunar: float) -> float:
    """Return the air mass for absorption: what is scattered comes down from half of the air on the average."""
    return max(1.0, 0.5 * (target + lunar))


def _from_grid(name: str, column: str, wavelength: Array, angle_deg: float) -> Array:
    wavelengths, angles, values = published(name).grid("wavelength_nm", "angle_deg", column)
    nodes = np.array([np.interp(angle_deg, angles, row) for row in values])
    return np.asarray(np.interp(wavelength, wavelengths, nodes), dtype=np.float64)
