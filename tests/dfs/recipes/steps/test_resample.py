"""Resampling: nothing lost, nothing invented, and noise as predicted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.model import Flag, Image
from dfs.recipes.steps.image_wcs import Affine
from dfs.recipes.steps.resample import kernel_autocorrelation, prepared, resample

SHAPE = (60, 70)


def plain(data: np.ndarray, mask: np.ndarray | None = None) -> Image:
    none = np.zeros(data.shape, np.uint8) if mask is None else mask
    return Image(data.astype(np.float32), np.ones(data.shape, np.float32), none)


def blob(x0: float, y0: float, sigma: float = 2.0) -> np.ndarray:
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return 1000 * np.exp(-0.5 * ((x - x0) ** 2 + (y - y0) ** 2) / sigma**2)


@pytest.mark.parametrize("kernel", ["lanczos3", "bilinear", "nearest"])
def test_identity_changes_nothing(kernel) -> None:
    image = plain(np.random.default_rng(1).normal(size=SHAPE))
    same = resample(image, Affine.translation(), SHAPE, kernel=kernel)
    assert np.array_equal(same.data, image.data)
    assert np.array_equal(same.variance, image.variance)
    assert not same.mask.any()


@given(st.integers(-8, 8), st.integers(-8, 8), st.sampled_from(["lanczos3", "bilinear", "nearest"]))
@settings(max_examples=15, deadline=None)
def test_whole_pixels_are_moved_untouched(dx: int, dy: int, kernel) -> None:
    image = plain(np.random.default_rng(1).normal(size=SHAPE))
    moved = resample(image, Affine.translation(dx, dy), SHAPE, kernel=kernel)
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    inside = (x + dx >= 0) & (x + dx < SHAPE[1]) & (y + dy >= 0) & (y + dy < SHAPE[0])
    assert np.array_equal(moved.data[inside], image.data[(y + dy)[inside], (x + dx)[inside]])
    assert np.all(moved.mask[~inside] == Flag.NO_DATA)
    assert not moved.mask[inside].any()


@given(st.floats(-3, 3), st.floats(-3, 3))
@settings(max_examples=25, deadline=None)
def test_a_star_keeps_flux_place_and_shape(dx: float, dy: float) -> None:
    moved = resample(plain(blob(35, 30)), Affine.translation(dx, dy), SHAPE)
    truth = blob(35 - dx, 30 - dy)
    assert moved.data.sum() == pytest.approx(truth.sum(), rel=1e-3)
    assert np.abs(moved.data - truth).max() < 0.006 * truth.max()


def test_a_turned_field_is_the_turned_field() -> None:
    angle = np.radians(7.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    mapping = Affine(turn, np.array([5.0, -4.0]))
    x, y = np.linalg.solve(turn, np.array([35.0, 30.0]) - mapping.shift)
    moved = resample(plain(blob(35, 30)), mapping, SHAPE)
    assert np.abs(moved.data - blob(x, y)).max() < 5.0


@pytest.mark.parametrize("kernel", ["lanczos3", "bilinear"])
def test_variance_and_correlation_are_those_of_drawn_noise(kernel) -> None:
    image = plain(np.random.default_rng(3).normal(size=(400, 400)))
    mapping = Affine.translation(0.37, -0.21)
    moved = resample(image, mapping, (400, 400), kernel=kernel)
    inner = moved.data[10:-10, 10:-10].astype(float)
    covariance = kernel_autocorrelation(mapping, kernel)
    assert moved.variance[200, 200] == pytest.approx(covariance[5, 5], rel=1e-5)
    for dy, dx in ((0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (0, 3)):
        ny, nx = inner.shape
        seen = np.mean(inner[dy:, dx:] * inner[: ny - dy, : nx - dx])
        assert seen == pytest.approx(covariance[5 + dy, 5 + dx], abs=0.012)
    assert covariance.sum() == pytest.approx(1.0, abs=1e-9)  # a large area keeps its noise


def test_a_hole_is_bridged_and_stays_marked() -> None:
    mask = np.zeros(SHAPE, np.uint8)
    mask[:, 40] = Flag.BAD
    data = 100.0 + np.zeros(SHAPE)
    data[:, 40] = 1e6
    data[5, 5] = np.nan
    image = prepared(plain(data, mask))
    moved = resample(image, Affine.translation(0.5, 0.0), SHAPE)
    assert np.all(moved.mask[:, [39, 40]] & Flag.BAD)
    assert not np.any(moved.mask[:, [37, 42]] & Flag.BAD)
    assert np.allclose(moved.data[:, 3:-3], 100.0, rtol=1e-4)
    assert moved.mask[5, 5] & Flag.NO_DATA


def test_bands_join_without_a_seam() -> None:
    image = plain(np.random.default_rng(1).normal(size=SHAPE))
    mapping = Affine(np.array([[1.0, 0.01], [-0.01, 1.0]]), np.array([0.3, 0.6]))
    whole = resample(image, mapping, SHAPE)
    parts = [resample(image, mapping, (20, SHAPE[1]), first_row=row) for row in (0, 20, 40)]
    assert np.array_equal(whole.data, np.vstack([one.data for one in parts]))
    assert np.array_equal(whole.mask, np.vstack([one.mask for one in parts]))
