"""What people write, read strictly and shown in few words: numbers, units, values of any kind in a message."""

from __future__ import annotations

import re
import reprlib
from typing import Any

__all__ = ["float_of", "shown", "unit_text"]

_UNIT_MOST = 120  # characters
_LONG_NUMBER = re.compile(r"[0-9]{6}")  # a power of it would be computed: 10**100000000 takes minutes
_SHOWN = reprlib.Repr()
_SHOWN.maxstring = _SHOWN.maxother = _SHOWN.maxlong = 60
_SHOWN.maxlevel = 2


def float_of(text: str) -> float:
    """Return the number that a text is: ASCII digits, no underscores, a point; `ValueError` when it is none."""
    if "_" in text or not text.isascii():
        raise ValueError("no number")
    return float(text)


def unit_text(text: str) -> str:
    """Return the text of a unit, or `ValueError` where it is too long to be one, or holds numbers whose powers nobody computes."""
    if len(text) > _UNIT_MOST or _LONG_NUMBER.search(text) or not text.isprintable():
        raise ValueError("no unit")
    return text


def shown(value: Any) -> str:
    """Return a value as a message shows it: its beginning, whatever its size."""
    try:
        return _SHOWN.repr(value)
    except ValueError:  # a whole number of thousands of digits has no text
        return f"a {type(value).__name__}"
