"""Time scales: UTC as modified Julian date, terrestrial time for the orbits, UT1 for the Earth's rotation; all offline.

UT1 comes from a table that travels with the package.  Past its end UT1 - UTC keeps its last value: as long as leap seconds hold it
within 0.9 s, the sky is wrong by 0.004 deg at most.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["J2000", "centuries", "mjd_of", "moment_of", "rotation_mjd"]

Array = NDArray[np.float64]

J2000 = 51544.5  # MJD, terrestrial time
_UNIX_EPOCH = 40587.0
_DAY_S = 86400.0
_TT_MINUS_TAI_S = 32.184


def mjd_of(at: datetime) -> float:
    """Return an aware instant as modified Julian date (UTC)."""
    return _UNIX_EPOCH + at.timestamp() / _DAY_S


def moment_of(mjd: float) -> datetime:
    """Return a modified Julian date (UTC) as an aware instant, to the millisecond."""
    return datetime.fromtimestamp(round((float(mjd) - _UNIX_EPOCH) * _DAY_S, 3), UTC)


def centuries(mjd: ArrayLike) -> Array:
    """Return Julian centuries of terrestrial time since J2000 for modified Julian dates (UTC)."""
    days = np.asarray(mjd, dtype=np.float64)
    terrestrial = days + (_tai_minus_utc(days) + _TT_MINUS_TAI_S) / _DAY_S
    return np.asarray((terrestrial - J2000) / 36525.0, dtype=np.float64)


def rotation_mjd(mjd: ArrayLike) -> Array:
    """Return modified Julian dates of UT1 for those of UTC."""
    days = np.asarray(mjd, dtype=np.float64)
    nodes, values = _ut1_minus_tai()
    inside = np.interp(days, nodes, values) + _tai_minus_utc(np.clip(days, nodes[0], nodes[-1]))
    return np.asarray(days + inside / _DAY_S, dtype=np.float64)


@cache
def _tables() -> dict[str, object]:
    text = resources.files(__package__).joinpath("earth_rotation.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _ut1_minus_tai() -> tuple[Array, Array]:
    table: dict[str, object] = _tables()
    values = np.asarray(table["ut1_minus_tai_ms"], dtype=np.float64) / 1000.0
    first, step = np.asarray([table["first_mjd"], table["step_days"]], dtype=np.float64)
    return first + step * np.arange(len(values)), values


@cache
def _leaps() -> tuple[Array, Array]:
    table = _tables()["tai_minus_utc"]
    assert isinstance(table, dict)  # noqa: S101 - our own file
    return np.asarray(table["mjd"], dtype=np.float64), np.asarray(table["seconds"], dtype=np.float64)


def _tai_minus_utc(mjd: Array) -> Array:
    since, seconds = _leaps()
    return np.asarray(seconds[np.maximum(np.searchsorted(since, mjd, side="right") - 1, 0)], dtype=np.float64)
