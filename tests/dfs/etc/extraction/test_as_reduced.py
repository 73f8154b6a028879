"""The extraction of the recipes: sums over the rows of a slit against plain numpy, the sky's fit against least squares."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.etc.extraction.as_reduced import SKY_MARGIN_PX, SLIT_EDGE_PX, sky_covariance
from dfs.etc.kernels import optimal_sums


@pytest.mark.parametrize(
    ("light", "floor", "sigma", "half"), [(100.0, 50.0, 1.5, 7.0), (1e6, 20.0, 3.0, 14.3), (0.0, 9.0, 0.8, 3.6)]
)
def test_weights_are_those_of_horne(light: float, floor: float, sigma: float, half: float) -> None:
    rows = np.arange(-40.0, 41.0)
    share = np.clip(np.minimum(rows + 0.5, half) - np.maximum(rows - 0.5, -half), 0.0, 1.0)
    profile = np.exp(-0.5 * (rows / sigma) ** 2)
    profile /= np.sum(share * profile)
    weights = share * profile / (floor + light * profile)
    weights /= np.sum(weights * profile)
    covariance = sky_covariance(2.0 * half, 200.0)
    moments = weights @ np.vander(rows / 100.0, 3, increasing=True)
    one = [np.array([value]) for value in (light, floor, sigma)]
    target, squares, fitted = (float(value[0]) for value in optimal_sums(*one, half, covariance, 100.0, optimal=True))
    assert target == pytest.approx(np.sum(weights**2 * profile), rel=1e-10)
    assert squares == pytest.approx(np.sum(weights**2), rel=1e-10)
    assert fitted == pytest.approx(moments @ covariance @ moments, rel=1e-10)


def test_the_error_of_the_sky_is_that_of_its_fit() -> None:
    rng = np.random.default_rng(5)
    rows = np.arange(-80.0, 81.0)
    used = (np.abs(rows) <= 80.5 - SLIT_EDGE_PX) & (np.abs(rows) > 8.0 + SKY_MARGIN_PX)
    powers = np.vander(rows / 80.5, 3, increasing=True)
    sky = rng.normal(0.0, 2.0, (used.sum(), 20000))
    fitted = powers @ np.linalg.lstsq(powers[used], sky, rcond=None)[0]
    inside = np.abs(rows) <= 8.0
    scatter = np.var(fitted[inside].sum(axis=0))
    ones = powers[inside].sum(axis=0)
    assert 4.0 * ones @ sky_covariance(16.0, 161.0) @ ones == pytest.approx(scatter, rel=0.05)


def test_a_short_slit_has_a_mean_sky() -> None:
    found = sky_covariance(20.0, 60.0)
    assert found[0, 0] == pytest.approx(1.0 / 40.0)
    assert np.count_nonzero(found) == 1
    assert not np.any(sky_covariance(20.0, 20.0))
