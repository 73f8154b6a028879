"""The observer's motion towards a target: what a heliocentric or barycentric correction would add."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["SolarVelocity", "solar_velocity"]

_AU_PER_DAY_KM_S = 149597870.7 / 86400.0
_EARTH_ROTATION_KM_S = 0.465101  # at the equator: 6378.137 km * 2 pi / 86164.0905 s
_TT_MINUS_UTC_DAYS = 69.184 / 86400.0  # since 2017; an error of a second moves the velocity by 6 mm/s


@dataclass(frozen=True, slots=True)
class SolarVelocity:
    """Velocities (km/s) to be ADDED to a measured radial velocity to refer it to the Sun and to the barycentre."""

    heliocentric_km_s: float
    barycentric_km_s: float


def solar_velocity(
    ra_deg: float,
    dec_deg: float,
    mjd_utc: float,
    *,
    longitude_deg: float,
    latitude_deg: float,
    elevation_m: float = 0.0,
) -> SolarVelocity:
    """Return the observer's velocity towards (`ra_deg`, `dec_deg`) (J2000) at `mjd_utc`.

    The Earth's motion is that of the IAU SOFA routine ``epv00`` (its error is below 0.02 m/s); the rotation takes latitude and
    elevation on a sphere, good to 2 m/s.
    """
    import erfa  # type: ignore[import-untyped]

    sun_centred, barycentred = erfa.epv00(2400000.5, mjd_utc + _TT_MINUS_UTC_DAYS)
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    direction = np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])
    sidereal = float(erfa.gmst06(2400000.5, mjd_utc, 2400000.5, mjd_utc + _TT_MINUS_UTC_DAYS)) + np.radians(
        longitude_deg
    )
    speed = _EARTH_ROTATION_KM_S * np.cos(np.radians(latitude_deg)) * (1.0 + elevation_m / 6378137.0)
    # Eastward motion: towards hour angle -90 degrees.
    rotation = speed * np.cos(dec) * np.sin(ra - sidereal)
    heliocentric = float(direction @ sun_centred["v"]) * _AU_PER_DAY_KM_S + rotation
    barycentric = float(direction @ barycentred["v"]) * _AU_PER_DAY_KM_S + rotation
    return SolarVelocity(float(heliocentric), float(barycentric))
