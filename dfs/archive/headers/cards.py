"""Header values as FITS cards.  Comments are not kept by the archive; the file itself has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["card_text", "cards_text"]

_PLAIN = re.compile(r"[A-Z0-9_-]{1,8}")
_CONTROL = re.compile(r"[^\x20-\x7e]")


def cards_text(header: Mapping[str, Any]) -> str:
    """Return a header as text, a card a line, END at the end.

    Cards of long strings are longer than the 80 characters of FITS. A keyword without value is told by a comment: readers of such
    pages stumble over a card that ends at its equals sign.
    """
    return "\n".join([*_lines(header), "END"])


def _lines(header: Mapping[str, Any]) -> Iterator[str]:
    for keyword, value in header.items():
        if isinstance(value, list | dict):
            continue
        yield f"COMMENT {keyword} has no value" if value is None else card_text(keyword, value)


def card_text(keyword: str, value: bool | float | str) -> str:
    """Return one card."""
    name = f"{keyword:<8}= " if _PLAIN.fullmatch(keyword) else f"HIERARCH {keyword} = "
    return f"{name}{_value(value):>20}" if _PLAIN.fullmatch(keyword) else f"{name}{_value(value)}"


def _value(value: bool | float | str) -> str:
    match value:
        case bool():
            return "T" if value else "F"
        case int():
            return str(value)
        case float():
            mantissa, exponent, power = repr(value).upper().partition("E")
            return f"{mantissa if '.' in mantissa else mantissa + '.0'}{exponent}{power}"
    quoted = _CONTROL.sub(" ", str(value)).replace("'", "''")
    return f"'{quoted}'"
