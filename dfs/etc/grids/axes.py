"""What a grid can vary, and a request with other values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dfs.errors import UsageError
from dfs.etc.controls.control import control
from dfs.etc.controls.values import binning_of
from dfs.etc.quantities import number
from dfs.etc.request import Request

__all__ = ["AXES", "shown", "unit_of", "values_of", "with_values"]

# Name -> (control that says what is accepted, part of the request, field), the slowest to change first.
AXES: Mapping[str, tuple[str, str, str]] = {
    "binning": ("binning", "choice", "binning"),
    "slit": ("slit", "choice", "slit_arcsec"),
    "airmass": ("airmass", "sky", "airmass"),
    "moon": ("days_from_new_moon", "sky", "days_from_new_moon"),
    "fli": ("fli", "sky", "illumination"),
    "seeing": ("seeing", "sky", "seeing_arcsec"),
    "mag": ("mag", "target", "magnitude"),
    "exposure": ("exposure", "exposure", "time_s"),
}


def unit_of(name: str) -> str:
    """Return the unit of the values of an axis; empty for bare numbers."""
    return control(AXES[name][0]).unit


def values_of(name: str, given: Any) -> tuple[Any, ...]:
    """Return the values of an axis as plain numbers (binning: pairs), in the range of its control."""
    if name == "binning":
        return tuple(_binning(one) for one in ([given] if isinstance(given, str) else given))
    one = control(AXES[name][0])
    if isinstance(given, str) or not hasattr(given, "__len__"):
        given = [given]
    if hasattr(given, "to_value"):
        given = list(given.ravel()) if isinstance(given, np.ndarray) and given.ndim else [given]
    values = tuple(number(value, one.unit, name, one.low, one.high) for value in given)
    if not values:
        raise UsageError("no values", where=name, accepted="one or more")
    return values


def _binning(given: str | Sequence[int]) -> tuple[int, int]:
    text = given if isinstance(given, str) else "x".join(str(one) for one in given)
    found = binning_of(text)
    if found is None:
        raise UsageError("no binning", where="binning", accepted="two whole numbers, e.g. 2x2")
    return found


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
