"""Starlight scattered by the air."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.sky.published import published
from dfs.sky.transmission import molecular_transmission, ozone_depth

__all__ = ["starlight"]

Array = NDArray[np.float64]

_AIRMASS = 1.25  # mean of the air that light from all directions has crossed (Noll et al. 2012)


def starlight(wavelength_nm: ArrayLike, pwv_mm: float = 2.5) -> Array:
    """Return the scattered starlight (photons s-1 m-2 micron-1 arcsec-2): the mean of Paranal's sky, whatever the direction.

    Noll et al. 2012 (A&A 543, A92). Stars that the telescope sees itself are objects, not sky, and are not in it.
    """
    mean = published("starlight").at("radiance", wavelength_nm)
    passed = molecular_transmission(wavelength_nm, _AIRMASS, pwv_mm) * np.exp(-ozone_depth(wavelength_nm))
    return np.asarray(mean * passed, dtype=np.float64)
