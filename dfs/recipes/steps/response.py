"""The response: detected electrons for one unit of flux outside the atmosphere, from a standard star and its table.

For each band [a, b] of the table, with N the detected electrons per second in the band, F the table's mean flux there, T the
transmission of the atmosphere and w = b - a in angstrom::

    R = N / (F w T)            (electron/s/angstrom) / (erg/s/cm2/angstrom) = electron cm2 / erg

log R is a cubic spline, its knots denser where spectrographs' responses bend, in the blue. Table and star must share one wavelength
scale: a white dwarf recedes (gravitational redshift included) by some 70 km/s, its wide lines sit on a slope, and refraction displaces a star
in a wide slit by colour, so a displacement measured on line centres can be off by half a pixel, which is 2 % in the bands at a line's
flank. So the displacement is refined to where the bands follow a smooth response best.

Whether the fit can be trusted is asked with nodes it has not seen: every third band is left out in turn, displacement and spline are fitted
to the others, and the bands left out are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import BSpline
from scipy.optimize import minimize_scalar

from dfs.errors import DataError
from dfs.recipes.steps.standards import Standard

__all__ = ["Bands", "HeldOut", "Response", "efficiency", "fit_response", "held_out", "integrate", "telluric"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_ORDER = 4  # of a cubic spline
_FLOOR = 0.01  # relative: Hamuy et al. agree with other lists to a percent, no band weighs more than that
_CROWDING = 1.3  # exponent of the knots' places: the interval at the blue end is half the mean one
_FOLDS = 3
_PLANCK_LIGHT = 1.986445857e-8  # h c in erg angstrom

# Absorption by the Earth's air that varies from night to night: O2 B and A, H2O (edges in nm, air).
TELLURIC = ((627.0, 633.0), (685.5, 695.0), (715.0, 735.0), (758.5, 771.0), (812.0, 836.0), (892.0, 985.0))


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """A star's signal in the bands of its table.

    Attributes
    ----------
    wavelength_nm, width_nm
        Middle (air) and width.
    flux
        Of the table, erg/s/cm2/angstrom.
    ratio, error
        R and its standard error from the noise of the frame.
    """

    wavelength_nm: Array
    width_nm: Array
    flux: Array
    ratio: Array
    error: Array


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """A fitted response.

    Attributes
    ----------
    knots
        Places of the knots (nm), both ends counted.
    shift_px
        Displacement of the star's spectrum at which it was found.
    bands
        At that displacement.
    used
        Bands in the fit: others are telluric, without signal, or outliers.
    scatter
        Relative rms of the bands used about the curve.
    """

    knots: Array
    shift_px: float
    bands: Bands
    used: Mask
    scatter: float
    _coefficients: Array
    _covariance: Array

    @property
    def covered_nm(self) -> tuple[float, float]:
        """Return the outer edges of the outermost bands used."""
        used = self.bands.wavelength_nm[self.used]
        half = 0.5 * self.bands.width_nm[self.used]
        return float(used[0] - half[0]), float(used[-1] + half[-1])

    def value(self, wavelength_nm: ArrayLike) -> Array:
        """Return R (electron cm2 / erg); beyond the outermost knots log R goes on as a straight line."""
        wanted = np.asarray(wavelength_nm, dtype=np.float64)
        inside = np.clip(wanted, self.knots[0], self.knots[-1])
        spline = BSpline(_full(self.knots), self._coefficients, _ORDER - 1)
        return np.asarray(np.exp(spline(inside) + (wanted - inside) * spline.derivative()(inside)), dtype=np.float64)

    def relative_error(self, wavelength_nm: ArrayLike) -> Array:
        """Return the relative standard error of R; it grows by itself per covered range beyond the ends."""
        wanted = np.atleast_1d(np.asarray(wavelength_nm, dtype=np.float64))
        inside = np.clip(wanted, self.knots[0], self.knots[-1])
        design = _design(inside, self.knots)
        formal = np.sqrt(np.einsum("ij,jk,ik->i", design, self._covariance, design))
        beyond = np.abs(wanted - inside) / (self.knots[-1] - self.knots[0])
        return np.asarray(formal + beyond, dtype=np.float64)

    def residual(self) -> Array:
        """Return the relative deviations of all bands from the curve."""
        return np.asarray(self.bands.ratio / self.value(self.bands.wavelength_nm) - 1.0, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """What bands that a fit had not seen say about it.

    Attributes
    ----------
    residual
        Shape (bands,): relative deviation of each band from the curve fitted without it; NaN for bands never used.
    inside
        Bands within the range asked for.
    """

    residual: Array
    inside: Mask

    def rms(self, fold: int | None = None) -> float:
        """Return the rms over the range, of all folds or of the one that leaves out bands `fold`, `fold` + 3, ..."""
        chosen = self.inside & np.isfinite(self.residual)
        if fold is not None:
            chosen &= np.arange(len(self.residual)) % _FOLDS == fold
        values = self.residual[chosen]
        return float(np.sqrt(np.mean(values**2))) if values.size else float("nan")


def telluric(wavelength_nm: Array, width_nm: ArrayLike = 0.0) -> Mask:
    """Return which bands overlap a telluric region."""
    half = 0.5 * np.asarray(width_nm, dtype=np.float64)
    hit = np.zeros(wavelength_nm.shape, dtype=bool)
    for low, high in TELLURIC:
        hit |= (wavelength_nm + half > low) & (wavelength_nm - half < high)
    return hit


def integrate(
    edges_nm: Array, rate: Array, variance: Array, star: Standard, transmission: Callable[[Array], Array]
) -> Bands:
    """Integrate a star's spectrum over the bands of its table that it covers.

    Parameters
    ----------
    edges_nm
        Shape (nx + 1,): wavelengths of the edges of the pixels, increasing.
    rate, variance
        Shape (nx,): electrons per second in each pixel, and the variance.
    star
        Its table.
    transmission
        Of the atmosphere at a wavelength (nm).
    """
    half = 0.5 * star.width_nm
    inside = (star.wavelength_nm - half >= edges_nm[0]) & (star.wavelength_nm + half <= edges_nm[-1])
    middle, width, flux = star.wavelength_nm[inside], star.width_nm[inside], star.flux[inside]
    low, high = middle - 0.5 * width, middle + 0.5 * width

    def between(values: Array) -> Array:
        total = np.concatenate(([0.0], np.cumsum(values)))
        return np.asarray(np.interp(high, edges_nm, total) - np.interp(low, edges_nm, total), dtype=np.float64)

    through = np.mean([transmission(low + part * width) for part in (0.1, 0.3, 0.5, 0.7, 0.9)], axis=0)
    unit = flux * 10.0 * width * through
    return Bands(middle, width, flux, between(rate) / unit, np.sqrt(between(variance)) / unit)


def fit_response(
    bands_at: Callable[[float], Bands],
    shift_px: float,
    *,
    knots: int,
    reach_px: float = 1.5,
    leave_out: Mask | None = None,
    where: str = "",
) -> Response:
    """Fit the response, the displacement refined within `reach_px` of `shift_px`.

    Parameters
    ----------
    bands_at
        Returns the bands for a displacement (px); always the same bands.
    shift_px
        Displacement from the star's lines.
    knots
        Number of knots, ends counted.
    reach_px
        How far the refinement may go; 0 keeps the displacement.
    leave_out
        Bands that the fit shall not see.

    Raises
    ------
    DataError
        Fewer bands with signal than the spline has coefficients.
    """
    first = bands_at(shift_px)
    used = _usable(first)
    if leave_out is not None:
        used &= ~leave_out
    if used.sum() < knots + _ORDER:
        raise DataError(
            f"only {used.sum()} bands of the standard's table have signal, {knots} knots need {knots + _ORDER}",
            where=where,
            hint="give fewer knots, or a standard whose table covers this setting",
        )
    shift = _refined(bands_at, shift_px, used, knots, reach_px) if reach_px > 0 else shift_px
    bands = bands_at(shift)
    for _ in range(3):
        places = _knots(bands.wavelength_nm[used], knots)
        coefficients, covariance, residual = _spline(bands, used, places)
        scatter = float(np.sqrt(np.mean(residual[used] ** 2)))
        kept = used & (np.abs(residual) < 4.0 * max(scatter, _FLOOR))
        if np.array_equal(kept, used) or kept.sum() < knots + _ORDER:
            break
        used = kept
    return Response(places, shift, bands, used, scatter, coefficients, covariance)


def held_out(
    bands_at: Callable[[float], Bands], shift_px: float, range_nm: tuple[float, float], *, knots: int, reach_px: float
) -> HeldOut:
    """Fit three times, every third band left out in turn, and compare the bands left out within `range_nm`."""
    middle = bands_at(shift_px).wavelength_nm
    residual = np.full(len(middle), np.nan)
    for fold in range(_FOLDS):
        third = np.arange(len(middle)) % _FOLDS == fold
        fit = fit_response(bands_at, shift_px, knots=knots, reach_px=reach_px, leave_out=third)
        # The band left out is integrated at the displacement that the others found.
        seen = third & _usable(fit.bands)
        residual[seen] = fit.residual()[seen]
    return HeldOut(residual, (middle >= range_nm[0]) & (middle <= range_nm[1]))


def efficiency(response: ArrayLike, wavelength_nm: ArrayLike, area_m2: float) -> Array:
    """Return the fraction of photons that reach the telescope's area and are detected: R h c / (lambda A)."""
    wavelength = 10.0 * np.asarray(wavelength_nm, dtype=np.float64)
    return np.asarray(np.asarray(response) * _PLANCK_LIGHT / (wavelength * 1e4 * area_m2), dtype=np.float64)


