"""The shape of a spectral line: the slit's image blurred by the optics and gathered by pixels, and its least-squares fit.

Behind a slit of several pixels a line has a flat top, which a Gaussian describes badly; a box (the slit) convolved with a
Gaussian (optics, seeing inside the slit) and with the pixel does. Both limits, pure box and pure Gaussian, are contained.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, least_squares
from scipy.special import ndtr

__all__ = ["LineFits", "LineProfile", "fit_lines", "fit_profile", "windows"]

Array = NDArray[np.float64]

_ROOT_2PI = float(np.sqrt(2.0 * np.pi))
_NARROWEST_BOX = 0.05  # px: below this the formula loses its digits, and the shape is a Gaussian anyway
_ITERATIONS = 25


@dataclass(frozen=True, slots=True)
class LineProfile:
    """A box of `width` convolved with a Gaussian of standard deviation `sigma` and with the pixel; all in pixels.

    With P(z) the integral of the normal distribution function, P(z) = z Phi(z) + phi(z), the flux in a pixel at distance t
    from the centre is sigma / width [P((t+a)/sigma) - P((t+b)/sigma) - P((t-b)/sigma) + P((t-a)/sigma)], a, b = (width +- 1)/2.
    """

    width: float
    sigma: float

    def value(self, t: ArrayLike) -> Array:
        """Return the fraction of the line's flux in a pixel whose centre lies `t` pixels from the line's."""
        near, far, width = self._arms()
        t = np.asarray(t, dtype=np.float64)
        total = _ramp((t + far) / self.sigma) - _ramp((t + near) / self.sigma)
        total += _ramp((t - far) / self.sigma) - _ramp((t - near) / self.sigma)
        return np.asarray(total * (self.sigma / width), dtype=np.float64)

    def slope(self, t: ArrayLike) -> Array:
        """Return the derivative of `value` with respect to `t`."""
        near, far, width = self._arms()
        t = np.asarray(t, dtype=np.float64)
        total = ndtr((t + far) / self.sigma) - ndtr((t + near) / self.sigma)
        total += ndtr((t - far) / self.sigma) - ndtr((t - near) / self.sigma)
        return np.asarray(total / width, dtype=np.float64)

    @property
    def fwhm(self) -> float:
        """Return the full width at half maximum (px)."""
        return _full_width(self)

    def scaled(self, factor: float) -> LineProfile:
        """Return a profile wider by `factor`."""
        return LineProfile(self.width * factor, self.sigma * factor)

    def _arms(self) -> tuple[float, float, float]:
        width = max(self.width, _NARROWEST_BOX)
        return 0.5 * (width - 1.0), 0.5 * (width + 1.0), width


@lru_cache(maxsize=256)
def _full_width(profile: LineProfile) -> float:
    half = 0.5 * float(profile.value(0.0))
    reach = profile.width + 6.0 * profile.sigma + 1.0
    return 2.0 * float(brentq(lambda t: float(profile.value(t)) - half, 0.0, reach))


def _ramp(z: Array) -> Array:
    """Return the integral of the normal distribution function up to `z`."""
    return np.asarray(z * ndtr(z) + np.exp(-0.5 * z * z) / _ROOT_2PI, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class LineFits:
    """Fits of many lines, arrays of equal length.

    Attributes
    ----------
    x, x_error
        Centre and its standard error (px); NaN where the fit failed.
    flux, flux_error
        Sum over the line.
    stretch
        Width of the line over the width of the profile (1 where it was held).
    misfit
        Root mean square of the residuals over the peak of the fitted line.
    """

    x: Array
    x_error: Array
    flux: Array
    flux_error: Array
    stretch: Array
    misfit: Array


def windows(spectrum: Array, centres: Array, half: int) -> tuple[Array, NDArray[np.intp]]:
    """Return cut-outs of `spectrum` (1-D) around `centres` and their pixel indices, both (lines, 2 half + 1).

    Where a window reaches beyond the end of the spectrum its values are NaN.
    """
    index = np.rint(centres).astype(np.intp)[:, np.newaxis] + np.arange(-half, half + 1)
    inside = (index >= 0) & (index < len(spectrum))
    return np.where(inside, spectrum[np.clip(index, 0, len(spectrum) - 1)], np.nan), index


def fit_lines(
    data: Array,
    variance: Array,
    index: NDArray[np.intp],
    start: Array,
    profile: LineProfile,
    *,
    free_width: bool = False,
) -> LineFits:
    """Fit centre, flux and a sloping background (and the width) of many lines at once, by Gauss-Newton iteration.

    Parameters
    ----------
    data, variance
        Shape (lines, pixels): windows around the lines. NaN, or a variance that is not positive, leaves a pixel out.
    index
        Pixel coordinates of `data`.
    start
        First guess of the centres (px).
    profile
        Shape of the lines.
    free_width
        Fit a factor on the width as well.
    """
    usable = np.isfinite(data) & np.isfinite(variance) & (variance > 0)
    weight = np.where(usable, 1.0 / np.where(usable, variance, 1.0), 0.0)
    values = np.where(usable, data, 0.0)
    centre, stretch = start.astype(np.float64).copy(), np.ones(len(start))
    flux = np.zeros(len(start))
    covariance = np.zeros((len(start), 5, 5))
    step_limit = 0.5 * profile.fwhm
    for iteration in range(_ITERATIONS):
        solution, covariance, _ = _linear_step(
            values, weight, index, centre, stretch, profile, flux, free_width=free_width
        )
        flux = solution[:, 0]
        move = np.clip(np.nan_to_num(solution[:, 3]), -step_limit, step_limit)
        centre = centre + move
        stretch = np.clip(stretch + np.nan_to_num(solution[:, 4]), 0.4, 2.5)
        if iteration > 0 and np.all(np.abs(move) < 1e-6):
            break
    return _collect(values, weight, index, centre, stretch, profile, covariance, usable)


def _shape(index: NDArray[np.intp], centre: Array, stretch: Array, profile: LineProfile) -> tuple[Array, Array, Array]:
    """Return value, -d/dcentre and d/dstretch of the unit profile, each (lines, pixels).

    A stretched profile is f(t/s)/s: its width follows to first order, which is all a width check needs.
    """
    t = (index - centre[:, np.newaxis]) / stretch[:, np.newaxis]
    value = profile.value(t) / stretch[:, np.newaxis]
    slope = profile.slope(t) / stretch[:, np.newaxis] ** 2
    return value, -slope, -(value + t * slope * stretch[:, np.newaxis]) / stretch[:, np.newaxis]


def _linear_step(
    values: Array,
    weight: Array,
    index: NDArray[np.intp],
    centre: Array,
    stretch: Array,
    profile: LineProfile,
    flux: Array,
    *,
    free_width: bool,
) -> tuple[Array, Array, Array]:
    """Solve one Gauss-Newton step: (flux, level, slope, centre step, stretch step), covariance, and the model's matrix."""
    value, by_centre, by_stretch = _shape(index, centre, stretch, profile)
    scale = np.where(flux > 0, flux, np.inf)[:, np.newaxis]
    t = (index - centre[:, np.newaxis]) / 10.0
    # the steps enter as flux x derivative; in the first round (flux unknown) they are held by their zero columns
    moving = np.where(np.isfinite(scale), scale, 0.0)
    columns = [value, np.ones_like(value), t, moving * by_centre, moving * by_stretch * float(free_width)]
    matrix = np.stack(columns, axis=-1)
    normal = np.einsum("lpi,lp,lpj->lij", matrix, weight, matrix)
    right = np.einsum("lpi,lp,lp->li", matrix, weight, values)
    diagonal = np.einsum("lii->li", normal)
    held = diagonal <= 0
    scaling = 1.0 / np.sqrt(np.where(held, 1.0, diagonal))
    scaled = normal * scaling[:, :, np.newaxis] * scaling[:, np.newaxis, :]
    scaled += np.eye(5) * (held[:, np.newaxis, :] + 1e-10)
    inverse = np.linalg.inv(scaled)
    covariance = inverse * scaling[:, :, np.newaxis] * scaling[:, np.newaxis, :]
    covariance = np.where(held[:, :, np.newaxis] | held[:, np.newaxis, :], 0.0, covariance)
    solution = np.einsum("lij,lj->li", covariance, right)
    return solution, covariance, matrix


