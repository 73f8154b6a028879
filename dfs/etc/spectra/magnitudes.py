"""Magnitudes of spectra, and the scale that gives a spectrum its magnitude.

Vega: the mean flux density through the band over that of magnitude 0. AB: the mean flux density per frequency over 3631 Jy (48.60 mag).
Both means count photons, as detectors do: through the bands of ESO's calculator Vega then has the fluxes that ESO gives magnitude 0 in V
and Y to 0.2 % (weighted with energy, V is 1.4 % off; the fluxes of its other bands are not Vega's through these curves either way). A
spectrum flat per wavelength has the same Vega magnitude by both means.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.etc.request import Target
from dfs.etc.spectra.bands import Band, band
from dfs.etc.spectra.formulas import shape_of
from dfs.etc.spectra.sed import Sed
from dfs.etc.spectra.shapes import Shape

__all__ = ["SYSTEMS", "magnitude", "scale_of", "zero_flux"]

Array = NDArray[np.float64]

SYSTEMS = ("vega", "ab")

_AB_ZERO = 10.0 ** (-0.4 * 48.60)  # erg s-1 cm-2 Hz-1 (Oke & Gunn 1983, ApJ 266, 713)
_C = 2.99792458e18  # Angstrom s-1


def magnitude(sed: Sed, band_name: str, system: str = "vega", *, redshift: float = 0.0) -> float:
    """Return the magnitude of a spectrum through a band, as it stands: of a shape only, differences between bands mean something."""
    flux = _band_flux(sed, redshift, band_name, extrapolate=False)
    return float(-2.5 * np.log10(flux / zero_flux(band(band_name), system)))


def zero_flux(through: Band, system: str) -> float:
    """Return the mean flux density of magnitude 0 through a band (erg s-1 cm-2 A-1)."""
    if system == "vega":
        return through.vega_flux
    if system == "ab":
        x, response = through.wavelength_nm, through.response
        # mean of f_nu c / x^2 weighted by x: exact between the nodes, where the response is a straight line
        weight = _parabolas(x, lambda at: np.interp(at, x, response) * at)
        flat = _parabolas(x, lambda at: np.interp(at, x, response) / at)
        return float(_AB_ZERO * _C * 1e-2 * flat / weight)
    raise UsageError(f"no magnitudes of the system {system!r}", where="system", accepted=", ".join(SYSTEMS))


def scale_of(target: Target, *, extrapolate: bool = False) -> float:
    """Return the number that the shape of a target's spectrum is multiplied by."""
    if target.magnitude is None:
        if not target.sed.is_absolute:
            raise UsageError(
                f"the target has no brightness: {target.sed.label} is a shape only", where="mag", accepted="a magnitude"
            )
        return 1.0
    if not np.isfinite(target.magnitude):
        raise UsageError(f"a magnitude of {target.magnitude}", where="mag", accepted="a finite number")
    if target.sed.kind == "line":
        raise UsageError(
            "an emission line has a flux, not a magnitude", where="mag", accepted="line_flux in erg/s/cm2, and no mag"
        )
    flux = _band_flux(target.sed, target.redshift, target.band, extrapolate=extrapolate)
    if not flux > 0.0:
        raise UsageError(f"the spectrum {target.sed.label} has no light in band {target.band}", where="band")
    return float(zero_flux(band(target.band), target.system) * 10.0 ** (-0.4 * target.magnitude) / flux)


@lru_cache(maxsize=256)
def _band_flux(sed: Sed, redshift: float, band_name: str, *, extrapolate: bool) -> float:
    """Return the mean flux density through a band, photons counted."""
    through = band(band_name)
    _check_covers(shape_of(sed, redshift), sed, through, extrapolate=extrapolate)
    return _mean(shape_of(sed, redshift, goes_on=True), through)


def _mean(shape: Shape, through: Band) -> float:
    x, response = through.wavelength_nm, through.response
    nodes = np.union1d(x, shape.nodes())
    nodes = nodes[(nodes >= x[0]) & (nodes <= x[-1])]
    weight = _parabolas(x, lambda at: np.interp(at, x, response) * at)
    return _parabolas(nodes, lambda at: np.interp(at, x, response) * at * shape.density(at)) / weight


def _parabolas(nodes: Array, f: Callable[[Array], Array]) -> float:
    """Return the integral of f by Simpson's rule between neighbours: exact for cubics."""
    step, middle = np.diff(nodes), 0.5 * (nodes[1:] + nodes[:-1])
    ends = f(nodes)
    return float(np.sum(step * (ends[1:] + ends[:-1] + 4.0 * f(middle))) / 6.0)


def _check_covers(shape: Shape, sed: Sed, through: Band, *, extrapolate: bool) -> None:
    first, last = shape.covers_nm
    low, high = through.needs_nm
    missing = []
    if low < first:
        missing.append(f"{low:.1f} to {min(first, high):.1f} nm")
    if high > last:
        missing.append(f"{max(last, low):.1f} to {high:.1f} nm")
    if missing and not extrapolate:
        raise UsageError(
            f"the spectrum {sed.label} covers {first:.1f} to {last:.1f} nm: of band {through.name} "
            f"{' and '.join(missing)} are missing",
            where="band",
            hint="take another band, or ask to extrapolate",
        )
