"""A blurred disk against sums over a fine grid, and between its limits: a point and an even surface."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from dfs.etc.geometry.disk import disk_in_circle, disk_in_rectangle, profile_sigma
from dfs.sky.image_quality import encircled_energy, slit_fraction

FWHM = np.array([0.5, 0.8, 1.3])
SIGMA = FWHM / np.sqrt(8.0 * np.log(2.0))


@pytest.mark.parametrize(("width", "height"), [(1.0, None), (1.0, 2.0), (None, None), (0.25, 0.25), (10.0, 3.0)])
@pytest.mark.parametrize("diameter", [0.3, 2.0, 4.0])
def test_a_disk_behind_a_slit(diameter: float, width: float | None, height: float | None) -> None:
    fine = ((np.arange(1000) + 0.5) / 1000 - 0.5) * diameter
    x, y = np.meshgrid(fine, fine)
    inside = np.hypot(x, y) < 0.5 * diameter
    for sigma, found in zip(SIGMA, disk_in_rectangle(diameter, width, height, SIGMA), strict=True):
        caught = [np.ones(1000) if side is None else _strip(fine, side, sigma) for side in (width, height)]
        assert found == pytest.approx(np.mean((caught[1][:, np.newaxis] * caught[0])[inside]), rel=2e-3)


def _strip(place: np.ndarray, width: float, sigma: float) -> np.ndarray:
    scale = np.sqrt(2.0) * sigma
    return 0.5 * (erf((0.5 * width - place) / scale) + erf((0.5 * width + place) / scale))


def test_a_disk_in_a_circle_is_the_sum_of_rectangles() -> None:
    edges = np.linspace(0.0, 1.0, 401)  # of half a circle 2 arcsec wide, cut in strips
    chords = 2.0 * np.sqrt(1.0 - (0.5 * (edges[1:] + edges[:-1])) ** 2)
    for sigma, found in zip(SIGMA, disk_in_circle(1.5, 2.0, SIGMA), strict=True):
        one = np.array([sigma])
        summed = 0.0
        for low, high, chord in zip(edges[:-1], edges[1:], chords, strict=True):
            wide, narrow = (
                disk_in_rectangle(1.5, 2.0 * side, float(chord), one)[0] if side else 0.0 for side in (high, low)
            )
            summed += wide - narrow
        assert found == pytest.approx(summed, rel=1e-3)


def test_a_small_disk_is_a_point() -> None:
    np.testing.assert_allclose(disk_in_circle(1e-3, 1.5, SIGMA), encircled_energy(0.75, FWHM), rtol=1e-5)
    point = slit_fraction(1.0, FWHM) * slit_fraction(0.25, FWHM)
    np.testing.assert_allclose(disk_in_rectangle(1e-3, 1.0, 0.25, SIGMA), point, rtol=1e-5)
    np.testing.assert_allclose(profile_sigma(1e-3, SIGMA), SIGMA, rtol=1e-4)


@pytest.mark.parametrize("diameter", [30.0, 1e3, 1e5])
def test_a_large_disk_is_an_even_surface(diameter: float) -> None:
    area = 0.25 * np.pi * diameter**2
    np.testing.assert_allclose(disk_in_circle(diameter, 1.5, SIGMA) * area, 0.25 * np.pi * 1.5**2, rtol=1e-5)
    np.testing.assert_allclose(disk_in_rectangle(diameter, 1.0, 1.5, SIGMA) * area, 1.5, rtol=1e-5)


def test_less_is_caught_of_a_larger_disk() -> None:
    sizes = np.geomspace(0.05, 50.0, 60)
    for caught in (
        [disk_in_circle(float(one), 1.5, SIGMA) for one in sizes],
        [disk_in_rectangle(float(one), 1.0, 1.5, SIGMA) for one in sizes],
    ):
        assert np.all(np.diff(np.array(caught), axis=0) < 0.0)
