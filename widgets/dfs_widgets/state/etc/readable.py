"""Numbers as people read them."""

from __future__ import annotations

import math

__all__ = ["readable"]

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def readable(value: float | None, digits: int = 4) -> str:
    """Write a number so that a person reads it: digits that count, thousands apart, powers of ten where it is far from 1."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    size = abs(value)
    if value == 0:
        return "0"
    if size >= 1e7 or size < 1e-3:
        head, _, power = f"{value:.{digits - 1}e}".partition("e")
        return f"{head.rstrip('0').rstrip('.') if '.' in head else head}·10{str(int(power)).translate(_RAISED)}"
    if size >= 1000:
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.{digits}g}"