def _usable(bands: Bands) -> Mask:
    signal = (bands.ratio > 0) & (bands.error > 0) & (bands.error < 0.1 * bands.ratio)
    return np.asarray(signal & ~telluric(bands.wavelength_nm, bands.width_nm), dtype=bool)


def _refined(bands_at: Callable[[float], Bands], start: float, used: Mask, knots: int, reach: float) -> float:
    def misfit(shift: float) -> float:
        bands = bands_at(shift)
        places = _knots(bands.wavelength_nm[used], knots)
        residual = _spline(bands, used, places)[2][used]
        error = np.hypot(bands.error[used] / bands.ratio[used], _FLOOR)
        # Median-like: one spoilt band must not pull the displacement.
        return float(np.sum(np.log1p(0.5 * (residual / error) ** 2)))

    coarse = start + np.linspace(-reach, reach, 2 * max(6, int(np.ceil(4.0 * reach))) + 1)
    best = float(coarse[int(np.argmin([misfit(one) for one in coarse]))])
    step = float(coarse[1] - coarse[0])
    low, high = max(best - step, start - reach), min(best + step, start + reach)
    found = minimize_scalar(misfit, bounds=(low, high), method="bounded", options={"xatol": 1e-3})
    return float(found.x)


def _spline(bands: Bands, used: Mask, places: Array) -> tuple[Array, Array, Array]:
    """Return coefficients of log R, their covariance (scaled with the scatter), and all bands' relative residuals."""
    weight = 1.0 / np.hypot(bands.error[used] / bands.ratio[used], _FLOOR)
    design = _design(bands.wavelength_nm[used], places)
    scaled = design * weight[:, np.newaxis]
    normal = scaled.T @ scaled
    normal[np.diag_indices_from(normal)] += 1e-10 * float(np.trace(normal)) / len(normal)
    covariance = np.asarray(np.linalg.inv(normal), dtype=np.float64)
    coefficients = covariance @ (scaled.T @ (np.log(bands.ratio[used]) * weight))
    inside = np.clip(bands.wavelength_nm, places[0], places[-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        residual = bands.ratio / np.exp(_design(inside, places) @ coefficients) - 1.0
    free = max(int(used.sum()) - len(coefficients), 1)
    spread = float(np.sum((residual[used] * weight) ** 2)) / free
    return coefficients, covariance * max(spread, 1e-12), residual


def _knots(wavelength_nm: Array, count: int) -> Array:
    first, last = float(wavelength_nm[0]), float(wavelength_nm[-1])
    return np.asarray(first + (last - first) * np.linspace(0.0, 1.0, count) ** _CROWDING, dtype=np.float64)


def _full(places: Array) -> Array:
    return np.concatenate((np.full(_ORDER - 1, places[0]), places, np.full(_ORDER - 1, places[-1])))


def _design(wavelength_nm: Array, places: Array) -> Array:
    design = BSpline.design_matrix(wavelength_nm, _full(places), _ORDER - 1).toarray()
    return np.asarray(design, dtype=np.float64)
