"""Values of template parameters as text, by type, and back: what stands between the quotes of an OBX file or in a cell of a table."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["NO_DEFAULT", "joined", "number", "parted", "read_value", "write_value"]

NO_DEFAULT = "NODEFAULT"  # in an OBX file: never set

_TRUE, _FALSE = frozenset({"t", "true"}), frozenset({"f", "false"})
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_PART = re.compile(r"(?:[^\s\\]|\\.)+", re.DOTALL)


def write_value(kind: str, value: Any) -> str:
    """Return `value` of a parameter of type `kind` as text: ``T`` and ``F``, lists with blanks between, ``NODEFAULT`` for None."""
    if value is None:
        return NO_DEFAULT
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, list | tuple):
        return joined(write_value(kind.removesuffix("list"), one) for one in value)
    return repr(value) if isinstance(value, float) else str(value)


def read_value(kind: str, text: str) -> Any:
    """Return what `text` says for a parameter of type `kind`.

    Raises
    ------
    ValueError
        It is no such value; the message says what would be.
    """
    if text == NO_DEFAULT:
        return None
    match kind:
        case "boolean":
            return _truth(text)
        case "integer":
            return _whole(text)
        case "number":
            return number(text)
        case "intlist":
            return [_whole(one) for one in parted(text)]
        case "numlist":
            return [number(one) for one in parted(text)]
        case "keywordlist":
            return parted(text)
        case _:
            return text


def number(text: str) -> int | float:
    """Return a number; ``30`` is an integer and ``30.0`` is not."""
    text = text.strip()
    try:
        value = int(text) if _INTEGER.fullmatch(text) else float(text)
    except ValueError:
        raise ValueError("a number") from None
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - not a number
        raise ValueError("a finite number")
    return value


def joined(words: Any) -> str:
    """Return words with blanks between; a blank or backslash inside a word gets a backslash before it."""
    return " ".join(re.sub(r"([\s\\])", r"\\\1", one) for one in words)


def parted(text: str) -> list[str]:
    """Return the words of `text`; undoes `joined`."""
    return [re.sub(r"\\(.)", r"\1", one, flags=re.DOTALL) for one in _PART.findall(text)]


def _truth(text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("T or F")


def _whole(text: str) -> int:
    value = number(text)
    if value != int(value):
        raise ValueError("a whole number")
    return int(value)
