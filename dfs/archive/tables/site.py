"""What the site's monitors and the clock say of an exposure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfs.archive.tables import common
from dfs.archive.tables.making import Maker
from dfs.archive.tables.truth import Truth

__all__ = ["MAKERS", "sun_altitude"]

Array = NDArray[np.float64]
_MODES = {"s": "service", "v": "visitor"}
# Paranal; La Silla lies 4.6 deg south of it and less than half a degree east, which moves sunset by minutes.
_SITE = (-24.6272, -70.4048)
_MJD_J2000 = 51544.5


def sun_altitude(mjd: Array, latitude_deg: Array, longitude_deg: Array) -> Array:
    """Return the Sun's altitude in degrees, to 0.1 deg (Astronomical Almanac, low-precision formulae for the Sun).

    Parameters
    ----------
    mjd
        UTC.
    latitude_deg, longitude_deg
        Of the site, north and east positive.
    """
    days = mjd - _MJD_J2000
    mean_longitude, anomaly = 280.460 + 0.9856474 * days, np.radians(357.528 + 0.9856003 * days)
    longitude = np.radians(mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    obliquity = np.radians(23.439 - 4e-7 * days)
    ra = np.arctan2(np.cos(obliquity) * np.sin(longitude), np.cos(longitude))
    sine_dec = np.sin(obliquity) * np.sin(longitude)
    sidereal = np.radians(280.46061837 + 360.98564736629 * days + longitude_deg)
    latitude = np.radians(latitude_deg)
    cosine_dec = np.sqrt(1 - sine_dec**2)
    altitude = np.arcsin(np.sin(latitude) * sine_dec + np.cos(latitude) * cosine_dec * np.cos(sidereal - ra))
    return np.asarray(np.degrees(altitude), dtype=np.float64)


def _nights(truth: Truth) -> list[int | None]:
    mjd = np.array(truth.numbers("MJD-OBS"), dtype=np.float64)
    mjd[~((mjd > 0) & (mjd < 1e6))] = np.nan
    place = [np.array(truth.numbers(f"ESO TEL {keyword}"), dtype=np.float64) for keyword in ("GEOLAT", "GEOLON")]
    latitude, longitude = (
        np.where(np.abs(one) <= 180, one, default) for one, default in zip(place, _SITE, strict=True)
    )
    altitude = sun_altitude(mjd, latitude, longitude)
    return [None if np.isnan(one) else int(one < 0) for one in altitude.tolist()]


def _seeing(truth: Truth) -> list[float | None]:
    """Return the mean of the seeing at start and end; -1 stands for no measurement."""
    starts, ends = (
        truth.numbers(f"ESO TEL AMBI FWHM {moment}", f"ESO ISS AMBI FWHM {moment}") for moment in ("START", "END")
    )
    measured = [[one for one in pair if one is not None and one > 0] for pair in zip(starts, ends, strict=True)]
    return [round(sum(one) / len(one), 4) if one else None for one in measured]


MAKERS: dict[str, Maker] = {
    "night_flag": _nights,
    "dimm_fwhm_avg": _seeing,
    "observing_mode": lambda truth: [_MODES.get(one or "") for one in common.MAKERS["obs_mode"](truth)],
}
