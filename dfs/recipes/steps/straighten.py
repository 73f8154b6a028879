"""Averaging rows of a long-slit frame with their lines made straight, cosmic rays and other strangers left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfs.model import Flag, Image

__all__ = ["RowMean", "clipped_mean", "mean_of_rows", "resampled_rows"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]
RowMean = tuple[Array, Array, Bool]  # mean, its variance, saturated

_CLIP = 5.0  # standard deviations


def resampled_rows(image: Image, rows: NDArray[np.intp], source: Array) -> RowMean:
    """Return values, variances and saturation of `rows` at the pixels `source`, each of shape (rows, pixels).

    Interpolation is linear, the variance with the squares of the same weights (neighbours become correlated; sums over a line
    keep their error to a few percent). A pixel without two good neighbours is NaN; saturated ones keep their value, a lower
    limit, so that a line does not vanish but is marked.
    """
    nx = image.shape[1]
    left = np.clip(np.floor(source).astype(np.intp), 0, nx - 2)
    part = np.clip(source - left, 0.0, 1.0)
    row = rows[:, np.newaxis]
    bits = image.mask[row, left] | np.where(part > 0, image.mask[row, left + 1], 0).astype(np.uint8)
    saturated = (bits & np.uint8(Flag.SATURATED)) != 0
    lost = (bits & np.uint8(Flag.excluded() & ~Flag.SATURATED)) != 0
    usable = ~lost & (source > -1.0) & (source < nx)
    values = (1 - part) * image.data[row, left] + part * image.data[row, left + 1]
    spread = (1 - part) ** 2 * image.variance[row, left] + part**2 * image.variance[row, left + 1]
    return np.where(usable, values, np.nan), np.where(usable, spread, np.nan), saturated & usable


def mean_of_rows(image: Image, rows: tuple[int, int]) -> RowMean:
    """Return the clipped mean of the half-open range `rows` as they stand, its variance, and where a pixel is saturated."""
    part = slice(*rows)
    bits = image.mask[part]
    saturated = (bits & np.uint8(Flag.SATURATED)) != 0
    usable = (bits & np.uint8(Flag.excluded() & ~Flag.SATURATED)) == 0
    values = np.where(usable, image.data[part], np.nan).astype(np.float64)
    spread = np.where(usable, image.variance[part], np.nan).astype(np.float64)
    mean, variance = clipped_mean(values, spread)
    return mean, variance, np.asarray(saturated.any(axis=0), dtype=np.bool_)


def clipped_mean(values: Array, spread: Array) -> tuple[Array, Array]:
    """Return the mean over axis 0 and its variance; NaN where there is nothing.

    Left out are values further from the median of their column than 5 of their own standard deviations and 5 robust standard
    deviations of the column: noise alone loses nothing, and neither does a slit whose rows differ.
    """
    finite = np.isfinite(values)
    some = finite.any(axis=0)
    median, scatter = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    median[some] = np.nanmedian(values[:, some], axis=0)
    distance = np.abs(values - median)
    scatter[some] = 1.4826 * np.nanmedian(distance[:, some], axis=0)
    own = np.sqrt(np.where(finite, spread, 0.0))
    keep = finite & (np.nan_to_num(distance) <= _CLIP * np.maximum(own, scatter))
    count = np.maximum(keep.sum(axis=0), 1)
    mean = np.sum(np.where(keep, values, 0.0), axis=0) / count
    variance = np.sum(np.where(keep, spread, 0.0), axis=0) / count**2
    empty = ~keep.any(axis=0)
    return np.where(empty, np.nan, mean), np.where(empty, np.nan, variance)
