"""Where the Sun is, and how fast the Earth moves.

The Earth's orbit is the theory VSOP87 (Bretagnon & Francou 1988, A&A 202, 309), its largest terms in the system of date as Meeus
lists them (Astronomical Algorithms, 2nd edition, appendix III): the Sun's longitude is good to 2 arcsec from 1950 to 2050.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfs.sky.ephemerides.orientation import mean_equator, mean_obliquity

__all__ = ["AU_KM", "earth_velocity", "from_ecliptic", "sun_position"]

Array = NDArray[np.float64]

AU_KM = 149597870.7
_LIGHT_AU_PER_DAY = 173.14463
_ABERRATION = np.radians(20.4898 / 3600)

# amplitude (1e-8 rad or AU), phase (rad), frequency (rad per millennium): for each power of time
_LONGITUDE = (
    (
        (175347046, 0, 0),
        (3341656, 4.6692568, 6283.07585),
        (34894, 4.62610, 12566.15170),
        (3497, 2.7441, 5753.3849),
        (3418, 2.8289, 3.5231),
        (3136, 3.6277, 77713.7715),
        (2676, 4.4181, 7860.4194),
        (2343, 6.1352, 3930.2097),
        (1324, 0.7425, 11506.7698),
        (1273, 2.0371, 529.6910),
        (1199, 1.1096, 1577.3435),
        (990, 5.233, 5884.927),
        (902, 2.045, 26.298),
        (857, 3.508, 398.149),
        (780, 1.179, 5223.694),
        (753, 2.533, 5507.553),
        (505, 4.583, 18849.228),
        (492, 4.205, 775.523),
        (357, 2.920, 0.067),
        (317, 5.849, 11790.629),
        (284, 1.899, 796.298),
        (271, 0.315, 10977.079),
        (243, 0.345, 5486.778),
        (206, 4.806, 2544.314),
        (205, 1.869, 5573.143),
        (202, 2.458, 6069.777),
        (156, 0.833, 213.299),
        (132, 3.411, 2942.463),
        (126, 1.083, 20.775),
        (115, 0.645, 0.980),
        (103, 0.636, 4694.003),
        (102, 0.976, 15720.839),
        (102, 4.267, 7.114),
    ),
    (
        (628331966747, 0, 0),
        (206059, 2.678235, 6283.07585),
        (4303, 2.6351, 12566.1517),
        (425, 1.590, 3.523),
        (119, 5.796, 26.298),
        (109, 2.966, 1577.344),
        (93, 2.59, 18849.23),
        (72, 1.14, 529.69),
        (68, 1.87, 398.15),
        (67, 4.41, 5507.55),
        (59, 2.89, 5223.69),
    ),
    ((52919, 0, 0), (8720, 1.0721, 6283.0758), (309, 0.867, 12566.152)),
)
_LATITUDE = (
    ((280, 3.199, 84334.662), (102, 5.422, 5507.553), (80, 3.88, 5223.69), (44, 3.70, 2352.87), (32, 4.00, 1577.34)),
)
_RADIUS = (
    (
        (100013989, 0, 0),
        (1670700, 3.0984635, 6283.07585),
        (13956, 3.05525, 12566.15170),
        (3084, 5.1985, 77713.7715),
        (1628, 1.1739, 5753.3849),
        (1576, 2.8469, 7860.4194),
        (925, 5.453, 11506.770),
        (542, 4.564, 3930.210),
        (472, 3.661, 5884.927),
        (346, 0.964, 5507.553),
        (329, 5.900, 5223.694),
    ),
    ((103019, 1.107490, 6283.075850), (1721, 1.0644, 12566.1517), (702, 3.142, 0)),
    ((4359, 5.7846, 6283.0758),),
)
_Series = tuple[tuple[tuple[float, float, float], ...], ...]


def sun_position(century: Array) -> tuple[Array, Array]:
    """Return the Sun's apparent direction from the Earth's centre (..., 3), in the axes of J2000, and its distance (AU).

    Light time and aberration are in it; `century` is Julian centuries of terrestrial time since J2000.
    """
    longitude, latitude, radius = _earth(century)
    return from_ecliptic(longitude + np.pi - _ABERRATION / radius, -latitude, century), radius


def earth_velocity(century: Array) -> Array:
    """Return the Earth's motion about the Sun (..., 3) in units of the speed of light, in the axes of J2000.

    The Sun's own motion about the barycentre, 13 m/s, moves no star by more than 0.01 arcsec and is left out.
    """
    step = 0.01 / 36525.0
    before, after = (_place(century, century + sign * step) for sign in (-1, 1))
    return np.asarray((after - before) / (0.02 * _LIGHT_AU_PER_DAY), dtype=np.float64)


def from_ecliptic(longitude: Array, latitude: Array, century: Array) -> Array:
    """Return directions (..., 3) in the axes of J2000 for longitude and latitude (rad) on the mean ecliptic of date."""
    obliquity = mean_obliquity(century)
    x, y, z = np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)
    sine, cosine = np.sin(obliquity), np.cos(obliquity)
    equatorial = np.stack([x, cosine * y - sine * z, sine * y + cosine * z], axis=-1)
    return np.asarray(np.einsum("...ji,...j->...i", mean_equator(century), equatorial), dtype=np.float64)


def _place(century: Array, moment: Array) -> Array:
    longitude, latitude, radius = _earth(moment)
    return from_ecliptic(longitude, latitude, century) * radius[..., None]


def _earth(century: Array) -> tuple[Array, Array, Array]:
    """Return heliocentric longitude and latitude (rad) and distance (AU) of the Earth, mean ecliptic and equinox of date."""
    millennia = np.asarray(century, dtype=np.float64) / 10.0
    return _sum(_LONGITUDE, millennia), _sum(_LATITUDE, millennia), _sum(_RADIUS, millennia)


def _sum(series: _Series, millennia: Array) -> Array:
    total = np.zeros_like(millennia)
    for power, terms in enumerate(series):
        amplitude, phase, frequency = np.array(terms, dtype=np.float64).T
        angles = phase + np.multiply.outer(millennia, frequency)
        total += np.cos(angles) @ amplitude * millennia**power
    return total * 1e-8
