"""Coordinates to directions and back, proper motion, B1950, against astropy."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import FK4, ICRS, SkyCoord
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st

from dfs.sky.ephemerides import coordinates, direction, from_b1950, moved


@given(st.floats(0, 359.9999), st.floats(-89.99, 89.99))
def test_there_and_back(ra: float, dec: float) -> None:
    again_ra, again_dec = coordinates(direction(ra, dec))
    assert (again_ra - ra + 180) % 360 - 180 == pytest.approx(0, abs=1e-9)
    assert again_dec == pytest.approx(dec, abs=1e-9)


@pytest.mark.filterwarnings("ignore::erfa.ErfaWarning")  # leap seconds of 2040 are not known
def test_barnards_star_moves_as_in_astropy() -> None:
    star = SkyCoord(
        269.452 * u.deg,
        4.6934 * u.deg,
        pm_ra_cosdec=-802.8 * u.mas / u.yr,
        pm_dec=10362.5 * u.mas / u.yr,
        distance=1e6 * u.pc,
        obstime=Time("J2000"),
    )
    theirs = star.apply_space_motion(Time("J2040"))
    ra, dec = coordinates(moved(direction(269.452, 4.6934), -0.8028, 10.3625, 40.0))
    assert (ra - theirs.ra.deg) * 3600 == pytest.approx(0, abs=0.02)
    assert (dec - theirs.dec.deg) * 3600 == pytest.approx(0, abs=0.02)


def test_b1950_is_brought_to_j2000_as_in_astropy() -> None:
    random = np.random.default_rng(4)
    ra, dec = random.uniform(0, 360, 30), random.uniform(-89, 40, 30)
    theirs = SkyCoord(ra * u.deg, dec * u.deg, frame=FK4(equinox="B1950", obstime="B1950")).transform_to(ICRS())
    found = from_b1950(direction(ra, dec))
    wanted = direction(theirs.ra.deg, theirs.dec.deg)
    assert np.degrees(np.linalg.norm(found - wanted, axis=-1)).max() * 3600 < 0.6
