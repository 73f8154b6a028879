"""Numbers that the plots need beside the answer: the brightest pixel, and other times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DfsError
from dfs.etc.request import Request
from dfs.etc.result import Result

__all__ = ["around_time", "peak_by_wavelength"]

Array = NDArray[np.float64]

_POINTS = 25


def peak_by_wavelength(result: Result) -> Array | None:
    """Return the charge of the brightest pixel in one read-out, shape (n,); None for an image."""
    if result.light.kind == "image":
        return None
    from dfs.etc.extraction import aperture_of
    from dfs.etc.rates import rates_of
    from dfs.etc.saturation import peak_rate

    rate = peak_rate(result.light, rates_of(result.light, result.request), aperture_of(result.light, result.request))
    highest = float(np.max(rate))
    # One read-out is as long as makes the answer's own highest pixel.
    return rate * (result.saturation.peak_e / highest) if highest > 0.0 else None


def around_time(calculate: Callable[[Request], Result], result: Result, percent: float) -> tuple[Array, Array]:
    """Return times (s) so many per cent around the answer's, and the signal-to-noise in them; shape (m,) both."""
    middle, share = result.exposure_s, percent / 100.0
    wanted = middle * np.linspace(1.0 - share, 1.0 + share, _POINTS)
    times: list[float] = []
    found: list[float] = []
    for time in wanted:
        try:
            one = calculate(_in_time(result, float(time)))
        except DfsError:
            continue  # shorter than the detector can
        if not times or one.exposure_s > times[-1]:
            times.append(one.exposure_s)
            found.append(one.snr)
    return np.array(times), np.array(found)


def _in_time(result: Result, time_s: float) -> Request:
    """Return the same question for another time; DIT and the number of exposures stay."""
    exposure = result.request.exposure
    if result.light.readout.infrared and exposure.dit_s:
        ndit = max(1, round(time_s / (exposure.dit_s * exposure.count)))
        return replace(result.request, exposure=replace(exposure, time_s=None, snr=None, ndit=ndit))
    return replace(result.request, exposure=replace(exposure, time_s=time_s, snr=None))
