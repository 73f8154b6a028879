"""Reads constraints and parameters; lists of values and groups of parameters may be shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from dfs.errors import UsageError
from dfs.instruments.entries import Entry
from dfs.instruments.packages.specs import TYPES, ConstraintSpec, ParameterSpec
from dfs.instruments.packages.values import coerce

__all__ = ["Shared", "read_constraint", "read_parameters"]

# first word of a parameter -> heading in an editor
_GROUPS = {
    "DET": "Detector",
    "DET1": "Detector",
    "DET2": "Detector",
    "DET3": "Detector",
    "DET4": "Detector",
    "DPR": "Data",
    "INS": "Instrument",
    "SEQ": "Sequence",
    "TEL": "Telescope",
}
_OTHER = "Other"
_ANYTHING = (str, int, float, bool, list)
S = TypeVar("S", ConstraintSpec, ParameterSpec)


@dataclass(frozen=True)
class Shared:
    """Lists of values and groups of parameters, by name; what is not here may stand in `above`."""

    values: Mapping[str, Any]
    parameters: Mapping[str, Any]
    above: Shared | None

    def values_of(self, name: str) -> list[Any] | None:
        """Return the values called `name`, or None."""
        found = self.values.get(name)
        return found if found is not None or self.above is None else self.above.values_of(name)

    def parameters_of(self, name: str) -> list[Any] | None:
        """Return the group of parameters called `name`, or None."""
        found = self.parameters.get(name)
        return found if found is not None or self.above is None else self.above.parameters_of(name)


def read_constraint(name: str, entry: Entry, shared: Shared) -> ConstraintSpec:
    """Return the constraint `name` of `entry`; its figures need a source."""
    spec = ConstraintSpec(name=name, **_value(entry, shared), source=entry.text("source"))
    entry.done()
    if spec.default is None:
        raise entry.error("the entry is missing", "default", "the value of a new constraint set")
    return _checked(spec, entry)


def read_parameters(entry: Entry, shared: Shared) -> list[ParameterSpec]:
    """Return the parameters of a template in their order, groups written out."""
    listed = entry.get("parameters", list, "a list of tables and names of groups", [])
    return [_parameter(values, entry, shared) for values in _written_out(listed, entry, shared)]


def _written_out(listed: list[Any], entry: Entry, shared: Shared) -> list[dict[str, Any]]:
    """Return tables only: ``"group"`` is replaced by its parameters, ``{use = "group", ...}`` by its one with changes."""
    found: list[dict[str, Any]] = []
    for one in listed:
        if isinstance(one, str):
            found += _written_out(_group(one, entry, shared), entry, shared)
        elif isinstance(one, dict) and "use" in one:
            group = _written_out(_group(one["use"], entry, shared), entry, shared)
            if len(group) != 1:
                raise entry.error(f"use = {one['use']!r} has {len(group)} parameters", "parameters", "a group of one")
            found.append({**group[0], **{key: value for key, value in one.items() if key != "use"}})
        elif isinstance(one, dict):
            found.append(one)
        else:
            raise entry.error(f"{one!r} is not accepted", "parameters", "tables and names of groups")
    return found


def _group(name: str, entry: Entry, shared: Shared) -> list[Any]:
    found = shared.parameters_of(name)
    if not isinstance(found, list):
        raise entry.error(f"there is no group {name!r}", "parameters", "a name from [parameters]")
    return found


def _parameter(values: Mapping[str, Any], parent: Entry, shared: Shared) -> ParameterSpec:
    entry = Entry(values, parent.path, f"{parent.name}.parameters.{values.get('name', '?')}")
    name = entry.text("name")
    fields = _value(entry, shared)
    spec = ParameterSpec(
        name=name,
        **fields,
        source=entry.text("source", ""),
        group=entry.text("group", _GROUPS.get(name.split(".")[0], _OTHER)),
        required=entry.flag("required", fields["default"] is None),
        alias=entry.text("alias", ""),
    )
    entry.done()
    return _checked(spec, entry)


def _value(entry: Entry, shared: Shared) -> dict[str, Any]:
    kind = entry.text("type")
    if kind not in TYPES:
        raise entry.error(f"{kind!r} is not accepted", "type", ", ".join(TYPES))
    return {
        "type": kind,
        "default": entry.get("default", _ANYTHING, "a value", None),
        "values": _values(entry, shared),
        "ranges": _ranges(entry),
        "label": entry.text("label"),
        "minihelp": entry.text("minihelp", ""),
        "unit": entry.text("unit", ""),
        "since": entry.text("since", ""),
    }


def _values(entry: Entry, shared: Shared) -> tuple[Any, ...]:
    given = entry.get("values", (list, str), "a list, or a name from [values]", [])
    if isinstance(given, str):
        found = shared.values_of(given)
        if not isinstance(found, list):
            raise entry.error(f"there is no list {given!r}", "values", "a name from [values]")
        return tuple(found)
    return tuple(given)


def _ranges(entry: Entry) -> tuple[tuple[float, float], ...]:
    one = entry.get("range", list, "[lowest, highest]", None)
    many = entry.get("ranges", list, "[[lowest, highest], ...]", [] if one is None else [one])
    for pair in many:
        if not (
            isinstance(pair, list)
            and len(pair) == 2
            and all(isinstance(end, int | float) for end in pair)
            and pair[0] <= pair[1]
        ):
            raise entry.error(f"{pair!r} is not accepted", "range", "[lowest, highest]")
    return tuple((pair[0], pair[1]) for pair in many)


def _checked(spec: S, entry: Entry) -> S:
    """Return `spec` with its default as JSON data; a default that is not accepted is an error of the file."""
    try:
        return replace(spec, default=coerce(spec, spec.default))
    except UsageError as error:
        raise entry.error(error.message, "default", error.accepted) from None
