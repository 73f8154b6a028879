"""The ephemeris file of a moving target: ESO's parameter-file (PAF) text, read into a track on the sky.

A record reads ``INS.EPHEM.RECORD "2018-05-12T06:10:00.0000, 2458250.75694, 19 58 40.6181, +23 27 10.913, 0.01424, 0.01923, 14.1, 0.0, *"``:
time (UTC), Julian date, right ascension and declination (J2000), and motion east and north in arcsec/s on the sky; what follows is
not needed here.  Structure as in a file that the project fcmaker shows as an example, made by IMCCE's Eproc.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.model.sexagesimal import DEC_FORMAT, RA_FORMAT, dec_deg, ra_deg
from dfs.sky.ephemerides.directions import direction, moved
from dfs.sky.ephemerides.scales import mjd_of

__all__ = ["TOO_FEW", "Track", "read_track"]

Array = NDArray[np.float64]

TOO_FEW = "Ephemeris file must have at least two records."  # ESO's own words; clients look for them
_RECORD = re.compile(r'^\s*INS\.EPHEM\.RECORD\s+"([^"]*)"')
_LONGEST_GAP_D = 1.5  # assumed: over a day's gap the motion at both ends says enough
_ROUNDING = 1e-6
_DAY_S = 86400.0
_ACCEPTED = (
    'INS.EPHEM.RECORD "YYYY-MM-DDThh:mm:ss, JD, HH MM SS.sss, +DD MM SS.sss, dRA, dDEC, ..." with rates in arcsec/s'
)


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Where a target is when.

    Attributes
    ----------
    mjd
        UTC, increasing.
    directions
        Unit vectors (N, 3) in the axes of J2000.
    rate_ra, rate_dec
        arcsec/s on the sky, east and north.
    """

    mjd: Array
    directions: Array
    rate_ra: Array
    rate_dec: Array

    @property
    def spans(self) -> list[tuple[float, float]]:
        """Return the stretches of time (MJD) that the records cover."""
        edges = np.flatnonzero(np.diff(self.mjd) > _LONGEST_GAP_D)
        first, last = [0, *(edges + 1).tolist()], [*edges.tolist(), len(self.mjd) - 1]
        return [(float(self.mjd[a]), float(self.mjd[b])) for a, b in zip(first, last, strict=True)]

    def at(self, mjd: Array) -> Array:
        """Return directions (..., 3) at `mjd`, from positions and motions of the records around; NaN where no record is near."""
        asked = np.asarray(mjd, dtype=np.float64)
        right = np.clip(np.searchsorted(self.mjd, asked, side="left"), 1, len(self.mjd) - 1)
        left = right - 1
        gap = self.mjd[right] - self.mjd[left]
        share = (asked - self.mjd[left]) / gap
        from_left, from_right = (
            moved(self.directions[i], self.rate_ra[i], self.rate_dec[i], (asked - self.mjd[i]) * _DAY_S)
            for i in (left, right)
        )
        weight = (share * share * (3.0 - 2.0 * share))[..., None]  # each end rules its own neighbourhood
        there = from_left * (1.0 - weight) + from_right * weight
        known = (share >= -_ROUNDING) & (share <= 1 + _ROUNDING) & (gap <= _LONGEST_GAP_D)
        there = there / np.linalg.norm(there, axis=-1, keepdims=True)
        return np.where(known[..., None], there, np.nan)


def read_track(text: str) -> Track:
    """Return the track that an ephemeris file describes.

    Raises
    ------
    UsageError
        Fewer than two records; a record with a field missing or unreadable, named by its line; times that do not increase.
    """
    records = [
        _record(found[1], number)
        for number, line in enumerate(text.splitlines(), 1)
        if (found := _RECORD.match(line)) is not None
    ]
    if len(records) < 2:
        raise UsageError(TOO_FEW, where="ephemeris", accepted=_ACCEPTED)
    mjd, ra, dec, rate_ra, rate_dec, lines = np.array(records, dtype=np.float64).T
    backwards = np.flatnonzero(np.diff(mjd) <= 0)
    if len(backwards):
        raise UsageError(
            "the time is not later than that of the record before",
            where=f"ephemeris line {int(lines[backwards[0] + 1])}",
            accepted="records in the order of time",
        )
    return Track(mjd, direction(ra, dec), rate_ra, rate_dec)


def _record(text: str, line: int) -> tuple[float, float, float, float, float, float]:
    fields = [field.strip() for field in text.split(",")]
    where = f"ephemeris line {line}"
    if len(fields) < 6:
        raise UsageError(f"a record has {len(fields)} fields, at least 6 are needed", where=where, accepted=_ACCEPTED)
    try:
        at = datetime.fromisoformat(fields[0])
    except ValueError:
        raise UsageError(f"{fields[0]!r} is no time", where=where, accepted="YYYY-MM-DDThh:mm:ss (UTC)") from None
    values = []
    for field, read, accepted in (
        (fields[2], ra_deg, RA_FORMAT),
        (fields[3], dec_deg, DEC_FORMAT),
        (fields[4], float, "a number, arcsec/s"),
        (fields[5], float, "a number, arcsec/s"),
    ):
        try:
            value = read(field)
        except ValueError:
            value = float("nan")
        if not np.isfinite(value):
            raise UsageError(f"{field!r} is not readable", where=where, accepted=accepted)
        values.append(value)
    return (mjd_of(at.replace(tzinfo=at.tzinfo or UTC)), values[0], values[1], values[2], values[3], float(line))
