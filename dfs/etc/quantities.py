"""Numbers with or without a unit, as people give them: one strict way to plain numbers."""

from __future__ import annotations

import math
from typing import Any

from dfs.errors import UsageError

__all__ = ["number", "optional_number"]


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
        raise UsageError(f"{value} is not a finite number", where=where, accepted=_accepted(unit, low, high))
    if not low <= found <= high:
        shown = f"{found:g} {unit}".strip()
        raise UsageError(f"{shown} cannot be", where=where, accepted=_accepted(unit, low, high))
    return found


def optional_number(value: Any, unit: str, where: str, low: float = -math.inf, high: float = math.inf) -> float | None:
    """Return `value` as `number` does; None stays None."""
    return None if value is None else number(value, unit, where, low, high)


def _plain(value: Any, unit: str, where: str) -> float:
    if isinstance(value, bool) or value is None:
        raise UsageError(f"{value} is not a number", where=where, accepted=_accepted(unit))
    if hasattr(value, "to_value"):
        return _converted(value, unit, where)
    try:
        return float(value)
    except OverflowError:
        raise UsageError("the number is too large", where=where, accepted=_accepted(unit)) from None
    except (TypeError, ValueError):
        pass
    if not isinstance(value, str):
        raise UsageError(f"{value!r} is not one number", where=where, accepted=_accepted(unit))
    from astropy.units import Quantity  # imported here: a second, and most numbers come plain

    try:
        return _converted(Quantity(value), unit, where)
    except (TypeError, ValueError):
        raise UsageError(f"{value!r} is not a number", where=where, accepted=_accepted(unit)) from None


def _converted(value: Any, unit: str, where: str) -> float:
    from astropy import units as u

    try:
        return float(value.to_value(u.Unit(unit) if unit else u.dimensionless_unscaled))
    except u.UnitConversionError:
        given = str(value.unit) or "no unit"
        raise UsageError(f"{given} is a unit of the wrong kind", where=where, accepted=_accepted(unit)) from None
    except TypeError:
        raise UsageError(f"{value} is not one number", where=where, accepted=_accepted(unit)) from None


def _accepted(unit: str, low: float = -math.inf, high: float = math.inf) -> str:
    kind = f"a number in {unit}" if unit else "a number"
    if math.isfinite(low) and math.isfinite(high):
        return f"{kind}, {low:g} to {high:g}"
    if math.isfinite(low):
        return f"{kind}, {low:g} or more"
    return f"{kind}, {high:g} or less" if math.isfinite(high) else kind
