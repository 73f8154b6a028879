"""The trace: at which row the spectrum of a source lies in every column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from dfs.errors import DataError

__all__ = ["Trace", "trace_source"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_FWHM = 2.3548  # full width at half maximum of a Gaussian of unit sigma


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Row and width of a spectrum along the dispersion.

    Attributes
    ----------
    row
        Shape (nx,): centre in each column, px.
    fwhm
        Shape (nx,): full width at half maximum along the slit, px.
    order
        Order of the polynomial of `row`.
    rms_px
        Scatter of the measured centres about it.
    points
        Number of centres measured and kept.
    snr
        Signal-to-noise ratio of the whole trace.
    """

    row: Array
    fwhm: Array
    order: int
    rms_px: float
    points: int
    snr: float

    def shifted(self, rows: float) -> Trace:
        """Return the same trace `rows` pixels further along the slit."""
        return Trace(self.row + rows, self.fwhm, self.order, self.rms_px, self.points, self.snr)


@dataclass(frozen=True, slots=True)
class _Centre:
    x: float
    row: float
    error: float
    sigma: float
    snr: float


def trace_source(
    data: Array,
    variance: Array,
    good: Mask,
    position: float,
    fwhm: float,
    *,
    order: int = 3,
    bins: int = 32,
    where: str = "",
) -> Trace:
    """Trace the source at row `position`.

    In each of `bins` blocks of columns a Gaussian is fitted to the robust mean profile near the source; a polynomial goes through the
    centres, weighted by their errors, outliers left out. Its order is the one with the least Bayesian information criterion
    up to `order`, so a faint source gets a stiff trace. Blocks without a significant centre have no say.

    Parameters
    ----------
    data, variance, good
        Shape (ny, nx), sky subtracted, electrons.
    position, fwhm
        First guess from the slit profile, px.

    Raises
    ------
    DataError
        No block has a significant signal.
    """
    nx = data.shape[1]
    blocks = np.array_split(np.arange(nx), min(bins, nx))
    sigma = max(fwhm, 1.5) / _FWHM
    centres = [
        centre for block in blocks if (centre := _centre(data, variance, good, block, position, sigma)) is not None
    ]
    if not centres:
        raise DataError(
            f"no spectrum can be traced at row {position:.1f} of the slit",
            where=where,
            hint="give another position_px or a lower detection threshold",
        )
    snr = float(np.sqrt(sum(one.snr**2 for one in centres)))
    fit, kept = _polynomial(centres, order, nx)
    rows = np.array([one.row for one in kept])
    x = np.array([one.x for one in kept])
    weights = np.array([one.snr for one in kept])
    width = np.array([one.sigma for one in kept]) * _FWHM
    return Trace(
        row=_prolonged(fit, float(x.min()), float(x.max()), nx),
        fwhm=_widths(x, width, weights, nx),
        order=fit.degree(),
        rms_px=float(np.sqrt(np.mean((rows - fit(x)) ** 2))),
        points=len(kept),
        snr=snr,
    )


def _centre(
    data: Array, variance: Array, good: Mask, block: NDArray[np.intp], position: float, sigma: float
) -> _Centre | None:
    """Fit a Gaussian to the mean profile of a block of columns; None when its centre is not significant."""
    reach = max(4.0 * sigma, 5.0)
    low, high = max(int(position - reach), 0), min(int(position + reach) + 2, data.shape[0])
    cut = (slice(low, high), slice(int(block[0]), int(block[-1]) + 1))
    usable = good[cut]
    values = np.where(usable, data[cut], np.nan)
    if low >= high or usable.sum(axis=1).min() < 1:
        return None
    profile = np.nanmedian(values, axis=1)
    # pi/2: variance of a median against that of a mean.
    error2 = 0.5 * np.pi * np.nanmean(np.where(usable, variance[cut], np.nan), axis=1) / usable.sum(axis=1)
    return _fit_gaussian(
        np.arange(low, high, dtype=np.float64), profile, error2, position, sigma, float(np.mean(block))
    )


