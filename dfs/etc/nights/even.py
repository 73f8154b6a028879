"""Answers with an aperture that grows evenly with the image, to compare conditions by.

ESO's aperture is an odd number of pixels: where the image passes a bound it grows or shrinks by two, and signal-to-noise jumps by up to a
sixth. Between two questions such a jump is no property of the conditions.
"""

from __future__ import annotations

from dataclasses import replace

from dfs.etc.engine.calculation import place_of_interest
from dfs.etc.engine.plan import division_of
from dfs.etc.engine.solve import snr_of, time_for_snr
from dfs.etc.extraction import aperture_of
from dfs.etc.photons.rates import rates_of
from dfs.etc.result import Result

__all__ = ["even_snr", "even_time"]


def even_snr(result: Result) -> float:
    """Return the signal-to-noise at the wavelength of interest, the aperture taken without its steps."""
    request, light = result.request, result.light
    rates, aperture = rates_of(light, request), aperture_of(light, request, whole=False)
    place = place_of_interest(request, light, rates)[1]
    loose = replace(request.exposure, time_s=None, snr=None, ndit=None if request.exposure.dit_s else 1)
    division = division_of(loose, light.readout, result.exposure_s)
    one = snr_of(request.extraction, light, rates.at(place), aperture.repeated(place, 1), division)
    return float(one[0])


def even_time(result: Result, snr: float) -> float:
    """Return the time (s) that such an aperture needs to reach `snr`; DITs need not be whole.

    Raises
    ------
    UsageError
        It is out of reach.
    """
    request, light = result.request, result.light
    asked = replace(request, exposure=replace(request.exposure, time_s=None, snr=snr, ndit=None))
    rates, aperture = rates_of(light, request), aperture_of(light, request, whole=False)
    return time_for_snr(asked, light, rates, aperture, place_of_interest(request, light, rates)[1])
