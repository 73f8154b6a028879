"""Lamp, slit and pixel response are taken apart again."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.recipes.steps.lamp import separate

NY, NX = 200, 400
LIT = slice(20, 185)


def truth(seed: int = 1):
    rng = np.random.default_rng(seed)
    x = np.arange(NX) / NX
    lamp = 3000 * np.exp(2.5 * x) * (1 + 0.05 * np.sin(12 * x))
    slit = np.zeros(NY)
    slit[LIT] = 1 + 0.05 * np.sin(np.arange(NY)[LIT] / 25)
    slit[90] *= 0.8  # dust
    slope = 1 + 0.04 * (np.arange(NY)[:, None] / NY - 0.5) * (x - 0.5)
    pixel = 1 + rng.normal(0, 0.01, (NY, NX))
    return lamp, slit[:, None] * slope, pixel


def draw(gain: float = 1.2, ron: float = 10.0, seed: int = 1):
    lamp, slit, pixel = truth()
    expected = lamp * slit * pixel
    rng = np.random.default_rng(seed)
    data = rng.poisson(expected * gain) / gain + rng.normal(0, ron, expected.shape)
    return data, expected / gain + ron**2


def test_factors_are_recovered() -> None:
    data, variance = draw()
    lamp, slit, pixel = truth()
    found = separate(data, variance, np.ones(data.shape, bool), lamp_px=30, slit_knot_px=128)
    assert np.flatnonzero(found.lit).tolist() == list(range(20, 185))
    norm = np.mean(slit[found.lit], axis=0)
    inner = slice(5, -5)
    np.testing.assert_allclose(found.spectrum[inner], (lamp * norm)[inner], rtol=0.004)
    rest = found.slit[found.lit] / (slit[found.lit] / norm) - 1
    assert np.std(rest) < 0.0025
    scatter = (found.pixel - pixel)[found.lit] / np.sqrt(found.pixel_variance)[found.lit]
    assert np.std(scatter) == pytest.approx(1.0, abs=0.05)
    # The product divides the flat down to the lamp spectrum.
    np.testing.assert_allclose((data / (found.slit * found.pixel))[found.lit].std(axis=0), 0, atol=1e-6 * lamp.max())


def test_error_of_the_slit_illumination() -> None:
    lamp, slit, _ = truth()
    pulls = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        expected = lamp * slit
        data = rng.poisson(expected) + rng.normal(0, 10, expected.shape)
        found = separate(data, expected + 100, np.ones(data.shape, bool), lamp_px=30, slit_knot_px=128)
        norm = np.mean(slit[LIT], axis=0)
        pulls.append(((found.slit - slit / norm) / np.sqrt(np.maximum(found.slit_variance, 1e-12)))[LIT, 20:-20])
    assert np.std(pulls) == pytest.approx(1.0, abs=0.15)


def test_unlit_rows_are_one() -> None:
    data, variance = draw()
    found = separate(data, variance, np.ones(data.shape, bool), lamp_px=30, slit_knot_px=128)
    assert (found.pixel[:20] == 1).all()
    assert (found.slit[185:] == 1).all()
    assert (found.pixel_variance[:20] == 0).all()


def test_bad_pixels_and_a_bad_column_do_not_spread() -> None:
    data, variance = draw()
    good = np.ones(data.shape, bool)
    clean = separate(data, variance, good, lamp_px=30, slit_knot_px=128)
    data[100, 200:204] = 1e6
    data[:, 300] = 0.0
    good[100, 200:204] = False
    good[:, 300] = False
    found = separate(data, variance, good, lamp_px=30, slit_knot_px=128)
    untouched = np.delete(np.arange(NX), [200, 201, 202, 203, 300])
    np.testing.assert_allclose(found.pixel[:, untouched], clean.pixel[:, untouched], rtol=0.01)


def test_the_detector_s_edge_is_pixel_response_not_lamp() -> None:
    data, variance = draw()
    data[:, -3:] *= np.array([0.8, 0.5, 0.2])
    found = separate(data, variance, np.ones(data.shape, bool), lamp_px=30, slit_knot_px=128)
    assert found.edge[-3:].all()
    assert np.median(found.pixel[LIT, -2]) == pytest.approx(0.5, abs=0.02)
    assert np.median(found.pixel[LIT, -5]) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("value", [0.0, -5.0])
def test_no_light_is_an_error(value) -> None:
    data = np.full((NY, NX), value)
    with pytest.raises(DataError, match="no lamp light"):
        separate(data, np.ones_like(data), np.ones(data.shape, bool), lamp_px=30, slit_knot_px=128)
