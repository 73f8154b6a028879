"""What a grid can vary, and a request with other values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dfs.errors import UsageError
from dfs.etc.quantities import number
from dfs.etc.request import Request

__all__ = ["AXES", "shown", "values_of", "with_values"]

# Name -> (unit, part of the request, field), the slowest to change first.
AXES: Mapping[str, tuple[str, str, str]] = {
    "binning": ("", "choice", "binning"),
    "slit": ("arcsec", "choice", "slit_arcsec"),
    "airmass": ("", "sky", "airmass"),
    "moon": ("d", "sky", "days_from_new_moon"),
    "fli": ("", "sky", "illumination"),
    "seeing": ("arcsec", "sky", "seeing_arcsec"),
    "mag": ("", "target", "magnitude"),
    "exposure": ("s", "exposure", "time_s"),
}


def values_of(name: str, given: Any) -> tuple[Any, ...]:
    """Return the values of an axis as plain numbers (binning: pairs)."""
    if name == "binning":
        return tuple(_binning(one) for one in given)
    unit = AXES[name][0]
    if isinstance(given, str) or not hasattr(given, "__len__"):
        given = [given]
    if hasattr(given, "to_value"):
        given = list(given.ravel()) if isinstance(given, np.ndarray) and given.ndim else [given]
    values = tuple(number(one, unit, name) for one in given)
    if not values:
        raise UsageError("no values", where=name, accepted="one or more")
    return values


def _binning(given: str | Sequence[int]) -> tuple[int, int]:
    try:
        along, across = (int(one) for one in (given.lower().split("x") if isinstance(given, str) else given))
    except (TypeError, ValueError):
        raise UsageError(f"no binning {given!r}", where="binning", accepted='"2x2" or (2, 2)') from None
    return along, across


def shown(value: Any) -> Any:
    """Return a value as a table shows it."""
    return "x".join(map(str, value)) if isinstance(value, tuple) else value


def with_values(request: Request, values: Mapping[str, Any]) -> Request:
    """Return the request with values of axes in it; one measure of the Moon or the seeing takes the place of the other."""
    for name, value in values.items():
        _, part, field = AXES[name]
        also: dict[str, Any] = {}
        if name == "moon":
            also["illumination"] = None
        elif name == "fli":
            also["days_from_new_moon"] = None
        elif name == "seeing":
            also["image_quality_arcsec"] = None
        elif name == "binning":
            also["read_mode"] = None
        elif name == "exposure" and request.exposure.dit_s is not None:
            also["ndit"] = None  # follows from the time and the DIT
        changed = replace(getattr(request, part), **{field: value}, **also)
        request = replace(request, **{part: changed})
    return request
