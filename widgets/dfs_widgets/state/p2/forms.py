"""The editor of a block, made from what the instrument says of its constraints and templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dfs.phase2.api import Document
from dfs.phase2.lifecycle import MEANINGS
from dfs_widgets.state.p2.fields import field_label
from dfs_widgets.state.p2.values import write_value

__all__ = ["block_form", "container_form", "form_values", "kinds_of"]

Signatures = Mapping[str, Document]

_TARGET = (
    ("name", "Name", "string", "", "NGC 1365", False),
    ("ra", "RA", "coord", "", "HH:MM:SS.sss", True),
    ("dec", "Dec", "coord", "", "±DD:MM:SS.sss", True),
    ("properMotionRa", "Proper motion RA", "number", "″/yr", "0", True),
    ("properMotionDec", "Proper motion Dec", "number", "″/yr", "0", True),
    ("equinox", "Equinox", "keyword", "", "", True),
    ("epoch", "Epoch", "number", "yr", "2000", True),
    ("differentialRa", "Differential RA", "number", "″/s", "0", True),
    ("differentialDec", "Differential Dec", "number", "″/s", "0", True),
)
_UNITS = {"seeing": "″", "moonDistance": "°", "twilight": "min", "waterVapour": "mm"}
_HELP = {
    "twilight": "Minutes after the end of evening twilight; negative: before",
    "fli": "Fraction of the Moon that may be lit: 0 dark, 1 any Moon",
    "seeing": "Image quality: FWHM at the observed wavelength and airmass",
    "airmass": "Largest airmass",
    "moonDistance": "Smallest distance of the Moon",
}
_DESCRIPTION = (
    ("name", "Name", "string"),
    ("userComments", "Comments for the observer", "text"),
    ("instrumentComments", "Instrument comments", "text"),
)
_MOST_CHOICES = 60
_TEMPLATE_WORDS = {"acquisition": "Acquisition", "science": "Science", "calib": "Calibration"}


def block_form(
    block: Mapping[str, Any], constraints: Sequence[Document], signatures: Signatures, *, editable: bool, why: str = ""
) -> dict[str, Any]:
    """Return what the editor draws of a block.

    Parameters
    ----------
    block
        The whole block.
    constraints
        ``observingConstraints`` of the instrument.
    signatures
        Template name -> its signature, of the templates in the block.
    editable, why
        Whether the block may be changed now; if not, why.
    """
    is_ob = block["itemType"] == "OB"
    return {
        "kind": "block",
        "id": block["obId"],
        "type": block["itemType"],
        "status": block["obStatus"],
        "status_words": MEANINGS.get(block["obStatus"], ""),
        "grade": block.get("grade", "?"),
        "editable": editable,
        "why": why,
        "target": [_target(*one) for one in _TARGET] if is_ob else [],
        "constraints": [_field("constraints.name", "Set", "string"), *(_constraint(one) for one in constraints)],
        "description": [
            _field(f"obsDescription.{name}", label, kind)
            for name, label, kind in _DESCRIPTION
            if name != "instrumentComments" or name in (block.get("obsDescription") or {})
        ],
        "templates": [_template(at, one, signatures) for at, one in enumerate(block.get("templates", ()))],
        "has_windows": is_ob,
        "charts": list(block.get("charts") or ()),
        "ephemeris": _ephemeris(block.get("ephemeris") or ""),
    }


def container_form(
    container: Mapping[str, Any], *, editable: bool, why: str = "", parent: str = "Folder"
) -> dict[str, Any]:
    """Return what the editor draws of a container."""
    kind = container["itemType"]
    fields = [_field("name", "Name", "string")]
    if kind != "Folder":
        fields.append(_field("userPriority", "User priority", "integer", hint="1 first, 10 last"))
    if parent == "Group":
        fields.append(_field("schedule.groupContribution", "Contribution", "number", unit="%"))
    if parent == "TimeLink":
        fields += [
            _field("schedule.earliestAfterPrevious", "Earliest after previous", "number", unit="s"),
            _field("schedule.latestAfterPrevious", "Latest after previous", "number", unit="s", hint="open"),
        ]
    status = container.get("containerStatus") or ""
    return {
        "kind": "container",
        "id": container["containerId"],
        "type": kind,
        "status": status,
        "status_words": MEANINGS.get(status, ""),
        "editable": editable,
        "why": why,
        "fields": fields,
        "score": container.get("groupScore"),
        "count": len(container.get("items", ())),
    }


def form_values(document: Mapping[str, Any], problems: Mapping[str, tuple[Any, str]]) -> dict[str, Any]:
    """Return what each field shows, by path: what was typed where it cannot be read, else the value."""
    values: dict[str, Any] = {
        "name": document["name"],
        "userPriority": write_value(document.get("userPriority")),
        "absolute": list(document.get("absolute") or ()),
        "sidereal": list(document.get("sidereal") or ()),
    }
    for part in ("target", "constraints", "obsDescription", "schedule"):
        values |= {f"{part}.{name}": write_value(value) for name, value in (document.get(part) or {}).items()}
    for at, template in enumerate(document.get("templates", ())):
        for one in template.get("parameters", ()):
            values[f"templates[{at}].{one['name']}"] = write_value(one.get("value"))
    return values | {path: typed for path, (typed, _) in problems.items()}


def kinds_of(document: Mapping[str, Any], constraints: Sequence[Document], signatures: Signatures) -> dict[str, str]:
    """Return the type of every field's value, by path."""
    kinds = {"name": "string", "userPriority": "integer", "schedule.groupContribution": "number"}
    kinds |= {f"schedule.{name}": "number" for name in ("earliestAfterPrevious", "latestAfterPrevious")}
    kinds |= {f"target.{name}": kind for name, _, kind, *_ in _TARGET}
    kinds |= {f"constraints.{one['name']}": str(one.get("type") or "string") for one in constraints}
    for at, template in enumerate(document.get("templates", ())):
        known = {one["name"]: one for one in signatures.get(template["templateName"], {}).get("parameters", ())}
        for one in template.get("parameters", ()):
            kinds[f"templates[{at}].{one['name']}"] = str(known.get(one["name"], one).get("type") or "string")
    return kinds


