"""Numbers with or without a unit, as people give them: one strict way to plain numbers."""

from __future__ import annotations

import math
import re
from typing import Any

from dfs.errors import UsageError
from dfs.etc.written import float_of, shown, unit_text

__all__ = ["number", "optional_number"]

_NUMBER = re.compile(r"\s*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*([^\s].*)", re.DOTALL)
_TEXT_MOST = 200  # characters


def number(value: Any, unit: str, where: str, low: float = -math.inf, high: float = math.inf) -> float:
    """Return `value` in `unit` as a plain, finite number.

    Parameters
    ----------
    value
        A number, taken to be in `unit`; a text of a number, with a unit or without (``"0.8 arcsec"``); or a quantity.
    unit
        As astropy writes it (``"arcsec"``, ``"s"``, ``"nm"``); empty for a bare number.
    where
        Name of the parameter, for messages.
    low, high
        Smallest and largest value accepted.

    Raises
    ------
    UsageError
        No number, not finite, a unit of the wrong kind, or out of range.
    """
    found = _plain(value, unit, where)
    if not math.isfinite(found):
        raise UsageError(f"{shown(value)} is not a finite number", where=where, accepted=_accepted(unit, low, high))
    if not low <= found <= high:
        raise UsageError(f"{f'{found:g} {unit}'.strip()} cannot be", where=where, accepted=_accepted(unit, low, high))
    return found


def optional_number(value: Any, unit: str, where: str, low: float = -math.inf, high: float = math.inf) -> float | None:
    """Return `value` as `number` does; None stays None."""
    return None if value is None else number(value, unit, where, low, high)


def _plain(value: Any, unit: str, where: str) -> float:
    if isinstance(value, bool | bytes | bytearray) or value is None or type(value).__name__ == "MaskedConstant":
        raise UsageError(f"{shown(value)} is not a number", where=where, accepted=_accepted(unit))
    if hasattr(value, "to_value"):
        return _converted(value, unit, where)
    if isinstance(value, str):
        return _of_text(value, unit, where)
    try:
        return float(value)
    except OverflowError:
        raise UsageError("the number is too large", where=where, accepted=_accepted(unit)) from None
    except (TypeError, ValueError):
        raise UsageError(f"{shown(value)} is not one number", where=where, accepted=_accepted(unit)) from None


def _of_text(text: str, unit: str, where: str) -> float:
    """Return the number of a text, which may end with its unit: ``0.8``, ``0.8 arcsec``."""
    wrong = UsageError(f"{shown(text)} is not a number", where=where, accepted=_accepted(unit))
    if len(text) > _TEXT_MOST:
        raise wrong
    try:
        return float_of(text)
    except ValueError:
        found = _NUMBER.fullmatch(text)
    if found is None:
        raise wrong
    from astropy import units as u  # imported here: a second, and most numbers come plain

    try:
        said = u.Unit(unit_text(found[2].strip()))
        is_scaled = getattr(said, "scale", 1.0) != 1.0  # "1 2" is no number twice as large
        value = u.Quantity(float(found[1]), said)
    except (TypeError, ValueError):
        raise wrong from None
    if is_scaled:
        raise wrong
    return _converted(value, unit, where)


def _converted(value: Any, unit: str, where: str) -> float:
    from astropy import units as u

    try:
        return float(value.to_value(u.Unit(unit) if unit else u.dimensionless_unscaled))
    except u.UnitConversionError:
        given = str(value.unit) or "no unit"
        raise UsageError(f"{given} is a unit of the wrong kind", where=where, accepted=_accepted(unit)) from None
    except (TypeError, ValueError):
        raise UsageError(f"{shown(value)} is not one number", where=where, accepted=_accepted(unit)) from None


def _accepted(unit: str, low: float = -math.inf, high: float = math.inf) -> str:
    kind = f"a number in {unit}" if unit else "a number"
    if math.isfinite(low) and math.isfinite(high):
        return f"{kind}, {low:g} to {high:g}"
    if math.isfinite(low):
        return f"{kind}, {low:g} or more"
    return f"{kind}, {high:g} or less" if math.isfinite(high) else kind
