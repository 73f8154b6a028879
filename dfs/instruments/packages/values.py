"""Values of parameters and constraints: lenient in what is read, strict in what is kept.

Scripts write ``'0.7'`` for a number, ``'T'`` for a boolean, ``1`` for a keyword, ``'0'`` for a coordinate and one number for a list;
all of these are read as what they mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from dfs.errors import UsageError
from dfs.instruments.packages.specs import ValueSpec
from dfs.model.sexagesimal import dec_deg, ra_deg

__all__ = ["accepted", "coerce"]

_COORD_ZERO = "00:00:00.000"
_TRUE = {"t", "true", "1", "yes"}
_FALSE = {"f", "false", "0", "no"}


def coerce(spec: ValueSpec, value: Any) -> Any:
    """Return `value` as JSON data of the type of `spec`.

    None stays None where there is no default, and is the default where there is one.

    Raises
    ------
    UsageError
        Not of the type, or not among what is accepted; says what is.
    """
    if value is None:
        return spec.default
    try:
        read = _READERS[spec.type](value)
    except (ValueError, TypeError, OverflowError):
        raise _refusal(spec, value) from None
    return [_checked(spec, one, value) for one in read] if isinstance(read, list) else _checked(spec, read, value)


def accepted(spec: ValueSpec) -> str:
    """Return what `spec` accepts, for people: ``0.25 to 100000 s``."""
    unit = f" {spec.unit}" if spec.unit else ""
    parts = [f"{low:g} to {high:g}{unit}" if low != high else f"{low:g}" for low, high in spec.ranges]
    if spec.values:
        parts += [str(one) for one in spec.values]
    if parts:
        return ("a list of " if spec.type.endswith("list") else "") + ", ".join(parts)
    return _KINDS[spec.type]


def _refusal(spec: ValueSpec, value: Any) -> UsageError:
    return UsageError(f"{spec.name} = {value!r} is not accepted", where=spec.name, accepted=accepted(spec))


def _checked(spec: ValueSpec, one: Any, value: Any) -> Any:
    """Return `one` as it is spelt in `spec`; refuse `value` when it is not accepted."""
    if not spec.values and not spec.ranges:
        return one
    if isinstance(one, int | float) and not isinstance(one, bool):
        if any(low <= one <= high for low, high in spec.ranges) or one in spec.values:
            return one
        raise _refusal(spec, value)
    if not spec.values:
        return one
    if one in spec.values:
        return one
    same = [known for known in spec.values if str(known).casefold() == str(one).casefold() or _as_number(known, one)]
    if len(same) != 1:
        raise _refusal(spec, value)
    return same[0]


def _as_number(known: Any, one: Any) -> bool:
    """Tell whether both are the same number: ``1.0`` for the keyword ``1``."""
    try:
        return math.isclose(float(known), float(one))
    except (TypeError, ValueError):
        return False


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "T" if value else "F"
    if not isinstance(value, str | int | float):
        raise TypeError
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _keyword(value: Any) -> str:
    return _text(value).strip()


def _boolean(value: Any) -> bool:
    word = str(value).strip().casefold() if isinstance(value, str | bool | int) else ""
    if word not in _TRUE | _FALSE:
        raise ValueError
    return word in _TRUE


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        raise TypeError
    number = value if isinstance(value, int) else float(value)
    if isinstance(value, str) and value.strip().lstrip("+-").isdecimal():
        number = int(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _integer(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError
    return int(number)


def _coord(value: Any) -> str:
    text = _text(value).strip()
    if text in {"", "0", "0.0", "-0"}:
        return _COORD_ZERO
    try:
        ra_deg(text)
    except ValueError:
        dec_deg(text)
    return text


def _list_of(read: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    def read_list(value: Any) -> list[Any]:
        if isinstance(value, str):
            return [read(word) for word in value.strip("[]() ").replace(",", " ").split()]
        elements = value if isinstance(value, Sequence) else [value]
        return [read(one) for one in elements]

    return read_list


_READERS: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "keyword": _keyword,
    "keywordlist": _list_of(_keyword),
    "coord": _coord,
    "integer": _integer,
    "intlist": _list_of(_integer),
    "number": _number,
    "numlist": _list_of(_number),
    "boolean": _boolean,
    "paramfile": _text,
    "file": _text,
}

_KINDS = {
    "string": "a text",
    "keyword": "a word",
    "keywordlist": "a list of words",
    "coord": "HH:MM:SS.sss or [+|-]DD:MM:SS.sss",
    "integer": "a whole number",
    "intlist": "a list of whole numbers",
    "number": "a number",
    "numlist": "a list of numbers",
    "boolean": "true or false",
    "paramfile": "the name of a file",
    "file": "the name of a file",
}
