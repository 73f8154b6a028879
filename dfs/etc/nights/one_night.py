"""What one seeing gives, under skies brighter and clouds thicker than asked: signal-to-noise and times of many nights at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dfs.etc.engine.plan import division_of
from dfs.etc.engine.solve import collected, variances
from dfs.etc.extraction import aperture_of
from dfs.etc.photons.rates import rates_of
from dfs.etc.request import Request
from dfs.instruments.optics import LightPath

__all__ = ["Night", "at_one", "in_seeing", "snr_of_nights", "time_of_nights"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Night:
    """What a result holds that a night changes."""

    target_e: Array
    variance: Mapping[str, Array]
    exposure_s: float
    is_infrared: bool


def in_seeing(light: LightPath, request: Request, seeing_arcsec: float) -> Night:
    """Return what `calculate` would collect in a seeing, without all else that it answers."""
    sky = replace(request.sky, seeing_arcsec=seeing_arcsec, image_quality_arcsec=None)
    exposure = request.exposure
    if exposure.time_s is not None and exposure.dit_s is not None:
        exposure = replace(exposure, ndit=None)
    asked = replace(request, sky=sky, exposure=exposure)
    aperture, division = aperture_of(light, asked), division_of(exposure, light.readout)
    noise = collected(light, rates_of(light, asked), aperture, division)
    terms = variances(asked.extraction, aperture, noise, division)
    return Night(noise.target_e * division.count, terms, division.time_s, light.readout.infrared)


def at_one(night: Night, place: int) -> Night:
    """Return the night at one element of the spectrum."""
    one = slice(place, place + 1)
    return replace(
        night, target_e=night.target_e[one], variance={name: value[one] for name, value in night.variance.items()}
    )


def snr_of_nights(night: Night, factor: Array, passed: Array) -> Array:
    """Return the signal-to-noise of nights (d, n) or (d, 1) in one seeing: the sky `factor` times as bright, the target dimmed."""
    return np.asarray(passed * night.target_e / np.sqrt(_variance(night.variance, factor, passed)), dtype=np.float64)


def _variance(terms: Mapping[str, Array], factor: Array, passed: Array) -> Array:
    sky = terms["sky"]
    floor = sum(value for name, value in terms.items() if name not in {"target", "sky", "sky fit"})
    night = floor + sky * factor
    total = terms["target"] * passed + night
    if "sky fit" in terms:  # it grows with the noise of the pixels that are fitted
        total = total + terms["sky fit"] * night / np.maximum(floor + sky, 1e-300)
    return np.asarray(np.maximum(total, 1e-300), dtype=np.float64)


def time_of_nights(night: Night, factor: Array, passed: Array, wanted: float) -> Array:
    """Return the time that reaches `wanted`: snr^2 (a t + r) = (s t)^2, r the read-outs where their number stays."""
    t = night.exposure_s
    reading = night.variance["read-out"] + night.variance.get("digitisation", np.zeros(1))
    fixed = 0.0 if night.is_infrared else float(reading[0])
    a = (_variance(night.variance, factor, passed) - fixed) / t
    s = np.maximum(passed * night.target_e / t, 1e-300)
    q = wanted**2
    return np.asarray((q * a + np.sqrt((q * a) ** 2 + 4.0 * q * fixed * s**2)) / (2.0 * s**2), dtype=np.float64)
