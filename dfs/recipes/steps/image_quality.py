"""Image quality: the width and shape of a point source, measured on the stars of an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from dfs.model import Image
from dfs.recipes.steps.sources import Sources, filled

__all__ = ["ImageQuality", "image_quality", "stars"]

Array = NDArray[np.float64]

_MOST = 25  # stars fitted
_LEAST_SNR = 20.0


@dataclass(frozen=True, slots=True)
class ImageQuality:
    """The point spread function of an image in three figures.

    Attributes
    ----------
    fwhm_px, fwhm_error_px
        Median full width at half maximum of Moffat fits to stars, and its standard error.
    ellipticity, ellipticity_error
        Median 1 - b/a of the same fits, and its standard error.
    stars
        How many stars.
    """

    fwhm_px: float
    fwhm_error_px: float
    ellipticity: float
    ellipticity_error: float
    stars: int


def stars(sources: Sources) -> NDArray[np.intp]:
    """Return the indices of clean sources as wide as the narrowest common width, brightest first.

    Point sources crowd at one width, galaxies are wider, cosmic rays narrower: of the clean sources with SNR above 20 those are
    taken whose width lies within 12 % of the densest place of the distribution, the mode by the half-sample method
    (Bickel & Fruehwirth 2006, Comp. Stat. & Data Analysis 50, 3500).
    """
    clean = np.flatnonzero((sources.flags == 0) & (sources.snr > _LEAST_SNR) & (sources.fwhm > 1.2))
    if len(clean) < 2:
        return clean
    mode = _half_sample_mode(np.sort(sources.fwhm[clean]))
    return clean[np.abs(sources.fwhm[clean] / mode - 1.0) < 0.12]


def image_quality(image: Image, sources: Sources) -> ImageQuality | None:
    """Return the image quality of a sky-subtracted image, or None when no star can be fitted.

    Each of the brightest 25 stars is fitted with an elliptical Moffat profile and a constant, over a box of 5 widths; the width
    quoted is that of the circle of equal area at half maximum, the median over the stars.
    """
    chosen = stars(sources)[:_MOST]
    data = filled(image)
    variance = np.where(np.isfinite(image.variance) & (image.variance > 0), image.variance, np.inf)
    fits = [_moffat(data, variance, sources.x[k], sources.y[k], sources.fwhm[k]) for k in chosen]
    good = np.array([one for one in fits if one is not None])
    if not len(good):
        return None
    (fwhm, fwhm_error), (ellipticity, ellipticity_error) = (_median(column) for column in good.T)
    return ImageQuality(fwhm, fwhm_error, ellipticity, ellipticity_error, len(good))


def _median(values: Array) -> tuple[float, float]:
    middle = float(np.median(values))
    if len(values) < 2:
        return middle, float("nan")
    return middle, float(1.2533 * 1.4826 * np.median(np.abs(values - middle)) / np.sqrt(len(values)))


def _half_sample_mode(ordered: Array) -> float:
    while len(ordered) > 3:
        half = (len(ordered) + 1) // 2
        widths = ordered[half - 1 :] - ordered[: len(ordered) - half + 1]
        first = int(np.argmin(widths))
        ordered = ordered[first : first + half]
    return float(np.mean(ordered))


def _moffat(data: NDArray[np.float32], variance: Array, x: float, y: float, fwhm: float) -> tuple[float, float] | None:
    """Return (FWHM, ellipticity) of the Moffat fit to the star at (x, y), or None where it fails."""
    half = int(np.ceil(2.5 * fwhm))
    column, row = round(x), round(y)
    if row < half or column < half or row + half >= data.shape[0] or column + half >= data.shape[1]:
        return None
    box = (slice(row - half, row + half + 1), slice(column - half, column + half + 1))
    v, u = np.mgrid[-half : half + 1, -half : half + 1].astype(float)
    u, v = u - (x - column), v - (y - row)
    cut = data[box].astype(float)
    peak = float(cut.max())
    if not peak > 0:
        return None
    # A profile is not exactly Moffat: 2 % of the peak keep the core of a bright star from ruling the fit.
    weight = 1.0 / np.hypot(np.sqrt(variance[box]), 0.02 * peak)

    def residual(p: Array) -> Array:
        return np.asarray(((peak * _profile(p, u, v) - cut) * weight).ravel())

    width2 = 2.77 / fwhm**2  # of a Gaussian: 4 ln 2
    found = least_squares(residual, [1.0, 0.0, 0.0, width2, 0.0, width2, 0.2, 0.0], method="lm", max_nfev=300)
    _, dx, dy, a, b, c, k, _ = found.x
    mean, difference = 0.5 * (a + c), float(np.hypot(0.5 * (a - c), b))
    if not found.success or mean - difference <= 0 or np.hypot(dx, dy) > fwhm or abs(k) > 0.9:
        return None
    half_maximum = np.expm1(max(abs(k), 1e-6) * np.log(2.0)) / max(abs(k), 1e-6)
    long = 2.0 * np.sqrt(half_maximum / (mean - difference))
    short = 2.0 * np.sqrt(half_maximum / (mean + difference))
    return float(np.sqrt(long * short)), float(1.0 - short / long)


def _profile(p: Array, u: Array, v: Array) -> Array:
    """Return ``peak (1 + k q)^(-1/k) + base`` with q a quadratic form: a Moffat profile of beta = 1/k, a Gaussian for k = 0."""
    peak, x, y, a, b, c, k, base = p
    dx, dy = u - x, v - y
    q = np.maximum(a * dx * dx + 2.0 * b * dx * dy + c * dy * dy, 0.0)
    k = max(abs(k), 1e-6)
    return np.asarray(peak * np.exp(-np.log1p(k * q) / k) + base)
