"""From what is described to a shape that can be integrated, at its redshift."""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.etc.spectra.sed import Sed
from dfs.etc.spectra.shapes import LineShape, Shape, SmoothShape, TableShape
from dfs.sky.refraction import air_to_vacuum_nm

__all__ = ["line_nm", "shape_of"]

Array = NDArray[np.float64]

_REFERENCE_NM = 550.0  # where a power law is 1
_HC_K = 1.438776877e7  # nm K, second radiation constant (CODATA 2018)
_WIEN = 2.897771955e6  # nm K, Wien's displacement (CODATA 2018)
_QUOTED_IN_AIR = (200.0, 2000.0)
_MOST = 700.0  # beyond, nothing is left and exp overflows


@lru_cache(maxsize=128)
def shape_of(sed: Sed, redshift: float = 0.0, *, goes_on: bool = False) -> Shape:
    """Return the shape of a spectrum, stretched by 1 + `redshift`; `goes_on`: a table holds its last value beyond its ends."""
    if not -1.0 < redshift < np.inf:
        raise UsageError(f"a redshift of {redshift:g}", where="redshift", accepted="above -1")
    stretch = 1.0 + redshift
    if sed.kind in {"flat_lambda", "flat_nu", "powerlaw"}:
        index = {"flat_lambda": 0.0, "flat_nu": -2.0}.get(sed.kind, sed.value)
        return SmoothShape(partial(_power_law, index=index, redshift=redshift))
    if sed.kind == "blackbody":
        return SmoothShape(partial(_black_body, kelvin=sed.value, redshift=redshift))
    if sed.kind == "line":
        return LineShape(line_nm(sed, redshift), sed.fwhm_nm * stretch, sed.line_flux or 1.0)
    if sed.kind == "template":
        from dfs.etc.spectra.templates import template

        return TableShape(template(sed.name).samples, redshift, goes_on=goes_on)
    if sed.samples is None:
        raise UsageError(f"no spectrum of kind {sed.kind!r}", where="sed")
    return TableShape(sed.samples, redshift, goes_on=goes_on)


def line_nm(sed: Sed, redshift: float = 0.0) -> float:
    """Return where a line is seen, in vacuum (nm): its name is its wavelength in air from 200 to 2000 nm, as spectroscopists quote it."""
    quoted_in_air = _QUOTED_IN_AIR[0] <= sed.value <= _QUOTED_IN_AIR[1]
    at_rest = float(air_to_vacuum_nm(sed.value)) if quoted_in_air else sed.value
    return at_rest * (1.0 + redshift)


def _power_law(wavelength_nm: Array, *, index: float, redshift: float) -> Array:
    """Return (x / 550 nm)**index at rest; the index is of flux per wavelength."""
    stretch = 1.0 + redshift
    return np.asarray((wavelength_nm / (stretch * _REFERENCE_NM)) ** index / stretch, dtype=np.float64)


def _black_body(wavelength_nm: Array, *, kelvin: float, redshift: float) -> Array:
    """Return Planck's law per wavelength, 1 at its maximum at rest: so neither a cold nor a hot body leaves the range of numbers."""
    stretch = 1.0 + redshift
    at_rest = wavelength_nm / stretch
    exponent = _HC_K / (at_rest * kelvin)
    shape = (_WIEN / (kelvin * at_rest)) ** 5 * np.expm1(_HC_K / _WIEN) / np.expm1(np.minimum(exponent, _MOST))
    return np.where(exponent < _MOST, shape / stretch, 0.0)
