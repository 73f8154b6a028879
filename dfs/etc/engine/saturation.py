"""How full the fullest pixel becomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfs.etc.engine.plan import Division
from dfs.etc.geometry.aperture import Aperture
from dfs.etc.photons.rates import Rates
from dfs.etc.result import Saturation
from dfs.instruments.optics import LightPath

__all__ = ["Overfull", "overfull", "peak_rate", "saturation_of"]

Array = NDArray[np.float64]


def peak_rate(light: LightPath, rates: Rates, aperture: Aperture) -> Array:
    """Return electrons per second in the brightest pixel at each wavelength, sky and dark included.

    The image is centred on a pixel, the worst that can be. Light of a point in a slit wider than the image is sharper along the dispersion
    than the sky's: a line that is not resolved is then higher than here.
    """
    source = rates.target * aperture.slit_fraction * aperture.peak_fraction
    return np.asarray(source + rates.sky + light.readout.dark_e_per_s, dtype=np.float64)


def saturation_of(light: LightPath, rates: Rates, aperture: Aperture, division: Division) -> Saturation:
    """Return the state of the fullest pixel after one read-out."""
    rate = peak_rate(light, rates, aperture)
    place = int(np.argmax(rate))
    full = light.readout.full_well_e
    peak = float(rate[place]) * division.dit_s
    over = rates.wavelength_nm[rate * division.dit_s > full]
    return Saturation(
        peak_e=peak,
        peak_nm=float(rates.wavelength_nm[place]),
        full_well_e=full,
        is_saturated=peak > full,
        longest_safe_s=full / float(rate[place]) if rate[place] > 0 else float("inf"),
        saturated_nm=(float(over[0]), float(over[-1])) if over.size else None,
    )


@dataclass(frozen=True, slots=True)
class Overfull:
    """Pixels along the dispersion that hold more than they can, by what fills them.

    Attributes
    ----------
    by_sky
        Those that the sky fills more than the target: lines of the airglow, or its heat.
    by_target
        Those that the target fills more.
    target_nm, target_e, target_safe_s
        The fullest of these: where, its charge in one read-out, and the longest read-out that it bears; 0 where there are none.
    """

    by_sky: int
    by_target: int
    target_nm: float = 0.0
    target_e: float = 0.0
    target_safe_s: float = 0.0


def overfull(light: LightPath, rates: Rates, aperture: Aperture, division: Division) -> Overfull:
    """Return what saturates in one read-out because of the sky, and what because of the target."""
    rate, full = peak_rate(light, rates, aperture), light.readout.full_well_e
    over, sky_first = rate * division.dit_s > full, 2.0 * (rates.sky + light.readout.dark_e_per_s) >= rate
    sky, target = over & sky_first, over & ~sky_first
    if not target.any():
        return Overfull(int(sky.sum()), 0)
    place = int(np.argmax(np.where(target, rate, 0.0)))
    fullest, where = float(rate[place]), float(rates.wavelength_nm[place])
    return Overfull(int(sky.sum()), int(target.sum()), where, fullest * division.dit_s, full / fullest)
