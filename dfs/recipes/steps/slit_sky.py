"""The sky along a long slit, fitted without resampling.

Kelson 2003 (PASP 115, 688): in a tilted, slightly curved slit image every row samples the sky spectrum at other wavelengths, so
the pixels of all rows together sample it finer than any row does. The model is a cubic B-spline in wavelength, its knots one
pixel apart, times a polynomial along the slit::

    sky(x, y) = sum_k sum_j c_kj B_k(u(x, y)) P_j(y),       u = the pixel of the middle row that has the pixel's wavelength

fitted to the pixels as they were read, weighted with their variances, by least squares with rejection. The normal matrix
is banded, so the covariance of the fit is at hand and the error of the sky under an aperture is exact, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.polynomial import legendre
from numpy.typing import NDArray
from scipy.linalg import cho_solve_banded, cholesky_banded

from dfs.errors import DataError

__all__ = ["SlitSky", "fit_slit_sky", "middle_row_pixel"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class SlitSky:
    """A fitted sky.

    Attributes
    ----------
    model
        Shape (ny, nx): the sky in every pixel, electrons.
    used
        Shape (ny, nx): the pixels that entered the last fit.
    rejected
        Pixels that were offered and thrown out as outliers.
    reduced_chi2
        Of the pixels used.
    """

    model: Array
    used: Mask
    rejected: Mask
    reduced_chi2: float
    _u: Array
    _polynomials: Array  # (ny, degree + 1)
    _first_knot: float
    _spacing: float
    _cholesky: Array

    def aperture_variance(self, weights: Array) -> Array:
        """Return the variance of the sky summed with `weights` (ny, nx) in each column, shape (nx,), electrons squared.

        For pixels that did not enter the fit this variance adds to that of the pixels' own.
        """
        rows = np.flatnonzero(np.any(weights != 0, axis=1))
        if rows.size == 0:
            return np.zeros(weights.shape[1])
        inside = slice(int(rows[0]), int(rows[-1]) + 1)
        local = np.ascontiguousarray(weights[inside], dtype=np.float64)
        variance: Array = _sum_variance(
            self._u[inside], local, self._polynomials[inside], self._first_knot, self._spacing, self._cholesky
        )
        return variance


def middle_row_pixel(wavelength_nm: Array) -> Array:
    """Return, for every pixel of a wavelength map (ny, nx), the pixel of the middle row with the same wavelength.

    Beyond the ends of the middle row the scale goes on linearly.
    """
    ny, nx = wavelength_nm.shape
    middle = wavelength_nm[ny // 2]
    x = np.arange(nx, dtype=np.float64)
    u = np.interp(wavelength_nm.ravel(), middle, x).reshape(wavelength_nm.shape)
    low, high = wavelength_nm < middle[0], wavelength_nm > middle[-1]
    u[low] = (wavelength_nm[low] - middle[0]) / (middle[1] - middle[0])
    u[high] = nx - 1 + (wavelength_nm[high] - middle[-1]) / (middle[-1] - middle[-2])
    return u


def fit_slit_sky(
    data: Array,
    variance: Array,
    use: Mask,
    u: Array,
    *,
    degree: int = 2,
    spacing_px: float = 1.0,
    kappa: float = 4.0,
    rounds: int = 4,
    where: str = "",
) -> SlitSky:
    """Fit the sky to the pixels where `use` is true.

    Parameters
    ----------
    data, variance
        Shape (ny, nx), electrons and electrons squared; oriented.
    use
        Sky pixels: good, in the background windows, away from sources.
    u
        The spectral coordinate of each pixel, as `middle_row_pixel` returns it.
    degree
        Degree of the polynomial along the slit.
    spacing_px
        Distance of the knots.
    kappa, rounds
        Outliers beyond `kappa` sigma are left out of the next round; at most `rounds` rounds.

    Raises
    ------
    DataError
        Fewer than ten sky pixels for every column.
    """
    _enough(use, where)
    u = np.ascontiguousarray(u)
    values = np.ascontiguousarray(data, dtype=np.float64)
    ny = values.shape[0]
    polynomials = np.ascontiguousarray(
        legendre.legvander(np.linspace(-1.0, 1.0, ny) if ny > 1 else np.zeros(1), degree)
    )
    first, last = float(np.min(u)), float(np.max(u))
    splines = int(np.ceil((last - first) / spacing_px)) + 4
    weight = np.where(variance > 0, 1.0 / np.where(variance > 0, variance, 1.0), 0.0)
    used = use & (weight > 0)
    for _ in range(rounds):
        weights = np.where(used, weight, 0.0)
        matrix, right = _normal_equations(u, values, weights, polynomials, first, spacing_px, splines)
        cholesky = _factor(matrix)
        coefficients = cho_solve_banded((cholesky, False), right, check_finite=False)
        model = _evaluate(u, polynomials, coefficients, first, spacing_px)
        deviation2 = (values - model) ** 2 * weight
        kept = use & (weight > 0) & (deviation2 < kappa**2)
        if np.array_equal(kept, used):
            break
        used = kept
    free = max(int(np.count_nonzero(used)) - coefficients.size, 1)
    return SlitSky(
        model=model,
        used=used,
        rejected=use & ~used,
        reduced_chi2=float(np.sum(deviation2[used])) / free,
        _u=u,
        _polynomials=np.asarray(polynomials, dtype=np.float64),
        _first_knot=first,
        _spacing=spacing_px,
        _cholesky=np.ascontiguousarray(cholesky, dtype=np.float64),
    )


def _enough(use: Mask, where: str) -> None:
    least = 10 * use.shape[1]
    if np.count_nonzero(use) < least:
        raise DataError(
            f"only {np.count_nonzero(use)} pixels of sky along the slit",
            where=where,
            accepted=f"at least {least}",
            hint="widen the background windows or make the zones around sources smaller",
        )


def _factor(matrix: Array) -> Array:
    """Return the banded Cholesky factor; a trace of ridge holds unknowns that no pixel touches at zero."""
    ridged = matrix.copy()
    diagonal = ridged[-1]
    diagonal += 1e-9 * float(np.mean(diagonal)) + 1e-30
    return np.asarray(cholesky_banded(ridged, overwrite_ab=True, lower=False, check_finite=False), dtype=np.float64)


@njit(cache=True)
def _basis(position: float, values: Array) -> int:
    """Fill `values` with the four cubic B-splines that are not zero at `position` (in knots); return the first one's index."""
    index = int(np.floor(position))
    t = position - index
    s = 1.0 - t
    values[0] = s * s * s / 6.0
    values[1] = (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0
    values[2] = (3.0 * s * s * s - 6.0 * s * s + 4.0) / 6.0
    values[3] = t * t * t / 6.0
    return index


@njit(cache=True)
def _normal_equations(
    u: Array, data: Array, weights: Array, polynomials: Array, first: float, spacing: float, splines: int
) -> tuple[Array, Array]:
    """Return the normal matrix in scipy's upper banded form, and the right-hand side."""
    ny, nx = data.shape
    terms = polynomials.shape[1]
    unknowns = splines * terms
    band = 4 * terms
    matrix = np.zeros((band, unknowns))
    right = np.zeros(unknowns)
    spline = np.empty(4)
    basis = np.empty(band)
    for y in range(ny):
        for x in range(nx):
            weight = weights[y, x]
            if weight == 0.0:
                continue
            start = _basis((u[y, x] - first) / spacing, spline) * terms
            for k in range(4):
                for j in range(terms):
                    basis[k * terms + j] = spline[k] * polynomials[y, j]
            for b in range(band):
                scaled = weight * basis[b]
                right[start + b] += scaled * data[y, x]
                for a in range(b + 1):
                    matrix[band - 1 + a - b, start + b] += scaled * basis[a]
    return matrix, right


@njit(cache=True)
def _evaluate(u: Array, polynomials: Array, coefficients: Array, first: float, spacing: float) -> Array:
    ny, nx = u.shape
    terms = polynomials.shape[1]
    model = np.empty((ny, nx))
    spline = np.empty(4)
    for y in range(ny):
        for x in range(nx):
            start = _basis((u[y, x] - first) / spacing, spline) * terms
            total = 0.0
            for k in range(4):
                for j in range(terms):
                    total += spline[k] * polynomials[y, j] * coefficients[start + k * terms + j]
            model[y, x] = total
    return model


@njit(cache=True)
def _sum_variance(u: Array, weights: Array, polynomials: Array, first: float, spacing: float, cholesky: Array) -> Array:
    """Return a' N^-1 a for each column, a being the sums over y of weight times basis function.

    With N = U'U this is |z|^2 with U'z = a. The vector a touches a few unknowns only; z starts with them and decays by a factor of
    about four per knot, so the substitution stops 20 knots after the last.
    """
    ny, nx = u.shape
    terms = polynomials.shape[1]
    band, unknowns = cholesky.shape
    result = np.zeros(nx)
    spline = np.empty(4)
    a = np.zeros(unknowns)
    for x in range(nx):
        low, high = unknowns, 0
        for y in range(ny):
            weight = weights[y, x]
            if weight == 0.0:
                continue
            start = _basis((u[y, x] - first) / spacing, spline) * terms
            low, high = min(low, start), max(high, start + band)
            for k in range(4):
                for j in range(terms):
                    a[start + k * terms + j] += weight * spline[k] * polynomials[y, j]
        end = min(high + 20 * terms, unknowns)
        total = 0.0
        for i in range(low, end):  # a becomes z in place
            value = a[i]
            for j in range(max(low, i - band + 1), i):
                value -= cholesky[band - 1 + j - i, i] * a[j]
            a[i] = value / cholesky[band - 1, i]
            total += a[i] * a[i]
        result[x] = total
        a[min(low, end) : end] = 0.0
    return result
