"""Altitude, azimuth, Sun and Moon against astropy, published examples and what telescopes and an eclipse recorded."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.sky.ephemerides import (
    LA_SILLA,
    PARANAL,
    Site,
    airmass_of,
    altitude_of,
    azimuth_of,
    direction,
    horizontal,
    local_sky,
    separation,
)
from dfs.sky.ephemerides.moon import moon_position
from dfs.sky.ephemerides.orientation import mean_equator, true_equator
from dfs.sky.ephemerides.scales import centuries
from dfs.sky.ephemerides.sun import sun_position

EPOCHS = {"within the table of UT1": (51544, 61700), "past its end": (61700, 68033)}  # 2000 to 2027, to 2045


def apart(altitude: np.ndarray, azimuth: np.ndarray, other: tuple[np.ndarray, np.ndarray]) -> float:
    """Greatest angle on the sky in degrees, along either axis."""
    across = (azimuth - other[1] + 180) % 360 - 180
    return float(max(np.abs(altitude - other[0]).max(), np.abs(across * np.cos(np.radians(altitude))).max()))


@pytest.mark.parametrize("epoch", EPOCHS)
@pytest.mark.parametrize("site", [PARANAL, LA_SILLA], ids=lambda site: site.name)
def test_altitude_and_azimuth_are_those_of_astropy(judge, site: Site, epoch: str) -> None:
    random = np.random.default_rng(8)
    mjd = random.uniform(*EPOCHS[epoch], 40)
    ra, dec = random.uniform(0, 360, 50), np.degrees(np.arcsin(random.uniform(-1, 1, 50)))
    ours = horizontal(site, ra, dec, mjd)
    assert apart(*ours, judge.horizontal(site, ra, dec, mjd)) < 0.004


@pytest.mark.parametrize("epoch", EPOCHS)
@pytest.mark.parametrize("body", ["sun", "moon"])
def test_sun_and_moon_are_those_of_astropy(judge, body: str, epoch: str) -> None:
    mjd = np.random.default_rng(9).uniform(*EPOCHS[epoch], 60)
    sky = local_sky(PARANAL, mjd)
    there = getattr(sky, body)
    altitude = np.degrees(np.arcsin((there * sky.up).sum(-1)))
    azimuth = np.degrees(np.arctan2((there * sky.east).sum(-1), (there * sky.north).sum(-1)))
    assert apart(altitude, azimuth, judge.body(body, PARANAL, mjd)) < 0.004


def test_the_moon_of_a_published_example() -> None:
    """Meeus, Astronomical Algorithms, example 47.a: 1992 April 12, 0 h of terrestrial time."""
    century = np.array([(2448724.5 - 2451545.0) / 36525])
    there, distance = moon_position(century)
    x, y, z = (true_equator(century) @ there[..., None])[0, :, 0]
    assert distance[0] == pytest.approx(368409.7, abs=0.1)
    assert np.degrees(np.arctan2(y, x)) % 360 == pytest.approx(134.688470, abs=1e-4)
    assert np.degrees(np.arcsin(z)) == pytest.approx(13.768368, abs=1e-4)


def test_the_sun_of_a_published_example() -> None:
    """Meeus, example 25.b: 1992 October 13, 0 h of terrestrial time; 13 h 13 min 30.749 s, -7 deg 47' 01.74"."""
    century = np.array([(2448908.5 - 2451545.0) / 36525])
    there, distance = sun_position(century)
    x, y, z = (true_equator(century) @ there[..., None])[0, :, 0]
    assert distance[0] == pytest.approx(0.99760775, abs=1e-5)
    assert np.degrees(np.arctan2(y, x)) % 360 / 15 == pytest.approx(13 + 13 / 60 + 30.749 / 3600, abs=0.1 / 3600)
    assert np.degrees(np.arcsin(z)) == pytest.approx(-(7 + 47 / 60 + 1.74 / 3600), abs=1 / 3600)


