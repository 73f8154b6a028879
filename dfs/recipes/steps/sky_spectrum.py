"""The spectrum of the sky along a long slit, straightened by the wavelength solution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from dfs.model import Image
from dfs.recipes.steps.wavelength import WavelengthSolution

__all__ = ["sky_spectrum"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]


def sky_spectrum(image: Image, solution: WavelengthSolution, objects: Bool | None = None) -> tuple[Array, Array]:
    """Return the mean spectrum of the sky in the middle lit row and its variance; rows are straightened by `solution`.

    Of each column's values those further than 4 of their standard deviations (at least the scatter seen) from the median are
    left out: cosmic rays and faint objects.
    """
    first, last = (int(edge) for edge in solution.calibrated_rows)
    rows = np.arange(first, last + 1)
    dark = ~(_bright_rows(image) if objects is None else objects)[rows]
    rows = rows[dark] if dark.any() else rows
    nx = image.shape[1]
    coarse = np.linspace(0.0, nx - 1.0, 65)
    middle = 0.5 * (first + last)
    source = solution.pixel(solution.wavelength_nm(coarse, middle), rows[:, np.newaxis])
    values = np.full((len(rows), nx), np.nan)
    spread = np.full((len(rows), nx), np.nan)
    good = image.good()
    for number, row in enumerate(rows):
        x = np.interp(np.arange(nx), coarse, source[number])
        left = np.clip(np.floor(x).astype(np.intp), 0, nx - 2)
        part = np.clip(x - left, 0.0, 1.0)
        ok = good[row, left] & good[row, left + 1]
        values[number] = np.where(ok, (1 - part) * image.data[row, left] + part * image.data[row, left + 1], np.nan)
        squares = (1 - part) ** 2 * image.variance[row, left] + part**2 * image.variance[row, left + 1]
        spread[number] = np.where(ok, squares, np.nan)
    return _clipped_mean(values, spread)


def _clipped_mean(values: Array, spread: Array) -> tuple[Array, Array]:
    some = np.isfinite(values).any(axis=0)
    median = np.zeros(values.shape[1])
    median[some] = np.nanmedian(values[:, some], axis=0)
    distance = np.abs(values - median)
    scatter = np.zeros(values.shape[1])
    scatter[some] = 1.4826 * np.nanmedian(distance[:, some], axis=0)
    keep = np.isfinite(values) & (distance <= 4.0 * np.maximum(np.sqrt(np.nan_to_num(spread)), scatter))
    count = np.maximum(keep.sum(axis=0), 1)
    mean = np.sum(np.where(keep, values, 0.0), axis=0) / count
    variance = np.sum(np.where(keep, spread, 0.0), axis=0) / count**2
    empty = ~keep.any(axis=0)
    return np.where(empty, np.nan, mean), np.where(empty, np.nan, variance)


def _bright_rows(image: Image) -> Bool:
    """Return rows whose median signal stands out by 4 robust standard deviations, and 10 rows on either side."""
    data = np.where(image.good(), image.data, np.nan)
    some = np.isfinite(data).any(axis=1)
    level = np.zeros(len(data))
    level[some] = np.nanmedian(data[some], axis=1)
    middle = float(np.median(level[some])) if some.any() else 0.0
    scatter = 1.4826 * float(np.median(np.abs(level[some] - middle))) if some.any() else 0.0
    return np.asarray(binary_dilation(level > middle + 4.0 * scatter, iterations=10), dtype=np.bool_)
