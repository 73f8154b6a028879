"""The spectrum of the sky along a long slit, straightened by the wavelength solution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from dfs.model import Image
from dfs.recipes.steps.straighten import clipped_mean, resampled_rows
from dfs.recipes.steps.wavelength import WavelengthSolution

__all__ = ["sky_spectrum"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]


def sky_spectrum(image: Image, solution: WavelengthSolution, objects: Bool | None = None) -> tuple[Array, Array]:
    """Return the mean spectrum of the sky in the middle lit row and its variance; rows are straightened by `solution`.

    Rows with objects are left out, then values far from their column's median (cosmic rays, faint objects).
    """
    first, last = (int(edge) for edge in solution.calibrated_rows)
    rows = np.arange(first, last + 1)
    dark = ~(_bright_rows(image) if objects is None else objects)[rows]
    rows = rows[dark] if dark.any() else rows
    nx = image.shape[1]
    coarse = np.linspace(0.0, nx - 1.0, 65)
    middle = 0.5 * (first + last)
    source = solution.pixel(solution.wavelength_nm(coarse, middle), rows[:, np.newaxis])
    grid = np.arange(nx, dtype=np.float64)
    x = np.array([np.interp(grid, coarse, one) for one in source])
    values, spread, _ = resampled_rows(image, rows, x)
    return clipped_mean(values, spread)


def _bright_rows(image: Image) -> Bool:
    """Return rows whose median signal stands out by 4 robust standard deviations, and 10 rows on either side."""
    data = np.where(image.good(), image.data, np.nan)
    some = np.isfinite(data).any(axis=1)
    level = np.zeros(len(data))
    level[some] = np.nanmedian(data[some], axis=1)
    middle = float(np.median(level[some])) if some.any() else 0.0
    scatter = 1.4826 * float(np.median(np.abs(level[some] - middle))) if some.any() else 0.0
    return np.asarray(binary_dilation(level > middle + 4.0 * scatter, iterations=10), dtype=np.bool_)
