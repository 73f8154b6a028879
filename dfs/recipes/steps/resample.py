"""Resampling of an image onto another grid: Lanczos or bilinear kernels, with variance and mask, flux kept.

Weights are normalised to one at every pixel, so surface brightness is kept exactly; the flux of a source is kept because maps
between frames of one instrument neither stretch nor shrink by more than their own fitted scale, which multiplies the result.
"""

from __future__ import annotations

from math import floor, pi, sin
from typing import Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dfs.model import Flag, Image
from dfs.recipes.steps.image_wcs import Affine
from dfs.recipes.steps.sources import filled

__all__ = ["Kernel", "kernel_autocorrelation", "prepared", "resample"]

Kernel = Literal["lanczos3", "bilinear", "nearest"]

Array = NDArray[np.float64]
Pixels = NDArray[np.float32]
Bits = NDArray[np.uint8]

_RADIUS = {"nearest": 0, "bilinear": 1, "lanczos3": 3}


def prepared(image: Image) -> Image:
    """Return `image` ready to be resampled: holes filled, variances finite; the mask still tells where the holes were.

    A hole left open would ring through the kernel. Filled from its neighbours it adds only the error of that guess times a small
    weight to pixels near by, and those it dominates keep its mask bits.
    """
    variance = np.where(np.isfinite(image.variance) & (image.variance >= 0), image.variance, 0.0).astype(np.float32)
    mask = image.mask | np.where(np.isfinite(image.data), 0, int(Flag.NO_DATA)).astype(np.uint8)
    return Image(filled(image), variance, mask, image.unit)


def resample(
    image: Image, mapping: Affine, shape: tuple[int, int], *, kernel: Kernel = "lanczos3", first_row: int = 0
) -> Image:
    """Return `image` on another grid.

    Parameters
    ----------
    image
        As `prepared` made it.
    mapping
        Pixel of the result -> pixel of `image`.
    shape
        (ny, nx) of the result.
    kernel
        ``lanczos3`` (sinc windowed by sinc, 6x6 pixels), ``bilinear`` or ``nearest``.
    first_row
        Row of the grid the result begins with, for work in bands.

    Returns
    -------
    Image
        Data sum w d, variance sum w^2 v - that of single pixels; neighbours are correlated, see `kernel_autocorrelation` -
        and the mask bits of every pixel with a weight above 0.1. Pixels whose place lies outside `image` are 0 with `Flag.NO_DATA`.
    """
    data = np.zeros(shape, dtype=np.float32)
    variance = np.zeros(shape, dtype=np.float32)
    mask = np.full(shape, int(Flag.NO_DATA), dtype=np.uint8)
    _resample(
        np.ascontiguousarray(image.data, dtype=np.float32),
        np.ascontiguousarray(image.variance, dtype=np.float32),
        np.ascontiguousarray(image.mask, dtype=np.uint8),
        np.asarray(mapping.matrix, dtype=np.float64),
        np.asarray(mapping.shift, dtype=np.float64),
        _RADIUS[kernel],
        first_row,
        float(abs(np.linalg.det(mapping.matrix))),
        data,
        variance,
        mask,
    )
    return Image(data, variance, mask, image.unit)


def kernel_autocorrelation(mapping: Affine, kernel: Kernel) -> NDArray[np.float64]:
    """Return the covariance of a resampled pixel of unit input variance with its neighbours, shape (11, 11), centre [5, 5].

    For a shift it is exact; for a rotation, whose fractional shifts run through all values, it is the mean over them.
    """
    radius = _RADIUS[kernel]
    shifts = _fractions(mapping)
    total = np.zeros((11, 11))
    for fx, fy in shifts:
        wx, wy = _weights(fx, radius), _weights(fy, radius)
        total += np.outer(_lags(np.asarray(wy)), _lags(np.asarray(wx)))
    mean: NDArray[np.float64] = total / len(shifts)
    return mean


def _fractions(mapping: Affine) -> list[tuple[float, float]]:
    if np.allclose(mapping.matrix, np.eye(2), rtol=0.0, atol=1e-7):
        fx, fy = mapping.shift - np.floor(mapping.shift)
        return [(float(fx), float(fy))]
    steps = (np.arange(8) + 0.5) / 8
    return [(float(fx), float(fy)) for fx in steps for fy in steps]


def _lags(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the autocorrelation of `weights` at lags -5 to 5."""
    full = np.correlate(weights, weights, "full")
    middle = len(weights) - 1
    lags = np.zeros(11)
    reach = min(5, middle)
    lags[5 - reach : 6 + reach] = full[middle - reach : middle + reach + 1]
    return lags


@njit(cache=True)
def _weights(fraction: float, radius: int) -> Array:  # pragma: no cover - compiled
    """Return the weights of pixels floor - radius + 1 ... floor + radius at `fraction` beyond floor; they add up to 1."""
    if radius == 0:
        weights = np.zeros(2)
        weights[1 if fraction >= 0.5 else 0] = 1.0
        return weights
    weights = np.zeros(2 * radius)
    total = 0.0
    for k in range(2 * radius):
        distance = fraction - (k - radius + 1)
        if radius == 1:
            weights[k] = 1.0 - abs(distance)
        elif abs(distance) < 1e-9:
            weights[k] = 1.0
        elif abs(distance) < radius:
            weights[k] = radius * sin(pi * distance) * sin(pi * distance / radius) / (pi * distance) ** 2
        total += weights[k]
    return weights / total


@njit(cache=True)
def _resample(
    data: Pixels,
    variance: Pixels,
    mask: Bits,
    matrix: Array,
    shift: Array,
    radius: int,
    first_row: int,
    area: float,
    out: Pixels,
    out_variance: Pixels,
    out_mask: Bits,
) -> None:  # pragma: no cover - compiled
    ny, nx = data.shape
    reach = max(radius, 1)
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            x = matrix[0, 0] * column + matrix[0, 1] * (row + first_row) + shift[0]
            y = matrix[1, 0] * column + matrix[1, 1] * (row + first_row) + shift[1]
            if not (x >= -0.5 and x <= nx - 0.5 and y >= -0.5 and y <= ny - 0.5):
                continue
            left, low = floor(x), floor(y)
            if x == left and y == low:  # exactly a pixel
                out[row, column] = data[low, left] * area
                out_variance[row, column] = variance[low, left] * area * area
                out_mask[row, column] = mask[low, left]
                continue
            wx, wy = _weights(x - left, radius), _weights(y - low, radius)
            total, noise, bits = 0.0, 0.0, 0
            for b in range(2 * reach):
                j = min(max(low - reach + 1 + b, 0), ny - 1)
                for a in range(2 * reach):
                    weight = wy[b] * wx[a]
                    if weight != 0.0:
                        i = min(max(left - reach + 1 + a, 0), nx - 1)
                        total += weight * data[j, i]
                        noise += weight * weight * variance[j, i]
                        if abs(weight) > 0.1:
                            bits |= mask[j, i]
            out[row, column] = total * area
            out_variance[row, column] = noise * area * area
            out_mask[row, column] = bits
