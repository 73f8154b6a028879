from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import DataError
from dfs.model import Card, Column, Frame, Product, Table
from dfs.products import Provenance, read_frame, write_product
from dfs.recipes.steps.wavelength import WavelengthSolution


def solution(shape=(200, 1000), **changes) -> WavelengthSolution:
    coefficients = np.zeros((3, 5))
    coefficients[0] = [455.0, 152.0, 3.0, -0.4, 0.1]
    coefficients[1, :2] = [0.12, 0.03]
    coefficients[2, :2] = [0.40, -0.25]
    values = {
        "coefficients": coefficients,
        "shape": shape,
        "calibrated_nm": (390.0, 590.0),
        "calibrated_rows": (20.0, 180.0),
        "lines": 25,
        "rms_px": 0.08,
        "rms_loo_px": 0.11,
        "fwhm_px": 4.5,
    }
    return WavelengthSolution(**{**values, **changes})


coefficient = st.floats(-1.0, 1.0)
solutions = st.builds(
    lambda bend, skew, tilt, bow, shift, stretch: solution(
        coefficients=np.array([[455.0, 152.0, 5 * bend, 2 * skew], [tilt, 0.1 * tilt, 0, 0], [bow, 0.2 * bow, 0, 0]])
    ).shifted(20 * shift, 0.01 * stretch),
    coefficient,
    coefficient,
    coefficient,
    coefficient,
    coefficient,
    coefficient,
)


@given(solutions, st.lists(st.floats(0, 999), min_size=1, max_size=20), st.floats(0, 199))
@settings(max_examples=60, deadline=None)
def test_pixel_inverts_wavelength(one, x, row):
    np.testing.assert_allclose(one.pixel(one.wavelength_nm(x, row), row), x, atol=1e-7)


@given(solutions)
@settings(max_examples=30, deadline=None)
def test_table_round_trip(one):
    back = WavelengthSolution.from_table(one.to_table())
    np.testing.assert_array_equal(back.wavelength_map(), one.wavelength_map())
    for name in ("shape", "calibrated_nm", "calibrated_rows", "medium", "lines", "rms_px", "rms_loo_px", "fwhm_px"):
        assert getattr(back, name) == getattr(one, name)


def test_round_trip_through_a_file(tmp_path):
    one = solution().shifted(1.25, 1e-4)
    raw = Frame("ARC", "arc", {"INSTRUME": "EFOSC", "MJD-OBS": 59605.8}, np.zeros((2, 2), dtype=np.uint16))
    provenance = Provenance("arc", "1", {}, (), datetime(2022, 1, 26, tzinfo=UTC))
    product = Product("WAVE_SOLUTION", one.to_table(), raw, extrapolated_nm=one.extrapolated_nm)
    write_product(product, tmp_path / "wave.fits", provenance)
    content = read_frame(tmp_path / "wave.fits").content
    assert isinstance(content, Table)
    back = WavelengthSolution.from_table(content)
    np.testing.assert_array_equal(back.wavelength_map(), one.wavelength_map())
    assert back.calibrated_nm == one.calibrated_nm


def test_dispersion_is_the_derivative():
    one = solution().shifted(3.0, 0.002)
    x = np.linspace(0, 999, 50)
    numeric = (one.wavelength_nm(x + 0.01, 30.0) - one.wavelength_nm(x - 0.01, 30.0)) / 0.02
    np.testing.assert_allclose(one.dispersion_nm(x, 30.0), numeric, rtol=1e-6)


def test_shifted_moves_features_to_higher_pixels():
    one = solution()
    centre = 0.5 * (one.shape[1] - 1)
    moved = one.shifted(7.5)
    np.testing.assert_allclose(moved.pixel([400.0, 500.0], 40.0), one.pixel([400.0, 500.0], 40.0) + 7.5, atol=1e-7)
    tilted = one.shifted(2.0, 0.01)
    # at pixel x of the frame the displacement is 2 + 0.01 (x - centre)
    x = np.array([100.0, 499.5, 900.0])
    np.testing.assert_allclose(tilted.wavelength_nm(x), one.wavelength_nm(x - 2.0 - 0.01 * (x - centre)), rtol=1e-12)


@given(st.floats(-9, 9), st.floats(-0.01, 0.01), st.floats(-9, 9), st.floats(-0.01, 0.01))
@settings(max_examples=40, deadline=None)
def test_shifts_follow_each_other(first, first_slope, second, second_slope):
    one, x, centre = solution(), np.linspace(0, 999, 7), 499.5
    twice = one.shifted(first, first_slope).shifted(second, second_slope)
    between = x - second - second_slope * (x - centre)
    arc = between - first - first_slope * (between - centre)
    np.testing.assert_allclose(twice.wavelength_nm(x, 10.0), one.wavelength_nm(arc, 10.0), rtol=1e-12)


def test_extrapolated_parts_are_those_beyond_the_lines():
    one = solution()
    low, high = one.range_nm
    assert one.extrapolated_nm == ((low, 390.0), (590.0, high))
    assert solution(calibrated_nm=(200.0, 900.0)).extrapolated_nm == ()


def test_wavelengths_far_from_the_detector_have_no_pixel():
    assert np.all(np.isnan(solution().pixel([100.0, 1500.0])))


def test_what_is_no_solution_is_refused():
    table = solution().to_table()
    without = Table(table.columns, tuple(card for card in table.cards if "CAL MIN" not in card.keyword))
    with pytest.raises(DataError, match="CAL MIN") as caught:
        WavelengthSolution.from_table(without, "x.fits")
    assert caught.value.where == "x.fits"
    broken = Table((*table.columns[:2], Column("coefficient", np.full(len(table), np.nan))), table.cards)
    with pytest.raises(DataError, match="coefficients"):
        WavelengthSolution.from_table(broken)
    words = tuple(Card(c.keyword, "many", "") if c.keyword.endswith("NX") else c for c in table.cards)
    with pytest.raises(DataError, match="not a number"):
        WavelengthSolution.from_table(Table(table.columns, words))
