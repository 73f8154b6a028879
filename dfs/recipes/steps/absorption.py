"""Centres of broad absorption lines in the spectrum of a star."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import least_squares

__all__ = ["AbsorptionFit", "fit_absorption"]

Array = NDArray[np.float64]

_WIDEST = 30  # px: half width of the largest window
_NARROWEST = 8
_LARGEST_ERROR = 0.5  # px
_SHALLOWEST = 0.05  # of the flux at the window's edges


@dataclass(frozen=True, slots=True)
class AbsorptionFit:
    """Centre of one line (px), its error, depth below the edges of its window over their flux, and whether it may be used."""

    x: float
    x_error: float
    depth: float
    sure: bool


def fit_absorption(
    spectrum: Array, variance: Array, expected: Array, largest_px: float
) -> tuple[AbsorptionFit, ...] | None:
    """Find the common displacement of absorption lines, then fit each.

    A line is fitted as continuum (quadratic) x (1 - depth (1 + (t / width)^2)^-wing), symmetric about its centre: Gaussian-like
    to Lorentzian wings, which pressure gives. Windows end halfway to the next line.

    Parameters
    ----------
    spectrum, variance
        Flux and variance a pixel; NaN leaves a pixel out.
    expected
        Where the lines should be (px), any order.
    largest_px
        Largest displacement looked for.

    Returns
    -------
    fits
        One for each of `expected`; None where fewer than two lines show a dip at a common displacement.
    """
    start = _coarse(spectrum, variance, expected, largest_px)
    if start is None:
        return None
    gaps = [
        np.min(np.abs(np.delete(expected, number) - place), initial=np.inf) for number, place in enumerate(expected)
    ]
    halves = [int(np.clip(0.45 * gap, 0, _WIDEST)) for gap in gaps]
    return tuple(
        _fit_one(spectrum, variance, float(place + start), half) for place, half in zip(expected, halves, strict=True)
    )


def _coarse(spectrum: Array, variance: Array, expected: Array, largest_px: float) -> float | None:
    """Return the displacement at which the lines are darkest against their shoulders, summed in units of their errors."""
    smooth = gaussian_filter1d(np.nan_to_num(spectrum), 2.0)
    nx = len(spectrum)
    noise = np.sqrt(np.maximum(np.nan_to_num(variance), 0.0))
    grid = np.arange(-largest_px, largest_px + 0.5, 0.5)
    total = np.zeros(len(grid))
    dips = np.zeros(len(grid), dtype=np.intp)
    for place in expected:
        x = place + grid
        inside = (x > 12) & (x < nx - 13)
        core = np.interp(x, np.arange(nx), smooth)
        shoulder = np.minimum(np.interp(x - 12, np.arange(nx), smooth), np.interp(x + 12, np.arange(nx), smooth))
        level = np.maximum(shoulder, 1e-12)
        error = np.interp(x, np.arange(nx), noise) / level + 0.01
        depth = np.where(inside & (shoulder > 0), 1.0 - core / level, 0.0)
        total += np.clip(depth, 0.0, None) / error * np.clip(depth, 0.0, None)
        dips += depth > np.maximum(0.03, error)
    best = int(np.argmax(total))
    return float(grid[best]) if dips[best] >= 2 else None


def _fit_one(spectrum: Array, variance: Array, start: float, half: int) -> AbsorptionFit:
    nothing = AbsorptionFit(np.nan, np.inf, 0.0, sure=False)
    low, high = round(start) - half, round(start) + half + 1
    if half < _NARROWEST or low < 0 or high > len(spectrum):
        return nothing
    x = np.arange(low, high, dtype=np.float64)
    value, spread = spectrum[low:high], variance[low:high]
    usable = np.isfinite(value) & np.isfinite(spread) & (spread > 0)
    if usable.sum() < 12:
        return nothing
    x, value, sigma = x[usable], value[usable], np.sqrt(spread[usable])
    top = float(np.percentile(value, 90))
    if top <= 0:
        return nothing

    def model(p: Array) -> Array:
        u = (x - start) / half
        dip = p[1] * (1.0 + ((x - p[0]) / p[2]) ** 2) ** (-p[3])
        return np.asarray(top * (p[4] + p[5] * u + p[6] * u * u) * (1.0 - dip), dtype=np.float64)

    first = np.array([start, 0.3, 0.3 * half, 1.0, 1.0, 0.0, 0.0])
    bounds = ([start - 8, 0.0, 1.5, 0.3, 0.0, -3.0, -3.0], [start + 8, 1.0, 2.0 * half, 4.0, 5.0, 3.0, 3.0])

    def residuals(p: Array) -> Array:
        return np.asarray((model(p) - value) / sigma, dtype=np.float64)

    fit = least_squares(residuals, first, bounds=bounds, x_scale=[1.0, 0.1, 3.0, 0.5, 0.3, 0.1, 0.1])
    jacobian = np.asarray(fit.jac, dtype=np.float64)
    covariance = np.linalg.pinv(jacobian.T @ jacobian)
    reduced = max(1.0, 2.0 * float(fit.cost) / max(1, len(x) - 7))
    error = float(np.sqrt(max(covariance[0, 0], 0.0) * reduced))
    centre = float(fit.x[0])
    best = model(fit.x)
    # the depth that shows: that of the formula runs off with its continuum where the wings fill the window
    depth = 1.0 - float(best.min()) / float(0.5 * (best[0] + best[-1]))
    sure = abs(centre - start) < 7.0 and 0 < error < _LARGEST_ERROR and depth > _SHALLOWEST
    return AbsorptionFit(centre, error, depth, sure)
