"""Aperture errors on correlated noise, and aperture corrections."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.model import Image
from dfs.recipes.steps.image_wcs import Affine
from dfs.recipes.steps.photometry import aperture_correction, aperture_noise_factor, apertures, empty_apertures
from dfs.recipes.steps.resample import kernel_autocorrelation, resample
from dfs.recipes.steps.sources import Sources, detect

ALONE = np.pad([[1.0]], 5)


def noise(shape=(500, 500), seed: int = 1) -> Image:
    data = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return Image(data, np.ones(shape, np.float32), np.zeros(shape, np.uint8))


@pytest.mark.parametrize("radius", [1.5, 3.0, 6.0])
@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.5, 0.3)])
def test_errors_hold_on_resampled_noise(radius: float, shift: tuple[float, float]) -> None:
    mapping = Affine.translation(*shift)
    moved = resample(noise(), mapping, (500, 500))
    covariance = kernel_autocorrelation(mapping, "lanczos3")
    nothing = np.zeros((500, 500), bool)
    flux, error = empty_apertures(moved, nothing, radius, covariance / covariance[5, 5])
    assert len(flux) > 500
    assert np.std(flux / error) == pytest.approx(1.0, abs=4 / np.sqrt(2 * len(flux)) + 0.02)


def test_factor_of_untouched_and_of_fully_correlated_noise() -> None:
    assert 0.9 < aperture_noise_factor(ALONE, 5.0) < 1.0
    assert aperture_noise_factor(ALONE, 50.0) == pytest.approx(1.0, abs=0.02)
    wide = np.ones((11, 11))
    assert aperture_noise_factor(wide, 1.5) == pytest.approx(np.pi * 1.5**2, rel=0.01)


def test_empty_apertures_stay_off_sources() -> None:
    image = noise((200, 200))
    blocked = np.zeros((200, 200), bool)
    blocked[:, :150] = True
    flux, _ = empty_apertures(image, blocked, 3.0, ALONE)
    assert 0 < len(flux) < 200
    assert len(empty_apertures(image, np.ones((200, 200), bool), 3.0, ALONE)[0]) == 0


def test_no_source_no_flux() -> None:
    flux, error = apertures(noise((50, 50)), np.empty(0), np.empty(0), (1.0, 2.0), ALONE)
    assert flux.shape == error.shape == (0, 2)


def drawn(sky: float) -> tuple[Image, Sources]:
    image = noise((400, 400))
    data = image.data + sky
    y, x = np.mgrid[:400, :400]
    for x0 in range(50, 400, 75):
        for y0 in range(50, 400, 75):
            data += (1 + x0 / 100) * 2000 / (2 * np.pi * 4) * np.exp(-0.5 * ((x - x0) ** 2 + (y - y0) ** 2) / 4)
    seen = Image(data.astype(np.float32), image.variance, image.mask)
    return seen, detect(Image((data - sky).astype(np.float32), image.variance, image.mask), fwhm_px=4.7, threshold=5)


@pytest.mark.parametrize("sky", [0.0, 0.5])
def test_correction_is_that_of_the_profile_whatever_the_sky(sky: float) -> None:
    image, sources = drawn(sky)
    found = aperture_correction(image, sources, (4.7, 18.8), 4.75, ALONE)
    assert found.stars >= 20
    # The aperture takes a pixel's light as even, a box of variance 1/12.
    assert found.factor == pytest.approx(
        1 / (1 - np.exp(-0.5 * 4.7**2 / (4 + 1 / 12))), abs=max(3 * found.error, 0.003)
    )
    assert found.error < 0.01


def test_without_stars_a_gaussian_is_assumed() -> None:
    image, sources = drawn(0.0)
    found = aperture_correction(image, sources.take(np.array([0])), (4.7, 18.8), 4.7, ALONE)
    assert found.stars == 0
    assert found.factor == pytest.approx(1 / (1 - 0.5**4), rel=1e-3)
    assert found.error / found.factor == pytest.approx(0.05)
