from __future__ import annotations

import numpy as np
import pytest

from dfs.recipes.steps.lines import continuum, detect_lines, typical_width


def spectrum(shape, centres, fluxes, *, seed=1, width=4.7, sigma=0.8, nx=900, level=40.0):
    rng = np.random.default_rng(seed)
    pixels = np.arange(nx)
    expected = level + 0.03 * pixels
    for centre, flux in zip(centres, fluxes, strict=True):
        expected = expected + flux * shape(pixels - centre, width, sigma)
    return rng.poisson(expected) + rng.normal(0, 4.0, nx), expected + 16.0


CENTRES = np.arange(40.0, 860.0, 45.0) + np.random.default_rng(0).uniform(-8, 8, 19)
FLUXES = 10.0 ** np.random.default_rng(1).uniform(2.9, 4.8, 19)


@pytest.mark.parametrize(("width", "sigma"), [(4.7, 0.8), (0.3, 2.0), (9.0, 1.0)])
def test_all_lines_are_found_where_they_are(shape, width, sigma):
    data, variance = spectrum(shape, CENTRES, FLUXES, width=width, sigma=sigma)
    found = detect_lines(data, variance, np.zeros(900, dtype=bool))
    assert found is not None
    assert len(found) == len(CENTRES)
    pull = (found.x - CENTRES) / np.hypot(found.x_error, 0.01)
    assert np.abs(pull).max() < 4.5
    np.testing.assert_allclose(found.flux, FLUXES, rtol=0.12)


def test_nothing_is_found_in_noise(shape):
    for seed in range(20):
        data, variance = spectrum(shape, [], [], seed=seed)
        found = detect_lines(data, variance, np.zeros(900, dtype=bool))
        assert found is None or len(found) == 0


def test_a_blend_is_told_by_its_misfit(shape):
    centres = [100.0, 300.0, 500.0, 700.0, 702.8]
    data, variance = spectrum(shape, centres, [3e4, 3e4, 3e4, 3e4, 2e4])
    found = detect_lines(data, variance, np.zeros(900, dtype=bool))
    assert found is not None
    blend = np.argmin(np.abs(found.x - 701))
    alone = np.abs(found.x - 300).argmin()
    assert found.misfit[blend] > 2 * found.misfit[alone]
    assert found.fwhm[blend] > 1.2 * found.fwhm[alone]


def test_saturated_lines_are_marked(shape):
    data, variance = spectrum(shape, CENTRES, FLUXES)
    saturated = np.zeros(900, dtype=bool)
    saturated[round(CENTRES[4])] = True
    found = detect_lines(data, variance, saturated)
    assert found is not None
    assert list(np.flatnonzero(found.saturated)) == [4]


def test_missing_pixels_do_no_harm(shape):
    data, variance = spectrum(shape, CENTRES, FLUXES)
    hole = round(CENTRES[7]) + 20
    data[hole : hole + 5] = np.nan
    found = detect_lines(data, variance, np.zeros(900, dtype=bool))
    assert found is not None
    assert len(found) == len(CENTRES)


def test_width_and_level(shape):
    data, variance = spectrum(shape, CENTRES, FLUXES)
    assert typical_width(data, variance) == pytest.approx(4.8, abs=0.4)
    level = continuum(data, 4.7)
    assert np.median(np.abs(level - (40.0 + 0.03 * np.arange(900)))) < 6.0
