"""A user's spectrum: a table, a specutils spectrum, or wavelengths and fluxes."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from dfs.errors import UsageError
from dfs.etc.spectra.headings import bracketed
from dfs.etc.spectra.samples import Samples
from dfs.etc.spectra.units import flux_of, nanometres_of, unit_of

__all__ = ["columns_of", "samples_of", "samples_of_columns"]

_AXES = ("wavelength", "wave", "lambda", "lam", "wl", "spectral_axis", "frequency", "freq", "nu", "energy")
_FLUXES = ("flux", "flux_density", "flam", "f_lambda", "fnu", "f_nu", "magnitude", "mag", "intensity")
_NAME_MOST = 200  # characters; a longer name carries no unit
_BARE_ENDING = re.compile(r"_(nm|aa?|angstrom|um|micron|hz|jy|mjy|ujy)$")
_UNIT_ENDING = re.compile(r"_(nm|aa?|angstrom|um|micron|Hz|m?Jy|uJy)$")
_FREQUENCIES = ("Hz", "J", "eV")  # axes along which a relative flux would be ambiguous


def samples_of(given: Any, origin: str = "the spectrum given") -> Samples:
    """Return a table (astropy), a spectrum (specutils) or a pair (wavelengths, fluxes) as samples.

    Raises
    ------
    UsageError
        No such thing; which column, which unit, which sample is wrong.
    """
    if hasattr(given, "spectral_axis") and hasattr(given, "flux"):
        return samples_of_columns(given.spectral_axis, given.flux, origin=origin)
    if hasattr(given, "colnames"):
        axis, flux = columns_of(list(given.colnames), origin)
        return samples_of_columns(given[axis], given[flux], (axis, flux), origin)
    if isinstance(given, tuple | list) and len(given) == 2:
        return samples_of_columns(given[0], given[1], origin=origin)
    raise UsageError(
        f"a {type(given).__name__} is no spectrum",
        where="sed",
        accepted="a text, an astropy table, a specutils spectrum, or (wavelengths, fluxes) with units",
    )


def columns_of(names: list[str], origin: str) -> tuple[str, str]:
    """Return which columns are the wavelength and the flux: by their names, or the two there are."""
    return _named(names, _AXES, 0, origin), _named(names, _FLUXES, 1, origin)


def samples_of_columns(
    axis: Any,
    flux: Any,
    names: tuple[str, str] = ("wavelength", "flux"),
    origin: str = "the spectrum given",
    units: tuple[Any, Any] = (None, None),
) -> Samples:
    """Return two columns as samples in nm and flux per wavelength.

    Parameters
    ----------
    axis, flux
        Shape (n,): wavelengths (or frequencies, energies) and fluxes.
    names
        Of the columns, for messages; they may carry the unit (``flux [Jy]``, ``wave_nm``).
    origin
        Where they come from, for messages.
    units
        What they are in; None: what the columns or their names say.
    """
    axis_at, flux_at = (f"{origin}, column {name}" for name in names)
    axis_unit = unit_of(units[0], axis_at) if units[0] else _unit(axis, names[0], axis_at)
    flux_unit = unit_of(units[1], flux_at) if units[1] else _unit(flux, names[1], flux_at)
    with np.errstate(all="ignore"):  # what leaves the numbers is refused as what it is, below
        wavelength_nm = nanometres_of(_plain(axis, axis_at), axis_unit, axis_at)
        values, is_absolute = flux_of(_plain(flux, flux_at), flux_unit, wavelength_nm, flux_at)
    if not is_absolute and axis_unit is not None and any(axis_unit.is_equivalent(unit) for unit in _FREQUENCIES):
        raise UsageError(
            "a relative flux along frequencies may be per wavelength or per frequency",
            where=flux_at,
            accepted="wavelengths, or a unit of the flux (Jy)",
        )
    return Samples.checked(wavelength_nm, values, is_absolute=is_absolute, origin=origin)


def _named(names: list[str], known: tuple[str, ...], place: int, origin: str) -> str:
    """Return the column that is called as expected, or the one at its place of two."""
    plain = {_bare(name): name for name in reversed(names)}
    for name in known:
        if name in plain:
            return plain[name]
    if len(names) == 2:
        return names[place]
    raise UsageError(
        f"no column of {'the flux' if place else 'the wavelength'} among {', '.join(names)[:200]}",
        where=origin,
        accepted=", ".join(known),
    )


def _bare(name: str) -> str:
    return _BARE_ENDING.sub("", _parted(name)[0].strip().lower())


def _parted(name: str) -> tuple[str, str | None]:
    """Return a column's name and the unit in brackets at its end, None: there is none."""
    inside = bracketed(name[:_NAME_MOST])
    if inside and inside[-1][1] == len(name):
        return name[: inside[-1][0]], inside[-1][2]
    return name, None


def _unit(column: Any, name: str, where: str) -> Any:
    own = getattr(column, "unit", None)
    if own is not None:
        return unit_of(own, where)
    unit = _parted(name)[1]
    if unit is None and (ending := _UNIT_ENDING.search(name)):
        unit = ending[1]
    return None if unit is None else unit_of(unit, where)


def _plain(column: Any, where: str) -> Any:
    """Return the bare numbers of a column; what is masked is not a number."""
    values = getattr(column, "value", column)
    if np.iscomplexobj(values):
        raise UsageError("complex numbers are no spectrum", where=where)
    try:
        if isinstance(values, np.ma.MaskedArray):
            values = np.where(np.ma.getmaskarray(values), np.nan, np.asarray(values.data, dtype=np.float64))
        return np.asarray(values, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        raise UsageError("something in it is not a number", where=where) from None
