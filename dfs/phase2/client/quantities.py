"""What users write, as the plain values of documents: quantities in any unit, times, windows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dfs.errors import UsageError
from dfs.phase2.documents import SKY_WORDS

__all__ = ["constraint_name", "instant", "plain_value"]

# constraint -> unit in which the P2 API has it
CONSTRAINT_UNITS = {"seeing": "arcsec", "moonDistance": "deg", "twilight": "min", "waterVapour": "mm"}

_CONSTRAINTS = {
    "transparency": "skyTransparency",
    "sky": "skyTransparency",
    "moon": "moonDistance",
    "moon_distance": "moonDistance",
    "sky_transparency": "skyTransparency",
    "water_vapour": "waterVapour",
    "pwv": "waterVapour",
    "strehl": "strehlRatio",
    "strehl_ratio": "strehlRatio",
    "image_quality": "seeing",
    "turbulence": "atm",
}
# Abbreviations of proposals (phase 1) -> words of phase 2


def constraint_name(word: str) -> str:
    """Return the P2 API's name of a constraint that a user may write otherwise: ``moon_distance``."""
    return _CONSTRAINTS.get(word, word)


def plain_value(name: str, value: Any, unit: str = "") -> Any:
    """Return `value` without a unit: quantities in `unit`, arrays as lists, numpy scalars as numbers.

    Raises
    ------
    UsageError
        A quantity that cannot be had in `unit`.
    """
    if hasattr(value, "unit") and hasattr(value, "to_value"):
        value = _in_unit(name, value, unit)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if name == "skyTransparency" and isinstance(value, str):
        return SKY_WORDS.get(value.upper(), value)
    return list(value) if isinstance(value, tuple) else value


def _in_unit(name: str, value: Any, unit: str) -> Any:
    from astropy import units as u

    try:
        found = value.to_value(u.Unit(unit) if unit else u.dimensionless_unscaled)
    except u.UnitConversionError:
        raise UsageError(
            f"{name} = {value}", where=name, accepted=f"a value in {unit}" if unit else "a number"
        ) from None
    return round(float(found), 9) if getattr(found, "ndim", 0) == 0 else [round(float(one), 9) for one in found]


def instant(value: Any, where: str) -> str:
    """Return a time as the P2 API writes it, to the minute in UTC; takes text, datetime, astropy's Time."""
    if hasattr(value, "to_datetime"):
        value = value.utc.to_datetime()
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise UsageError(f"{value!r} is no time", where=where, accepted="ISO 8601 in UTC, 2025-10-01T23:30") from None
    return f"{at if at.tzinfo is None else at.astimezone(UTC):%Y-%m-%dT%H:%M}"