def _field(path: str, label: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"path": path, "label": label, "kind": kind, "unit": "", "hint": "", "help": "", "options": [], **more}


def _target(name: str, label: str, kind: str, unit: str, hint: str, short: bool) -> dict[str, Any]:
    options = ["J2000", "B1950"] if name == "equinox" else []
    return _field(f"target.{name}", label, kind, unit=unit, hint=hint, short=short, options=options)


def _constraint(spec: Mapping[str, Any]) -> dict[str, Any]:
    name = str(spec["name"])
    options, accepted = _allowed(spec)
    kind = str(spec.get("type") or "string")
    label = spec.get("label") or field_label(f"self/constraints.{name}")
    help_text = _HELP.get(name, "")
    return _field(
        f"constraints.{name}",
        str(label),
        kind,
        unit=str(spec.get("unit") or _UNITS.get(name, "")),
        options=options,
        hint=write_value(spec.get("default")),
        help=f"{help_text}. Accepted: {accepted}".strip(". ") if accepted else help_text,
        accepted=accepted,
        short=True,
    )


def _template(at: int, template: Mapping[str, Any], signatures: Signatures) -> dict[str, Any]:
    signature = signatures.get(template["templateName"], {})
    known = {one["name"]: one for one in signature.get("parameters", ())}
    fields = [_parameter(at, one, known.get(one["name"], {})) for one in template.get("parameters", ())]
    return {
        "id": template["templateId"],
        "at": at,
        "name": template["templateName"],
        "type": template["type"],
        "words": _TEMPLATE_WORDS.get(template["type"], template["type"]),
        "label": signature.get("label", ""),
        "fields": fields,
    }


def _parameter(at: int, one: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    options, accepted = _allowed(spec)
    kind = str(spec.get("type") or one.get("type") or "string")
    if kind == "boolean":
        options = ["T", "F"]
    default = write_value(spec.get("default"))
    words = [str(spec.get("minihelp") or ""), f"Accepted: {accepted}" if accepted else ""]
    words.append(f"Default: {default}" if default else "")
    return _field(
        f"templates[{at}].{one['name']}",
        str(spec.get("label") or one["name"]),
        kind,
        unit=str(spec.get("unit") or ""),
        options=options if kind != "keywordlist" else [],
        suggestions=options if kind == "keywordlist" else [],
        hint=default or ("required" if spec.get("required") else ""),
        help=". ".join(word for word in words if word),
        keyword=one["name"],
        group=str(spec.get("group") or ""),
        accepted=accepted,
        default=default,
    )


def _allowed(spec: Mapping[str, Any]) -> tuple[list[str], str]:
    """Return the values to choose among, and what is accepted in words."""
    allowed = spec.get("allowedValues") or {}
    if isinstance(allowed, list):
        allowed = {"values": allowed}
    values = [write_value(one) for one in allowed.get("values") or spec.get("values") or ()]
    if values:
        return (values if len(values) <= _MOST_CHOICES else []), ", ".join(values[:12]) + (
            " …" if len(values) > 12 else ""
        )
    ranges = allowed.get("ranges") or ([spec["range"]] if spec.get("range") else [])
    return [], ", ".join(_range_text(one) for one in ranges)


def _range_text(one: Any) -> str:
    low, high = (one.get("min"), one.get("max")) if isinstance(one, Mapping) else (one[0], one[-1])
    return f"{write_value(low)} to {write_value(high)}"


def _ephemeris(text: str) -> str:
    lines = [line for line in text.splitlines() if line.startswith("INS.EPHEM.RECORD")]
    return f"{len(lines)} records" if text else ""
