"""Where the sky stands above La Silla: sidereal time, altitude, parallactic angle, the Moon.

Written out from the formulas of the almanacs instead of a library that fetches Earth rotation tables: good to 0.01 degree against
the headers of real frames, and the same on every machine for ever.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from dfs.sky import airmass_at

__all__ = ["LATITUDE_DEG", "LONGITUDE_DEG", "Pointing", "moon", "pointing", "sidereal_seconds"]

# TEL GEOLAT, GEOLON of the NTT's headers.
LATITUDE_DEG = -29.2584
LONGITUDE_DEG = -70.7345


@dataclass(frozen=True, slots=True)
class Pointing:
    """Where a target stands: degrees; azimuth as the NTT counts it (S = 0, W = 90)."""

    altitude_deg: float
    azimuth_deg: float
    parallactic_deg: float
    airmass: float


def sidereal_seconds(mjd: float) -> float:
    """Return the apparent sidereal time at the NTT (seconds of time) at `mjd` (UT1 taken as UTC).

    Mean sidereal time of Aoki et al. 1982, A&A 105, 359; equation of the equinoxes from the two largest terms of nutation
    (Meeus 1998, Astronomical Algorithms, ch. 22).
    """
    days = mjd - 51544.5
    centuries = days / 36525.0
    mean = 280.46061837 + 360.98564736629 * days + 0.000387933 * centuries**2 - centuries**3 / 38710000.0
    node = math.radians(125.04452 - 1934.136261 * centuries)
    sun = math.radians(280.4665 + 36000.7698 * centuries)
    nutation_arcsec = -17.20 * math.sin(node) - 1.32 * math.sin(2.0 * sun)
    equinoxes_deg = nutation_arcsec * math.cos(math.radians(23.4393 - 0.0130 * centuries)) / 3600.0
    return ((mean + equinoxes_deg + LONGITUDE_DEG) % 360.0) * 240.0


def pointing(ra_deg: float, dec_deg: float, mjd: float) -> Pointing:
    """Return where (`ra_deg`, `dec_deg`) (J2000) stands at `mjd`, without refraction, as the telescope's headers have it."""
    ra, dec = _of_date(ra_deg, dec_deg, mjd)
    hour_angle = math.radians(sidereal_seconds(mjd) / 240.0) - ra
    latitude = math.radians(LATITUDE_DEG)
    sine = math.sin(latitude) * math.sin(dec) + math.cos(latitude) * math.cos(dec) * math.cos(hour_angle)
    azimuth = math.atan2(
        math.sin(hour_angle),
        math.cos(hour_angle) * math.sin(latitude) - math.tan(dec) * math.cos(latitude),
    )
    parallactic = math.atan2(
        math.sin(hour_angle),
        math.tan(latitude) * math.cos(dec) - math.sin(dec) * math.cos(hour_angle),
    )
    altitude = math.degrees(math.asin(sine))
    return Pointing(altitude, math.degrees(azimuth) % 360.0, math.degrees(parallactic), airmass_at(altitude))


def moon(mjd: float) -> tuple[float, float]:
    """Return right ascension and declination (deg, equinox of date) of the Moon's centre, geocentric.

    The short series of the Astronomical Almanac (page D22), good to 0.3 degree.
    """
    centuries = (mjd - 51544.5) / 36525.0

    def term(amplitude: float, phase: float, rate: float) -> float:
        return amplitude * math.sin(math.radians(phase + rate * centuries))

    longitude = math.radians(
        218.32
        + 481267.881 * centuries
        + term(6.29, 135.0, 477198.87)
        + term(-1.27, 259.3, -413335.36)
        + term(0.66, 235.7, 890534.22)
        + term(0.21, 269.9, 954397.74)
        + term(-0.19, 357.5, 35999.05)
        + term(-0.11, 186.5, 966404.03)
    )
    latitude = math.radians(
        term(5.13, 93.3, 483202.02)
        + term(0.28, 228.2, 960400.89)
        + term(-0.28, 318.3, 6003.15)
        + term(-0.17, 217.6, -407332.21)
    )
    tilt = math.radians(23.4393 - 0.0130 * centuries)
    x = math.cos(latitude) * math.cos(longitude)
    y = math.cos(tilt) * math.cos(latitude) * math.sin(longitude) - math.sin(tilt) * math.sin(latitude)
    z = math.sin(tilt) * math.cos(latitude) * math.sin(longitude) + math.cos(tilt) * math.sin(latitude)
    return math.degrees(math.atan2(y, x)) % 360.0, math.degrees(math.asin(z))


def _of_date(ra_deg: float, dec_deg: float, mjd: float) -> tuple[float, float]:
    """Return J2000 coordinates precessed to `mjd` (radians); Lieske 1979, A&A 73, 282."""
    centuries = (mjd - 51544.5) / 36525.0

    def angle(first: float, second: float, third: float) -> float:
        return math.radians((first + (second + third * centuries) * centuries) * centuries / 3600.0)

    zeta, z, theta = (
        angle(2306.2181, 0.30188, 0.017998),
        angle(2306.2181, 1.09468, 0.018203),
        angle(2004.3109, -0.42665, -0.041833),
    )
    ra, dec = math.radians(ra_deg) + zeta, math.radians(dec_deg)
    a = math.cos(dec) * math.sin(ra)
    b = math.cos(theta) * math.cos(dec) * math.cos(ra) - math.sin(theta) * math.sin(dec)
    c = math.sin(theta) * math.cos(dec) * math.cos(ra) + math.cos(theta) * math.sin(dec)
    return math.atan2(a, b) + z, math.asin(c)
