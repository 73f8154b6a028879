"""What the air lets through: scattering by molecules and aerosols, ozone, and the bands of water and of the dry gases.

Below 332 nm and above 1000 nm, where the measured extinction of Paranal (Patat et al. 2011, A&A 527, A91) ends, and to know what is
scattered rather than lost, the continuum is the sum of three terms:

* Rayleigh scattering, Liou 2002 (An Introduction to Atmospheric Radiation, p. 352) for the pressure of the site:
  tau = (p / 1013.25) (0.00864 + 6.5e-6 h) lambda^-(3.916 + 0.074 lambda + 0.050 / lambda), micron and km;
* aerosols, Patat et al. 2011: k = 0.014 lambda^-1.38 mag, constant below 400 nm, as ESO's sky model takes it;
* ozone, 258 Dobson units.

Absorption in bands is unresolved in the bins of its table, so its optical depth grows with the water on the line of sight as
u^p(tau), p = 0.65 + 0.3 / (1 + 3 tau): a fit to the bands for 1.3, 1.7, 2.5 and 3.5 mm. Against ESO's sky model the mean
transmission of a bin is then right to 0.005 (rms; resolution 1500, 600-1000 nm, 2.5 mm), 0.01 (resolution 1500, 600-2500 nm, 1.7 mm),
0.03 (resolution 700, 800-2500 nm, 3.5 mm) and 0.04 (bins of 1 nm, 650-2500 nm, 2.5 mm at air mass 1.2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError
from dfs.sky.atmosphere import extinction_curve
from dfs.sky.published import published

__all__ = [
    "aerosol_depth",
    "extinction_mag",
    "model_transmission",
    "molecular_depths",
    "molecular_transmission",
    "ozone_depth",
    "rayleigh_depth",
    "transmission",
]

Array = NDArray[np.float64]

PRESSURE_HPA = 744.0  # at Paranal, 2640 m, as ESO's sky model takes it
MEDIAN_PWV_MM = 2.5  # precipitable water vapour above Paranal, median (AstarVienna/irdb, Paranal.yaml)
_HEIGHT_KM = 2.64
_AEROSOL_MAG = 0.014  # mag of one air mass at 1 micron
_TABLE_PWV_MM = 2.5
_MAGNITUDE = 2.5 / np.log(10.0)  # magnitudes of an optical depth of 1
_EDGE_NM = (332.5, 1000.0)  # of the measured extinction
_BLEND_NM = 20.0


def rayleigh_depth(wavelength_nm: ArrayLike, pressure_hpa: float = PRESSURE_HPA) -> Array:
    """Return the optical depth of Rayleigh scattering at air mass 1 (Liou 2002)."""
    um = np.asarray(wavelength_nm, dtype=np.float64) / 1e3
    scale = pressure_hpa / 1013.25 * (0.00864 + 6.5e-6 * _HEIGHT_KM)
    return np.asarray(scale * um ** -(3.916 + 0.074 * um + 0.050 / um), dtype=np.float64)


def aerosol_depth(wavelength_nm: ArrayLike) -> Array:
    """Return the optical depth of aerosols at air mass 1 (Patat et al. 2011, A&A 527, A91; ESO's sky model)."""
    um = np.maximum(np.asarray(wavelength_nm, dtype=np.float64) / 1e3, 0.4)
    return np.asarray(_AEROSOL_MAG * um**-1.38 / _MAGNITUDE, dtype=np.float64)


def ozone_depth(wavelength_nm: ArrayLike) -> Array:
    """Return the optical depth of ozone at air mass 1; beyond 1000 nm there is none."""
    found = published("ozone").at("depth", wavelength_nm)
    return np.asarray(np.where(np.asarray(wavelength_nm) > _EDGE_NM[1], 0.0, found), dtype=np.float64)


def extinction_mag(wavelength_nm: ArrayLike, site: str = "paranal") -> Array:
    """Return the extinction without bands (mag of one air mass): measured where it was, else by the terms of this module.

    Over 20 nm beyond the edges of the measurements the terms are scaled so that there is no step.
    """
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    curve = extinction_curve(site)
    low, high = (max(curve.covered_nm[0], _EDGE_NM[0]), min(curve.covered_nm[1], _EDGE_NM[1]))
    modelled = _MAGNITUDE * _continuum_depth(wavelength)
    edges = np.array([low, high])
    step = curve.magnitude(edges) / (_MAGNITUDE * _continuum_depth(edges))
    beyond = np.where(wavelength < low, low - wavelength, wavelength - high)
    fade = np.clip(1.0 - beyond / _BLEND_NM, 0.0, 1.0)
    joined = modelled * (1.0 + (np.where(wavelength < low, step[0], step[1]) - 1.0) * fade)
    return np.asarray(np.where(beyond <= 0, curve.magnitude(wavelength), joined), dtype=np.float64)


def molecular_transmission(wavelength_nm: ArrayLike, airmass: float = 1.0, pwv_mm: float = MEDIAN_PWV_MM) -> Array:
    """Return what the bands of H2O, O2, CO2, CH4 and N2O let through (580 to 2500 nm; 1 outside: no figures there).

    Parameters
    ----------
    wavelength_nm
        In vacuum; means of 0.125 nm below 1000 nm and of 0.2 nm above are tabulated.
    airmass, pwv_mm
        On the line of sight, and precipitable water vapour at the zenith (mm).
    """
    water, dry = molecular_depths(wavelength_nm, airmass, pwv_mm)
    return np.asarray(np.exp(-water - dry), dtype=np.float64)


def molecular_depths(
    wavelength_nm: ArrayLike, airmass: float = 1.0, pwv_mm: float = MEDIAN_PWV_MM
) -> tuple[Array, Array]:
    """Return the optical depths of water and of the dry gases on the line of sight."""
    _check(airmass, pwv_mm)
    table = published("molecules")
    water = table.at("water", wavelength_nm, outside=0.0)
    dry = table.at("dry", wavelength_nm, outside=0.0)
    power = 0.65 + 0.3 / (1.0 + 3.0 * water)
    return water * (pwv_mm * airmass / _TABLE_PWV_MM) ** power, dry * airmass


def transmission(
    wavelength_nm: ArrayLike, airmass: float = 1.0, pwv_mm: float = MEDIAN_PWV_MM, site: str = "paranal"
) -> Array:
    """Return the fraction of a star's light that reaches the telescope, bands included."""
    continuum = 10.0 ** (-0.4 * airmass * extinction_mag(wavelength_nm, site))
    return np.asarray(continuum * molecular_transmission(wavelength_nm, airmass, pwv_mm), dtype=np.float64)


def model_transmission(wavelength_nm: ArrayLike, airmass: float = 1.0, pwv_mm: float = MEDIAN_PWV_MM) -> Array:
    """Return the same of ESO's sky model: scattering by the terms of this module, measured nowhere.

    It is what ESO's exposure time calculators take: FORS2 through v_HIGH loses 0.139 mag in an air mass there, 0.139 here (with their
    30 mm of water), 0.135 by the measured extinction.
    """
    at = np.asarray(wavelength_nm, dtype=np.float64)
    bands = molecular_transmission(at, airmass, pwv_mm)
    return np.asarray(np.exp(-airmass * _continuum_depth(at)) * bands, dtype=np.float64)


def _continuum_depth(wavelength_nm: Array) -> Array:
    return rayleigh_depth(wavelength_nm) + aerosol_depth(wavelength_nm) + ozone_depth(wavelength_nm)


def _check(airmass: float, pwv_mm: float) -> None:
    if not 1.0 <= airmass <= 40.0:
        raise UsageError(f"air mass {airmass:g} cannot be", where="airmass", accepted="1 to 40")
    if not 0.0 <= pwv_mm <= 30.0:
        raise UsageError(f"{pwv_mm:g} mm of precipitable water cannot be", where="pwv_mm", accepted="0 to 30 mm")
