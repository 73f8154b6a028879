"""The observer's motion against astropy's independent code."""

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import EarthLocation, SkyCoord
from astropy.time import Time
from astropy.utils import iers

from dfs.sky import solar_velocity


def test_agrees_with_astropy() -> None:
    site = EarthLocation.from_geodetic(-70.7345 * u.deg, -29.2584 * u.deg, 2377 * u.m)
    random = np.random.default_rng(3)
    with iers.conf.set_temp("auto_download", value=False):
        for _ in range(5):
            ra, dec, mjd = random.uniform(0, 360), random.uniform(-85, 30), random.uniform(58000, 59900)
            target = SkyCoord(ra * u.deg, dec * u.deg)
            ours = solar_velocity(ra, dec, mjd, longitude_deg=-70.7345, latitude_deg=-29.2584, elevation_m=2377)
            for kind, value in (("heliocentric", ours.heliocentric_km_s), ("barycentric", ours.barycentric_km_s)):
                theirs = target.radial_velocity_correction(kind, obstime=Time(mjd, format="mjd"), location=site)
                assert value == pytest.approx(theirs.to_value(u.km / u.s), abs=0.01)
