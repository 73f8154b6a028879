"""The night as it is asked for."""

from __future__ import annotations

import pytest
from astropy import units as u

from dfs import etc
from dfs.errors import UsageError


def test_a_night_is_the_median_unless_said():
    night = etc.Sky()
    assert (night.airmass, night.seeing_arcsec, night.image_quality_arcsec) == (1.2, 0.8, None)
    assert (night.illumination, night.days_from_new_moon) == (None, None)


def test_units_are_turned():
    night = etc.Sky(seeing=(1.0 / 60) * u.arcmin, moon_distance=1 * u.rad, pwv=0.1 * u.cm, days_from_new_moon=48 * u.h)
    assert night.seeing_arcsec == pytest.approx(1.0)
    assert night.moon_distance_deg == pytest.approx(57.29578)
    assert night.pwv_mm == pytest.approx(1.0)
    assert night.days_from_new_moon == pytest.approx(2.0)


def test_an_image_quality_or_a_category_replaces_the_seeing():
    assert etc.Sky(image_quality=0.7).seeing_arcsec is None
    assert etc.Sky(turbulence=85).seeing_arcsec == 1.3


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"airmass": 0.5}, "airmass"),
        ({"seeing": 0}, "seeing"),
        ({"seeing": 1, "image_quality": 1}, "seeing, image_quality"),
        ({"fli": 0.5, "days_from_new_moon": 3}, "fli, days_from_new_moon"),
        ({"fli": 50}, "fli"),
        ({"turbulence": 42}, "turbulence"),
        ({"model": "dark"}, "sky_model"),
    ],
    ids=["airmass", "seeing", "two widths", "two moons", "percent", "category", "model"],
)
def test_what_cannot_be_is_told(given, where):
    with pytest.raises(UsageError) as caught:
        etc.Sky(**given)
    assert caught.value.where == where
