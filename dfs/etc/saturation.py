"""How full the fullest pixel becomes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfs.etc.geometry.aperture import Aperture
from dfs.etc.plan import Division
from dfs.etc.rates import Rates
from dfs.etc.result import Saturation
from dfs.instruments.optics import LightPath

__all__ = ["peak_rate", "saturation_of"]

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
