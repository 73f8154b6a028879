"""Light of the upper atmosphere: some 3,900 lines of OH, O2, O, Na, and the continuum between them.

Intensities at the zenith above the air (Noll et al. 2012, A&A 543, A92) grow to the horizon as the layer is seen more
obliquely (van Rhijn 1921): 1 / sqrt(1 - (R sin z / (R + h))^2). What the air scatters out of the beam is in part made good by what it
scatters into it, so that optical depths count with f X_ag, X_ag = 1 / sqrt(1 - 0.972 sin^2 z), f = 1.669 log10 X_ag - 0.146 for
molecules and 1.732 log10 X_ag - 0.318 for aerosols.

The O2 band at 1270 nm is absorbed by the O2 below it, line by line, where the table of bands knows only means: a line of f photons is
left with exp(-(0.0944 f X)^0.665), fitted to ESO's sky model (resolution 1000, 1240 to 1300 nm: every 6 nm right to 7 %).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError
from dfs.sky.emission.bins import bin_edges, in_bins
from dfs.sky.published import published
from dfs.sky.transmission import aerosol_depth, molecular_transmission, ozone_depth, rayleigh_depth

__all__ = ["airglow_continuum", "airglow_lines", "airglow_scatter", "line_list"]

Array = NDArray[np.float64]

_EARTH_KM = 6371.0
_CONTINUUM_AT_543_NM = 79.829  # photons s-1 m-2 micron-1 arcsec-2, Noll et al. 2012
_CONTINUUM_KIND = 6
_O2_KIND, _O2_BAND_NM = 5, (1239.0, 1303.0)
_O2_SCALE, _O2_POWER = 0.0944, 0.665
_NAMES = {1: "OI 557.7", 2: "Na D", 3: "OI red", 4: "OH", 5: "O2", 6: "continuum"}


def airglow_scatter() -> dict[str, float]:
    """Return the relative standard deviation of each kind of airglow from night to night and within it."""
    table = published("airglow_kinds")
    return {_NAMES[int(kind)]: float(value) for kind, value in zip(table["kind"], table["scatter"], strict=True)}


def line_list(
    zenith_distance_deg: float = 0.0, solar_flux_sfu: float = 130.0, pwv_mm: float = 2.5
) -> tuple[Array, Array]:
    """Return the lines that reach the telescope: wavelength (nm, vacuum) and photons s-1 m-2 arcsec-2.

    The bands of the lower air are taken at the resolution of their table, but for O2 at 1270 nm: see the head of this module.
    """
    table = published("airglow_lines")
    wavelength, kind = table["wavelength_nm"], table["kind"].astype(np.int64)
    above = table["flux"] * _strengths(zenith_distance_deg, solar_flux_sfu)[kind - 1]
    own = (kind == _O2_KIND) & (wavelength > _O2_BAND_NM[0]) & (wavelength < _O2_BAND_NM[1])
    airmass = _airmass(zenith_distance_deg)
    bands = molecular_transmission(wavelength, airmass, pwv_mm)
    left = np.where(own, np.exp(-((_O2_SCALE * table["flux"] * airmass) ** _O2_POWER)), bands)
    return wavelength, above * left * _scattered(wavelength, airmass)


def airglow_lines(
    wavelength_nm: ArrayLike, zenith_distance_deg: float = 0.0, solar_flux_sfu: float = 130.0, pwv_mm: float = 2.5
) -> Array:
    """Return the lines as means of the bins about `wavelength_nm` (photons s-1 m-2 micron-1 arcsec-2); no photon is lost.

    Parameters
    ----------
    wavelength_nm
        Centres of bins, in vacuum, ascending; edges lie half way between them.
    zenith_distance_deg, solar_flux_sfu, pwv_mm
        Of the target; 10.7 cm flux; precipitable water vapour.
    """
    edges = bin_edges(wavelength_nm)
    lines, photons = line_list(zenith_distance_deg, solar_flux_sfu, pwv_mm)
    return in_bins(lines, photons, edges) * 1e3


def airglow_continuum(
    wavelength_nm: ArrayLike, zenith_distance_deg: float = 0.0, solar_flux_sfu: float = 130.0, pwv_mm: float = 2.5
) -> Array:
    """Return the continuum between the lines (photons s-1 m-2 micron-1 arcsec-2); uncertain by half beyond 900 nm."""
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    relative = published("airglow_continuum").at("relative", wavelength)
    strength = _strengths(zenith_distance_deg, solar_flux_sfu)[_CONTINUUM_KIND - 1] * _CONTINUUM_AT_543_NM
    airmass = _airmass(zenith_distance_deg)
    passed = molecular_transmission(wavelength, airmass, pwv_mm) * _scattered(wavelength, airmass)
    return np.asarray(strength * relative * passed, dtype=np.float64)


def _strengths(zenith_distance_deg: float, solar_flux_sfu: float) -> Array:
    """Return the growth of each kind over its zenith mean at 130 solar flux units."""
    if not 0.0 <= zenith_distance_deg < 90.0:
        raise UsageError(
            f"zenith distance {zenith_distance_deg:g} deg", where="zenith_distance_deg", accepted="0 to below 90"
        )
    table = published("airglow_kinds")
    sine = math.sin(math.radians(zenith_distance_deg))
    van_rhijn = 1.0 / np.sqrt(1.0 - (_EARTH_KM / (_EARTH_KM + table["height_km"]) * sine) ** 2)
    sun = np.maximum(table["constant"] + table["slope"] * solar_flux_sfu, 0.0)
    return np.asarray(van_rhijn * sun * table["mean"], dtype=np.float64)


def _airmass(zenith_distance_deg: float) -> float:
    sine = math.sin(math.radians(zenith_distance_deg))
    return 1.0 / math.sqrt(1.0 - 0.972 * sine * sine)


def _scattered(wavelength: Array, airmass: float) -> Array:
    """Return what scattering and ozone leave of light that comes from all the sky."""
    rayleigh, aerosol = 1.669 * math.log10(airmass) - 0.146, 1.732 * math.log10(airmass) - 0.318
    depth = rayleigh * rayleigh_depth(wavelength) + aerosol * aerosol_depth(wavelength) + ozone_depth(wavelength)
    return np.asarray(np.exp(-depth * airmass), dtype=np.float64)
