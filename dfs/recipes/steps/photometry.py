"""Aperture photometry with errors that know the noise is correlated, and what of a star's light an aperture holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from astropy.stats import SigmaClip
from numpy.typing import NDArray
from photutils.aperture import ApertureStats, CircularAnnulus, CircularAperture, aperture_photometry
from scipy.ndimage import binary_dilation
from scipy.signal import fftconvolve

from dfs.model import Image
from dfs.recipes.steps.sources import Sources, filled

__all__ = ["ApertureCorrection", "aperture_correction", "aperture_noise_factor", "apertures", "empty_apertures"]

Array = NDArray[np.float64]

_EMPTY = 2500  # apertures on empty sky, at most


@dataclass(frozen=True, slots=True)
class ApertureCorrection:
    """What turns flux in an aperture into the total flux of a point source.

    Attributes
    ----------
    factor, error
        Total over aperture flux, and its standard error.
    stars
        Number of stars it was measured on; 0: assumed Gaussian.
    radius_px, total_radius_px
        The aperture, and the one that counts as total.
    """

    factor: float
    error: float
    stars: int
    radius_px: float
    total_radius_px: float


def apertures(
    image: Image, x: Array, y: Array, radii_px: Sequence[float], correlation: NDArray[np.float64]
) -> tuple[Array, Array]:
    """Return (flux, error) in circular apertures, each of shape (number of sources, number of radii).

    Pixels count by the fraction of their area inside the circle. Holes are filled from their neighbours (a flag tells). The
    variance is that of independent pixels times the factor of `aperture_noise_factor`.

    Parameters
    ----------
    image
        Sky-subtracted, with variance.
    x, y
        Centres, pixels from 0.
    radii_px
        Radii of the apertures.
    correlation
        Noise correlation of neighbouring pixels, (11, 11), 1 in the middle.
    """
    if not len(x):
        none = np.empty((0, len(radii_px)))
        return none, none
    variance = np.where(np.isfinite(image.variance), image.variance, 0.0)
    circles = [CircularAperture(np.column_stack([x, y]), radius) for radius in radii_px]
    table = aperture_photometry(filled(image), circles, error=np.sqrt(variance), method="exact")
    flux = np.column_stack([table[f"aperture_sum_{k}"] for k in range(len(circles))])
    error = np.column_stack([table[f"aperture_sum_err_{k}"] for k in range(len(circles))])
    factors = [np.sqrt(aperture_noise_factor(correlation, radius)) for radius in radii_px]
    return np.asarray(flux, np.float64), np.asarray(error, np.float64) * np.array(factors)


def aperture_noise_factor(correlation: NDArray[np.float64], radius_px: float) -> float:
    """Return the variance of the sum in an aperture over ``sum_i a_i v_i``, the sum of its pixels' variances by area.

    With pixel areas a_i inside the circle and correlation c(d) it is sum_ij a_i a_j c(i - j) / sum_i a_i: just below 1 for
    untouched pixels (those cut by the rim count with a_i^2), and near the sum of c for large apertures.
    """
    side = 2 * int(np.ceil(radius_px)) + 3
    weights = CircularAperture((side // 2, side // 2), radius_px).to_mask(method="exact").to_image((side, side))
    spread = (
        fftconvolve(weights, correlation, mode="same") if side >= len(correlation) else _direct(weights, correlation)
    )
    return float((weights * spread).sum() / weights.sum())


def aperture_correction(
    image: Image,
    sources: Sources,
    radii_px: tuple[float, float],
    fwhm_px: float,
    correlation: NDArray[np.float64],
) -> ApertureCorrection:
    """Return the correction from the first to the second of `radii_px`.

    The weighted mean ratio of point-like, clean, isolated sources (the brightest 50) with both fluxes above 30 standard deviations,
    outliers of 3 robust standard deviations left out. The sky of each star is the clipped mean of a ring outside the larger
    aperture: over its many pixels the least error of the sky map would count. Without three such stars it is that of a
    Gaussian of `fwhm_px`.
    """
    small, total = radii_px
    chosen = np.flatnonzero((sources.flags == 0) & (np.abs(sources.fwhm / fwhm_px - 1.0) < 0.15))[:50]
    x, y = sources.x[chosen], sources.y[chosen]
    flux, error = apertures(image, x, y, radii_px, correlation)
    sky = _ring(image, x, y, 1.05 * total, 1.5 * total)
    flux = flux - sky[:, np.newaxis] * np.pi * np.square(radii_px)
    strong = np.all(flux > 30 * error, axis=1)
    if strong.sum() < 3:
        inside = [1.0 - 0.5 ** (4.0 * (radius / fwhm_px) ** 2) for radius in radii_px]
        return ApertureCorrection(inside[1] / inside[0], 0.05 * inside[1] / inside[0], 0, small, total)
    ratio = flux[strong, 1] / flux[strong, 0]
    sigma = ratio * error[strong, 1] / flux[strong, 1]  # the ring's noise rules: the disc is common to both
    keep = np.ones(len(ratio), dtype=bool)
    width = 0.0
    for _ in range(5):
        middle = np.median(ratio[keep])
        width = max(1.4826 * float(np.median(np.abs(ratio[keep] - middle))), 1e-4)
        keep = np.abs(ratio - middle) < 3.0 * width
    weight = 1.0 / (sigma[keep] ** 2 + width**2)
    factor = float((weight * ratio[keep]).sum() / weight.sum())
    return ApertureCorrection(factor, float(1.0 / np.sqrt(weight.sum())), int(keep.sum()), small, total)


def _ring(image: Image, x: Array, y: Array, inner: float, outer: float) -> Array:
    """Return the clipped mean of the good pixels between two radii about each position; 0 where there are none."""
    if not len(x):
        return np.empty(0)
    ring = CircularAnnulus(np.column_stack([x, y]), inner, outer)
    bad = ~image.good() | ~np.isfinite(image.data)
    found = ApertureStats(image.data, ring, mask=bad, sigma_clip=SigmaClip(3.0, maxiters=5), sum_method="center")
    return np.nan_to_num(np.atleast_1d(found.mean).astype(np.float64))


def empty_apertures(
    image: Image, sources_mask: NDArray[np.bool_], radius_px: float, correlation: NDArray[np.float64]
) -> tuple[Array, Array]:
    """Return (flux, predicted error) in apertures on a regular grid, those that hold only good sky pixels.

    Their scatter over the prediction says whether errors are honest; the centres (every 2.5 radii or more, at most 2500) are chosen before
    looking at any flux.
    """
    ny, nx = image.shape
    step = max(3, round(2.5 * radius_px), int(np.sqrt(ny * nx / _EMPTY)))
    y, x = np.mgrid[step : ny - step : step, step : nx - step : step]
    blocked = binary_dilation(
        sources_mask | ~image.good() | ~np.isfinite(image.data), iterations=int(np.ceil(radius_px)) + 1
    )
    free = ~blocked[y, x]
    flux, error = apertures(image, x[free].astype(float), y[free].astype(float), [radius_px], correlation)
    return flux[:, 0], error[:, 0]


def _direct(weights: Array, correlation: Array) -> Array:
    full = fftconvolve(weights, correlation, mode="full")
    low = (len(correlation) - 1) // 2
    return np.asarray(full[low : low + weights.shape[0], low : low + weights.shape[1]])
