"""What part of the photons that meet the mirror becomes electrons. Telescope to detector, without atmosphere and slit."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.instruments import load
from dfs_sims.atmosphere import transmission
from dfs_sims.figures import curve, figures
from dfs_sims.photons import photons_of_ab

__all__ = ["area_m2", "filter_efficiency", "grism_efficiency", "zero_point"]

Array = NDArray[np.float64]


@cache
def area_m2() -> float:
    """Return the collecting area of the telescope, from the instrument's folder."""
    return load("EFOSC2").collecting_area_m2


def grism_efficiency(wavelength_nm: Array) -> Array:
    """Return the total efficiency with Gr#3; zero outside 300-620 nm."""
    table: dict[str, Any] = figures()["throughput"]
    inside = (wavelength_nm >= table["wavelength_nm"][0]) & (wavelength_nm <= table["wavelength_nm"][-1])
    return np.where(inside, curve(table["wavelength_nm"], table["efficiency"], wavelength_nm), 0.0)


def filter_efficiency(wavelength_nm: Array, name: str = "g#782") -> Array:
    """Return the total efficiency of imaging through filter `name`: a flat top of the filter's width with steep sides."""
    known = load("EFOSC2").filters[name]
    imaging: dict[str, Any] = figures()["imaging"]
    if known.central_nm is None or known.width_nm is None:
        return np.zeros_like(wavelength_nm)
    distance = np.abs(wavelength_nm - known.central_nm) / (known.width_nm / 2.0)
    # exp(-ln 2 d^n) is one half at d = 1: the width is the FWHM.
    return np.asarray(imaging["peak_efficiency"] * np.exp(-np.log(2.0) * distance ** imaging["filter_edge"]))


def zero_point(airmass: float, name: str = "g#782") -> float:
    """Return the AB magnitude of a flat-spectrum (f_nu) source that gives one electron per second through `airmass`."""
    wavelength = np.arange(300.0, 1000.0, 0.5)
    reached = photons_of_ab(np.zeros_like(wavelength), wavelength) * transmission(wavelength, airmass)
    rate = float(np.sum(reached * filter_efficiency(wavelength, name)) * 0.5 * area_m2())
    return 2.5 * float(np.log10(rate))
