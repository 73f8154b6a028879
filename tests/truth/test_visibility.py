"""The sky over both sites from 2000 to 2045 against astropy: thousands of targets, the Moon, twilight."""

from __future__ import annotations

import warnings
from datetime import date, timedelta

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import AltAz, EarthLocation, SkyCoord, get_body
from astropy.time import Time
from astropy.utils import iers

from dfs.sky.ephemerides import LA_SILLA, PARANAL, Site, horizontal, local_sky, mjd_of, night

pytestmark = pytest.mark.truth

FIRST, LAST = 51544, 68033
LEAP_DAYS = (53735, 54831, 56108, 57203, 57753)  # astropy's fraction of such a day is one of 86401 s
SITES = {"Paranal": PARANAL, "La Silla": LA_SILLA}


@pytest.fixture(autouse=True)
def offline():
    with iers.conf.set_temp("auto_download", value=False), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def frame(site: Site, mjd: np.ndarray) -> AltAz:
    place = EarthLocation.from_geodetic(site.longitude_deg * u.deg, site.latitude_deg * u.deg, site.height_m * u.m)
    return AltAz(obstime=Time(mjd, format="mjd"), location=place)


@pytest.mark.parametrize("name", SITES)
def test_altitude_and_azimuth(name: str, table) -> None:
    random = np.random.default_rng(45)
    mjd, ra = random.uniform(FIRST, LAST, 300), random.uniform(0, 360, 300)
    mjd = mjd[~np.isin(np.floor(mjd), LEAP_DAYS)]
    dec = np.degrees(np.arcsin(random.uniform(-1, 1, 300)))
    theirs = SkyCoord(ra[:, None] * u.deg, dec[:, None] * u.deg).transform_to(frame(SITES[name], mjd[None, :]))
    altitude, azimuth = horizontal(SITES[name], ra, dec, mjd)
    table(f"altitude at {name}, 2000-2045 (deg)", np.abs(altitude - theirs.alt.deg).max(), 0.0, 0.01)
    across = ((azimuth - theirs.az.deg + 180) % 360 - 180) * np.cos(np.radians(altitude))
    table(f"azimuth at {name}, on the sky (deg)", np.abs(across).max(), 0.0, 0.01)


@pytest.mark.parametrize("body", ["moon", "sun"])
def test_topocentric_bodies(body: str, table) -> None:
    mjd = np.random.default_rng(46).uniform(FIRST, LAST, 3000)
    there = frame(PARANAL, mjd)
    theirs = get_body(body, there.obstime, there.location, ephemeris="builtin").transform_to(there)
    sky = local_sky(PARANAL, mjd)
    ours = getattr(sky, body)
    altitude = np.degrees(np.arcsin((ours * sky.up).sum(-1)))
    azimuth = np.degrees(np.arctan2((ours * sky.east).sum(-1), (ours * sky.north).sum(-1)))
    across = ((azimuth - theirs.az.deg + 180) % 360 - 180) * np.cos(np.radians(altitude))
    worst = max(np.abs(altitude - theirs.alt.deg).max(), np.abs(across).max())
    table(f"place of the {body}, 2000-2045 (deg)", worst, 0.0, 0.02)
    if body == "moon":
        sun = get_body("sun", there.obstime, there.location, ephemeris="builtin").transform_to(there)
        lit = (1 - np.cos(theirs.separation(sun).rad)) / 2
        table("lit fraction of the Moon (elongation alone)", np.abs(sky.moon_lit - lit).max(), 0.0, 0.003)


@pytest.mark.parametrize("name", SITES)
def test_twilight(name: str, table) -> None:
    """Seconds from our times to astropy's: its Sun's altitude there over its rate."""
    wanted = {"sunset": -0.8333, "civil_dusk": -6, "nautical_dusk": -12, "dusk": -18, "dawn": -18, "sunrise": -0.8333}
    nights = [night(SITES[name], date(2000, 1, 1) + timedelta(days=k)) for k in range(0, 16400, 160)]
    for event, altitude in wanted.items():
        at = np.array([mjd_of(getattr(one, event)) for one in nights])
        low, high = (
            get_body("sun", (there := frame(SITES[name], at + step)).obstime, there.location)
            .transform_to(there)
            .alt.deg
            for step in (-30 / 86400, 30 / 86400)
        )
        seconds = ((low + high) / 2 - altitude) / ((high - low) / 60)
        table(f"{event} at {name}, 2000-2045 (s)", np.abs(seconds).max(), 0.0, 10.0)
