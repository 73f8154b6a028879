"""How the Earth's axis and its rotation lie in the system of J2000: precession, nutation, sidereal time.

Precession: IAU 2006, the equatorial angles of Capitaine, Wallace & Chapront 2003 (A&A 412, 567, eqs. 40 and 41).  Nutation: the
largest terms of IAU 2000 (McCarthy & Luzum 2003, Celest. Mech. 85, 37), good to 0.03 arcsec.  Sidereal time: the Earth rotation
angle of IAU 2000 and the polynomial of IAU 2006.  The offset of 0.02 arcsec between ICRS and J2000 is left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfs.sky.ephemerides.scales import J2000, centuries, rotation_mjd

__all__ = ["mean_equator", "mean_obliquity", "sidereal_time", "true_equator"]

Array = NDArray[np.float64]

_ARCSEC = np.pi / 648_000.0
# multiples of (l, l', F, D, Om); sine of the longitude, its change per century, cosine of the obliquity (milliarcsec)
_NUTATION = np.array(
    [
        (0, 0, 0, 0, 1, -17206.4161, -17.4666, 9205.2331),
        (0, 0, 2, -2, 2, -1317.0906, -0.1675, 573.0336),
        (0, 0, 2, 0, 2, -227.6413, -0.0234, 97.8459),
        (0, 0, 0, 0, 2, 207.4554, 0.0207, -89.7492),
        (0, 1, 0, 0, 0, 147.5877, -0.3633, 7.3871),
        (0, 1, 2, -2, 2, -51.6821, 0.1226, 22.4386),
        (1, 0, 0, 0, 0, 71.1159, 0.0073, -0.6750),
        (0, 0, 2, 0, 1, -38.7298, -0.0367, 20.0728),
        (1, 0, 2, 0, 2, -30.1461, -0.0036, 12.9025),
        (0, -1, 2, -2, 2, 21.5829, -0.0494, -9.5929),
        (0, 0, 2, -2, 1, 12.8227, 0.0137, -6.8982),
        (-1, 0, 2, 0, 2, 12.3457, 0.0011, -5.3311),
        (-1, 0, 0, 2, 0, 15.6994, 0.0010, -0.1235),
        (1, 0, 0, 0, 1, 6.3110, 0.0063, -3.3228),
        (-1, 0, 0, 0, 1, -5.7976, -0.0063, 3.1429),
        (-1, 0, 2, 2, 2, -5.9641, -0.0011, 2.5543),
        (1, 0, 2, 0, 1, -5.1613, -0.0042, 2.6366),
        (-2, 0, 2, 0, 1, 4.5893, 0.0050, -2.4236),
        (0, 0, 0, 2, 0, 6.3384, 0.0011, -0.1220),
        (0, 0, 2, 2, 2, -3.8571, -0.0001, 1.6452),
    ]
)
# (l, l', F, D, Om) at J2000 and per century (arcsec), IERS Conventions 2003
_ARGUMENTS = np.array(
    [
        (485868.249036, 1717915923.2178),
        (1287104.79305, 129596581.0481),
        (335779.526232, 1739527262.8478),
        (1072260.70369, 1602961601.2090),
        (450160.398036, -6962890.5431),
    ]
)


def mean_obliquity(century: Array) -> Array:
    """Return the obliquity of the ecliptic of date (rad), IAU 2006."""
    return _arcsec((0.0020034, -0.0001831, -46.836769, 84381.406), century)


def mean_equator(century: Array) -> Array:
    """Return the rotations (..., 3, 3) from J2000 to the mean equator and equinox of date."""
    zeta = _arcsec((0.01801828, 0.2988499, 2306.083227, 2.650545), century)
    z = _arcsec((0.01826837, 1.0927348, 2306.077181, -2.650545), century)
    theta = _arcsec((-0.04182264, -0.4294934, 2004.191903, 0.0), century)
    matrix = _about(2, -z) @ _about(1, theta) @ _about(2, -zeta)
    return np.asarray(matrix, dtype=np.float64)


def true_equator(century: Array) -> Array:
    """Return the rotations (..., 3, 3) from J2000 to the true equator and equinox of date."""
    longitude, tilt = _nutation(century)
    obliquity = mean_obliquity(century)
    nutation = _about(0, -(obliquity + tilt)) @ _about(2, -longitude) @ _about(0, obliquity)
    return np.asarray(nutation @ mean_equator(century), dtype=np.float64)


def sidereal_time(mjd: Array) -> Array:
    """Return the apparent sidereal time of Greenwich (rad, not reduced to one turn) at modified Julian dates (UTC)."""
    century, days = centuries(mjd), rotation_mjd(mjd) - J2000
    turn = 2 * np.pi * (0.7790572732640 + 0.00273781191135448 * days + days % 1.0)
    mean = turn + _arcsec((-0.00000044, 1.3915817, 4612.156534, 0.014506), century)
    return np.asarray(mean + _nutation(century)[0] * np.cos(mean_obliquity(century)), dtype=np.float64)


def _nutation(century: Array) -> tuple[Array, Array]:
    """Return nutation in longitude and in obliquity (rad)."""
    century = np.asarray(century)
    arguments = _ARCSEC * (_ARGUMENTS[:, 0] + np.multiply.outer(century, _ARGUMENTS[:, 1]))
    phase = arguments @ _NUTATION[:, :5].T
    sine = _NUTATION[:, 5] + np.multiply.outer(century, _NUTATION[:, 6])
    longitude = (sine * np.sin(phase)).sum(-1)
    obliquity = np.cos(phase) @ _NUTATION[:, 7]
    return longitude * _ARCSEC / 1000.0, obliquity * _ARCSEC / 1000.0


def _arcsec(coefficients: tuple[float, ...], century: Array) -> Array:
    """Return a polynomial in arcseconds, highest power first, in radians."""
    return np.asarray(_ARCSEC * np.polyval(coefficients, century), dtype=np.float64)


def _about(axis: int, angle: Array) -> Array:
    """Return rotations of the axes by `angle` (rad) about axis 0, 1 or 2."""
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.zeros((*np.shape(angle), 3, 3))
    matrix[..., axis, axis] = 1.0
    matrix[..., first, first] = matrix[..., second, second] = np.cos(angle)
    matrix[..., first, second] = np.sin(angle)
    matrix[..., second, first] = -np.sin(angle)
    return matrix