def _collect(
    values: Array,
    weight: Array,
    index: NDArray[np.intp],
    centre: Array,
    stretch: Array,
    profile: LineProfile,
    covariance: Array,
    usable: NDArray[np.bool_],
) -> LineFits:
    value, _, _ = _shape(index, centre, stretch, profile)
    t = (index - centre[:, np.newaxis]) / 10.0
    matrix = np.stack([value, np.ones_like(value), t], axis=-1)
    normal = np.einsum("lpi,lp,lpj->lij", matrix, weight, matrix) + 1e-12 * np.eye(3)
    right = np.einsum("lpi,lp,lp->li", matrix, weight, values)
    solution = np.linalg.solve(normal, right[..., np.newaxis])[..., 0]
    residual = np.where(usable, values - np.einsum("lpi,li->lp", matrix, solution), 0.0)
    count = np.maximum(usable.sum(axis=1), 1)
    peak = solution[:, 0] * value.max(axis=1)
    rms = np.sqrt(np.sum(residual**2, axis=1) / count)
    error = np.sqrt(np.maximum(covariance[:, 3, 3], 0.0))
    good = (solution[:, 0] > 0) & (error > 0) & (usable.sum(axis=1) >= 6) & (peak > 0)
    good &= (centre > index[:, 0]) & (centre < index[:, -1])
    bad = ~good
    return LineFits(
        x=np.where(bad, np.nan, centre),
        x_error=np.where(bad, np.nan, error),
        flux=np.where(bad, np.nan, solution[:, 0]),
        flux_error=np.where(bad, np.nan, np.sqrt(np.maximum(covariance[:, 0, 0], 0.0))),
        stretch=np.where(bad, np.nan, stretch),
        misfit=np.where(bad, np.nan, rms / np.where(peak > 0, peak, 1.0)),
    )


