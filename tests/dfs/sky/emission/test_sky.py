"""The whole sky: sums, brightness through bands, the classic table, and conditions that cannot be."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u

from dfs.errors import UsageError
from dfs.sky.emission import (
    CLASSIC_BANDS,
    COMPONENTS,
    VEGA_FLUX,
    Moon,
    SkyConditions,
    classic_brightness,
    classic_sky,
    moon_of_days,
    moon_of_illumination,
    native_grid,
    radiance_of_magnitude,
    sky_emission,
    sky_radiance,
    surface_brightness,
)

GRID = native_grid(300.0, 950.0, 2000.0)
# Bands after Bessell 1990 (PASP 102, 1181), a few points each: nm, response
BANDS = {
    "U": ([305, 330, 370, 390, 415], [0, 0.6, 1, 0.6, 0]),
    "B": ([370, 400, 420, 450, 560], [0, 0.9, 1, 0.8, 0]),
    "V": ([470, 510, 530, 570, 700], [0, 0.8, 1, 0.8, 0]),
    "R": ([550, 580, 620, 700, 800, 900], [0, 1, 0.95, 0.7, 0.15, 0]),
    "I": ([700, 750, 800, 850, 915], [0, 0.9, 1, 0.85, 0]),
}
# Patat 2003 (A&A 400, 1183), Paranal 2000-2001, zenith, no Moon
PATAT = {"U": 22.3, "B": 22.6, "V": 21.6, "R": 20.9, "I": 19.7}


def brightness(conditions: SkyConditions, band: str) -> float:
    total = sky_emission(GRID, conditions).total
    return surface_brightness(GRID, total, *BANDS[band], VEGA_FLUX[band])


@pytest.mark.parametrize("band", BANDS)
def test_dark_sky_is_as_bright_as_measured(band: str) -> None:
    assert brightness(SkyConditions(), band) == pytest.approx(PATAT[band], abs=0.3)


def test_components_add_up() -> None:
    emission = sky_emission(GRID, SkyConditions(moon=Moon(120.0, 60.0)))
    assert tuple(emission.components) == COMPONENTS
    np.testing.assert_allclose(emission.total, np.sum(list(emission.components.values()), axis=0))
    assert all(np.all(one >= 0) and np.all(np.isfinite(one)) for one in emission.components.values())


@pytest.mark.parametrize("component", ["airglow", "zodiacal", "starlight", "heat"])
def test_a_component_can_be_left_out(component: str) -> None:
    emission = sky_emission(GRID, replace(SkyConditions(), **{component: False}))
    names = {"airglow": ("airglow_lines", "airglow_continuum"), "heat": ("air_heat",)}.get(component, (component,))
    assert not any(np.any(emission.components[name]) for name in names)


def test_moonlight_brightens_the_blue_most() -> None:
    bright = SkyConditions(moon=Moon(180.0, 60.0))
    growth = {band: brightness(SkyConditions(), band) - brightness(bright, band) for band in BANDS}
    assert growth["B"] == pytest.approx(4.0, abs=0.5)  # Patat, The Messenger, Observing during bright time: 4 mag
    assert growth["B"] > growth["V"] > growth["R"] > growth["I"]


def test_magnitude_and_radiance_are_inverse() -> None:
    flat = radiance_of_magnitude(21.0, VEGA_FLUX["V"], GRID)
    assert surface_brightness(GRID, flat, [500, 510, 590, 600], [0, 1, 1, 0], VEGA_FLUX["V"]) == pytest.approx(21.0)
    with pytest.raises(UsageError):
        surface_brightness(GRID, flat, [900, 910, 990, 1000], [0, 1, 1, 0], VEGA_FLUX["V"])


def test_classic_table_by_days() -> None:
    assert classic_brightness(0) == {"U": 22.0, "B": 22.7, "V": 21.8, "R": 20.9, "I": 19.9}
    assert classic_brightness(5)["V"] == pytest.approx(21.55)
    assert classic_brightness(14.765) == classic_brightness(14)  # to full moon
    for bad in (-1, 15, float("nan")):
        with pytest.raises(UsageError):
            classic_brightness(bad)


@pytest.mark.parametrize("days", [0, 3, 7, 10, 14])
def test_classic_sky_has_the_brightness_of_the_table(days: int) -> None:
    total = classic_sky(GRID, days).total
    for band, centre in CLASSIC_BANDS.items():
        inside = np.abs(GRID / centre - 1) < 0.08
        mean = np.trapezoid(total[inside], GRID[inside]) / np.ptp(GRID[inside])
        magnitude = -2.5 * np.log10(mean / radiance_of_magnitude(0.0, VEGA_FLUX[band], centre))
        assert magnitude == pytest.approx(classic_brightness(days)[band], abs=0.01)


def test_classic_sky_grows_with_air_mass() -> None:
    low = classic_sky(GRID, 0, SkyConditions(airmass=2.0)).total
    assert np.median(low / classic_sky(GRID, 0).total) > 1.2


def test_moon_by_age_and_by_light() -> None:
    assert moon_of_days(14.765).illumination == pytest.approx(1.0, abs=1e-4)
    assert moon_of_days(0.0).illumination == 0.0
    assert moon_of_illumination(0.5).sun_separation_deg == pytest.approx(90.0)
    assert Moon(270.0).phase_angle_deg == 90.0


def test_a_moon_stands_where_it_can() -> None:
    zenith = SkyConditions(airmass=1.0)
    with pytest.raises(UsageError) as caught:
        sky_emission(GRID, replace(zenith, moon=Moon(180.0, 30.0, 20.0)))
    assert "altitude 60.0 to 60.0" in caught.value.accepted
    assert Moon(180.0, 30.0).zenith_distance_deg(0.0) == pytest.approx(30.0)
    assert Moon(180.0, 170.0).zenith_distance_deg(0.0) == pytest.approx(170.0)  # below the horizon: no light


@pytest.mark.parametrize(
    "wrong",
    [
        {"airmass": 0.9},
        {"airmass": 4.0},
        {"airmass": float("nan")},
        {"pwv_mm": -1.0},
        {"solar_flux_sfu": 0.0},
        {"ecliptic_latitude_deg": 91.0},
    ],
    ids=lambda one: next(iter(one)),
)
def test_conditions_that_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        SkyConditions(**wrong)


@pytest.mark.parametrize("grid", [[], [200.0, 300.0], [2400.0, 2600.0], [np.nan, 500.0]], ids=str)
def test_wavelengths_beyond_the_model(grid: list[float]) -> None:
    with pytest.raises(UsageError):
        sky_emission(grid)


def test_native_grid_resolves() -> None:
    grid = native_grid(300.0, 2500.0)
    assert grid[0] == 300.0
    assert np.all(grid[:-1] / np.diff(grid) >= 19_999)
    with pytest.raises(UsageError):
        native_grid(100.0, 200.0)


def test_quantities() -> None:
    radiance = sky_radiance(np.linspace(0.5, 0.6, 100) * u.micron)
    np.testing.assert_allclose(radiance.value, sky_emission(np.linspace(500, 600, 100)).total)
    assert radiance.unit == u.ph / u.s / u.m**2 / u.micron / u.arcsec**2
    with pytest.raises(UsageError):
        sky_radiance([1.0, 2.0] * u.s)
