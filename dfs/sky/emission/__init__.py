"""Light of the night sky by components: moonlight, zodiacal light, starlight, airglow, heat. Photons of vacuum wavelengths."""

from dfs.sky.emission.airglow import airglow_continuum, airglow_lines, airglow_scatter
from dfs.sky.emission.brightness import (
    CLASSIC_BANDS,
    VEGA_FLUX,
    band_radiance,
    classic_brightness,
    radiance_of_magnitude,
    surface_brightness,
)
from dfs.sky.emission.classic import classic_sky
from dfs.sky.emission.conditions import Moon, SkyConditions, moon_of_days, moon_of_illumination
from dfs.sky.emission.moonlight import moonlight
from dfs.sky.emission.spectrum import COMPONENTS, SkyEmission, native_grid, sky_emission, sky_radiance
from dfs.sky.emission.starlight import starlight
from dfs.sky.emission.thermal import WarmSurface, atmosphere_heat, telescope_heat
from dfs.sky.emission.zodiacal import zodiacal_light

__all__ = [
    "CLASSIC_BANDS",
    "COMPONENTS",
    "VEGA_FLUX",
    "Moon",
    "SkyConditions",
    "SkyEmission",
    "WarmSurface",
    "airglow_continuum",
    "airglow_lines",
    "airglow_scatter",
    "atmosphere_heat",
    "band_radiance",
    "classic_brightness",
    "classic_sky",
    "moon_of_days",
    "moon_of_illumination",
    "moonlight",
    "native_grid",
    "radiance_of_magnitude",
    "sky_emission",
    "sky_radiance",
    "starlight",
    "surface_brightness",
    "telescope_heat",
    "zodiacal_light",
]
