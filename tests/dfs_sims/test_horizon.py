"""Against the headers of real NTT frames, and against SOFA."""

from __future__ import annotations

from pathlib import Path

import erfa
import numpy as np
import pytest
from astropy.io import fits

from dfs_sims.exposure import mjd_of
from dfs_sims.horizon import LONGITUDE_DEG, moon, pointing, sidereal_seconds

# MJD of TEL's own UTC card, LST of the headers of run 108.22F6.001.
HEADER_TIMES = [
    (59605 + 68551.0 / 86400, 81826.567),
    (59606 + 17181.0 / 86400, 30552.477),
    (59608 + 4316.0 / 86400, 18125.380),
]


@pytest.mark.parametrize(("mjd", "expected"), HEADER_TIMES)
def test_sidereal_time_is_that_of_the_telescope(mjd: float, expected: float) -> None:
    # UT1 - UTC was -0.11 s.
    assert sidereal_seconds(mjd) == pytest.approx(expected, abs=0.2)


def test_sidereal_time_agrees_with_sofa_in_the_night_drawn() -> None:
    for mjd in np.arange(61058.7, 61059.4, 0.05):
        angle = np.degrees(erfa.gst06a(2400000.5, mjd, 2400000.5, mjd + 69.184 / 86400))
        assert sidereal_seconds(mjd) == pytest.approx(((angle + LONGITUDE_DEG) % 360) * 240, abs=0.15)


@pytest.mark.real
def test_altitude_azimuth_and_parallactic_angle_are_those_of_the_telescope(real_frames: Path) -> None:
    checked = 0
    for path in sorted(real_frames.glob("*.fits.gz")):
        header = fits.getheader(path)
        if header["ESO TEL TRAK STATUS"].strip() != "NORMAL":
            continue
        # The telescope's angles belong to its own UTC card, 7 s before the exposure.
        where = pointing(header["RA"], header["DEC"], np.floor(header["MJD-OBS"]) + header["UTC"] / 86400)
        assert where.altitude_deg == pytest.approx(header["ESO TEL ALT"], abs=0.02)
        assert where.azimuth_deg == pytest.approx(header["ESO TEL AZ"] % 360, abs=0.03)
        assert where.parallactic_deg == pytest.approx(header["ESO TEL PARANG START"], abs=0.05)
        assert where.airmass == pytest.approx(header["ESO TEL AIRM START"], abs=0.002)
        checked += 1
    assert checked == 5


@pytest.mark.real
def test_moon_is_near_where_the_headers_have_it(real_frames: Path) -> None:
    header = fits.getheader(max(real_frames.glob("*.fits.gz")))
    ra, dec = moon(header["MJD-OBS"])
    # Parallax, up to a degree, and precession since 2000 are left out.
    assert ra == pytest.approx(header["ESO TEL MOON RA"], abs=1.5)
    assert dec == pytest.approx(header["ESO TEL MOON DEC"], abs=1.2)


def test_modified_julian_date_of_a_known_time() -> None:
    from datetime import UTC, datetime

    # MJD-OBS and DATE-OBS of the science spectrum of run 108.22F6.001.
    assert mjd_of(datetime(2022, 1, 27, 4, 46, 29, 93000, tzinfo=UTC)) == pytest.approx(59606.19894784, abs=2e-8)
