"""Whether a document is what its schema says: the part of JSON Schema in which ours are written, so that what is published is what is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dfs.errors import UsageError

__all__ = ["Schema", "conform"]

Schema = Mapping[str, Any]

_WORDS = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def conform(value: Any, schema: Schema, where: str = "") -> None:
    """Raise `UsageError` where `value` is not what `schema` says: the first place, and what is accepted there."""
    kinds = schema.get("type")
    if kinds is not None:
        _of_type(value, [kinds] if isinstance(kinds, str) else kinds, where)
    if "enum" in schema and value not in schema["enum"]:
        accepted = ", ".join(str(one) for one in schema["enum"])
        raise UsageError(f"{_shown(value)} is not known here", where=where or "body", accepted=accepted)
    if isinstance(value, str):
        _text(value, schema, where)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        _number(value, schema, where)
    elif isinstance(value, list):
        _items(value, schema, where)
    elif isinstance(value, dict):
        _properties(value, schema, where)


def _of_type(value: Any, kinds: list[str], where: str) -> None:
    if not any(_is(value, kind) for kind in kinds):
        accepted = " or ".join(_WORDS[kind] for kind in kinds)
        raise UsageError(f"{_shown(value)} is of the wrong type", where=where or "body", accepted=accepted)


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case "integer":  # in JSON Schema 1.0 is one
            return not isinstance(value, bool) and (
                isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            )
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: str, schema: Schema, where: str) -> None:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    if len(value) < shortest or (longest is not None and len(value) > longest):
        upto = "more" if longest is None else str(longest)
        raise UsageError(
            f"{_shown(value)} is too {'short' if len(value) < shortest else 'long'}",
            where=where,
            accepted=f"{shortest} to {upto} characters",
        )
    if "pattern" in schema and not re.search(schema["pattern"], value):
        raise UsageError(
            f"{_shown(value)} is not written as it should",
            where=where,
            accepted=schema.get("description", schema["pattern"]),
        )


def _number(value: float, schema: Schema, where: str) -> None:
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    if (lowest is not None and value < lowest) or (highest is not None and value > highest):
        accepted = f"{'any' if lowest is None else lowest} to {'any' if highest is None else highest}"
        raise UsageError(f"{value} is out of range", where=where, accepted=accepted)


def _items(value: list[Any], schema: Schema, where: str) -> None:
    most = schema.get("maxItems")
    if most is not None and len(value) > most:
        raise UsageError(f"{len(value)} entries are too many", where=where or "body", accepted=f"at most {most}")
    if "items" in schema:
        for number, one in enumerate(value):
            conform(one, schema["items"], f"{where}[{number}]")


def _properties(value: dict[str, Any], schema: Schema, where: str) -> None:
    missing = next((name for name in schema.get("required", ()) if name not in value), None)
    if missing is not None:
        raise UsageError(f"there is no {missing}", where=where or "body", accepted=", ".join(schema["required"]))
    known: Schema = schema.get("properties", {})
    others = schema.get("additionalProperties")
    for name, one in value.items():
        place = f"{where}.{name}" if where else name
        if name in known:
            conform(one, known[name], place)
        elif others is False:
            raise UsageError(f"there is no field {_shown(name)}", where=where or "body", accepted=", ".join(known))
        elif isinstance(others, Mapping):
            conform(one, others, place)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
