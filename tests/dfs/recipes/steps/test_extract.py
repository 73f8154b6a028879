"""Extraction of drawn spectra against the truth they were drawn from."""

from dataclasses import replace

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.model import Flag
from dfs.recipes.steps.extract import aperture, extract, weighted_sum
from dfs.recipes.steps.pixel_noise import PixelNoise
from dfs.recipes.steps.slit_sky import fit_slit_sky, middle_row_pixel
from dfs.recipes.steps.trace import Trace, trace_source

HALF = 9.0


def noise_of(scene) -> PixelNoise:
    shape = (scene.ny, scene.nx)
    correlation = (scene.correlation,) if scene.correlation else ()
    return PixelNoise(np.full(shape, scene.ron_e**2), np.ones(shape), np.zeros(shape), correlation)


def reduced(scene, image, **choices):
    """Sky, trace and spectrum of a drawn image, as the recipes make them."""
    use = image.good()
    use[int(scene.star_row) - 18 : int(scene.star_row) + 19] = False
    sky = fit_slit_sky(image.data, image.variance, use, middle_row_pixel(scene.solution().wavelength_map()))
    data = image.data - sky.model
    try:
        trace = trace_source(data, image.variance.astype(float), image.good(), scene.star_row, scene.fwhm)
    except DataError:  # too faint: what the recipes do at a row that was given
        trace = Trace(np.full(scene.nx, scene.star_row), np.full(scene.nx, scene.fwhm), 0, 0.0, 0, 0.0)
    return extract(image, sky, noise_of(scene), trace, half_width=HALF, **choices)


def scores(scene_class, seeds, **numbers):
    scene = scene_class(nx=300, ny=120, **numbers)
    found = []
    for seed in range(seeds):
        spectrum = reduced(scene, scene.draw(seed))
        found.append((spectrum.flux - scene.flux()) / np.sqrt(spectrum.variance))
    return np.array(found)


@pytest.mark.parametrize(
    "numbers",
    [
        {"star_e": 3000.0},
        {"star_e": 400.0},
        {"star_e": 60.0, "bend": 0.0},
        {"star_e": 0.0},
        {"star_e": 400.0, "correlation": -0.15},
        {"star_e": 200.0, "correlation": 0.25, "ron_e": 14.0, "sky_e": 5.0},
        {"star_e": 400.0, "ron_e": 3.0, "sky_e": 300.0},
    ],
    ids=str,
)
def test_flux_is_right_within_its_error(scene_class, numbers) -> None:
    score = scores(scene_class, 12, **numbers)
    # 3600 values: the standard error of the ratio is 0.012; a profile from faint data adds a few percent common to all columns.
    assert np.sqrt(np.mean(score**2)) == pytest.approx(1.0, abs=0.08 if numbers["star_e"] == 200.0 else 0.05)
    assert np.mean(score) == pytest.approx(0.0, abs=0.12)


def test_bright_flux_has_no_bias(scene_class) -> None:
    scene = scene_class(star_e=100000.0)
    spectrum = reduced(scene, scene.draw())
    assert np.median(spectrum.flux / scene.flux()) == pytest.approx(1.0, abs=0.001)
    assert np.all(spectrum.quality == 0)
    assert spectrum.profile_chi2 < 2.0


def test_optimal_beats_the_sum_by_what_theory_says(scene_class) -> None:
    scene = scene_class(star_e=60.0, sky_e=100.0, bend=0.0, ny=300, star_row=150.3, lines=(), slope=0.0)
    image = scene.draw()
    best, plain = reduced(scene, image), reduced(scene, image, optimal=False)
    # Sky-limited, Gaussian of width s: 1 / sum P^2 = 2 sqrt(pi) s pixels; the sum has 2 h. The error of the sky, 9/4 of the variance of
    # a mean over n rows in the middle of a parabola, is common to all pixels: squared number of pixels.
    pixels = 2 * np.sqrt(np.pi) * scene.fwhm / 2.3548
    share = 2.25 / (scene.ny - 37)
    expected = (2 * HALF + (2 * HALF) ** 2 * share) / (pixels + pixels**2 * share)
    assert np.median(plain.variance / best.variance) == pytest.approx(expected, rel=0.1)
    assert np.sum(plain.flux) == pytest.approx(np.sum(best.flux), rel=0.12)  # 1.5 times the error


def test_cosmic_rays_on_the_spectrum_are_rejected(scene_class) -> None:
    scene = scene_class(star_e=2000.0)
    image = scene.draw()
    clean = reduced(scene, image)
    rng = np.random.default_rng(2)
    columns = rng.choice(np.arange(20, scene.nx - 20), 25, replace=False)
    for column in columns:
        image.data[int(scene.trace()[column]) + rng.integers(-3, 4), column] += 3000.0
    hit = reduced(scene, image)
    assert hit.rejected.sum() >= 23
    score = (hit.flux - scene.flux())[columns] / np.sqrt(hit.variance[columns])
    assert np.sqrt(np.mean(score**2)) < 1.6
    untouched = np.setdiff1d(np.arange(scene.nx), columns)
    np.testing.assert_allclose(hit.flux[untouched], clean.flux[untouched], rtol=0.01)


def test_masked_columns_say_so(scene) -> None:
    image = scene.draw()
    image.mask[60:82, 100] = Flag.BAD
    image.mask[int(scene.trace()[200]), 200] |= Flag.SATURATED
    image.mask[45, 300] = Flag.BAD  # far from the light
    spectrum = reduced(scene, image)
    assert spectrum.quality[100] & Flag.BAD
    assert spectrum.quality[100] & Flag.NO_DATA
    assert spectrum.quality[200] & Flag.SATURATED
    assert spectrum.quality[300] == 0


def test_a_few_masked_pixels_are_made_up_for(scene_class) -> None:
    scene = scene_class(star_e=20000.0, bend=0.0)
    image = scene.draw()
    row = int(scene.star_row) + 3
    image.mask[row, 50:60] = Flag.BAD
    spectrum = reduced(scene, image)
    np.testing.assert_allclose(spectrum.flux[50:60], scene.flux()[50:60], rtol=0.05)
    assert np.all(spectrum.quality[50:60] == 0)


def test_aperture_shares_pixels_at_its_edges() -> None:
    trace = Trace(np.array([10.0, 10.25]), np.full(2, 4.0), 0, 0.0, 2, 10.0)
    rows, share = aperture(trace, 2.5, 40)
    np.testing.assert_allclose(share.sum(axis=0), 5.0)
    assert share[int(10 - rows.start), 0] == 1.0
    clipped, share = aperture(Trace(np.array([1.0]), np.ones(1), 0, 0.0, 1, 1.0), 3.0, 40)
    assert clipped.start == 0
    assert share.sum() == pytest.approx(4.5)


def test_weighted_sum_makes_up_for_bad_pixels(scene) -> None:
    spectrum = reduced(scene, scene.draw())
    part = replace(noise_of(scene)).part(spectrum.rows)
    variance = part.variance(np.zeros(spectrum.weights.shape))
    light = spectrum.profile * 1000.0
    good = np.ones(light.shape, dtype=bool)
    flux, _ = weighted_sum(light, good, variance, part, spectrum.weights, spectrum.profile)
    np.testing.assert_allclose(flux, 1000.0, rtol=1e-6)
    good[8] = False
    flux, error = weighted_sum(np.where(good, light, 1e6), good, variance, part, spectrum.weights, spectrum.profile)
    seen = np.isfinite(flux)
    np.testing.assert_allclose(flux[seen], 1000.0, rtol=1e-6)
    assert np.isfinite(error[seen]).all()
