"""From an exposure time to the signal-to-noise at one wavelength, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from dfs.errors import UsageError
from dfs.etc.engine.plan import LONGEST_S, Division, division_of
from dfs.etc.extraction import Aperture, Noise, variance_of
from dfs.etc.photons.rates import Rates
from dfs.etc.request import Request
from dfs.instruments.optics import LightPath

__all__ = ["collected", "snr_of", "time_for_snr", "variances"]

Array = NDArray[np.float64]

_SHORTEST_S = 1e-6
_DIGIT = 1.0 / 12.0  # ADU^2, of rounding to whole numbers


def collected(light: LightPath, rates: Rates, aperture: Aperture, division: Division) -> Noise:
    """Return what one exposure of a division collects."""
    seconds = division.dit_s * division.ndit
    readout = light.readout
    noise = readout.noise_e(division.dit_s) if division.dit_s > 0 else readout.ron_e
    return Noise(
        target_e=rates.target * aperture.kept * seconds,
        sky_e=rates.sky * seconds,
        dark_e=readout.dark_e_per_s * seconds,
        read_e2=division.ndit * noise**2,
        digit_e2=division.ndit * _DIGIT * readout.gain_e_per_adu**2,
    )


def variances(extraction: str, aperture: Aperture, noise: Noise, division: Division) -> Mapping[str, Array]:
    """Return term -> variance of all exposures together."""
    return {name: value * division.count for name, value in variance_of(extraction, aperture, noise).items()}


def snr_of(extraction: str, light: LightPath, rates: Rates, aperture: Aperture, division: Division) -> Array:
    """Return the signal-to-noise of all exposures together, in each element."""
    noise = collected(light, rates, aperture, division)
    total = sum(variances(extraction, aperture, noise, division).values())
    signal = noise.target_e * division.count
    return np.divide(signal, np.sqrt(total), out=np.zeros_like(signal), where=np.asarray(total) > 0)


def time_for_snr(request: Request, light: LightPath, rates: Rates, aperture: Aperture, place: int) -> float:
    """Return the time on the target after which element `place` has the signal-to-noise asked; DITs need not be whole.

    Raises
    ------
    UsageError
        No light there, or more than `LONGEST_S` is needed.
    """
    wanted = float(request.exposure.snr or 0.0)
    rates, aperture = rates.at(place), aperture.repeated(place, 1)
    loose = replace(request.exposure, time_s=None, snr=None)

    def missing(log_time: float) -> float:
        time = float(np.exp(log_time))
        division = _unrounded(division_of(loose, light.readout, time), loose.dit_s, time)
        return float(
            np.log(max(float(snr_of(request.extraction, light, rates, aperture, division)[0]), 1e-300) / wanted)
        )

    low, high = float(np.log(_SHORTEST_S)), float(np.log(LONGEST_S))
    where = f"at {rates.wavelength_nm[0]:.1f} nm"
    if not rates.target[0] > 0.0:
        raise UsageError(f"no light of the target arrives {where}", where="snr", hint="ask at another wavelength")
    if missing(high) < 0.0:
        best = wanted * float(np.exp(missing(high)))
        raise UsageError(
            f"a signal-to-noise of {wanted:g} {where} would take more than {LONGEST_S:g} s",
            where="snr",
            accepted=f"up to {best:.3g} here",
        )
    if missing(low) > 0.0:
        return _SHORTEST_S
    return float(np.exp(brentq(missing, low, high, xtol=1e-13, rtol=1e-14)))


def _unrounded(division: Division, dit_s: float | None, time_s: float) -> Division:
    """Return the division with a fraction of integrations, so that the signal-to-noise grows evenly."""
    if dit_s is None:
        return division
    return replace(division, time_s=time_s, ndit=time_s / (dit_s * division.count))
