"""Adaptive moments: centre, size and shape of a source under the Gaussian weight that fits it best."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["FWHM_PER_SIGMA", "Shapes", "adaptive_moments"]

Array = NDArray[np.float64]

FWHM_PER_SIGMA = 2.3548200450309493  # sqrt(8 ln 2)


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Measured shapes, one entry per source.

    Attributes
    ----------
    x, y
        Centre, pixels from 0.
    xx, xy, yy
        Second moments (px^2) of the elliptical Gaussian.
    flux
        Flux under that Gaussian; for a Gaussian source the total.
    converged
        False where the iteration failed; the centre is then that under a round weight of the starting width (the starting point
        where this fails too), and the rest NaN.
    """

    x: Array
    y: Array
    xx: Array
    xy: Array
    yy: Array
    flux: Array
    converged: NDArray[np.bool_]

    @property
    def axes(self) -> tuple[Array, Array]:
        """Return the standard deviations (px) along the long and the short axis."""
        mean, half = 0.5 * (self.xx + self.yy), np.hypot(0.5 * (self.xx - self.yy), self.xy)
        return np.sqrt(mean + half), np.sqrt(np.maximum(mean - half, 0.0))

    @property
    def fwhm(self) -> Array:
        """Return the full width at half maximum (px) of the circle of equal area."""
        long, short = self.axes
        return np.asarray(FWHM_PER_SIGMA * np.sqrt(long * short))

    @property
    def ellipticity(self) -> Array:
        """Return 1 - short axis / long axis."""
        long, short = self.axes
        return np.asarray(1.0 - short / long)

    @property
    def angle_deg(self) -> Array:
        """Return the angle of the long axis from +x towards +y, -90 to 90 degrees."""
        return np.asarray(np.degrees(0.5 * np.arctan2(2.0 * self.xy, self.xx - self.yy)))


def adaptive_moments(data: NDArray[np.float32], x: Array, y: Array, *, fwhm_px: float) -> Shapes:
    """Return the adaptive moments of sources near (`x`, `y`) on sky-subtracted `data` without holes.

    The weight is an elliptical Gaussian whose centre and moments are iterated until it is the Gaussian of the source itself:
    for weight W the measured moments M of a Gaussian source S obey 1/M = 1/S + 1/W (as matrices), so S = (1/M - 1/W)^-1
    becomes the next W (Bernstein & Jarvis 2002, AJ 123, 583, section 3.1). Noise and truncation bias the result far less than
    those of plain moments.

    Parameters
    ----------
    data
        Sky-subtracted, finite everywhere.
    x, y
        Starting centres, pixels from 0.
    fwhm_px
        Starting width.
    """
    start = np.column_stack([x, y]).astype(np.float64).reshape(-1, 2)
    found = _all(np.ascontiguousarray(data), start, (fwhm_px / FWHM_PER_SIGMA) ** 2)
    return Shapes(
        x=found[:, 0],
        y=found[:, 1],
        xx=found[:, 2],
        xy=found[:, 3],
        yy=found[:, 4],
        flux=found[:, 5],
        converged=found[:, 6] > 0,
    )


@njit(cache=True)
def _all(data: NDArray[np.float32], start: Array, size2: float) -> Array:  # pragma: no cover - compiled
    result = np.empty((len(start), 7))
    for k in range(len(start)):
        result[k] = _one(data, start[k, 0], start[k, 1], size2)
        if result[k, 6] == 0.0:
            result[k, 0], result[k, 1] = _centre(data, start[k, 0], start[k, 1], size2)
    return result


