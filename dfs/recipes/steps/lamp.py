"""Separates a spectroscopic flat into lamp spectrum, slit illumination and pixel response.

With x along dispersion and y along the slit (oriented geometry)::

    flat(y, x) = lamp(x) * SLIT(y, x) * PIXEL(y, x)

lamp    mean over the lit part of the slit, each row scaled by its own brightness, then a smoothing spline of its logarithm that halves
        ripples of `lamp_px` pixels; what a column shows beyond it belongs to PIXEL.
SLIT    per row, a cubic spline in x with knots every `slit_knot_px` pixels: free along the slit, where slit edges and dust make steps,
        smooth along dispersion. Its mean along the slit (rows above half brightness) is 1 at each x. Where scattered light is more than a thirtieth of the
        lamp's it has a shape of its own (EFOSC2, Gr#3: a hump in the middle of the slit that is all there is below 375 nm);
        there SLIT keeps the values of the nearest column that can be trusted.
PIXEL   what is left: response of single pixels, fringes.

A frame through the same slit is divided by SLIT * PIXEL, one through another slit by PIXEL.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import BSpline, make_smoothing_spline

from dfs.errors import DataError

__all__ = ["Lamp", "separate"]

Array = NDArray[np.float64]

LIT = 0.3  # of the typical brightness: rows below do not see the slit
_BRIGHT = 0.5
_KAPPA = 5.0
_BESIDE = 5  # rows away from the slit's edge, and the least number of rows beside the slit
_CONTRAST = 30.0  # lamp over scattered light from which the slit's illumination is that of the lamp


@dataclass(frozen=True, slots=True, eq=False)
class Lamp:
    """The factors of a flat.

    Attributes
    ----------
    spectrum
        Shape (nx,), unit of the flat.
    slit, pixel
        Shape (ny, nx); 1 in rows that are not lit.
    slit_variance, pixel_variance
        Their variances.
    lit
        Shape (ny,): rows that see the slit.
    brightness
        Shape (ny,): mean brightness of each row relative to the slit's median.
    edge
        Shape (nx,): columns where the detector's edge, not the lamp, sets the signal; left out of the fits.
    trusted
        First and last column in which SLIT is measured; beyond them it keeps its value.
    """

    spectrum: Array
    slit: Array
    pixel: Array
    slit_variance: Array
    pixel_variance: Array
    lit: NDArray[np.bool_]
    brightness: Array
    edge: NDArray[np.bool_]
    trusted: tuple[int, int]


def separate(data: Array, variance: Array, good: NDArray[np.bool_], *, lamp_px: float, slit_knot_px: float) -> Lamp:
    """Return the factors of an oriented flat.

    Parameters
    ----------
    data, variance
        Flat above bias and its variance, shape (ny, nx).
    good
        Pixels to be used in the fits.
    lamp_px, slit_knot_px
        Scales of the two smooth factors, pixels.

    Raises
    ------
    DataError
        There is no light.
    """
    weight = np.where(good, 1 / np.maximum(variance, 1e-12), 0.0)
    if float(np.median(np.max(np.where(good, data, 0.0), axis=0))) <= 0:
        raise DataError("the flat shows no lamp light", accepted="a lamp exposure", hint="leave it out")
    brightness, lit, mean = _profile(data, weight)
    spectrum, edge = _smooth_spectrum(mean, lamp_px)
    ratio = data / spectrum
    slit, slit_variance = np.ones_like(data), np.zeros_like(data)
    slit[lit], slit_variance[lit] = _slit(ratio[lit], np.where(edge, 0.0, weight * spectrum**2)[lit], slit_knot_px)
    # The mean: a median follows the errors of the few rows that happen to lie near it.
    norm = np.mean(slit[lit & (brightness > _BRIGHT)], axis=0)
    spectrum = spectrum * norm
    slit[lit] /= norm
    slit_variance[lit] /= norm**2
    model = spectrum * slit
    pixel = np.where(lit[:, None], data / model, 1.0)
    pixel_variance = np.where(lit[:, None], variance / model**2, 0.0)
    first, last = _trusted(data, spectrum, lit, edge)
    held = np.clip(np.arange(data.shape[1]), first, last)
    return Lamp(
        spectrum,
        slit[:, held],
        pixel,
        slit_variance[:, held],
        pixel_variance,
        lit,
        brightness,
        edge,
        (first, last),
    )


def _trusted(data: Array, spectrum: Array, lit: NDArray[np.bool_], edge: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the first and last column whose light comes from the lamp through the slit, not from elsewhere.

    Scattered light is what rows beside the slit show. Without such rows the lamp counts where it has a tenth of its
    maximum.
    """
    beside = ~ndimage.binary_dilation(lit, iterations=_BESIDE)
    floor = 0.1 * float(np.max(spectrum[~edge], initial=0.0))
    if beside.sum() >= _BESIDE:
        veil = ndimage.median_filter(np.median(data[beside], axis=0), 31, mode="nearest")
        contrast = spectrum / np.maximum(veil, 1e-3 * float(np.max(spectrum)))
        lamp = contrast > min(_CONTRAST, 0.75 * float(np.max(contrast[~edge], initial=0.0)))
    else:
        lamp = spectrum > floor
    columns = np.flatnonzero(lamp & ~edge)
    if columns.size == 0:
        return 0, spectrum.size - 1
    # The brightest stretch: a lone column elsewhere is chance.
    starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 2) > 1)
    stretches = np.split(columns, starts[1:])
    best = max(stretches, key=lambda part: float(np.sum(spectrum[part])))
    return int(best[0]), int(best[-1])


