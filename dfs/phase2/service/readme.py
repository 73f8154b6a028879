"""The README of a run: what its user tells the support astronomer and the observers.

The fields of ESO's own are not public; these are ours, in the shape of a list of fields with a type, a label and a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs.errors import UsageError
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import is_service

__all__ = ["checked", "filled", "require_complete", "schema"]

_LONGEST = 20_000  # characters of a text; assumed
_FIELDS: tuple[dict[str, Any], ...] = (
    {
        "name": "summary",
        "label": "What the run is for, and what matters most",
        "type": "text",
        "default": "",
        "required": True,
    },
    {"name": "strategy", "label": "Order and priorities of the observations", "type": "text", "default": ""},
    {"name": "targets", "label": "Notes on targets and finding charts", "type": "text", "default": ""},
    {"name": "acquisition", "label": "How to recognise and centre the targets", "type": "text", "default": ""},
    {"name": "calibrations", "label": "Calibrations beyond the instrument's plan", "type": "text", "default": ""},
    {"name": "timing", "label": "Time-critical observations", "type": "text", "default": ""},
    {"name": "mayBeRelaxed", "label": "Constraints that may be relaxed", "type": "text", "default": ""},
    {"name": "realTime", "label": "The PI can be reached during the night", "type": "boolean", "default": False},
    {"name": "phone", "label": "Telephone", "type": "string", "default": ""},
    {"name": "comments", "label": "Anything else", "type": "text", "default": ""},
)


def schema(mode: str) -> dict[str, Any]:
    """Return the fields of a README; only in service mode one has to be filled in."""
    required = is_service(mode)
    fields = [{"required": False, **one} | ({} if required else {"required": False}) for one in _FIELDS]
    return {"title": "README", "mode": mode, "fields": fields}


def filled(mode: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a README with the defaults of what it lacks."""
    return {one["name"]: body.get(one["name"], one["default"]) for one in schema(mode)["fields"]}


def checked(mode: str, given: Any, present: Mapping[str, Any]) -> dict[str, Any]:
    """Return a README with the fields given."""
    fields = {one["name"]: one for one in schema(mode)["fields"]}
    if not isinstance(given, Mapping):
        raise UsageError("a README is an object", where="readme", accepted=", ".join(fields))
    wrong = next((name for name in given if name not in fields), None)
    if wrong is not None:
        raise UsageError(f"no field {wrong!r}", where="readme", accepted=", ".join(fields))
    for name, value in given.items():
        kind = bool if fields[name]["type"] == "boolean" else str
        if not isinstance(value, kind) or (isinstance(value, str) and len(value) > _LONGEST):
            accepted = "true, false" if kind is bool else f"text of up to {_LONGEST} characters"
            raise UsageError(f"{value!r:.60} is not accepted", where=f"readme.{name}", accepted=accepted)
    return filled(mode, {**present, **given})


def require_complete(mode: str, body: Mapping[str, Any]) -> None:
    """Refuse a README in which something that must be said is not."""
    values = filled(mode, body)
    missing = [one["label"] for one in schema(mode)["fields"] if one["required"] and not values[one["name"]]]
    if missing:
        raise StateError(
            "the README is not filled in", where="readme", accepted="; ".join(missing), hint="save the README first"
        )
