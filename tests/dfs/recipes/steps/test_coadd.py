"""Stacking: weights, what is rejected, what is kept for want of better, and maps that add up."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.model import Flag, Image
from dfs.recipes.steps.coadd import Coadd, Layer, coadd, output_grid
from dfs.recipes.steps.image_wcs import Affine

SHAPE = (300, 40)  # more rows than a band


def layer(level: float = 10.0, noise: float = 1.0, seed: int | None = None, shift=(0.0, 0.0), **more) -> Layer:
    data = np.full(SHAPE, level)
    if seed is not None:
        data = data + np.random.default_rng(seed).normal(0, noise, SHAPE)
    image = Image(
        data.astype(np.float32), np.full(SHAPE, noise**2, np.float32), np.zeros(SHAPE, np.uint8), "electron / s"
    )
    return Layer(image, Affine.translation(*shift), more.pop("exposure_s", 100.0), noise=noise, **more)


def test_the_mean_is_weighted_by_sky_noise() -> None:
    found = coadd([layer(10.0, 1.0), layer(11.0, 2.0)], SHAPE)
    assert np.allclose(found.image.data, (10 + 11 / 4) / 1.25)
    assert np.allclose(found.image.variance, 1 / 1.25)
    assert np.allclose(found.weight, 1.25)
    assert np.all(found.exposure_s == 200.0)


def test_scatter_is_as_the_variance_says() -> None:
    layers = [layer(0.0, 1.0, seed, (0.3 * seed, 0.2 * seed)) for seed in range(5)]
    found = coadd(layers, SHAPE)
    inner = np.s_[5:-5, 5:-5]
    pull = found.image.data[inner] / np.sqrt(found.image.variance[inner])
    assert np.std(pull) == pytest.approx(1.0, abs=0.03)
    assert sum(found.rejected) < 5
    # And over larger areas as the correlation says.
    blocks = pull[:290, :30].reshape(29, 10, 3, 10).mean(axis=(1, 3))
    assert np.std(blocks) * 10 == pytest.approx(np.sqrt(found.correlation.sum()), rel=0.25)


@pytest.mark.parametrize("number", [2, 3, 6])
def test_a_hit_is_left_out(number: int) -> None:
    layers = [layer(10.0, 1.0, seed) for seed in range(number)]
    layers[1].image.data[255:258, 20] += 500.0  # across a seam of bands
    layers[1].image.variance[255:258, 20] += 500.0  # as its own counts have it
    found = coadd(layers, SHAPE)
    assert np.all(np.abs(found.image.data[255:258, 20] - 10.0) < 4)
    assert np.all(found.exposure_s[255:258, 20] == 100.0 * (number - 1))
    assert found.rejected[1] >= 3
    kept = coadd(layers, SHAPE, kappa=np.inf)
    assert np.all(kept.image.data[255:258, 20] > 60)


def test_of_two_the_one_that_stands_out_is_left_out_even_when_it_is_lower() -> None:
    layers = [layer(100.0, 1.0, 1), layer(100.0, 1.0, 2)]
    layers[0].image.data[50:80, 20] = 30.0  # a column that swallows charge
    found = coadd(layers, SHAPE)
    assert np.all(np.abs(found.image.data[50:80, 20] - 100.0) < 5)


@pytest.mark.parametrize("levels", [(0, 0, 20, 20), (20, 0, 20, 0), (0, 0, 0, 20, 20, 20)])
def test_of_two_halves_that_contradict_each_other_the_lower_stays(levels: tuple[int, ...]) -> None:
    """The median lies between them, far from both: something must stay, and hits only add."""
    found = coadd([layer(level, seed=seed) for seed, level in enumerate(levels)], (40, 40), kernel="nearest")
    assert np.all(np.abs(found.image.data) < 5)
    assert found.rejected == tuple(1600 if level else 0 for level in levels)


def test_a_star_in_poorer_seeing_is_no_outlier() -> None:
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    layers = []
    for sigma in (1.7, 2.1, 1.6):
        star = 2e4 / (2 * np.pi * sigma**2) * np.exp(-0.5 * ((x - 20.3) ** 2 + (y - 100.6) ** 2) / sigma**2)
        one = layer(0.0, 1.0, int(10 * sigma))
        layers.append(
            Layer(
                Image((one.image.data + star).astype(np.float32), one.image.variance, one.image.mask),
                one.mapping,
                100.0,
            )
        )
    for used in (layers[:2], layers):
        found = coadd(used, SHAPE)
        assert np.all(found.exposure_s[95:107, 15:26] == 100.0 * len(used))


def test_bad_pixels_are_replaced_by_those_of_others() -> None:
    layers = [layer(10.0), layer(12.0)]
    layers[0].image.mask[10, 10] = Flag.BAD
    layers[0].image.mask[20, 20] = Flag.LOW_FLAT
    for one in layers:
        one.image.mask[30, 30] = Flag.SATURATED
        one.image.mask[40, 20] = Flag.LOW_FLAT
    found = coadd(layers, SHAPE)
    assert found.image.data[10, 10] == found.image.data[20, 20] == 12.0
    assert found.image.mask[10, 10] == found.image.mask[20, 20] == 0
    assert found.image.mask[30, 30] == Flag.SATURATED
    assert (found.exposure_s[30, 30], found.weight[30, 30]) == (0.0, 0.0)
    assert found.image.mask[40, 20] == Flag.LOW_FLAT
    assert found.exposure_s[40, 20] == 200.0


def test_nothing_is_said_where_nobody_looked() -> None:
    found = coadd([layer(10.0, shift=(-5.0, 0.0))], SHAPE)
    assert np.isnan(found.image.data[:, :4]).all()
    assert np.isnan(found.image.variance[:, :4]).all()
    assert np.all(found.image.mask[:, :4] == Flag.NO_DATA)
    assert np.all(found.exposure_s[:, :4] == 0)
    assert np.isfinite(found.image.data[:, 5:]).all()


def test_scales_even_out_transparency() -> None:
    found: Coadd = coadd([layer(10.0), layer(5.0, flux_scale=2.0)], SHAPE)
    assert np.allclose(found.image.data, 10.0)
    assert np.allclose(found.weight, 1.25)


def test_grid_holds_every_frame() -> None:
    shape, origin = output_grid(
        [Affine.translation(), Affine.translation(-41.5, -20.7), Affine.translation(3.0, 0.0)], [(100, 200)] * 3
    )
    assert shape == (121, 245)
    assert origin == (-3, 0)
