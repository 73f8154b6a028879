"""Optimal extraction (Horne 1986, PASP 98, 609), without resampling, its profile taken from the data.

With the profile P (sum 1 over the aperture in every column), pixel variances V and sky-subtracted data D::

    f = sum W D,    W = P/V / sum P^2/V,    var f = noise of that sum, correlation and sky fit included

The profile is a cubic spline in the distance from the trace, in units of the width there, whose coefficients may change
slowly along the spectrum where the signal allows it. V belongs to the model (sky + f P), not to the noisy pixel, so that
pixels which came out low get no higher weight. Weights use a smoothed f for the same reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import BSpline

from dfs.model import Flag, Image
from dfs.recipes.steps.pixel_noise import PixelNoise
from dfs.recipes.steps.slit_sky import SlitSky
from dfs.recipes.steps.trace import Trace

__all__ = ["Extraction", "aperture", "extract", "weighted_sum"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_FWHM = 2.3548
_SPLINE = 4  # order of a cubic spline
_PROFILE_TOLERANCE = 0.05  # relative: no profile is known better, so bright pixels are not taken for cosmic rays
_LOST = 0.3  # share of the profile that may be masked before the value counts as doubtful


@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """An extracted spectrum, in electrons per column.

    Attributes
    ----------
    flux, variance
        Shape (nx,): light within the aperture and its variance.
    background
        Shape (nx,): sky within the aperture.
    quality
        Shape (nx,): bits of `Flag`; 0 where at most 30 % of the light fell on excluded pixels, none of them saturated.
    profile, weights
        Shape (rows, nx), of the rows `rows` only.
    rows
        The rows of the frame that the aperture touches.
    rejected
        Shape (rows, nx): pixels thrown out while extracting, cosmic rays that were missed before.
    profile_chi2
        Reduced chi-square of data against profile times flux.
    method
        ``optimal`` or ``sum``.
    """

    flux: Array
    variance: Array
    background: Array
    quality: NDArray[np.int16]
    profile: Array
    weights: Array
    rows: slice
    rejected: Mask
    profile_chi2: float
    method: str


def aperture(trace: Trace, half_width: float, ny: int) -> tuple[slice, Array]:
    """Return the rows an aperture of +- `half_width` px about the trace touches, and how much of each pixel lies inside (0..1)."""
    first = max(int(np.floor(np.min(trace.row) - half_width - 0.5)), 0)
    last = min(int(np.ceil(np.max(trace.row) + half_width + 0.5)), ny - 1)
    rows = np.arange(first, last + 1, dtype=np.float64)[:, np.newaxis]
    low, high = trace.row - half_width, trace.row + half_width
    share = np.clip(np.minimum(rows + 0.5, high) - np.maximum(rows - 0.5, low), 0.0, 1.0)
    return slice(first, last + 1), share


def extract(
    image: Image,
    sky: SlitSky,
    noise: PixelNoise,
    trace: Trace,
    *,
    half_width: float,
    kappa: float = 5.0,
    optimal: bool = True,
    rounds: int = 4,
) -> Extraction:
    """Extract the spectrum along `trace` from a calibrated, oriented frame.

    Parameters
    ----------
    image
        Electrons, sky included.
    sky
        The fitted sky; its pixels must exclude the aperture.
    noise
        Noise of the pixels.
    half_width
        Half the aperture (px).
    kappa
        Pixels farther than `kappa` sigma from profile times flux are left out.
    optimal
        False: the plain sum over the aperture, bad pixels replaced by the profile.
    rounds
        Rounds of profile, extraction and rejection.
    """
    rows, share = aperture(trace, half_width, image.shape[0])
    data = image.data[rows].astype(np.float64) - sky.model[rows]
    local = noise.part(rows)
    good = image.good()[rows] & (share > 0)
    offset = np.arange(rows.start, rows.stop)[:, np.newaxis] - trace.row
    profile = _normalised(np.exp(-0.5 * (offset * _FWHM / trace.fwhm) ** 2), share)
    flux, kept = np.zeros(share.shape[1]), good
    chi2 = 0.0
    for turn in range(rounds):
        variance = local.variance(sky.model[rows] + np.maximum(_smoothed(flux), 0.0) * profile)
        weights = _weights(profile, variance, share, kept, optimal=optimal)
        flux = np.sum(weights * data, axis=0)
        if turn:
            kept, chi2 = _reject(data, flux, profile, local.variance(sky.model[rows] + flux * profile), good, kappa)
        if turn < rounds - 1:
            profile = _profile(data, variance, kept, offset / trace.fwhm, flux, share, trace.snr)
    weights = _weights(profile, variance, share, kept, optimal=optimal)
    flux = np.sum(weights * data, axis=0)
    final = local.variance(sky.model[rows] + np.maximum(flux, 0.0) * profile)
    placed = np.zeros(image.shape)
    placed[rows] = weights
    return Extraction(
        flux=flux,
        variance=local.sum_variance(weights, final) + sky.aperture_variance(placed),
        background=np.sum(share * sky.model[rows], axis=0),
        quality=_quality(image.mask[rows], kept, profile * share),
        profile=profile,
        weights=weights,
        rows=rows,
        rejected=good & ~kept,
        profile_chi2=chi2,
        method="optimal" if optimal else "sum",
    )


def weighted_sum(
    data: Array, good: Mask, variance: Array, noise: PixelNoise, weights: Array, profile: Array
) -> tuple[Array, Array]:
    """Return sums over axis 0 with given weights and their variances; what bad pixels lost is made up for by the profile.

    All arrays have the shape (rows, nx) of one aperture. Columns whose profile is lost altogether give NaN.
    """
    usable = np.where(good, weights, 0.0)
    caught = np.sum(usable * profile, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.where(caught > 1.0 - _LOST, usable / caught, np.nan)
    return np.sum(scaled * np.where(good, data, 0.0), axis=0), noise.sum_variance(scaled, variance)


def _weights(profile: Array, variance: Array, share: Array, kept: Mask, *, optimal: bool) -> Array:
    """Return weights that recover the flux of a source with this profile without bias, whatever pixels are left out."""
    raw = share * profile / variance if optimal else share
    raw = np.where(kept, raw, 0.0)
    caught = np.sum(raw * profile, axis=0)
    weights: Array = np.divide(raw, caught, out=np.zeros_like(raw), where=caught > 0)
    return weights


def _normalised(profile: Array, share: Array) -> Array:
    positive = np.maximum(profile, 0.0)
    total = np.sum(positive * share, axis=0)
    scaled: Array = np.divide(positive, total, out=np.zeros_like(positive), where=total > 0)
    return scaled


def _smoothed(flux: Array) -> Array:
    """Return the flux without its noise, as far as weights are concerned."""
    return np.asarray(
        ndimage.gaussian_filter1d(ndimage.median_filter(flux, 9, mode="nearest"), 3.0, mode="nearest"), dtype=np.float64
    )


def _profile(data: Array, variance: Array, kept: Mask, distance: Array, flux: Array, share: Array, snr: float) -> Array:
    """Fit the profile to the data: a spline in `distance` (units of the width), its coefficients polynomials along the spectrum."""
    smooth = np.maximum(_smoothed(flux), 0.0)
    column_snr = smooth / np.sqrt(np.sum(np.where(kept, variance, 0.0), axis=0) + 1.0)
    bright = np.flatnonzero(column_snr > min(3.0, 0.5 * float(np.max(column_snr))))
    if snr < 50.0 or bright.size < 30:
        return _normalised(np.exp(-0.5 * (distance * _FWHM) ** 2), share)  # too faint to have a shape of its own
    degree = 0 if snr < 150.0 else 1 if snr < 600.0 else 3
    reach = float(np.max(np.abs(distance[share > 0]))) + 1e-6
    step = 0.6 if snr < 150.0 else 0.4 if snr < 300.0 else 0.25  # no more freedom than the signal can pin down
    knots = _knots(reach, step)
    along = np.clip(np.arange(data.shape[1]), bright[0], bright[-1])  # no extrapolation into the noise
    scaled = 2.0 * (along - bright[0]) / max(bright[-1] - bright[0], 1) - 1.0
    polynomials = legendre.legvander(scaled, degree)
    use = kept & np.isin(np.arange(data.shape[1]), bright)
    y, x = np.nonzero(use)
    shape = BSpline.design_matrix(distance[y, x], knots, _SPLINE - 1).toarray()
    design = (shape[:, :, np.newaxis] * polynomials[x][:, np.newaxis, :]).reshape(len(x), -1)
    weight = 1.0 / np.sqrt(variance[y, x] + (_PROFILE_TOLERANCE * smooth[x]) ** 2 * 0.01)
    scale = (flux[x] * weight)[:, np.newaxis]
    coefficients = _least_squares(design * scale, data[y, x] * weight)
    table = coefficients.reshape(shape.shape[1], degree + 1) @ polynomials.T  # (splines, nx)
    inside = np.nonzero(share > 0)
    basis = BSpline.design_matrix(distance[inside], knots, _SPLINE - 1).toarray()
    profile = np.zeros_like(data)
    profile[inside] = np.sum(basis * table[:, inside[1]].T, axis=1)
    return _normalised(profile, share)


def _knots(reach: float, step: float) -> Array:
    count = max(int(np.ceil(2.0 * reach / step)), 4)
    inner = np.linspace(-reach, reach, count + 1)
    return np.concatenate((np.full(_SPLINE - 1, -reach), inner, np.full(_SPLINE - 1, reach)))


def _least_squares(design: Array, values: Array) -> Array:
    normal = design.T @ design
    normal[np.diag_indices_from(normal)] += 1e-8 * float(np.trace(normal)) / len(normal)
    return np.asarray(np.linalg.solve(normal, design.T @ values), dtype=np.float64)


def _reject(data: Array, flux: Array, profile: Array, variance: Array, good: Mask, kappa: float) -> tuple[Mask, float]:
    expected = flux * profile
    deviation2 = (data - expected) ** 2 / (variance + (_PROFILE_TOLERANCE * expected) ** 2)
    kept = good & (deviation2 < kappa**2)
    used = kept & (profile > 0)
    free = max(int(used.sum()) - used.shape[1], 1)
    return kept, float(np.sum(((data - expected) ** 2 / variance)[used])) / free


def _quality(mask: NDArray[np.uint8], kept: Mask, light: Array) -> NDArray[np.int16]:
    """Return the bits of the pixels that carry light, where what they took away matters."""
    bits = np.zeros(mask.shape[1], dtype=np.int16)
    carrying = light > 0.01
    lost = np.sum(np.where(kept, 0.0, light), axis=0)
    for flag in Flag:
        touched = np.any(((mask & np.uint8(flag)) != 0) & carrying, axis=0)
        matters = np.ones_like(lost, dtype=bool) if flag in (Flag.SATURATED, Flag.LOW_FLAT) else lost > _LOST
        bits[touched & matters] |= np.int16(flag)
    bits[(lost > _LOST) & (bits == 0)] |= np.int16(Flag.COSMIC)
    bits[lost > 0.99] |= np.int16(Flag.NO_DATA)
    return bits
