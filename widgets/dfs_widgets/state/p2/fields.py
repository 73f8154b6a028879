"""A whole block or container as flat fields, each in the document it is saved with: what diffs, merges and undo speak of.

A *key* is ``aspect/field``: ``self/target.ra``, ``template:12/SEQ.NEXPO``, ``absolute/``, ``schedule/groupContribution``.  A *path* is what
findings and the editor use: ``target.ra``, ``templates[1].SEQ.NEXPO``, ``absolute[0].to``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from dfs.phase2.api import Document

__all__ = ["aspect_of", "field_label", "fields_of", "key_of", "path_of", "value_at", "with_fields"]

_PLAIN = ("name", "userPriority")
_PARTS = ("target", "constraints", "obsDescription")
_LISTS = ("absolute", "sidereal")
_TEMPLATE = re.compile(r"templates\[(\d+)\]\.?(.*)")
_WINDOW = re.compile(r"(absolute|sidereal)\b.*")
_LABELS = {
    "name": "Name",
    "userPriority": "User priority",
    "target.name": "Target",
    "target.ra": "RA",
    "target.dec": "Dec",
    "target.equinox": "Equinox",
    "target.epoch": "Epoch",
    "target.properMotionRa": "Proper motion RA",
    "target.properMotionDec": "Proper motion Dec",
    "target.differentialRa": "Differential RA",
    "target.differentialDec": "Differential Dec",
    "obsDescription.name": "Observation description",
    "obsDescription.userComments": "Comments",
    "obsDescription.instrumentComments": "Instrument comments",
    "constraints.name": "Constraint set",
    "constraints.skyTransparency": "Sky transparency",
    "constraints.fli": "Lunar illumination",
    "constraints.moonDistance": "Moon distance",
    "constraints.waterVapour": "Water vapour",
    "constraints.airmass": "Airmass",
    "constraints.seeing": "Image quality",
    "constraints.atm": "Turbulence",
    "constraints.twilight": "Twilight",
    "groupContribution": "Contribution",
    "earliestAfterPrevious": "Earliest after previous",
    "latestAfterPrevious": "Latest after previous",
}


def fields_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return every field that a person can change, by key; time windows count as one field."""
    found = {f"self/{name}": document[name] for name in _PLAIN if name in document}
    for part in _PARTS:
        found |= {f"self/{part}.{name}": value for name, value in (document.get(part) or {}).items()}
    for template in document.get("templates", ()):
        aspect = f"template:{template['templateId']}"
        found |= {f"{aspect}/{one['name']}": one.get("value") for one in template.get("parameters", ())}
    found |= {f"{name}/": list(document[name]) for name in _LISTS if name in document}
    return found | {f"schedule/{name}": value for name, value in (document.get("schedule") or {}).items()}


def with_fields(document: Mapping[str, Any], values: Mapping[str, Any]) -> Document:
    """Return the document with fields replaced; fields of templates that are gone are left out."""
    made = deepcopy(dict(document))
    templates = {f"template:{one['templateId']}": one for one in made.get("templates", ())}
    for key, value in values.items():
        aspect, _, name = key.partition("/")
        if aspect == "self":
            part, dot, inner = name.partition(".")
            if dot:
                made.setdefault(part, {})[inner] = value
            else:
                made[part] = value
        elif aspect == "schedule":
            made.setdefault("schedule", {})[name] = value
        elif aspect in _LISTS:
            made[aspect] = deepcopy(value)
        elif aspect in templates:
            _set_parameter(templates[aspect], name, value)
    return made


def _set_parameter(template: Document, name: str, value: Any) -> None:
    for one in template["parameters"]:
        if one["name"] == name:
            one["value"] = value


def aspect_of(key: str) -> str:
    """Return the document a field is saved with: ``self``, ``template:12``, ``absolute``, ``sidereal``, ``schedule``."""
    return key.partition("/")[0]


def key_of(path: str, document: Mapping[str, Any]) -> str:
    """Return the key of a path; empty for a path that is no field, such as a whole template."""
    if found := _TEMPLATE.fullmatch(path):
        templates, at = document.get("templates", ()), int(found[1])
        return f"template:{templates[at]['templateId']}/{found[2]}" if at < len(templates) and found[2] else ""
    if found := _WINDOW.fullmatch(path):
        return f"{found[1]}/"
    part, _, name = path.partition(".")
    if part == "schedule":
        return f"schedule/{name}"
    return f"self/{path}" if part in _PLAIN or part in _PARTS else ""


def path_of(key: str, document: Mapping[str, Any]) -> str:
    """Return the path of a key in `document`; empty when its template is gone."""
    aspect, _, name = key.partition("/")
    if aspect == "self":
        return name
    if aspect in _LISTS:
        return aspect
    if aspect == "schedule":
        return f"schedule.{name}"
    ids = [f"template:{one['templateId']}" for one in document.get("templates", ())]
    return f"templates[{ids.index(aspect)}].{name}" if aspect in ids else ""


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path; None where there is nothing."""
    return fields_of(document).get(key_of(path, document))


def field_label(key: str, document: Mapping[str, Any] | None = None) -> str:
    """Return the field's name as a person reads it."""
    aspect, _, name = key.partition("/")
    if aspect in _LISTS:
        return {"absolute": "Time windows", "sidereal": "Sidereal windows"}[aspect]
    if aspect.startswith("template:"):
        known = {f"template:{one['templateId']}": one for one in (document or {}).get("templates", ())}
        template = known.get(aspect, {}).get("templateName", "template")
        return f"{template} · {name}"
    return _LABELS.get(name, name.rpartition(".")[2])
