"""Heat: what air and mirrors shine in the infrared.

The air shines where it absorbs: a times a black body, a = 1 - transmission. Water lies low and is warm, 279 K + 7 K a; the dry gases
shine from higher up, 269 K + 12 K a: fitted to ESO's sky model (1900 to 2500 nm, resolution 1000). Mirrors are grey bodies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError
from dfs.sky.emission.photons import planck_photons
from dfs.sky.transmission import molecular_depths

__all__ = ["WarmSurface", "atmosphere_heat", "telescope_heat"]

Array = NDArray[np.float64]

_WATER_K, _DRY_K = (279.0, 7.0), (269.0, 12.0)  # where nearly clear, and how much warmer where opaque


@dataclass(frozen=True, slots=True)
class WarmSurface:
    """A mirror or window in the beam: its emissivity (0 to 1) and temperature (K)."""

    emissivity: float
    temperature_k: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.emissivity < 1.0:
            raise UsageError(f"emissivity {self.emissivity:g} cannot be", where="emissivity", accepted="0 to below 1")
        if not 20.0 <= self.temperature_k <= 400.0:
            raise UsageError(
                f"temperature {self.temperature_k:g} K cannot be", where="temperature_k", accepted="20 to 400 K"
            )


def atmosphere_heat(wavelength_nm: ArrayLike, airmass: float = 1.0, pwv_mm: float = 2.5) -> Array:
    """Return what the lower air shines (photons s-1 m-2 micron-1 arcsec-2); bands are known up to 2500 nm."""
    water, dry = molecular_depths(wavelength_nm, airmass, pwv_mm)
    depth = water + dry
    absorbed = -np.expm1(-depth)
    share = np.divide(water, depth, out=np.zeros_like(depth), where=depth > 0)
    low, high = (planck_photons(wavelength_nm, base + rise * absorbed) for base, rise in (_WATER_K, _DRY_K))
    return np.asarray(absorbed * (share * low + (1.0 - share) * high), dtype=np.float64)


def telescope_heat(wavelength_nm: ArrayLike, surfaces: Sequence[WarmSurface]) -> Array:
    """Return what warm surfaces shine, as if from above the first one (photons s-1 m-2 micron-1 arcsec-2).

    A surface further down the beam is not dimmed by those before it, so that it is divided by what they, and it, let through: light
    that is then counted through the whole telescope and instrument comes out as it was.
    """
    total = np.zeros(np.shape(wavelength_nm))
    passed = 1.0
    for surface in surfaces:
        passed *= 1.0 - surface.emissivity
        total = total + surface.emissivity / passed * planck_photons(wavelength_nm, surface.temperature_k)
    return total
