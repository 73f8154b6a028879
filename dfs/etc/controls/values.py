"""What people write, read as the value of a control."""

from __future__ import annotations

import difflib
from typing import Any

from dfs.errors import UsageError
from dfs.etc.controls.control import Control
from dfs.etc.quantities import number
from dfs.etc.written import shown

__all__ = ["binning_of", "value_of", "without_area"]

_YES = frozenset({"on", "true", "yes", "1"})
_NO = frozenset({"off", "false", "no", "0"})
_WHOLE_MOST = 2**53  # beyond it JSON's whole numbers are not exact, and some are no floats at all
_TEXT_MOST = {"sed": 1_500_000}  # characters; a packed table may be long


def value_of(one: Control, given: Any) -> Any:
    """Return what `given` says for a control: a plain number in its unit, a flag, a text.

    Raises
    ------
    UsageError
        Not of its kind, not finite, out of range, in a unit of the wrong kind, or none of the values of the choice.
    """
    if hasattr(given, "item") and not hasattr(given, "to_value"):
        if given.size != 1:
            raise UsageError(f"{given.size} values are not one", where=one.name, accepted="one value; grids take more")
        given = given.item()  # a number of numpy
    if isinstance(given, int) and abs(given) > _WHOLE_MOST:
        raise UsageError("the number is too large", where=one.name)
    match one.kind:
        case "number":
            return number(given, one.unit, one.name, one.low, one.high)
        case "whole":
            return _whole(one, given)
        case "flag":
            return _flag(one, given)
    return _text(one, given)


def without_area(value: Any, *, extended: bool) -> Any:
    """Return a magnitude without the square arcsecond it may be written with; `UsageError` where the target is a point."""
    unit = getattr(value, "unit", None)
    text = value if isinstance(value, str) else ("" if unit is None else str(unit))
    head, per, area = text.partition("/")
    if not per:
        return value
    if area.replace(" ", "").replace("^", "").replace("**", "") != "arcsec2":
        accepted = "a number in mag, or in mag/arcsec2 when extended"
        raise UsageError(f"{text[:60]!r} is no brightness", where="mag", accepted=accepted)
    if not extended:
        hint = "say that it is extended"
        raise UsageError("a point source has no magnitude per square arcsecond", where="mag", hint=hint)
    return head if isinstance(value, str) else float(value.value)


def _whole(one: Control, given: Any) -> int:
    found = number(given, "", one.name)
    if not found.is_integer() or not one.low <= found <= one.high:
        raise UsageError(
            f"{shown(given)} cannot be", where=one.name, accepted=f"a whole number, {one.low:g} to {one.high:g}"
        )
    return int(found)


def _flag(one: Control, given: Any) -> bool:
    said = str(given).strip().lower() if isinstance(given, str | bool | int | float) else ""
    if said not in _YES | _NO:
        raise UsageError(f"{shown(given)} is neither on nor off", where=one.name, accepted="on, off")
    return said in _YES


def _text(one: Control, given: Any) -> str:
    if one.name == "binning" and isinstance(given, list | tuple):
        given = "x".join(shown(part) for part in given[:3])
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise UsageError(f"{shown(given)} is not a text", where=one.name, accepted="a text")
    said = str(given).strip()
    if not said or len(said) > _TEXT_MOST.get(one.name, 200) or not said.isprintable():
        raise UsageError(f"{said[:60]!r} is no text of one line", where=one.name, accepted="a text")
    if not one.accepted:
        return said
    found = next((value for value in one.accepted if value == said.lower()), None)
    if found is None:
        near = difflib.get_close_matches(said.lower(), one.accepted, 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else ""
        raise UsageError(f"{said[:60]!r} is not known", where=one.name, accepted=", ".join(one.accepted), hint=hint)
    return found


def binning_of(text: str | None) -> tuple[int, int] | None:
    """Return a binning that is written as ``2x2``; None stays None."""
    if text is None:
        return None
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() and 1 <= int(part) <= 64 for part in parts):
        raise UsageError(f"{shown(text)} is no binning", where="binning", accepted="two whole numbers, e.g. 2x2")
    return int(parts[0]), int(parts[1])
