"""The mean of several exposures' spectra, cosmic rays that survived in one of them left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfs.model import Flag, Spectrum

__all__ = ["combine_spectra"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SAME_PX = 0.02  # spectra displaced by less are taken as they are


def combine_spectra(spectra: Sequence[Spectrum], kappa: float = 5.0) -> Spectrum:
    """Return the weighted mean of spectra of one target on the wavelengths of the first.

    Weights are inverse variances smoothed along the spectrum, so that a bin's own noise does not decide its weight. A bin that
    lies more than `kappa` errors above the least of the others (two exposures) or away from the median (more) is left out. Exposures displaced
    against the first are interpolated linearly, which makes neighbouring bins share noise; their variances are
    interpolated with squared weights, so the error of a bin stays right.

    Parameters
    ----------
    spectra
        Of one unit and medium.
    kappa
        Rejection, standard deviations.
    """
    if len(spectra) == 1:
        return spectra[0]
    first = spectra[0]
    on_grid = [_resampled(one, first.wavelength_nm) for one in spectra]
    flux = np.stack([one.flux for one in on_grid])
    variance = np.stack([one.error for one in on_grid]) ** 2
    quality = np.stack([one.quality for one in on_grid])
    good = ((quality & np.int16(Flag.excluded())) == 0) & np.isfinite(flux) & (variance > 0)
    good &= ~_outliers(flux, variance, good, kappa)
    used = np.where(np.any(good, axis=0), good, np.isfinite(flux))  # a bad value rather than none, flagged
    # Depth is that of the pixels as extracted: interpolation lowers a variance by correlating neighbours, and must not raise the weight.
    depth = np.stack([np.interp(first.wavelength_nm, one.wavelength_nm, one.error**2) for one in spectra])
    weight = np.where(used, 1.0 / _smoothed(depth), 0.0)
    total = np.sum(weight, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = weight / total
    bits = np.bitwise_or.reduce(np.where(used, quality, np.int16(0)), axis=0)
    return Spectrum(
        wavelength_nm=first.wavelength_nm,
        flux=np.sum(share * np.where(used, flux, 0.0), axis=0),
        error=np.sqrt(np.sum(share**2 * np.where(used, variance, 0.0), axis=0)),
        quality=bits.astype(np.int16),
        unit=first.unit,
        medium=first.medium,
        background=_mean_background(on_grid, share),
    )


def _resampled(spectrum: Spectrum, wavelength_nm: Array) -> Spectrum:
    """Interpolate linearly to `wavelength_nm`; bins outside get `Flag.NO_DATA`."""
    step = float(np.median(np.diff(wavelength_nm)))
    same = len(wavelength_nm) == len(spectrum.wavelength_nm)
    if same and float(np.max(np.abs(wavelength_nm - spectrum.wavelength_nm))) < _SAME_PX * step:
        return spectrum
    count = len(spectrum.wavelength_nm)
    place = np.interp(wavelength_nm, spectrum.wavelength_nm, np.arange(count, dtype=np.float64))
    left = np.clip(np.floor(place).astype(np.intp), 0, count - 2)
    part = place - left
    outside = (wavelength_nm < spectrum.wavelength_nm[0]) | (wavelength_nm > spectrum.wavelength_nm[-1])

    def mixed(values: Array) -> Array:
        return np.asarray((1.0 - part) * values[left] + part * values[left + 1], dtype=np.float64)

    variance = (1.0 - part) ** 2 * spectrum.error[left] ** 2 + part**2 * spectrum.error[left + 1] ** 2
    touched = np.where(part > 0, spectrum.quality[left + 1], 0) | np.where(part < 1, spectrum.quality[left], 0)
    return Spectrum(
        wavelength_nm=wavelength_nm,
        flux=mixed(spectrum.flux),
        error=np.sqrt(variance),
        quality=(touched | np.where(outside, np.int16(Flag.NO_DATA), np.int16(0))).astype(np.int16),
        unit=spectrum.unit,
        medium=spectrum.medium,
        background=None if spectrum.background is None else mixed(spectrum.background),
    )


def _outliers(flux: Array, variance: Array, good: Mask, kappa: float) -> Mask:
    values = np.where(good, flux, np.nan)
    count = good.sum(axis=0)
    reference = np.full(flux.shape[1], np.nan)
    enough = count >= 2
    # Of two, only the brighter can be a cosmic ray; of more, the median is safe.
    reference[enough] = np.where(
        count[enough] == 2, np.nanmin(values[:, enough], axis=0), np.nanmedian(values[:, enough], axis=0)
    )
    typical = _smoothed(variance)
    spread = np.sqrt(typical + np.min(typical, axis=0) + (0.1 * np.nan_to_num(reference)) ** 2)
    with np.errstate(invalid="ignore"):
        return np.asarray(good & (np.abs(flux - reference) > kappa * spread), dtype=bool)


def _smoothed(variance: Array) -> Array:
    filled = np.where(np.isfinite(variance) & (variance > 0), variance, np.nan)
    for row in filled:
        known = np.isfinite(row)
        if known.any():
            row[~known] = np.interp(np.flatnonzero(~known), np.flatnonzero(known), row[known])
        else:
            row[:] = 1.0
    return np.asarray(ndimage.median_filter(filled, size=(1, 15), mode="nearest"), dtype=np.float64)


def _mean_background(spectra: Sequence[Spectrum], share: Array) -> Array | None:
    parts = [one.background for one in spectra]
    if any(part is None for part in parts):
        return None
    return np.asarray(np.nansum(share * np.stack([part for part in parts if part is not None]), axis=0))