def test_the_eclipse_over_la_silla() -> None:
    """On 2019 July 2 La Silla saw the Sun total from 20:39.4 to 20:41.2 UT: the Moon, 4.6 per cent larger, hid all of it."""
    times = 58666 + (20 + np.array([39.6, 40.3, 41.0]) / 60) / 24
    sky = local_sky(LA_SILLA, times)
    between = np.degrees(np.arccos((sky.sun * sky.moon).sum(-1)))
    sun, moon = np.degrees(np.arcsin(696000 / 152.1e6)), np.degrees(np.arcsin(1737.4 / sky.moon_km))
    assert (between < moon - sun).all()
    assert sky.moon_lit.max() < 1e-3
    before = local_sky(LA_SILLA, [58666 + (19 + 23 / 60) / 24])  # first contact
    assert np.degrees(np.arccos((before.sun * before.moon).sum(-1)))[0] == pytest.approx(float(moon[0] + sun), abs=0.01)


# (site, MJD, TEL MOON RA, TEL MOON DEC) as the telescopes wrote them: topocentric, equator of date, a minute or two old
RECORDED = {
    "EFOSC 2022-01-26": (LA_SILLA, 59605.7934978, 229.480302, -17.29198),
    "EFOSC 2022-01-27": (LA_SILLA, 59606.19894784, 236.959322, -19.15633),
    "EFOSC 2022-01-28": (LA_SILLA, 59607.20444839, 251.960882, -22.88418),
    "EFOSC 2022-01-29": (LA_SILLA, 59608.05004107, 264.417867, -24.75776),
    "ISAAC 2006-04-13": (PARANAL, 53838.27267296, 196.066256, -8.13934),
}


@pytest.mark.parametrize("name", RECORDED)
def test_the_moon_that_telescopes_recorded(name: str) -> None:
    site, mjd, ra, dec = RECORDED[name]
    sky = local_sky(site, [mjd])
    of_date = (true_equator(centuries(sky.mjd)) @ sky.moon[..., None])[0, :, 0]
    assert np.degrees(np.arccos(of_date @ direction(ra, dec))) < 0.035


def test_nutation_and_sidereal_time_of_a_published_example() -> None:
    """Meeus, examples 12.a and 22.a: 1987 April 10, 0 h UT; 13 h 10 min 46.1351 s, nutation in obliquity 9.443"."""
    greenwich = Site("Greenwich", 51.48, 0.0, 0.0)
    sky = local_sky(greenwich, [46895.0])
    assert sky.sidereal_deg[0] / 15 == pytest.approx(
        13 + 10 / 60 + 46.1351 / 3600, abs=0.6 / 3600
    )  # UT1 - UTC is -0.5 s
    century = centuries(np.array([46895.0]))
    nutation = true_equator(century)[0] @ mean_equator(century)[0].T
    assert np.degrees(np.arcsin(nutation[2, 1])) * 3600 == pytest.approx(9.443, abs=0.05)


def test_a_target_of_its_own_at_each_instant() -> None:
    """A target given for each instant is where a fixed one is at that instant."""
    sky = local_sky(PARANAL, 61000 + np.linspace(0, 1, 7))
    fixed = direction([10.0, 200.0], [-30.0, 15.0])
    moving = np.repeat(fixed[:, None, :], 7, axis=1)
    for of in (altitude_of, azimuth_of):
        np.testing.assert_allclose(of(moving, sky), of(fixed, sky), rtol=0, atol=1e-9)
    np.testing.assert_allclose(separation(moving, sky, sky.moon), separation(fixed, sky, sky.moon), rtol=0, atol=1e-6)


def test_airmass_is_the_secant_and_endless_below_the_horizon() -> None:
    np.testing.assert_allclose(airmass_of(np.array([90.0, 30.0, 0.0, -5.0])), [1.0, 2.0, np.inf, np.inf], rtol=1e-12)
    assert np.isnan(airmass_of(np.array([np.nan]))).all() or np.isinf(airmass_of(np.array([np.nan]))).all()
