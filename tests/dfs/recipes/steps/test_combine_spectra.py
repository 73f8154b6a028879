"""The mean of several spectra."""

import numpy as np
import pytest

from dfs.model import Flag, Spectrum
from dfs.recipes.steps.combine_spectra import combine_spectra

WAVE = 400.0 + 0.3 * np.arange(800)


def truth(wavelength):
    return 100.0 + 20.0 * np.sin(wavelength / 5.0)


def drawn(seed: int, sigma: float = 5.0, shift: float = 0.0) -> Spectrum:
    rng = np.random.default_rng(seed)
    wavelength = WAVE + shift
    flux = truth(wavelength) + rng.normal(0, sigma, WAVE.size)
    quality = np.zeros(WAVE.size, np.int16)
    return Spectrum(
        wavelength, flux, np.full(WAVE.size, sigma), quality, "electron", background=np.full(WAVE.size, 7.0)
    )


def test_one_is_itself() -> None:
    one = drawn(1)
    assert combine_spectra([one]) is one


def test_mean_is_weighted_and_its_error_right() -> None:
    mean = combine_spectra([drawn(1, 5.0), drawn(2, 5.0), drawn(3, 20.0)])
    np.testing.assert_allclose(mean.error, np.sqrt(1 / (1 / 25 + 1 / 25 + 1 / 400)), rtol=0.02)
    score = (mean.flux - truth(WAVE)) / mean.error
    assert np.std(score) == pytest.approx(1.0, abs=0.08)
    np.testing.assert_allclose(mean.background, 7.0)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_hits_in_one_exposure_are_left_out(count: int) -> None:
    spectra = [drawn(seed) for seed in range(count)]
    spectra[1].flux[100:105] += 500.0
    mean = combine_spectra(spectra)
    np.testing.assert_allclose(mean.flux[100:105], truth(WAVE)[100:105], atol=25.0)
    assert np.all(mean.error[100:105] > mean.error[110])
    assert np.all(mean.quality == 0)


def test_flagged_bins_are_left_out_and_flagged_where_all_are() -> None:
    spectra = [drawn(1), drawn(2)]
    spectra[0].flux[50] = 1e6
    spectra[0].quality[50] = Flag.COSMIC
    for one in spectra:
        one.quality[60] = Flag.BAD
        one.quality[70] = Flag.EXTRAPOLATED
    mean = combine_spectra(spectra)
    assert mean.flux[50] == pytest.approx(truth(WAVE)[50], abs=25)
    assert mean.quality[50] == 0
    assert mean.quality[60] == Flag.BAD
    assert mean.quality[70] == Flag.EXTRAPOLATED
    assert np.isfinite(mean.flux).all()


def test_displaced_exposures_keep_honest_errors() -> None:
    scores = []
    for seed in range(8):
        mean = combine_spectra([drawn(2 * seed), drawn(2 * seed + 100, shift=0.12)])
        scores.append(((mean.flux - truth(WAVE)) / mean.error)[5:-5])
    assert np.sqrt(np.mean(np.square(scores))) == pytest.approx(1.0, abs=0.05)


def test_ends_of_a_displaced_exposure_come_from_the_other() -> None:
    mean = combine_spectra([drawn(1), drawn(2, shift=3.0)])
    np.testing.assert_allclose(mean.error[:9], 5.0)
    assert np.all(mean.quality == 0)


def test_interpolation_does_not_raise_the_weight() -> None:
    """Exposures of equal depth weigh the same, whichever lies between the other's pixels: slit losses differ, the mean must not."""
    bright, faint = drawn(1), drawn(2, shift=0.15)
    bright.flux[:] = 110.0
    faint.flux[:] = 90.0
    np.testing.assert_allclose(combine_spectra([bright, faint]).flux[5:-5], 100.0, atol=0.1)
