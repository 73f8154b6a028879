"""Reading criteria as people write them: words, positions, radii, dates."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dfs.clock import isoformat
from dfs.errors import UsageError

__all__ = ["Circle", "dates", "keyword", "night", "position_deg", "radius_deg", "range_of", "word"]

_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)?"
_RANGE = re.compile(rf"\s*{_NUMBER}\s*\.\.\s*{_NUMBER}\s*")
_NIGHT_TURNS_AT = timedelta(hours=16)  # local noon at 70.5 degrees west, to the hour
_LONGEST = 200


@dataclass(frozen=True)
class Circle:
    """A circle on the sky, ICRS, degrees."""

    ra_deg: float
    dec_deg: float
    radius_deg: float


def word(value: Any, where: str) -> str | None:
    """Return text without blanks around it; None for nothing."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _LONGEST or any(ord(one) < 32 for one in value):
        raise UsageError(
            f"{value!r:.60} is not a text to search for", where=where, accepted=f"up to {_LONGEST} characters"
        )
    return value.strip() or None


def keyword(name: str, value: Any) -> str | float:
    """Return the value wanted of the column `name`."""
    if not _COLUMN.fullmatch(name):
        raise UsageError(f"{name!r} is not the name of a column", where="keywords", hint="see: obs.archive.tables()")
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    return word(value, name) or ""


def range_of(value: str) -> tuple[float | None, float | None] | None:
    """Return the ends of a range of numbers, ``10..600``, ``..600``, ``10..``, both included; None for other texts."""
    found = _RANGE.fullmatch(value)
    if found is None or not any(found.groups()):
        return None
    low, high = (None if one is None else float(one) for one in found.groups())
    return low, high


def radius_deg(value: Any) -> float:
    """Return a radius in degrees."""
    from astropy import units as u
    from astropy.coordinates import Angle

    try:
        degrees = float(Angle(value, unit=None if isinstance(value, str | u.Quantity) else u.deg).deg)
    except (ValueError, TypeError, u.UnitsError) as error:
        raise UsageError(
            f"radius = {value!r} is not an angle", where="radius", accepted="5*u.arcmin, '5arcmin', or degrees"
        ) from error
    if not 0 < degrees <= 180:
        raise UsageError(f"radius = {value!r}", where="radius", accepted="more than 0 and at most 180 degrees")
    return degrees


def position_deg(value: Any) -> tuple[float, float]:
    """Return right ascension and declination, ICRS, degrees."""
    from astropy.coordinates import SkyCoord

    accepted = "a SkyCoord, (ra, dec) in degrees, '99.05 -31.22' or '06:36:12 -31:13:14'"
    if isinstance(value, SkyCoord):
        found = value.icrs
        if not found.isscalar:
            raise UsageError(
                "several positions were given", where="position", accepted=accepted, hint="upload a table to match many"
            )
        return float(found.ra.deg), float(found.dec.deg)
    try:
        if isinstance(value, str):
            return _position_of_text(value)
        ra, dec = (float(one) for one in value)
    except (ValueError, TypeError) as error:
        raise UsageError(f"position = {value!r} cannot be read", where="position", accepted=accepted) from error
    if not (math.isfinite(ra) and -360 <= ra <= 360 and -90 <= dec <= 90):
        raise UsageError(f"position = {value!r} is not on the sky", where="position", accepted=accepted)
    return ra % 360, dec


def _position_of_text(value: str) -> tuple[float, float]:
    from astropy import units as u
    from astropy.coordinates import SkyCoord

    parts = value.replace(",", " ").split()
    if len(parts) == 2 and all(re.fullmatch(r"[+-]?\d+(\.\d*)?", one) for one in parts):
        return position_deg((float(parts[0]), float(parts[1])))
    found = SkyCoord(value, unit=(u.hourangle, u.deg))
    return _rounded(float(found.ra.deg), float(found.dec.deg))


def _rounded(ra: float, dec: float) -> tuple[float, float]:
    """Return a position to a few microarcseconds: what sexagesimal text can tell, without the noise of its conversion."""
    return round(ra, 9), round(dec, 9)


def night(value: str) -> tuple[str, str]:
    """Return begin and end of the night that begins in the evening of `value`, half open."""
    begin = _begin_and_end(value, "night")[0] + _NIGHT_TURNS_AT
    return isoformat(begin), isoformat(begin + timedelta(days=1))


def dates(value: Any) -> tuple[str, str]:
    """Return the first moment and the one after the last, half open."""
    if isinstance(value, str):
        first, _, last = value.partition("/")
        value = (first, last or first)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = (value, value)
    try:
        first, last = value
    except (TypeError, ValueError) as error:
        raise UsageError(f"date = {value!r} cannot be read", where="date", accepted=_ACCEPTED) from error
    begin, end = _moment(first, is_end=False), _moment(last, is_end=True)
    if end <= begin:
        raise UsageError(f"date = {first}/{last} ends before it begins", where="date", accepted=_ACCEPTED)
    return isoformat(begin), isoformat(end)


_ACCEPTED = "2022-01-27, 2022-01, 2022-01-26/2022-01-28, or a pair of dates or times (UTC)"


def _moment(value: Any, *, is_end: bool) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return _begin_and_end(value.isoformat(), "date")[is_end]
    if hasattr(value, "utc") and hasattr(value, "to_datetime"):  # astropy's Time
        return _moment(value.utc.to_datetime(), is_end=is_end)
    if isinstance(value, str) and "T" in value:
        try:
            return _moment(datetime.fromisoformat(value), is_end=is_end)
        except ValueError as error:
            raise UsageError(f"{value!r} is not a time", where="date", accepted=_ACCEPTED) from error
    return _begin_and_end(str(value).strip(), "date")[is_end]


def _begin_and_end(value: str, where: str) -> tuple[datetime, datetime]:
    """Return begin and end of a day, month or year."""
    found = _DAY.fullmatch(value)
    try:
        if found is None:
            raise ValueError(value)  # noqa: TRY301 - one message for both
        year, month, day = (None if one is None else int(one) for one in found.groups())
        begin = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
        if day is not None:
            return begin, begin + timedelta(days=1)
        if month is not None:
            return begin, datetime(begin.year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return begin, datetime(begin.year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{value!r} is not a date", where=where, accepted=_ACCEPTED) from error
