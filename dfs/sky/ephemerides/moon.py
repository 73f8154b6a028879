"""Where the Moon is.

The theory ELP 2000-82 (Chapront-Touze & Chapront 1983, A&A 124, 50), its largest periodic terms as Meeus lists them (Astronomical
Algorithms, 2nd edition, chapter 47): 10 arcsec in longitude, 4 arcsec in latitude; light time is in it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfs.sky.ephemerides.sun import from_ecliptic

__all__ = ["illuminated", "moon_position"]

Array = NDArray[np.float64]

# multiples of (D, M, M', F); sine of the longitude (1e-6 deg), cosine of the distance (m)
_LONGITUDE = np.array(
    [
        (0, 0, 1, 0, 6288774, -20905355),
        (2, 0, -1, 0, 1274027, -3699111),
        (2, 0, 0, 0, 658314, -2955968),
        (0, 0, 2, 0, 213618, -569925),
        (0, 1, 0, 0, -185116, 48888),
        (0, 0, 0, 2, -114332, -3149),
        (2, 0, -2, 0, 58793, 246158),
        (2, -1, -1, 0, 57066, -152138),
        (2, 0, 1, 0, 53322, -170733),
        (2, -1, 0, 0, 45758, -204586),
        (0, 1, -1, 0, -40923, -129620),
        (1, 0, 0, 0, -34720, 108743),
        (0, 1, 1, 0, -30383, 104755),
        (2, 0, 0, -2, 15327, 10321),
        (0, 0, 1, 2, -12528, 0),
        (0, 0, 1, -2, 10980, 79661),
        (4, 0, -1, 0, 10675, -34782),
        (0, 0, 3, 0, 10034, -23210),
        (4, 0, -2, 0, 8548, -21636),
        (2, 1, -1, 0, -7888, 24208),
        (2, 1, 0, 0, -6766, 30824),
        (1, 0, -1, 0, -5163, -8379),
        (1, 1, 0, 0, 4987, -16675),
        (2, -1, 1, 0, 4036, -12831),
        (2, 0, 2, 0, 3994, -10445),
        (4, 0, 0, 0, 3861, -11650),
        (2, 0, -3, 0, 3665, 14403),
        (0, 1, -2, 0, -2689, -7003),
        (2, 0, -1, 2, -2602, 0),
        (2, -1, -2, 0, 2390, 10056),
        (1, 0, 1, 0, -2348, 6322),
        (2, -2, 0, 0, 2236, -9884),
        (0, 1, 2, 0, -2120, 5751),
        (0, 2, 0, 0, -2069, 0),
        (2, -2, -1, 0, 2048, -4950),
        (2, 0, 1, -2, -1773, 4130),
        (2, 0, 0, 2, -1595, 0),
        (4, -1, -1, 0, 1215, -3958),
        (0, 0, 2, 2, -1110, 0),
        (3, 0, -1, 0, -892, 3258),
        (2, 1, 1, 0, -810, 2616),
        (4, -1, -2, 0, 759, -1897),
        (0, 2, -1, 0, -713, -2117),
        (2, 2, -1, 0, -700, 2354),
        (2, 1, -2, 0, 691, 0),
        (2, -1, 0, -2, 596, 0),
        (4, 0, 1, 0, 549, -1423),
        (0, 0, 4, 0, 537, -1117),
        (4, -1, 0, 0, 520, -1571),
        (1, 0, -2, 0, -487, -1739),
        (2, 1, 0, -2, -399, 0),
        (0, 0, 2, -2, -381, -4421),
        (1, 1, 1, 0, 351, 0),
        (3, 0, -2, 0, -340, 0),
        (4, 0, -3, 0, 330, 0),
        (2, -1, 2, 0, 327, 0),
        (0, 2, 1, 0, -323, 1165),
        (1, 1, -1, 0, 299, 0),
        (2, 0, 3, 0, 294, 0),
        (2, 0, -1, -2, 0, 8752),
    ],
    dtype=np.float64,
)
# multiples of (D, M, M', F); sine of the latitude (1e-6 deg)
_LATITUDE = np.array(
    [
        (0, 0, 0, 1, 5128122),
        (0, 0, 1, 1, 280602),
        (0, 0, 1, -1, 277693),
        (2, 0, 0, -1, 173237),
        (2, 0, -1, 1, 55413),
        (2, 0, -1, -1, 46271),
        (2, 0, 0, 1, 32573),
        (0, 0, 2, 1, 17198),
        (2, 0, 1, -1, 9266),
        (0, 0, 2, -1, 8822),
        (2, -1, 0, -1, 8216),
        (2, 0, -2, -1, 4324),
        (2, 0, 1, 1, 4200),
        (2, 1, 0, -1, -3359),
        (2, -1, -1, 1, 2463),
        (2, -1, 0, 1, 2211),
        (2, -1, -1, -1, 2065),
        (0, 1, -1, -1, -1870),
        (4, 0, -1, -1, 1828),
        (0, 1, 0, 1, -1794),
        (0, 0, 0, 3, -1749),
        (0, 1, -1, 1, -1565),
        (1, 0, 0, 1, -1491),
        (0, 1, 1, 1, -1475),
        (0, 1, 1, -1, -1410),
        (0, 1, 0, -1, -1344),
        (1, 0, 0, -1, -1335),
        (0, 0, 3, 1, 1107),
        (4, 0, 0, -1, 1021),
        (4, 0, -1, 1, 833),
        (0, 0, 1, -3, 777),
        (4, 0, -2, 1, 671),
        (2, 0, 0, -3, 607),
        (2, 0, 2, -1, 596),
        (2, -1, 1, -1, 491),
        (2, 0, -2, 1, -451),
        (0, 0, 3, -1, 439),
        (2, 0, 2, 1, 422),
        (2, 0, -3, -1, 421),
        (2, 1, -1, 1, -366),
        (2, 1, 0, 1, -351),
        (4, 0, 0, 1, 331),
        (2, -1, 1, 1, 315),
        (2, -2, 0, -1, 302),
        (0, 0, 1, 3, -283),
        (2, 1, 1, -1, -229),
        (1, 1, 0, -1, 223),
        (1, 1, 0, 1, 223),
        (0, 1, -2, -1, -220),
        (2, 1, -1, -1, -220),
        (1, 0, 1, 1, -185),
        (2, -1, -2, -1, 181),
        (0, 1, 2, 1, -177),
        (4, 0, -2, -1, 176),
        (4, -1, -1, -1, 166),
        (1, 0, 1, -1, -164),
        (4, 0, 1, -1, 132),
        (1, 0, -1, -1, -119),
        (4, -1, 0, -1, 115),
        (2, -2, 0, 1, 107),
    ],
    dtype=np.float64,
)
_MEAN_DISTANCE_KM = 385000.56


def moon_position(century: Array) -> tuple[Array, Array]:
    """Return the Moon's apparent direction from the Earth's centre (..., 3), in the axes of J2000, and its distance (km).

    `century` is Julian centuries of terrestrial time since J2000.
    """
    century = np.asarray(century, dtype=np.float64)
    mean = np.radians(np.polyval((1 / 538841, -0.0015786, 481267.88123421, 218.3164477), century))
    arguments = _arguments(century)
    elongation = 1.0 - 0.002516 * century - 0.0000074 * century**2  # of the Earth's orbit, against that of 2000
    longitude, distance = _terms(_LONGITUDE, arguments, elongation, ("sin", "cos"))
    (latitude,) = _terms(_LATITUDE, arguments, elongation, ("sin",))
    moon, node = arguments[..., 2], arguments[..., 3]
    venus, jupiter, third = (
        np.radians(start + rate * century)
        for start, rate in ((119.75, 131.849), (53.09, 479264.290), (313.45, 481266.484))
    )
    longitude = longitude + 3958 * np.sin(venus) + 1962 * np.sin(mean - node) + 318 * np.sin(jupiter)
    latitude = latitude - 2235 * np.sin(mean) + 382 * np.sin(third)
    latitude = latitude + 175 * (np.sin(venus - node) + np.sin(venus + node))
    latitude = latitude + 127 * np.sin(mean - moon) - 115 * np.sin(mean + moon)
    direction = from_ecliptic(mean + np.radians(longitude * 1e-6), np.radians(latitude * 1e-6), century)
    return direction, _MEAN_DISTANCE_KM + distance / 1000.0


def illuminated(sun: Array, sun_km: Array, moon: Array, moon_km: Array) -> Array:
    """Return the fraction of the Moon's disk that is lit, from both directions (..., 3) and distances (Meeus, chapter 48)."""
    elongation = np.arccos(np.clip((sun * moon).sum(-1), -1.0, 1.0))
    phase = np.arctan2(sun_km * np.sin(elongation), moon_km - sun_km * np.cos(elongation))
    return np.asarray((1.0 + np.cos(phase)) / 2.0, dtype=np.float64)


def _arguments(century: Array) -> Array:
    """Return D, M, M' and F (..., 4) in radians."""
    polynomials = (
        (1 / 545868, -0.0018819, 445267.1114034, 297.8501921),
        (1 / 24490000, -0.0001536, 35999.0502909, 357.5291092),
        (1 / 69699, 0.0087414, 477198.8675055, 134.9633964),
        (-1 / 3526000, -0.0036539, 483202.0175233, 93.2720950),
    )
    return np.radians(np.stack([np.polyval(one, century) for one in polynomials], axis=-1))


def _terms(table: Array, arguments: Array, elongation: Array, functions: tuple[str, ...]) -> list[Array]:
    """Return the sums of a table's columns; terms with the Sun's anomaly shrink as the Earth's orbit becomes rounder."""
    angles = arguments @ table[:, :4].T
    weight = elongation[..., None] ** np.abs(table[:, 1])
    return [
        (weight * (np.sin(angles) if name == "sin" else np.cos(angles))) @ table[:, 4 + column]
        for column, name in enumerate(functions)
    ]
