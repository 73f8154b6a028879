"""Each component by itself: geometry, phases, conservation of photons."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.sky.emission import (
    Moon,
    WarmSurface,
    airglow_continuum,
    airglow_lines,
    airglow_scatter,
    atmosphere_heat,
    moonlight,
    starlight,
    telescope_heat,
    zodiacal_light,
)
from dfs.sky.emission.airglow import line_list
from dfs.sky.emission.bins import bin_edges, in_bins
from dfs.sky.emission.moonlight import moon_reflectance
from dfs.sky.emission.photons import planck_photons
from dfs.sky.emission.zodiacal import zodiacal_brightness

OPTICAL = np.linspace(350.0, 900.0, 200)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(301, 2499), min_size=2, max_size=40, unique_by=lambda x: round(x, 3)))
def test_no_photon_of_the_lines_is_lost(centres: list[float]) -> None:
    grid = np.sort(centres)
    edges = bin_edges(grid)
    lines, photons = line_list()
    inside = (lines >= edges[0]) & (lines < edges[-1])
    counted = np.sum(airglow_lines(grid) * np.diff(edges)) / 1e3
    assert counted == pytest.approx(photons[inside].sum(), rel=1e-9, abs=1e-12)


def test_bins_need_an_order() -> None:
    for bad in ([500.0], [500.0, 500.0], [600.0, 500.0]):
        with pytest.raises(UsageError):
            bin_edges(bad)
    assert in_bins(np.array([0.5, 9.0]), np.array([3.0, 1.0]), np.array([0.0, 1.0, 2.0])).tolist() == [3.0, 0.0]


def test_the_green_line_stands_where_it_belongs() -> None:
    lines, photons = line_list()
    near = np.abs(lines - 557.89) < 0.05
    assert photons[near].sum() == pytest.approx(4.5, rel=0.5)
    grid = np.arange(550.0, 565.0, 0.1)
    assert grid[np.argmax(airglow_lines(grid))] == pytest.approx(557.89, abs=0.1)


def test_airglow_grows_to_the_horizon_and_with_the_sun() -> None:
    for component in (airglow_lines, airglow_continuum):
        zenith, low = component(OPTICAL).sum(), component(OPTICAL, 60.0).sum()
        assert 1.5 < low / zenith < 2.0  # van Rhijn gives 1.93 for 90 km, less what the air takes
        assert component(OPTICAL, 0.0, 200.0).sum() > component(OPTICAL, 0.0, 70.0).sum()
    with pytest.raises(UsageError):
        airglow_lines(OPTICAL, 95.0)
    assert airglow_scatter()["OH"] == pytest.approx(0.313)


def test_moonlight_by_phase_distance_and_altitude() -> None:
    full, half = (moonlight(OPTICAL, Moon(angle, 60.0, 45.0), 30.0) for angle in (180.0, 90.0))
    assert 7 < np.mean(full / half) < 14  # 2.5 mag between quarter and full
    near, far = (moonlight(OPTICAL, Moon(180.0, angle)) for angle in (15.0, 60.0))
    assert np.all(near > far)
    assert not np.any(moonlight(OPTICAL, Moon(180.0, 100.0, -10.0)))
    perigee = moonlight(OPTICAL, Moon(180.0, 60.0, 45.0, distance=0.95), 30.0)
    np.testing.assert_allclose(perigee, full / 0.95**2)


def test_moonlight_is_blue() -> None:
    light = moonlight([400.0, 800.0], Moon(180.0, 60.0))
    assert light[0] > light[1]


def test_equal_air_masses_are_no_gap_of_the_formula() -> None:
    across = [float(moonlight(500.0, Moon(180.0, 60.0, 60.0 + step), 30.0)) for step in (-1e-3, 0.0, 1e-3)]
    assert across[1] == pytest.approx((across[0] + across[2]) / 2, rel=1e-6)


def test_waxing_quarter_is_brighter_than_waning() -> None:
    assert moon_reflectance(550.0, 90.0) > moon_reflectance(550.0, 270.0)
    assert moon_reflectance(550.0, 180.0) > 8 * moon_reflectance(550.0, 90.0)


def test_zodiacal_light_by_place() -> None:
    assert zodiacal_brightness(135.0, 90.0) == 77.0  # the ecliptic pole, Leinert et al. 1998
    assert zodiacal_brightness(180.0, 0.0) == 230.0  # the gegenschein
    assert zodiacal_brightness(-225.0, -90.0) == 77.0
    assert zodiacal_light(500.0, longitude_deg=90, latitude_deg=0) > zodiacal_light(500.0)
    with pytest.raises(UsageError):
        zodiacal_brightness(2.0, 1.0)


def test_zodiacal_light_at_the_pole_has_the_published_brightness() -> None:
    # 77e-8 W m-2 sr-1 micron-1 at 500 nm are 23.1 mag of V a square arcsecond, some 45 photons
    assert np.mean(zodiacal_light(np.linspace(490, 510, 41))) == pytest.approx(45.0, rel=0.06)


def test_starlight_is_faint() -> None:
    assert np.mean(starlight(OPTICAL)) < 0.3 * np.mean(zodiacal_light(OPTICAL))


def test_heat_follows_planck() -> None:
    opaque = np.array([1870.0, 2680.0])
    assert planck_photons(2200.0, 290.0) / planck_photons(2200.0, 280.0) == pytest.approx(
        np.exp(14387.77 / 2.2 * (1 / 280 - 1 / 290)), rel=1e-3
    )
    assert np.all(atmosphere_heat(opaque) <= planck_photons(opaque, 286.1))
    assert not np.any(atmosphere_heat([1000.0, 2200.0], pwv_mm=2.5)[:1] > 1e-6)


def test_mirrors_in_a_row() -> None:
    one, two = WarmSurface(0.1, 285.0), WarmSurface(0.2, 280.0)
    both = telescope_heat(2200.0, [one, two])
    expected = 0.1 / 0.9 * planck_photons(2200.0, 285.0) + 0.2 / 0.9 / 0.8 * planck_photons(2200.0, 280.0)
    assert both == pytest.approx(expected)
    assert telescope_heat([2000.0, 2200.0], ()).tolist() == [0.0, 0.0]
    for bad in ((1.0, 285.0), (-0.1, 285.0), (0.1, 4.0), (0.1, float("nan"))):
        with pytest.raises(UsageError):
            WarmSurface(*bad)


def test_a_moon_whose_altitude_is_open_is_up_where_it_can_be() -> None:
    for zenith in (20.0, 48.0, 65.0):
        away = np.arange(5.0, 175.0, 1.0)
        lunar = np.array([Moon(180.0, float(one)).zenith_distance_deg(zenith) for one in away])
        assert np.all(lunar[away < zenith + 89.0] < 90.0)
        assert np.all(lunar[away > zenith + 91.0] > 90.0)
        assert np.all(np.abs(np.diff(lunar[away > zenith + 10.0])) <= 2.0)
    assert Moon(180.0, 30.0).zenith_distance_deg(0.0) == pytest.approx(30.0)
