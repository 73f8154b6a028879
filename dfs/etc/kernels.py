"""Loops over pixels that arrays do not do well, compiled.

None of them starts threads of its own: the caller may share out the cases, each kernel gives the interpreter free. `fastmath` (sums in any
order) where the answer is a float32 anyway.
"""

from __future__ import annotations

from math import erf, exp, sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["blurred_box_weights", "eso_spectra", "optimal_sums", "reduced_spectra", "weighted_means"]

Array = NDArray[np.float64]


@njit(cache=True)
def _folded(x: float, sigma: float) -> float:
    """Return the integral to `x` of the integral to x of a Gaussian: x Phi(x) + sigma phi(x)."""
    z = x / sigma
    folded: float = x * 0.5 * (1.0 + erf(z / sqrt(2.0))) + sigma * exp(-0.5 * z * z) / sqrt(2.0 * np.pi)
    return folded


@njit(cache=True)
def _share(x: float, sigma: float) -> float:
    share: float = 0.5 * (1.0 + erf(x / (sigma * sqrt(2.0))))
    return share


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
    seen: float = (
        _share(x, sigma) if box <= 0.0 else (_folded(x + 0.5 * box, sigma) - _folded(x - 0.5 * box, sigma)) / box
    )
    return seen


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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def eso_spectra(
    target: Array,
    sky: Array,
    kept: Array,
    pixels: Array,
    place: Array,
    starts: Array,
    rows: Array,
    times: Array,
    found: Array,
) -> None:
    """Fill `found` with the signal-to-noise of spectra whose pixels count alike; all of one precision.

    Parameters
    ----------
    target, sky
        Shape (targets, n), (skies, n): electrons per second, of the whole target at unit brightness, and in one pixel.
    kept, pixels
        Shape (widths, nodes), (widths,): fraction of the target in the aperture, and pixels of it.
    place, starts
        Shape (n,): where a pixel lies between its node and the next (0 to 1); (nodes,): first pixel of each node, and n.
    rows
        Shape (cases, 3), whole numbers: which target, sky and width.
    times
        Shape (cases, 4): brightness, seconds of one exposure, variance of a pixel without light in one exposure, exposures.
    found
        Shape (cases, n).
    """
    for case in range(rows.shape[0]):
        source, dark = target[rows[case, 0]], sky[rows[case, 1]]
        nodes, count = kept[rows[case, 2]], pixels[rows[case, 2]]
        light, seconds = times[case, 0] * times[case, 1], times[case, 1]
        floor, root = times[case, 2] * count, sqrt(times[case, 3])
        below = count * seconds
        out = found[case]
        for node in range(starts.shape[0] - 1):
            low, step = nodes[node] * light, (nodes[node + 1] - nodes[node]) * light
            for i in range(starts[node], starts[node + 1]):
                signal = source[i] * (low + step * place[i])
                out[i] = root * signal / np.sqrt(signal + below * dark[i] + floor)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def reduced_spectra(
    target: Array,
    sky: Array,
    kept: Array,
    rows_of_noise: Array,
    sigma: Array,
    spread: Array,
    place: Array,
    starts: Array,
    rows: Array,
    times: Array,
    found: Array,
) -> None:
    """Fill `found` with the signal-to-noise of spectra extracted with weights.

    As `eso_spectra`. The noise of a column is that of its light and of so many rows without light; the number depends on the light over the
    noise of such a row only: `rows_of_noise`, shape (widths, nodes - 1, 11), has the coefficients, lowest first, of its polynomial between
    two nodes in the measure of `dfs.etc.grids.noise`. `sigma` (widths, nodes - 1) is the profile that it is for, `spread` (widths, nodes)
    that at each node. `times` (cases, 5) ends with the beams.
    """
    one, two = np.float32(1.0), np.float32(2.0)
    for case in range(rows.shape[0]):
        source, dark = target[rows[case, 0]], sky[rows[case, 1]]
        width = rows[case, 2]
        nodes, sigmas = kept[width], spread[width]
        seconds, beams = times[case, 1], times[case, 4]
        light, root = times[case, 0] * seconds, np.sqrt(times[case, 3])
        quiet = times[case, 2]
        out = found[case]
        for node in range(starts.shape[0] - 1):
            low, step = nodes[node] * light, (nodes[node + 1] - nodes[node]) * light
            base = sigma[width, node]
            c = rows_of_noise[width, node]
            c0, c1, c2, c3, c4, c5, c6 = c[0], c[1], c[2], c[3], c[4], c[5], c[6]
            c7, c8, c9, c10 = c[7], c[8], c[9], c[10]
            narrow, more = sigmas[node] / base, (sigmas[node + 1] - sigmas[node]) / base
            for i in range(starts[node], starts[node + 1]):
                signal = source[i] * (low + step * place[i])
                floor = beams * (dark[i] * seconds + quiet) * (narrow + more * place[i])
                q = np.sqrt(np.sqrt(signal / (floor * base)))
                t = two * q / (one + q) - one
                high = c6 + t * (c7 + t * (c8 + t * (c9 + t * c10)))
                count = c0 + t * (c1 + t * (c2 + t * (c3 + t * (c4 + t * (c5 + t * high)))))
                out[i] = root * signal / np.sqrt(signal + floor * count)
