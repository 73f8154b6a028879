"""Cells of a table as fields of a block: positions in degrees or sexagesimal, motions in any unit, times."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from dfs.model.sexagesimal import DEC_FORMAT, RA_FORMAT, dec_deg, dec_text, ra_deg, ra_text
from dfs.phase2.limits import LONGEST_NAME, LONGEST_TEXT, YEARS

__all__ = ["read_cell"]

_HOURS = frozenset({"h", "hour", "hr", "hourangle"})
_UNITS = re.compile(r"[hdms:°'\"′″\s]+", re.IGNORECASE)
_PER_YEAR = {"target.properMotionRa": "arcsec / yr", "target.properMotionDec": "arcsec / yr"}
_FASTEST = 11.0  # arcsec/yr; Barnard's star has 10.4 (Gaia DR3)
_PER_SECOND = {"target.differentialRa": "arcsec / s", "target.differentialDec": "arcsec / s"}


def read_cell(field: str, value: Any, unit: str = "") -> Any:
    """Return the value of `field` that a cell gives; fields not known here pass unchanged.

    Raises
    ------
    ValueError
        The message says what is wrong and what is accepted.
    """
    if field == "target.ra":
        return _ra(value, unit)
    if field in _READERS:
        return _READERS[field](value)
    if field in _PER_YEAR or field in _PER_SECOND:
        return _rate(value, unit, {**_PER_YEAR, **_PER_SECOND}[field])
    return value


def _name(value: Any) -> str:
    name = str(value).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"{name!r:.60} is no name; accepted: 1 to {LONGEST_NAME} printable characters")
    return name


def _text(value: Any) -> str:
    text = str(value)
    if len(text) > LONGEST_TEXT or "\0" in text:
        raise ValueError(f"{text!r:.60} is no text; accepted: up to {LONGEST_TEXT} characters")
    return text


def _ra(value: Any, unit: str) -> str:
    degrees = _plain_number(value)
    if degrees is not None:
        degrees *= 15.0 if unit.lower() in _HOURS else 1.0
        if not 0.0 <= degrees <= 360.0:
            raise ValueError(f"{value} is no right ascension; accepted: 0 to 360 degrees, or {RA_FORMAT}")
        return ra_text(degrees)
    try:
        return ra_text(ra_deg(_colons(str(value))))
    except ValueError:
        raise ValueError(f"{value!r} is no right ascension; accepted: {RA_FORMAT}, or degrees") from None


def _dec(value: Any) -> str:
    degrees = _plain_number(value)
    if degrees is not None:
        if not -90.0 <= degrees <= 90.0:
            raise ValueError(f"{value} is no declination; accepted: -90 to 90 degrees, or {DEC_FORMAT}")
        return dec_text(degrees)
    try:
        return dec_text(dec_deg(_colons(str(value))))
    except ValueError:
        raise ValueError(f"{value!r} is no declination; accepted: {DEC_FORMAT}, or degrees") from None


def _colons(text: str) -> str:
    """Return ``12h34m56.7s`` or ``12 34 56.7`` with colons."""
    text = text.strip().replace("−", "-")  # the minus sign of typesetters
    return _UNITS.sub(":", text).strip(":")


def _plain_number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < float("inf") else None


def _number(value: Any, accepted: str) -> float:
    number = _plain_number(value)
    if number is None:
        raise ValueError(f"{value!r} is no number; accepted: {accepted}")
    return number


def _equinox(text: str) -> str:
    year = text.strip().upper().lstrip("JB").removesuffix(".0")
    if year not in {"2000", "1950"}:
        raise ValueError(f"{text!r} is no equinox; accepted: J2000, B1950")
    return {"2000": "J2000", "1950": "B1950"}[year]


def _priority(value: Any) -> int:
    number = _number(value, "1 (highest) to 10")
    if number != int(number) or not 1 <= number <= 10:
        raise ValueError(f"{value} is no user priority; accepted: 1 (highest) to 10")
    return int(number)


def _instant(value: Any) -> str:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError(f"{value!r} is no time; accepted: ISO 8601 in UTC, 2025-10-01T16:00") from None
    if at.year not in YEARS:
        raise ValueError(f"there are no nights in {at.year}; accepted: the years {YEARS.start} to {YEARS.stop - 1}")
    return f"{at if at.tzinfo is None else at.astimezone(UTC):%Y-%m-%dT%H:%M}"


def _rate(value: Any, unit: str, wanted: str) -> float:
    number = _number(value, f"a number in {wanted}")
    if not unit:
        if wanted == "arcsec / yr" and abs(number) > _FASTEST:
            raise ValueError(
                f"{value} arcsec / yr is more than any star has; accepted: {wanted}, or a column with its unit, pmra [mas/yr]"
            )
        return number
    from astropy import units as u

    try:
        return round(float(u.Quantity(number, unit).to_value(wanted)), 9)
    except (ValueError, TypeError, u.UnitConversionError):
        raise ValueError(f"{value} {unit} is no rate; accepted: {wanted}, mas / yr ...") from None


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "target.dec": _dec,
    "target.epoch": lambda value: _number(str(value).removeprefix("J"), "a year such as 2000.0"),
    "target.equinox": lambda value: _equinox(str(value)),
    "userPriority": _priority,
    "absolute.from": _instant,
    "absolute.to": _instant,
    "obId": lambda value: int(_number(value, "the number of a block")),
    "container": str,
    **dict.fromkeys(("name", "target.name", "constraints.name"), _name),
    **dict.fromkeys(("obsDescription.name", "obsDescription.userComments"), _text),
}