def _fit_gaussian(y: Array, profile: Array, error2: Array, start: float, sigma: float, x: float) -> _Centre | None:
    """Fit height, centre and width by Gauss-Newton; None when it runs away or the height is below 4 sigma."""
    height, centre, width = float(np.max(profile)), start, sigma
    weight = 1.0 / error2
    for _ in range(12):
        t = (y - centre) / width
        shape = np.exp(-0.5 * t * t)
        jacobian = np.stack((shape, height * shape * t / width, height * shape * t * t / width), axis=1)
        normal = jacobian.T @ (jacobian * weight[:, np.newaxis])
        normal[np.diag_indices(3)] *= 1.0 + 1e-9
        try:
            covariance = np.linalg.inv(normal)
        except np.linalg.LinAlgError:
            return None
        step = covariance @ (jacobian.T @ (weight * (profile - height * shape)))
        height += step[0]
        centre += float(np.clip(step[1], -sigma, sigma))
        width = float(np.clip(width + np.clip(step[2], -0.5 * width, 0.5 * width), 0.3 * sigma, 3.0 * sigma))
    errors = np.sqrt(np.diag(covariance))
    snr = height / errors[0]
    if not np.isfinite(snr) or snr < 4.0 or abs(centre - start) > 3.0 * sigma or errors[1] > sigma:
        return None
    return _Centre(x, float(centre), float(errors[1]), width, float(snr))


def _polynomial(centres: list[_Centre], order: int, nx: int) -> tuple[Polynomial, list[_Centre]]:
    """Return the polynomial of the best order, and the centres it keeps."""
    kept = centres
    fit = Polynomial([centres[0].row])
    for _ in range(5):
        fit = _best_order(kept, order, nx)
        deviation = np.array([one.row - fit(one.x) for one in centres])
        errors = np.array([one.error for one in centres])
        scatter = 1.4826 * np.median(np.abs(deviation))
        inside = np.abs(deviation) <= 4.0 * np.hypot(errors, max(scatter, 0.02))
        survivors = [one for one, ok in zip(centres, inside, strict=True) if ok]
        if len(survivors) == len(kept) or len(survivors) < 2:
            break
        kept = survivors
    return fit, kept


def _best_order(centres: list[_Centre], order: int, nx: int) -> Polynomial:
    x = np.array([one.x for one in centres])
    rows = np.array([one.row for one in centres])
    # 0.05 px: the trace is no better defined than that, so a few bright blocks do not rule alone.
    error = np.hypot([one.error for one in centres], 0.05)
    best, best_score = Polynomial([float(np.average(rows, weights=error**-2))]), np.inf
    for degree in range(min(order, (len(centres) - 1) // 2) + 1):
        fit = Polynomial.fit(x, rows, degree, domain=[0, nx - 1], w=1.0 / error)
        score = float(np.sum(((rows - fit(x)) / error) ** 2)) + (degree + 1) * np.log(len(centres))
        if score < best_score:
            best, best_score = fit, score
    return best


def _prolonged(fit: Polynomial, first: float, last: float, nx: int) -> Array:
    """Return the polynomial in every column: a straight line beyond the outermost centres, where a curve would run away."""
    x = np.arange(nx, dtype=np.float64)
    inside = np.clip(x, first, last)
    return np.asarray(fit(inside) + (x - inside) * fit.deriv()(inside), dtype=np.float64)


def _widths(x: Array, width: Array, weights: Array, nx: int) -> Array:
    """Return the width in every column: linear in x where at least eight blocks define it, else the median."""
    if len(x) < 8:
        return np.full(nx, float(np.median(width)))
    scatter = 1.4826 * np.median(np.abs(width - np.median(width))) + 1e-6
    fine = np.abs(width - np.median(width)) < 4 * scatter
    fit = Polynomial.fit(x[fine], width[fine], 1, domain=[0, nx - 1], w=weights[fine])
    low, high = 0.7 * np.median(width), 1.4 * np.median(width)
    return np.asarray(np.clip(fit(np.arange(nx, dtype=np.float64)), low, high), dtype=np.float64)
