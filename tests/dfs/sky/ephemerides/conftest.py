"""astropy as the independent judge, offline: altitude, azimuth and bodies over a site."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import AltAz, EarthLocation, SkyCoord, get_body
from astropy.time import Time
from astropy.utils import iers

from dfs.sky.ephemerides import Site


class Judge:
    """What astropy says, without refraction."""

    def frame(self, site: Site, mjd: np.ndarray) -> AltAz:
        place = EarthLocation.from_geodetic(site.longitude_deg * u.deg, site.latitude_deg * u.deg, site.height_m * u.m)
        return AltAz(obstime=Time(mjd, format="mjd", scale="utc"), location=place)

    def horizontal(self, site: Site, ra: np.ndarray, dec: np.ndarray, mjd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Altitude and azimuth (targets, instants) in degrees."""
        seen = SkyCoord(ra[:, None] * u.deg, dec[:, None] * u.deg).transform_to(self.frame(site, mjd[None, :]))
        return seen.alt.deg, seen.az.deg

    def body(self, name: str, site: Site, mjd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Topocentric altitude and azimuth of ``sun`` or ``moon`` in degrees."""
        frame = self.frame(site, mjd)
        seen = get_body(name, frame.obstime, frame.location, ephemeris="builtin").transform_to(frame)
        return seen.alt.deg, seen.az.deg


@pytest.fixture
def judge() -> Iterator[Judge]:
    with iers.conf.set_temp("auto_download", value=False), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # past the table astropy says that it guesses
        yield Judge()
