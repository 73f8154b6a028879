"""The sky under drawn sources."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.model import Flag, Image
from dfs.recipes.steps.image_sky import fit_sky, subtract_sky

SHAPE = (400, 420)


def drawn(stars: int) -> tuple[Image, np.ndarray]:
    random = np.random.default_rng(2)
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    sky = 300 + 0.05 * x - 0.03 * y + 8 * np.sin(x / 150)
    scene = sky.copy()
    for x0, y0, flux in zip(
        random.uniform(0, 420, stars), random.uniform(0, 400, stars), 10 ** random.uniform(2.5, 4.5, stars), strict=True
    ):
        scene += flux / (2 * np.pi * 4) * np.exp(-0.5 * ((x - x0) ** 2 + (y - y0) ** 2) / 4)
    data = random.poisson(scene) + random.normal(0, 10, SHAPE)
    mask = np.zeros(SHAPE, np.uint8)
    mask[:, :15] = Flag.BAD
    data[:, :15] = 5.0  # a vignetted edge
    return Image(data.astype(np.float32), np.full(SHAPE, 400, np.float32), mask), sky


@pytest.mark.parametrize("stars", [0, 60])
def test_sky_is_that_which_was_drawn(stars: int) -> None:
    image, truth = drawn(stars)
    sky = fit_sky(image, mesh_px=64)
    inner = np.s_[40:-40, 55:-40]
    off = sky.map[inner] - truth[inner]
    assert abs(off.mean()) < 0.4  # of a pixel's noise of 20
    assert np.abs(off).max() < 2.5
    assert sky.level == pytest.approx(np.median(truth), rel=0.01)
    assert sky.rms == pytest.approx(20.0, rel=0.05)
    flat = subtract_sky(image, sky).data[~sky.sources & image.good()]
    assert abs(np.mean(flat)) < 0.5


def test_pixels_that_are_no_numbers_do_not_count() -> None:
    image, truth = drawn(0)
    image.data[100:140, 100:140] = np.nan
    sky = fit_sky(image, mesh_px=64)
    assert np.all(np.isfinite(sky.map))
    assert sky.level == pytest.approx(np.median(truth), rel=0.01)


def test_no_good_pixel_is_an_error() -> None:
    image, _ = drawn(0)
    image.mask[:] = Flag.BAD
    with pytest.raises(DataError) as caught:
        fit_sky(image, mesh_px=64, where="dark.fits")
    assert caught.value.where == "dark.fits"
