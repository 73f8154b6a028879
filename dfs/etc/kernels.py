"""Loops over pixels that arrays do not do well, compiled. `fastmath` is off where a sum must stay exact."""

from __future__ import annotations

from math import erf, exp, sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["blurred_box_weights", "optimal_sums", "weighted_means"]

Array = NDArray[np.float64]


@njit(cache=True)
def _folded(x: float, sigma: float) -> float:
    """Return the integral to `x` of the integral to x of a Gaussian: x Phi(x) + sigma phi(x)."""
    z = x / sigma
    return x * 0.5 * (1.0 + erf(z / sqrt(2.0))) + sigma * exp(-0.5 * z * z) / sqrt(2.0 * np.pi)


@njit(cache=True)
def _share(x: float, sigma: float) -> float:
    return 0.5 * (1.0 + erf(x / (sigma * sqrt(2.0))))


@njit(cache=True)
def blurred_box_weights(
    centres: Array, widths: Array, box: Array, sigma: Array, edges: Array, reach: float
) -> tuple[NDArray[np.int64], Array]:
    """Return for each pixel the first fine bin that it sees and the weights of this and the following ones.

    Light of wavelength l falls about its place with the density of a rectangle `box` wide folded with a Gaussian `sigma`. A pixel
    from a to b sees of it F(b - l) - F(a - l), F the integral of the density; the weight of a fine bin is the value at its centre
    times its width over the pixel's, which makes means of means.

    Parameters
    ----------
    centres, widths, box, sigma
        Shape (n,), nm.
    edges
        Shape (m + 1,), of the fine bins.
    reach
        Standard deviations beyond which the Gaussian is left out.
    """
    n, m = centres.shape[0], edges.shape[0] - 1
    first, last = np.zeros(n, np.int64), np.zeros(n, np.int64)
    most = 1
    for i in range(n):
        half = 0.5 * (widths[i] + box[i]) + reach * sigma[i]
        first[i] = max(min(np.searchsorted(edges, centres[i] - half, side="right") - 1, m - 1), 0)
        last[i] = min(max(np.searchsorted(edges, centres[i] + half, side="left"), first[i] + 1), m)
        most = max(most, last[i] - first[i])
    weights = np.zeros((n, most))
    for i in range(n):
        total = 0.0
        for k in range(last[i] - first[i]):
            low, high = edges[first[i] + k], edges[first[i] + k + 1]
            near, far = centres[i] - 0.5 * widths[i] - 0.5 * (low + high), 0.0
            far = near + widths[i]
            value = _seen(far, box[i], sigma[i]) - _seen(near, box[i], sigma[i])
            weights[i, k] = value * (high - low)
            total += weights[i, k]
        for k in range(last[i] - first[i]):
            weights[i, k] /= total
    return first, weights


@njit(cache=True)
def _seen(x: float, box: float, sigma: float) -> float:
    """Return the integral to `x` of a rectangle `box` wide about 0, folded with a Gaussian."""
    if box <= 0.0:
        return _share(x, sigma)
    return (_folded(x + 0.5 * box, sigma) - _folded(x - 0.5 * box, sigma)) / box


@njit(cache=True)
def weighted_means(fine: Array, first: NDArray[np.int64], weights: Array) -> Array:
    """Return ``sum_k weights[i, k] fine[first[i] + k]`` for every i."""
    n, width = weights.shape
    found = np.empty(n)
    for i in range(n):
        total = 0.0
        reach = min(width, fine.shape[0] - first[i])
        for k in range(reach):
            total += weights[i, k] * fine[first[i] + k]
        found[i] = total
    return found


@njit(cache=True)
def optimal_sums(
    light: Array, floor: Array, sigma: Array, half: float, covariance: Array, scale: float, optimal: bool
) -> tuple[Array, Array, Array]:
    """Return what the weights of an extraction make of a pixel's noise, in each column.

    Parameters
    ----------
    light, floor
        Shape (n,): electrons of the source in the aperture; variance of a pixel without them.
    sigma
        Shape (n,): of the Gaussian profile, in rows.
    half
        Half the aperture, in rows; a row cut by its end counts by the part inside.
    covariance
        Of the sky's polynomial in (row / `scale`).
    optimal
        False: a plain sum, of a source that is as bright in each row.

    Returns
    -------
    arrays of shape (n,)
        Sum of w^2 P; sum of w^2; variance of the sky's fit under the weights. Weights recover the light: sum of w P is 1.
    """
    n, terms = light.shape[0], covariance.shape[0]
    reach = int(np.ceil(half + 0.5))
    rows = 2 * reach + 1
    share, profile, moments = np.empty(rows), np.empty(rows), np.empty(terms)
    target, pixels, fitted = np.empty(n), np.empty(n), np.empty(n)
    for k in range(rows):
        share[k] = min(max(min(k - reach + 0.5, half) - max(k - reach - 0.5, -half), 0.0), 1.0)
    for i in range(n):
        total = 0.0
        for k in range(rows):
            row = k - reach
            profile[k] = exp(-0.5 * (row / sigma[i]) ** 2) if optimal else 1.0
            total += share[k] * profile[k]
        caught = 0.0
        for k in range(rows):
            profile[k] /= total
            weight = share[k] * profile[k] / (floor[i] + light[i] * profile[k]) if optimal else share[k]
            caught += weight * profile[k]
        squares, source = 0.0, 0.0
        moments[:] = 0.0
        for k in range(rows):
            weight = share[k] * profile[k] / (floor[i] + light[i] * profile[k]) if optimal else share[k]
            weight /= caught
            squares += weight * weight
            source += weight * weight * profile[k]
            power = weight
            for j in range(terms):
                moments[j] += power
                power *= (k - reach) / scale
        quadratic = 0.0
        for j in range(terms):
            for k in range(terms):
                quadratic += moments[j] * covariance[j, k] * moments[k]
        target[i], pixels[i], fitted[i] = source, squares, quadratic
    return target, pixels, fitted
