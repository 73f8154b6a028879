"""Photometric bands: those of ESO's calculator, and of Bessell, SDSS, Gaia and 2MASS.

A magnitude of 0 in ESO's bands is the flux that ESO's calculator takes; it is not exactly that of Vega through the same curve (Vega, as
CALSPEC has it, is 0.00 in V and Y, 0.03 in B, 0.10 in R, 0.08 in I). In the others it is Vega's.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dfs.errors import NotFoundError
from dfs.etc.spectra.curves import curve, curve_names
from dfs.sky.emission.brightness import VEGA_FLUX

__all__ = ["Band", "band", "bands"]

Array = NDArray[np.float64]

_FOOT = 0.01  # of the peak: what lies below need not be covered by a spectrum


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A band and what a magnitude of 0 means in it.

    Attributes
    ----------
    name
        One of `bands`.
    wavelength_nm, response
        The curve, in vacuum; 0 outside; any scale.
    vega_flux
        Flux density of magnitude 0 in the Vega system, erg s-1 cm-2 A-1.
    source
        Of the numbers.
    """

    name: str
    wavelength_nm: Array
    response: Array
    vega_flux: float
    source: str

    @property
    def needs_nm(self) -> tuple[float, float]:
        """The range where the response is above a hundredth of its peak."""
        used = self.wavelength_nm[self.response > _FOOT * self.response.max()]
        return float(used[0]), float(used[-1])

    @property
    def centre_nm(self) -> float:
        """The mean wavelength."""
        weight = np.trapezoid(self.response, self.wavelength_nm)
        return float(np.trapezoid(self.response * self.wavelength_nm, self.wavelength_nm) / weight)


@cache
def bands() -> tuple[str, ...]:
    """Return the names of the bands: ESO's from blue to red, then the others."""
    return (*VEGA_FLUX, *(name for name in curve_names("bands") if name not in VEGA_FLUX))


@cache
def band(name: str) -> Band:
    """Return a band by its name, or a `NotFoundError` that lists those there are."""
    if name not in bands():
        near = get_close_matches(name, bands(), 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else ""
        raise NotFoundError(f"no band is called {name!r}", where="band", accepted=", ".join(bands()), hint=hint)
    table = curve("bands", name)
    vega = 0.1 * VEGA_FLUX[name] if name in VEGA_FLUX else float(table.meta["vega_flux"])
    return Band(name, table.wavelength_nm, table.value, vega, table.meta["source"])