@njit(cache=True)
def _one(data: NDArray[np.float32], x0: float, y0: float, size2: float) -> Array:  # pragma: no cover - compiled
    out = np.array([x0, y0, np.nan, np.nan, np.nan, np.nan, 0.0])
    x, y, xx, xy, yy = x0, y0, size2, 0.0, size2
    for _ in range(100):
        sums = _weighted(data, x, y, xx, xy, yy)
        total = sums[0]
        if not total > 0:
            return out
        # The weight is centred on (x, y): the weighted mean is half way to the centre of a Gaussian source of W's own size.
        dx, dy = 2.0 * sums[1] / total, 2.0 * sums[2] / total
        mxx, mxy, myy = _sharpened(sums[3] / total, sums[4] / total, sums[5] / total, xx, xy, yy)
        if not (mxx > 0.05 and myy > 0.05 and mxx * myy > mxy * mxy and mxx < 25 * size2 and myy < 25 * size2):
            return out
        x, y = x + dx, y + dy
        if (x - x0) ** 2 + (y - y0) ** 2 > 9.0 + 4 * size2:
            return out
        change = abs(mxx - xx) + abs(myy - yy) + abs(mxy - xy)
        # Half a step keeps noise from throwing the iteration back and forth.
        xx, xy, yy = 0.5 * (xx + mxx), 0.5 * (xy + mxy), 0.5 * (yy + myy)
        if change < 1e-4 * size2 and abs(dx) + abs(dy) < 1e-4:
            out[:] = (x, y, xx, xy, yy, 2.0 * total, 1.0)  # a Gaussian weighted by itself keeps half its flux
            return out
    return out


@njit(cache=True)
def _centre(
    data: NDArray[np.float32], x0: float, y0: float, size2: float
) -> tuple[float, float]:  # pragma: no cover - compiled
    """Return the centre under a round weight of fixed size, or the start when it runs away by more than that."""
    x, y = x0, y0
    for _ in range(50):
        sums = _weighted(data, x, y, size2, 0.0, size2)
        if not sums[0] > 0:
            return x0, y0
        dx, dy = 2.0 * sums[1] / sums[0], 2.0 * sums[2] / sums[0]
        x, y = x + dx, y + dy
        if (x - x0) ** 2 + (y - y0) ** 2 > max(1.0, size2):
            return x0, y0
        if abs(dx) + abs(dy) < 1e-4:
            break
    return x, y


@njit(cache=True)
def _sharpened(
    mxx: float, mxy: float, myy: float, wxx: float, wxy: float, wyy: float
) -> tuple[float, float, float]:  # pragma: no cover - compiled
    """Return (1/M - 1/W)^-1, or zeros when it is not positive."""
    m, w = mxx * myy - mxy * mxy, wxx * wyy - wxy * wxy
    if m <= 0 or w <= 0:
        return 0.0, 0.0, 0.0
    a, b, c = myy / m - wyy / w, -mxy / m + wxy / w, mxx / m - wxx / w
    d = a * c - b * b
    if d <= 0 or a <= 0:
        return 0.0, 0.0, 0.0
    return c / d, -b / d, a / d


@njit(cache=True)
def _weighted(
    data: NDArray[np.float32], x: float, y: float, xx: float, xy: float, yy: float
) -> Array:  # pragma: no cover - compiled
    """Return the sums of W d, W d dx, W d dy, W d dx^2, W d dx dy, W d dy^2 within 4 sigma of the weight W (peak 1)."""
    ny, nx = data.shape
    det = xx * yy - xy * xy
    half_x, half_y = 4.0 * sqrt(xx), 4.0 * sqrt(yy)
    sums = np.zeros(6)
    for j in range(max(0, int(y - half_y)), min(ny, int(y + half_y) + 2)):
        for i in range(max(0, int(x - half_x)), min(nx, int(x + half_x) + 2)):
            u, v = i - x, j - y
            chi2 = (yy * u * u - 2.0 * xy * u * v + xx * v * v) / det
            if chi2 < 16.0:
                value = exp(-0.5 * chi2) * data[j, i]
                sums[0] += value
                sums[1] += value * u
                sums[2] += value * v
                sums[3] += value * u * u
                sums[4] += value * u * v
                sums[5] += value * v * v
    return sums
