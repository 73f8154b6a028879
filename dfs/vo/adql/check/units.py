"""Units of results, and factors between units.

Products are written as VOUnit text without being worked out (``km/s.d``); only IN_UNIT and gavo_specconv ask astropy, which is imported then.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from dfs.errors import UsageError

__all__ = ["divided", "factor", "multiplied", "raised", "spectral"]

_LONGEST_UNIT = 80


def multiplied(left: str, right: str) -> str:
    """Return the unit of a product; empty when one factor's unit is unknown or too long to write."""
    if not left or not right:
        return left or right
    return _short(f"{_grouped(left)}.{_grouped(right)}")


def divided(left: str, right: str) -> str:
    """Return the unit of a quotient."""
    if not right:
        return left
    if left == right:
        return ""
    return _short(f"{_grouped(left) or '1'}/{_grouped(right)}") if left else _short(f"{_grouped(right)}**-1")


def raised(unit: str, power: float) -> str:
    """Return the unit of a power."""
    if not unit or power == 0:
        return ""
    return unit if power == 1 else _short(f"{_grouped(unit)}**{power:g}" if power != 0.5 else f"sqrt({unit})")


def _grouped(unit: str) -> str:
    return f"({unit})" if any(sign in unit for sign in "./* ") else unit


def _short(unit: str) -> str:
    return unit if len(unit) <= _LONGEST_UNIT else ""


@lru_cache(maxsize=256)
def _unit(text: str) -> Any:
    import warnings

    from astropy import units

    if len(text) > _LONGEST_UNIT:
        raise UsageError(f"a unit of {len(text)} characters", accepted=f"at most {_LONGEST_UNIT}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for form in ("vounit", "cds", "generic"):
            try:
                return units.Unit(text, format=form)
            except (ValueError, TypeError):
                continue
    raise UsageError(f"the unit {text!r} is unknown", accepted="a unit of VOUnit, such as 'deg', 'km/s', 'mJy'")


@lru_cache(maxsize=256)
def factor(given: str, wanted: str) -> float:
    """Return by what a value in the unit `given` is multiplied to be in the unit `wanted`.

    Raises
    ------
    UsageError
        One of them is no unit, or they measure different things.
    """
    from astropy.units import UnitConversionError

    target = _unit(wanted)
    try:
        return float(f"{_unit(given).to(target):.15g}")  # 1e9, not 999999999.9999999
    except UnitConversionError:
        said = given or "no unit"
        raise UsageError(f"a value in {said!r} cannot be told in {wanted!r}") from None


@lru_cache(maxsize=256)
def spectral(given: str, wanted: str) -> tuple[float, bool]:
    """Return how a wavelength, frequency, energy or wavenumber is told in another unit.

    Returns
    -------
    number
        By which a value is multiplied, or which is divided by it.
    divided
        Which of the two.

    Raises
    ------
    UsageError
        One of the units is none of these.
    """
    from astropy import units

    source, target = _unit(given), _unit(wanted)
    try:
        one, two = (source.to(target, value, equivalencies=units.spectral()) for value in (1.0, 2.0))
    except units.UnitConversionError:
        said = given or "no unit"
        raise UsageError(
            f"a value in {said!r} cannot be told in {wanted!r}",
            accepted="units of wavelength, frequency, energy or wavenumber",
        ) from None
    return float(f"{one:.15g}"), two < one
