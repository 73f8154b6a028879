"""Units of a user's spectrum: wavelengths to nm, fluxes to flux per wavelength."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.etc.written import unit_text

__all__ = ["FLUXES", "WAVELENGTHS", "flux_of", "nanometres_of", "unit_of"]

Array = NDArray[np.float64]

WAVELENGTHS = "nm, Angstrom, um, Hz, eV"
FLUXES = "erg/s/cm2/A (or any flux per wavelength), Jy (or any flux per frequency), mag(AB), photon/s/cm2/A, or no unit: relative"

_FLAM = u.erg / (u.s * u.cm**2 * u.AA)
_ALIASES = {
    "a": "Angstrom",
    "aa": "Angstrom",
    "angstroms": "Angstrom",
    "micron": "um",
    "microns": "um",
    "flam": "erg / (s cm2 Angstrom)",
    "fnu": "erg / (s cm2 Hz)",
    "photlam": "photon / (s cm2 Angstrom)",
    "photnu": "photon / (s cm2 Hz)",
    "abmag": "mag(AB)",
    "stmag": "mag(ST)",
}
_FORMATS = (None, "fits", "ogip", "cds", "vounit")


def unit_of(text: Any, where: str) -> Any:
    """Return a unit written in one of the ways of astronomers; None where there is none."""
    if isinstance(text, u.UnitBase | u.FunctionUnitBase) and not isinstance(text, u.UnrecognizedUnit):
        return text
    written = "" if text is None else str(text).strip()
    if not written or written.lower() in {"none", "-", "relative", "dimensionless"}:
        return None
    # Angstrom at the end of "erg/s/cm2/A" is written A by everybody and means ampere to the standard
    known = _ALIASES.get(
        written.lower(), written.removesuffix("/A") + "/Angstrom" if written.endswith("/A") else written
    )
    wrong = UsageError(f"{written[:60]!r} is not a unit", where=where, accepted=f"{WAVELENGTHS}; {FLUXES}")
    try:
        unit_text(known)
    except ValueError:
        raise wrong from None
    for spelled in (known, known.replace(".", " ")):  # a point multiplies in some standards
        for style in _FORMATS:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", u.UnitsWarning)  # of old but readable ways to write a unit
                    return u.Unit(spelled, format=style)
            except (ValueError, TypeError):
                continue
    raise wrong


def nanometres_of(values: Any, unit: Any, where: str) -> Array:
    """Return wavelengths in nm; values without a unit are in nm."""
    plain = np.asarray(values, dtype=np.float64)
    if unit is None:
        return plain
    try:
        with np.errstate(divide="ignore", invalid="ignore"):  # zeros are reported as what they are, later
            return np.asarray((plain * unit).to_value(u.nm, u.spectral()), dtype=np.float64)
    except (u.UnitConversionError, TypeError, AttributeError):
        raise UsageError(f"{unit} is no unit of wavelength", where=where, accepted=WAVELENGTHS) from None


def flux_of(values: Any, unit: Any, wavelength_nm: Array, where: str) -> tuple[Array, bool]:
    """Return fluxes per wavelength (erg s-1 cm-2 A-1), and whether they are absolute: those without a unit are relative."""
    plain = np.asarray(values, dtype=np.float64)
    if unit is None or unit == u.dimensionless_unscaled:
        return plain, False
    if unit == u.mag:
        raise UsageError("mag does not say which magnitude", where=where, accepted="mag(AB), mag(ST)")
    try:
        quantity = u.Magnitude(plain, unit).physical if isinstance(unit, u.MagUnit) else plain * unit
        for area in (u.dimensionless_unscaled, u.arcsec**2):  # of an extended target: per square arcsecond
            if (quantity.unit * area).is_equivalent(_FLAM, u.spectral_density(500.0 * u.nm)):
                density = u.spectral_density(wavelength_nm * u.nm)
                return np.asarray((quantity * area).to_value(_FLAM, density), dtype=np.float64), True
    except (u.UnitTypeError, u.UnitConversionError, TypeError):
        pass
    raise UsageError(f"{unit} is no unit of flux density", where=where, accepted=FLUXES)
