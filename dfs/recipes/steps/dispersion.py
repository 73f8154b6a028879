"""From an identified arc to the dispersion: each line measured together with its neighbours, then a polynomial through them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray
from scipy.optimize import nnls

from dfs.recipes.steps.identify import LampLines
from dfs.recipes.steps.line_profile import LineProfile

__all__ = ["ArcLines", "Dispersion", "Verdict", "fit_dispersion", "measure_arc"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]

Verdict = Literal["used", "saturated", "faint", "blend", "misfit", "outlier", "edge"]

_FLOOR_PX = 0.03  # pixel phase, flat field, line shape: no centre is better known than this
_SHAPE_ERROR = 0.01  # of the highest line in the window: what the common line shape leaves out
_LARGEST_ERROR_PX = 0.15
_LARGEST_MISFIT = 0.10  # rms of the residuals over the peak
_CLOSE = 0.6  # line widths: closer lines cannot be told apart
_LARGEST_SHARE = 0.5  # of such neighbours, relative to the line


@dataclass(frozen=True, slots=True, eq=False)
class ArcLines:
    """Lines of the list as found in the arc, arrays of equal length, in order of wavelength.

    Attributes
    ----------
    wavelength_nm, ion
        From the list.
    x, x_error
        Position in the reference row and its standard error (px).
    flux, flux_error
        Sum over the line alone, its neighbours taken off.
    misfit
        Rms of the residuals in its window over its peak.
    share
        Flux of listed neighbours closer than 0.6 line widths over its own.
    verdict
        ``used``, or why not.
    residual_px
        Measured minus fitted position.
    """

    wavelength_nm: Array
    ion: NDArray[np.str_]
    x: Array
    x_error: Array
    flux: Array
    flux_error: Array
    misfit: Array
    share: Array
    verdict: NDArray[np.str_]
    residual_px: Array

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.x)

    @property
    def used(self) -> Bool:
        """Return which lines the fit uses."""
        return np.asarray(self.verdict == "used", dtype=np.bool_)


def measure_arc(
    spectrum: Array, variance: Array, saturated: Bool, lamp: LampLines, predicted: Array, profile: LineProfile
) -> ArcLines:
    """Measure the lines of the list in the arc, each with its listed neighbours fitted beside it.

    Neighbours keep their listed distance, their fluxes are free but not negative: a blend whose members are known does not
    displace the line, and where they cannot be told apart the error says so.

    Parameters
    ----------
    spectrum, variance, saturated
        The arc, straightened and averaged along the slit.
    lamp
        The line list.
    predicted
        Where its lines should be (px); good to half a line width.
    profile
        Shape of the lines.
    """
    rows = []
    for number in _candidates(lamp, predicted, len(spectrum), profile.fwhm):
        found = _measure(spectrum, variance, lamp.intensity, predicted, int(number), profile)
        if found is None:
            continue
        x, error, flux, flux_error, misfit, share = found
        touched = bool(saturated[_window(x, profile, len(spectrum))].any())
        verdict = _verdict(x, error, flux, flux_error, misfit, share, touched, profile, len(spectrum))
        rows.append((lamp.wavelength_nm[number], lamp.ion[number], *found, verdict))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 9
    fitted = ("x", "x_error", "flux", "flux_error", "misfit", "share")
    lines = ArcLines(
        wavelength_nm=np.array(columns[0], dtype=np.float64),
        ion=np.array(columns[1], dtype=np.str_),
        verdict=np.array(columns[8], dtype="U10"),
        residual_px=np.zeros(len(rows)),
        **{name: np.array(values, dtype=np.float64) for name, values in zip(fitted, columns[2:8], strict=True)},
    )
    return _once_each(lines, profile.fwhm)


def _candidates(lamp: LampLines, predicted: Array, nx: int, fwhm: float) -> NDArray[np.intp]:
    """Return the lines on the detector that should outshine all others within 0.6 line widths together."""
    inside = ~lamp.blend & (predicted > -0.5) & (predicted < nx - 0.5)
    close = np.abs(predicted[:, np.newaxis] - predicted[np.newaxis, :]) < _CLOSE * fwhm
    total = np.sum(np.where(close, lamp.intensity[np.newaxis, :], 0.0), axis=1)
    return np.flatnonzero(inside & (total < (1.0 + _LARGEST_SHARE) * lamp.intensity))


def _members(intensity: Array, predicted: Array, number: int, fwhm: float) -> NDArray[np.intp]:
    """Return the lines to fit together with line `number`, itself among them.

    Within 0.6 line widths only those that can matter: fluxes of closer lines cannot be told apart, and a faint one there would
    take what belongs to the line.
    """
    distance = np.abs(predicted - predicted[number])
    least = np.where(distance < _CLOSE * fwhm, 0.1, 0.003) * intensity[number]
    beside = (distance < 1.7 * fwhm + 2) & (intensity >= least)
    beside[number] = True
    return np.flatnonzero(beside)


def _window(x: float, profile: LineProfile, nx: int) -> slice:
    half = int(np.ceil(1.1 * profile.fwhm + 2))
    return slice(max(0, round(x) - half), min(nx, round(x) + half + 1))


def _measure(
    spectrum: Array, variance: Array, intensity: Array, predicted: Array, number: int, profile: LineProfile
) -> tuple[float, float, float, float, float, float] | None:
    """Fit one line and its neighbours: x, error, flux, error, misfit, share; None where there is nothing to fit."""
    where = _window(predicted[number], profile, len(spectrum))
    pixel = np.arange(where.start, where.stop, dtype=np.float64)
    usable = np.isfinite(spectrum[where]) & (variance[where] > 0)
    if usable.sum() < 8:
        return None
    pixel, value, spread = pixel[usable], spectrum[where][usable], variance[where][usable]
    members = _members(intensity, predicted, number, profile.fwhm)
    own = int(np.flatnonzero(members == number)[0])
    fit = _fit_group(pixel, value, spread, predicted[members], profile, own)
    if fit is None:
        return None
    offset, error, fluxes, flux_error, residual = fit
    flux = float(fluxes[own])
    if flux <= 0:
        return None
    peak = flux * float(profile.value(0.0))
    close = np.abs(predicted[members] - predicted[number]) < _CLOSE * profile.fwhm
    share = float(np.sum(fluxes[close]) - flux) / flux
    return (
        float(predicted[number] + offset),
        error,
        flux,
        flux_error,
        float(np.sqrt(np.mean(residual**2))) / peak,
        share,
    )


def _fit_group(
    pixel: Array, value: Array, spread: Array, centres: Array, profile: LineProfile, own: int
) -> tuple[float, float, Array, float, Array] | None:
    """Fit a common offset, one flux a line (not negative) and a sloping background; return them with the residuals."""
    offset = 0.0
    sigma = np.sqrt(spread)
    t = (pixel - pixel.mean()) / 10.0
    lines = len(centres)
    for _ in range(15):
        distance = pixel[:, np.newaxis] - centres[np.newaxis, :] - offset
        shape = profile.value(distance)
        # the background may have either sign: a column and its negative
        matrix = np.column_stack([shape, np.ones_like(t), -np.ones_like(t), t, -t])
        fluxes = nnls(matrix / sigma[:, np.newaxis], value / sigma)[0]
        model = matrix @ fluxes
        sigma = np.sqrt(spread + (_SHAPE_ERROR * np.max(shape @ fluxes[:lines])) ** 2)
        slope = -profile.slope(distance) @ fluxes[:lines]
        some = np.flatnonzero((fluxes[:lines] > 0) | (np.arange(lines) == own))
        full = np.column_stack([shape[:, some], np.ones_like(t), t, slope]) / sigma[:, np.newaxis]
        normal = full.T @ full
        scale = np.sqrt(np.diag(normal))
        if not np.all(scale > 0):
            return None
        covariance = np.linalg.pinv(normal / np.outer(scale, scale), rcond=1e-10) / np.outer(scale, scale)
        step = float((covariance @ (full.T @ ((value - model) / sigma)))[-1])
        offset += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 1e-4 or abs(offset) > profile.fwhm:
            break
    place = int(np.flatnonzero(some == own)[0])
    error = float(np.sqrt(covariance[-1, -1]))
    return offset, error, fluxes[:lines], float(np.sqrt(covariance[place, place])), value - model


def _verdict(
    x: float,
    error: float,
    flux: float,
    flux_error: float,
    misfit: float,
    share: float,
    saturated: bool,
    profile: LineProfile,
    nx: int,
) -> Verdict:
    margin = 0.5 * profile.fwhm + 1.0
    if saturated:
        return "saturated"
    if x < margin or x > nx - 1 - margin:
        return "edge"
    if flux < 10.0 * flux_error or error > _LARGEST_ERROR_PX:
        return "faint"
    if share > _LARGEST_SHARE:
        return "blend"
    return "misfit" if misfit > _LARGEST_MISFIT else "used"


def _once_each(lines: ArcLines, fwhm: float) -> ArcLines:
    """Of lines closer than 0.6 widths keep only the strongest as a candidate: they share their pixels."""
    verdict = lines.verdict.copy()
    for number in range(len(lines)):
        close = np.abs(lines.x - lines.x[number]) < _CLOSE * fwhm
        if verdict[number] == "used" and lines.flux[number] < lines.flux[close].max():
            verdict[number] = "blend"
    return replace(lines, verdict=verdict)


@dataclass(frozen=True, slots=True, eq=False)
class Dispersion:
    """Wavelength along the reference row.

    Attributes
    ----------
    coefficients
        Legendre coefficients (nm) over x scaled to -1...1.
    half_width
        (pixels - 1) / 2, the scale.
    rms_px, rms_loo_px
        Rms of the residuals of the lines used, and with each left out of the fit in turn.
    """

    coefficients: Array
    half_width: float
    rms_px: float
    rms_loo_px: float

    def wavelength_nm(self, x: Array) -> Array:
        """Return the wavelength at pixel `x`."""
        return np.asarray(legendre.legval(x / self.half_width - 1.0, self.coefficients), dtype=np.float64)

    def slope_nm(self, x: Array) -> Array:
        """Return nm per pixel at pixel `x`."""
        slope = legendre.legval(x / self.half_width - 1.0, legendre.legder(self.coefficients))
        return np.asarray(slope / self.half_width, dtype=np.float64)

    def pixel(self, wavelength_nm: Array) -> Array:
        """Return the pixel at which `wavelength_nm` falls, NaN further than half a detector outside.

        From a table of the polynomial where it grows, accurate to 1e-4 px.
        """
        grid = np.linspace(-self.half_width, 3.0 * self.half_width, 40001)
        values = self.wavelength_nm(grid)
        growing = _growing_part(values)
        return np.interp(wavelength_nm, values[growing], grid[growing], left=np.nan, right=np.nan)


def _growing_part(values: Array) -> slice:
    """Return the stretch around the middle over which `values` grow."""
    falls = np.flatnonzero(np.diff(values) <= 0)
    middle = len(values) // 2
    low = falls[falls < middle].max(initial=-1) + 1
    high = falls[falls >= middle].min(initial=len(values) - 1) + 1
    return slice(int(low), int(high))


def fit_dispersion(lines: ArcLines, nx: int, order: int, *, kappa: float = 4.0) -> tuple[Dispersion, ArcLines] | None:
    """Fit wavelength against position with outliers left out one at a time; None when fewer than order + 2 lines are left.

    A line is an outlier when its distance from the fit *without it* exceeds `kappa` robust standard deviations of these
    distances (at least 0.1 px).
    """
    half_width = 0.5 * (nx - 1)
    verdict = lines.verdict.copy()
    while True:
        used = verdict == "used"
        if used.sum() < order + 2:
            return None
        x, wavelength = lines.x[used], lines.wavelength_nm[used]
        weight = 1.0 / np.hypot(lines.x_error[used], _FLOOR_PX)
        coefficients, leverage = _weighted_fit(x / half_width - 1.0, wavelength, weight, order)
        fit = Dispersion(coefficients, half_width, 0.0, 0.0)
        residual = (fit.wavelength_nm(x) - wavelength) / fit.slope_nm(x)
        alone = residual / np.maximum(1.0 - leverage, 1e-6)
        scatter = max(1.4826 * float(np.median(np.abs(alone))), 0.1 / kappa)
        worst = int(np.argmax(np.abs(alone)))
        if abs(alone[worst]) <= kappa * scatter:
            break
        verdict[np.flatnonzero(used)[worst]] = "outlier"
    every = (fit.wavelength_nm(lines.x) - lines.wavelength_nm) / fit.slope_nm(lines.x)
    fit = replace(fit, rms_px=_rms(residual), rms_loo_px=_rms(alone))
    return fit, replace(lines, verdict=verdict, residual_px=every)


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _weighted_fit(u: Array, value: Array, weight: Array, order: int) -> tuple[Array, Array]:
    """Return Legendre coefficients and the leverage of each point (the diagonal of the hat matrix).

    The residual of a point from the fit without it is its residual / (1 - leverage): leave-one-out without refitting.
    """
    matrix = legendre.legvander(u, order) * weight[:, np.newaxis]
    q, r = np.linalg.qr(matrix)
    return np.linalg.solve(r, q.T @ (value * weight)), np.asarray(np.sum(q**2, axis=1), dtype=np.float64)
