"""Structure of a master bias: rows, columns, and the pixels that are not to be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfs.model import Flag

__all__ = ["Structure", "structure", "unstable_pixels"]

WINDOW = 31  # columns of the running median
HOT_SIGMA = 5.0  # of a single frame's read-out noise
_BAND = 256


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """What a master bias shows beyond noise.

    Attributes
    ----------
    row_means, column_means
        Means of the pixels within 5 read-out noises of the level, less the level, ADU; NaN where there is none.
    rows_adu, columns_adu
        Their standard deviation with the noise expected of the means taken off in quadrature.
    hot_columns
        Columns beside their neighbours by more than the limit.
    mask
        uint8: `Flag.BAD` on hot columns and on pixels 5 read-out noises from row and column.
    hot_pixels
        Pixels masked outside hot columns.
    """

    row_means: NDArray[np.float64]
    column_means: NDArray[np.float64]
    rows_adu: float
    columns_adu: float
    hot_columns: tuple[int, ...]
    mask: NDArray[np.uint8]
    hot_pixels: int


def structure(master: NDArray[np.float32], level: float, ron_adu: float, frames: int, column_limit: float) -> Structure:
    """Return the structure of a master bias made of `frames` frames with read-out noise `ron_adu`.

    A column is hot when its mean lies more than `column_limit` read-out noises from the running median of 31 columns.
    """
    limit = HOT_SIGMA * ron_adu
    rows, columns = _means(master, level, limit)
    beside = np.abs(columns - _running_median(columns))
    hot = np.flatnonzero(~(beside <= column_limit * ron_adu))
    mask = np.zeros(master.shape, dtype=np.uint8)
    plain_rows, plain_columns = np.nan_to_num(rows), np.nan_to_num(columns)
    for start in range(0, master.shape[0], _BAND):
        band = slice(start, start + _BAND)
        rest = master[band] - np.float32(level) - plain_rows[band, None].astype(np.float32)
        rest -= plain_columns[None, :].astype(np.float32)
        mask[band][~(np.abs(rest) <= limit)] = Flag.BAD
    mask[:, hot] = 0
    hot_pixels = int(np.count_nonzero(mask))
    mask[:, hot] = Flag.BAD
    noise = ron_adu / np.sqrt(frames)
    good = np.delete(columns, hot)
    return Structure(
        row_means=rows,
        column_means=columns,
        rows_adu=_beyond_noise(rows, noise / np.sqrt(master.shape[1])),
        columns_adu=_beyond_noise(good, noise / np.sqrt(master.shape[0])),
        hot_columns=tuple(int(one) for one in hot),
        mask=mask,
        hot_pixels=hot_pixels,
    )


def unstable_pixels(
    variance_of_mean: NDArray[np.float32], count: NDArray[np.uint16], ron_adu: float
) -> NDArray[np.bool_]:
    """Return where the values of a pixel scatter more than read-out noise explains (chance below 1e-7).

    The limit is the chi square quantile in the approximation of Wilson and Hilferty (1931, PNAS 17, 684).
    """
    dof = np.maximum(np.arange(int(count.max(initial=1)) + 1) - 1.0, 1.0)
    quantile = (1 - 2 / (9 * dof) + 5.2 * np.sqrt(2 / (9 * dof))) ** 3
    limit = (ron_adu**2 * quantile / np.maximum(np.arange(dof.size), 1)).astype(np.float32)
    unstable = np.zeros(variance_of_mean.shape, dtype=bool)
    for start in range(0, count.shape[0], _BAND):
        band = slice(start, start + _BAND)
        unstable[band] = variance_of_mean[band] > limit[count[band]]
    return unstable


def _means(master: NDArray[np.float32], level: float, limit: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rows = np.empty(master.shape[0])
    total, number = np.zeros(master.shape[1]), np.zeros(master.shape[1])
    for start in range(0, master.shape[0], _BAND):
        deviation = master[start : start + _BAND] - np.float32(level)
        used = np.abs(deviation) <= limit
        deviation[~used] = 0
        rows[start : start + _BAND] = _quotient(deviation.sum(axis=1, dtype=np.float64), used.sum(axis=1))
        total += deviation.sum(axis=0, dtype=np.float64)
        number += used.sum(axis=0)
    return rows, _quotient(total, number)


def _quotient(total: NDArray[np.float64], number: NDArray[np.floating | np.integer]) -> NDArray[np.float64]:
    quotient: NDArray[np.float64] = np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
    return quotient


def _running_median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    half = WINDOW // 2
    finite = np.where(np.isfinite(values), values, np.nanmedian(values) if np.isfinite(values).any() else 0.0)
    padded = np.pad(finite, half, mode="reflect") if values.size > half else np.pad(finite, half, mode="edge")
    middle: NDArray[np.float64] = np.median(np.lib.stride_tricks.sliding_window_view(padded, WINDOW), axis=1)
    return middle


def _beyond_noise(means: NDArray[np.float64], noise: float) -> float:
    finite = means[np.isfinite(means)]
    return float(np.sqrt(max(float(np.var(finite)) - noise**2, 0.0))) if finite.size else 0.0