def fit_profile(data: Array, index: NDArray[np.intp], start: Array, fwhm: float) -> LineProfile:
    """Return the profile that fits several strong isolated lines together.

    Parameters
    ----------
    data
        Shape (lines, pixels): windows around the lines; NaN leaves a pixel out.
    index
        Pixel coordinates of `data`.
    start
        Centres (px).
    fwhm
        First guess of the full width at half maximum (px).
    """
    usable = np.isfinite(data)
    height = np.nanmax(data, axis=1) - np.nanmin(data, axis=1)
    # every line counts the same: errors in proportion to its height
    variance = np.broadcast_to(np.maximum(height, 1e-6)[:, np.newaxis] ** 2, data.shape).copy()

    def residuals(shape: Array) -> Array:
        profile = LineProfile(float(shape[0]), float(shape[1]))
        fits = fit_lines(data, variance, index, start, profile)
        centre = np.where(np.isfinite(fits.x), fits.x, start)
        value = profile.value(index - centre[:, np.newaxis])
        t = (index - centre[:, np.newaxis]) / 10.0
        matrix = np.stack([value, np.ones_like(value), t], axis=-1) * usable[..., np.newaxis]
        found = [
            np.linalg.lstsq(one, row, rcond=None)[0]
            for one, row in zip(matrix, np.where(usable, data, 0.0), strict=True)
        ]
        model = np.einsum("lpi,li->lp", matrix, np.array(found))
        return np.asarray(np.where(usable, (data - model) / height[:, np.newaxis], 0.0).ravel(), dtype=np.float64)

    first = np.array([0.8 * fwhm, 0.2 * fwhm])
    best = least_squares(
        residuals, first, bounds=([_NARROWEST_BOX, 0.15], [3.0 * fwhm, 2.0 * fwhm]), x_scale=[fwhm, fwhm]
    )
    return LineProfile(float(best.x[0]), float(best.x[1]))
