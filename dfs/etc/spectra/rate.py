"""Photons of a target that arrive above the atmosphere, in each sample of a spectrum."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError
from dfs.etc.request import Target
from dfs.etc.spectra.formulas import shape_of
from dfs.etc.spectra.magnitudes import scale_of
from dfs.etc.spectra.sed import Sed

__all__ = ["flux_density", "photon_rate"]

Array = NDArray[np.float64]

_HC = 6.62607015e-34 * 2.99792458e8  # J m (exact, SI 2019)
_BRIGHTEST = 1e60  # photons: their squares stay far within the range of numbers
_PHOTONS = 1e-2 * 1e-9 / _HC  # photons s-1 m-2 nm-1 at 1 nm of 1 erg s-1 cm-2 A-1; grows as the wavelength


def photon_rate(
    target: Target, vacuum_nm: ArrayLike, width_nm: ArrayLike, *, extrapolate: bool = False
) -> NDArray[np.float64]:
    """Return the photons of a target outside the atmosphere: the mean of every sample.

    Parameters
    ----------
    target
        Its spectrum, brightness and redshift.
    vacuum_nm
        Shape (n,): middles of the samples.
    width_nm
        Shape (n,) or one number: their widths. What touches is taken to share its edge, so no light is lost or counted twice.
    extrapolate
        True: a template or a table that does not cover the samples goes on as its last value (of flux per wavelength).

    Returns
    -------
    ndarray
        Shape (n,), read-only: photons s-1 m-2 nm-1 (extended: arcsec-2).

    Raises
    ------
    UsageError
        The spectrum does not cover the samples, or has no brightness.
    """
    return _sampled(target, vacuum_nm, width_nm, extrapolate=extrapolate, photons=True)


def flux_density(
    target: Target, vacuum_nm: ArrayLike, width_nm: ArrayLike, *, extrapolate: bool = False
) -> NDArray[np.float64]:
    """Return the target's mean flux density in every sample: erg s-1 cm-2 A-1 (extended: arcsec-2); see `photon_rate`."""
    return _sampled(target, vacuum_nm, width_nm, extrapolate=extrapolate, photons=False)


def _sampled(target: Target, vacuum_nm: ArrayLike, width_nm: ArrayLike, *, extrapolate: bool, photons: bool) -> Array:
    middles = np.ascontiguousarray(vacuum_nm, dtype=np.float64)
    widths = np.ascontiguousarray(width_nm, dtype=np.float64)
    shape = _means(target.sed, target.redshift, middles.tobytes(), widths.tobytes(), extrapolate)
    factor = scale_of(target, extrapolate=extrapolate)
    with np.errstate(over="ignore", invalid="ignore"):
        found = shape[int(photons)] * (factor * (_PHOTONS if photons else 1.0))
    if not np.all(found < _BRIGHTEST):  # inf and nan too
        raise UsageError(
            "the target is brighter than can be computed", where="sed" if target.magnitude is None else "mag"
        )
    found.setflags(write=False)
    return np.asarray(found.reshape(middles.shape), dtype=np.float64)


@lru_cache(maxsize=32)
def _means(sed: Sed, redshift: float, middles: bytes, widths: bytes, extrapolate: bool) -> tuple[Array, Array]:
    """Return the means of f and of f x in every sample, of the shape before it is scaled."""
    low, high = _edges(np.frombuffer(middles), np.frombuffer(widths))
    shape = shape_of(sed, redshift, goes_on=extrapolate)
    _check_covered(sed, shape.covers_nm, float(low.min()), float(high.max()))
    energy, photons = shape.integrals(low, high)
    return energy / (high - low), photons / (high - low)


def _edges(middles: Array, widths: Array) -> tuple[Array, Array]:
    if middles.size == 0 or not np.all(np.isfinite(middles)) or not np.all(widths > 0.0) or not np.all(middles > 0.0):
        raise UsageError("samples of a spectrum must have wavelengths and widths above zero", where="vacuum_nm")
    half = 0.5 * np.broadcast_to(widths, middles.shape)
    low, high = middles - half, middles + half
    # Middles and widths are rounded on their way through air and vacuum: edges within a hundredth of a sample are the same edge.
    touch = np.abs(low[1:] - high[:-1]) < 0.01 * np.minimum(half[1:], half[:-1]) * 2.0
    shared = np.where(touch, 0.5 * (low[1:] + high[:-1]), 0.0)
    low[1:], high[:-1] = np.where(touch, shared, low[1:]), np.where(touch, shared, high[:-1])
    return low, high


def _check_covered(sed: Sed, covers_nm: tuple[float, float], low: float, high: float) -> None:
    """Refuse samples that the spectrum does not reach, and say which."""
    first, last = covers_nm
    missing = []
    if low < first:
        missing.append(f"{low:.1f} to {min(first, high):.1f} nm")
    if high > last:
        missing.append(f"{max(last, low):.1f} to {high:.1f} nm")
    if missing:
        raise UsageError(
            f"the spectrum {sed.label} covers {first:.1f} to {last:.1f} nm: {' and '.join(missing)} are missing",
            where="sed",
            hint="ask to extrapolate, or change the redshift or the instrument's range",
        )
