from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.recipes.steps.line_profile import LineProfile, fit_lines, fit_profile, windows

widths = st.floats(0.05, 25.0)
sigmas = st.floats(0.3, 4.0)


@given(widths, sigmas)
@settings(max_examples=40, deadline=None)
def test_the_flux_of_all_pixels_is_one(width, sigma):
    pixels = np.arange(-80, 81)
    assert LineProfile(width, sigma).value(pixels - 0.37).sum() == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(("width", "sigma"), [(4.7, 0.8), (20.0, 1.0), (1.0, 2.0), (0.5, 0.4)])
def test_value_is_the_integral_of_the_blurred_box(width, sigma, shape):
    t = np.linspace(-15, 15, 61)
    # the midpoint rule of the oracle errs by up to 3e-4
    np.testing.assert_allclose(LineProfile(width, sigma).value(t), shape(t, width, sigma), atol=5e-4)


@given(widths, sigmas)
@settings(max_examples=30, deadline=None)
def test_slope_is_the_derivative(width, sigma):
    profile, t, h = LineProfile(width, sigma), np.linspace(-10, 10, 41), 1e-4
    numeric = (profile.value(t + h) - profile.value(t - h)) / (2 * h)
    np.testing.assert_allclose(profile.slope(t), numeric, atol=1e-6)


def test_width_of_the_limits():
    assert LineProfile(20.0, 0.5).fwhm == pytest.approx(20.0, rel=1e-3)
    # a Gaussian convolved with the pixel: variances add
    assert LineProfile(0.05, 3.0).fwhm == pytest.approx(2.3548 * np.sqrt(9.0 + 1 / 12), rel=1e-3)


def test_fits_recover_truth_with_honest_errors(shape):
    rng = np.random.default_rng(3)
    truth = 20.0 + rng.uniform(-0.5, 0.5, 400)
    pixels = np.arange(41)
    expected = 30.0 + 2000.0 * shape(pixels - truth[:, None], 4.7, 0.8)
    data = rng.poisson(expected) + rng.normal(0, 5.0, expected.shape)
    index = np.broadcast_to(pixels, data.shape)[:, 12:29]
    fits = fit_lines(
        data[:, 12:29].astype(float), expected[:, 12:29] + 25.0, index, np.full(400, 20.0), LineProfile(4.7, 0.8)
    )
    pull = (fits.x - truth) / fits.x_error
    assert 0.9 < pull.std() < 1.1
    assert abs(pull.mean()) < 0.15
    assert np.mean(fits.flux) == pytest.approx(2000.0, rel=0.01)


def test_free_width_is_measured(shape):
    pixels = np.arange(60, dtype=float)
    data = 5.0 + 1000.0 * shape(pixels - 30.2, 4.7 * 1.3, 0.8 * 1.3)
    cut, index = windows(data, np.array([30.0]), 14)
    fits = fit_lines(cut, np.ones_like(cut), index, np.array([30.0]), LineProfile(4.7, 0.8), free_width=True)
    assert fits.stretch[0] == pytest.approx(1.3, abs=0.03)
    assert fits.x[0] == pytest.approx(30.2, abs=1e-3)


def test_a_window_without_data_gives_nan():
    cut, index = windows(np.ones(30), np.array([15.0]), 8)
    fits = fit_lines(np.full_like(cut, np.nan), np.ones_like(cut), index, np.array([15.0]), LineProfile(4.0, 1.0))
    assert np.isnan(fits.x[0])


@pytest.mark.parametrize(("width", "sigma"), [(4.7, 0.6), (0.3, 1.8), (18.0, 1.2)])
def test_the_shape_is_found(width, sigma, shape):
    pixels = np.arange(200, dtype=float)
    centres = np.array([40.3, 101.8, 160.1])
    data = 10 + sum(f * shape(pixels - c, width, sigma) for c, f in zip(centres, (5e3, 2e4, 8e3), strict=True))
    fwhm = LineProfile(width, sigma).fwhm
    cut, index = windows(data, centres, int(1.1 * fwhm + 4))
    found = fit_profile(cut, index, np.rint(centres), fwhm * 1.1)
    t = np.linspace(-fwhm, fwhm, 50)
    np.testing.assert_allclose(found.value(t), shape(t, width, sigma), atol=0.01 * found.value(0.0))
