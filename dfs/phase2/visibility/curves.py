"""The night of many blocks at once: altitude, azimuth, air mass and distance from the Moon, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.model.phase2 import ObservationBlock
from dfs.phase2.visibility.places import places_of
from dfs.sky.ephemerides import Night, airmass_of, altitude_of, azimuth_of, separation

__all__ = ["Curves", "curves"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Blocks through a night: arrays are (blocks, instants), the instants those of ``night.sky.mjd``.

    Attributes
    ----------
    altitude_deg, azimuth_deg
        True altitude, without refraction; azimuth from north through east; NaN for a target without a position.
    airmass
        Secant of the zenith distance; infinite below the horizon.
    moon_distance_deg
        From the Moon as seen from the site, whether it is up or not.
    wrong
        What is wrong with a block's target, or None.
    """

    night: Night
    blocks: tuple[ObservationBlock, ...]
    altitude_deg: Array
    azimuth_deg: Array
    airmass: Array
    moon_distance_deg: Array
    wrong: tuple[UsageError | None, ...]


def curves(blocks: Sequence[ObservationBlock], night: Night) -> Curves:
    """Return the curves of `blocks` through `night`; a block whose target cannot be read has NaN, and `Curves.wrong` says why."""
    sky = night.sky
    places, wrong = places_of(blocks, sky.mjd)
    altitude = altitude_of(places, sky)
    return Curves(
        night=night,
        blocks=tuple(blocks),
        altitude_deg=altitude,
        azimuth_deg=azimuth_of(places, sky),
        airmass=airmass_of(altitude),
        moon_distance_deg=separation(places, sky, sky.moon),
        wrong=tuple(wrong),
    )
