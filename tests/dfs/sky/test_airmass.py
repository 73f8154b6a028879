"""Air mass from the telescope's cards and from the position."""

import math

import pytest

from dfs.errors import DataError
from dfs.sky import airmass_at, mean_airmass

# The cards of EFOSC.2022-01-29T01:12:03.548 (EG21): the telescope says 1.355 to 1.356.
EG21 = {
    "ESO TEL AIRM START": 1.355,
    "ESO TEL AIRM END": 1.356,
    "ESO TEL GEOLAT": -29.2584,
    "RA": 47.6295,
    "DEC": -68.59913,
    "EXPTIME": 15.0,
    "ESO TEL ALT": 47.512,
}


def test_air_mass_of_the_telescope_is_taken() -> None:
    airmass = mean_airmass(EG21)
    assert airmass.mean == pytest.approx(1.3555)
    assert "AIRM" in airmass.origin


def test_air_mass_from_the_altitude_agrees_with_the_telescope() -> None:
    assert airmass_at(EG21["ESO TEL ALT"]) == pytest.approx(1.355, abs=0.002)
    assert airmass_at(90.0) == pytest.approx(1.0, abs=1e-4)
    # Kasten & Young 1989 (Applied Optics 28, 4735) for the apparent altitude; refraction lifts 10 degrees by 5.4 arcmin.
    apparent = 10.0 + 5.4 / 60
    kasten = 1 / (math.sin(math.radians(apparent)) + 0.50572 * (apparent + 6.07995) ** -1.6364)
    assert airmass_at(10.0) == pytest.approx(kasten, rel=3e-3)


def test_air_mass_from_the_position() -> None:
    # On the meridian the zenith distance is the difference of latitude and declination.
    header = {"RA": 100.0, "DEC": -59.2584, "LST": 100.0 * 240, "ESO TEL GEOLAT": -29.2584, "EXPTIME": 0.0}
    assert mean_airmass(header).mean == pytest.approx(airmass_at(60.0))
    hour = {**header, "EXPTIME": 3600.0}
    airmass = mean_airmass(hour)
    assert airmass.start < airmass.mean < airmass.end


@pytest.mark.parametrize("missing", ["LST", "RA", "ESO TEL GEOLAT"])
def test_missing_cards_are_named(missing: str) -> None:
    header = {"RA": 100.0, "DEC": -59.0, "LST": 24000.0, "ESO TEL GEOLAT": -29.2584, "EXPTIME": 0.0}
    del header[missing]
    with pytest.raises(DataError) as caught:
        mean_airmass(header, "frame.fits")
    assert caught.value.keyword == missing
    assert caught.value.where == "frame.fits"


def test_impossible_air_mass_is_refused() -> None:
    with pytest.raises(DataError, match="impossible"):
        mean_airmass({**EG21, "ESO TEL AIRM START": 0.0})


def test_target_below_the_horizon_is_refused() -> None:
    header = {"RA": 100.0, "DEC": 85.0, "LST": 24000.0, "ESO TEL GEOLAT": -29.2584, "EXPTIME": 0.0}
    with pytest.raises(DataError, match="horizon"):
        mean_airmass(header)
