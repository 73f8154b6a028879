"""The site and its atmosphere: extinction, air mass, the refractive index of air, the motion of the observer. Pure and vectorised."""

from dfs.sky.airmass import Airmass, airmass_at, mean_airmass
from dfs.sky.atmosphere import ExtinctionCurve, extinction_curve, sites
from dfs.sky.refraction import air_to_vacuum_nm, vacuum_to_air_nm
from dfs.sky.velocity import SolarVelocity, solar_velocity

__all__ = [
    "Airmass",
    "ExtinctionCurve",
    "SolarVelocity",
    "air_to_vacuum_nm",
    "airmass_at",
    "extinction_curve",
    "mean_airmass",
    "sites",
    "solar_velocity",
    "vacuum_to_air_nm",
]
