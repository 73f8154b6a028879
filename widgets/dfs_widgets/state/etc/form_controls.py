"""One control as the form has it: the calculator's own, or one of the page alone."""

from __future__ import annotations

from typing import Any

from dfs.etc.controls.control import CONTROLS

__all__ = ["control", "own"]

_SLIDERS: dict[str, dict[str, Any]] = {
    "mag": {"low": 8, "high": 30, "step": 0.1},
    "redshift": {"low": 0, "high": 8, "step": 0.01},
    "temperature": {"low": 1000, "high": 60000, "step": 100, "log": True},
    "airmass": {"low": 1, "high": 3, "step": 0.01},
    "seeing": {"low": 0.3, "high": 3, "step": 0.01},
    "image_quality": {"low": 0.3, "high": 3, "step": 0.01},
    "days_from_new_moon": {"low": 0, "high": 14.7, "step": 0.1},
    "fli": {"low": 0, "high": 1, "step": 0.01},
    "moon_distance": {"low": 0, "high": 180, "step": 1},
    "exposure": {"low": 1, "high": 36000, "step": 1, "log": True},
    "snr": {"low": 1, "high": 1000, "step": 1, "log": True},
    "dit": {"low": 1, "high": 1000, "step": 1, "log": True},
    "range": {"low": 5, "high": 95, "step": 5},
}
_LABELS = {
    "ndit": "NDIT",
    "at": "Wavelength of interest",
    "fli": "Illumination",
    "days_from_new_moon": "Days from new Moon",
}


def control(name: str, kind: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a control of the calculator as the form has it."""
    known = CONTROLS[name]
    plain = {"whole": "number"}.get(known.kind, known.kind)
    found: dict[str, Any] = {
        "name": name,
        "kind": kind or plain,
        "label": _LABELS.get(name, known.label),
        "unit": known.unit,
        "help": known.help,
        "options": [{"value": one, "label": one} for one in known.accepted],
    }
    if name in _SLIDERS:
        found["slider"] = _SLIDERS[name]
    return {**found, **more}


def own(
    name: str, kind: str, label: str, help_: str, options: list[tuple[str, str]] | None = None, **more: Any
) -> dict[str, Any]:
    """Return a control that the page alone has."""
    listed = [{"value": value, "label": text} for value, text in options or []]
    found: dict[str, Any] = {"name": name, "kind": kind, "label": label, "unit": "", "help": help_, "options": listed}
    if name in _SLIDERS:
        found["slider"] = _SLIDERS[name]
    return {**found, **more}
