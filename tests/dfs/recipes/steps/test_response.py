"""The response fitted to drawn stars whose response is known."""

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.recipes.steps.response import efficiency, fit_response, held_out, integrate, telluric
from dfs.recipes.steps.standards import find_standard

EDGES = 305.0 + 0.3 * np.arange(1001)
MIDDLE = 0.5 * (EDGES[1:] + EDGES[:-1])


def truth(wavelength):
    """A response that bends in the blue like a grism's: electron cm2 / erg."""
    w = np.asarray(wavelength)
    return 4e15 * np.exp(-0.5 * ((w - 430) / 90) ** 2) / (1 + np.exp(-(w - 350) / 12)) + 5e14


def through(wavelength):
    return np.exp(-0.25 * (400.0 / np.asarray(wavelength)) ** 4)


def star_bands(displacement_nm=0.0, seed=None, rate=1.0):
    """Return a function of the displacement (px of 0.3 nm), for a star drawn `displacement_nm` away."""
    star = find_standard("EG 21").within(EDGES[0] + 3, EDGES[-1] - 3)
    fine = np.arange(300.0, 612.0, 0.02)
    # A spectrum whose band means are the table's: histogram interpolation through the cumulative flux.
    total = np.concatenate(([0.0], np.cumsum(star.flux * star.width_nm)))
    bounds = np.concatenate((star.wavelength_nm - star.width_nm / 2, [star.wavelength_nm[-1] + star.width_nm[-1] / 2]))
    from scipy.interpolate import PchipInterpolator

    spectrum = np.gradient(PchipInterpolator(bounds, total, extrapolate=True)(fine), fine)
    detected = spectrum * truth(fine) * through(fine) * 10 * 0.02 * rate
    counts, _ = np.histogram(fine + displacement_nm, bins=EDGES, weights=detected)
    variance = np.maximum(counts, 1e-9)
    if seed is not None:
        counts = np.random.default_rng(seed).normal(counts, np.sqrt(variance))

    def at(shift_px):
        return integrate(EDGES - 0.3 * shift_px, counts / rate, variance / rate**2, star, through)

    return at


def test_response_is_recovered() -> None:
    fit = fit_response(star_bands(), 0.0, knots=10)
    wavelength = np.arange(345.0, 595.0, 1.0)
    np.testing.assert_allclose(fit.value(wavelength), truth(wavelength), rtol=0.02)
    assert np.sqrt(np.mean((fit.value(wavelength) / truth(wavelength) - 1) ** 2)) < 0.006
    assert abs(fit.shift_px) < 0.4


def test_displacement_is_refined_on_the_table() -> None:
    bands_at = star_bands(displacement_nm=0.3 * 2.0)
    fit = fit_response(bands_at, 1.2, knots=10)
    assert fit.shift_px == pytest.approx(2.0, abs=0.4)
    kept = fit_response(bands_at, 1.2, knots=10, reach_px=0.0)
    assert kept.shift_px == 1.2
    assert fit.scatter < kept.scatter


def test_held_out_bands_are_foretold_and_a_displaced_star_is_told() -> None:
    good = held_out(star_bands(), 0.0, (390.0, 590.0), knots=10, reach_px=1.5)
    assert good.rms() < 0.01
    displaced = held_out(star_bands(displacement_nm=3.0), 0.0, (390.0, 590.0), knots=10, reach_px=0.0)
    assert displaced.rms() > 0.04
    assert max(displaced.rms(fold) for fold in range(3)) >= displaced.rms()


def test_bands_left_out_do_not_touch_the_fit() -> None:
    star = star_bands()
    left = np.zeros(len(star(0.0).ratio), dtype=bool)
    left[20] = True

    def spoilt(shift):
        bands = star(shift)
        bands.ratio[20] *= 5.0
        return bands

    clean = fit_response(star, 0.0, knots=8, leave_out=left)
    other = fit_response(spoilt, 0.0, knots=8, leave_out=left)
    assert other.value(450.0) == pytest.approx(float(clean.value(450.0)), rel=1e-12)


def test_error_is_that_of_the_noise() -> None:
    rate = 0.02  # so faint that photon noise rules
    wavelength = np.arange(400.0, 590.0, 10.0)
    fits = [fit_response(star_bands(seed=seed, rate=rate), 0.0, knots=6, reach_px=0.0) for seed in range(60)]
    values = np.array([fit.value(wavelength) for fit in fits])
    scatter = values.std(axis=0) / values.mean(axis=0)
    predicted = np.mean([fit.relative_error(wavelength) for fit in fits], axis=0)
    assert np.median(scatter / predicted) == pytest.approx(1.0, abs=0.25)


def test_outside_the_bands_it_goes_on_straight_and_unsure() -> None:
    fit = fit_response(star_bands(), 0.0, knots=8)
    low, high = fit.covered_nm
    assert (low, high) == (
        327.5,
        597.5,
    )  # the first band, 330 nm, is 5 nm wide; that of 600 ends beyond the frame's margin
    assert fit.relative_error(high + 30)[0] > 5 * fit.relative_error(high - 30)[0]
    outer = np.log(fit.value([high + 10, high + 20, high + 30]))
    assert outer[2] - outer[1] == pytest.approx(outer[1] - outer[0])


def test_spoilt_band_is_left_out() -> None:
    star = star_bands()

    def spoilt(shift):
        bands = star(shift)
        bands.ratio[30] *= 1.3
        return bands

    fit = fit_response(spoilt, 0.0, knots=8)
    assert not fit.used[30]
    assert fit.value(450.0) == pytest.approx(float(fit_response(star, 0.0, knots=8).value(450.0)), rel=0.01)


def test_too_few_bands_are_refused() -> None:
    star = star_bands()
    left = np.ones(len(star(0.0).ratio), dtype=bool)
    left[:8] = False
    with pytest.raises(DataError, match="bands of the standard's table") as caught:
        fit_response(star, 0.0, knots=8, leave_out=left, where="std.fits")
    assert caught.value.where == "std.fits"


def test_telluric_bands() -> None:
    centre = np.array([500.0, 684.0, 690.0, 765.0])
    assert telluric(centre, 5.0).tolist() == [False, True, True, True]
    assert telluric(centre).tolist() == [False, False, True, True]


def test_efficiency_counts_photons() -> None:
    # 1 erg/s/cm2/A at 500 nm is 1e7 * 500e-9 m * ... photons: h c / lambda = 3.9729e-12 erg.
    photons = 1.0 / 3.97289e-12
    response = 0.25 * photons * 9.0e4  # a quarter of those on 9 m2
    assert efficiency(response, 500.0, 9.0) == pytest.approx(0.25, rel=1e-4)
