"""The sky over a site: which way is up, north and east at each instant, where Sun and Moon stand, and where targets do.

Everything is kept in the axes of J2000, so that the altitude of all targets at all instants is one product of matrices; annual
and diurnal aberration are added to first order (Green 1985, Spherical Astronomy, section 8.3).  Refraction is left out, as
observing constraints are about true altitudes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.sky.ephemerides.directions import direction
from dfs.sky.ephemerides.moon import illuminated, moon_position
from dfs.sky.ephemerides.orientation import sidereal_time, true_equator
from dfs.sky.ephemerides.scales import centuries
from dfs.sky.ephemerides.site import Site
from dfs.sky.ephemerides.sun import AU_KM, earth_velocity, sun_position

__all__ = ["LocalSky", "airmass_of", "altitude_of", "azimuth_of", "horizontal", "local_sky", "separation"]

Array = NDArray[np.float64]

_ROTATION_RAD_S = 7.2921150e-5
_LIGHT_KM_S = 299792.458
_SMALL = 60_000  # elements of a product


@dataclass(frozen=True, slots=True, eq=False)
class LocalSky:
    """The sky over `site` at instants `mjd` (UTC, N of them).

    Attributes
    ----------
    up, north, east
        Unit vectors (N, 3) in the axes of J2000.
    drift
        The site's velocity (N, 3) in units of the speed of light.
    sun, moon
        Apparent topocentric directions (N, 3).
    moon_lit
        Fraction of the Moon's disk that is lit.
    sidereal_deg
        Local apparent sidereal time, 0 to 360.
    """

    site: Site
    mjd: Array
    up: Array
    north: Array
    east: Array
    drift: Array
    sun: Array
    moon: Array
    moon_km: Array
    moon_lit: Array
    sidereal_deg: Array

    @property
    def sun_altitude(self) -> Array:
        """Return the Sun's true altitude in degrees."""
        return _altitude((self.sun * self.up).sum(-1))

    @property
    def moon_altitude(self) -> Array:
        """Return the Moon's true altitude in degrees."""
        return _altitude((self.moon * self.up).sum(-1))


def local_sky(site: Site, mjd: ArrayLike) -> LocalSky:
    """Return the sky over `site` at modified Julian dates `mjd` (UTC, a sequence)."""
    instants = np.atleast_1d(np.asarray(mjd, dtype=np.float64))
    century = centuries(instants)
    sidereal = sidereal_time(instants) + np.radians(site.longitude_deg)
    of_date = true_equator(century)
    up, north, east = (np.einsum("nji,nj->ni", of_date, one) for one in _axes(site, sidereal))
    from_axis, above_equator = site.axis_distances_km
    outward = np.stack([np.cos(sidereal), np.sin(sidereal), np.zeros_like(sidereal)], axis=-1)
    place = from_axis * outward + above_equator * np.array([0.0, 0.0, 1.0])
    place = np.einsum("nji,nj->ni", of_date, place)
    sun, sun_au = sun_position(century)
    moon, moon_km = moon_position(century)
    sun, sun_km = _from(place, sun, sun_au * AU_KM)
    moon, moon_km = _from(place, moon, moon_km)
    return LocalSky(
        site=site,
        mjd=instants,
        up=up,
        north=north,
        east=east,
        drift=earth_velocity(century) + east * (_ROTATION_RAD_S * from_axis / _LIGHT_KM_S),
        sun=sun,
        moon=moon,
        moon_km=moon_km,
        moon_lit=illuminated(sun, sun_km, moon, moon_km),
        sidereal_deg=np.degrees(sidereal) % 360.0,
    )


def altitude_of(directions: Array, sky: LocalSky) -> Array:
    """Return true altitudes in degrees (targets, instants); targets (M, 3), or (M, N, 3) when they move."""
    return _altitude(_along(directions, sky.up, sky.drift) / (1.0 + _dot(directions, sky.drift)))


def azimuth_of(directions: Array, sky: LocalSky) -> Array:
    """Return azimuths in degrees from north through east (targets, instants), as of `altitude_of`."""
    eastward, northward = (_along(directions, axis, sky.drift) for axis in (sky.east, sky.north))
    azimuth = np.degrees(np.arctan2(eastward, northward))
    azimuth[azimuth < 0] += 360.0
    return np.asarray(azimuth, dtype=np.float64)


def airmass_of(altitude_deg: Array) -> Array:
    """Return the air mass, secant of the zenith distance as in planning tools and `astropy`; infinite at and below the horizon."""
    sine = np.sin(np.radians(altitude_deg))
    return np.divide(1.0, sine, out=np.full_like(sine, np.inf), where=sine > 0)


def separation(directions: Array, sky: LocalSky, body: Array) -> Array:
    """Return the angle in degrees from targets, as of `altitude_of`, to a `body`: ``sky.moon`` or ``sky.sun``."""
    cosine = _along(directions, body, sky.drift) / (1.0 + _dot(directions, sky.drift))
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))


def horizontal(site: Site, ra_deg: ArrayLike, dec_deg: ArrayLike, mjd: ArrayLike) -> tuple[Array, Array]:
    """Return altitude and azimuth in degrees (targets, instants) of positions in ICRS/J2000, without refraction.

    Within 0.001 deg of `astropy`'s ``AltAz`` while UT1 is known; 0.004 deg past the end of its table.
    """
    sky = local_sky(site, mjd)
    directions = direction(np.atleast_1d(np.asarray(ra_deg)), np.atleast_1d(np.asarray(dec_deg)))
    return altitude_of(directions, sky), azimuth_of(directions, sky)


def _axes(site: Site, sidereal: Array) -> tuple[Array, Array, Array]:
    """Return up, north and east (N, 3) in the axes of the true equator of date."""
    latitude = np.radians(site.latitude_deg)
    cosine, sine = np.cos(sidereal), np.sin(sidereal)
    zero, one = np.zeros_like(sidereal), np.ones_like(sidereal)
    up = np.stack([np.cos(latitude) * cosine, np.cos(latitude) * sine, np.sin(latitude) * one], axis=-1)
    north = np.stack([-np.sin(latitude) * cosine, -np.sin(latitude) * sine, np.cos(latitude) * one], axis=-1)
    return up, north, np.stack([-sine, cosine, zero], axis=-1)


def _from(place: Array, body: Array, distance_km: Array) -> tuple[Array, Array]:
    """Return the direction and distance of a body as seen from `place` (km from the Earth's centre)."""
    there = body * distance_km[:, None] - place
    distance = np.linalg.norm(there, axis=-1)
    return there / distance[:, None], distance


def _dot(directions: Array, axis: Array) -> Array:
    if directions.ndim == 2:
        return _product(directions, axis)
    return np.asarray(np.einsum("mnk,nk->mn", directions, axis), dtype=np.float64)


def _product(directions: Array, axis: Array) -> Array:
    """Return ``directions @ axis.T``, some rows at a time: so small that the library starts no second thread.

    The work takes microseconds; waiting for a second thread on a busy machine takes milliseconds.
    """
    found = np.empty((len(directions), len(axis)))
    turned = np.ascontiguousarray(axis.T)
    rows = max(1, _SMALL // max(1, len(axis)))
    for first in range(0, len(directions), rows):
        np.matmul(directions[first : first + rows], turned, out=found[first : first + rows])
    return found


def _along(directions: Array, axis: Array, drift: Array) -> Array:
    return np.asarray(_dot(directions, axis) + (axis * drift).sum(-1), dtype=np.float64)


def _altitude(sine: Array) -> Array:
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))), dtype=np.float64)
