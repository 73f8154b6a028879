"""Time scales against ERFA and the bundled table of the IERS."""

from __future__ import annotations

from datetime import UTC, datetime

import erfa
import numpy as np
import pytest
from astropy.utils import iers
from hypothesis import given
from hypothesis import strategies as st

from dfs.sky.ephemerides import mjd_of, moment_of
from dfs.sky.ephemerides.scales import centuries, rotation_mjd


@given(st.floats(0, 4.0e9))
def test_an_instant_there_and_back(seconds: float) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert abs((moment_of(mjd_of(at)) - at).total_seconds()) <= 0.001


@pytest.mark.filterwarnings("ignore::erfa.ErfaWarning")  # leap seconds of 2045 are not known
def test_terrestrial_time_is_erfas_on_both_sides_of_a_leap_second() -> None:
    mjd = np.array([41400.5, 51177.9, 51179.1, 57752.99, 57754.01, 61000.0, 68000.0])
    tai1, tai2 = erfa.utctai(2400000.5, mjd)
    tt = np.array([sum(one) for one in zip(*erfa.taitt(tai1 - 2451545.0, tai2), strict=True)])
    assert np.abs(centuries(mjd) * 36525 - tt).max() * 86400 < 1e-4


def test_ut1_is_that_of_the_iers() -> None:
    with iers.conf.set_temp("auto_download", value=False):
        table = iers.IERS_B.open()
        mjd = np.asarray(table["MJD"].value[3000::50], dtype=float)
        theirs = np.asarray(table["UT1_UTC"].value[3000::50], dtype=float)
    mjd, theirs = mjd[mjd > 42000], theirs[mjd > 42000]
    ours = (rotation_mjd(mjd) - mjd) * 86400
    assert np.abs(ours - theirs).max() < 0.03


def test_ut1_stays_near_utc_past_the_table() -> None:
    mjd = np.array([62000.0, 68000.0])
    assert np.abs(rotation_mjd(mjd) - mjd).max() * 86400 < 0.9


@pytest.mark.parametrize("mjd", [60000.0, 41000.0])
def test_numbers_and_arrays_are_alike(mjd: float) -> None:
    assert float(centuries(mjd)) == float(centuries(np.array([mjd]))[0])
    assert float(rotation_mjd(mjd)) == float(rotation_mjd(np.array([mjd]))[0])
