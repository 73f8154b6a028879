"""Signal-to-noise, or time, against two of what can be chosen, as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dfs.errors import DfsError
from dfs.etc.controls.choices import choices
from dfs.etc.documents.mapping import inputs, merged, request_of
from dfs.etc.request import Request
from dfs.etc.result import Result
from dfs_widgets.state.etc.readable import readable

__all__ = ["AXES", "grid_view"]

AXES: dict[str, tuple[str, tuple[float, ...]]] = {
    "seeing": ("seeing (arcsec)", (0.5, 0.6, 0.7, 0.8, 1.0, 1.2, 1.5)),
    "airmass": ("air mass", (1.0, 1.1, 1.2, 1.4, 1.6, 2.0, 2.5)),
    "fli": ("Moon lit", (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)),
    "slit": ("slit (arcsec)", ()),
    "mag": ("magnitude", (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)),
}
_STEPS = 7


def grid_view(
    calculate: Callable[[Request], Result], result: Result, across: str = "", down: str = ""
) -> dict[str, Any]:
    """Return the table of answers when two controls take other values.

    Parameters
    ----------
    across, down
        Of `AXES`; what does not apply gives way to the first two that do.
    """
    said = inputs(result.request)
    offered = {name: values for name in AXES if (values := _values(name, result, said))}
    names = [name for name in (across, down, "seeing", "airmass") if name in offered]
    first, second = list(dict.fromkeys(names))[:2]
    is_time = "snr" in said
    rows = [
        [_cell(calculate, said, {first: x, second: y}, is_time=is_time) for x in offered[first]]
        for y in offered[second]
    ]
    _mark_here(rows, offered[first], offered[second], said.get(first), said.get(second))
    return {
        "axes": [[name, AXES[name][0]] for name in offered],
        "across": _axis(first, offered[first]),
        "down": _axis(second, offered[second]),
        "cells": rows,
        "note": "Exposure time (s)" if is_time else "Signal-to-noise",
    }


def _axis(name: str, values: list[float]) -> dict[str, Any]:
    return {"name": name, "title": AXES[name][0], "values": [f"{value:g}" for value in values]}


def _values(name: str, result: Result, said: dict[str, Any]) -> list[float]:
    if name == "slit":
        width = result.light.slit_arcsec
        if width is None:
            return []
        from dfs.instruments.optics import optics

        own = [float(one.value) for one in choices(optics(said["instrument"].lower()), said)["slit"]]
        around = own or [round(width * share, 2) for share in (0.5, 0.75, 1.0, 1.5, 2.0)]
        nearest = sorted(own, key=lambda one: abs(np.log(one / width)))[:_STEPS] if own else around
        return sorted(nearest)
    if name == "mag":
        return [round(said["mag"] + step, 2) for step in AXES[name][1]] if "mag" in said else []
    if name == "fli" and said.get("sky_model") == "classic":
        return []
    return _with_present(list(AXES[name][1]), said.get(name))


def _with_present(values: list[float], present: Any) -> list[float]:
    """Return the values with what is asked now in the place of the nearest of them."""
    if not isinstance(present, int | float):
        return values
    place = int(np.argmin(np.abs(np.array(values) - present)))
    return [*values[:place], float(present), *values[place + 1 :]]


def _cell(
    calculate: Callable[[Request], Result], said: dict[str, Any], changes: dict[str, float], *, is_time: bool
) -> dict[str, Any]:
    asked = merged(said, changes)
    told = ", ".join(f"{AXES[name][0]} {value:g}" for name, value in changes.items())
    plain = {name: f"{value:g}" for name, value in changes.items()}
    try:
        found = calculate(request_of(asked, files=False))
    except DfsError as error:
        return {"value": None, "text": "–", "title": f"{told}: {error.line()}", "inputs": plain, "here": False}
    value = found.exposure_s if is_time else found.snr
    full = "; saturated" if found.saturation.is_saturated else ""
    return {"value": value, "text": readable(value, 3), "title": f"{told}{full}", "inputs": plain, "here": False}


def _mark_here(rows: list[list[dict[str, Any]]], across: list[float], down: list[float], x: Any, y: Any) -> None:
    """Mark the cell nearest to what is asked now."""
    if x is None or y is None:
        return
    i = int(np.argmin(np.abs(np.array(across) - float(x))))
    j = int(np.argmin(np.abs(np.array(down) - float(y))))
    rows[j][i]["here"] = True
