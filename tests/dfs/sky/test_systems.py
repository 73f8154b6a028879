"""Galactic and ecliptic coordinates against astropy."""

from __future__ import annotations

import numpy as np
from astropy.coordinates import BarycentricMeanEcliptic, SkyCoord
from hypothesis import given
from hypothesis import strategies as st

from dfs.sky.systems import ecliptic, galactic


@given(st.lists(st.tuples(st.floats(0, 360), st.floats(-90, 90)), min_size=1, max_size=20))
def test_directions_are_those_of_astropy(places: list[tuple[float, float]]) -> None:
    ra, dec = np.array(places).T
    truth = SkyCoord(ra, dec, unit="deg", frame="fk5")
    for ours, theirs in (
        (galactic(ra, dec), truth.galactic),
        (ecliptic(ra, dec), truth.transform_to(BarycentricMeanEcliptic())),
    ):
        longitude, latitude = ours
        assert ((longitude >= 0) & (longitude < 360)).all()
        same_frame = theirs.realize_frame(SkyCoord(longitude, latitude, unit="deg").represent_as("unitspherical"))
        assert (
            theirs.separation(same_frame).arcsec.max() < 0.06
        )  # ICRS against FK5, and the obliquity of 1976 against 2006


def test_no_position_stays_none() -> None:
    longitude, latitude = galactic([np.nan, 10.0], [5.0, np.nan])
    assert np.isnan(longitude).all()
    assert np.isnan(latitude).all()
