"""The OpenAPI description of the calculator's addresses."""

from __future__ import annotations

from typing import Any

from dfs.etc.controls.control import CONTROLS, Control
from dfs.etc.documents.inline_spectrum import SPECTRUM

__all__ = ["paths"]

_TAG = "Exposure time calculator"
_KINDS = {"number": "number", "whole": "integer", "flag": "boolean", "choice": "string", "text": "string"}
_EXAMPLE = {
    "inputs": {
        "mode": "lss",
        "grism": "300V",
        "slit": 1.0,
        "sed": "blackbody:5800",
        "mag": 22,
        "band": "V",
        "seeing": 0.8,
        "airmass": 1.2,
        "days_from_new_moon": 3,
        "exposure": 1800,
    }
}
_INSTRUMENT = {
    "name": "instrument",
    "in": "path",
    "required": True,
    "description": "FORS2, or as ESO's calculator calls it: Fors",
    "schema": {"type": "string", "default": "FORS2"},
}
_REFUSALS = {
    "400": {"description": "what cannot be: which control, what is accepted"},
    "404": {"description": "no such instrument, template or band"},
    "413": {"description": "too large"},
    "503": {"description": "too many questions wait"},
}


def _control(one: Control) -> dict[str, Any]:
    described = f"{one.help} ({one.unit})" if one.unit else one.help
    return {"name": one.name, "in": "query", "required": False, "description": described, "schema": _schema(one)}


def _schema(one: Control) -> dict[str, Any]:
    kind: dict[str, Any] = {"type": _KINDS[one.kind]}
    if one.kind in {"number", "whole"}:
        ends = {"minimum": one.low, "maximum": one.high}
        kind |= {end: value for end, value in ends.items() if abs(value) != float("inf")}
    return kind | ({"enum": list(one.accepted)} if one.accepted else {})


def _get(summary: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {"get": {"summary": summary, "tags": [_TAG], "parameters": list(parameters), "responses": _responses()}}


def _responses() -> dict[str, Any]:
    good = {"description": "as asked", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {"200": good, **_REFUSALS}


def _asked() -> dict[str, Any]:
    """Return the operations of a question: by address, and by document."""
    controls = [_control(one) for one in CONTROLS.values() if one.name != "instrument"]
    spectrum = {
        "type": "object",
        "properties": {
            "wavelength_nm": {"type": "array", "items": {"type": "number"}, "description": "in vacuum"},
            "flux": {"type": "array", "items": {"type": "number"}},
            "unit": {"type": "string", "description": "erg s-1 cm-2 Angstrom-1, or relative"},
        },
    }
    properties = {one.name: _schema(one) for one in CONTROLS.values()}
    schema = {
        "type": "object",
        "description": "inputs: the controls; or a document of ESO's calculator, which is answered in ESO's form",
        "properties": {"inputs": {"type": "object", "properties": {**properties, SPECTRUM: spectrum}}},
    }
    body = {"required": True, "content": {"application/json": {"schema": schema, "example": _EXAMPLE}}}
    by_address = _get("Signal-to-noise, or exposure time, of the controls in the address", _INSTRUMENT, *controls)
    by_document = {
        "summary": "Signal-to-noise, or exposure time, of a document: ours or ESO's, answered in kind",
        "tags": [_TAG],
        "parameters": [_INSTRUMENT],
        "requestBody": body,
        "responses": _responses(),
    }
    return {**by_address, "post": by_document}


paths: dict[str, Any] = {
    "/etc/api/{instrument}": _asked(),
    "/etc/instruments": _get("Instruments of the calculator"),
    "/etc/instruments/{instrument}": _get("What can be chosen of an instrument", _INSTRUMENT),
    "/etc/templates": _get("Spectra, forms of spectra, bands"),
    "/etc/controls": _get("Every control: kind, unit, range, default"),
}
