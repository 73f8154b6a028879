"""What a result does not hold and its plots show: signal-to-noise in other times, the fullest pixel at each wavelength, the band of an image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.etc.engine.calculation import place_of_interest
from dfs.etc.engine.plan import division_of
from dfs.etc.engine.saturation import peak_rate
from dfs.etc.engine.solve import snr_of
from dfs.etc.extraction import aperture_of
from dfs.etc.photons.rates import rates_of
from dfs.etc.photons.sky import air_of
from dfs.etc.result import Result
from dfs.etc.spectra.rate import flux_density

__all__ = ["input_flux", "passed", "peaks", "saturated_ranges", "snr_by_time"]

Array = NDArray[np.float64]


def snr_by_time(result: Result, percent: float = 50.0, points: int = 61) -> tuple[Array, Array]:
    """Return times (s) so many per cent to either side of the result's, and the signal-to-noise at its wavelength of interest.

    Shape (m,), m at most `points`: with a DIT the times are those of whole integrations. The number of exposures stays.
    """
    if not 0.0 < percent < 100.0:
        raise UsageError(f"a range of {percent:g} per cent", where="percent", accepted="above 0, below 100")
    light, request = result.light, result.request
    loose = replace(
        request.exposure, time_s=None, snr=None, ndit=None if request.exposure.dit_s else request.exposure.ndit
    )
    asked = result.exposure_s * np.linspace(1.0 - percent / 100.0, 1.0 + percent / 100.0, points)
    divisions = {one.time_s: one for one in (division_of(loose, light.readout, float(time)) for time in asked)}
    rates, aperture = rates_of(light, request), aperture_of(light, request)
    place = place_of_interest(request, light, rates)[1]
    rates, aperture = rates.at(place), aperture.repeated(place, 1)
    found = [float(snr_of(request.extraction, light, rates, aperture, one)[0]) for one in divisions.values()]
    return np.array(list(divisions)), np.array(found)


def peaks(result: Result) -> Array:
    """Return the charge (e-) of the brightest pixel at each wavelength in one read-out, shape (n,)."""
    light, request = result.light, result.request
    rate = peak_rate(light, rates_of(light, request), aperture_of(light, request))
    return rate * (result.saturation.peak_e / float(np.max(rate)))


def saturated_ranges(result: Result) -> tuple[tuple[float, float], ...]:
    """Return where a pixel is full in one read-out: (shortest, longest) wavelength of each run of such pixels, edges of pixels included."""
    if not result.saturation.is_saturated:
        return ()
    over = np.concatenate([[False], peaks(result) > result.saturation.full_well_e, [False]])
    begins, ends = np.flatnonzero(over[1:] & ~over[:-1]), np.flatnonzero(over[:-1] & ~over[1:]) - 1
    at, half = result.wavelength_nm, 0.5 * result.light.width_nm
    return tuple((float(at[a] - half[a]), float(at[b] + half[b])) for a, b in zip(begins, ends, strict=True))


def passed(result: Result) -> Array:
    """Return what telescope, instrument, detector and air let through at the wavelengths of the light path, shape (m,): of an image, its band."""
    sky = replace(result.request.sky, seeing_arcsec=None, image_quality_arcsec=None)
    return result.light.throughput * air_of(result.light, sky).passed


def input_flux(result: Result) -> Array:
    """Return the target outside the atmosphere at the wavelengths of the light path (erg s-1 cm-2 A-1; extended: arcsec-2), shape (m,)."""
    light, request = result.light, result.request
    return flux_density(request.target, light.vacuum_nm, light.width_nm, extrapolate=request.extrapolate)
