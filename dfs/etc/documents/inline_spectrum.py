"""A user's spectrum inside a document: wavelengths, fluxes, and their unit."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from dfs.errors import UsageError
from dfs.etc.spectra.contents import SAMPLES_MOST
from dfs.etc.spectra.samples import Samples
from dfs.etc.written import shown, unit_text

__all__ = ["SPECTRUM", "read_spectrum", "written_spectrum"]

SPECTRUM = "spectrum"  # the key under which it stands
_UNIT = "erg s-1 cm-2 Angstrom-1"
_RELATIVE = "relative"
_WHOLE_MOST = 2**53


def written_spectrum(samples: Samples) -> dict[str, Any]:
    """Return a spectrum as `read_spectrum` reads it: wavelengths in vacuum (nm), every number whole."""
    return {
        "wavelength_nm": samples.wavelength_nm.tolist(),
        "flux": samples.flux.tolist(),
        "unit": _UNIT if samples.is_absolute else _RELATIVE,
        "origin": samples.origin,
    }


def read_spectrum(given: Any) -> Samples:
    """Return the spectrum that stands in a document.

    Raises
    ------
    UsageError
        It is none: which key, which row, what is accepted.
    """
    if not isinstance(given, Mapping):
        raise UsageError(
            "the spectrum is no object", where=SPECTRUM, accepted="{wavelength_nm: [], flux: [], unit: ''}"
        )
    known = {"wavelength_nm", "flux", "unit", "origin"}
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(str(name)[:60], known, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else ""
            raise UsageError(f"there is no {shown(name)}", where=SPECTRUM, accepted=", ".join(sorted(known)), hint=hint)
    columns = []
    for name in ("wavelength_nm", "flux"):
        column = given.get(name)
        if not isinstance(column, list | tuple) or len(column) > SAMPLES_MOST or not all(map(_is_number, column)):
            accepted = f"a list of at most {SAMPLES_MOST} numbers"
            raise UsageError("it is missing, or no list of numbers", where=f"{SPECTRUM}.{name}", accepted=accepted)
        columns.append(list(column))
    unit, origin = given.get("unit", _RELATIVE), _origin(given.get("origin"))
    if unit != _RELATIVE:
        factor = _factor(unit)
        columns[1] = columns[1] if factor == 1.0 else [one * factor for one in columns[1]]
    return Samples.checked(columns[0], columns[1], is_absolute=unit != _RELATIVE, origin=origin)


def _origin(said: Any) -> str:
    return said[:200] if isinstance(said, str) and said.isprintable() else "the spectrum given"


def _is_number(value: Any) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) <= _WHOLE_MOST
    return isinstance(value, float)


def _factor(unit: Any) -> float:
    """Return the factor from a unit of flux per wavelength to ours."""
    accepted = f"{_UNIT}, or another flux per wavelength; {_RELATIVE}"
    if unit == _UNIT:
        return 1.0
    if not isinstance(unit, str):
        raise UsageError("the unit is no text", where=f"{SPECTRUM}.unit", accepted=accepted)
    try:
        from astropy import units as u

        return float(u.Unit(unit_text(unit)).to(u.Unit(_UNIT)))
    except (TypeError, ValueError):  # a unit of another kind is a ValueError too
        raise UsageError(f"{shown(unit)} is no flux density", where=f"{SPECTRUM}.unit", accepted=accepted) from None