def _profile(data: Array, weight: Array) -> tuple[Array, NDArray[np.bool_], Array]:
    """Return each row's brightness, which rows are lit, and the mean lamp spectrum of those."""
    spectrum = np.median(data, axis=0)
    brightness = np.ones(data.shape[0])
    lit = np.ones(data.shape[0], dtype=bool)
    for _ in range(4):
        norm = np.sum(spectrum**2 * weight, axis=1)
        brightness = np.divide(
            np.sum(data * spectrum * weight, axis=1), norm, out=np.zeros(data.shape[0]), where=norm > 0
        )
        typical = np.median(brightness[brightness >= 0.5 * np.percentile(brightness, 95)])
        brightness = brightness / typical
        lit = brightness > LIT
        column = np.sum((brightness[:, None] ** 2 * weight)[lit], axis=0)
        total = np.sum((data * brightness[:, None] * weight)[lit], axis=0)
        # A column without a good pixel is bridged from its neighbours.
        spectrum = (
            np.interp(
                np.arange(column.size),
                np.flatnonzero(column > 0),
                (total / np.where(column > 0, column, 1))[column > 0],
            )
            if (column > 0).any()
            else spectrum
        )
    return brightness, lit, spectrum


def _smooth_spectrum(spectrum: Array, lamp_px: float) -> tuple[Array, NDArray[np.bool_]]:
    """Return the spectrum smoothed, and the columns it does not follow."""
    x = np.arange(spectrum.size, dtype=np.float64)
    floor = 1e-4 * float(np.percentile(spectrum, 99))
    values = np.log(np.maximum(spectrum, floor))
    weight = np.ones(x.size)
    # A smoothing spline damps a ripple of wave number k by 1 / (1 + lam k^4).
    strength = (lamp_px / (2 * np.pi)) ** 4
    away = np.zeros(x.size, dtype=bool)
    smooth = values
    for _ in range(8):
        smooth = np.asarray(make_smoothing_spline(x, values, w=weight, lam=strength)(x), dtype=np.float64)
        rest = np.abs(values - smooth)
        away = rest > max(_KAPPA * 1.4826 * float(np.median(rest)), 0.005)
        weight = np.where(away, 1e-6, 1.0)
    return np.exp(smooth), away


def _slit(ratio: Array, weight: Array, knot_px: float) -> tuple[Array, Array]:
    """Return a weighted cubic spline along each row of `ratio` and its variance; outliers left out."""
    basis = _basis(ratio.shape[1], knot_px)
    diagonal = np.arange(basis.shape[1])
    used = weight
    normal = np.zeros((ratio.shape[0], basis.shape[1], basis.shape[1]))
    fit = np.ones_like(ratio)
    for _ in range(4):
        normal = np.einsum("xi,yx,xj->yij", basis, used, basis, optimize=True)
        # Where an interval holds no pixel the spline falls back towards 1, at a millionth of the usual weight.
        ridge = 1e-6 * np.maximum(np.mean(normal[:, diagonal, diagonal], axis=1), 1e-12)
        normal[:, diagonal, diagonal] += ridge[:, None]
        right = (used * ratio) @ basis + ridge[:, None]
        fit = np.linalg.solve(normal, right[..., None])[..., 0] @ basis.T
        rest = np.abs(ratio - fit) * np.sqrt(weight)
        scale = np.maximum(1.4826 * np.median(rest, axis=1, keepdims=True), 1.0)
        used = np.where(rest < _KAPPA * scale, weight, 0.0)
    covariance = np.linalg.inv(normal)
    variance: Array = np.einsum("xi,yij,xj->yx", basis, covariance, basis, optimize=True)
    return fit, variance


def _basis(length: int, knot_px: float) -> Array:
    intervals = max(1, round(length / knot_px))
    knots = np.concatenate([[0.0] * 3, np.linspace(0.0, length - 1.0, intervals + 1), [length - 1.0] * 3])
    matrix: Array = BSpline.design_matrix(np.arange(length, dtype=np.float64), knots, 3).toarray()
    return matrix
