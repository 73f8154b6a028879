"""Long-slit scenes drawn pixel by pixel, their truth kept beside them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from dfs.model import Image
from dfs.recipes.steps.wavelength import WavelengthSolution

SUB = (np.arange(7) - 3) / 7.0  # points over which a pixel is averaged


@dataclass
class Scene:
    """A sky with lines, a star and its trace on a tilted, curved slit image; electrons."""

    ny: int = 140
    nx: int = 420
    gain: float = 1.2
    ron_e: float = 8.0
    correlation: float = 0.0  # of the read noise at one pixel along the slit
    sky_e: float = 30.0
    lines: tuple[tuple[float, float], ...] = ((0.3, 4000.0), (0.62, 25000.0), (0.8, 1500.0))
    star_e: float = 800.0  # electrons per column
    star_row: float = 70.3
    bend: float = 4.0  # px from end to end of the trace
    fwhm: float = 4.5
    slope: float = 0.3  # relative change of the sky along the slit
    start_nm: float = 400.0
    step_nm: float = 0.3
    sigma_line: float = 1.8
    flux_shape: object = field(default=None)

    def solution(self) -> WavelengthSolution:
        """Linear dispersion, the slit image tilted by 2 px and bowed by 3 px."""
        half = 0.5 * (self.nx - 1)
        middle = self.start_nm + self.step_nm * half
        coefficients = np.zeros((3, 2))
        coefficients[0] = middle, self.step_nm * half
        coefficients[1, 0] = 1.0 * self.step_nm
        coefficients[2, 0] = 2.0 * self.step_nm
        calibrated = (self.start_nm, self.start_nm + self.step_nm * self.nx)
        return WavelengthSolution(coefficients, (self.ny, self.nx), calibrated, (0, self.ny - 1), lines=12, fwhm_px=4.2)

    def sky(self, shift: float = 0.0) -> np.ndarray:
        """Expected sky (ny, nx); `shift` px displaces the frame's features."""
        solution = self.solution().shifted(shift)
        rows = np.arange(self.ny)[:, np.newaxis]
        total = np.zeros((self.ny, self.nx))
        for sub in SUB:
            wavelength = solution.wavelength_nm(np.arange(self.nx)[np.newaxis, :] + sub, rows)
            place = (wavelength - self.start_nm) / (self.step_nm * self.nx)
            value = self.sky_e * (1 + 0.5 * np.sin(6 * place))
            for where, flux in self.lines:
                distance = (place - where) * self.nx
                value = value + flux * np.exp(-0.5 * (distance / self.sigma_line) ** 2) / (2.5066 * self.sigma_line)
            total += value / len(SUB)
        along = 1 + self.slope * (rows / self.ny - 0.5) ** 2
        return total * along

    def trace(self) -> np.ndarray:
        u = np.arange(self.nx) / self.nx - 0.5
        return self.star_row + self.bend * (u + 0.6 * u**2)

    def flux(self) -> np.ndarray:
        """Electrons of the star in each column, all of its light."""
        if self.flux_shape is not None:
            return self.star_e * np.asarray(self.flux_shape)
        u = np.arange(self.nx) / self.nx
        return self.star_e * (0.6 + 0.8 * u - 0.5 * np.exp(-0.5 * ((u - 0.4) / 0.015) ** 2))

    def star(self) -> np.ndarray:
        """Expected light of the star: Gaussian across the trace."""
        rows = np.arange(self.ny)[:, np.newaxis]
        sigma = self.fwhm / 2.3548
        shape = sum(np.exp(-0.5 * ((rows + sub - self.trace()) / sigma) ** 2) for sub in SUB)
        return self.flux() * shape / (2.5066 * sigma * len(SUB))

    def read_noise(self, rng: np.random.Generator) -> np.ndarray:
        white = rng.normal(0.0, 1.0, (self.ny + 1, self.nx))
        if self.correlation == 0:
            return self.ron_e * white[1:]
        # A moving average a, b has correlation a b / (a^2 + b^2) at lag 1 and none beyond.
        b = (1 - np.sqrt(1 - 4 * self.correlation**2)) / (2 * self.correlation)
        return self.ron_e * (white[1:] + b * white[:-1]) / np.sqrt(1 + b * b)

    def draw(self, seed: int = 1, shift: float = 0.0) -> Image:
        """Image with Poisson and read noise, and the variance one would know."""
        rng = np.random.default_rng(seed)
        expected = self.sky(shift) + self.star()
        data = rng.poisson(expected) + self.read_noise(rng)
        variance = expected + self.ron_e**2
        return Image(
            data.astype(np.float32), variance.astype(np.float32), np.zeros(expected.shape, np.uint8), "electron"
        )


@pytest.fixture
def scene_class() -> type[Scene]:
    """The class, for scenes with other numbers."""
    return Scene


@pytest.fixture
def scene() -> Scene:
    """The usual scene."""
    return Scene()
