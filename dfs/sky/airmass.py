"""Air mass of an exposure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dfs.errors import DataError
from dfs.model import Header
from dfs.model.header import number

__all__ = ["Airmass", "airmass_at", "mean_airmass"]

_SIDEREAL = 1.00273790935  # sidereal seconds in a second of universal time
_HORIZON = 40.0  # the air mass of the horizon is 38 (Young 1994)


@dataclass(frozen=True, slots=True)
class Airmass:
    """Air mass at the start and end of an exposure, its mean, and how it was found."""

    start: float
    end: float
    mean: float
    origin: str


def airmass_at(altitude_deg: float) -> float:
    """Return the air mass at a true altitude, Young 1994 (Applied Optics 33, 1108); `DataError` below the horizon."""
    if altitude_deg <= 0:
        raise DataError(f"altitude {altitude_deg:.1f} deg is below the horizon", accepted="above 0 deg")
    c = math.sin(math.radians(altitude_deg))  # cosine of the zenith distance
    upper = 1.002432 * c * c + 0.148386 * c + 0.0096467
    lower = c * c * c + 0.149864 * c * c + 0.0102963 * c + 0.000303978
    return upper / lower


def mean_airmass(header: Header, where: str = "") -> Airmass:
    """Return the air mass of the exposure with `header`.

    The mean is Simpson's rule over start, middle and end (Stetson 1989), the middle from the position. Where the telescope wrote
    ``TEL AIRM START`` and ``END`` these are kept and the mean of the two is used, as the middle differs from it by less
    than their last digit for all but the longest exposures.

    Raises
    ------
    DataError
        The header tells neither the air masses nor position, sidereal time and latitude; or gives one below 1.
    """
    first, last = header.get("ESO TEL AIRM START"), header.get("ESO TEL AIRM END")
    if isinstance(first, int | float) and isinstance(last, int | float) and not isinstance(first, bool):
        if min(first, last) < 0.99 or max(first, last) > _HORIZON:  # 0.99: rounding; 0 when the telescope was not asked
            wrong = first if not 0.99 <= first <= _HORIZON else last
            raise DataError(
                f"air mass {wrong:g} is impossible",
                where=where,
                keyword="ESO TEL AIRM START" if wrong is first else "ESO TEL AIRM END",
                accepted=f"1 to {_HORIZON:g}",
                hint="correct the header: the extinction depends on it",
            )
        return Airmass(float(first), float(last), 0.5 * (first + last), "TEL AIRM START, END")
    seconds = number(header, "EXPTIME", where)
    start, middle, end = (_airmass(header, fraction * seconds, where) for fraction in (0.0, 0.5, 1.0))
    return Airmass(start, end, (start + 4 * middle + end) / 6, "RA, DEC, LST, GEOLAT; Young 1994")


def _airmass(header: Header, seconds: float, where: str) -> float:
    hour_angle = number(header, "LST", where) / 240 + seconds * _SIDEREAL / 240 - number(header, "RA", where)
    latitude = math.radians(number(header, "ESO TEL GEOLAT", where))
    declination = math.radians(number(header, "DEC", where))
    sine = math.sin(latitude) * math.sin(declination)
    sine += math.cos(latitude) * math.cos(declination) * math.cos(math.radians(hour_angle))
    return airmass_at(math.degrees(math.asin(max(-1.0, min(1.0, sine)))))
