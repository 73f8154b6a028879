"""A user's spectrum inside a document: wavelengths, fluxes, and their unit."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from dfs.errors import UsageError
from dfs.etc.quantities import number
from dfs.etc.spectra.samples import Samples

__all__ = ["SPECTRUM", "read_spectrum", "written_spectrum"]

SPECTRUM = "spectrum"  # the key under which it stands
_SAMPLES_MOST = 200_000
_UNIT = "erg s-1 cm-2 Angstrom-1"
_RELATIVE = "relative"


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
            near = difflib.get_close_matches(str(name), known, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else ""
            raise UsageError(
                f"there is no {str(name)[:60]!r}", where=SPECTRUM, accepted=", ".join(sorted(known)), hint=hint
            )
    columns = []
    for name in ("wavelength_nm", "flux"):
        column = given.get(name)
        if not isinstance(column, list | tuple) or len(column) > _SAMPLES_MOST or not all(map(_is_number, column)):
            accepted = f"a list of at most {_SAMPLES_MOST} numbers"
            raise UsageError("it is missing, or no list of numbers", where=f"{SPECTRUM}.{name}", accepted=accepted)
        columns.append([float(one) for one in column])
    unit, origin = given.get("unit", _RELATIVE), str(given.get("origin", "the spectrum given"))[:200]
    if unit != _RELATIVE:
        factor = _factor(unit)
        columns[1] = columns[1] if factor == 1.0 else [one * factor for one in columns[1]]
    return Samples.checked(columns[0], columns[1], is_absolute=unit != _RELATIVE, origin=origin)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _factor(unit: Any) -> float:
    """Return the factor from a unit of flux per wavelength to ours."""
    accepted = f"{_UNIT}, or another flux per wavelength; {_RELATIVE}"
    if unit == _UNIT:
        return 1.0
    if not isinstance(unit, str):
        raise UsageError("the unit is no text", where=f"{SPECTRUM}.unit", accepted=accepted)
    try:
        return number(f"1 {unit}", _UNIT, f"{SPECTRUM}.unit")
    except UsageError:
        raise UsageError(f"{unit[:60]!r} is no flux density", where=f"{SPECTRUM}.unit", accepted=accepted) from None
