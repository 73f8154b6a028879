"""What the air lets through."""

import numpy as np
import pytest

from dfs.errors import UsageError
from dfs.sky import extinction_curve
from dfs.sky.transmission import (
    aerosol_depth,
    extinction_mag,
    molecular_transmission,
    ozone_depth,
    rayleigh_depth,
    transmission,
)

MAGNITUDE = 2.5 / np.log(10)


def test_measured_extinction_is_kept_where_it_was_measured() -> None:
    curve = extinction_curve("paranal")
    nodes = curve.wavelength_nm
    np.testing.assert_allclose(extinction_mag(nodes), curve.extinction_mag)


def test_terms_add_up_to_the_measured_extinction() -> None:
    wavelength = np.array([350.0, 400.0, 500.0, 600.0, 800.0, 1000.0])
    terms = MAGNITUDE * (rayleigh_depth(wavelength) + aerosol_depth(wavelength) + ozone_depth(wavelength))
    np.testing.assert_allclose(terms, extinction_mag(wavelength), atol=0.02)  # 0.014 at 350 nm; measured to 0.01


def test_no_step_at_the_edges_of_the_measurements() -> None:
    for edge in (332.5, 1000.0):
        low, high = extinction_mag([edge - 0.01, edge + 0.01])
        assert low == pytest.approx(high, rel=2e-3)
    assert np.all(np.diff(extinction_mag(np.linspace(1000, 2500, 500))) < 0)


def test_bands_are_where_they_belong() -> None:
    clear, o2, water, co2 = (np.mean(molecular_transmission(np.linspace(*band, 200))) for band in BANDS)
    assert clear > 0.999
    assert 0.7 < o2 < 0.8
    assert 0.85 < water < 0.95
    assert 0.6 < co2 < 0.8


BANDS = ((750.0, 757.0), (759.0, 770.0), (890.0, 980.0), (2000.0, 2080.0))


def test_more_water_takes_more_in_water_bands_only() -> None:
    water, oxygen = np.linspace(930, 960, 300), np.linspace(760, 768, 300)
    assert np.mean(molecular_transmission(water, 1.0, 5.0)) < np.mean(molecular_transmission(water, 1.0, 1.0)) - 0.1
    np.testing.assert_array_equal(molecular_transmission(oxygen, 1.0, 5.0), molecular_transmission(oxygen, 1.0, 1.0))
    assert np.all(molecular_transmission(water, 1.0, 0.0) >= molecular_transmission(water, 1.0, 1.0))


def test_transmission_is_extinction_times_bands() -> None:
    wavelength = np.linspace(300.0, 2500.0, 3000)
    expected = 10 ** (-0.4 * 1.5 * extinction_mag(wavelength)) * molecular_transmission(wavelength, 1.5)
    np.testing.assert_allclose(transmission(wavelength, 1.5), expected)
    assert np.all((transmission(wavelength, 1.5) >= 0) & (transmission(wavelength, 1.5) < 1))


@pytest.mark.parametrize(("airmass", "pwv"), [(0.5, 2.5), (1.0, -1.0), (float("nan"), 2.5), (1.0, 99.0)])
def test_impossible_air(airmass: float, pwv: float) -> None:
    with pytest.raises(UsageError):
        molecular_transmission(600.0, airmass, pwv)
