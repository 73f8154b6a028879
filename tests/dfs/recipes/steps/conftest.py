"""Arcs, skies and stars drawn by numerical integration, without a line of the package's own profile code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import erf

from dfs.model import Flag, Image

GAIN_NOISE = 6.0  # e-, read-out noise of drawn frames


def line_shape(t: np.ndarray, width: float, sigma: float) -> np.ndarray:
    """Flux fraction in pixels at distance t from a box of `width` blurred by `sigma`: 21-point mean over the pixel."""
    sub = (np.arange(21) - 10) / 21.0
    s = t[..., np.newaxis] + sub
    root = np.sqrt(2.0) * sigma
    return np.mean(0.5 * (erf((s + width / 2) / root) - erf((s - width / 2) / root)) / width, axis=-1)


@dataclass
class Bench:
    """A spectrograph on paper: dispersion, slit image, line shape."""

    ny: int = 160
    nx: int = 600
    start_nm: float = 380.0
    step_nm: float = 0.31
    bend: float = 2.5e-5  # nm / px^2
    tilt: float = 1.2  # px from end to end
    bow: float = 2.0  # px
    width: float = 4.7
    sigma: float = 0.8
    lit: tuple[int, int] = (12, 150)

    def wavelength(self, x):
        return self.start_nm + self.step_nm * x + self.bend * (x - 0.5 * self.nx) ** 2

    def pixel(self, wavelength):
        grid = np.linspace(-100, self.nx + 100, 20001)
        return np.interp(wavelength, self.wavelength(grid), grid)

    def displacement(self, x, row):
        v = (row - 0.5 * (self.lit[0] + self.lit[1] - 1)) / self.ny
        return self.tilt * v - 4 * self.bow * (1 + 0.3 * (x / self.nx - 0.5)) * v**2

    def draw(self, wavelengths, fluxes, *, seed=1, level=20.0, shift=0.0, stretch=0.0, widen=1.0, noise=True):
        """Image in electrons: lines through the slit on a flat level, Poisson and read-out noise."""
        rng = np.random.default_rng(seed)
        expected = np.zeros((self.ny, self.nx))
        expected[self.lit[0] : self.lit[1]] = level
        reach = int(np.ceil(self.width * widen + 6 * self.sigma)) + 2
        for x0, flux in zip(self.pixel(np.asarray(wavelengths)), fluxes, strict=True):
            rows = np.arange(*self.lit)
            centre = x0 + self.displacement(x0, rows) + shift + stretch * (x0 - 0.5 * self.nx)
            columns = np.rint(centre).astype(int)[:, None] + np.arange(-reach, reach + 1)
            value = flux * line_shape(columns - centre[:, None], self.width * widen, self.sigma)
            inside = (columns >= 0) & (columns < self.nx)
            np.add.at(expected, (np.broadcast_to(rows[:, None], columns.shape)[inside], columns[inside]), value[inside])
        data = rng.poisson(expected) + rng.normal(0, GAIN_NOISE, expected.shape) if noise else expected
        variance = expected + GAIN_NOISE**2
        return Image(
            data.astype(np.float32), variance.astype(np.float32), np.zeros(data.shape, dtype=np.uint8), "electron"
        )


def saturate(image: Image, level: float) -> Image:
    """Clip at `level` and flag what was clipped."""
    over = image.data >= level
    mask = image.mask | np.where(over, Flag.SATURATED, 0).astype(np.uint8)
    return Image(np.minimum(image.data, level).astype(np.float32), image.variance, mask, image.unit)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def clip():
    return saturate


@pytest.fixture
def shape():
    return line_shape
