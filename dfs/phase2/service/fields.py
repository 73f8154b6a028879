"""What users write into a block, checked and put into one form: names, targets, constraints, parameters.

Lenient towards scripts (numbers as text, coordinates without leading zeros), strict about what it means: an unknown field, a coordinate that is
none, a value that the instrument does not know are refused with what is accepted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from dfs.errors import UsageError
from dfs.instruments.packages import InstrumentPackage, coerce, default_constraints
from dfs.model.sexagesimal import DEC_FORMAT, RA_FORMAT, dec_deg, dec_text, ra_deg, ra_text
from dfs.phase2.documents import read_limits
from dfs.phase2.limits import LONGEST_NAME, LONGEST_TEXT

__all__ = [
    "constraint_set",
    "description",
    "item_name",
    "new_block",
    "parameters",
    "phase1_defaults",
    "target",
    "user_priority",
]

_NEW_TARGET: Mapping[str, Any] = {
    "name": "No name",
    "ra": "00:00:00.000",
    "dec": "00:00:00.000",
    "equinox": "J2000",
    "epoch": 2000.0,
    "properMotionRa": 0.0,
    "properMotionDec": 0.0,
    "differentialRa": 0.0,
    "differentialDec": 0.0,
}
_TEXTS = ("name", "userComments", "instrumentComments")
_DECIMALS = re.compile(r"\.(\d+)\s*$")


def new_block(item_type: str, package: InstrumentPackage, limits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a new block: phase-1 limits, else the instrument's defaults."""
    body: dict[str, Any] = {
        "ipVersion": package.version,
        "userPriority": 1,
        "obsDescription": dict.fromkeys(_TEXTS, ""),
        "constraints": {"name": "No Name", **phase1_defaults(package, limits)},
    }
    if item_type == "OB":
        body["target"] = dict(_NEW_TARGET)
    return body


def phase1_defaults(package: InstrumentPackage, limits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the constraint values of a new block."""
    values = default_constraints(package)
    given = {name: limit for name, limit in read_limits(limits).items() if name in values and limit is not None}
    return {**values, **given}


def item_name(value: Any, where: str = "name") -> str:
    """Return the name of a block or container."""
    name = value.strip() if isinstance(value, str) else ""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"{value!r} is no name", where=where, accepted=f"1 to {LONGEST_NAME} printable characters")
    return name


def user_priority(value: Any) -> int:
    """Return a user priority: 1 is the highest."""
    number = _number(value, "userPriority")
    if number != int(number) or not 1 <= number <= 1000:
        raise UsageError(f"{value!r} is no priority", where="userPriority", accepted="a whole number from 1 (highest)")
    return int(number)


def description(given: Any, present: Mapping[str, str]) -> dict[str, str]:
    """Return the description of a block with the texts given."""
    fields = _object(given, "obsDescription", _TEXTS)
    for name, value in fields.items():
        if value is not None and (not isinstance(value, str) or len(value) > LONGEST_TEXT or "\0" in value):
            raise UsageError(
                f"{value!r:.60} is no text", where=f"obsDescription.{name}", accepted=f"up to {LONGEST_TEXT} characters"
            )
    return {**present, **{name: value or "" for name, value in fields.items()}}


def target(given: Any, present: Mapping[str, Any]) -> dict[str, Any]:
    """Return a target with the fields given, in the form that ESO's API writes."""
    fields = {key: value for key, value in _object(given, "target", _NEW_TARGET).items() if value is not None}
    return {**present, **{key: _target_field(key, value) for key, value in fields.items()}}


def _target_field(key: str, value: Any) -> Any:
    where = f"target.{key}"
    if key == "name":
        return item_name(value, where)
    if key in {"ra", "dec"}:
        return _coordinate(key, value, where)
    if key == "equinox":
        text = str(value).strip().upper()
        equinox = {"2000": "J2000", "2000.0": "J2000", "1950": "B1950", "1950.0": "B1950"}.get(text, text)
        if equinox not in {"J2000", "B1950"}:
            raise UsageError(f"{value!r} is no equinox", where=where, accepted="J2000, B1950")
        return equinox
    return _number(value, where)


def _coordinate(key: str, value: Any, where: str) -> str:
    read, written, form = (ra_deg, ra_text, RA_FORMAT) if key == "ra" else (dec_deg, dec_text, DEC_FORMAT)
    if not isinstance(value, str):
        raise UsageError(f"{value!r} is no coordinate", where=where, accepted=f"text {form}")
    try:
        degrees = read(value)
    except ValueError:
        raise UsageError(f"{value!r} is no coordinate", where=where, accepted=form) from None
    found = _DECIMALS.search(value)
    return written(degrees, min(6, max(3, len(found[1]) if found else 0)))


def constraint_set(given: Any, present: Mapping[str, Any], package: InstrumentPackage) -> dict[str, Any]:
    """Return a constraint set with the values given, each as the instrument's package has it."""
    fields = _object(given, "constraints", ("name", *package.constraints))
    body = dict(present)
    for key, value in fields.items():
        if key == "name":
            body[key] = item_name(value, "constraints.name")
        elif value is not None:
            body[key] = _coerced(package.constraints[key], value, f"constraints.{key}")
    return body


def parameters(given: Any, present: list[dict[str, Any]], specs: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    """Return a template's parameters with the values given: a list of ``{name, value}``, or an object name -> value."""
    values = _by_name(given, where)
    known = {one["name"] for one in present}
    wrong = next((name for name in values if name not in known), None)
    if wrong is not None:
        raise UsageError(f"no parameter {wrong!r}", where=where, accepted=", ".join(sorted(known)))
    return [
        one if one["name"] not in values else _parameter(one, values[one["name"]], specs.get(one["name"]), where)
        for one in present
    ]


def _parameter(present: dict[str, Any], value: Any, spec: Any, where: str) -> dict[str, Any]:
    name = present["name"]
    if present["type"] in {"file", "paramfile"} or value == present.get("value"):
        return present  # the content of a file has a call of its own
    if value is None:
        raise UsageError("a value that was set cannot be unset", where=f"{where}.{name}", accepted="a value")
    return {**present, "value": value if spec is None else _coerced(spec, value, f"{where}.{name}")}


def _by_name(given: Any, where: str) -> dict[str, Any]:
    if isinstance(given, Mapping):
        return dict(given)
    if isinstance(given, list) and all(isinstance(one, Mapping) and isinstance(one.get("name"), str) for one in given):
        return {one["name"]: one.get("value") for one in given}
    raise UsageError("parameters are missing", where=where, accepted='a list of {"name": ..., "value": ...}')


def _coerced(spec: Any, value: Any, where: str) -> Any:
    try:
        return coerce(spec, value)
    except UsageError as error:
        raise UsageError(error.message, where=where, accepted=error.accepted, hint=error.hint) from None


def _object(given: Any, where: str, known: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise UsageError(f"{given!r:.60} is no object", where=where, accepted=", ".join(known))
    wrong = next((key for key in given if key not in known), None)
    if wrong is not None:
        raise UsageError(f"no field {wrong!r}", where=where, accepted=", ".join(known))
    return dict(given)


def _number(value: Any, where: str) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{value!r:.60} is no number", where=where, accepted="a number")
    return number
