"""The night of a request as arrays: what the air lets through, and the light of the sky, on the pixels of an instrument.

Over Paranal the air is that of ESO's sky model, as in their calculators; elsewhere its scattering is the site's measured extinction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.etc.photons.sampling import sampling_of
from dfs.etc.request import Sky
from dfs.instruments.optics import LightPath
from dfs.sky.emission import (
    VEGA_FLUX,
    Moon,
    SkyConditions,
    WarmSurface,
    classic_brightness,
    classic_sky,
    moon_of_days,
    moon_of_illumination,
    native_grid,
    sky_emission,
    surface_brightness,
)
from dfs.sky.transmission import model_transmission, transmission

__all__ = ["Air", "age_of_moon", "air_of", "check_moon", "moon_of", "sky_conditions", "sky_magnitudes"]

Array = NDArray[np.float64]

_MONTH_D = 29.530589


@dataclass(frozen=True, slots=True, eq=False)
class Air:
    """The sky over an instrument set up.

    Attributes
    ----------
    passed_fine
        Shape (m,): what the air lets through, on the fine bins of `sampling_of`.
    passed
        Shape (n,): the same, mean in each pixel after the line-spread function.
    radiance
        Shape (n,): photons s-1 m-2 micron-1 arcsec-2 at the telescope, likewise.
    sky_rate
        Shape (n,): electrons per second in one pixel; of an image, those of each sample of the band.
    """

    passed_fine: Array
    passed: Array
    radiance: Array
    sky_rate: Array


def air_of(light: LightPath, sky: Sky) -> Air:
    """Return the sky over an instrument; that of the last 32 nights is kept. The seeing plays no part."""
    return _air(light, replace(sky, seeing_arcsec=None, image_quality_arcsec=None))


@lru_cache(maxsize=32)
def _air(light: LightPath, sky: Sky) -> Air:
    sampling = sampling_of(light)
    passed = _transmission(light, sky.airmass, sky.pwv_mm)
    conditions = sky_conditions(sky, light)
    if sky.model == "classic":
        total = classic_sky(sampling.centres_nm, age_of_moon(sky), conditions).total
    else:
        total = sky_emission(sampling.centres_nm, conditions).total
    radiance = sampling.on_pixels(total)
    rate = radiance * 1e-3 * light.width_nm * light.throughput * (light.area_m2 * _solid_angle(light))
    return Air(passed, sampling.on_pixels(passed), radiance, rate)


@lru_cache(maxsize=32)
def _transmission(light: LightPath, airmass: float, pwv_mm: float) -> Array:
    at = sampling_of(light).centres_nm
    if light.site == "paranal":
        return model_transmission(at, airmass, pwv_mm)
    return transmission(at, airmass, pwv_mm, light.site)


def _solid_angle(light: LightPath) -> float:
    """Return the sky (arcsec2) that one pixel sees at one wavelength."""
    along, across = light.pixel_arcsec
    if light.kind == "spectrum" and light.slit_arcsec is not None:
        return light.slit_arcsec * across
    return along * across


def sky_conditions(sky: Sky, light: LightPath | None = None) -> SkyConditions:
    """Return the sky model's terms of a request; the warm surfaces of `light` shine too."""
    warm = light.surfaces if light is not None else ()
    return SkyConditions(
        airmass=sky.airmass,
        moon=moon_of(sky),
        solar_flux_sfu=sky.solar_flux_sfu,
        pwv_mm=sky.pwv_mm,
        airglow_continuum=sky.airglow,
        surfaces=tuple(WarmSurface(one.emissivity, one.temperature_k) for one in warm),
    )


def check_moon(sky: Sky) -> None:
    """Refuse a Moon that cannot stand where it is said to."""
    moon = moon_of(sky)
    if moon is None or moon.altitude_deg is None:
        return
    try:
        moon.zenith_distance_deg(sky_conditions(sky).zenith_distance_deg)
    except UsageError as error:
        hint = "or another moon_distance, or leave the altitude open"
        raise UsageError(error.message, where="moon_altitude", accepted=error.accepted, hint=hint) from None


def age_of_moon(sky: Sky) -> float:
    """Return the days from new moon: as asked, or those that give the lit fraction asked."""
    if sky.days_from_new_moon is not None:
        return sky.days_from_new_moon
    return math.acos(1.0 - 2.0 * (sky.illumination or 0.0)) / (2.0 * math.pi) * _MONTH_D


def moon_of(sky: Sky) -> Moon | None:
    """Return the Moon of a request; None: none is asked."""
    if sky.days_from_new_moon is not None:
        moon = moon_of_days(sky.days_from_new_moon, sky.moon_distance_deg)
    elif sky.illumination is not None:
        moon = moon_of_illumination(sky.illumination, sky.moon_distance_deg)
    else:
        return None
    return replace(moon, altitude_deg=sky.moon_altitude_deg)


def sky_magnitudes(sky: Sky) -> dict[str, float]:
    """Return band -> Vega mag/arcsec2 of the sky of a request, without the telescope's own heat.

    Of the classic sky, U to I are those of its table: at the zenith.
    """
    return dict(_magnitudes(replace(sky, seeing_arcsec=None, image_quality_arcsec=None)))


@lru_cache(maxsize=64)
def _magnitudes(sky: Sky) -> dict[str, float]:
    from dfs.etc.spectra.bands import band

    grid = native_grid(resolution=1500.0)  # lines are not lost in it; bands are a hundred times wider
    conditions = sky_conditions(sky)
    is_classic = sky.model == "classic"
    emission = classic_sky(grid, age_of_moon(sky), conditions) if is_classic else sky_emission(grid, conditions)
    total = emission.total
    found = {
        one.name: surface_brightness(grid, total, one.wavelength_nm, one.response, one.vega_flux * 10.0)
        for one in map(band, VEGA_FLUX)
    }
    return found | classic_brightness(age_of_moon(sky)) if is_classic else found
