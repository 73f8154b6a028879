"""The whole sky: every component on one grid, and their sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError
from dfs.sky.emission.airglow import airglow_continuum, airglow_lines
from dfs.sky.emission.conditions import SkyConditions
from dfs.sky.emission.moonlight import moonlight
from dfs.sky.emission.starlight import starlight
from dfs.sky.emission.thermal import atmosphere_heat, telescope_heat
from dfs.sky.emission.zodiacal import zodiacal_light

if TYPE_CHECKING:
    from astropy.units import Quantity

__all__ = ["COMPONENTS", "SkyEmission", "native_grid", "sky_emission", "sky_radiance"]

Array = NDArray[np.float64]

COMPONENTS = ("moonlight", "zodiacal", "starlight", "airglow_lines", "airglow_continuum", "air_heat", "telescope_heat")
COVERED_NM = (300.0, 2500.0)


@dataclass(frozen=True, slots=True, eq=False)
class SkyEmission:
    """Light of the sky as the telescope gets it: photons s-1 m-2 micron-1 arcsec-2.

    Attributes
    ----------
    wavelength_nm
        Centres of bins, in vacuum.
    components
        Radiance by component, see `COMPONENTS`.
    """

    wavelength_nm: Array
    components: Mapping[str, Array]

    @property
    def total(self) -> Array:
        """Return the sum of the components."""
        return np.asarray(sum(self.components.values()), dtype=np.float64)


def native_grid(low_nm: float = 300.0, high_nm: float = 2500.0, resolution: float = 20_000.0) -> Array:
    """Return wavelengths (nm) from `low_nm` to `high_nm` in steps of 1/`resolution` of the wavelength: four bins at R = 5000."""
    low, high = COVERED_NM
    if not low <= low_nm < high_nm <= high:
        raise UsageError(
            f"no sky from {low_nm:g} to {high_nm:g} nm", where="wavelength", accepted=f"{low:g} to {high:g} nm"
        )
    steps = int(np.ceil(np.log(high_nm / low_nm) * resolution))
    return np.asarray(np.geomspace(low_nm, high_nm, steps + 1), dtype=np.float64)


def sky_emission(wavelength_nm: ArrayLike, conditions: SkyConditions | None = None) -> SkyEmission:
    """Return the sky by components.

    Parameters
    ----------
    wavelength_nm
        Centres of bins, in vacuum (nm), ascending, within 300 to 2500.
    conditions
        A dark sky at the zenith if not given.

    Raises
    ------
    UsageError
        Wavelengths out of range or order, or a Moon that cannot stand so.
    """
    at = np.asarray(wavelength_nm, dtype=np.float64)
    low, high = COVERED_NM
    if at.size == 0 or not (np.min(at) >= low - 1e-6 and np.max(at) <= high + 1e-6):  # rounding of a grid
        raise UsageError("wavelengths beyond the sky model", where="wavelength_nm", accepted=f"{low:g} to {high:g} nm")
    given = conditions or SkyConditions()
    zenith, none = given.zenith_distance_deg, np.zeros_like(at)
    layer = (at, zenith, given.solar_flux_sfu, given.pwv_mm)
    place = (given.ecliptic_longitude_deg, given.ecliptic_latitude_deg)
    return SkyEmission(
        at,
        {
            "moonlight": moonlight(at, given.moon, zenith, given.pwv_mm) if given.moon else none,
            "zodiacal": zodiacal_light(at, given.airmass, *place, given.pwv_mm) if given.zodiacal else none,
            "starlight": starlight(at, given.pwv_mm) if given.starlight else none,
            "airglow_lines": airglow_lines(*layer) if given.airglow else none,
            "airglow_continuum": airglow_continuum(*layer) if given.airglow and given.airglow_continuum else none,
            "air_heat": atmosphere_heat(at, given.airmass, given.pwv_mm) if given.heat else none,
            "telescope_heat": telescope_heat(at, given.surfaces),
        },
    )


def sky_radiance(wavelength: Quantity, conditions: SkyConditions | None = None) -> Quantity:
    """Return the sky's radiance at wavelengths with a unit, as a quantity (photons s-1 m-2 micron-1 arcsec-2)."""
    from astropy import units as u

    try:
        at = wavelength.to_value(u.nm)
    except u.UnitConversionError:
        raise UsageError(
            f"{wavelength.unit} is no unit of length", where="wavelength", accepted="nm, micron, Angstrom"
        ) from None
    return sky_emission(at, conditions).total * (u.ph / u.s / u.m**2 / u.micron / u.arcsec**2)
