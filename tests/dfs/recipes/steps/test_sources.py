"""Detection, moments, image quality: drawn sources are found where, as wide and as long as they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.model import Flag, Image
from dfs.recipes.steps.image_quality import image_quality, stars
from dfs.recipes.steps.moments import adaptive_moments
from dfs.recipes.steps.sources import SourceFlag, detect, filled

FWHM = 4.0


def canvas(seed: int, shape=(300, 300), noise: float = 1.0) -> Image:
    data = np.random.default_rng(seed).normal(0, noise, shape)
    return Image(data.astype(np.float32), np.full(shape, noise**2, np.float32), np.zeros(shape, np.uint8))


def gaussian(shape, x0, y0, flux, xx, xy, yy) -> np.ndarray:
    """Integrated over pixels by a 5x5 mean."""
    sub = (np.arange(5) - 2) / 5
    inverse = np.linalg.inv([[xx, xy], [xy, yy]])
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    total = np.zeros(shape)
    for dx in sub:
        for dy in sub:
            u, v = x + dx - x0, y + dy - y0
            total += np.exp(-0.5 * (inverse[0, 0] * u * u + 2 * inverse[0, 1] * u * v + inverse[1, 1] * v * v))
    return flux * total / 25 / (2 * np.pi * np.sqrt(xx * yy - xy * xy))


def moffat(shape, x0, y0, flux, fwhm, beta) -> np.ndarray:
    alpha = fwhm / 2 / np.sqrt(2 ** (1 / beta) - 1)
    y, x = np.mgrid[: shape[0], : shape[1]]
    return flux * (beta - 1) / np.pi / alpha**2 * (1 + ((x - x0) ** 2 + (y - y0) ** 2) / alpha**2) ** -beta


@given(
    st.floats(29, 31),
    st.floats(29, 31),
    st.floats(1.5, 4.0),
    st.floats(1.5, 4.0),
    st.floats(-0.6, 0.6),
    st.floats(10, 1e5),
)
@settings(max_examples=30, deadline=None)
def test_moments_of_a_gaussian_are_its_own(x, y, a, b, skew, flux) -> None:
    xx, yy = a * a, b * b
    xy = skew * a * b
    data = gaussian((61, 61), x, y, flux, xx, xy, yy).astype(np.float32)
    found = adaptive_moments(data, np.array([30.0]), np.array([30.0]), fwhm_px=FWHM)
    assert found.converged[0]
    assert found.x[0] == pytest.approx(x, abs=2e-3)
    assert found.y[0] == pytest.approx(y, abs=2e-3)
    box = 0.08 + 1 / 12  # drawn by a 5-point mean, variance 2/25, and read as the mean over a pixel
    assert found.xx[0] == pytest.approx(xx + box, abs=0.1, rel=0.01)
    assert found.xy[0] == pytest.approx(xy, abs=0.05, rel=0.01)
    assert found.yy[0] == pytest.approx(yy + box, abs=0.1, rel=0.01)
    assert found.flux[0] == pytest.approx(flux, rel=0.01)


def test_moments_say_where_they_fail() -> None:
    found = adaptive_moments(-np.ones((40, 40), np.float32), np.array([20.0]), np.array([20.0]), fwhm_px=FWHM)
    assert not found.converged[0]
    assert (found.x[0], found.y[0]) == (20.0, 20.0)
    assert np.isnan(found.fwhm[0])


def test_centres_scatter_as_predicted() -> None:
    off = []
    for seed in range(60):
        image = canvas(seed, (60, 60))
        data = image.data + gaussian((60, 60), 30.3, 29.6, 300, 2.9, 0, 2.9)
        found = detect(Image(data.astype(np.float32), image.variance, image.mask), fwhm_px=FWHM, threshold=8)
        off.append([(found.x[0] - 30.3) / found.centre_error[0], (found.y[0] - 29.6) / found.centre_error[0]])
    assert np.std(off) == pytest.approx(1.0, abs=0.25)
    assert abs(np.mean(off)) < 0.3


def test_faint_sources_are_found_and_noise_is_not() -> None:
    image = canvas(3)
    places = [(x, y) for x in range(30, 280, 40) for y in range(30, 280, 40)]
    # A matched filter's SNR of 8: flux / (noise sqrt(4 pi) sigma).
    flux = 8 * np.sqrt(4 * np.pi) * FWHM / 2.3548
    data = image.data.copy()
    for x, y in places:
        data += gaussian(data.shape, x, y, flux, 2.885, 0, 2.885).astype(np.float32)
    found = detect(Image(data, image.variance, image.mask), fwhm_px=FWHM, threshold=5.0)
    near = [np.hypot(found.x - x, found.y - y).min() < 2 for x, y in places]
    assert sum(near) >= len(places) - 4
    assert len(found) <= len(places) + 1
    assert np.median(found.snr) == pytest.approx(8, rel=0.15)
    assert len(detect(image, fwhm_px=FWHM, threshold=5.0)) <= 1


def test_two_that_touch_are_two_and_say_so() -> None:
    image = canvas(1, (80, 80))
    data = image.data + gaussian((80, 80), 36, 40, 3000, 3, 0, 3) + gaussian((80, 80), 44, 40, 2000, 3, 0, 3)
    found = detect(Image(data.astype(np.float32), image.variance, image.mask), fwhm_px=FWHM, threshold=5)
    assert len(found) == 2
    assert np.all(found.flags & SourceFlag.BLENDED)


def test_flags_tell_what_is_wrong() -> None:
    image = canvas(1, (120, 120))
    data, mask = image.data.copy(), image.mask.copy()
    for x, y in ((30, 30), (80, 30), (3, 80), (80, 80)):
        data += gaussian(data.shape, x, y, 4000, 3, 0, 3).astype(np.float32)
    mask[30, 30] = Flag.SATURATED
    mask[25:36, 80] = Flag.BAD
    data[25:36, 80] = 1e5
    found = detect(Image(data, image.variance, mask), fwhm_px=FWHM, threshold=5)
    flag = {
        (x, y): int(found.flags[np.hypot(found.x - x, found.y - y).argmin()])
        for x, y in ((30, 30), (80, 30), (3, 80), (80, 80))
    }
    assert flag == {
        (30, 30): SourceFlag.SATURATED,
        (80, 30): SourceFlag.BAD_PIXELS,
        (3, 80): SourceFlag.TRUNCATED,
        (80, 80): 0,
    }
    assert np.all(np.isfinite(filled(Image(data, image.variance, mask))))


def test_an_image_without_data_has_no_sources() -> None:
    empty = Image(
        np.full((50, 50), np.nan, np.float32), np.ones((50, 50), np.float32), np.full((50, 50), Flag.NO_DATA, np.uint8)
    )
    assert len(detect(empty, fwhm_px=FWHM, threshold=5)) == 0
    assert image_quality(empty, detect(empty, fwhm_px=FWHM, threshold=5)) is None


@pytest.mark.parametrize(("fwhm", "beta"), [(3.2, 2.5), (4.6, 3.5), (6.0, 8.0)])
def test_image_quality_is_the_width_at_half_maximum(fwhm: float, beta: float) -> None:
    image = canvas(7)
    data = image.data.copy()
    random = np.random.default_rng(8)
    for x in range(30, 280, 48):
        for y in range(30, 280, 48):
            wide = (x + y) % 5 == 0  # every so often a galaxy
            place = random.uniform(-0.5, 0.5, 2) + np.array([x, y])
            flux = 10 ** random.uniform(3.3, 4.3)
            data += moffat(data.shape, *place, flux, fwhm * (2 if wide else 1), beta).astype(np.float32)
    field = Image(data, image.variance, image.mask)
    found = detect(field, fwhm_px=fwhm, threshold=5)
    quality = image_quality(field, found)
    assert quality is not None
    assert quality.fwhm_px == pytest.approx(fwhm, rel=0.015)
    assert quality.fwhm_error_px < 0.05
    assert quality.ellipticity < 0.05
    assert quality.stars >= 15
    assert np.all(found.fwhm[stars(found)] < 1.5 * fwhm)
