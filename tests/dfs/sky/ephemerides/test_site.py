"""Sites of the telescopes."""

from __future__ import annotations

import pytest
from astropy import units as u
from astropy.coordinates import EarthLocation

from dfs.errors import UsageError
from dfs.sky.ephemerides import LA_SILLA, PARANAL, pointing_of, site_of

TELESCOPES = {"UT1": PARANAL, "UT4": PARANAL, "VLTI": PARANAL, "VISTA": PARANAL, "VST": PARANAL, "": PARANAL}
TELESCOPES |= {"LSntt": LA_SILLA, "LS3p6": LA_SILLA, "LS2p2": LA_SILLA, "ESO-VLT-U2": PARANAL}


@pytest.mark.parametrize("name", TELESCOPES)
def test_each_telescope_has_its_site(name: str) -> None:
    assert site_of(name) is TELESCOPES[name]
    assert pointing_of(name).lowest_deg > 0
    assert pointing_of(name).source


def test_another_telescope_is_told() -> None:
    with pytest.raises(UsageError, match="JWST") as told:
        site_of("JWST")
    assert "VISTA" in told.value.accepted


def test_the_ellipsoid_is_that_of_astropy() -> None:
    theirs = EarthLocation.from_geodetic(-70.4051 * u.deg, -24.6276 * u.deg, 2648 * u.m)
    from_axis, above = PARANAL.axis_distances_km
    assert from_axis == pytest.approx(float((theirs.x**2 + theirs.y**2).to_value(u.km**2)) ** 0.5, abs=1e-3)
    assert above == pytest.approx(theirs.z.to_value(u.km), abs=1e-3)
